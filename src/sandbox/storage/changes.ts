import type { Json, JsonObject } from "../exchange.ts";

/** Member names from the root of the state, such as `["services", "graph", "users", id]`. */
export type Path = readonly string[];

/** A value that was set at a path, or, without a value, taken away. */
export type Change = readonly [Path, Json] | readonly [Path];

/** Objects with more values than this are written member by member. */
const PIECE = 400;

export function isPlainObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** Carries out one change; objects on the way are made when they are missing. */
export function applyChange(root: JsonObject, change: Change): void {
  const [path] = change;
  const last = path.at(-1);
  if (last === undefined) return;
  let holder: JsonObject = root;
  for (const step of path.slice(0, -1)) {
    const inner = holder[step];
    if (typeof inner === "object" && inner !== null) {
      holder = inner as JsonObject;
      continue;
    }
    if (change.length === 1) return;
    const made: JsonObject = {};
    holder[step] = made;
    holder = made;
  }
  if (change.length === 1) delete holder[last];
  else holder[last] = change[1];
}

/**
 * A list that only grew or changed in places is told by its places; one that lost members, or of which most changed,
 * as a whole.
 */
function listDifferences(before: readonly Json[], after: Json[], path: Path): Change[] {
  if (after.length < before.length) return [[path, after]];
  const found: Change[] = [];
  let changed = 0;
  for (const [index, value] of after.entries()) {
    const old = before[index];
    const inner: Change[] =
      old === undefined
        ? [[[...path, String(index)], value]]
        : differences(old, value, [...path, String(index)]);
    if (inner.length > 0) changed += 1;
    found.push(...inner);
  }
  return changed > 1 && changed * 2 > after.length ? [[path, after]] : found;
}

/** What turns `before` into `after`, as few and as deep changes as there are. */
export function differences(before: Json, after: Json, path: Path): Change[] {
  if (Array.isArray(before) && Array.isArray(after)) return listDifferences(before, after, path);
  if (!isPlainObject(before) || !isPlainObject(after)) return before === after ? [] : [[path, after]];
  const found: Change[] = [];
  for (const name of Object.keys(before)) if (after[name] === undefined) found.push([[...path, name]]);
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    if (old === undefined) found.push([[...path, name], value]);
    else found.push(...differences(old, value, [...path, name]));
  }
  return found;
}

/** True when the value holds at most `budget` values; stops counting there. */
function fits(value: unknown, budget: number): boolean {
  let left = budget;
  const count = (inner: unknown): boolean => {
    left -= 1;
    if (left < 0) return false;
    if (typeof inner !== "object" || inner === null) return true;
    return Object.values(inner).every(count);
  };
  return count(value);
}

/**
 * The value in pieces of moderate size that build it again when they are applied in order. It may change between two
 * pieces: whoever writes them keeps the changes made meanwhile as well.
 */
export function* piecesOf(value: unknown, path: Path = []): Generator<Change> {
  if (value === undefined) return;
  if (path.length > 0 && (!isPlainObject(value) || fits(value, PIECE))) {
    yield [path, value as Json];
    return;
  }
  if (!isPlainObject(value)) return;
  if (path.length > 0) yield [path, {}];
  for (const name of Object.keys(value)) yield* piecesOf(value[name], [...path, name]);
}
