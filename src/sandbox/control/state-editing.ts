import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";

export interface Place {
  /** Service and member names; what `world.touch` takes. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Follows `service/a/b` or `service/a/*` (every member) through the state; returns what it leads to. */
export function locate(world: World, path: string): Place[] {
  let found: Place[] = [{ path: [], value: world.state.services }];
  for (const step of path.split("/").filter((part) => part !== "")) {
    found = found.flatMap(({ path: parents, value }) => {
      if (typeof value !== "object" || value === null) return [];
      const members = value as Record<string, unknown>;
      const names = step === "*" ? Object.keys(members) : [decodeURIComponent(step)];
      return names.flatMap((name) =>
        members[name] === undefined ? [] : [{ path: [...parents, name], value: members[name] }],
      );
    });
  }
  return found;
}

function matches(value: unknown, where: JsonObject): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(where).every(([name, wanted]) => (value as Record<string, unknown>)[name] === wanted);
}

export interface StateEdit {
  /** Leads to a table: an object or an array of rows. */
  readonly path: string;
  /** Rows that equal every member are meant; all when empty. */
  readonly where: JsonObject;
  /** Members to set; undefined removes the rows. */
  readonly set: JsonObject | undefined;
}

/** Changes the tenant behind everybody's back. Returns how many rows it touched. */
export function editState(world: World, { path, where, set }: StateEdit): number {
  let touched = 0;
  for (const table of locate(world, path)) {
    const { value } = table;
    if (typeof value !== "object" || value === null) continue;
    const service = table.path[0];
    if (service !== undefined) world.slice(service);
    for (const [key, row] of Object.entries(value)) {
      if (!matches(row, where)) continue;
      touched += 1;
      if (set !== undefined) Object.assign(row, set);
      else if (Array.isArray(value)) value.splice(value.indexOf(row), 1);
      else delete (value as Record<string, unknown>)[key];
      if (service !== undefined) world.touch(service, [...table.path.slice(1), key]);
    }
  }
  return touched;
}
