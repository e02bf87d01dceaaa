import type { SourceLocation } from "../errors.ts";

/** What `psc verify` is told: who accepts what, and what else is to be looked at. */

export interface ControlExceptionSpec {
  /** Id of a control, such as `PSC-IAM-10`. */
  readonly control: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** `YYYY-MM-DD`; the last day on which it counts. */
  readonly until: string;
}

/** A control of one's own, from a file the spec names: an expression over the collected facts. */
export interface OwnControlSpec {
  readonly id: string;
  /** Where its file defines it. */
  readonly definedAt: SourceLocation;
  readonly title: string;
  readonly statement: string;
  readonly rationale: string;
  readonly level: "SHALL" | "SHOULD" | "INFO";
  /** Who can mend it; one of psc's personas. */
  readonly persona: string;
  /** Kinds of resources and probes whose facts the expressions see. */
  readonly restsOn: readonly string[];
  /** Expression; where it is false the control does not apply. Undefined: it always does. */
  readonly when: string | undefined;
  /** Expression that gives a list; `holds` is asked for each of it. Undefined: it is asked once. */
  readonly each: string | undefined;
  /** Expression that must be true. */
  readonly holds: string;
  /** Said when it is not; values stand in it as `{{ expression }}`. */
  readonly otherwise: string;
  /** Field of the spec that brings it about. */
  readonly spec: string | undefined;
  readonly steps: readonly string[];
  readonly mappings: {
    readonly [framework in "hipaa" | "nist" | "hitrust" | "cis" | "scuba"]?: readonly string[] | undefined;
  };
}

export interface VerifySpec {
  readonly exceptions: readonly ControlExceptionSpec[];
  /** User principal names of accounts for emergencies: their standing access is wanted. */
  readonly breakGlass: readonly string[];
  readonly controls: readonly OwnControlSpec[];
}
