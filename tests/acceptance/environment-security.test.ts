import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ParsedJson } from "../harness/sandbox.ts";
import { openWorkplace, type Workplace } from "./support.ts";

const BAP = "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform";
const POLICIES = "https://api.bap.microsoft.com/providers/PowerPlatform.Governance/v2/policies";
const BOT =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-contoso-health-dev/providers/Microsoft.HealthBot/healthBots/bot-contoso-dev";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  expect((await place.psc("deploy dev.yaml")).code).toBe(0);
});
afterAll(() => place.close());

async function bap(method: string, url: string, body?: unknown) {
  const token = await place.sandbox.token("admin", "https://service.powerapps.com/");
  return place.sandbox.ask(method, url, { token, ...(body === undefined ? {} : { body }) });
}

interface Planned {
  readonly action: string;
  readonly address: string;
  readonly reason: string;
  readonly diff: readonly { readonly path: string }[];
  readonly gate?: { readonly steps: readonly string[]; readonly link: string };
}

async function changes(file: string): Promise<Planned[]> {
  const { json, stdout } = await place.psc(`plan ${file} --output json`);
  if (!Array.isArray(json.actions)) throw new Error(stdout);
  return (json.actions as Planned[]).filter(({ action }) => action !== "none");
}

const short = (actions: readonly Planned[]): string[] =>
  actions.map(({ action, address, diff }) => [action, address, ...diff.map(({ path }) => path)].join(" "));

/** What verify says of the only resource of a kind. */
async function verdict(file: string, kind: string): Promise<ParsedJson> {
  const { json } = await place.psc(`verify ${file} --output json`);
  return (json.controls as ParsedJson[]).find(({ id }) => id === `PSC-RES-${kind.toUpperCase()}`) ?? {};
}

async function policyNamed(name: string): Promise<ParsedJson> {
  const { body } = await bap("GET", POLICIES);
  const found = (body.value as ParsedJson[]).filter(
    ({ policyDefinition }) => policyDefinition.displayName === name,
  );
  expect(found).toHaveLength(1);
  return (await bap("GET", `${POLICIES}/${found[0]?.policyDefinition.name}`)).body;
}

const businessOf = ({ policyDefinition }: ParsedJson): string[] =>
  policyDefinition.connectorGroups
    .find(({ classification }: ParsedJson) => classification === "Confidential")
    .connectors.map(({ name }: ParsedJson) => name);

async function environmentId(): Promise<string> {
  const { body } = await bap("GET", `${BAP}/scopes/admin/environments?api-version=2023-06-01`);
  return (body.value as ParsedJson[]).find(
    ({ properties }) => properties.displayName === "Contoso Health (dev)",
  )?.["name"];
}

describe("users of the bot's portal", () => {
  const GATE = "health-bot.access-mode";

  it("come from Azure in a new bot, and nobody is asked", async () => {
    expect(short(await changes("dev.yaml"))).toEqual([]);
    expect(await verdict("dev.yaml", GATE)).toMatchObject({ verdict: "pass" });
  });

  it("of an older bot are a gate: who, where, and what Azure shows", async () => {
    await place.sandbox.control("POST", "person/health-bot-access", { resourceId: BOT, entra: false });
    const [gate, ...others] = await changes("dev.yaml");
    expect(others).toEqual([]);
    expect(gate).toMatchObject({ action: "gate", address: GATE });
    expect(gate?.reason).toMatch(/Azure shows access by "Legacy"/);
    expect(await verdict("dev.yaml", GATE)).toMatchObject({
      verdict: "fail",
      persona: "Health Bot Administrator",
    });
    const shown = await place.psc("gate show health-bot-access-mode dev.yaml");
    expect(shown.stdout).toContain("https://eastus.healthbot.microsoft.com/account/bot-contoso-dev-");
    expect(shown.stdout).toContain("Microsoft Entra Access Management");
    expect(shown.stdout).toContain('by the group "Contoso Health');
  });

  it("come from Azure once the switch is moved, and not because somebody once said so", async () => {
    const left = await place.psc("deploy dev.yaml --no-simulated-person --output json");
    expect([left.code, (left.json.gates as ParsedJson[]).map(({ gate }) => gate)]).toEqual([3, [GATE]]);
    expect((await place.psc(`gate confirm ${GATE} dev.yaml --by kim`)).code).toBe(0);
    expect(short(await changes("dev.yaml"))).toEqual([]);
    await place.sandbox.control("POST", "person/health-bot-access", { resourceId: BOT, entra: false });
    expect(short(await changes("dev.yaml"))).toEqual([`gate ${GATE}`]);
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    expect(short(await changes("dev.yaml"))).toEqual([]);
  });

  it("are a person's word where Azure says nothing", async () => {
    const bots = (await place.sandbox.control("GET", "state?path=arm%2FhealthBots")).body as ParsedJson;
    const { accessControlMethod, ...properties } = bots[BOT.toLowerCase()].properties;
    const show = (shown: object): Promise<unknown> =>
      place.sandbox.control("POST", "state", {
        path: "arm/healthBots",
        where: { id: BOT },
        set: { properties: shown },
      });
    await show(properties);
    // Kim has said so before, of this very bot.
    expect(short(await changes("dev.yaml"))).toEqual([]);
    expect(await verdict("dev.yaml", GATE)).toMatchObject({
      verdict: "manual",
      reason: expect.stringContaining("said on"),
    });
    await show({ ...properties, accessControlMethod });
  });
});

describe("a data policy that psc looks for", () => {
  const GATE = "power-platform.data-policy-coverage";
  const reason = async (): Promise<string | undefined> =>
    (await changes("looked.yaml")).find(({ address }) => address === GATE)?.reason;
  const define = async (
    displayName: string,
    environmentType: string,
    groups: Readonly<Record<string, readonly string[]>>,
    others = "General",
  ): Promise<string> => {
    const { status, body } = await bap("POST", POLICIES, {
      policyDefinition: {
        displayName,
        defaultConnectorsClassification: others,
        environmentType,
        environments: environmentType === "AllEnvironments" ? [] : [{ name: await environmentId() }],
        connectorGroups: Object.entries(groups).map(([classification, names]) => ({
          classification,
          connectors: names.map((name) => ({ id: `/providers/Microsoft.PowerApps/apis/${name}`, name })),
        })),
      },
      customConnectorUrlPatternsDefinition: { rules: [] },
    });
    expect(status).toBe(201);
    return body.policyDefinition.name;
  };

  beforeAll(() =>
    place.write(
      "looked.yaml",
      "extends: dev.yaml\nenvironment: { dataPolicy: { business: [shared_commondataserviceforapps, shared_teams] } }\n",
    ),
  );

  it("is missing where none covers the environment, whatever holds elsewhere", async () => {
    expect(await reason()).toBe("no data policy covers the environment");
    await define("elsewhere", "ExceptEnvironments", {
      Confidential: ["shared_commondataserviceforapps", "shared_teams"],
    });
    expect(await reason()).toBe("no data policy covers the environment");
    expect(await verdict("looked.yaml", GATE)).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("no data policy covers the environment"),
    });
  });

  it("has to keep the connectors together in Business, and no other policy may come between", async () => {
    const ours = await define("ours", "OnlyEnvironments", {});
    expect(await reason()).toMatch(/no policy of the environment has .* in Business/);
    await bap("DELETE", `${POLICIES}/${ours}`);
    await define("ours", "OnlyEnvironments", {
      Confidential: ["shared_commondataserviceforapps", "shared_teams"],
    });
    expect(await reason()).toBeUndefined();
    const tenant = await define("tenant", "AllEnvironments", { Confidential: ["shared_teams"] });
    expect(await reason()).toBe(
      '"tenant" separates them: shared_commondataserviceforapps in Non-business, shared_teams in Business',
    );
    await bap("DELETE", `${POLICIES}/${tenant}`);
    await define("tenant", "AllEnvironments", { Blocked: ["shared_teams"] });
    expect(await reason()).toBe('"tenant" blocks shared_teams');
  });

  it("is mended by a person, without stopping anything else", async () => {
    const mark = await place.mark();
    expect((await place.psc("deploy looked.yaml")).code).toBe(0);
    expect((await place.writes(mark)).filter(({ url }) => url.includes("/policies"))).toEqual([]);
    expect(await reason()).toBeUndefined();
  });
});

describe("a data policy of psc's own", () => {
  const ADDRESS = "power-platform.data-policy";
  const OWN = "Contoso dev patients";

  beforeAll(() =>
    place.write(
      "policed.yaml",
      `extends: dev.yaml\nenvironment: { dataPolicy: { manage: true, name: ${OWN}, otherConnectors: blocked } }\n`,
    ),
  );

  it("is made for the environment alone", async () => {
    expect((await place.psc("deploy policed.yaml")).code).toBe(0);
    expect(await changes("policed.yaml")).toEqual([]);
    const policy = await policyNamed(OWN);
    expect(policy["policyDefinition"]).toMatchObject({
      defaultConnectorsClassification: "Blocked",
      environmentType: "OnlyEnvironments",
      environments: [{ name: await environmentId() }],
    });
    expect(businessOf(policy)).toEqual(["shared_commondataserviceforapps", "shared_commondataservice"]);
  });

  it("is put right, and keeps what the spec does not speak of", async () => {
    const policy = await policyNamed(OWN);
    const { name } = policy.policyDefinition;
    const sql = { id: "/providers/Microsoft.PowerApps/apis/shared_sql", name: "shared_sql" };
    const dataverse = { id: "/providers/Microsoft.PowerApps/apis/shared_commondataservice" };
    await bap("PATCH", `${POLICIES}/${name}`, {
      ...policy,
      policyDefinition: {
        ...policy.policyDefinition,
        environments: [],
        connectorGroups: [
          { classification: "Confidential", connectors: [sql] },
          { classification: "General", connectors: [dataverse, { ...sql, id: `${sql.id}2` }] },
        ],
      },
      connectorConfigurationsDefinition: { endpointConfigurations: [{ connectorId: sql.id }] },
    });
    expect(short(await changes("policed.yaml"))).toEqual([`update ${ADDRESS} covered business`]);
    expect((await place.psc("deploy policed.yaml")).code).toBe(0);
    const mended = await policyNamed(OWN);
    expect(businessOf(mended)).toEqual(["shared_commondataserviceforapps", "shared_commondataservice"]);
    expect(mended).toMatchObject({
      policyDefinition: { name, environments: [{ name: await environmentId() }] },
      connectorConfigurationsDefinition: { endpointConfigurations: [{ connectorId: sql.id }] },
    });
    expect(
      mended.policyDefinition.connectorGroups.find(
        ({ classification }: ParsedJson) => classification === "General",
      ).connectors,
    ).toEqual([{ ...sql, id: `${sql.id}2` }]);
  });

  it("is not bent where other environments live by it", async () => {
    const policy = await policyNamed(OWN);
    const { name } = policy.policyDefinition;
    const shared = {
      ...policy,
      policyDefinition: {
        ...policy.policyDefinition,
        environmentType: "AllEnvironments",
        defaultConnectorsClassification: "General",
      },
    };
    await bap("PATCH", `${POLICIES}/${name}`, shared);
    const plan = await place.psc("plan policed.yaml --output json");
    expect(plan.json.problems).toMatchObject([{ address: ADDRESS, code: "PSC-E439" }]);
    await bap("PATCH", `${POLICIES}/${name}`, policy);
    expect(await changes("policed.yaml")).toEqual([]);
  });

  it("goes when it is pruned", async () => {
    expect((await place.psc("deploy dev.yaml --prune --yes")).code).toBe(0);
    const names = (await bap("GET", POLICIES)).body.value.map(
      ({ policyDefinition }: ParsedJson) => policyDefinition.displayName,
    );
    expect(names).not.toContain(OWN);
    expect(names).toContain("elsewhere");
  });
});

describe("settings of the tenant", () => {
  const settings = async (): Promise<ParsedJson> =>
    (await bap("POST", `${BAP}/listTenantSettings?api-version=2023-06-01`)).body;

  it("are looked at, and left to a person", async () => {
    place.write("tenant.yaml", "extends: dev.yaml\nenvironment: { tenantSettings: {} }\n");
    const mark = await place.mark();
    const left = await place.psc("deploy tenant.yaml --no-simulated-person --output json");
    expect(left.code).toBe(3);
    const [gate] = left.json.gates as ParsedJson[];
    expect(gate).toMatchObject({
      gate: "power-platform.creation-by-admins",
      persona: "Power Platform Administrator",
    });
    expect(JSON.stringify(gate)).toContain("Trial environment assignments");
    expect(JSON.stringify(gate)).toContain("disablePortalsCreationByNonAdminUsers");
    expect(await place.writes(mark)).toEqual([]);
    expect((await verdict("tenant.yaml", "power-platform.creation-by-admins"))["reason"]).toContain(
      "everybody in the tenant may create environments, trials, sites",
    );
  });

  it("are switched on by psc where the spec says so, and the plan says for whom", async () => {
    const before = await settings();
    place.write(
      "tenant.yaml",
      "extends: dev.yaml\nenvironment: { tenantSettings: { manage: true, onlyAdminsCreate: [trials, developer], noSharingWithEveryone: true } }\n",
    );
    const plan = await place.psc("plan tenant.yaml");
    expect(plan.stdout).toMatch(
      /settings of the whole tenant +only admins create trials, developer; no shar/,
    );
    expect((await place.psc("deploy tenant.yaml")).code).toBe(0);
    expect(await changes("tenant.yaml")).toEqual([]);
    const after = await settings();
    expect(after).toEqual({
      ...before,
      disableTrialEnvironmentCreationByNonAdminUsers: true,
      powerPlatform: {
        ...before["powerPlatform"],
        governance: {
          ...before["powerPlatform"].governance,
          disableDeveloperEnvironmentCreationByNonAdminUsers: true,
        },
        powerApps: { ...before["powerPlatform"].powerApps, disableShareWithEveryone: true },
      },
    });
  });

  it("pass once a person has changed the rest", async () => {
    place.write("tenant.yaml", "extends: dev.yaml\nenvironment: { tenantSettings: {} }\n");
    expect((await place.psc("deploy tenant.yaml")).code).toBe(0);
    expect(await verdict("tenant.yaml", "power-platform.creation-by-admins")).toMatchObject({
      verdict: "pass",
    });
  });
});

describe("how long back-ups are kept", () => {
  const kept = async (): Promise<unknown> => {
    const url = `${BAP}/scopes/admin/environments/${await environmentId()}?api-version=2023-06-01`;
    return (await bap("GET", url)).body.properties.retentionDetails.retentionPeriod;
  };

  it("is changed after the environment is a managed one", async () => {
    place.write(
      "kept.yaml",
      "extends: dev.yaml\nenvironment: { type: Production, managed: true, backupRetentionDays: 28 }\n",
    );
    expect(await kept()).toBe("P7D");
    expect(short(await changes("kept.yaml"))).toContain("update power-platform.backup-retention days");
    expect((await place.psc("deploy kept.yaml")).code).toBe(0);
    expect(await kept()).toBe("P28D");
    expect(await changes("kept.yaml")).toEqual([]);
  });

  it("is told in the service's words where it cannot be", async () => {
    place.edit("kept.yaml", "28", "14");
    await place.sandbox.control("POST", "state", {
      path: "bap/environments",
      where: { displayName: "Contoso Health (dev)" },
      set: { backupRetention: null },
    });
    await place.sandbox.control("POST", "faults", {
      when: { service: "bap", method: "PATCH" },
      action: {
        kind: "respond",
        status: 400,
        body: { error: { code: "BadRequest", message: "Not with Dynamics 365 apps." } },
      },
    });
    const ran = await place.psc("deploy kept.yaml --output json");
    await place.sandbox.control("DELETE", "faults");
    expect(ran.code).not.toBe(0);
    expect(JSON.stringify(ran.json.failures)).toContain("PSC-E430");
    expect(JSON.stringify(ran.json.failures)).toContain("Not with Dynamics 365 apps.");
  });
});
