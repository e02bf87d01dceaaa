import type { Context } from "../../engine/resource.ts";

/** What every ARM resource has, as far as psc reads it. */
export interface ArmResource<P> {
  readonly id: string;
  readonly name: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly properties: P;
}

/** True while the provider works on a resource; providers that finish at once name no state. */
export function isWorking(state: string | undefined): boolean {
  return state !== undefined && !["succeeded", "failed", "canceled"].includes(state.toLowerCase());
}

/** Members a PUT may carry back; everything else the service fills in itself and refuses or ignores. */
export function pick<T extends object>(source: T | undefined, names: readonly string[]): Partial<T> {
  return Object.fromEntries(
    Object.entries(source ?? {}).filter(([name]) => names.includes(name)),
  ) as Partial<T>;
}

/** Tags of a resource psc makes: those of the spec, and the mark that says which environment it was made for. */
export function markedTags(
  tags: Readonly<Record<string, string>>,
  { spec }: Context,
): Readonly<Record<string, string>> {
  return { ...tags, "psc-environment": spec.name };
}
