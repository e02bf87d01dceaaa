import type { EvidenceItem } from "../controls/facts.ts";
import type { ControlResult, VerifyResult } from "../controls/result.ts";

/** The requests a verdict rests on, in the order they were sent. */
export function evidenceOf(result: VerifyResult, control: ControlResult): readonly EvidenceItem[] {
  const cited = new Set(control.evidence);
  return result.evidence.filter(({ id }) => cited.has(id));
}

/** `GET https://… answered 200 (request 3f…)`. */
export function requestWords({ method, url, status, requestId }: EvidenceItem): string {
  return `${method} ${url} answered ${status}${requestId === null ? "" : ` (request ${requestId})`}`;
}
