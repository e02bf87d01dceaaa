import type { FieldChange, Fields, FieldValue } from "../engine/observation.ts";
import type { Confirmation, KindInfo, Persona } from "../engine/resource.ts";

/** One request that was sent, and what came back; holds no secret and no body. */
export interface EvidenceItem {
  /** Such as `E12`; controls name it. */
  readonly id: string;
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly requestId: string | null;
}

/** Why something could not be read. */
export interface FactProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
  /** The permission that is missing, when the service or psc knows it. */
  readonly permission: string | null;
}

export const RESOURCE_STATES = [
  "as-declared",
  "differs",
  "missing",
  "under-way",
  "not-needed",
  "gate-open",
  "not-visible",
  "on-word",
  "does-not-hold",
  "unreadable",
] as const;
/**
 * `gate-open`: a person has not done it. `not-visible`: no API shows it and nobody has said that it was done, or it was
 * not asked for. `on-word`: no API shows it, and somebody has said that it was done.
 * `does-not-hold`: a check that failed. `unreadable`: it could not be read.
 */
export type ResourceState = (typeof RESOURCE_STATES)[number];

/** What was found of one resource of the spec. */
export interface ResourceFact {
  readonly address: string;
  readonly kind: string;
  readonly label: string;
  readonly step: number;
  readonly persona: Persona;
  readonly nature: KindInfo["nature"];
  readonly state: ResourceState;
  /** In words, lower case, no full stop. */
  readonly reason: string;
  /** Id in its service. */
  readonly id: string | null;
  readonly declared: Fields;
  readonly observed: Fields;
  readonly differences: readonly FieldChange[];
  /** It holds, and yet somebody ought to know this. */
  readonly concern: string | null;
  readonly problem: FactProblem | null;
  readonly confirmation: Confirmation | null;
  /** Something was sent for it; else it was judged by what was seen of others, and takes no permission of its own. */
  readonly requested: boolean;
  /** Ids of evidence. */
  readonly evidence: readonly string[];
  /** Addresses of what it was read through: when one of them cannot be read, nothing can be told of it either. */
  readonly through: readonly string[];
}

/** What was found beside the spec's resources: a policy of the tenant, the members of a queue. */
export interface ProbeFact {
  readonly probe: string;
  /** Null when it could not be read, or is not there to be read. */
  readonly value: FieldValue;
  /** Why there is no value although nothing failed: what it is about does not exist yet. */
  readonly absent: string | null;
  readonly problem: FactProblem | null;
  readonly requested: boolean;
  readonly evidence: readonly string[];
  readonly through: readonly string[];
}

/** Everything that verdicts are drawn from, format `psc.facts/1`. Holds no secret and no patient's data. */
export interface Facts {
  readonly format: "psc.facts/1";
  readonly tool: { readonly name: "psc"; readonly version: string };
  readonly environment: {
    readonly name: string;
    readonly stage: string;
    readonly tenant: string;
    readonly cloud: string;
    readonly subscription: string;
    readonly domain: string;
  };
  /** SHA-256 of the resolved spec, exceptions left out: facts fit one spec only. */
  readonly specDigest: string;
  /** Who looked. */
  readonly identity: string;
  /** ISO times of psc's clock. */
  readonly collected: { readonly from: string; readonly to: string };
  readonly resources: readonly ResourceFact[];
  readonly probes: readonly ProbeFact[];
  readonly evidence: readonly EvidenceItem[];
}
