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

const WIDEST = 160;

function frame(
  source: readonly string[],
  { line, column, length = 1 }: { line: number; column: number; length?: number },
): string[] {
  const marked = source[line - 1];
  if (marked === undefined || marked.trim() === "" || marked.length > WIDEST) return [];
  const width = Math.max(4, String(line).length + 2);
  const row = (label: string, text: string): string => `${label.padStart(width)} │ ${text}`.trimEnd();
  const before = source[line - 2];
  const end = Math.min(Math.max(1, length), Math.max(1, marked.length - column + 1));
  // Tabs stay tabs below the line, so that the mark stands right whatever their width.
  const indent = marked.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return [
    ...(before === undefined || before.length > WIDEST ? [] : [row(String(line - 1), before)]),
    row(String(line), marked),
    row("", `${indent}${"^".repeat(end)}`),
  ];
}
