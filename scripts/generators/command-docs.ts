import {
  COMMON_OPTIONS,
  type CommandDefinition,
  type CommandEntry,
  type OptionDefinition,
} from "../../src/cli/definition.ts";
import { COMMANDS } from "../../src/cli/entries.ts";
import { EXIT_MEANINGS } from "../../src/cli/exit-codes.ts";
import { allOptions } from "../../src/cli/program.ts";
import { OTHER_CODES } from "../../src/errors-catalogue.ts";
import { COMMANDS_INTRODUCTION, ERROR_CODES_INTRODUCTION } from "../texts/command-docs.ts";

/** docs/commands.md from the definitions of the commands, docs/error-codes.md from the catalogue. */
export async function files(): Promise<Record<string, string>> {
  const sections = await Promise.all(COMMANDS.filter(isShown).map((entry) => section(entry, [])));
  return {
    "docs/commands.md": [
      COMMANDS_INTRODUCTION,
      table(
        ["command", "what it does"],
        COMMANDS.filter(isShown).map(({ name, summary }) => [`[\`psc ${name}\`](#psc-${name})`, summary]),
      ),
      "\n## Options of every command\n",
      optionTable(COMMON_OPTIONS),
      "\n## Exit codes\n",
      table(
        ["code", "meaning"],
        EXIT_MEANINGS.map(({ code, meaning }) => [String(code), meaning]),
      ),
      ...sections.flat(),
    ].join("\n"),
    "docs/error-codes.md": [
      ERROR_CODES_INTRODUCTION,
      table(
        ["code", "title", "what it means and what to do"],
        Object.entries(OTHER_CODES).map(([code, { title, explanation }]) => [
          `\`${code}\``,
          title,
          explanation,
        ]),
      ),
      "",
    ].join("\n"),
  };
}

function isShown({ hidden }: CommandEntry): boolean {
  return hidden !== true;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}

/** Code stays verbatim; only the bar would end the cell. */
function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    `| ${heads.join(" | ")} |`,
    `|${heads.map(() => "---").join("|")}|`,
    ...rows.map(
      (cells) =>
        `| ${cells.map((text) => (text.startsWith("`") || text.startsWith("[`") ? text : cell(text))).join(" | ")} |`,
    ),
  ].join("\n");
}

function optionTable(options: readonly OptionDefinition[]): string {
  return table(
    ["option", "meaning"],
    options.map(({ flags, summary, choices, default: preset }) => [
      code(flags),
      `${summary}${choices === undefined ? "" : ` (${choices.join(", ")}`}${choices !== undefined && preset !== undefined ? `; default ${preset}` : ""}${choices === undefined ? "" : ")"}`,
    ]),
  );
}

async function section(entry: CommandEntry, path: readonly string[]): Promise<string[]> {
  const words = [...path, entry.name];
  const heading = `\n${"#".repeat(2 + path.length)} psc ${words.join(" ")}\n`;
  if ("commands" in entry) {
    const below = await Promise.all(entry.commands.filter(isShown).map((sub) => section(sub, words)));
    return [heading, entry.description, ...below.flat()];
  }
  return [heading, ...body(words.join(" "), await entry.load())];
}

function body(words: string, definition: CommandDefinition): string[] {
  const takes = (definition.arguments ?? []).map(({ name, required, variadic }) => {
    const inner = `${name}${variadic === true ? "..." : ""}`;
    return required ? `<${inner}>` : `[${inner}]`;
  });
  const own = allOptions(definition).filter((option) => !COMMON_OPTIONS.includes(option));
  return [
    definition.description,
    "",
    "```sh",
    ["psc", words, ...takes, ...(own.length === 0 ? [] : ["[options]"])].join(" "),
    "```",
    "",
    ...(definition.arguments ?? []).map(
      ({ name, summary, choices }) =>
        `- \`${name}\`: ${summary}${choices === undefined ? "" : ` (${choices.join(", ")})`}`,
    ),
    ...(own.length === 0 ? [] : ["", optionTable(own)]),
    "",
    "```sh",
    ...definition.examples.map(({ command, effect }) => `psc ${command}    # ${effect}`),
    "```",
  ];
}
