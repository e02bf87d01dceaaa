/**
 * What can be said about a control. Three things are kept apart that are often mixed: what was looked at and is wrong
 * (`fail`, `warning`), what could not be looked at (`error`), and what no program can look at (`manual`). None of them is
 * ever shown as a pass.
 */
export const VERDICTS = [
  "pass",
  "fail",
  "warning",
  "error",
  "manual",
  "accepted",
  "inherited",
  "not-applicable",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** For people, in reports. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  pass: "pass",
  fail: "fail",
  warning: "warning",
  error: "error",
  manual: "manual",
  accepted: "accepted",
  inherited: "inherited",
  "not-applicable": "not applicable",
};

/** What a verdict means, for legends and documents. */
export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  pass: "it was looked at and holds",
  fail: "it was looked at and does not hold, though it must",
  warning: "it was looked at and does not hold, though it should",
  error: "it could not be looked at; the reason names the missing permission or the failure",
  manual: "no public API shows it; a person has to look and keep the evidence",
  accepted: "it does not hold, and somebody named has accepted that until a date",
  inherited: "Microsoft provides it; the evidence is Microsoft's attestation",
  "not-applicable": "the spec does not use what it is about",
};

/** Verdicts that need somebody to do something, most pressing first. */
export const NEED_SOMEBODY: readonly Verdict[] = ["fail", "error", "warning", "manual"];

/** How hard a control is meant: SHALL fails, SHOULD warns, INFO is told. */
export const LEVELS = ["SHALL", "SHOULD", "INFO"] as const;
export type Level = (typeof LEVELS)[number];
