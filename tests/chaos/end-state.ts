import type { LoggedRequest } from "../../src/sandbox/request-log.ts";
import type { ParsedJson } from "../harness/sandbox.ts";

/**
 * What a tenant holds, made comparable between runs: ids, times and generated secrets are replaced by placeholders,
 * everything else counts. Rows under `service/table`, each as text.
 */
export type EndState = ReadonlyMap<string, readonly string[]>;

/** How the services got there, which a run that was struck may do in more steps than another. */
const NOT_THE_END = [
  /^entra\//,
  /^(arm|bap)\/operations$/,
  /^arm\/(signingKey|scheduleRequests)$/,
  /^liveChat\/signingKey$/,
  /^powerPlatform\/installs$/,
];
/** Row versions count the steps as well. */
const COUNTERS = /^(versionnumber|etag|eTag|sequence|nextVersion)$/;

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+\d\d:?\d\d)?/g;
/** Opaque keys: long words with a digit, and those of Graph's assignments, which may have none. */
const GENERATED = /(?<![\w-])(?:(?=[\w-]*\d)[\w-]{20,}|AAAA[\w-]{16,}|bot-contoso-\w+-\w+)(?![\w-])/g;
const LATEST_YEAR_MS = 1e12;

function text(value: string): string {
  return value.replace(ID, "<id>").replace(TIME, "<time>").replace(GENERATED, "<generated>");
}

function canonical(value: unknown): string {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return value > LATEST_YEAR_MS ? "<time>" : String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([name]) => !COUNTERS.test(name))
      // A key's value is chance, and may look like words.
      .map(([name, member]) =>
        name === "value" && "keyName" in value ? "value:<generated>" : `${text(name)}:${canonical(member)}`,
      );
    return `{${members.sort().join(",")}}`;
  }
  return String(value);
}

/** The state as the sandbox's control API hands it out. */
export function endState(state: ParsedJson): EndState {
  const tables = new Map<string, readonly string[]>();
  const keep = (name: string, content: unknown): void => {
    if (NOT_THE_END.some((pattern) => pattern.test(name))) return;
    const rows = typeof content === "object" && content !== null ? Object.values(content) : [content];
    tables.set(name, rows.map(canonical).sort());
  };
  for (const [service, slice] of Object.entries(state as Record<string, Record<string, unknown>>)) {
    for (const [name, content] of Object.entries(slice)) {
      if (service !== "dataverse" || name !== "organizations") {
        keep(`${service}/${name}`, content);
        continue;
      }
      for (const [domain, organization] of Object.entries(content as Record<string, ParsedJson>)) {
        // The organisation's version counts its changes.
        const { tables: rowsByTable, version: _, ...rest } = organization;
        keep(`dataverse/${domain}`, { rest });
        for (const [table, rows] of Object.entries(rowsByTable as Record<string, unknown>))
          keep(`dataverse/${domain}/${table}`, rows);
      }
    }
  }
  return tables;
}

/** Where two end states differ, with the rows that only one of them has. */
export function differences(expected: EndState, found: EndState): readonly string[] {
  const lines: string[] = [];
  for (const table of new Set([...expected.keys(), ...found.keys()])) {
    const left = [...(expected.get(table) ?? [])];
    const more: string[] = [];
    for (const row of found.get(table) ?? []) {
      const at = left.indexOf(row);
      if (at < 0) more.push(row);
      else left.splice(at, 1);
    }
    if (left.length > 0) lines.push(`${table} lacks ${left.join(" and ")}`);
    if (more.length > 0) lines.push(`${table} has besides ${more.join(" and ")}`);
  }
  return lines;
}

/** POSTs that leave the same behind however often they are sent. */
const SAFE_TO_REPEAT = [
  /\/register\?/,
  // Links are members of a set.
  /\/\$ref$/,
  /graph\.microsoft\.com\/v1\.0\/\$batch$/,
  // These put a whole in the place of a whole.
  /\/PublishXml$/,
  /\/msdyn_(Save|Delete)Calendar$/,
  /healthbot\.microsoft\.com\/.*\/(backup|scenarios)$/,
];

/**
 * Writes that would make a second thing when sent twice, and took effect: counted by method and address.
 * @param requests the sandbox's own record of everything that reached it.
 */
export function startsOf(requests: readonly LoggedRequest[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { method, url, status, write } of requests) {
    if (!write || method !== "POST" || status >= 300) continue;
    if (SAFE_TO_REPEAT.some((pattern) => pattern.test(url))) continue;
    const address = text(`${method} ${url}`);
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

/** Starts that happened more often than in a run that nothing befell. */
export function repeatedStarts(
  expected: ReadonlyMap<string, number>,
  found: ReadonlyMap<string, number>,
): readonly string[] {
  return [...found]
    .filter(([address, count]) => count > (expected.get(address) ?? 0))
    .map(([address, count]) => `${count} × ${address} instead of ${expected.get(address) ?? 0}`);
}
