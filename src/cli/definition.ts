import type { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** What a command gets to work with. */
export interface Invocation {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder the person stands in; holds `.psc`. */
  readonly cwd: string;
  readonly arguments: readonly string[];
  readonly options: ParsedOptions;
  /** Words of the command, such as `gate confirm`. */
  readonly command: string;
}

/** Option values by their camelCase name, read through functions that check the type. */
export interface ParsedOptions {
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** Every value of an option that may be given several times, in order. */
  texts(name: string): readonly string[];
}

export interface ArgumentDefinition {
  /** Such as `file`. */
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** The last argument may take several words. */
  readonly variadic?: boolean;
  readonly choices?: readonly string[];
}

export interface OptionDefinition {
  /** In commander's notation: `--output <format>`, `--sandbox`, `--no-color`. */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** May be given several times. */
  readonly repeatable?: boolean;
}

/** One command as data: parser, help, docs/commands.md and tests are made from it. */
export interface CommandDefinition {
  /** A paragraph for `--help` and the docs. */
  readonly description: string;
  readonly arguments?: readonly ArgumentDefinition[];
  readonly options?: readonly OptionDefinition[];
  /** At least one; without the leading `psc`. */
  readonly examples: readonly { readonly command: string; readonly effect: string }[];
  run(invocation: Invocation): Promise<ExitCode>;
}

/** A line of the table of commands. Only the asked command's file is imported. */
export type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  /** Runs for psc itself, not for people. */
  readonly hidden?: boolean;
} & (
  | { readonly load: () => Promise<CommandDefinition> }
  | { readonly description: string; readonly commands: readonly CommandEntry[] }
);

/** Options of every command. */
export const COMMON_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: "--output <format>",
    summary: "text for people, json for programs",
    choices: ["text", "json"],
    default: "text",
  },
  { flags: "--quiet", summary: "no progress; only the result and what needs attention" },
  { flags: "--verbose", summary: "more detail: requests, reasons, request ids" },
  {
    flags: "--debug",
    summary: "every request and its answer, and stacks of errors, on stderr (also PSC_DEBUG=1)",
  },
  { flags: "--no-color", summary: "no colour (also NO_COLOR, and always when the output is not a terminal)" },
];

/** Options of every command that talks to a tenant. */
export const TENANT_OPTIONS: readonly OptionDefinition[] = [
  { flags: "--sandbox", summary: "use the sandbox cloud of this folder instead of a real tenant" },
  {
    flags: "--sandbox-speed <times>",
    summary: "how many times faster the sandbox's clock runs (3600: an hour a second)",
  },
  { flags: "--sandbox-url <url>", summary: "use a sandbox that runs elsewhere (also PSC_SANDBOX_URL)" },
  {
    flags: "--state <url>",
    summary: "share journal and lock with other machines in a container of Blob Storage (also PSC_STATE)",
  },
  {
    flags: "--sandbox-faults <file>",
    summary: "trouble for this command: faults in YAML, see docs/sandbox/faults.md",
  },
];
