import type { PscError } from "../errors.ts";
import type { FieldChange, FieldValue, Observation } from "./observation.ts";
import type { RemovalPlan } from "./removal.ts";
import type { GateInstructions, Persona, Resource } from "./resource.ts";

export const ACTIONS = ["create", "update", "replace", "delete", "adopt", "wait", "gate", "none"] as const;
export type ActionName = (typeof ACTIONS)[number];

/** What holds, and yet somebody ought to know. */
export interface Concern {
  readonly address: string;
  readonly persona: Persona;
  readonly message: string;
}

/** What psc means to do about one resource, and why. */
export interface Action {
  readonly resource: Resource;
  readonly action: ActionName;
  readonly reason: string;
  readonly diff: readonly FieldChange[];
  readonly observation: Observation;
  /** What a person has to do; gates only. */
  readonly gate?: GateInstructions;
}

/** A check that does not hold, or a state that could not be read. */
export interface Problem {
  readonly address: string;
  readonly step: number;
  /** Who would have to hold what is missing. */
  readonly persona: Persona;
  readonly error: PscError;
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly problems: readonly Problem[];
  readonly concerns: readonly Concern[];
  readonly summary: Readonly<Record<ActionName, number>>;
  /** Requests sent while observing, and milliseconds it took on the real clock. */
  readonly reads: number;
  readonly tookMs: number;
  /** Usual duration of what is to be done along its longest path, milliseconds. */
  readonly usualMs: number;
  /** What is no longer declared; its deletions are among the actions, and come last. Only when it was asked for. */
  readonly pruning?: RemovalPlan;
}

/** The machine-readable plan, format `psc.plan/1`. */
export interface PlanDocument {
  readonly format: "psc.plan/1";
  readonly environment: { readonly name: string; readonly stage: string; readonly tenant: string };
  readonly summary: Readonly<Record<ActionName, number>>;
  readonly actions: readonly {
    readonly address: string;
    readonly kind: string;
    readonly step: number;
    readonly action: ActionName;
    readonly reason: string;
    readonly persona: Persona;
    readonly api: string;
    readonly diff: readonly {
      readonly path: string;
      readonly before: FieldValue;
      readonly after: FieldValue;
    }[];
  }[];
  readonly problems: readonly {
    readonly address: string;
    readonly code: string;
    readonly message: string;
    readonly remedy: string | undefined;
    /** What the identity lacks, in the service's own words, and who holds or grants it. */
    readonly permission?: string;
    readonly persona?: string;
  }[];
  /** What holds, and yet somebody ought to know; absent when there is nothing of the kind. */
  readonly concerns?: readonly Concern[];
  /** No longer declared and not deleted, with the reason; only with `--prune`. */
  readonly kept?: readonly { readonly address: string; readonly kind: string; readonly reason: string }[];
}

export function planDocument(plan: Plan, environment: PlanDocument["environment"]): PlanDocument {
  return {
    format: "psc.plan/1",
    environment,
    summary: plan.summary,
    actions: plan.actions.map(({ resource, action, reason, diff }) => ({
      address: resource.address,
      kind: resource.info.kind,
      step: resource.info.step,
      action,
      reason,
      persona: resource.info.persona,
      api: resource.info.api,
      diff: diff.map(({ path, before, after }) => ({ path, before: before ?? null, after })),
    })),
    problems: plan.problems.map(({ address, error }) => ({
      address,
      code: error.code,
      message: error.message,
      remedy: error.remedy,
      ...(error.permission === undefined ? {} : { permission: error.permission }),
      ...(error.persona === undefined ? {} : { persona: error.persona }),
    })),
    ...(plan.concerns.length === 0 ? {} : { concerns: plan.concerns }),
    ...(plan.pruning === undefined
      ? {}
      : {
          kept: plan.pruning.verdicts
            .filter(({ fate }) => fate === "stays")
            .map(({ resource, reason }) => ({
              address: resource.address,
              kind: resource.info.kind,
              reason,
            })),
        }),
  };
}

/** True when applying the plan would change something or needs a person. */
export function hasChanges(plan: Plan): boolean {
  return plan.actions.some(({ action }) => action !== "none");
}
