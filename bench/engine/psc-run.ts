import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { systemClock } from "../../src/clock.ts";
import { CLOUDS } from "../../src/cloud.ts";
import { apply } from "../../src/engine/apply.ts";
import { createRunMemory } from "../../src/engine/context.ts";
import type { ApplyResult, EngineEvent } from "../../src/engine/events.ts";
import { buildGraph } from "../../src/engine/graph.ts";
import { openJournal } from "../../src/engine/journal.ts";
import { acquireLock } from "../../src/engine/lock.ts";
import { createPlan } from "../../src/engine/planning.ts";
import { planRemoval, remove } from "../../src/engine/removal.ts";
import { createPipeline } from "../../src/services/http/pipeline.ts";
import { createServices } from "../../src/services/services.ts";
import type { EnvironmentSpec, Manifest } from "../../src/spec/model.ts";
import { thingResources } from "./things.ts";
import { layeredGraph, workloadOf } from "./workload.ts";

/**
 * The program under test: psc's engine as `deploy` uses it, with lock, journal, a fresh look at the target and no state
 * file, on the benchmark's resources. Reads N, DEPTH, FANIN, SUFFIX and BASE_URL; `--destroy` removes everything.
 */

const { env } = process;
const nobody = (): Promise<never> => Promise.reject(new Error("nobody signs in to the benchmark"));

const started = performance.now();
const http = createPipeline({
  cloud: CLOUDS.public,
  clock: systemClock,
  tokens: { getToken: nobody },
  client: { sendRequest: async (request) => ({ request, status: 501, headers: createHttpHeaders() }) },
  readOnly: false,
});
const memory = createRunMemory({
  spec: {} as EnvironmentSpec,
  manifest: {} as Manifest,
  services: createServices({ cloud: CLOUDS.public, http, clock: systemClock, env: {}, signedIn: nobody }),
  clock: systemClock,
  signal: new AbortController().signal,
  confirmation: () => undefined,
});
const nodes = layeredGraph(workloadOf(env));
const graph = buildGraph(thingResources(env["BASE_URL"] ?? "", nodes, env["SUFFIX"] ?? ""));
const lock = acquireLock(".psc", "bench", "bench");
const journal = openJournal(".psc", () => systemClock.now());
const emit = (event: EngineEvent): void => journal.record(event);

async function deploy(): Promise<Phase> {
  const { plan } = await createPlan(graph, memory, http);
  return {
    planned: performance.now(),
    result: await apply(plan, {
      graph,
      memory,
      http,
      patienceMs: 0,
      recordDetection: (gate) => ({ gate, by: "bench", at: new Date().toISOString(), how: "detected" }),
      recorded: () => journal.flushed(),
      emit,
    }),
  };
}

async function destroy(): Promise<Phase> {
  const plan = await planRemoval(graph, memory, http, { include: [], isJournaled: () => false });
  return { planned: performance.now(), result: await remove(plan, { memory, http, emit }) };
}

interface Phase {
  readonly planned: number;
  readonly result: ApplyResult;
}

const { planned, result } = process.argv.includes("--destroy") ? await destroy() : await deploy();
journal.close();
lock.release();
const ended = performance.now();
const rssMb = Math.round(process.memoryUsage().rss / 2 ** 20);
console.error(
  `engine_ms ${(ended - started).toFixed(1)} rss_mb ${rssMb} plan_ms ${(planned - started).toFixed(1)} apply_ms ${(ended - planned).toFixed(1)}`,
);
process.exit(result.outcome === "done" ? 0 : 1);
