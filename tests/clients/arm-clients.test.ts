import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { HealthbotClient } from "@azure/arm-healthbot";
import { MonitorClient } from "@azure/arm-monitor";
import { OperationalInsightsManagementClient } from "@azure/arm-operationalinsights";
import { ResourceManagementClient } from "@azure/arm-resources";
import { ClientSecretCredential } from "@azure/identity";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIPELINE_APP, PLAIN_USER, SUBSCRIPTIONS, TENANT } from "../../src/sandbox/seed.ts";
import { prove } from "../harness/fidelity.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

const SUBSCRIPTION = SUBSCRIPTIONS[0].id;
const GROUP = "rg-clients";
let credential: ClientSecretCredential;
let cloud: TlsSandbox;

beforeAll(async () => {
  cloud = await startTlsSandbox({ speed: 600 });
  cloud.actAsInternet();
  // The library reads the proxy when a credential is made.
  credential = new ClientSecretCredential(TENANT.id, PIPELINE_APP.appId, PIPELINE_APP.secret);
  const resources = new ResourceManagementClient(credential, SUBSCRIPTION);
  for (const namespace of ["Microsoft.HealthBot", "Microsoft.OperationalInsights", "Microsoft.Insights"])
    await resources.providers.register(namespace);
  await advance(120);
  await resources.resourceGroups.createOrUpdate(GROUP, { location: "eastus" });
}, 60_000);
afterAll(() => cloud.close());

async function advance(seconds: number): Promise<void> {
  await cloud.control("POST", "clock", { advanceMs: seconds * 1000 });
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** Status and code of a refusal, as the client reports it. */
async function refusal(asked: Promise<unknown>): Promise<{ statusCode: unknown; code: unknown }> {
  const error: unknown = await asked.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  if (typeof error !== "object" || error === null) throw new Error("nothing was refused");
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  return { statusCode, code };
}

function proven(client: string, ...operations: string[]): void {
  prove(
    ...operations.map((operation) => ({
      api: "Azure Resource Manager",
      operation,
      proof: "independent client" as const,
      source: client,
    })),
  );
}

describe("@azure/arm-resources", () => {
  it("makes, reads, lists, tags and deletes resource groups, and reads providers", async () => {
    const { resourceGroups, providers } = new ResourceManagementClient(credential, SUBSCRIPTION);
    const made = await resourceGroups.createOrUpdate("rg-short-lived", {
      location: "westus2",
      tags: { a: "1" },
    });
    expect(made).toMatchObject({
      name: "rg-short-lived",
      location: "westus2",
      properties: { provisioningState: "Succeeded" },
    });
    expect(await resourceGroups.get("rg-short-lived")).toMatchObject({ tags: { a: "1" } });
    expect((await all(resourceGroups.list())).map(({ name }) => name)).toEqual(
      expect.arrayContaining([GROUP, "rg-short-lived"]),
    );
    expect(await resourceGroups.update("rg-short-lived", { tags: { a: "2" } })).toMatchObject({
      tags: { a: "2" },
    });
    expect(
      await refusal(resourceGroups.createOrUpdate("rg-short-lived", { location: "eastus" })),
    ).toMatchObject({ statusCode: 409 });
    expect(await refusal(resourceGroups.get("rg-none"))).toMatchObject({
      statusCode: 404,
      code: "ResourceGroupNotFound",
    });
    expect((await providers.get("Microsoft.HealthBot")).registrationState).toBe("Registered");
    // Not awaited to its end: the answer asks for a pause of real seconds.
    await resourceGroups.delete("rg-short-lived").submitted();
    await advance(300);
    expect(await refusal(resourceGroups.get("rg-short-lived"))).toMatchObject({ statusCode: 404 });
    proven(
      "@azure/arm-resources",
      "PUT resourceGroups",
      "GET resourceGroups",
      "PATCH resourceGroups",
      "DELETE resourceGroups",
      "list resourceGroups",
      "POST providers/register",
      "GET providers",
    );
  }, 60_000);
});

describe("@azure/arm-healthbot", () => {
  it("makes a bot and waits for it, reads, lists, changes and deletes it", async () => {
    const { bots } = new HealthbotClient(credential, SUBSCRIPTION);
    const made = await bots.beginCreateAndWait(
      GROUP,
      "bot-client",
      { location: "eastus", sku: { name: "F0" } },
      { updateIntervalInMs: 50 },
    );
    expect(made).toMatchObject({
      name: "bot-client",
      sku: { name: "F0" },
      properties: { provisioningState: "Succeeded" },
    });
    expect((await bots.get(GROUP, "bot-client")).properties?.botManagementPortalLink).toMatch(
      /^https:\/\/eastus\.healthbot\.microsoft\.com\/account\/bot-client-/,
    );
    expect((await all(bots.listByResourceGroup(GROUP))).map(({ name }) => name)).toEqual(["bot-client"]);
    expect(await bots.update(GROUP, "bot-client", { tags: { stage: "dev" } })).toMatchObject({
      tags: { stage: "dev" },
    });
    expect(await refusal(bots.get(GROUP, "bot-none"))).toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
    await advance(30);
    await bots.beginDeleteAndWait(GROUP, "bot-client", { updateIntervalInMs: 50 });
    expect(await all(bots.list())).toEqual([]);
    proven(
      "@azure/arm-healthbot",
      "PUT healthBots",
      "GET healthBots",
      "list healthBots",
      "PATCH healthBots",
      "DELETE healthBots",
    );
  }, 60_000);

  it("may not make one before the provider is registered", async () => {
    const other = new HealthbotClient(credential, SUBSCRIPTIONS[1].id);
    await new ResourceManagementClient(credential, SUBSCRIPTIONS[1].id).resourceGroups.createOrUpdate(GROUP, {
      location: "eastus",
    });
    expect(
      await refusal(other.bots.beginCreate(GROUP, "bot-early", { location: "eastus", sku: { name: "F0" } })),
    ).toMatchObject({
      statusCode: 409,
      code: "MissingSubscriptionRegistration",
    });
  });
});

describe("@azure/arm-operationalinsights and @azure/arm-monitor", () => {
  it("make a workspace, send the activity log to it, and clean up", async () => {
    const { workspaces } = new OperationalInsightsManagementClient(credential, SUBSCRIPTION);
    const made = await workspaces.createOrUpdate(
      GROUP,
      "log-client",
      { location: "eastus", sku: { name: "PerGB2018" }, retentionInDays: 90 },
      { updateIntervalInMs: 50 },
    );
    expect(made).toMatchObject({ name: "log-client", retentionInDays: 90 });
    expect((await workspaces.get(GROUP, "log-client")).customerId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await all(workspaces.listByResourceGroup(GROUP))).map(({ name }) => name)).toContain(
      "log-client",
    );
    expect(await workspaces.update(GROUP, "log-client", { retentionInDays: 120 })).toMatchObject({
      retentionInDays: 120,
    });
    expect(await refusal(workspaces.get(GROUP, "log-none"))).toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });

    const { diagnosticSettings } = new MonitorClient(credential, SUBSCRIPTION);
    const scope = `subscriptions/${SUBSCRIPTION}`;
    const setting = { workspaceId: made.id ?? "", logs: [{ category: "Administrative", enabled: true }] };
    expect(await diagnosticSettings.createOrUpdate(scope, "to-log-client", setting)).toMatchObject({
      name: "to-log-client",
    });
    expect(await diagnosticSettings.get(scope, "to-log-client")).toMatchObject({ workspaceId: made.id });
    const listed = await diagnosticSettings.list(scope);
    expect(
      JSON.stringify("value" in listed ? listed.value : await all(listed as AsyncIterable<unknown>)),
    ).toContain("to-log-client");
    await diagnosticSettings.delete(scope, "to-log-client");
    expect(await refusal(diagnosticSettings.get(scope, "to-log-client"))).toMatchObject({ statusCode: 404 });
    await workspaces.delete(GROUP, "log-client");
    proven(
      "@azure/arm-operationalinsights",
      "PUT workspaces",
      "GET workspaces",
      "list workspaces",
      "PATCH workspaces",
      "DELETE workspaces",
    );
    proven(
      "@azure/arm-monitor",
      "PUT diagnosticSettings",
      "GET diagnosticSettings",
      "list diagnosticSettings",
      "DELETE diagnosticSettings",
    );
  }, 60_000);
});

describe("@azure/arm-authorization", () => {
  it("assigns a role once, finds it, refuses a second one of the same kind, and takes it away", async () => {
    const { roleAssignments, roleDefinitions } = new AuthorizationManagementClient(credential, SUBSCRIPTION);
    const scope = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}`;
    const [agentAdmin] = await all(
      roleDefinitions.list(scope, { filter: "roleName eq 'Healthcare Agent Admin'" }),
    );
    expect(agentAdmin?.name).toBe("f1082fec-a70f-419f-9230-885d2550fb38");
    const body = {
      principalId: PLAIN_USER.id,
      principalType: "User",
      roleDefinitionId: agentAdmin?.id ?? "",
    };
    const name = "5f2a8c1e-4d3b-4c6a-9e7f-0a1b2c3d4e5f";
    expect(await roleAssignments.create(scope, name, body)).toMatchObject({
      name,
      principalId: PLAIN_USER.id,
    });
    expect(
      await refusal(roleAssignments.create(scope, "6f2a8c1e-4d3b-4c6a-9e7f-0a1b2c3d4e5f", body)),
    ).toMatchObject({ statusCode: 409, code: "RoleAssignmentExists" });
    await advance(60);
    const found = await all(
      roleAssignments.listForScope(scope, { filter: `principalId eq '${PLAIN_USER.id}'` }),
    );
    expect(found.map((assignment) => assignment.name)).toContain(name);
    expect(await refusal(roleAssignments.get(scope, "7f2a8c1e-4d3b-4c6a-9e7f-0a1b2c3d4e5f"))).toMatchObject({
      statusCode: 404,
    });
    await roleAssignments.delete(scope, name);
    await advance(60);
    expect(
      await all(roleAssignments.listForScope(scope, { filter: `principalId eq '${PLAIN_USER.id}'` })),
    ).toEqual([]);
    proven(
      "@azure/arm-authorization",
      "list roleDefinitions",
      "PUT roleAssignments",
      "GET roleAssignments",
      "list roleAssignments",
      "DELETE roleAssignments",
    );
  });
});
