import type { RunMemory } from "../engine/context.ts";
import type { ResourceGraph } from "../engine/graph.ts";
import { type GateInstructions, PERSONAS, type Persona, type Resource, STEPS } from "../engine/resource.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";

/** One thing to bring about. */
export interface RunbookItem {
  readonly address: string;
  readonly label: string;
  readonly detail: string;
  readonly usualMinutes: number;
  /** Present where a person does it by hand. */
  readonly byHand?: Pick<GateInstructions, "steps" | "link" | "probe" | "value">;
}

export interface RunbookPart {
  readonly persona: Persona;
  /** Least-privileged permissions, in the services' own words. */
  readonly permissions: readonly string[];
  readonly steps: readonly RunbookStep[];
}

export interface RunbookStep {
  readonly step: number;
  readonly title: string;
  /** Personas some of whose work must be done before, each with what of it. */
  readonly after: readonly { readonly persona: Persona; readonly labels: readonly string[] }[];
  readonly items: readonly RunbookItem[];
}

/** Who does what for one environment, from its spec alone; format `psc.runbook/1`. */
export interface Runbook {
  readonly format: "psc.runbook/1";
  readonly environment: { readonly name: string; readonly stage: string; readonly tenant: string };
  readonly solution: string;
  /** The spec file as the person named it. */
  readonly file: string;
  readonly parts: readonly RunbookPart[];
}

export interface RunbookInput {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly file: string;
  readonly graph: ResourceGraph;
  readonly memory: RunMemory;
}

/** A team's part: everything of the spec that one persona brings about, in the guide's order. */
export function runbookOf({ spec, manifest, file, graph, memory }: RunbookInput): Runbook {
  const work = graph.order.filter(({ info }) => info.nature !== "check");
  const parts = PERSONAS.flatMap((persona) => {
    const mine = work.filter(({ info }) => info.persona === persona);
    return mine.length === 0 ? [] : [partOf(persona, mine, graph, memory)];
  });
  const first = ({ steps }: RunbookPart): number => steps[0]?.step ?? 0;
  return {
    format: "psc.runbook/1",
    environment: { name: spec.name, stage: spec.stage, tenant: spec.tenant },
    solution: manifest.displayName,
    file,
    parts: parts.sort((a, b) => first(a) - first(b)),
  };
}

function partOf(
  persona: Persona,
  mine: readonly Resource[],
  graph: ResourceGraph,
  memory: RunMemory,
): RunbookPart {
  return {
    persona,
    permissions: [...new Set(mine.flatMap(({ info }) => info.permissions.write))],
    steps: STEPS.flatMap((title, step) => {
      const here = mine.filter(({ info }) => info.step === step);
      return here.length === 0
        ? []
        : [
            {
              step,
              title,
              after: othersBefore(persona, here, graph),
              items: here.map((resource) => itemOf(resource, memory)),
            },
          ];
    }),
  };
}

function othersBefore(
  persona: Persona,
  resources: readonly Resource[],
  graph: ResourceGraph,
): RunbookStep["after"] {
  const needed = resources
    .flatMap(({ dependsOn }) => dependsOn.flatMap((address) => graph.get(address) ?? []))
    .filter(({ info }) => info.nature !== "check" && info.persona !== persona);
  return [...new Set(needed.map(({ info }) => info.persona))].map((other) => ({
    persona: other,
    labels: [...new Set(needed.filter(({ info }) => info.persona === other).map(({ label }) => label))],
  }));
}

function itemOf(resource: Resource, memory: RunMemory): RunbookItem {
  const { address, label, detail, usualMs } = resource;
  const gate =
    resource.info.nature === "gate" ? resource.instructions?.(memory.contextOf(resource)) : undefined;
  return {
    address,
    label,
    detail,
    usualMinutes: gate?.usualMinutes ?? Math.round(usualMs / 60_000),
    ...(gate === undefined
      ? {}
      : {
          byHand: {
            steps: gate.steps,
            link: gate.link,
            ...(gate.probe === undefined ? {} : { probe: gate.probe }),
            ...(gate.value === undefined ? {} : { value: gate.value }),
          },
        }),
  };
}

/** The line that does a part, as a shell takes it. */
export function partCommand({ file }: Runbook, { persona }: RunbookPart): string {
  return `psc deploy ${file} --persona '${persona}'`;
}

/** How psc learns that something was done by hand. */
export function noticing(
  { byHand, address }: Pick<RunbookItem, "byHand" | "address">,
  { file }: Pick<Runbook, "file">,
): string {
  if (byHand?.probe !== undefined && byHand.value === undefined)
    return `psc sees it by itself: ${byHand.probe}`;
  const value = byHand?.value === undefined ? "" : ` --value ${byHand.value.name.toUpperCase()}`;
  return `tell psc: psc gate confirm '${address}' ${file}${value}`;
}
