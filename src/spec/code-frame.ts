import type { PscError } from "../errors.ts";
import type { SpecFile } from "./files.ts";

/**
 * A problem as a person reads it: place, code and message, the line with the line before it, the marked text, the
 * remedy. Plain text.
 */
export function renderProblem(problem: PscError, files: readonly SpecFile[]): string {
  const severity = problem.code.startsWith("PSC-W") ? "warning" : "error";
  const { location } = problem;
  const place = location === undefined ? "" : `${location.file}:${location.line}:${location.column} `;
  const lines = [`${place}${severity} ${problem.code}  ${problem.message}`];
  const source = files.find((file) => file.file === location?.file)?.text.split(/\r\n|\r|\n/);
  if (location !== undefined && source !== undefined) lines.push(...frame(source, location));
  if (problem.remedy !== undefined) lines.push(`   ${problem.remedy}`);
  return lines.join("\n");
}

/** Columns of a line that are shown; of a longer one the part around the mark. */
const WIDEST = 160;
const BEFORE_MARK = 60;

/** The part of a line from column `from` on (0 is the first), with … where something was left out. */
function excerpt(text: string, from: number): string {
  const rest = text.length - from <= WIDEST ? text.slice(from) : `${text.slice(from, from + WIDEST - 1)}…`;
  return from === 0 ? rest : `…${rest.slice(1)}`;
}

function frame(
  source: readonly string[],
  { line, column, length = 1 }: { line: number; column: number; length?: number },
): string[] {
  // What is missing at the end of the file is missed behind its last words.
  const wanted = source[line - 1] ?? "";
  const shown =
    wanted.trim() === ""
      ? source.findLastIndex((text, index) => index < line && text.trim() !== "")
      : line - 1;
  const marked = source[shown];
  if (marked === undefined) return [];
  const at = shown === line - 1 ? column - 1 : marked.trimEnd().length;
  const from = marked.length <= WIDEST ? 0 : Math.max(0, at - BEFORE_MARK);
  const width = Math.max(4, String(line).length + 2);
  const row = (label: string, text: string): string => `${label.padStart(width)} │ ${text}`.trimEnd();
  const before = source[shown - 1];
  const visible = excerpt(marked, from);
  const end = Math.min(Math.max(1, length), Math.max(1, visible.length - (at - from)));
  // Tabs stay tabs below the line, so that the mark stands right whatever their width.
  const indent = visible
    .slice(0, at - from)
    .replaceAll(/[^\t]/g, " ")
    .padEnd(at - from);
  return [
    ...(before === undefined ? [] : [row(String(shown), excerpt(before, 0))]),
    row(String(shown + 1), visible),
    row("", `${indent}${"^".repeat(end)}`),
  ];
}
