import { MonitorClient } from "@azure/arm-monitor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AzureSession, all, proven, SUBSCRIPTION, startAzureSession } from "./azure-session.ts";

let session: AzureSession;
let client: MonitorClient;
const CLIENT = "@azure/arm-monitor";
const SCOPE = `/subscriptions/${SUBSCRIPTION}`;
const WORKSPACE = `${SCOPE}/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log`;

beforeAll(async () => {
  session = await startAzureSession();
  client = new MonitorClient(session.credential, SUBSCRIPTION);
  await session.raw("POST", `${SCOPE}/providers/Microsoft.Insights/register?api-version=2025-04-01`);
  await session.advance(100);
});
afterAll(() => session.cloud.close());

const setting = (category: string) => ({
  workspaceId: WORKSPACE,
  logs: [{ category, enabled: true }],
});

describe("@azure/arm-monitor", () => {
  it("exports the activity log: creates, reads, changes, lists and deletes a setting", async () => {
    const created = await client.diagnosticSettings.createOrUpdate(SCOPE, "audit", setting("Security"));
    expect(created).toMatchObject({ name: "audit", workspaceId: WORKSPACE });
    const read = await client.diagnosticSettings.get(SCOPE, "audit");
    expect(read.logs).toMatchObject([{ category: "Security", enabled: true }]);
    await client.diagnosticSettings.createOrUpdate(SCOPE, "audit", setting("Administrative"));
    const listed = await all(client.diagnosticSettings.list(SCOPE));
    expect(listed.map((one) => [one.name, one.logs?.[0]?.category])).toEqual([["audit", "Administrative"]]);
    await client.diagnosticSettings.delete(SCOPE, "audit");
    await expect(client.diagnosticSettings.get(SCOPE, "audit")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
    proven(
      CLIENT,
      "PUT Microsoft.Insights/diagnosticSettings/{name}",
      "GET Microsoft.Insights/diagnosticSettings/{name}",
      "GET Microsoft.Insights/diagnosticSettings",
      "DELETE Microsoft.Insights/diagnosticSettings/{name}",
    );
  });

  it("refuses a sixth setting and one without a destination", async () => {
    for (const name of ["a", "b", "c", "d", "e"])
      await client.diagnosticSettings.createOrUpdate(SCOPE, name, setting("Policy"));
    await expect(
      client.diagnosticSettings.createOrUpdate(SCOPE, "f", setting("Policy")),
    ).rejects.toMatchObject({ statusCode: 409, code: "Conflict" });
    await expect(
      client.diagnosticSettings.createOrUpdate(SCOPE, "a", { logs: [{ category: "Policy", enabled: true }] }),
    ).rejects.toMatchObject({ statusCode: 400, code: "BadRequest" });
  });

  it("lists the categories of a bot, which has none until somebody gives it some", async () => {
    const group = `${SCOPE}/resourceGroups/rg`;
    const bot = `${group}/providers/Microsoft.HealthBot/healthBots/bot`;
    await session.raw("POST", `${SCOPE}/providers/Microsoft.HealthBot/register?api-version=2025-04-01`);
    await session.advance(100);
    await session.raw("PUT", `${group}?api-version=2025-04-01`, { location: "eastus" });
    await session.raw("PUT", `${bot}?api-version=2025-11-01`, { location: "eastus", sku: { name: "C1" } });
    await expect(all(client.diagnosticSettingsCategory.list(bot))).rejects.toMatchObject({ statusCode: 400 });
    await session.cloud.control("POST", "state", {
      path: "arm/healthBots",
      where: {},
      set: { diagnosticCategories: ["Conversations"] },
    });
    const listed = await all(client.diagnosticSettingsCategory.list(bot));
    expect(listed).toMatchObject([{ name: "Conversations", categoryType: "Logs" }]);
    proven(CLIENT, "GET Microsoft.Insights/diagnosticSettingsCategories");
  });

  it("is told plainly what the sandbox does not simulate", async () => {
    await expect(client.diagnosticSettings.get(WORKSPACE, "audit")).rejects.toMatchObject({
      statusCode: 501,
      code: "NotSimulated",
    });
  });
});
