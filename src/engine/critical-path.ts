import type { ResourceGraph } from "./graph.ts";
import type { Action } from "./plan.ts";
import type { Resource } from "./resource.ts";

/** What has no known duration still takes some: so of two paths without, the one with more on it is longer. */
const LEAST_MS = 1_000;

/**
 * Resources in the order in which they should begin where not all can at once: the one with the longest way still before
 * it first, dependencies always before dependents.
 * @param lasted how long each took when it was last made, in milliseconds, by address; outranks what is usual.
 */
export function longestWayFirst(
  graph: ResourceGraph,
  actions: ReadonlyMap<string, Action>,
  lasted: ReadonlyMap<string, number> = new Map(),
): readonly Resource[] {
  const ways = new Map<string, number>();
  const own = ({ address, usualMs }: Resource): number => {
    const { action, gate } = actions.get(address) ?? { action: "none" };
    if (action === "none") return 0;
    if (gate !== undefined) return gate.usualMinutes * 60_000;
    return action === "update" ? LEAST_MS : Math.max(LEAST_MS, lasted.get(address) ?? usualMs);
  };
  for (const resource of [...graph.order].reverse()) {
    const beyond = graph.dependents(resource.address).map(({ address }) => ways.get(address) ?? 0);
    ways.set(resource.address, own(resource) + Math.max(0, ...beyond));
  }
  const wayOf = ({ address }: Resource): number => ways.get(address) ?? 0;
  // Sorting is stable, and a dependency's way is never shorter than that of what needs it.
  return [...graph.order].sort((a, b) => wayOf(b) - wayOf(a));
}
