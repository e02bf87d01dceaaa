import { buildGraph, type ResourceGraph } from "./graph.ts";
import type { Resource } from "./resource.ts";

/**
 * What an environment declared once and declares no more. Checks are left out: they leave nothing behind.
 * @param before the resources of earlier specs, the newest first: the last word on each counts.
 */
export function leftoversOf(
  current: ResourceGraph,
  before: Iterable<readonly Resource[]>,
): readonly Resource[] {
  const found = new Map<string, Resource>();
  for (const resources of before)
    for (const resource of resources)
      if (
        resource.info.nature !== "check" &&
        current.get(resource.address) === undefined &&
        !found.has(resource.address)
      )
        found.set(resource.address, resource);
  return [...found.values()];
}

/**
 * The current resources, each of which also depends on the leftovers it stood on when they were declared last: a lock,
 * for one, goes before everything it ever protected.
 * @param before as for `leftoversOf`.
 */
export function withEarlierTies(
  current: ResourceGraph,
  before: Iterable<readonly Resource[]>,
): readonly Resource[] {
  const ties = new Map<string, Set<string>>();
  const told = new Set<string>();
  for (const resources of before) {
    const last = resources.filter(({ address }) => current.get(address) === undefined && !told.has(address));
    const addresses = new Set(last.map(({ address }) => address));
    for (const address of addresses) told.add(address);
    for (const { address, dependsOn } of resources)
      for (const need of dependsOn)
        if (addresses.has(need)) ties.set(address, (ties.get(address) ?? new Set()).add(need));
  }
  return current.order.map((resource) => ({
    ...resource,
    dependsOn: [...new Set([...resource.dependsOn, ...(ties.get(resource.address) ?? [])])],
  }));
}

/** The graph of `resources`, with the dependencies that stand in it. */
export function graphOf(resources: readonly Resource[]): ResourceGraph {
  const known = new Set(resources.map(({ address }) => address));
  return buildGraph(
    resources.map((resource) => ({
      ...resource,
      dependsOn: resource.dependsOn.filter((address) => known.has(address)),
    })),
  );
}
