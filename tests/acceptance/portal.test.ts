import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIPELINE_APP, TENANT } from "../../src/sandbox/seed.ts";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const PORTAL = `portal:
  subdomain: contoso-patients
  allowedAddresses: [203.0.113.0/24, 2001:db8::/32]
  firewall: true
  contentSecurityPolicy: {}
  signIn:
    provider: b2c
    authority: https://contosopatients.b2clogin.com/tfp/contosopatients.onmicrosoft.com/B2C_1_susi/v2.0
    clientId: 33333333-3333-4333-8333-333333333333
    policy: B2C_1_susi
    passwordResetPolicy: B2C_1_reset
  settings: { Search/Enabled: "false" }
`;
const SPEC = `extends: dev.yaml\n${PORTAL}`;

let place: Workplace;
let organization: string;
let api: string;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("portal.yaml", SPEC);
  const ran = await place.psc("deploy portal.yaml");
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const log = JSON.stringify(await place.requests());
  organization = /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(log)?.[0] ?? "";
  api = /https:\/\/api\.powerplatform\.com\/powerpages\/environments\/[\w-]+\/websites/.exec(log)?.[0] ?? "";
});
afterAll(() => place.close());

async function dataverse(method: string, path: string, body?: unknown) {
  const token = await place.sandbox.token("admin", organization);
  return place.sandbox.ask(method, `${organization}/api/data/v9.2/${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
}

async function rows(path: string): Promise<Record<string, unknown>[]> {
  const { body, text } = await dataverse("GET", path);
  expect(body.value, text).toBeDefined();
  return body.value;
}

async function pages(method: string, path: string, body?: unknown) {
  const token = await place.sandbox.token("admin", "https://api.powerplatform.com");
  return place.sandbox.ask(method, `${api}${path}api-version=2024-10-01`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
}

async function components(type: number): Promise<Map<string, string>> {
  const found = await rows(`powerpagecomponents?$filter=powerpagecomponenttype eq ${type}`);
  return new Map(found.map((row) => [String(row["name"]), JSON.parse(String(row["content"])).value]));
}

const changes = (file = "portal.yaml"): Promise<string[]> => changesIn(place, file);

describe("a portal", () => {
  it("is private, behind its firewall and addresses, with the widget of this environment", async () => {
    expect(await changes()).toEqual([]);
    const [site] = (await pages("GET", "?")).body.value;
    expect(site).toMatchObject({
      subdomain: "contoso-patients",
      siteVisibility: "private",
      status: "OperationComplete",
      dataModel: "Enhanced",
    });
    expect((await pages("GET", `/${site.id}/ipaddressrules?`)).body).toEqual([
      { IpAddress: "203.0.113.0/24", IpAddressType: "IPv4" },
      { IpAddress: "2001:db8::/32", IpAddressType: "IPv6" },
    ]);
    expect((await pages("GET", `/${site.id}/getWafStatus?`)).text).toContain("Enabled");
    const [widget] = await rows("msdyn_livechatconfigs?$select=msdyn_widgetsnippet");
    expect((await components(7)).get("Chat Widget Code")).toBe(widget?.["msdyn_widgetsnippet"]);
    const settings = await components(9);
    const provider = "Authentication/OpenIdConnect/AzureADB2C";
    expect(Object.fromEntries(settings)).toMatchObject({
      "Authentication/Registration/LocalLoginEnabled": "false",
      "Authentication/Registration/OpenRegistrationEnabled": "false",
      [`${provider}/DefaultPolicyId`]: "B2C_1_susi",
      [`${provider}/PasswordResetPolicyId`]: "B2C_1_reset",
      [`${provider}/RedirectUri`]: "https://contoso-patients.powerappsportals.com/signin-azureadb2c",
      "Search/Enabled": "false",
    });
    const host = /data-org-url="([^"]+)"/.exec(String(widget?.["msdyn_widgetsnippet"]))?.[1];
    expect(settings.get("HTTP/Content-Security-Policy")).toContain(host);
  });

  it("is mended where somebody changed it, and restarted only for what needs it", async () => {
    const [site] = (await pages("GET", "?")).body.value;
    const { text, status } = await pages("POST", `/${site.id}/ipaddressrules?`, {
      IpAddresses: [{ IpAddress: "198.51.100.7", IpAddressType: "IPv4" }],
    });
    expect(status, text).toBe(204);
    await pages("POST", `/${site.id}/updateSiteVisibility?siteVisibility=public&`);
    expect(await changes()).toEqual(["update portal.access allowedAddresses+visibility"]);
    const before = await place.mark();
    expect((await place.psc("deploy portal.yaml")).code).toBe(0);
    expect((await place.writes(before)).map(({ url }) => new URL(url).pathname.split("/").at(-1))).toEqual([
      "removeAllowedIpAddresses",
      "updateSiteVisibility",
    ]);
    const [setting] = await rows("powerpagecomponents?$filter=name eq 'Search/Enabled'");
    await dataverse("PATCH", `powerpagecomponents(${String(setting?.["powerpagecomponentid"])})`, {
      content: JSON.stringify({ source: 0, description: "kept", value: "true" }),
    });
    expect(await changes()).toEqual(['update portal.setting["Search/Enabled"] value']);
    expect((await place.psc("deploy portal.yaml")).code).toBe(0);
    const [mended] = await rows("powerpagecomponents?$filter=name eq 'Search/Enabled'");
    expect(JSON.parse(String(mended?.["content"]))).toEqual({
      source: 0,
      description: "kept",
      value: "false",
    });
    place.edit("portal.yaml", 'Search/Enabled: "false"', 'Search/Enabled: "true"');
    expect(await changes()).toEqual([
      'update portal.setting["Search/Enabled"] value',
      "update portal.restart restartedFor",
    ]);
    expect((await place.psc("deploy portal.yaml")).code).toBe(0);
    expect(await changes()).toEqual([]);
  });

  it("goes by --prune", async () => {
    const ran = await place.psc("deploy dev.yaml --prune --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect((await pages("GET", "?")).body.value).toEqual([]);
  });
});

const APPLICATION = {
  AZURE_TENANT_ID: TENANT.id,
  AZURE_CLIENT_ID: PIPELINE_APP.appId,
  AZURE_CLIENT_SECRET: PIPELINE_APP.secret,
};

describe("a pipeline, whose application Power Pages does not take", () => {
  let pipeline: Workplace;
  beforeAll(async () => {
    pipeline = await openWorkplace();
    pipeline.write("portal.yaml", SPEC);
    const ran = await pipeline.psc("deploy dev.yaml", { env: APPLICATION });
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  });
  afterAll(() => pipeline.close());
  const deploy = (env?: Record<string, string>) =>
    pipeline.psc("deploy portal.yaml --no-simulated-person --output json", env && { env });

  it("waits at a gate until a person has deployed just this, and passes from then on", async () => {
    const stopped = await deploy(APPLICATION);
    expect(stopped.code, stopped.stdout).toBe(3);
    expect(stopped.json.gates).toMatchObject([
      { gate: "portal.person", persona: "Power Platform Administrator" },
    ]);
    const person = await pipeline.psc(
      "deploy portal.yaml --no-simulated-person --persona power-platform-administrator",
    );
    expect(person.code, person.stdout + person.stderr).toBe(0);
    const passed = await deploy(APPLICATION);
    expect(passed.code, passed.stdout).toBe(0);
    expect(passed.json.outcome).toBe("no-changes");
    pipeline.edit("portal.yaml", 'Search/Enabled: "false"', 'Search/Enabled: "true"');
    expect((await deploy(APPLICATION)).code).toBe(3);
  });
});
