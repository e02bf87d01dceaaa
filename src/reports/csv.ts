import type { ControlResult, VerifyResult } from "../controls/result.ts";
import { NEED_SOMEBODY } from "../controls/verdict.ts";
import { dutiesOf, FRAMEWORK_WORDS } from "./mappings.ts";
import { oneLine } from "./one-line.ts";

/**
 * What a spreadsheet would run as a formula: text that begins with one of these, its full-width twins included (OWASP,
 * "CSV Injection").
 */
const FORMULA = /^[=+\-@＝＋－＠]/;

/** RFC 4180: every field in quotes, so that commas, quotes and spaces at the ends mean nothing. */
function field(text: string): string {
  const line = oneLine(text);
  return `"${(FORMULA.test(line) ? `'${line}` : line).replaceAll('"', '""')}"`;
}

const COLUMNS: readonly (readonly [string, (control: ControlResult) => string])[] = [
  ["Control", ({ id }) => id],
  ["Title", ({ title }) => title],
  ["Level", ({ level }) => level],
  ["Verdict", ({ verdict }) => verdict],
  ["Reason", ({ reason }) => reason],
  ["Who", ({ persona }) => persona],
  ["Missing permission", ({ missingPermission }) => missingPermission ?? ""],
  ["What to do", ({ remedy }) => remedy.steps.map((step) => `${step.replace(/[.\s]+$/, "")}.`).join(" ")],
  ["Spec field", ({ remedy }) => remedy.spec ?? ""],
  ["Spec line", ({ location }) => (location === null ? "" : `${location.file}:${location.line}`)],
  [
    "Frameworks",
    ({ mappings }) =>
      dutiesOf(mappings)
        .map(({ framework, id }) => `${FRAMEWORK_WORDS[framework]} ${id}`)
        .join("; "),
  ],
  ["Owner", () => ""],
  ["Due", () => ""],
];

/** The action plan: one row for every control that needs somebody, most pressing first; owner and day are to be filled in. */
export function csvReport({ controls }: VerifyResult): string {
  const rows = NEED_SOMEBODY.flatMap((verdict) => controls.filter((control) => control.verdict === verdict));
  const lines = [
    COLUMNS.map(([title]) => field(title)),
    ...rows.map((control) => COLUMNS.map(([, of]) => field(of(control)))),
  ];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}
