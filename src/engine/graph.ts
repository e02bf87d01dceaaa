import { PscError } from "../errors.ts";
import type { Resource } from "./resource.ts";

/** The resources by address, with their dependencies checked. */
export interface ResourceGraph {
  /** Dependencies before dependents; within that, the order of the guide. */
  readonly order: readonly Resource[];
  get(address: string): Resource | undefined;
  dependents(address: string): readonly Resource[];
}

function bug(message: string): PscError {
  return new PscError({
    code: "PSC-E491",
    message,
    remedy: "this is a bug in psc: please report it with your spec",
    side: "psc",
  });
}

/** @throws PscError PSC-E491 for a double address, a dangling dependency or a cycle: bugs of psc, not of the spec. */
export function buildGraph(resources: readonly Resource[]): ResourceGraph {
  const byAddress = new Map<string, Resource>();
  for (const resource of resources) {
    if (byAddress.has(resource.address)) throw bug(`two resources have the address ${resource.address}`);
    byAddress.set(resource.address, resource);
  }
  const dependents = new Map<string, Resource[]>();
  for (const resource of resources) {
    for (const address of resource.dependsOn) {
      if (!byAddress.has(address))
        throw bug(`${resource.address} depends on ${address}, which does not exist`);
      dependents.set(address, [...(dependents.get(address) ?? []), resource]);
    }
  }
  const order: Resource[] = [];
  const state = new Map<string, "visiting" | "done">();
  const visit = (resource: Resource, path: readonly string[]): void => {
    const seen = state.get(resource.address);
    if (seen === "done") return;
    if (seen === "visiting")
      throw bug(`resources depend on each other: ${[...path, resource.address].join(" → ")}`);
    state.set(resource.address, "visiting");
    for (const address of resource.dependsOn) {
      const dependency = byAddress.get(address);
      if (dependency !== undefined) visit(dependency, [...path, resource.address]);
    }
    state.set(resource.address, "done");
    order.push(resource);
  };
  const inGuideOrder = resources.map((resource, index) => ({ resource, index }));
  inGuideOrder.sort((a, b) => a.resource.info.step - b.resource.info.step || a.index - b.index);
  for (const { resource } of inGuideOrder) visit(resource, []);
  return {
    order,
    get: (address) => byAddress.get(address),
    dependents: (address) => dependents.get(address) ?? [],
  };
}
