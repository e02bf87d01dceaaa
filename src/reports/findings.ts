import type { Finding } from "../controls/control.ts";

/** `omnichannel.queue["x"] priority: the tenant has 5, expected 1`. */
export function comparisonWords({ subject, field, expected, actual }: Finding): string {
  const what = field === "" ? subject : `${subject} ${field}`;
  return `${what}: the tenant has ${actual ?? "(none)"}, expected ${expected ?? "(none)"}`;
}

/**
 * What findings add to the reason of a verdict, a line each: both values where there are two to compare, the message of
 * the others. The reason is the first message already.
 */
export function findingWords(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap((finding, at) => {
    const { field, expected, actual, message } = finding;
    if (field !== "" || expected !== null || actual !== null) return [comparisonWords(finding)];
    return at === 0 ? [] : [message];
  });
}
