import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { type Clock, scaledClock } from "../../src/clock.ts";
import { CLOUDS } from "../../src/cloud.ts";
import { type ApplyOptions, apply } from "../../src/engine/apply.ts";
import { createRunMemory } from "../../src/engine/context.ts";
import type { ApplyResult, EngineEvent } from "../../src/engine/events.ts";
import { buildGraph } from "../../src/engine/graph.ts";
import type { Fields, Observation } from "../../src/engine/observation.ts";
import type { Plan } from "../../src/engine/plan.ts";
import { createPlan } from "../../src/engine/planning.ts";
import {
  type Confirmation,
  defineKind,
  type KindDefinition,
  type Resource,
} from "../../src/engine/resource.ts";
import { createPipeline } from "../../src/services/http/pipeline.ts";
import { createServices } from "../../src/services/services.ts";
import type { EnvironmentSpec, Manifest } from "../../src/spec/model.ts";

/** A cloud that is a map: for the engine's own rules, without any service. */
export interface MemoryCloud {
  readonly objects: Map<string, Fields>;
  readonly calls: string[];
  /** Orders what happens to the next creates, by name. */
  readonly trouble: Map<string, (attempt: number) => Error | undefined>;
  readonly confirmations: Map<string, Confirmation>;
}

export interface ThingProps {
  readonly name: string;
  readonly fields: Fields;
}

export function memoryCloud(): MemoryCloud {
  return { objects: new Map(), calls: [], trouble: new Map(), confirmations: new Map() };
}

type Overrides = Partial<KindDefinition<ThingProps, { name: string }>>;

export function thing(
  cloud: MemoryCloud,
  name: string,
  options: { step?: number; fields?: Fields; after?: string[]; overrides?: Overrides } = {},
): Resource {
  const attempts = new Map<string, number>();
  const kind = defineKind<ThingProps, { name: string }>({
    kind: "test.thing",
    summary: "a thing",
    step: options.step ?? 1,
    api: "memory",
    persona: "System Administrator",
    permissions: { read: [], write: [] },
    sources: [],
    nature: "managed",
    label: (props) => `thing ${props.name}`,
    declared: (props) => props.fields,
    async read(props): Promise<Observation<{ name: string }>> {
      const fields = cloud.objects.get(props.name);
      return fields === undefined
        ? { status: "absent" }
        : { status: "present", id: props.name, fields, data: { name: props.name } };
    },
    async create(props) {
      const attempt = (attempts.get(props.name) ?? 0) + 1;
      attempts.set(props.name, attempt);
      const error = cloud.trouble.get(props.name)?.(attempt);
      if (error !== undefined) throw error;
      cloud.calls.push(`create ${props.name}`);
      cloud.objects.set(props.name, props.fields);
      return undefined;
    },
    async update(props, _present, changes) {
      cloud.calls.push(`update ${props.name} ${changes.map(({ path }) => path).join("+")}`);
      cloud.objects.set(props.name, { ...cloud.objects.get(props.name), ...props.fields });
      return undefined;
    },
    ...options.overrides,
  });
  return kind.resource({
    name,
    props: { name, fields: options.fields ?? {} },
    dependsOn: (options.after ?? []).map((other) => kind.address(other)),
  });
}

export const thingAddress = (name: string): string => `test.thing[${JSON.stringify(name)}]`;

export interface Bench {
  plan(): Promise<Plan>;
  apply(plan: Plan, options?: Partial<ApplyOptions>): Promise<ApplyResult>;
  readonly events: EngineEvent[];
  readonly clock: Clock;
}

/** Engine on a clock that runs a hundred thousand times too fast. */
export function bench(
  cloud: MemoryCloud,
  resources: readonly Resource[],
  signal: AbortSignal = new AbortController().signal,
): Bench {
  const clock = scaledClock(100_000, Date.UTC(2026, 0, 1));
  const http = createPipeline({
    cloud: CLOUDS.public,
    clock,
    tokens: { getToken: async () => "unused" },
    client: {
      async sendRequest(request) {
        cloud.calls.push(`sent ${request.method} ${new URL(request.url).pathname}`);
        return { request, status: 204, headers: createHttpHeaders(), bodyAsText: "" };
      },
    },
    readOnly: false,
  });
  const services = createServices({
    cloud: CLOUDS.public,
    http,
    clock,
    env: {},
    signedIn: async () => Promise.reject(new Error("nobody signs in")),
  });
  const memory = createRunMemory({
    spec: {} as EnvironmentSpec,
    manifest: {} as Manifest,
    services,
    clock,
    signal,
    confirmation: (address) => cloud.confirmations.get(address),
  });
  const graph = buildGraph(resources);
  const events: EngineEvent[] = [];
  return {
    clock,
    events,
    plan: async () => (await createPlan(graph, memory, http)).plan,
    apply: (plan, options) =>
      apply(plan, {
        graph,
        memory,
        http,
        emit: (event) => events.push(event),
        patienceMs: 0,
        recordDetection: (gate) => ({ gate, by: "tester", at: "2026-01-01T00:00:00Z", how: "detected" }),
        ...options,
      }),
  };
}
