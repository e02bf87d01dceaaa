import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const FOLDER = join(
  process.env["PSC_SPECS_DIR"] ?? resolve(ROOT, "../shared/specs"),
  "power-platform",
  "recorded",
);

/** Whether the recorded answers are on this machine; they are not part of the repository. */
export const recordingsAvailable = existsSync(join(FOLDER, "routes.json"));

/** One recorded answer: which request it answers, and with what. */
export interface Recording {
  /** `GET https://host/path` without a query, ids as `{id}`. */
  readonly route: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when the recording has no body. */
  readonly body: unknown;
  /** File below the folder of recordings, or the test the body is written in. */
  readonly source: string;
}

interface RouteEntry {
  readonly test: string;
  readonly method: string;
  readonly url: string;
  readonly responses: readonly { readonly status?: number; readonly inlineBody?: unknown }[];
  readonly files?: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
}

const ID = /\{id\}|0{8}-0000-0000-0000-0+\([^)]*\)|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/gi;

/** What stands in recorded addresses for something that differs from tenant to tenant. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/^\{encodedPublisherURL\}$/, "https://{organization}/api/data/{version}/publishers({id})"],
  [/^https:\/\/(\{id\}|\{testPublisherHost\})\/api\/data/, "https://{organization}/api/data"],
  [/^https:\/\/[^/]+\.(crm\d*|\(crm\[\\d\]\*\))\.dynamics\.com/, "https://{organization}"],
  [/\/api\/data\/v9\.\d\//, "/api/data/{version}/"],
  [/(\/\{version\}\/[a-z]+)\{id\}/, "$1({id})"],
  [/\((async-id|ImportJobId=job-id)\)$/, "({id})"],
  [/\(ImportJobId=\{id\}\)$/, "({id})"],
  [/\/whoami$/, "/WhoAmI"],
  [/\/\/[^/]+\.(tenant|environment)\.api\.powerplatform\.com/, "//{island}.$1.api.powerplatform.com"],
  [/\/\/(europe|unitedstates)\.api\./, "//{location}.api."],
  [/\/locations\/(\(europe\|unitedstates\)|unitedstates)\//, "/locations/{location}/"],
  [/\/lifecycleOperations\/.+$/, "/lifecycleOperations/{id}"],
  [/\/applicationPackages\/[A-Za-z]+\/install$/, "/applicationPackages/{package}/install"],
  [/\/environments\/(\{testEnvironmentID\}|\{id\}\()$/, "/environments/{id}"],
  [/\/BillingPolicies/, "/billingPolicies"],
  [/\/ruleSets\/$/, "/ruleSets/{id}"],
  [/\/tenants\/mytenant\//, "/tenants/{id}/"],
  [/\/features\/[^/]+\/enable$/, "/features/{feature}/enable"],
];

/** Regular expressions and percent-encoding taken away, ids and names replaced, query cut off. */
function plainUrl(recorded: string): string {
  const unescaped = recorded
    .replace(/^=~/, "")
    .replace(/^\^/, "")
    .replace(/(\\z|\$)$/, "")
    .replaceAll("(%28|\\()", "(")
    .replaceAll("(%29|\\))", ")")
    .replace(/\(\\\?\.\+\)\?$/, "")
    .replaceAll(/\\([.?$+()])/g, "$1")
    .replaceAll("%s", "{id}");
  const [path = ""] = decodeURIComponent(unescaped).split(/[?#]/);
  const plain = path
    .replace(/\.\*$/, "")
    .replace(/\(\[[^\]]*\]\+\)|\(0{8}-[0-9|-]+\)/g, "{id}")
    .replaceAll(ID, "{id}");
  return PLACEHOLDERS.reduce((url, [pattern, placeholder]) => url.replace(pattern, placeholder), plain);
}

function namesOf(pattern: string): string[] {
  if (!pattern.endsWith(".json")) return [];
  if (!/[%{]/.test(pattern)) return existsSync(join(FOLDER, pattern)) ? [pattern] : [];
  const folder = dirname(pattern);
  if (/[%{]/.test(folder) || !existsSync(join(FOLDER, folder))) return [];
  const name = new RegExp(
    `^${pattern
      .slice(folder.length + 1)
      .replaceAll(".", "\\.")
      .replaceAll(/%[sd]|\{[^}]*\}/g, ".+")}$`,
  );
  return readdirSync(join(FOLDER, folder))
    .filter((file) => name.test(file))
    .map((file) => `${folder}/${file}`);
}

function readBodies(patterns: readonly string[]): { file: string; body: unknown }[] {
  return patterns.flatMap(namesOf).flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    try {
      return [{ file, body: JSON.parse(text) as unknown }];
    } catch {
      // Two fixtures hold the text of a refusal and no JSON.
      return [{ file, body: text }];
    }
  });
}

const isRefusal = (body: unknown): boolean => typeof body === "object" && body !== null && "error" in body;

function recordingsOf(entry: RouteEntry): Recording[] {
  const files = readBodies(entry.files ?? []);
  const route = `${entry.method} ${plainUrl(entry.url)}`;
  return entry.responses.flatMap(({ status, inlineBody }): Recording[] => {
    if (status === undefined) return [];
    const headers = status < 400 ? Object.fromEntries(entry.headers ?? []) : {};
    const common = { route, status, headers };
    // Nothing can follow a 204, whatever file a mock names for it.
    if (status === 204) return [{ ...common, body: undefined, source: entry.test }];
    if (inlineBody !== undefined) return [{ ...common, body: inlineBody, source: entry.test }];
    // A file belongs to every answer of the entry that it can stand for: refusals to refusals, others to successes.
    const fitting =
      entry.responses.length === 1 ? files : files.filter(({ body }) => isRefusal(body) === status >= 400);
    if (fitting.length === 0) return [{ ...common, body: undefined, source: entry.test }];
    return fitting.map(({ file, body }) => ({ ...common, body, source: file }));
  });
}

/** Every recorded answer of the index `routes.json`. */
export function readRecordings(): Recording[] {
  const index = JSON.parse(readFileSync(join(FOLDER, "routes.json"), "utf8")) as {
    routes: readonly RouteEntry[];
  };
  return index.routes.flatMap(recordingsOf);
}

/** A request of a log in the words of `Recording.route`. */
export function routeOf(method: string, url: string): string {
  return `${method} ${plainUrl(url).replaceAll(/\/environments\/Default-[^/]+/g, "/environments/{id}")}`;
}

/** An address with ids, region and organization left out, so that two of them can be compared. */
export function formOf(address: string): string {
  return decodeURIComponent(address.replaceAll("%s", "{id}"))
    .replaceAll(ID, "{id}")
    .replace(/\/\/[a-z]+\.api\.bap\./, "//{location}.api.bap.")
    .replace(/\/\/(\{id\}|[^/]+\.crm\d*\.dynamics\.com)\//, "//{organization}/");
}
