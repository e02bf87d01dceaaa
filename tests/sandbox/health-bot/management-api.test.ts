import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { type ArmSession, BOT_VERSION, startArmSession } from "../azure/arm-session.ts";

let session: ArmSession;
let bot: string;
let base: string;
let tenantName: string;
let secret: string;

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function sign(claims: object, key: string, head: object = { alg: "HS256", typ: "JWT" }): string {
  const text = `${part(head)}.${part(claims)}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}

const nowSeconds = async () => Math.floor((await session.test.control("GET", "clock")).body.now / 1000);
const secretOf = async (resource: string) =>
  (await session.arm("POST", `${resource}/listSecrets`, BOT_VERSION)).body.secrets.find(
    (one: { keyName: string }) => one.keyName === "API_JWT_SECRET",
  ).value as string;

async function call(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  return session.test.ask(method, `${base}${path}`, {
    token: token ?? sign({ tenantName, iat: await nowSeconds() }, secret),
    ...(body === undefined ? {} : { body }),
  });
}

function proven(source: string, ...operations: readonly string[]): void {
  prove(
    ...operations.map((operation) => ({
      api: "Azure Health Bot management API",
      operation,
      proof: "documentation" as const,
      source,
    })),
  );
}

beforeEach(async () => {
  session = await startArmSession();
  bot = `${await session.group()}/providers/Microsoft.HealthBot/healthBots/contoso-bot`;
  await session.register("Microsoft.HealthBot");
  await session.arm("PUT", bot, BOT_VERSION, { location: "eastus", sku: { name: "C1" } });
  await session.advance(88);
  const link = (await session.arm("GET", bot, BOT_VERSION)).body.properties.botManagementPortalLink as string;
  base = link.replace("/account/", "/api/account/");
  tenantName = link.split("/").at(-1) ?? "";
  secret = await secretOf(bot);
  await session.advance(31);
});
afterEach(() => session.close());

describe("who may call", () => {
  it("takes a JWT signed with API_JWT_SECRET, iat as number or as text", async () => {
    expect((await call("GET", "/backup")).status).toBe(200);
    const asText = sign({ tenantName, iat: String(await nowSeconds()) }, secret);
    expect((await call("GET", "/backup", undefined, asText)).status).toBe(200);
    proven("microsoft/HealthBotCodeSnippets HealthAgentAPI/README.md", "authorization by HS256");
  });

  it("refuses other signatures, algorithms, tenants, missing and old tokens with 401", async () => {
    const iat = await nowSeconds();
    const refused = [
      sign({ tenantName, iat }, `${secret}x`),
      sign({ tenantName: "another-bot", iat }, secret),
      sign({ tenantName, iat }, secret, { alg: "none" }),
      sign({ tenantName }, secret),
      sign({ tenantName, iat: iat - 3700 }, secret),
      "not.a.token",
    ];
    for (const token of refused) expect((await call("GET", "/backup", undefined, token)).status).toBe(401);
    expect((await session.test.ask("GET", `${base}/backup`)).status).toBe(401);
  });

  it("follows the rotation of the secret", async () => {
    await session.arm("POST", `${bot}/regenerateApiJwtSecret`, BOT_VERSION);
    expect((await call("GET", "/backup")).status).toBe(401);
    secret = await secretOf(bot);
    expect((await call("GET", "/backup")).status).toBe(200);
  });

  it("answers 404 for other bots, other regions' hosts and unknown paths", async () => {
    const token = sign({ tenantName, iat: await nowSeconds() }, secret);
    for (const url of [
      `${base}x/backup`,
      `${base.replace("eastus", "westeurope")}/backup`,
      `${base}/channels`,
    ])
      expect((await session.test.ask("GET", url, { token })).status).toBe(404);
  });

  it("answers 404 for half a minute after ARM reports success, and after the bot is deleted", async () => {
    const young = bot.replace("contoso-bot", "young-bot");
    await session.arm("PUT", young, BOT_VERSION, { location: "eastus", sku: { name: "F0" } });
    await session.advance(15);
    const { botManagementPortalLink } = (await session.arm("GET", young, BOT_VERSION)).body.properties;
    const url = `${botManagementPortalLink.replace("/account/", "/api/account/")}/backup`;
    const key = await secretOf(young);
    const ask = async () =>
      session.test.ask("GET", url, {
        token: sign({ tenantName: botManagementPortalLink.split("/").at(-1), iat: await nowSeconds() }, key),
      });
    expect((await ask()).status).toBe(404);
    await session.advance(31);
    expect((await ask()).status).toBe(200);
    await session.arm("DELETE", young, BOT_VERSION);
    await session.advance(10);
    expect((await ask()).status).toBe(404);
  });
});

describe("backup", () => {
  it("is exported whole, restored whole, and keeps keys nobody knows", async () => {
    const before = (await call("GET", "/backup")).body;
    expect(Object.keys(before).sort()).toEqual(
      [
        "authenticationProviders",
        "configuration",
        "dataConnections",
        "files",
        "localization",
        "scenarios",
        "skills",
      ].sort(),
    );
    expect(before.configuration.handoff).toEqual({ enable: false });
    const changed = {
      ...before,
      unknownToday: { deep: [1, null] },
      configuration: {
        ...before.configuration,
        handoff: { enable: true, more: "kept" },
        dataRetentionDays: 30,
      },
    };
    expect((await call("POST", "/backup", { hbs: JSON.stringify(changed) })).status).toBe(200);
    expect((await call("GET", "/backup")).body).toEqual(changed);
    const { skills: _skills, ...without } = before;
    await call("POST", "/backup", { hbs: JSON.stringify(without) });
    expect((await call("GET", "/backup")).body).toEqual(without);
    proven("microsoft/ClinicalTrialsBlueprint scripts/RestoreBot.ps1", "GET /backup", "POST /backup");
  });

  it("refuses what is no backup and changes nothing", async () => {
    const before = (await call("GET", "/backup")).text;
    for (const body of [{ hbs: "{" }, { hbs: "{}" }, { hbs: { scenarios: [] } }, {}, "no json"])
      expect((await call("POST", "/backup", body)).status).toBe(400);
    expect((await call("GET", "/backup")).text).toBe(before);
  });
});

describe("scenarios", () => {
  const code = { interrupting: false, breaking: false, returningMessage: "", version: 3, steps: [] };

  it("are added, replaced by name, carry code as text here and as an object in the backup", async () => {
    const scenario = {
      name: "Escalate",
      scenario_trigger: "escalate",
      description: "",
      code: JSON.stringify(code),
    };
    expect((await call("POST", "/scenarios", [scenario])).status).toBe(200);
    await call("POST", "/scenarios", [
      { ...scenario, description: "second" },
      { ...scenario, name: "Welcome" },
    ]);
    const listed = (await call("GET", "/scenarios")).body;
    expect(listed.map((one: { name: string }) => one.name)).toEqual(["Escalate", "Welcome"]);
    expect(listed[0]).toMatchObject({ description: "second", scenario_trigger: "escalate", active: true });
    expect(JSON.parse(listed[0].code)).toEqual(code);
    const backup = (await call("GET", "/backup")).body;
    expect(backup.scenarios[0].code).toEqual(code);
    proven("microsoft/HealthBotCodeSnippets HealthAgentAPI/README.md", "GET /scenarios", "POST /scenarios");
  });

  it("are refused without a name or with code that is not JSON", async () => {
    expect((await call("POST", "/scenarios", [{ code: "{}" }])).status).toBe(400);
    expect((await call("POST", "/scenarios", [{ name: "x", code: "{" }])).status).toBe(400);
    expect((await call("POST", "/scenarios", { name: "x" })).status).toBe(400);
    expect((await call("GET", "/scenarios")).body).toEqual([]);
  });
});

describe("files and strings", () => {
  it("takes a file as multipart form data and shows it in the backup", async () => {
    const boundary = "----psc";
    const form = [
      `--${boundary}`,
      'Content-Disposition: form-data; name="file"; filename="symptoms.json"',
      "Content-Type: application/json",
      "",
      '{"a":1}',
      `--${boundary}--`,
      "",
    ].join("\r\n");
    const token = sign({ tenantName, iat: await nowSeconds() }, secret);
    const sent = await session.test.ask("POST", `${base}/resources`, {
      token,
      body: form,
      headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    });
    expect(sent.status).toBe(200);
    const files = (await call("GET", "/resources")).body;
    expect(files).toEqual([{ name: "symptoms.json", content: Buffer.from('{"a":1}').toString("base64") }]);
    const spaced = await session.test.ask("POST", `${base}/resources`, {
      token,
      body: form.replace("symptoms.json", "my file.json"),
      headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    });
    expect(spaced.status).toBe(400);
    proven("microsoft/HealthBotCodeSnippets HealthAgentAPI/README.md", "GET /resources", "POST /resources");
  });

  it("spells languages with a hyphen here and with an underscore in the backup", async () => {
    const posted = { custom: [{ stringId: "hello", "en-us": "Hello" }], system: [] };
    expect((await call("POST", "/localization", posted)).status).toBe(200);
    await call("POST", "/localization", { custom: [{ stringId: "hello", "de-de": "Hallo" }], system: [] });
    const merged = { stringId: "hello", "en-us": "Hello", "de-de": "Hallo" };
    expect((await call("GET", "/localization")).body.custom).toEqual([merged]);
    expect((await call("GET", "/backup")).body.localization.custom).toEqual([
      { stringId: "hello", en_us: "Hello", de_de: "Hallo" },
    ]);
    proven(
      "microsoft/HealthBotCodeSnippets HealthAgentAPI/README.md",
      "GET /localization",
      "POST /localization",
    );
  });
});

describe("refusals", () => {
  const refusals: readonly [
    what: string,
    status: number,
    ask: () => Promise<Answer>,
    headers?: Record<string, string>,
  ][] = [
    ["a missing token", 401, () => session.test.ask("GET", `${base}/backup`)],
    ["a token of nobody", 401, () => call("GET", "/scenarios", undefined, "a.b.c")],
    ["another bot", 404, async () => session.test.ask("GET", `${base}x/backup`)],
    ["an unknown path", 404, () => call("GET", "/channels")],
    ["a backup that is no JSON", 400, () => call("POST", "/backup", { hbs: "{" })],
    ["a backup without a configuration", 400, () => call("POST", "/backup", { hbs: "{}" })],
    ["a scenario without a name", 400, () => call("POST", "/scenarios", [{ code: "{}" }])],
    ["scenarios that are no list", 400, () => call("POST", "/scenarios", {})],
    ["a file that is no form", 400, () => call("POST", "/resources", "file")],
    ["strings that are no JSON", 400, () => call("POST", "/localization", "no json")],
    ["another method", 405, () => call("DELETE", "/backup"), { allow: "GET, POST" }],
  ];
  for (const [what, status, ask, headers = {}] of refusals)
    it(`answers ${status} without a body to ${what}`, async () => {
      const answer = await ask();
      expect([answer.status, answer.text]).toEqual([status, ""]);
      expect(answer.headers).toMatchObject(headers);
      prove({
        api: "Azure Health Bot management API",
        operation: `${status} for ${what}`,
        proof: "inferred",
        source: "docs/sandbox/health-bot.md",
      });
    });

  it("answers 501 to the portal's pages and to the starting of scenarios", async () => {
    for (const url of [
      base.replace("/api/account/", "/account/"),
      `https://bot-api-eastus.healthbot.microsoft.com/api/tenants/${tenantName}/beginScenario`,
    ]) {
      const answer = await session.test.ask("GET", url);
      expect(answer.status).toBe(501);
      expect(answer.body.error.code).toBe("NotSimulated");
      expect(answer.body.error.message).toMatch(/^The sandbox does not simulate /);
    }
  });

  it("is throttled when a fault says so", async () => {
    await session.test.control("POST", "faults", {
      service: "healthBot",
      action: { kind: "throttle", retryAfter: 7 },
    });
    const answer = await call("GET", "/backup");
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "7"]);
  });
});

it("is among the hosts that another client is told of", async () => {
  expect((await session.test.control("GET", "hosts")).body.value).toContain("eastus.healthbot.microsoft.com");
});

describe("what only a person can do", () => {
  it("activates the channels and always shows the same bot id", async () => {
    const act = () =>
      session.test.control("POST", "person/health-bot-channel", { resourceId: bot.toUpperCase() });
    const first = (await act()).body.value;
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect((await act()).body.value).toBe(first);
    expect((await call("GET", "/backup")).text).not.toContain(first);
  });

  it("has no portal before the bot is provisioned", async () => {
    const young = bot.replace("contoso-bot", "young-bot");
    await session.arm("PUT", young, BOT_VERSION, { location: "eastus", sku: { name: "F0" } });
    const act = () => session.test.control("POST", "person/health-bot-channel", { resourceId: young });
    expect((await act()).status).toBe(404);
    expect((await session.arm("POST", `${young}/listSecrets`, BOT_VERSION)).status).toBe(409);
    await session.advance(15);
    expect((await act()).status).toBe(200);
  });

  it("bridges messages without a trace in the backup", async () => {
    const before = (await call("GET", "/backup")).text;
    await session.test.control("POST", "person/health-bot-bridge", { resourceId: bot });
    expect((await call("GET", "/backup")).text).toBe(before);
    const flag = await session.test.control(
      "GET",
      `state?path=${encodeURIComponent("healthBot/accounts/*/bridgeEnabled")}`,
    );
    expect(flag.body).toEqual([true]);
  });
});
