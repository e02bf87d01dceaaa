import { OperationalInsightsManagementClient } from "@azure/arm-operationalinsights";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AzureSession, all, proven, SUBSCRIPTION, startAzureSession } from "./azure-session.ts";

let session: AzureSession;
let client: OperationalInsightsManagementClient;
const CLIENT = "@azure/arm-operationalinsights";
const GROUP = "rg-logs";

beforeAll(async () => {
  session = await startAzureSession();
  client = new OperationalInsightsManagementClient(session.credential, SUBSCRIPTION);
  const root = `/subscriptions/${SUBSCRIPTION}`;
  await session.raw(
    "POST",
    `${root}/providers/Microsoft.OperationalInsights/register?api-version=2025-04-01`,
  );
  await session.raw("PUT", `${root}/resourceGroups/${GROUP}?api-version=2025-04-01`, { location: "eastus" });
  await session.advance(100);
});
afterAll(() => session.cloud.close());

/** Creates a workspace and lets the clock pass its provisioning. */
async function create(name: string): Promise<string | undefined> {
  const creation = client.workspaces.createOrUpdate(
    GROUP,
    name,
    { location: "eastus", sku: { name: "PerGB2018" }, retentionInDays: 90 },
    { updateIntervalInMs: 1 },
  );
  await creation.submitted();
  await session.advance(20);
  const made = await creation.pollUntilDone();
  expect(made).toMatchObject({ name, provisioningState: "Succeeded", retentionInDays: 90 });
  return made.customerId;
}

describe("@azure/arm-operationalinsights", () => {
  it("creates a workspace and waits until it is provisioned", async () => {
    const customerId = await create("log-one");
    const read = await client.workspaces.get(GROUP, "log-one");
    expect(read).toMatchObject({
      customerId,
      location: "eastus",
      sku: { name: "PerGB2018" },
      publicNetworkAccessForIngestion: "Enabled",
      type: "Microsoft.OperationalInsights/workspaces",
    });
    expect(read.createdDate).toBeInstanceOf(Date);
    proven(CLIENT, "PUT Microsoft.OperationalInsights/workspaces/{name}");
    proven(CLIENT, "GET Microsoft.OperationalInsights/workspaces/{name}");
  });

  it("changes and lists workspaces", async () => {
    await create("log-two");
    const changed = await client.workspaces.update(GROUP, "log-two", {
      retentionInDays: 365,
      tags: { owner: "psc" },
    });
    expect(changed).toMatchObject({ retentionInDays: 365, tags: { owner: "psc" } });
    const inGroup = (await all(client.workspaces.listByResourceGroup(GROUP))).map((one) => one.name);
    expect(inGroup).toContain("log-two");
    expect((await all(client.workspaces.list())).map((one) => one.name)).toEqual(inGroup);
    proven(
      CLIENT,
      "PATCH Microsoft.OperationalInsights/workspaces/{name}",
      "GET Microsoft.OperationalInsights/workspaces",
    );
  });

  it("refuses a retention out of range, another location and what is not there", async () => {
    await create("log-three");
    await expect(client.workspaces.update(GROUP, "log-three", { retentionInDays: 7 })).rejects.toMatchObject({
      statusCode: 400,
      code: "InvalidParameter",
    });
    await expect(
      client.workspaces.createOrUpdate(GROUP, "log-three", { location: "westeurope" }).submitted(),
    ).rejects.toMatchObject({ statusCode: 409, code: "InvalidResourceLocation" });
    await expect(client.workspaces.get(GROUP, "log-none")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
  });

  it("deletes a workspace and recovers it under its old customer id", async () => {
    const customerId = await create("log-back");
    await client.workspaces.delete(GROUP, "log-back", { updateIntervalInMs: 1 }).pollUntilDone();
    await expect(client.workspaces.get(GROUP, "log-back")).rejects.toMatchObject({ statusCode: 404 });
    expect(await create("log-back")).toBe(customerId);
    proven(CLIENT, "DELETE Microsoft.OperationalInsights/workspaces/{name}");
  });

  it("is told plainly what the sandbox does not simulate", async () => {
    await expect(client.sharedKeys.getSharedKeys(GROUP, "log-one")).rejects.toMatchObject({
      statusCode: 501,
      code: "NotSimulated",
    });
  });
});
