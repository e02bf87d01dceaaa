import type { VerifyResult } from "../controls/result.ts";
import type { ReportContext } from "./formats.ts";

export function verifyHtml(_result: VerifyResult, _context: ReportContext): string {
  throw new Error("not written yet");
}
