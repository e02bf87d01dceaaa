import type { Persona } from "../engine/resource.ts";
import type { SourceLocation } from "../errors.ts";
import type { EnvironmentSpec, Manifest, Stage } from "../spec/model.ts";
import type { FactBook } from "./fact-book.ts";
import type { Probe } from "./probe.ts";
import type { Level } from "./verdict.ts";

/** Duties a control's evidence supports; a mapping makes no deployment compliant. */
export interface FrameworkMappings {
  /** Paragraphs of 45 CFR Part 164, such as `164.312(b)`. */
  readonly hipaa?: readonly string[];
  /** NIST SP 800-53 revision 5, such as `AC-6(5)`. */
  readonly nist?: readonly string[];
  /** HITRUST CSF references, such as `09.aa`. */
  readonly hitrust?: readonly string[];
  /** CIS benchmarks: `Azure 6.1.3.1`, `M365 5.1.5.6`. */
  readonly cis?: readonly string[];
  /** CISA SCuBA policies, such as `MS.AAD.4.1`. */
  readonly scuba?: readonly string[];
}

export const FRAMEWORKS = ["hipaa", "nist", "hitrust", "cis", "scuba"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export const FRAMEWORK_TITLES: Readonly<Record<Framework, string>> = {
  hipaa: "HIPAA Security Rule (45 CFR Part 164)",
  nist: "NIST SP 800-53 Rev. 5",
  hitrust: "HITRUST CSF",
  cis: "CIS Benchmarks",
  scuba: "CISA SCuBA",
};

/** One thing that is not as it should be. */
export interface Finding {
  /** Address of a resource, or the id of a probe. */
  readonly subject: string;
  /** What of it; empty when it is about the whole. */
  readonly field: string;
  /** In words; null where there is nothing to compare. */
  readonly expected: string | null;
  readonly actual: string | null;
  /** Lower case, no full stop. */
  readonly message: string;
}

/** What a judge says. SHALL and SHOULD are told apart later, and exceptions are applied later. */
export type Judgement =
  | { readonly outcome: "holds"; readonly reason: string }
  | { readonly outcome: "violated"; readonly reason: string; readonly findings: readonly Finding[] }
  /** No program can see it. */
  | { readonly outcome: "manual"; readonly reason: string }
  | { readonly outcome: "inherited"; readonly reason: string }
  | { readonly outcome: "not-applicable"; readonly reason: string };

export interface Case {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly facts: FactBook;
  /** Milliseconds since the epoch, of psc's clock, when the facts were collected. */
  readonly now: number;
}

/** One statement an auditor wants proved. */
export interface Control {
  /** Such as `PSC-IAM-10`. */
  readonly id: string;
  /** A few words. */
  readonly title: string;
  /** What must hold, one sentence. */
  readonly statement: string;
  /** Why it matters, one or two sentences. */
  readonly rationale: string;
  readonly level: Level;
  /** Where a stage is asked for less. */
  readonly levels?: Readonly<Partial<Record<Stage, Level>>>;
  /** Only in these; in all when absent. */
  readonly stages?: readonly Stage[];
  readonly mappings: FrameworkMappings;
  readonly remedy: {
    /** Field of the spec that brings it about, such as `healthBot.access`; absent when psc cannot. */
    readonly spec?: string;
    /** What a person does where psc does not; imperative, no numbers. */
    readonly steps: readonly string[];
  };
  readonly persona: Persona;
  /** The file that defines it; absent for psc's own. */
  readonly definedAt?: SourceLocation;
  /** What it may look at: nothing else is handed out. Its permissions follow from these. */
  readonly restsOn: { readonly kinds?: readonly string[]; readonly probes?: readonly Probe[] };
  /**
   * Pure. Asks the facts; asking for one that could not be read ends the judging with the verdict `error`.
   */
  judge(given: Case): Judgement;
}

export const holds = (reason: string): Judgement => ({ outcome: "holds", reason });
export const manual = (reason: string): Judgement => ({ outcome: "manual", reason });
export const inherited = (reason: string): Judgement => ({ outcome: "inherited", reason });
export const notApplicable = (reason: string): Judgement => ({ outcome: "not-applicable", reason });

/** A finding about the whole of something, without anything to compare. */
export function about(subject: string, message: string): Finding {
  return { subject, field: "", expected: null, actual: null, message };
}

/** A finding about one value. */
export function differs(
  subject: string,
  field: string,
  expected: string,
  actual: string,
  message: string,
): Finding {
  return { subject, field, expected, actual, message };
}

/** Violated by its findings; holds when there are none. */
export function judgedBy(findings: readonly Finding[], whenNone: string): Judgement {
  if (findings.length === 0) return holds(whenNone);
  const [first] = findings;
  const more = findings.length === 1 ? "" : `; and ${findings.length - 1} more`;
  return { outcome: "violated", reason: `${first?.message ?? ""}${more}`, findings };
}
