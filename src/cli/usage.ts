import { PscError } from "../errors.ts";
import { closest } from "../spec/suggest.ts";
import type { ArgumentDefinition, CommandDefinition, CommandEntry, OptionDefinition } from "./definition.ts";

/** A command line that psc does not understand. */
export function usageError(message: string, remedy: string): PscError {
  return new PscError({ code: "PSC-E101", message, remedy, side: "user" });
}

export function unknownCommand(word: string, siblings: readonly CommandEntry[], path: string): PscError {
  const names = siblings.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  const guess = closest(word, names);
  return usageError(
    `unknown command "${path}${word}"`,
    guess === undefined ? `use one of: ${names.join(", ")}` : `did you mean "psc ${path}${guess}"?`,
  );
}

export function missingSubcommand(path: string, siblings: readonly CommandEntry[]): PscError {
  const names = siblings.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  return usageError(`"psc ${path}" needs a subcommand`, `use one of: ${names.join(", ")}`);
}

interface ParsedLine {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, string | boolean>>;
}

/** The long name, whether it takes a value, and whether it switches off. */
export function readFlags(flags: string): { readonly name: string; readonly value: string | undefined } {
  const match = /^--([a-z-]+)(?: <([^>]+)>)?$/.exec(flags);
  if (match === null) throw new Error(`unreadable flags: ${flags}`);
  return { name: match[1] ?? "", value: match[2] };
}

function checkChoice(
  what: string,
  value: string,
  { choices }: Pick<ArgumentDefinition | OptionDefinition, "choices">,
): void {
  if (choices === undefined || choices.includes(value)) return;
  const guess = closest(value, choices);
  throw usageError(
    `${what} cannot be "${value}"`,
    guess === undefined
      ? `use one of: ${choices.join(", ")}`
      : `did you mean "${guess}"? allowed: ${choices.join(", ")}`,
  );
}

/** @throws PscError PSC-E101 for anything the definition does not allow. */
export function checkLine(
  path: string,
  definition: CommandDefinition,
  options: readonly OptionDefinition[],
  line: ParsedLine,
): void {
  const expected = definition.arguments ?? [];
  for (const [index, argument] of expected.entries()) {
    const given =
      argument.variadic === true ? line.arguments.slice(index) : line.arguments.slice(index, index + 1);
    if (given.length === 0 && argument.required) {
      throw usageError(
        `"psc ${path}" needs <${argument.name}>: ${argument.summary}`,
        `for example: psc ${definition.examples[0]?.command ?? path}`,
      );
    }
    for (const value of given) checkChoice(`<${argument.name}>`, value, argument);
  }
  const last = expected.at(-1);
  if (last?.variadic !== true && line.arguments.length > expected.length) {
    const extra = line.arguments[expected.length] ?? "";
    throw usageError(
      `"psc ${path}" does not take the argument "${extra}"`,
      `run \`psc ${path} --help\` to see what it takes`,
    );
  }
  for (const option of options) {
    const { name } = readFlags(option.flags);
    const value = line.options[name];
    if (typeof value === "string") checkChoice(`--${name}`, value, option);
  }
}

/** Says what is wrong with an option, with a guess at what was meant. */
export function unknownOption(word: string, path: string, options: readonly OptionDefinition[]): PscError {
  // Added out of habit, where there is nothing to choose.
  if (word === "--sandbox") {
    return usageError(
      `"psc ${path}" has no option --sandbox`,
      path.startsWith("sandbox ")
        ? "leave it out: this command always works in the sandbox"
        : "leave it out: this command sends no request and knows runs in the sandbox and elsewhere alike",
    );
  }
  const names = options.map(({ flags }) => `--${readFlags(flags).name}`);
  const guess = closest(word.replace(/=.*$/, ""), [...names, "--help"]);
  return usageError(
    `"psc ${path}" has no option ${word}`,
    guess === undefined ? `run \`psc ${path} --help\` to see its options` : `did you mean ${guess}?`,
  );
}
