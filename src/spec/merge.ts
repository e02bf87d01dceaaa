import type { SourceLocation } from "../errors.ts";
import type { MapEntry, MapNode, SpecNode, SpecPath } from "./node.ts";
import type { ProblemLog } from "./problems.ts";

/** Keys by which the items of a list are told apart; lists without an entry here are replaced as a whole. */
const NATURAL_KEYS: readonly { readonly path: readonly string[]; readonly keys: readonly string[] }[] = [
  { path: ["roles"], keys: ["role", "to"] },
  { path: ["operatingHours"], keys: ["name"] },
  { path: ["azure", "policies"], keys: ["name"] },
  { path: ["omnichannel", "masking", "rules"], keys: ["name"] },
  { path: ["omnichannel", "presences"], keys: ["name"] },
  { path: ["omnichannel", "capacityProfiles"], keys: ["name"] },
  { path: ["omnichannel", "skills"], keys: ["name"] },
  { path: ["healthBot", "dataConnections"], keys: ["name"] },
  { path: ["queues"], keys: ["name"] },
  { path: ["workstreams"], keys: ["name"] },
  { path: ["workstreams", "*", "route"], keys: ["name"] },
  { path: ["workstreams", "*", "widget", "survey"], keys: ["name"] },
  { path: ["agentExperience", "quickReplies"], keys: ["title"] },
  { path: ["identity", "application", "federated"], keys: ["name"] },
  { path: ["identity", "application", "certificates"], keys: ["name"] },
  { path: ["verify", "exceptions"], keys: ["control"] },
  { path: ["agentExperience", "sessionTemplates"], keys: ["name"] },
  { path: ["agentExperience", "notificationTemplates"], keys: ["name"] },
  { path: ["agentExperience", "knowledge"], keys: ["file"] },
  { path: ["agentExperience", "profiles"], keys: ["name"] },
  { path: ["agentExperience", "macros"], keys: ["name"] },
  { path: ["agentExperience", "scripts"], keys: ["name"] },
  { path: ["agentExperience", "scripts", "*", "steps"], keys: ["name"] },
  { path: ["agentExperience", "smartAssist", "bots"], keys: ["name"] },
];

/** Natural key of the list at a path, where list items count as `*`. */
export function naturalKeyOf(path: readonly string[]): readonly string[] | undefined {
  return NATURAL_KEYS.find(
    (entry) => entry.path.length === path.length && entry.path.every((step, i) => step === path[i]),
  )?.keys;
}

function scalarText(node: SpecNode | undefined): string | undefined {
  return node?.kind === "scalar" && node.value !== null ? node.written : undefined;
}

function keyOfItem(item: SpecNode, keys: readonly string[]): string | undefined {
  if (item.kind !== "map") return undefined;
  const parts = keys.map((key) => scalarText(item.entries.get(key)?.value));
  return parts.every((part) => part !== undefined) ? parts.join(" → ") : undefined;
}

/**
 * `agents: Name` is short for `agents: { name: Name }`, and so is that of the application; told apart, an overlay could
 * not add members to a name.
 */
function spelledOut(path: SpecPath, node: SpecNode): SpecNode {
  const isGroup = path.length === 3 && path[0] === "identity" && path[1] === "groups";
  const isApplication = path.length === 2 && path[0] === "identity" && path[1] === "application";
  if (!(isGroup || isApplication) || node.kind !== "scalar" || typeof node.value !== "string") return node;
  return {
    kind: "map",
    location: node.location,
    entries: new Map([["name", { keyLocation: node.location, value: node }]]),
  };
}

/**
 * Lays an overlay over a base: mappings merge, lists of named things merge by their natural key, other lists and
 * values are replaced, a null takes the base's value back, and `$remove: true` drops an item.
 */
export function mergeDocuments(base: MapNode | undefined, overlay: MapNode, log: ProblemLog): MapNode {
  const empty: MapNode = { kind: "map", location: overlay.location, entries: new Map() };
  return { ...mergeMaps(base ?? empty, overlay, [], log), location: overlay.location };
}

type Removal = "keep" | "drop" | "refused";

function removalOf(item: SpecNode, keys: readonly string[], log: ProblemLog): Removal {
  const mark = item.kind === "map" ? item.entries.get("$remove") : undefined;
  if (mark === undefined || item.kind !== "map") return "keep";
  const refuse = (message: string, remedy: string, location: SourceLocation): Removal => {
    log.report({ code: "PSC-E024", message, remedy, location });
    return "refused";
  };
  if (mark.value.kind !== "scalar" || mark.value.value !== true)
    return refuse(
      "$remove is not true",
      "write `$remove: true`, or leave the line out to keep the item",
      mark.value.location,
    );
  const extra = [...item.entries.keys()].find((key) => key !== "$remove" && !keys.includes(key));
  if (extra !== undefined)
    return refuse(
      `an item with $remove also sets "${extra}"`,
      `keep only ${[...keys, "$remove"].join(", ")}`,
      item.entries.get(extra)?.keyLocation ?? item.location,
    );
  return "drop";
}

function nothingToRemove(what: string, location: SourceLocation, log: ProblemLog): void {
  log.report({
    code: "PSC-E023",
    message: `there is no ${what} to remove`,
    remedy: "check its name in the file this one extends, or leave the line out",
    location,
  });
}

function mergeMaps(base: MapNode, overlay: MapNode, path: SpecPath, log: ProblemLog): MapNode {
  const entries = new Map<string, MapEntry>(base.entries);
  for (const [key, entry] of overlay.entries) {
    if (key === "$remove") continue;
    const here = [...path, key];
    const value = spelledOut(here, entry.value);
    const before = entries.get(key);
    const removal = removalOf(value, [], log);
    if (removal === "drop") {
      if (before === undefined) nothingToRemove(`"${key}"`, entry.keyLocation, log);
      entries.delete(key);
    } else if (removal === "keep") {
      entries.set(key, {
        keyLocation: entry.keyLocation,
        value: mergeNodes(before?.value, value, here, log),
      });
    }
  }
  return { kind: "map", location: overlay.location, entries };
}

function mergeNodes(
  base: SpecNode | undefined,
  overlay: SpecNode,
  path: SpecPath,
  log: ProblemLog,
): SpecNode {
  if (overlay.kind === "map") {
    const onto = base?.kind === "map" ? base : { ...overlay, entries: new Map<string, MapEntry>() };
    return mergeMaps(onto, overlay, path, log);
  }
  if (overlay.kind === "list") {
    const keys = naturalKeyOf(path.map((step) => (typeof step === "number" ? "*" : step)));
    if (keys !== undefined)
      return {
        ...overlay,
        items: mergeItems(base?.kind === "list" ? base.items : [], overlay.items, keys, path, log),
      };
  }
  return overlay;
}

function mergeItems(
  base: readonly SpecNode[],
  overlay: readonly SpecNode[],
  keys: readonly string[],
  path: SpecPath,
  log: ProblemLog,
): SpecNode[] {
  // Dropped items leave a hole, so that the places of the others hold until the end.
  const items: (SpecNode | undefined)[] = [...base];
  const places = new Map(base.map((item, i) => [keyOfItem(item, keys), i]));
  const written = new Map<string, SourceLocation>();
  for (const item of overlay) {
    const key = keyOfItem(item, keys);
    const place = key === undefined ? undefined : places.get(key);
    const removal = removalOf(item, keys, log);
    if (removal === "refused") continue;
    if (removal === "drop") {
      if (place === undefined) nothingToRemove(key === undefined ? "item" : `"${key}"`, item.location, log);
      else items[place] = undefined;
      if (key !== undefined) {
        places.delete(key);
        written.delete(key);
      }
      continue;
    }
    const first = key === undefined ? undefined : written.get(key);
    if (key !== undefined && first !== undefined) {
      log.report({
        code: "PSC-E060",
        message: `"${key}" is declared twice in ${String(path.at(-1))}`,
        remedy: `rename or remove one; the first stands at ${first.file}:${first.line}`,
        location: nameLocation(item, keys),
      });
      continue;
    }
    const index = place ?? items.length;
    if (key !== undefined) {
      written.set(key, nameLocation(item, keys));
      places.set(key, index);
    }
    items[index] = mergeNodes(items[index], item, [...path, index], log);
  }
  return items.filter((item) => item !== undefined);
}

function nameLocation(item: SpecNode, keys: readonly string[]): SourceLocation {
  const entry = item.kind === "map" ? item.entries.get(keys[0] ?? "name") : undefined;
  return entry?.value.location ?? item.location;
}
