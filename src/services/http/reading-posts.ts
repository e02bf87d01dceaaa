import type { ServiceName } from "../../cloud.ts";
import { holdsOnlyGets } from "./multipart.ts";
import type { HttpRequest } from "./types.ts";

/**
 * What a read-only command may send, and nothing else: GET, HEAD, and the requests of the table below. It is the promise
 * that auditors rely on, so it depends on nothing that the caller of the pipeline says of itself.
 */

export interface ReadingPost {
  readonly service: ServiceName;
  /** Of the whole path. */
  readonly path: RegExp;
  /** True when this very body reads only; any body does when absent. */
  readonly reads?: (request: HttpRequest) => boolean;
  /** What it tells, for documents. */
  readonly tells: string;
  readonly source: string;
}

/** Every part of a JSON batch is a GET. */
function hasOnlyGets({ body }: HttpRequest): boolean {
  const { requests } = (body ?? {}) as { requests?: unknown };
  return (
    Array.isArray(requests) &&
    requests.length > 0 &&
    requests.every((part) => (part as { method?: unknown } | null)?.method === "GET")
  );
}

/** POST requests that change nothing. A new one belongs here, with its source, or read-only commands refuse it. */
export const READING_POSTS: readonly ReadingPost[] = [
  {
    service: "graph",
    path: /^\/v1\.0\/\$batch$/,
    reads: hasOnlyGets,
    tells: "several reads of the directory, when every part is a GET",
    source: "Combine multiple HTTP requests using JSON batching (Microsoft Graph)",
  },
  {
    service: "dataverse",
    path: /^\/api\/data\/v9\.\d\/\$batch$/,
    reads: ({ headers, body }) => holdsOnlyGets(headers?.["content-type"], body),
    tells: "several reads of the environment, when every part is a GET",
    source: "Execute batch operations using the Web API (Dataverse)",
  },
  {
    service: "bap",
    path: /^\/providers\/Microsoft\.BusinessAppPlatform\/listTenantSettings$/,
    tells: "settings of the tenant",
    source: "List tenant settings (Power Platform)",
  },
  {
    service: "bap",
    path: /^\/providers\/Microsoft\.BusinessAppPlatform\/validateEnvironmentDetails$/,
    tells: "whether a domain name is free",
    source: "microsoft/terraform-provider-power-platform:internal/services/environment/api_environment.go",
  },
  {
    service: "arm",
    path: /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.HealthBot\/healthBots\/[^/]+\/listSecrets$/i,
    tells: "the keys of the bot, without which nothing inside it can be read",
    source: "Azure/azure-rest-api-specs: Microsoft.HealthBot, Bots_ListSecrets",
  },
  {
    service: "keyVault",
    path: /^\/keys\/[^/]+\/[0-9a-f]{32}\/sign$/,
    tells: "a signature by a key of the vault, which changes neither key nor vault",
    source: "Sign (Azure Key Vault keys REST API)",
  },
];

/** Ways to tell some services that the method is another one than the request's. */
const OVERRIDES = new Set(["x-http-method", "x-http-method-override", "x-method-override"]);

/** True when a request cannot change anything, by what it is and where it goes. */
export function onlyReads(service: ServiceName, { pathname }: URL, request: HttpRequest): boolean {
  const { method, headers = {} } = request;
  if (Object.keys(headers).some((name) => OVERRIDES.has(name.toLowerCase()))) return false;
  if (method === "GET" || method === "HEAD") return true;
  if (method !== "POST") return false;
  const known = READING_POSTS.find((post) => post.service === service && post.path.test(pathname));
  return known !== undefined && (known.reads?.(request) ?? true);
}
