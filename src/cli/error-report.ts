import { PscError, ServiceError } from "../errors.ts";
import { SpecNotValid } from "./spec-not-valid.ts";
import { clipped, styled, wrapped } from "./styles.ts";
import type { Terminal } from "./terminal.ts";

/** One error as programs read it; `psc.error/1`. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly side: string;
  readonly location?: { readonly file: string; readonly line: number; readonly column: number };
  readonly permission?: string;
  readonly persona?: string;
  readonly refusal?: ServiceError["refusal"];
}

export interface ErrorDocument {
  readonly format: "psc.error/1";
  readonly errors: readonly ErrorRecord[];
}

export function errorRecord(error: PscError): ErrorRecord {
  const { code, message, remedy, side, location, permission, persona } = error;
  return {
    code,
    message,
    ...(remedy === undefined ? {} : { remedy }),
    side,
    ...(location === undefined ? {} : { location }),
    ...(permission === undefined ? {} : { permission }),
    ...(persona === undefined ? {} : { persona }),
    ...(error instanceof ServiceError ? { refusal: error.refusal } : {}),
  };
}

/** What was thrown, as errors psc knows; a bug becomes one line without its stack. */
export function knownErrors(error: unknown): readonly PscError[] {
  if (error instanceof PscError) return [error];
  if (error instanceof AggregateError) return error.errors.flatMap(knownErrors);
  if (error instanceof Error && error.name === "AbortError")
    return [
      new PscError({
        code: "PSC-E190",
        message: "interrupted",
        remedy: "run the same command again",
        side: "user",
      }),
    ];
  return [
    new PscError({
      code: "PSC-E199",
      message: `unexpected: ${error instanceof Error ? error.message : String(error)}`,
      remedy: "this is a bug in psc: please report it; --debug shows the stack",
      side: "psc",
      cause: error,
    }),
  ];
}

const LABEL_COLUMNS = 8;

/** A line such as `  needs   Microsoft.Authorization/roleAssignments/write`, wrapped under its text. */
function factLines(label: string, text: string, columns: number): string[] {
  const indent = " ".repeat(2 + LABEL_COLUMNS);
  return wrapped(text, columns - indent.length).map((line, index) =>
    index === 0 ? `  ${styled("dim", label.padEnd(LABEL_COLUMNS))}${line}` : `${indent}${line}`,
  );
}

/** Needs, who, then: what the person can do about an error. */
export function remedyLines(error: PscError, columns: number): string[] {
  const lines: string[] = [];
  if (error.permission !== undefined) lines.push(...factLines("needs", error.permission, columns));
  if (error.persona !== undefined) lines.push(...factLines("who", error.persona, columns));
  if (error.remedy !== undefined) lines.push(...factLines("then", error.remedy, columns));
  if (error instanceof ServiceError && error.refusal.requestId !== undefined)
    lines.push(...factLines("request", error.refusal.requestId, columns));
  return lines;
}

/**
 * An error without a place in a file.
 * @param heading what it was about, such as `step 7 · role assignment "…"`; the code then stands on the next line.
 */
export function errorLines(error: PscError, columns: number, heading?: string): string[] {
  const first = wrapped(`${styled("bold", error.code)}  ${error.message}`, columns - 2);
  const symbol = styled("red", "✗");
  const lines =
    heading === undefined
      ? first.map((line, index) => (index === 0 ? `${symbol} ${line}` : `  ${line}`))
      : [`${symbol} ${clipped(heading, columns - 2)}`, ...first.map((line) => `  ${line}`)];
  return [...lines, ...remedyLines(error, columns)];
}

/** Colours what `renderProblem` wrote: place, severity and the mark below the text. */
export function colouredProblem(rendered: string): string[] {
  return rendered.split("\n").map((line, index) => {
    if (index > 0) return /^ +│ *\^+$/.test(line) ? styled("red", line) : line;
    const match = /^(\S+:\d+:\d+ )?(error|warning) (.*)$/.exec(line);
    if (match === null) return line;
    const [, place = "", severity = "", rest = ""] = match;
    return `${styled("bold", place)}${styled(severity === "error" ? "red" : "yellow", severity)} ${rest}`;
  });
}

/** Prints whatever a command threw, in the form the person asked for. */
export async function reportErrors(thrown: unknown, terminal: Terminal): Promise<void> {
  const errors = knownErrors(thrown);
  if (terminal.output === "json") {
    const document: ErrorDocument = { format: "psc.error/1", errors: errors.map(errorRecord) };
    terminal.json(document);
  } else {
    for (const line of await reportLines(thrown, errors, terminal.columns)) terminal.alert(line);
  }
  for (const error of errors) terminal.trace(stackOf(error));
}

/** The error's stack and those of what caused it. */
function stackOf(error: Error): string {
  const stacks: string[] = [];
  for (let current: unknown = error; current instanceof Error; current = current.cause)
    stacks.push(current.stack ?? String(current));
  return stacks.join("\ncaused by ");
}

async function reportLines(
  thrown: unknown,
  errors: readonly PscError[],
  columns: number,
): Promise<readonly string[]> {
  if (!(thrown instanceof SpecNotValid)) return errors.flatMap((error) => errorLines(error, columns));
  const { renderProblem } = await import("../spec/code-frame.ts");
  return [
    ...errors.flatMap((error) => [...colouredProblem(renderProblem(error, thrown.files)), ""]),
    `${styled("red", "✗")} ${errors.length} error${errors.length === 1 ? "" : "s"}; nothing was sent. Explained by: psc explain ${errors[0]?.code ?? ""}`,
  ];
}
