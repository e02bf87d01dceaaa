import { scaledClock } from "../../../src/clock.ts";
import { CLOUDS } from "../../../src/cloud.ts";
import { apply } from "../../../src/engine/apply.ts";
import { createRunMemory } from "../../../src/engine/context.ts";
import type { ApplyResult, EngineEvent } from "../../../src/engine/events.ts";
import { buildGraph } from "../../../src/engine/graph.ts";
import type { Observation } from "../../../src/engine/observation.ts";
import type { Action, Plan } from "../../../src/engine/plan.ts";
import { createPlan } from "../../../src/engine/planning.ts";
import type { Confirmation, Resource } from "../../../src/engine/resource.ts";
import {
  ADMIN_USER,
  BARE_APP,
  PIPELINE_APP,
  PLAIN_USER,
  PUBLIC_CLIENT_APP_ID,
  TENANT,
} from "../../../src/sandbox/seed.ts";
import { createPipeline } from "../../../src/services/http/pipeline.ts";
import { sandboxTransport } from "../../../src/services/http/sandbox-transport.ts";
import { createServices, type Services } from "../../../src/services/services.ts";
import { createSignIn } from "../../../src/services/sign-in.ts";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";
import { type ParsedJson, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";
import { CONTOSO_MANIFEST } from "./contoso.ts";

export type Person = "admin" | "reader" | "pipeline" | "bare";

export interface Run {
  readonly plan: Plan;
  readonly result: ApplyResult;
  readonly events: readonly EngineEvent[];
}

/** A sandbox tenant with psc's own engine and clients in front of it. */
export interface TestTenant {
  readonly sandbox: TestSandbox;
  services(as?: Person, readOnly?: boolean): Promise<Services>;
  plan(spec: EnvironmentSpec, resources: readonly Resource[], as?: Person): Promise<Plan>;
  /** What a read finds for one address. */
  observe(spec: EnvironmentSpec, resources: readonly Resource[], address: string): Promise<Observation>;
  deploy(spec: EnvironmentSpec, resources: readonly Resource[], as?: Person): Promise<Run>;
  confirm(address: string, value?: string, at?: string): void;
  /** Requests that changed something since the last call, as `METHOD path`. */
  writes(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Fast enough that minutes of waiting cost milliseconds. */
const DEFAULT_SPEED = 7_200;

function applicationIn(as: "pipeline" | "bare"): Record<string, string> {
  const { appId, secret } = as === "pipeline" ? PIPELINE_APP : BARE_APP;
  return { AZURE_TENANT_ID: TENANT.id, AZURE_CLIENT_ID: appId, AZURE_CLIENT_SECRET: secret };
}

/** Dependencies on kinds that a test leaves out are taken as done. */
function selfContained(resources: readonly Resource[]): Resource[] {
  const known = new Set(resources.map(({ address }) => address));
  return resources.map((resource) => ({
    ...resource,
    dependsOn: resource.dependsOn.filter((address) => known.has(address)),
  }));
}

export async function startTenant(speed = DEFAULT_SPEED): Promise<TestTenant> {
  const sandbox = await startTestSandbox({ speed });
  const confirmations = new Map<string, Confirmation>();
  let seen = 0;

  async function services(as: Person = "admin", readOnly = false): Promise<Services> {
    const { now } = (await sandbox.control("GET", "clock")).body as { now: number };
    const clock = scaledClock(speed, now);
    const client = sandboxTransport(sandbox.sandbox.url);
    const cloud = CLOUDS.public;
    const signIn = createSignIn({
      cloud,
      tenant: TENANT.id,
      clock,
      client,
      env: as === "pipeline" || as === "bare" ? applicationIn(as) : {},
      sandboxPerson: {
        clientId: PUBLIC_CLIENT_APP_ID,
        username: as === "admin" ? ADMIN_USER.userPrincipalName : PLAIN_USER.userPrincipalName,
        password: ADMIN_USER.password,
      },
    });
    const http = createPipeline({
      cloud,
      clock,
      tokens: signIn,
      client,
      readOnly,
      identity: () => signIn.knownName(),
    });
    return createServices({ cloud, http, clock, env: process.env, signedIn: () => signIn.whoAmI() });
  }

  async function start(spec: EnvironmentSpec, resources: readonly Resource[], as: Person, readOnly: boolean) {
    const made = await services(as, readOnly);
    const graph = buildGraph(selfContained(resources));
    const memory = createRunMemory({
      spec,
      manifest: CONTOSO_MANIFEST,
      services: made,
      clock: made.clock,
      signal: new AbortController().signal,
      confirmation: (address) => confirmations.get(address),
    });
    return {
      services: made,
      graph,
      memory,
      planned: await createPlan(graph, memory, made.http, { allChecks: true }),
    };
  }

  return {
    sandbox,
    services,
    async plan(spec, resources, as = "admin") {
      return (await start(spec, resources, as, true)).planned.plan;
    },
    async observe(spec, resources, address) {
      const { planned } = await start(spec, resources, "admin", true);
      const found = planned.observed.results.get(address);
      if (found === undefined) throw new Error(`${address} was not observed`);
      return found.observation;
    },
    async deploy(spec, resources, as = "admin") {
      const run = await start(spec, resources, as, false);
      const events: EngineEvent[] = [];
      const result = await apply(run.planned.plan, {
        graph: run.graph,
        memory: run.memory,
        http: run.services.http,
        emit: (event) => events.push(event),
        patienceMs: 0,
        recordDetection: (gate) => ({ gate, by: "test", at: "", how: "detected" }),
      });
      return { plan: run.planned.plan, result, events };
    },
    confirm(address, value, at) {
      confirmations.set(address, {
        gate: address,
        by: "alex",
        // Sandbox time runs ahead of the wall clock: by default the word is later than anything in the tenant.
        at: at ?? new Date(Date.now() + 10 * 365 * 86_400_000).toISOString(),
        how: "confirmed",
        ...(value === undefined ? {} : { value }),
      });
    },
    async writes() {
      const answer = await sandbox.control("GET", "requests");
      const requests = answer.body.value as readonly ParsedJson[];
      const fresh = requests.slice(seen);
      seen = requests.length;
      return fresh
        .filter((request) => request.write && !String(request.service).includes("login"))
        .map((request) => `${request.method} ${new URL(request.url, "https://x").pathname}`);
    },
    close: () => sandbox.close(),
  };
}

/** The action planned for an address. */
export function actionOf(plan: Plan, address: string): Action {
  const action = plan.actions.find(({ resource }) => resource.address === address);
  if (action === undefined)
    throw new Error(
      `${address} is not in the plan; problems: ${plan.problems.map(({ address: at, error }) => `${at}: ${error.message}`).join(" | ")}`,
    );
  return action;
}

/** `before → after` of every difference, by path. */
export function diffOf(plan: Plan, address: string): Readonly<Record<string, readonly [unknown, unknown]>> {
  return Object.fromEntries(
    actionOf(plan, address).diff.map(({ path, before, after }) => [path, [before, after]]),
  );
}
