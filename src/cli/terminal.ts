import { withoutSecrets } from "../secret-value.ts";
import { escaped, neutralise, styled, toAnsi, withoutStyles } from "./styles.ts";

/** The part of a stream that the command line uses; a test hands in one that collects. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface TerminalOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: "text" | "json";
  /** `--no-color`. */
  readonly noColor: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** `--debug`. */
  readonly debug: boolean;
}

/**
 * Where a command's words go. stdout carries the result, stderr the talk: with `--output json` stdout holds exactly
 * one JSON document. Every text passes through `neutralise`, so nothing a server or a spec says can steer the terminal.
 */
export interface Terminal {
  readonly output: "text" | "json";
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** `trace` prints. */
  readonly debug: boolean;
  /** True when a region may be redrawn. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
  /** The result in text form: stdout, unless the result is JSON. */
  print(text?: string): void;
  /** Progress and explanation: stdout beside a text result, stderr beside JSON; silent with `--quiet`. */
  say(text?: string): void;
  /** What must be seen whatever the mode: stderr. */
  alert(text?: string): void;
  /** What a bug hunt needs: stderr, only with `--debug`. */
  trace(text: string): void;
  /** The result in JSON form: stdout. Ignored in text mode. */
  json(value: unknown): void;
  /** Verbatim result for other programs, such as a schema or JSON lines. Control characters are still neutralised. */
  data(text: string): void;
  /** Writes control sequences psc itself made; only for the live region. */
  draw(sequence: string, text: string): void;
}

/** Width of text that goes to a file or a pipe. */
const PLAIN_COLUMNS = 100;
const MAX_COLUMNS = 120;
const MIN_COLUMNS = 40;

/** https://no-color.org: NO_COLOR switches colour off when set and not empty. */
function wantsColour(stream: OutputStream, options: TerminalOptions): boolean {
  if (options.noColor) return false;
  const { NO_COLOR, FORCE_COLOR, TERM } = options.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "" && FORCE_COLOR !== "0") return true;
  return stream.isTTY === true && TERM !== "dumb";
}

export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, output, quiet } = options;
  const finish = (stream: OutputStream): ((text: string) => string) => {
    const colour = wantsColour(stream, options);
    return (text) => (colour ? toAnsi(neutralise(text)) : withoutStyles(neutralise(text)));
  };
  const forStdout = finish(stdout);
  const forStderr = finish(stderr);
  return {
    output,
    quiet,
    verbose: options.verbose,
    debug: options.debug,
    // Lines of a bug hunt would break a region that is redrawn.
    live:
      !options.debug &&
      output === "text" &&
      !quiet &&
      stdout.isTTY === true &&
      options.env["TERM"] !== "dumb",
    columns:
      stdout.isTTY === true
        ? Math.max(MIN_COLUMNS, Math.min(stdout.columns ?? PLAIN_COLUMNS, MAX_COLUMNS))
        : PLAIN_COLUMNS,
    get rows() {
      return stdout.rows ?? 24;
    },
    print(text = "") {
      if (output === "text") stdout.write(`${forStdout(text)}\n`);
    },
    say(text = "") {
      if (quiet) return;
      if (output === "text") stdout.write(`${forStdout(text)}\n`);
      else stderr.write(`${forStderr(text)}\n`);
    },
    alert(text = "") {
      stderr.write(`${forStderr(text)}\n`);
    },
    trace(text) {
      if (options.debug) stderr.write(`${forStderr(styled("dim", withoutSecrets(text)))}\n`);
    },
    json(value) {
      if (output === "json") stdout.write(`${escaped(JSON.stringify(value, null, 2))}\n`);
    },
    data(text) {
      stdout.write(`${withoutStyles(neutralise(text))}\n`);
    },
    draw(sequence, text) {
      stdout.write(`${sequence}${forStdout(text)}`);
    },
  };
}
