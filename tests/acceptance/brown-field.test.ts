import { cpSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installChatSdk, openWorkplace, tuesdayNoonInNewYork, type Workplace } from "./support.ts";

const NORTHWIND = resolve(import.meta.dirname, "../../examples/northwind");
const GROUP =
  "https://management.azure.com/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-shared-healthcare";
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-shared-healthcare`;

let place: Workplace;
let organization: string;
let frontDesk: string;

async function ask(origin: string, method: string, path: string, body?: unknown) {
  const token = await place.sandbox.token("admin", origin);
  const answer = await place.sandbox.ask(method, path.startsWith("https:") ? path : `${origin}${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer;
}
const arm = (method: string, url: string, body?: unknown) =>
  ask("https://management.azure.com", method, url, body);
const graph = (method: string, path: string, body?: unknown) =>
  ask("https://graph.microsoft.com", method, `/v1.0/${path}`, body);
const dataverse = (method: string, path: string, body?: unknown) =>
  ask(organization.replace(/\/$/, ""), method, `/api/data/v9.2/${path}`, body);
const pass = (jump: string) => place.sandbox.control("POST", "clock", { jump });

/** A hospital that has run a contact centre by hand for years. */
async function buildByHand(): Promise<void> {
  const { body } = await place.sandbox.control("POST", "environments", {
    displayName: "Northwind contact centre",
    domainName: "northwindcc",
    sku: "Sandbox",
    createdTime: "2023-05-04T09:00:00Z",
  });
  organization = body.instanceUrl;
  await place.sandbox.control("POST", "person/omnichannel-consent", {});
  const packages = `/appmanagement/environments/${body.environmentId}/applicationPackages`;
  const version = "api-version=2022-03-01-preview";
  for (const name of ["msdynce_CRMHub", "OmnichannelPrimeAnchor"]) {
    await ask("https://api.powerplatform.com", "POST", `${packages}/${name}/install?${version}`, {});
    await pass("4h");
  }
  await place.sandbox.control("POST", "person/omnichannel-channels", {
    organizationUrl: organization,
    channels: ["chat"],
  });
  await pass("1h");
  for (const name of ["CC-Users", "CC-Agents", "CC-Supervisors"]) {
    const { body: made } = await graph("POST", "groups", {
      displayName: name,
      mailEnabled: false,
      mailNickname: name.toLowerCase(),
      securityEnabled: true,
      description: "Kept by the help desk",
    });
    const { body: amara } = await graph("GET", "users/amara@contoso.onmicrosoft.com");
    await graph("POST", `groups/${made.id}/members/$ref`, {
      "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${amara.id}`,
    });
  }
  await arm("PUT", `${GROUP}?api-version=2025-04-01`, {
    location: "westeurope",
    tags: { owner: "cloud team" },
  });
  for (const namespace of ["Microsoft.OperationalInsights", "Microsoft.Insights"])
    await arm(
      "POST",
      `${GROUP.replace(/\/resourceGroups.*/, "")}/providers/${namespace}/register?api-version=2025-04-01`,
    );
  await pass("10m");
  await arm("PUT", `${WORKSPACE}?api-version=2025-07-01`, {
    location: "westeurope",
    properties: { retentionInDays: 180 },
    tags: { owner: "cloud team" },
  });
  await pass("5m");
  await dataverse("POST", "queues", {
    name: "Front desk",
    msdyn_isomnichannelqueue: true,
    msdyn_queuetype: 192350000,
    msdyn_priority: 4,
    queueviewtype: 1,
  });
  const { body: queues } = await dataverse("GET", "queues?$select=queueid&$filter=name eq 'Front desk'");
  frontDesk = queues.value[0].queueid;
}

beforeAll(async () => {
  place = await openWorkplace(14_400, { tls: true });
  installChatSdk(place);
  cpSync(NORTHWIND, place.folder, { recursive: true });
  await buildByHand();
});
afterAll(() => place.close());

describe("examples/northwind, a tenant in use", () => {
  it("makes nothing that is there, and says what it takes over", async () => {
    const { json, stdout } = await place.psc("plan contact-centre.yaml --output json");
    expect(json.problems, stdout).toEqual([]);
    const actions = json.actions as { action: string; address: string }[];
    const made = actions.filter(({ action }) => action === "create").map(({ address }) => address);
    for (const address of [
      "power-platform.environment",
      'power-platform.application-package["OmnichannelPrimeAnchor"]',
      'entra.group["users"]',
      'entra.group["agents"]',
      "azure.resource-group",
      "azure.log-analytics-workspace",
      'omnichannel.queue["Front desk"]',
    ])
      expect(made).not.toContain(address);
    expect(made).toContain('omnichannel.queue["Northwind bot"]');
    expect(made).toContain("health-bot.account");
  });

  it("deploys, plans empty, verifies, and lets a patient reach the front desk", async () => {
    const deployed = await place.psc("deploy contact-centre.yaml");
    expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
    const plan = await place.psc("plan contact-centre.yaml");
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("no changes")]);
    const verified = await place.psc("verify contact-centre.yaml");
    expect(verified.code, verified.stdout).toBe(0);
    await tuesdayNoonInNewYork(place);
    const smoke = await place.psc("smoke contact-centre.yaml --output json");
    expect(smoke.json.stages).toContainEqual(
      expect.objectContaining({ stage: "queue", result: "pass", detail: 'in "Front desk"' }),
    );
  });

  it("leaves what others look after as it was", async () => {
    const { body: queues } = await dataverse(
      "GET",
      "queues?$select=queueid,msdyn_priority&$filter=name eq 'Front desk'",
    );
    expect(queues.value).toEqual([expect.objectContaining({ queueid: frontDesk, msdyn_priority: 4 })]);
    const { body: groups } = await graph("GET", "groups?$filter=displayName eq 'CC-Agents'");
    expect(groups.value).toEqual([expect.objectContaining({ description: "Kept by the help desk" })]);
    const { body: members } = await graph("GET", `groups/${groups.value[0].id}/members`);
    expect(members.value).toHaveLength(1);
    expect((await arm("GET", `${WORKSPACE}?api-version=2025-07-01`)).body.tags).toMatchObject({
      owner: "cloud team",
    });
  });

  it("is not destroyed with what psc did not make", async () => {
    const ran = await place.psc("destroy contact-centre.yaml --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect((await dataverse("GET", "queues?$filter=name eq 'Front desk'")).body.value).toHaveLength(1);
    expect((await dataverse("GET", "queues?$filter=name eq 'Northwind bot'")).body.value).toHaveLength(0);
    expect((await arm("GET", `${WORKSPACE}?api-version=2025-07-01`)).status).toBe(200);
    expect((await graph("GET", "groups?$filter=displayName eq 'CC-Agents'")).body.value).toHaveLength(1);
  });
});
