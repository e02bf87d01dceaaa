import type { Finding, Statement, Verdict, VerifyReport } from "../controls/conformance.ts";
import { STEPS } from "../engine/resource.ts";

/** A line of the text report with what it is, so that the terminal can colour it. */
export interface ReportLine {
  readonly role: "step" | Verdict | "detail" | "evidence" | "summary";
  readonly text: string;
}

const SIGNS: Readonly<Record<Verdict, string>> = {
  pass: "✓",
  fail: "✗",
  "not-applicable": "-",
  "cannot-tell": "?",
};

function shown(value: Finding["before"]): string {
  if (value === null) return "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function statementLines(statement: Statement, verbose: boolean): ReportLine[] {
  const { verdict, label, reason, findings, evidence } = statement;
  const fields = findings.filter(({ field }) => field !== "");
  const tail = verdict === "pass" || fields.length > 0 ? "" : `: ${reason}`;
  const lines: ReportLine[] = [{ role: verdict, text: `   ${SIGNS[verdict]} ${label}${tail}` }];
  for (const { field, before, after } of fields)
    lines.push({
      role: "detail",
      text: `       ${field}: the tenant has ${shown(before)}, the spec says ${shown(after)}`,
    });
  if (verdict === "fail" || verdict === "cannot-tell" || verbose) {
    for (const { method, url, status, requestId } of evidence.exchanges)
      lines.push({
        role: "evidence",
        text: `       evidence: ${method} ${url} answered ${status}${requestId === undefined ? "" : ` (request ${requestId})`}`,
      });
    if (evidence.confirmation !== undefined) {
      const { by, at, how } = evidence.confirmation;
      lines.push({ role: "evidence", text: `       evidence: ${how} by ${by} at ${at}` });
    }
  }
  return lines;
}

/** `57 pass, 3 fail, 1 cannot tell`. */
export function verdictWords(summary: VerifyReport["summary"]): string {
  const parts = [`${summary.pass} pass`];
  if (summary.fail > 0) parts.push(`${summary.fail} fail`);
  if (summary["cannot-tell"] > 0) parts.push(`${summary["cannot-tell"]} cannot tell`);
  if (summary["not-applicable"] > 0) parts.push(`${summary["not-applicable"]} not applicable`);
  return parts.join(", ");
}

/**
 * The report for a person: per step what holds, and of everything else the field, both values and the requests that
 * prove it.
 * @param verbose names what holds as well, with its evidence.
 */
export function verifyText(report: VerifyReport, verbose: boolean): ReportLine[] {
  const lines: ReportLine[] = [];
  for (const [step, title] of STEPS.entries()) {
    const own = report.statements.filter((statement) => statement.step === step);
    if (own.length === 0) continue;
    const passed = own.filter(({ verdict }) => verdict === "pass" || verdict === "not-applicable").length;
    lines.push({ role: "step", text: `${String(step).padStart(2)} ${title}: ${passed} of ${own.length}` });
    for (const statement of own) {
      const quiet = statement.verdict === "pass" || statement.verdict === "not-applicable";
      if (!quiet || verbose) lines.push(...statementLines(statement, verbose));
    }
  }
  lines.push({ role: "summary", text: verdictWords(report.summary) });
  return lines;
}
