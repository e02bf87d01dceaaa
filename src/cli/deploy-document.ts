import type { ApplyResult } from "../engine/events.ts";
import type { ActionName, Plan } from "../engine/plan.ts";
import { planDocument } from "../engine/plan.ts";
import type { HandoverFact } from "../resources/handover.ts";
import type { EnvironmentSpec } from "../spec/model.ts";
import { type ErrorRecord, errorRecord } from "./error-report.ts";
import { instructionsRecord } from "./event-stream.ts";
import { shortGateName } from "./gate-address.ts";

/** Result of `psc deploy --output json`, format `psc.deploy/1`. */
export interface DeployDocument {
  readonly format: "psc.deploy/1";
  readonly environment: { readonly name: string; readonly stage: string; readonly tenant: string };
  readonly target: string;
  /** `refused`: something did not hold, so nothing was written; `left`: time was up (`--leave-after`). */
  readonly outcome: ApplyResult["outcome"] | "no-changes" | "refused" | "left";
  readonly summary: Plan["summary"];
  readonly finished: readonly {
    readonly address: string;
    readonly action: ActionName;
    readonly elapsedMs: number;
    readonly step: number;
    readonly api: string;
  }[];
  readonly failures: readonly {
    readonly address: string;
    readonly step: number;
    readonly error: ErrorRecord;
  }[];
  readonly blocked: readonly { readonly address: string; readonly by: string }[];
  readonly gates: readonly {
    readonly gate: string;
    readonly name: string;
    readonly persona: string;
    readonly instructions: readonly string[];
    readonly link: string;
    readonly probe: string | null;
    readonly value: object | null;
  }[];
  readonly handover: readonly HandoverFact[];
}

export interface DeployDocumentOptions {
  readonly spec: EnvironmentSpec;
  readonly target: string;
  readonly plan: Plan;
  readonly outcome: DeployDocument["outcome"];
  /** Absent when nothing was applied. */
  readonly result?: ApplyResult;
  readonly handover: readonly HandoverFact[];
}

export function deployDocument(options: DeployDocumentOptions): DeployDocument {
  const { spec, plan, result } = options;
  const environment = { name: spec.name, stage: spec.stage, tenant: spec.tenant };
  const infoOf = new Map(plan.actions.map(({ resource }) => [resource.address, resource.info]));
  return {
    format: "psc.deploy/1",
    environment,
    target: options.target,
    outcome: options.outcome,
    summary: planDocument(plan, environment).summary,
    finished: (result?.finished ?? []).map((entry) => ({
      ...entry,
      elapsedMs: Math.round(entry.elapsedMs),
      step: infoOf.get(entry.address)?.step ?? 0,
      api: infoOf.get(entry.address)?.api ?? "",
    })),
    failures:
      result === undefined
        ? plan.problems.map(({ address, step, error }) => ({ address, step, error: errorRecord(error) }))
        : result.failures.map(({ resource, error }) => ({
            address: resource.address,
            step: resource.info.step,
            error: errorRecord(error),
          })),
    blocked: (result?.blocked ?? []).map(({ resource, by }) => ({ address: resource.address, by })),
    gates: (result?.gates ?? []).map(({ resource, instructions }) => ({
      gate: resource.address,
      name: shortGateName(resource.address),
      persona: resource.info.persona,
      instructions: instructions.steps,
      link: instructions.link,
      probe: instructions.probe ?? null,
      value: (instructionsRecord(instructions) as { value: object | null }).value,
    })),
    handover: options.handover,
  };
}
