import jwt from "jsonwebtoken";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prove } from "../harness/fidelity.ts";
import { type ArmSession, BOT_VERSION, startArmSession } from "../sandbox/azure/arm-session.ts";

/**
 * Microsoft's sample (microsoft/HealthBotCodeSnippets `HealthAgentAPI/healthAgentAPI.js`) signs with jsonwebtoken, whose
 * defaults are what the bot's management API is known to accept.
 */
let session: ArmSession;
let base: string;
let tenantName: string;
let secret: string;

beforeAll(async () => {
  session = await startArmSession();
  const bot = `${await session.group()}/providers/Microsoft.HealthBot/healthBots/contoso-bot`;
  await session.register("Microsoft.HealthBot");
  await session.arm("PUT", bot, BOT_VERSION, { location: "eastus", sku: { name: "C1" } });
  await session.advance(120);
  const link = (await session.arm("GET", bot, BOT_VERSION)).body.properties.botManagementPortalLink as string;
  base = link.replace("/account/", "/api/account/");
  tenantName = link.split("/").at(-1) ?? "";
  const { secrets } = (await session.arm("POST", `${bot}/listSecrets`, BOT_VERSION)).body;
  secret = secrets.find(({ keyName }: { keyName: string }) => keyName === "API_JWT_SECRET").value;
});
afterAll(() => session.close());

async function ask(method: string, path: string, body?: unknown, key = secret) {
  const { now } = (await session.test.control("GET", "clock")).body;
  const token = jwt.sign({ tenantName, iat: Math.floor(now / 1000) }, key);
  return session.test.ask(method, `${base}${path}`, { token, ...(body === undefined ? {} : { body }) });
}

test("takes tokens of jsonwebtoken for backup and scenarios, and none of another secret", async () => {
  const backup = await ask("GET", "/backup");
  expect(backup.status).toBe(200);
  expect((await ask("POST", "/backup", { hbs: JSON.stringify(backup.body) })).status).toBe(200);
  const code = { interrupting: false, breaking: false, returningMessage: "", version: 3, steps: [] };
  const scenario = { name: "Hello", scenario_trigger: "hello", description: "", code: JSON.stringify(code) };
  expect((await ask("POST", "/scenarios", [scenario])).status).toBe(200);
  expect((await ask("GET", "/scenarios")).body).toMatchObject([{ name: "Hello" }]);
  expect((await ask("GET", "/backup", undefined, "another secret")).status).toBe(401);
  prove({
    api: "Azure Health Bot management API",
    operation: "authorization by HS256",
    proof: "independent client",
    source: "jsonwebtoken",
  });
});
