import type { SandboxOptions } from "../../../src/sandbox/server.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { startTenantAdmin, type TenantAdmin, type Who } from "../../sandbox/power-platform/tenant-admin.ts";

export interface Asked {
  readonly body?: unknown;
  readonly as?: Who;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The recorded tenant as the rows need it: environments in Europe, with and without Dataverse. */
export interface Situation {
  readonly admin: TenantAdmin;
  /** With Dataverse; nobody changes it. */
  readonly environmentId: string;
  readonly organizationId: string;
  readonly instanceUrl: string;
  /** A new environment in Europe, for rows that change it. */
  environment(facts?: Record<string, unknown>): Promise<string>;
  /** Asks an environment's Web API; `path` is relative to `/api/data/v9.2/`, or starts with `v9.0/`. */
  dataverse(method: string, path: string, asked?: Asked): Promise<Answer>;
  /** Creates a row and returns its id. */
  row(set: string, body: object): Promise<string>;
  /** Id of the first row of a set. */
  first(set: string, idMember: string, filter?: string): Promise<string>;
}

export async function openSituation(options: SandboxOptions = {}): Promise<Situation> {
  const admin = await startTenantAdmin(options);
  const facts = { location: "europe", azureRegion: "westeurope", sku: "Sandbox" };
  const seeded = await admin.seed({ ...facts, displayName: "Recorded", domainName: "recorded" });
  const instanceUrl = String(seeded["instanceUrl"]);
  const origin = instanceUrl.replace(/\/$/, "");
  let counter = 0;

  const dataverse: Situation["dataverse"] = async (method, path, { body, as = "admin", headers } = {}) => {
    const token = await admin.cloud.token(as, origin);
    const url = `${origin}/api/data/${/^v9\.\d\//.test(path) ? path : `v9.2/${path}`}`;
    return admin.cloud.ask(method, url, {
      token,
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
  };
  return {
    admin,
    environmentId: String(seeded["environmentId"]),
    organizationId: String(seeded["organizationId"]),
    instanceUrl,
    async environment(extra = {}) {
      counter += 1;
      const made = await admin.seed({
        ...facts,
        displayName: `Recorded ${counter}`,
        domainName: `recorded-${counter}`,
        ...extra,
      });
      return String(made["environmentId"]);
    },
    dataverse,
    async row(set, body) {
      const answer = await dataverse("POST", set, { body });
      const id = /\(([0-9a-f-]{36})\)$/.exec(answer.headers["odata-entityid"] ?? "")?.[1];
      if (id === undefined) throw new Error(`POST ${set} answered ${answer.status}: ${answer.text}`);
      return id;
    },
    async first(set, idMember, filter) {
      const query = filter === undefined ? "" : `&$filter=${encodeURIComponent(filter)}`;
      const answer = await dataverse("GET", `${set}?$select=${idMember}${query}`);
      const id = answer.body?.value?.[0]?.[idMember];
      if (typeof id !== "string") throw new Error(`no row of ${set}: ${answer.text}`);
      return id;
    },
  };
}
