import { PscError } from "../errors.ts";
import { createSemaphore } from "../services/http/semaphore.ts";
import type { Exchange, Http } from "../services/http/types.ts";
import type { RunMemory } from "./context.ts";
import type { ResourceGraph } from "./graph.ts";
import type { Observation } from "./observation.ts";
import type { Problem } from "./plan.ts";
import type { Resource } from "./resource.ts";

/** Reads in flight; the HTTP pipeline bounds the requests of each service besides. */
const READS_AT_ONCE = 24;

export interface Observed {
  readonly observation: Observation;
  /** The requests the verdict rests on. */
  readonly exchanges: readonly Exchange[];
}

export interface ObservationRun {
  readonly results: ReadonlyMap<string, Observed>;
  readonly problems: readonly Problem[];
}

/** What was thrown as a PscError; anything else is a bug and says so. */
export function asPscError(error: unknown, doing: string): PscError {
  if (error instanceof PscError) return error;
  return new PscError({
    code: "PSC-E490",
    message: `${doing} failed unexpectedly: ${error instanceof Error ? error.message : String(error)}`,
    remedy: "this is a bug in psc: please report it; run again with PSC_DEBUG=1 for the stack",
    side: "psc",
    cause: error,
  });
}

/**
 * Reads every resource, each after those it depends on, as parallel as the graph allows. A resource whose dependency
 * could not be read is not read: its state would be judged on missing facts.
 */
export async function observeAll(
  graph: ResourceGraph,
  memory: RunMemory,
  http: Http,
): Promise<ObservationRun> {
  const slot = createSemaphore(READS_AT_ONCE);
  const results = new Map<string, Observed>();
  const problems: Problem[] = [];
  const broken = new Map<string, string>();
  const running = new Map<string, Promise<void>>();

  async function observe(resource: Resource): Promise<void> {
    await Promise.all(resource.dependsOn.map((address) => running.get(address)));
    const cause = resource.dependsOn.find((address) => broken.has(address));
    if (cause !== undefined) {
      const root = broken.get(cause) ?? cause;
      broken.set(resource.address, root);
      record(resource, { status: "unknown", reason: `${root} could not be read` }, []);
      return;
    }
    try {
      const { result, exchanges } = await slot(() =>
        http.traced(() => resource.read(memory.contextOf(resource))),
      );
      record(resource, result, exchanges);
    } catch (error) {
      if (memory.contextOf(resource).signal.aborted) throw error;
      broken.set(resource.address, resource.address);
      problems.push({
        address: resource.address,
        step: resource.info.step,
        error: asPscError(error, `reading ${resource.label}`),
      });
      record(resource, { status: "unknown", reason: "it could not be read" }, []);
    }
  }

  function record(resource: Resource, observation: Observation, exchanges: readonly Exchange[]): void {
    memory.observations.set(resource.address, observation);
    results.set(resource.address, { observation, exchanges });
  }

  for (const resource of graph.order) running.set(resource.address, observe(resource));
  await Promise.all(running.values());
  return {
    results,
    problems: problems.sort((a, b) => a.step - b.step || a.address.localeCompare(b.address)),
  };
}
