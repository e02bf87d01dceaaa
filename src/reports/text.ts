import { FAMILIES } from "../controls/index.ts";
import type { ControlResult, VerifyResult } from "../controls/result.ts";
import { VERDICT_WORDS, VERDICTS, type Verdict } from "../controls/verdict.ts";
import { evidenceOf, requestWords } from "./evidence.ts";
import { findingWords } from "./findings.ts";

/** A line of the text report with what it is, so that the terminal can colour it. */
export interface ReportLine {
  readonly role: "family" | Verdict | "detail" | "evidence" | "summary";
  readonly text: string;
}

export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  pass: "✓",
  fail: "✗",
  warning: "⚠",
  error: "?",
  manual: "☐",
  accepted: "≈",
  inherited: "↑",
  "not-applicable": "-",
};

/** Verdicts that need nobody's attention. */
const QUIET: readonly Verdict[] = ["pass", "not-applicable", "inherited"];

/** Results as reports show them: the catalogue by family, then the user's own, then one a kind of resource. */
export function grouped(
  controls: readonly ControlResult[],
): readonly { readonly title: string; readonly controls: readonly ControlResult[] }[] {
  const families = FAMILIES.map(({ key, title }) => ({
    title,
    controls: controls.filter(({ id, origin }) => origin === "product" && id.startsWith(`PSC-${key}-`)),
  }));
  const of = (origin: ControlResult["origin"]): readonly ControlResult[] =>
    controls.filter((control) => control.origin === origin);
  const known = new Set(families.flatMap((family) => family.controls));
  return [
    ...families,
    // A result of another version of psc may know more families: none of it may be lost.
    { title: "Others of psc's catalogue", controls: of("product").filter((control) => !known.has(control)) },
    { title: "Controls of your own", controls: of("own") },
    { title: "As the spec says", controls: of("resource") },
  ].filter((group) => group.controls.length > 0);
}

function controlLines(result: VerifyResult, control: ControlResult, verbose: boolean): ReportLine[] {
  const { id, title, verdict, reason, findings } = control;
  const name = control.origin === "resource" ? title : `${id} ${title}`;
  const lines: ReportLine[] = [
    { role: verdict, text: `   ${VERDICT_SIGNS[verdict]} ${name}${verdict === "pass" ? "" : `: ${reason}`}` },
  ];
  for (const words of findingWords(findings)) lines.push({ role: "detail", text: `       ${words}` });
  // What a person has to look at is not proved by what was asked.
  if ((QUIET.includes(verdict) || verdict === "manual") && !verbose) return lines;
  for (const one of evidenceOf(result, control))
    lines.push({
      role: "evidence",
      text: `       evidence: ${requestWords(one)}`,
    });
  return lines;
}

/** `57 pass, 3 fail, 1 error`. */
export function verdictWords(summary: VerifyResult["summary"]): string {
  const named = VERDICTS.filter((verdict) => verdict === "pass" || summary[verdict] > 0);
  return named.map((verdict) => `${summary[verdict]} ${VERDICT_WORDS[verdict]}`).join(", ");
}

/**
 * The report for a person: what needs attention, with field, both values and the requests that prove it.
 * @param verbose names what holds as well, with its evidence.
 */
export function verifyText(result: VerifyResult, verbose: boolean): ReportLine[] {
  const lines: ReportLine[] = [];
  for (const { title, controls } of grouped(result.controls)) {
    const passed = controls.filter(({ verdict }) => QUIET.includes(verdict)).length;
    lines.push({ role: "family", text: `${title}: ${passed} of ${controls.length}` });
    for (const control of controls)
      if (verbose || !QUIET.includes(control.verdict)) lines.push(...controlLines(result, control, verbose));
  }
  lines.push({ role: "summary", text: verdictWords(result.summary) });
  return lines;
}
