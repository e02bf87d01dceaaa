import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SUBSCRIPTIONS } from "../../src/sandbox/seed.ts";
import { API_VERSIONS, type Arm, typeOf, type Wait } from "../../src/services/arm.ts";
import type { Services } from "../../src/services/services.ts";
import { startTenant, type TestTenant } from "../resources/support/tenant.ts";

const SUBSCRIPTION = `/subscriptions/${SUBSCRIPTIONS[0].id}`;
const GROUP = `${SUBSCRIPTION}/resourceGroups/rg`;
const BOT = `${GROUP}/providers/Microsoft.HealthBot/healthBots/bot1`;

let tenant: TestTenant;
let services: Services;
let arm: Arm;
let looks: string[];

/** Waits on the run's clock and keeps what was waited for. */
const wait: Wait = async (what, options, look) => {
  for (;;) {
    looks.push(`${what} ${options.operationUrl ?? "the resource"}`);
    const seen = await look();
    if (seen.done) return seen.value;
    await services.clock.sleep(seen.retryAfterMs ?? options.everyMs);
  }
};

beforeEach(async () => {
  tenant = await startTenant();
  services = await tenant.services();
  arm = services.arm;
  looks = [];
  await arm.send("POST", `${SUBSCRIPTION}/providers/Microsoft.HealthBot/register`);
  await wait("registration", { everyMs: 10_000 }, async () => {
    const provider = await arm.get<{ registrationState: string }>(
      `${SUBSCRIPTION}/providers/Microsoft.HealthBot`,
    );
    return provider?.registrationState === "Registered" ? { done: true, value: 0 } : { done: false };
  });
  await arm.send("PUT", GROUP, { body: { location: "eastus" } });
  looks = [];
});
afterEach(() => tenant.close());

const createBot = async (sku: string): Promise<unknown> =>
  arm.untilDone(
    await arm.send("PUT", BOT, { body: { location: "eastus", sku: { name: sku } } }),
    BOT,
    "bot",
    wait,
  );

describe("api-version of a path", () => {
  it.each([
    [SUBSCRIPTION, "subscriptions"],
    [GROUP, "resourcegroups"],
    [`${SUBSCRIPTION}/providers/Microsoft.HealthBot`, "providers"],
    [`${SUBSCRIPTION}/providers/Microsoft.HealthBot/register`, "providers"],
    [BOT, "microsoft.healthbot/healthbots"],
    [`${BOT}/listSecrets`, "microsoft.healthbot/healthbots"],
    [`${BOT}/providers/Microsoft.Authorization/roleAssignments/x`, "microsoft.authorization/roleassignments"],
    [
      `${SUBSCRIPTION}/providers/Microsoft.Insights/diagnosticSettings/x`,
      "microsoft.insights/diagnosticsettings",
    ],
  ])("%s", (path, type) => {
    expect(typeOf(path)).toBe(type);
    expect(API_VERSIONS[type]).toMatch(/^20\d\d-\d\d-\d\d/);
  });
});

describe("ARM client", () => {
  it("answers undefined for a resource whose group does not exist", async () => {
    expect(await arm.get(BOT.replace("/rg/", "/none/"))).toBeUndefined();
  });

  it("waits for a create and hands back the finished resource", async () => {
    const bot = (await createBot("C1")) as { properties: { provisioningState: string } };
    expect(bot.properties).toMatchObject({
      provisioningState: "Succeeded",
      botManagementPortalLink: expect.stringContaining(
        "https://eastus.healthbot.microsoft.com/account/bot1-",
      ),
    });
    expect(looks.length).toBeGreaterThan(1);
    // The signed query of the status URL stays out of what is shown and journaled.
    expect(looks.join()).toContain("/operationStatuses/");
    expect(looks.join()).not.toContain("?");
  });

  it("waits for a change and for a deletion", async () => {
    await createBot("F0");
    const changed = await arm.untilDone<{ sku: { name: string } }>(
      await arm.send("PATCH", BOT, { body: { sku: { name: "C1" } } }),
      BOT,
      "change",
      wait,
    );
    expect(changed?.sku.name).toBe("C1");
    const gone = await arm.untilDone(await arm.send("DELETE", BOT), BOT, "deletion", wait);
    expect(gone).toBeUndefined();
    expect(await arm.get(BOT)).toBeUndefined();
  });

  it("looks at the resource itself when the operation has vanished", async () => {
    await tenant.sandbox.control("POST", "faults", {
      match: "operationStatuses",
      times: 100,
      action: { kind: "respond", status: 404, body: { error: { code: "NotFound", message: "gone" } } },
    });
    expect(await createBot("F0")).toMatchObject({ properties: { provisioningState: "Succeeded" } });
  });

  it("reports an operation that failed with the words of Azure", async () => {
    await tenant.sandbox.control("POST", "faults", {
      match: "operationStatuses",
      times: 1,
      action: {
        kind: "respond",
        status: 200,
        body: { status: "Failed", error: { code: "QuotaExceeded", message: "No more bots." } },
      },
    });
    await expect(createBot("F0")).rejects.toMatchObject({
      code: "PSC-E435",
      message: "bot ended as Failed (QuotaExceeded: No more bots.)",
    });
  });

  it("honours the pace a status URL asks for", async () => {
    await tenant.sandbox.control("POST", "faults", {
      match: "operationStatuses",
      times: 1,
      action: {
        kind: "respond",
        status: 202,
        headers: { "Retry-After": "120" },
        body: { status: "Working" },
      },
    });
    const before = services.clock.now();
    await createBot("F0");
    expect(services.clock.now() - before).toBeGreaterThanOrEqual(120_000);
  });

  it("collects all pages of a list", async () => {
    await createBot("F0");
    const bots = await arm.list<{ name: string }>(`${GROUP}/providers/Microsoft.HealthBot/healthBots`);
    expect(bots.map(({ name }) => name)).toEqual(["bot1"]);
  });

  it("lets a read-only command list secrets and nothing else by POST", async () => {
    await createBot("F0");
    const readOnly = (await tenant.services("admin", true)).arm;
    const answer = await readOnly.send("POST", `${BOT}/listSecrets`);
    expect((answer.body as { secrets: unknown[] }).secrets).toHaveLength(3);
    await expect(readOnly.send("POST", `${BOT}/regenerateApiJwtSecret`)).rejects.toMatchObject({
      code: "PSC-E290",
    });
  });
});
