import type { VerifyReport } from "../controls/conformance.ts";

/** The report as a file for programs and archives: format `psc.verify/1`, ending in a line feed. */
export function verifyJson(report: VerifyReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
