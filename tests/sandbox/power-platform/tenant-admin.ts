import type { SandboxOptions } from "../../../src/sandbox/server.ts";
import { type Answer, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

export const BAP = "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform";
export const ADMIN_ENVIRONMENTS = `${BAP}/scopes/admin/environments`;
export const POWER_PLATFORM = "https://api.powerplatform.com";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

export type Who = "admin" | "reader" | "pipeline" | "bare";

/** A sandbox whose clock stands nearly still, so that tests decide when time passes. */
export interface TenantAdmin {
  readonly cloud: TestSandbox;
  bap(method: string, url: string, body?: unknown, as?: Who): Promise<Answer>;
  powerPlatform(method: string, path: string, body?: unknown, as?: Who): Promise<Answer>;
  /** Moves the sandbox's clock forward. */
  pass(ms: number): Promise<void>;
  /** A ready environment; answers `{environmentId, organizationId, instanceUrl, domainName}`. */
  seed(facts: Record<string, unknown>): Promise<Record<string, string>>;
  edit(path: string, where: object, change: object): Promise<Answer>;
  close(): Promise<void>;
}

const PACKAGE_VERSION = "api-version=2022-03-01-preview";

export async function startTenantAdmin(options: SandboxOptions = {}): Promise<TenantAdmin> {
  const cloud = await startTestSandbox({ speed: 1, ...options });
  const withVersion = (url: string, version: string): string =>
    url.includes("api-version=") ? url : `${url}${url.includes("?") ? "&" : "?"}${version}`;
  return {
    cloud,
    async bap(method, url, body, as = "admin") {
      const token = await cloud.token(as, "https://service.powerapps.com/");
      return cloud.ask(method, withVersion(url, "api-version=2021-04-01"), {
        token,
        ...(body === undefined ? {} : { body }),
      });
    },
    async powerPlatform(method, path, body, as = "admin") {
      const token = await cloud.token(as, POWER_PLATFORM);
      const url = path.startsWith("https://") ? path : `${POWER_PLATFORM}${path}`;
      return cloud.ask(method, withVersion(url, PACKAGE_VERSION), {
        token,
        ...(body === undefined ? {} : { body }),
      });
    },
    async pass(ms) {
      await cloud.control("POST", "clock", { advanceMs: ms });
    },
    async seed(facts) {
      const answer = await cloud.control("POST", "environments", facts);
      if (answer.status !== 201) throw new Error(`seeding answered ${answer.status}: ${answer.text}`);
      return answer.body;
    },
    edit: (path, where, change) => cloud.control("POST", "state", { path, where, ...change }),
    close: () => cloud.close(),
  };
}

/** The body of a creation with Dataverse, as tools send it. */
export function creation(domainName: string, extra: Record<string, unknown> = {}): object {
  return {
    location: "unitedstates",
    properties: {
      displayName: "Contoso Health (dev)",
      environmentSku: "Sandbox",
      databaseType: "CommonDataService",
      linkedEnvironmentMetadata: {
        baseLanguage: 1033,
        domainName,
        currency: { code: "USD" },
        templates: ["D365_CustomerService"],
      },
      ...extra,
    },
  };
}
