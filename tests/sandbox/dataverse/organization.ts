import { type Answer, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

export const MINUTE = 60_000;
export const DOMAIN = "clinic";
export const ORIGIN = `https://${DOMAIN}.crm.dynamics.com`;
export const API = `${ORIGIN}/api/data/v9.2/`;

export type Who = "admin" | "reader" | "pipeline" | "bare";

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: Who;
}

/** One organization in a sandbox whose clock stands nearly still, so that tests decide when time passes. */
export interface TestOrganization {
  readonly cloud: TestSandbox;
  readonly organizationId: string;
  /** Asks the organization; `path` is relative to the Web API root. */
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Creates a row and returns its id. */
  create(set: string, body: object): Promise<string>;
  /** Id of the only row that matches. */
  idOf(set: string, filter: string, id: string): Promise<string>;
  pass(ms: number): Promise<void>;
  edit(table: string, where: object, change: object): Promise<Answer>;
  person(gate: string, body: object): Promise<Answer>;
  close(): Promise<void>;
}

/** `packages` are installed through the admin API and awaited; `channels` are ticked by a person and awaited. */
export async function startOrganization(
  wanted: { readonly packages?: readonly string[]; readonly channels?: readonly string[] } = {},
): Promise<TestOrganization> {
  const cloud = await startTestSandbox({ speed: 1 });
  const seeded = await cloud.control("POST", "environments", {
    displayName: "Clinic",
    domainName: DOMAIN,
  });
  if (seeded.status !== 201) throw new Error(`seeding answered ${seeded.status}: ${seeded.text}`);
  const tokens = new Map<Who, string>();
  const pass = async (ms: number): Promise<void> => {
    await cloud.control("POST", "clock", { advanceMs: ms });
    tokens.clear();
  };
  const ask: TestOrganization["ask"] = async (method, path, { body, headers, as = "admin" } = {}) => {
    const token = tokens.get(as) ?? (await cloud.token(as, ORIGIN));
    tokens.set(as, token);
    const url = path.startsWith("https://") ? path : `${API}${path}`;
    return cloud.ask(method, url, {
      token,
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
    });
  };
  const organization: TestOrganization = {
    cloud,
    organizationId: seeded.body.organizationId,
    ask,
    get: (path, headers) => ask("GET", path, headers === undefined ? {} : { headers }),
    async create(set, body) {
      const answer = await ask("POST", set, { body });
      const id = /\(([0-9a-f-]{36})\)$/.exec(answer.headers["odata-entityid"] ?? "")?.[1];
      if (answer.status !== 204 || id === undefined)
        throw new Error(`POST ${set} answered ${answer.status}: ${answer.text}`);
      return id;
    },
    async idOf(set, filter, id) {
      const answer = await ask("GET", `${set}?$select=${id}&$filter=${encodeURIComponent(filter)}`);
      const rows: Record<string, string>[] = answer.body?.value ?? [];
      const [row] = rows;
      if (row === undefined || rows.length > 1)
        throw new Error(`${rows.length} rows of ${set} match ${filter}`);
      return String(row[id]);
    },
    pass,
    edit: (table, where, change) =>
      cloud.control("POST", "state", {
        path: `dataverse/organizations/${DOMAIN}/tables/${table}`,
        where,
        ...change,
      }),
    person: (gate, body) => cloud.control("POST", `person/${gate}`, body),
    close: () => cloud.close(),
  };
  await pass(MINUTE);
  for (const name of wanted.packages ?? []) {
    const token = await cloud.token("admin", "https://api.powerplatform.com");
    const url = `https://api.powerplatform.com/appmanagement/environments/${seeded.body.environmentId}/applicationPackages/${name}/install?api-version=2022-03-01-preview`;
    const answer = await cloud.ask("POST", url, { token });
    if (answer.status !== 202)
      throw new Error(`installing ${name} answered ${answer.status}: ${answer.text}`);
    await pass(150 * MINUTE);
  }
  if (wanted.channels !== undefined) {
    await organization.person("omnichannel-channels", {
      organizationUrl: ORIGIN,
      channels: [...wanted.channels],
    });
    await pass(60 * MINUTE);
  }
  return organization;
}
