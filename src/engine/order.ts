import type { Resource } from "./resource.ts";

/**
 * Keeps the first write of each step of the guide in the guide's order without making the steps wait for one
 * another's end: a step may begin once every earlier step has begun, or has nothing left that it could begin with.
 */
export interface StepOrder {
  /** Resolves when a resource of this step may make its first write. */
  turn(resource: Resource): Promise<void>;
  /** The resource writes now (or a person is asked to act). */
  began(resource: Resource): void;
  /** The resource will not write (any more) in this run. */
  settled(resource: Resource): void;
  /** A person is waited for so long that what does not depend on them goes on out of order. */
  release(resources: readonly Resource[]): void;
}

export function createStepOrder(
  pending: readonly Resource[],
  get: (address: string) => Resource | undefined,
): StepOrder {
  const open = new Map<number, Set<string>>();
  const begun = new Set<number>();
  const steps = new Map<string, number>();
  /** A resource that needs something of a later step cannot begin before that step; it counts as part of it. */
  const stepOf = (resource: Resource): number => {
    const known = steps.get(resource.address);
    if (known !== undefined) return known;
    const needed = resource.dependsOn
      .map((address) => get(address))
      .map((dependency) => (dependency === undefined ? 0 : stepOf(dependency)));
    const step = Math.max(resource.info.step, ...needed);
    steps.set(resource.address, step);
    return step;
  };
  for (const resource of pending) {
    const step = stepOf(resource);
    open.set(step, (open.get(step) ?? new Set()).add(resource.address));
  }
  let waiting: { readonly step: number; readonly go: () => void }[] = [];
  const mayBegin = (step: number): boolean =>
    [...open].every(([earlier, left]) => earlier >= step || begun.has(earlier) || left.size === 0);
  const wake = (): void => {
    const ready = waiting.filter(({ step }) => mayBegin(step));
    waiting = waiting.filter((entry) => !ready.includes(entry));
    for (const { go } of ready) go();
  };
  return {
    turn(resource) {
      const step = stepOf(resource);
      if (mayBegin(step)) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ step, go: resolve }));
    },
    began(resource) {
      begun.add(stepOf(resource));
      wake();
    },
    settled(resource) {
      open.get(stepOf(resource))?.delete(resource.address);
      wake();
    },
    release(resources) {
      for (const resource of resources) open.get(stepOf(resource))?.delete(resource.address);
      wake();
    },
  };
}
