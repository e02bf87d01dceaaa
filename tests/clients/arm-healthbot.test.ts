import { HealthbotClient } from "@azure/arm-healthbot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AzureSession, all, proven, SUBSCRIPTION, startAzureSession } from "./azure-session.ts";

let session: AzureSession;
/** As the package comes: its api-version is 2021-06-10. */
let client: HealthbotClient;
const CLIENT = "@azure/arm-healthbot";
const GROUP = "rg-bots";
const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const QUICK = { updateIntervalInMs: 1 };

beforeAll(async () => {
  session = await startAzureSession();
  client = new HealthbotClient(session.credential, SUBSCRIPTION);
  await session.raw("PUT", `${ROOT}/resourceGroups/${GROUP}?api-version=2025-04-01`, { location: "eastus" });
  await expect(
    client.bots.beginCreate(GROUP, "bot-early", { location: "eastus", sku: { name: "F0" } }),
  ).rejects.toMatchObject({ statusCode: 409, code: "MissingSubscriptionRegistration" });
  await session.raw("POST", `${ROOT}/providers/Microsoft.HealthBot/register?api-version=2025-04-01`);
  await session.advance(100);
});
afterAll(() => session.cloud.close());

describe("@azure/arm-healthbot", () => {
  it("creates a bot and follows the signed status URL to its end", async () => {
    const creation = await client.bots.beginCreate(
      GROUP,
      "bot-one",
      { location: "eastus", sku: { name: "C0" }, tags: { owner: "psc" } },
      QUICK,
    );
    await creation.poll();
    expect(creation.isDone()).toBe(false);
    expect((await client.bots.get(GROUP, "bot-one")).properties).toEqual({ provisioningState: "Accepted" });
    await session.advance(90);
    expect(await creation.pollUntilDone()).toMatchObject({
      name: "bot-one",
      type: "microsoft.healthbot/healthbots",
      sku: { name: "C0" },
      tags: { owner: "psc" },
      properties: {
        provisioningState: "Succeeded",
        botManagementPortalLink: expect.stringMatching(
          /^https:\/\/[a-z-]+\.healthbot\.microsoft\.com\/account\//,
        ),
      },
    });
    proven(
      CLIENT,
      "PUT Microsoft.HealthBot/healthBots/{name}",
      "GET Microsoft.HealthBot/healthBots/{name}",
      "GET Microsoft.HealthBot/locations/{region}/operationStatuses/{id}",
    );
  });

  it("changes and lists bots", async () => {
    const changed = await client.bots.update(GROUP, "bot-one", { tags: { owner: "other" } });
    expect(changed.tags).toEqual({ owner: "other" });
    await session.advance(20);
    const inGroup = (await all(client.bots.listByResourceGroup(GROUP))).map((bot) => bot.name);
    expect(inGroup).toEqual(["bot-one"]);
    expect((await all(client.bots.list())).map((bot) => bot.name)).toEqual(inGroup);
    expect((await all(client.operations.list())).map((one) => one.name)).toContain(
      "Microsoft.Healthbot/healthbots/write",
    );
    proven(
      CLIENT,
      "PATCH Microsoft.HealthBot/healthBots/{name}",
      "GET Microsoft.HealthBot/healthBots",
      "GET Microsoft.HealthBot/operations",
    );
  });

  it("refuses another location, the step down to F0, a bad name and what is not there", async () => {
    const body = { location: "eastus", sku: { name: "C0" as const } };
    await expect(
      client.bots.beginCreate(GROUP, "bot-one", { ...body, location: "westeurope" }),
    ).rejects.toMatchObject({ statusCode: 409, code: "InvalidResourceLocation" });
    await expect(
      client.bots.beginCreate(GROUP, "bot-one", { ...body, sku: { name: "F0" } }),
    ).rejects.toMatchObject({ statusCode: 400 });
    await expect(client.bots.get(GROUP, "bot-none")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceNotFound",
    });
    await expect(client.bots.get("rg-none", "bot-one")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceGroupNotFound",
    });
    const stranger = new HealthbotClient(session.stranger, SUBSCRIPTION);
    await expect(stranger.bots.get(GROUP, "bot-one")).rejects.toMatchObject({
      statusCode: 403,
      code: "AuthorizationFailed",
    });
  });

  it("deletes a bot, waiting on 202s with a null body", async () => {
    const deletion = await client.bots.beginDelete(GROUP, "bot-one", QUICK);
    await session.advance(10);
    await deletion.pollUntilDone();
    await expect(client.bots.get(GROUP, "bot-one")).rejects.toMatchObject({ statusCode: 404 });
    proven(CLIENT, "DELETE Microsoft.HealthBot/healthBots/{name}");
  });

  it("works on the newest api-version too", async () => {
    const newest = new HealthbotClient(session.credential, SUBSCRIPTION, { apiVersion: "2025-11-01" });
    const creation = await newest.bots.beginCreate(
      GROUP,
      "bot-new",
      { location: "eastus", sku: { name: "C0" } },
      QUICK,
    );
    await session.advance(90);
    expect((await creation.pollUntilDone()).properties?.provisioningState).toBe("Succeeded");
    await expect(
      newest.bots.beginCreate(GROUP, "bot-old", { location: "eastus", sku: { name: "S1" } }),
    ).rejects.toMatchObject({ statusCode: 400 });
  });
});
