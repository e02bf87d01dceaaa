import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStorage } from "../../../src/sandbox/storage.ts";
import { type ArmSession, BOT_VERSION, SUBSCRIPTION, startArmSession } from "./arm-session.ts";

let session: ArmSession;
let bots: string;

beforeEach(async () => {
  session = await startArmSession();
  bots = `${await session.group()}/providers/Microsoft.HealthBot/healthBots`;
});
afterEach(() => session.close());

const create = (name = "contoso-bot", sku = "C1") =>
  session.arm("PUT", `${bots}/${name}`, BOT_VERSION, { location: "East US", sku: { name: sku } });

async function created(name = "contoso-bot", sku = "C1") {
  await session.register("Microsoft.HealthBot");
  const answer = await create(name, sku);
  await session.advance(120);
  return answer;
}

describe("registration", () => {
  it("refuses a bot until Microsoft.HealthBot is registered", async () => {
    const provider = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.HealthBot`;
    const before = await create();
    expect(before.status).toBe(409);
    expect(before.body.error.code).toBe("MissingSubscriptionRegistration");
    expect(before.body.error.details[0].target).toBe("Microsoft.HealthBot");

    const registering = await session.arm("POST", `${provider}/register`, "2025-04-01");
    expect(registering.body.registrationState).toBe("Registering");
    expect((await create()).status).toBe(409);

    await session.advance(91);
    expect((await session.arm("GET", provider, "2025-04-01")).body.registrationState).toBe("Registered");
    expect((await create()).status).toBe(201);
  });

  it("tells the regions and api-versions of the bot type", async () => {
    const provider = await session.arm(
      "GET",
      `/subscriptions/${SUBSCRIPTION}/providers/microsoft.healthbot`,
      "2025-04-01",
    );
    const [type] = provider.body.resourceTypes;
    expect(type.resourceType).toBe("healthBots");
    expect(type.locations).toContain("East US");
    expect(type.apiVersions[0]).toBe("2025-11-01");
  });
});

describe("life cycle of a bot", () => {
  it("is accepted with 201 and becomes ready behind a signed status URL", async () => {
    await session.register("Microsoft.HealthBot");
    const put = await create();
    expect(put.status).toBe(201);
    expect(put.body.type).toBe("microsoft.healthbot/healthbots");
    expect(put.body.location).toBe("eastus");
    expect(put.body.properties).toEqual({ provisioningState: "Accepted" });
    expect(put.headers["retry-after"]).toBeUndefined();
    const url = put.headers["azure-asyncoperation"] ?? "";
    expect(url.length).toBeGreaterThan(3500);
    expect(url).toMatch(
      /^https:\/\/management\.azure\.com\/providers\/Microsoft\.HealthBot\/locations\/EASTUS\/operationStatuses\/[0-9a-f-]{36}\*[0-9A-F]{64}\?api-version=/,
    );

    const running = await session.follow(url);
    expect([running.status, running.body.status]).toEqual([200, "Working"]);
    expect(running.headers["retry-after"]).toBeUndefined();
    const early = await session.arm("GET", `${bots}/contoso-bot`, BOT_VERSION);
    expect(early.body.properties.botManagementPortalLink).toBeUndefined();

    await session.advance(88);
    const ended = await session.follow(url);
    expect(ended.body).toMatchObject({ status: "Succeeded", properties: null });
    const bot = await session.arm("GET", `${bots}/contoso-bot`, BOT_VERSION);
    expect(bot.body.properties).toMatchObject({
      provisioningState: "Succeeded",
      accessControlMethod: "AzureRBAC",
    });
    expect(bot.body.properties.botManagementPortalLink).toMatch(
      /^https:\/\/eastus\.healthbot\.microsoft\.com\/account\/contoso-bot-[0-9a-z]{7}$/,
    );
  });

  it("answers 403 to a status URL that did not come back verbatim", async () => {
    await session.register("Microsoft.HealthBot");
    const url = (await create()).headers["azure-asyncoperation"] ?? "";
    for (const altered of [
      url.replace("*", "%2A"),
      url.replace(/&s=[^&]+/, ""),
      url.replace("EASTUS", "eastus"),
      url.replace(/&h=.*/, "&h=x"),
    ])
      expect((await session.follow(altered)).status).toBe(403);
    expect((await session.follow(url)).status).toBe(200);
  });

  it("updates with 201 and keeps the portal link", async () => {
    await created("b1", "F0");
    const patch = await session.arm("PATCH", `${bots}/b1`, BOT_VERSION, { sku: { name: "C1" } });
    expect(patch.status).toBe(201);
    expect(patch.body.properties.provisioningState).toBe("Accepted");
    expect(patch.body.properties.botManagementPortalLink).toContain("/account/b1-");
    expect(patch.headers["azure-asyncoperation"]).toBeDefined();
    expect(patch.headers["location"]).toBeUndefined();
    await session.advance(15);
    const bot = await session.arm("GET", `${bots}/b1`, BOT_VERSION);
    expect(bot.body.sku).toEqual({ name: "C1" });
    expect(bot.body.properties.provisioningState).toBe("Succeeded");
  });

  it("ends an update that came during the creation no sooner than the creation", async () => {
    await session.register("Microsoft.HealthBot");
    await create();
    const url = (await create()).headers["azure-asyncoperation"] ?? "";
    await session.advance(20);
    expect((await session.follow(url)).body.status).toBe("Working");
    await session.advance(68);
    expect((await session.follow(url)).body.status).toBe("Succeeded");
    const bot = await session.arm("GET", `${bots}/contoso-bot`, BOT_VERSION);
    expect(bot.body.properties.provisioningState).toBe("Succeeded");
    expect(bot.body.properties.botManagementPortalLink).toContain("/account/contoso-bot-");
  });

  it("deletes with 202, body null, and a status resource that answers 202 while it lasts", async () => {
    await created();
    await session.arm("PATCH", `${bots}/contoso-bot`, BOT_VERSION, { tags: { a: "1" } });
    const gone = await session.arm("DELETE", `${bots}/contoso-bot`, BOT_VERSION);
    expect([gone.status, gone.text]).toEqual([202, "null"]);
    const url = gone.headers["azure-asyncoperation"] ?? "";
    expect(gone.headers["location"]).toBe(url);

    const running = await session.follow(url);
    expect([running.status, running.body.status]).toEqual([202, "Deleting"]);
    expect(running.headers["location"]).toContain("/locations/eastus/");
    expect((await session.follow(running.headers["location"] ?? "")).status).toBe(202);

    await session.advance(60);
    expect((await session.follow(url)).body.status).toBe("Succeeded");
    const after = await session.arm("GET", `${bots}/contoso-bot`, BOT_VERSION);
    expect([after.status, after.body.error.code]).toEqual([404, "ResourceNotFound"]);
    expect((await session.arm("DELETE", `${bots}/contoso-bot`, BOT_VERSION)).status).toBe(204);
  });

  it("lists bots of a group and of the subscription without a nextLink", async () => {
    await created("b1");
    await create("b2");
    for (const path of [bots, `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.HealthBot/healthBots`]) {
      const list = await session.arm("GET", path, BOT_VERSION);
      expect(list.body.value.map((bot: { name: string }) => bot.name).sort()).toEqual(["b1", "b2"]);
      expect(list.body).not.toHaveProperty("nextLink");
    }
  });
});

describe("api-version 2020-12-08", () => {
  const OLD = "2020-12-08";

  it("has status URLs without a signature, and changes and deletes at once", async () => {
    await session.register("Microsoft.HealthBot");
    const put = await session.arm("PUT", `${bots}/b1`, OLD, { location: "eastus", sku: { name: "F0" } });
    expect([put.status, put.body.type]).toEqual([201, "Microsoft.HealthBot/healthBots"]);
    const url = put.headers["azure-asyncoperation"] ?? "";
    expect(url).toMatch(/\/locations\/EASTUS\/operationStatuses\/[0-9a-f-]{36}\?api-version=2020-12-08$/);
    expect((await session.follow(url)).body.status).toBe("Working");
    // Not ready yet: what changes it now takes as long as the creation.
    expect((await session.arm("PATCH", `${bots}/b1`, OLD, { tags: { a: "1" } })).status).toBe(201);
    await session.advance(20);
    expect((await session.follow(url)).body.status).toBe("Succeeded");

    const patched = await session.arm("PATCH", `${bots}/b1`, OLD, { tags: { a: "2" } });
    expect([patched.status, patched.body.properties.provisioningState]).toEqual([200, "Succeeded"]);
    expect(patched.body.tags).toEqual({ a: "2" });
    expect(patched.headers).not.toHaveProperty("azure-asyncoperation");
    const gone = await session.arm("DELETE", `${bots}/b1`, OLD);
    expect([gone.status, gone.text]).toEqual([200, ""]);
    expect((await session.arm("GET", `${bots}/b1`, OLD)).status).toBe(404);
    const newer = await session.arm("PUT", `${bots}/b1`, BOT_VERSION, {
      location: "eastus",
      sku: { name: "C1" },
    });
    expect(newer.body.type).toBe("microsoft.healthbot/healthbots");
  });
});

describe("a sandbox that was stopped", () => {
  it("still knows the running operation by its URL, the portal link and the secrets", async () => {
    const folder = mkdtempSync(join(tmpdir(), "psc-bots-"));
    const first = await startArmSession({ storage: folderStorage(folder) });
    const bot = `${await first.group()}/providers/Microsoft.HealthBot/healthBots/kept`;
    await first.register("Microsoft.HealthBot");
    const put = await first.arm("PUT", bot, BOT_VERSION, { location: "eastus", sku: { name: "C1" } });
    await first.close();

    const facts = async () => {
      // A copy, so that what this run changes is forgotten.
      const copy = `${folder}-copy`;
      rmSync(copy, { recursive: true, force: true });
      cpSync(folder, copy, { recursive: true });
      const again = await startArmSession({ storage: folderStorage(copy) });
      const status = await again.follow(put.headers["azure-asyncoperation"] ?? "");
      await again.advance(88);
      const ended = await again.follow(put.headers["azure-asyncoperation"] ?? "");
      const link = (await again.arm("GET", bot, BOT_VERSION)).body.properties.botManagementPortalLink;
      const secrets = (await again.arm("POST", `${bot}/listSecrets`, BOT_VERSION)).body.secrets;
      await again.close();
      return { running: status.body.status, ended: ended.body.status, link, secrets };
    };
    const once = await facts();
    expect([once.running, once.ended]).toEqual(["Working", "Succeeded"]);
    expect(await facts()).toEqual(once);
  });
});

describe("what a bot may be", () => {
  beforeEach(() => session.register("Microsoft.HealthBot"));

  it.each([
    [{ location: "eastus", sku: { name: "S1" } }, 400],
    [{ location: "eastus" }, 400],
    [{ sku: { name: "C1" } }, 400],
    [{ location: "mars", sku: { name: "C1" } }, 400],
    [{ location: "westus3", sku: { name: "C1" } }, 400],
    [{ location: "eastus", sku: { name: "C1" }, properties: { provisioningState: "Failed" } }, 400],
  ])("refuses %j", async (body, status) => {
    expect((await session.arm("PUT", `${bots}/bad-bot`, BOT_VERSION, body)).status).toBe(status);
    expect((await session.arm("GET", `${bots}/bad-bot`, BOT_VERSION)).status).toBe(404);
  });

  it("takes S1 on an older api-version only", async () => {
    const old = await session.arm("PUT", `${bots}/old-bot`, "2024-02-01", {
      location: "eastus",
      sku: { name: "S1" },
    });
    expect(old.status).toBe(201);
  });

  it("refuses names outside the pattern and the step down to F0", async () => {
    expect((await create("-bot")).status).toBe(400);
    expect((await create("b")).status).toBe(400);
    await create("paid");
    await session.advance(120);
    const down = await session.arm("PATCH", `${bots}/paid`, BOT_VERSION, { sku: { name: "F0" } });
    expect(down.status).toBe(400);
    expect((await session.arm("GET", `${bots}/paid`, BOT_VERSION)).body.sku.name).toBe("C1");
  });

  it("does not move to another region", async () => {
    await create("b1");
    const moved = await session.arm("PUT", `${bots}/b1`, BOT_VERSION, {
      location: "westeurope",
      sku: { name: "C1" },
    });
    expect([moved.status, moved.body.error.code]).toEqual([409, "InvalidResourceLocation"]);
  });

  it("answers 400 with the supported versions to an unknown api-version", async () => {
    const answer = await session.arm("GET", `${bots}/b1`, "2019-01-01");
    expect([answer.status, answer.body.error.code]).toEqual([400, "NoRegisteredProviderFound"]);
    expect(answer.body.error.message).toContain("2025-11-01");
    const none = await session.follow(`https://management.azure.com${bots}/b1`);
    expect([none.status, none.body.error.code]).toEqual([400, "MissingApiVersionParameter"]);
  });
});

describe("secrets", () => {
  it("lists three secrets whose order and first name differ from bot to bot", async () => {
    await created("bot-0");
    const seen = new Set<string>();
    for (let index = 0; index < 8; index += 1) {
      await create(`bot-${index}`);
      await session.advance(120);
      const answer = await session.arm("POST", `${bots}/bot-${index}/listSecrets`, BOT_VERSION);
      const names = answer.body.secrets.map((secret: { keyName: string }) => secret.keyName);
      expect(names).toContain("API_JWT_SECRET");
      expect(names).toContain("WEBCHAT_SECRET");
      expect(names).toHaveLength(3);
      seen.add(names.join());
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it("replaces API_JWT_SECRET only", async () => {
    await created();
    const list = async () =>
      Object.fromEntries(
        (await session.arm("POST", `${bots}/contoso-bot/listSecrets`, BOT_VERSION)).body.secrets.map(
          (secret: { keyName: string; value: string }) => [secret.keyName, secret.value],
        ),
      );
    const before = await list();
    const fresh = await session.arm("POST", `${bots}/contoso-bot/regenerateApiJwtSecret`, BOT_VERSION);
    expect(fresh.body.keyName).toBe("API_JWT_SECRET");
    const after = await list();
    expect(after.API_JWT_SECRET).toBe(fresh.body.value);
    expect(after.API_JWT_SECRET).not.toBe(before.API_JWT_SECRET);
    expect(after.WEBCHAT_SECRET).toBe(before.WEBCHAT_SECRET);
  });

  it("is not there before api-version 2022-08-08", async () => {
    await created();
    expect((await session.arm("POST", `${bots}/contoso-bot/listSecrets`, "2021-08-24")).status).toBe(400);
  });
});
