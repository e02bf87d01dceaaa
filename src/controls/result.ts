import type { Persona } from "../engine/resource.ts";
import type { SourceLocation } from "../errors.ts";
import type { Finding, FrameworkMappings } from "./control.ts";
import type { EvidenceItem, Facts } from "./facts.ts";
import type { Level, Verdict } from "./verdict.ts";

/** Somebody named has accepted that a control does not hold. */
export interface ExceptionRecord {
  readonly reason: string;
  readonly owner: string;
  /** `YYYY-MM-DD`; the last day on which it counts. */
  readonly until: string;
  readonly expired: boolean;
}

/** The verdict on one control, with everything it rests on. */
export interface ControlResult {
  readonly id: string;
  /** `product`: of psc's catalogue; `resource`: one for every kind of resource; `own`: of the user's. */
  readonly origin: "product" | "resource" | "own";
  readonly title: string;
  readonly statement: string;
  readonly rationale: string;
  readonly level: Level;
  readonly verdict: Verdict;
  /** Why, in words. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** Ids of evidence. */
  readonly evidence: readonly string[];
  readonly mappings: FrameworkMappings;
  readonly persona: Persona;
  readonly remedy: { readonly spec: string | null; readonly steps: readonly string[] };
  /** Least-privileged permissions that it took to see what the verdict was drawn from; for an `error`, that it takes. */
  readonly permissions: readonly string[];
  /** The permission that was missing, for an `error`. */
  readonly missingPermission: string | null;
  /** Where the spec speaks of it, or where a control of one's own is defined: what an editor opens. */
  readonly location: SourceLocation | null;
  readonly exception: ExceptionRecord | null;
  /** Controls that turn with it, because they rest on the same facts. */
  readonly related: readonly string[];
}

/** Result of `psc verify`, format `psc.verify/2`: every report is made from it. */
export interface VerifyResult {
  readonly format: "psc.verify/2";
  readonly tool: { readonly name: "psc"; readonly version: string };
  /** Random for each run. */
  readonly runId: string;
  readonly environment: Facts["environment"];
  readonly identity: string;
  /** ISO times: when the facts were collected. */
  readonly collected: Facts["collected"];
  readonly spec: { readonly file: string; readonly digest: string };
  readonly summary: Readonly<Record<Verdict, number>>;
  readonly controls: readonly ControlResult[];
  /** Requests that controls name as evidence. */
  readonly evidence: readonly EvidenceItem[];
}
