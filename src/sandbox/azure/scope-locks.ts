import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { isWithin } from "./scopes.ts";

/** What a lock is on: its id up to its own type. */
export function scopeOf(lock: JsonObject): string {
  return String(lock["id"]).replace(/\/providers\/[^/]+\/locks\/.*$/i, "");
}

const VERBS: Readonly<Record<string, string>> = { PUT: "write", PATCH: "write", DELETE: "delete" };

/**
 * Answers 409 `ScopeLocked` when a lock forbids it: both levels forbid deleting at the lock's scope and below it, and
 * deleting what contains the locked scope; `ReadOnly` forbids changes and actions as well ("Lock your Azure resources to
 * protect your infrastructure", learn.microsoft.com). The wording is quoted in Azure/azure-cli issue 20232.
 */
export function requireUnlocked(world: World, method: string, path: string): void {
  if (method === "GET" || method === "HEAD" || /\/providers\/Microsoft\.Authorization\/locks\//i.test(path))
    return;
  const locked = Object.values(armState(world).locks)
    .filter((lock) => {
      const level = (lock["properties"] as JsonObject)["level"];
      const above = isWithin(path, scopeOf(lock));
      if (method === "DELETE") return level !== "NotSpecified" && (above || isWithin(scopeOf(lock), path));
      return level === "ReadOnly" && above;
    })
    .map((lock) => scopeOf(lock));
  if (locked.length > 0)
    refuseArm(
      409,
      "ScopeLocked",
      `The scope '${path}' cannot perform ${VERBS[method] ?? "action"} operation because following scope(s) are locked: '${[...new Set(locked)].join(",")}'. Please remove the lock and try again.`,
      { gateway: true },
    );
}
