import { buildGraph, type ResourceGraph } from "./graph.ts";
import type { Resource } from "./resource.ts";

/**
 * By address, the things no longer declared that a resource stood on when they were declared last: a lock, for one, goes
 * before everything it ever protected.
 */
function earlierTies(
  current: ResourceGraph,
  before: readonly (readonly Resource[])[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const ties = new Map<string, Set<string>>();
  const told = new Set<string>();
  for (const resources of before) {
    const addresses = new Set(
      resources
        .map(({ address }) => address)
        .filter((address) => current.get(address) === undefined && !told.has(address)),
    );
    for (const address of addresses) told.add(address);
    for (const { address, dependsOn } of resources)
      for (const need of dependsOn)
        if (addresses.has(need)) ties.set(address, (ties.get(address) ?? new Set()).add(need));
  }
  return ties;
}

const tied =
  (ties: ReadonlyMap<string, ReadonlySet<string>>) =>
  (resource: Resource): Resource => ({
    ...resource,
    dependsOn: [...new Set([...resource.dependsOn, ...(ties.get(resource.address) ?? [])])],
  });

/**
 * What an environment declared once and declares no more. Checks are left out: they leave nothing behind.
 * @param before the resources of earlier specs, the newest first: the last word on each counts.
 */
export function leftoversOf(
  current: ResourceGraph,
  before: readonly (readonly Resource[])[],
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
  return [...found.values()].map(tied(earlierTies(current, before)));
}

/** The current resources, with their ties to what is no longer declared. */
export function withEarlierTies(
  current: ResourceGraph,
  before: readonly (readonly Resource[])[],
): readonly Resource[] {
  return current.order.map(tied(earlierTies(current, before)));
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
