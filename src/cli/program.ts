import { Command, CommanderError } from "commander";
import {
  COMMON_OPTIONS,
  type CommandDefinition,
  type CommandEntry,
  type OptionDefinition,
  type ParsedOptions,
} from "./definition.ts";
import { COMMANDS } from "./entries.ts";
import {
  checkLine,
  missingSubcommand,
  readFlags,
  unknownCommand,
  unknownOption,
  usageError,
} from "./usage.ts";

const TAGLINE = "Deploys Microsoft's Patient service center from one YAML file.";

/** What a command line asks for. */
export type Asked =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" }
  | {
      readonly kind: "run";
      readonly path: string;
      readonly definition: CommandDefinition;
      readonly arguments: readonly string[];
      readonly options: ParsedOptions;
    };

/** Options that may stand before the command and take a value in the next word. */
const VALUED = new Set(
  COMMON_OPTIONS.map(({ flags }) => readFlags(flags))
    .filter(({ value }) => value !== undefined)
    .map(({ name }) => `--${name}`),
);

interface Located {
  readonly entry: CommandEntry | undefined;
  readonly siblings: readonly CommandEntry[];
  readonly path: readonly string[];
  readonly unknown: string | undefined;
  /** The command line without the words of the command. */
  readonly rest: readonly string[];
}

/** Follows the words of the command through the table, so that only its file needs to be imported. */
function locate(argv: readonly string[]): Located {
  let siblings = COMMANDS;
  let entry: CommandEntry | undefined;
  const path: string[] = [];
  const rest: string[] = [];
  let open = true;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (!open || word.startsWith("-")) {
      rest.push(word);
      if (open && VALUED.has(word)) {
        index += 1;
        const value = argv[index];
        if (value !== undefined) rest.push(value);
      }
      continue;
    }
    const found = siblings.find(({ name }) => name === word);
    if (found === undefined) return { entry: undefined, siblings, path, unknown: word, rest };
    path.push(word);
    entry = found;
    if ("commands" in found) siblings = found.commands;
    else open = false;
  }
  return { entry, siblings, path, unknown: undefined, rest };
}

function helpOf(path: readonly string[], summary: string, commands: readonly CommandEntry[]): string {
  const command = new Command(["psc", ...path].join(" ")).usage("<command> [options]").helpCommand(false);
  command.description(summary);
  for (const entry of commands) {
    if (entry.hidden === true) continue;
    command.command(entry.name).description(entry.summary).helpOption(false).usage("");
  }
  command.configureHelp({ subcommandTerm: (sub) => sub.name() });
  const last =
    path.length === 0
      ? "\nTry it without a tenant:\n  psc init my-clinic && cd my-clinic && psc deploy dev.yaml --sandbox\n\nHelp on one command: psc <command> --help"
      : `\nHelp on one command: psc ${path.join(" ")} <command> --help`;
  if (path.length === 0) command.option("--version", "print the version of psc");
  return `${command.helpInformation()}${last}`;
}

/** Options of a command, its own first. */
export function allOptions(definition: CommandDefinition): readonly OptionDefinition[] {
  return [...(definition.options ?? []), ...COMMON_OPTIONS];
}

function leaf(path: string, definition: CommandDefinition): Command {
  const command = new Command(`psc ${path}`)
    .description(definition.description)
    .exitOverride()
    .allowExcessArguments(true)
    .showSuggestionAfterError(false)
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const { name, summary, required, variadic } of definition.arguments ?? []) {
    const inner = `${name}${variadic === true ? "..." : ""}`;
    // Required arguments are checked by checkLine, whose words are better.
    command.argument(`[${inner}]`, summary);
    if (required) command.usage(usageLine(definition));
  }
  for (const option of allOptions(definition)) {
    if (option.repeatable === true)
      command.option(option.flags, describe(option), (value: string, before: readonly string[] = []) => [
        ...before,
        value,
      ]);
    else command.option(option.flags, describe(option), option.default);
  }
  return command;
}

function usageLine(definition: CommandDefinition): string {
  const words = (definition.arguments ?? []).map(({ name, required, variadic }) => {
    const inner = `${name}${variadic === true ? "..." : ""}`;
    return required ? `<${inner}>` : `[${inner}]`;
  });
  return [...words, "[options]"].join(" ");
}

function describe(option: OptionDefinition): string {
  return option.choices === undefined ? option.summary : `${option.summary} (${option.choices.join(", ")})`;
}

/** Help of one command as text. */
export function commandHelp(path: string, definition: CommandDefinition): string {
  const examples = definition.examples.map(({ command, effect }) => `  psc ${command}\n      ${effect}`);
  return `${leaf(path, definition).helpInformation()}\nExamples:\n${examples.join("\n")}`;
}

function translate(error: CommanderError, path: string, definition: CommandDefinition): unknown {
  const quoted = /'([^']+)'/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownOption":
      return unknownOption(quoted, path, allOptions(definition));
    case "commander.optionMissingArgument":
      return usageError(`${quoted.replace(/ .*$/, "")} needs a value`, `write it as ${quoted}`);
    default:
      return usageError(error.message.replace(/^error: /, ""), `run \`psc ${path} --help\``);
  }
}

function parsedOptions(values: Readonly<Record<string, unknown>>): ParsedOptions {
  return {
    flag: (name) => values[name] === true,
    text: (name) => (typeof values[name] === "string" ? values[name] : undefined),
    texts: (name) => {
      const given = values[name];
      return Array.isArray(given) ? given.map(String) : typeof given === "string" ? [given] : [];
    },
  };
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** @throws PscError PSC-E101 when the line asks for something psc does not know. */
export async function understand(argv: readonly string[]): Promise<Asked> {
  if (argv[0] === "help") return understand([...argv.slice(1), "--help"]);
  const { entry, siblings, path, unknown, rest } = locate(argv);
  const prefix = path.length === 0 ? "" : `${path.join(" ")} `;
  if (unknown !== undefined) throw unknownCommand(unknown, siblings, prefix);
  const wantsHelp = rest.includes("--help") || rest.includes("-h");
  if (entry === undefined) {
    if (rest.includes("--version") || rest.includes("-V")) return { kind: "version" };
    const odd = rest.find((word) => word.startsWith("-") && word !== "--help" && word !== "-h");
    if (odd !== undefined && !wantsHelp && !isCommon(odd))
      throw usageError(`psc has no option ${odd}`, "run `psc --help` to see the commands");
    return { kind: "help", text: helpOf([], TAGLINE, COMMANDS) };
  }
  if ("commands" in entry) {
    if (!wantsHelp) throw missingSubcommand(path.join(" "), entry.commands);
    return { kind: "help", text: helpOf(path, entry.description, entry.commands) };
  }
  const definition = await entry.load();
  const name = path.join(" ");
  if (wantsHelp) return { kind: "help", text: commandHelp(name, definition) };
  const command = leaf(name, definition);
  try {
    command.parse([...rest], { from: "user" });
  } catch (error) {
    throw error instanceof CommanderError ? translate(error, name, definition) : error;
  }
  const values: Record<string, unknown> = command.opts();
  const options = Object.fromEntries(
    Object.entries(values).flatMap(([option, value]) =>
      typeof value === "string" || typeof value === "boolean" ? [[dashed(option), value]] : [],
    ),
  );
  checkLine(name, definition, allOptions(definition), { arguments: command.args, options });
  return { kind: "run", path: name, definition, arguments: command.args, options: parsedOptions(values) };
}

function isCommon(word: string): boolean {
  return COMMON_OPTIONS.some(({ flags }) => word.split("=")[0] === `--${readFlags(flags).name}`);
}
