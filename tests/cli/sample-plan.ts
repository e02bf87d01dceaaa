import type { Action, ActionName, Plan } from "../../src/engine/plan.ts";
import { ACTIONS } from "../../src/engine/plan.ts";
import {
  defineKind,
  type GateInstructions,
  type KindInfo,
  type Persona,
  type Resource,
} from "../../src/engine/resource.ts";
import type { PscError } from "../../src/errors.ts";

export interface SampleOptions {
  readonly name?: string;
  readonly kind?: string;
  readonly step?: number;
  readonly persona?: Persona;
  readonly label?: string;
  readonly detail?: string;
  readonly usualMinutes?: number;
  readonly nature?: KindInfo["nature"];
}

/** A resource that is only looked at. */
export function sample(options: SampleOptions): Resource {
  const kind = defineKind<Record<never, never>, object>({
    kind: options.kind ?? "omnichannel.queue",
    summary: "a sample",
    step: options.step ?? 11,
    api: "Dataverse Web API: queues",
    persona: options.persona ?? "Omnichannel Administrator",
    permissions: { read: ["prvReadQueue"], write: ["prvCreateQueue"] },
    sources: [],
    nature: options.nature ?? "managed",
    usualMinutes: options.usualMinutes ?? 0,
    label: () => options.label ?? `queue "${options.name ?? "Patients"}"`,
    detail: () => options.detail ?? "",
    read: async () => ({ status: "absent" }),
  });
  return kind.resource({
    props: {},
    dependsOn: [],
    ...(options.name === undefined ? {} : { name: options.name }),
  });
}

export const INSTRUCTIONS: GateInstructions = {
  steps: ["Open the link", "Choose Accept"],
  link: "https://go.microsoft.com/fwlink/p/?linkid=2070932",
  probe: "both service principals exist",
  usualMinutes: 2,
  simulation: { action: "omnichannel-consent", payload: {} },
};

export type SampleAction = Partial<Omit<Action, "resource">> & {
  readonly action: ActionName;
  readonly resource?: SampleOptions;
};

export function planOf(actions: readonly SampleAction[], errors: readonly PscError[] = []): Plan {
  const made = actions.map(
    (action, index): Action => ({
      reason: "it does not exist",
      diff: [],
      observation: { status: "absent" },
      ...action,
      resource: sample({ name: `Q${index}`, ...action.resource }),
    }),
  );
  const summary = Object.fromEntries(
    ACTIONS.map((name) => [name, made.filter(({ action }) => action === name).length]),
  ) as Record<ActionName, number>;
  return {
    actions: made,
    problems: errors.map((error) => ({
      address: "azure.location",
      step: 0,
      persona: "Power Platform Administrator" as const,
      error,
    })),
    concerns: [],
    summary,
    reads: 12,
    tookMs: 400,
    usualMs: made.reduce((sum, { resource }) => sum + resource.usualMs, 0),
  };
}
