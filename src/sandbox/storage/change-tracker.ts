import type { Json, JsonObject } from "../exchange.ts";
import type { FakeService, WorldState } from "../world.ts";
import { type Change, differences, isPlainObject, type Path, piecesOf, valueAt } from "./changes.ts";

/** What may have changed since the last commit: slices somebody asked for, and values services reported. */
export interface PendingChanges {
  readonly looked: Set<string>;
  readonly touched: Map<string, Path>;
}

export function noPendingChanges(): PendingChanges {
  return { looked: new Set(), touched: new Map() };
}

export function forget(pending: PendingChanges): void {
  pending.looked.clear();
  pending.touched.clear();
}

type Pattern = readonly string[];

/** Paths of the slice's parts that match a pattern, `*` standing for every member. */
function containers(value: unknown, pattern: Pattern, path: Path): Path[] {
  const [step, ...rest] = pattern;
  if (step === undefined) return isPlainObject(value) ? [path] : [];
  if (!isPlainObject(value)) return [];
  const names = step === "*" ? Object.keys(value) : [step];
  return names.flatMap((name) => containers(value[name], rest, [...path, name]));
}

/** A copy without what the patterns lead to; parts no pattern leads through are not copied. */
function without(value: unknown, patterns: readonly Pattern[]): unknown {
  if (patterns.length === 0 || !isPlainObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const inner = patterns
      .filter(([step]) => step === "*" || step === name)
      .map((pattern) => pattern.slice(1));
    if (!inner.some((pattern) => pattern.length === 0)) copy[name] = without(member, inner);
  }
  return copy;
}

/** A path that leads into an array ends at the array: its members have no names that last. */
function upToArray(root: unknown, path: Path): Path {
  for (let length = 1; length < path.length; length += 1)
    if (Array.isArray(valueAt(root, path.slice(0, length)))) return path.slice(0, length);
  return path;
}

export interface ChangeTracker {
  /** What changed since the last call; empties `pending`. */
  collect(pending: PendingChanges): Change[];
  /** Takes the state as it is as known. */
  rebase(): void;
}

/**
 * Finds what a request changed. Slices nobody asked for are not looked at; of the others the last known JSON of each
 * top-level member is compared. What a service reports itself (`FakeService.reported`) is neither kept nor compared.
 */
export function trackChanges(state: WorldState, services: readonly FakeService[]): ChangeTracker {
  const patternsOf = new Map(services.map((service) => [service.name, service.reported ?? []]));
  const known = new Map<string, Map<string, string>>();
  const seen = new Map<string, Map<string, { readonly path: Path; readonly value: unknown }>>();
  let rest = "";

  const restOf = (): string => JSON.stringify({ events: state.events, sequence: state.sequence });

  function imagesOf(service: string): Map<string, string> {
    const slice = without(state.services[service] ?? {}, patternsOf.get(service) ?? []) as JsonObject;
    const images = new Map<string, string>();
    for (const [name, member] of Object.entries(slice)) {
      const json: string | undefined = JSON.stringify(member);
      if (json !== undefined) images.set(name, json);
    }
    return images;
  }

  function containersOf(service: string): Map<string, { readonly path: Path; readonly value: unknown }> {
    const root = ["services", service];
    return new Map(
      (patternsOf.get(service) ?? [])
        .flatMap((pattern) => containers(state.services[service], pattern, root))
        .map((path) => [path.join("\n"), { path, value: valueAt(state, path) }]),
    );
  }

  function compareSlice(service: string): Change[] {
    const changes: Change[] = [];
    const before = known.get(service) ?? new Map<string, string>();
    const after = imagesOf(service);
    const path = ["services", service];
    for (const name of before.keys()) if (!after.has(name)) changes.push([[...path, name]]);
    for (const [name, json] of after) {
      const old = before.get(name);
      if (old === json) continue;
      const value = JSON.parse(json) as Json;
      if (old === undefined) changes.push([[...path, name], value]);
      else changes.push(...differences(JSON.parse(old) as Json, value, [...path, name]));
    }
    known.set(service, after);
    const nowSeen = containersOf(service);
    const wasSeen = seen.get(service) ?? new Map<string, { path: Path; value: unknown }>();
    for (const [key, { path: gone }] of wasSeen) if (!nowSeen.has(key)) changes.push([gone]);
    for (const [key, { path: container, value }] of nowSeen)
      if (wasSeen.get(key)?.value !== value) changes.push(...piecesOf(value, container));
    seen.set(service, nowSeen);
    return changes;
  }

  return {
    collect({ looked, touched }) {
      const changes: Change[] = [];
      for (const service of looked) changes.push(...compareSlice(service));
      for (const reported of touched.values()) {
        const path = upToArray(state, ["services", ...reported]);
        const value = valueAt(state, path);
        changes.push(value === undefined ? [path] : [path, value as Json]);
      }
      looked.clear();
      touched.clear();
      const now = restOf();
      if (now !== rest) {
        changes.push([["events"], state.events as unknown as Json], [["sequence"], state.sequence]);
        rest = now;
      }
      return changes;
    },
    rebase() {
      known.clear();
      seen.clear();
      for (const service of Object.keys(state.services)) {
        known.set(service, imagesOf(service));
        seen.set(service, containersOf(service));
      }
      rest = restOf();
    },
  };
}
