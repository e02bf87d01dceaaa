import { afterEach, beforeEach, expect, test } from "vitest";
import { type ArmSession, BOT_VERSION, startArmSession } from "../azure/arm-session.ts";

let session: ArmSession;
beforeEach(async () => {
  session = await startArmSession();
});
afterEach(() => session.close());

async function newBot(): Promise<{ bot: string; poll: string }> {
  const bot = `${await session.group()}/providers/Microsoft.HealthBot/healthBots/failing`;
  await session.register("Microsoft.HealthBot");
  const put = await session.arm("PUT", bot, BOT_VERSION, { location: "eastus", sku: { name: "F0" } });
  expect(put.status).toBe(201);
  return { bot, poll: put.headers["azure-asyncoperation"] ?? "" };
}

test("an ARM operation fails with a status and an error, the resource with its provisioning state", async () => {
  const { bot, poll } = await newBot();
  await session.test.control("POST", "faults", {
    when: { service: "arm" },
    action: { kind: "operation", outcome: "failed", code: "QuotaExceeded", message: "No more bots." },
  });
  await session.test.control("POST", "faults", {
    when: { url: "/healthBots/failing" },
    action: { kind: "operation", outcome: "failed" },
  });
  const polled = await session.follow(poll);
  expect([polled.status, polled.body.status, polled.body.error]).toEqual([
    200,
    "Failed",
    { code: "QuotaExceeded", message: "No more bots." },
  ]);
  expect((await session.arm("GET", bot, BOT_VERSION)).body.properties.provisioningState).toBe("Failed");
});

test("an operation that is stuck repeats its last answer although the work is done", async () => {
  const { bot, poll } = await newBot();
  await session.test.control("POST", "faults", { action: { kind: "operation", outcome: "stuck" } });
  const running = await session.follow(poll);
  await session.advance(3_600);
  const later = await session.follow(poll);
  expect([later.status, later.body]).toEqual([running.status, running.body]);
  expect((await session.arm("GET", bot, BOT_VERSION)).body.properties.provisioningState).toBe("Succeeded");
});
