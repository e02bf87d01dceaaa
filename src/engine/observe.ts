import { PscError } from "../errors.ts";
import { createSemaphore } from "../services/http/semaphore.ts";
import type { Exchange, Http } from "../services/http/types.ts";
import { NotObservedYet, type RunMemory } from "./context.ts";
import type { ResourceGraph } from "./graph.ts";
import type { Observation } from "./observation.ts";
import type { Problem } from "./plan.ts";
import type { Resource } from "./resource.ts";

/** Reads in flight; the HTTP pipeline bounds the requests of each service. */
const READS_AT_ONCE = 256;

export interface Observed {
  readonly observation: Observation;
  /** The requests the verdict rests on. */
  readonly exchanges: readonly Exchange[];
  /** Address of the failure at the root, when it could not be read because of another resource. */
  readonly behind?: string;
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
    remedy: "this is a bug in psc: please report it; run again with --debug for the stack",
    side: "psc",
    cause: error,
  });
}

/** Reads that may begin again because of each other, before a cycle is assumed. */
const MOST_RESTARTS = 50;

/**
 * Reads every resource. All begin at once; a read that asks for another resource's state waits for just that one and
 * begins again, so that what does not depend on one another is asked for together. A failure that follows from another
 * one is not told again.
 */
export async function observeAll(
  graph: Pick<ResourceGraph, "order">,
  memory: RunMemory,
  http: Http,
): Promise<ObservationRun> {
  const slot = createSemaphore(READS_AT_ONCE);
  const results = new Map<string, Observed>();
  const problems: Problem[] = [];
  /** Address of the failure at the root, by address of what it keeps from being told. */
  const broken = new Map<string, string>();
  /** Resolves when the state of a resource is known, or known not to be. */
  const settled = new Map<string, PromiseWithResolvers<void>>();
  const standsOn = createStandsOn(graph.order);

  /** The failure that explains why this resource cannot be told, once all it stands on has been read. */
  async function rootOf(resource: Resource): Promise<string | undefined> {
    await Promise.all(resource.dependsOn.map((address) => settled.get(address)?.promise));
    const cause = resource.dependsOn.find((address) => broken.has(address));
    return cause === undefined ? undefined : (broken.get(cause) ?? cause);
  }

  async function observe(resource: Resource): Promise<void> {
    const exchanges: Exchange[] = [];
    for (let restarts = 0; ; restarts += 1) {
      try {
        const traced = await slot(() =>
          http.traced(
            () => resource.read(memory.contextOf(resource)),
            (exchange) => exchanges.push(exchange),
          ),
        );
        record(resource, traced.result, exchanges);
        return;
      } catch (error) {
        if (error instanceof NotObservedYet && restarts < MOST_RESTARTS) {
          await settled.get(error.address)?.promise;
          const root = broken.get(error.address);
          // What it does not stand on may be unknown: the read makes of that what it can.
          if (root === undefined || !standsOn(resource, error.address)) continue;
          consequence(resource, root);
          return;
        }
        if (memory.contextOf(resource).signal.aborted) throw error;
        // Told at once: something it stands on may look at this very resource, and each would wait for the other.
        broken.set(resource.address, resource.address);
        record(resource, { status: "unknown", reason: "it could not be read" }, []);
        // A missing permission that is named explains itself, and each has to be granted.
        const isNamed = error instanceof PscError && error.permission !== undefined;
        const root = isNamed ? undefined : await rootOf(resource);
        if (root !== undefined) {
          consequence(resource, root);
          return;
        }
        problems.push({
          address: resource.address,
          step: resource.info.step,
          persona: resource.info.persona,
          error: asPscError(error, `reading ${resource.label}`),
        });
        return;
      }
    }
  }

  function consequence(resource: Resource, root: string): void {
    broken.set(resource.address, root);
    record(resource, { status: "unknown", reason: `${root} could not be read` }, [], root);
  }

  function record(
    resource: Resource,
    observation: Observation,
    exchanges: readonly Exchange[],
    behind?: string,
  ): void {
    memory.observations.set(resource.address, observation);
    memory.awaited.delete(resource.address);
    // A read that began again asked for the same things again and was given the same answers.
    results.set(resource.address, {
      observation,
      exchanges: distinct(exchanges),
      ...(behind === undefined ? {} : { behind }),
    });
    settled.get(resource.address)?.resolve();
  }

  memory.cannotTell = (resource, address) => broken.has(address) && standsOn(resource, address);
  // What was seen before is not to be taken for what is there now.
  for (const { address } of graph.order) {
    memory.awaited.add(address);
    settled.set(address, Promise.withResolvers());
  }
  try {
    await Promise.all(graph.order.map(observe));
  } finally {
    memory.awaited.clear();
    memory.cannotTell = () => false;
  }
  return {
    results,
    problems: problems.sort((a, b) => a.step - b.step || a.address.localeCompare(b.address)),
  };
}

/** Whether a resource depends on an address, directly or through others. */
function createStandsOn(order: readonly Resource[]): (resource: Resource, address: string) => boolean {
  const needs = new Map<string, ReadonlySet<string>>();
  // Dependencies come before dependents.
  for (const { address, dependsOn } of order)
    needs.set(address, new Set(dependsOn.flatMap((need) => [need, ...(needs.get(need) ?? [])])));
  return (resource, address) => needs.get(resource.address)?.has(address) === true;
}

function distinct(exchanges: readonly Exchange[]): readonly Exchange[] {
  const seen = new Set<string>();
  return exchanges.filter(({ method, url, sent }) => {
    const key = `${sent} ${method} ${url}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
