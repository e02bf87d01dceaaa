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
