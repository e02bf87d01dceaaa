import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secretValue } from "../../src/secret-value.ts";
import { type HealthBotManagement, managementToken } from "../../src/services/health-bot.ts";
import type { Services } from "../../src/services/services.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { azureResources } from "../resources/support/foundation.ts";
import { startTenant, type TestTenant } from "../resources/support/tenant.ts";

let tenant: TestTenant;
let services: Services;
let link: string;
let secret: string;

beforeAll(async () => {
  tenant = await startTenant();
  const spec = contosoSpec();
  await tenant.deploy(spec, azureResources(spec));
  await tenant.sandbox.control("POST", "clock", { advanceMs: 60_000 });
  services = await tenant.services();
  const id = `/subscriptions/${spec.azure.subscription}/resourceGroups/${spec.azure.resourceGroup}/providers/Microsoft.HealthBot/healthBots/${spec.healthBot.name}`;
  const bot = await services.arm.get<{ properties: { botManagementPortalLink: string } }>(id);
  link = bot?.properties.botManagementPortalLink ?? "";
  const { body } = await services.arm.send("POST", `${id}/listSecrets`);
  secret =
    (body as { secrets: { keyName: string; value: string }[] }).secrets.find(
      ({ keyName }) => keyName === "API_JWT_SECRET",
    )?.value ?? "";
});
afterAll(() => tenant.close());

const api = (key = secret): HealthBotManagement => services.healthBot(link, secretValue(key));

describe("token of the management API", () => {
  it("is HS256 over tenant name and time in seconds", () => {
    const [head, body, signature] = managementToken(
      "bot-abc1234",
      secretValue("s3cret"),
      1_700_000_000_999,
    ).split(".");
    const decode = (part: string | undefined): unknown =>
      JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    expect(decode(head)).toEqual({ alg: "HS256", typ: "JWT" });
    expect(decode(body)).toEqual({ tenantName: "bot-abc1234", iat: 1_700_000_000 });
    expect(signature).toBe(createHmac("sha256", "s3cret").update(`${head}.${body}`).digest("base64url"));
  });
});

describe("Health Bot management API", () => {
  it("is addressed by the portal link", () => {
    expect(api().base).toBe(link.replace("/account/", "/api/account/"));
    expect(api().tenantName).toMatch(/^contoso-health-dev-[a-z0-9]{7}$/);
  });

  it("restores what it was given, keys it does not know included", async () => {
    const backup = await api().getBackup();
    const configuration = backup?.["configuration"] as Record<string, unknown>;
    await api().restoreBackup({
      ...backup,
      configuration: { ...configuration, customTelemetryPHI: true, somethingNew: { kept: ["yes"] } },
    });
    const after = (await api().getBackup())?.["configuration"];
    expect(after).toMatchObject({ customTelemetryPHI: true, somethingNew: { kept: ["yes"] } });
  });

  it("adds a scenario and replaces one of the same name", async () => {
    const scenario = {
      name: "Greeting",
      scenario_trigger: "greeting",
      description: "says hello",
      code: { interrupting: false, breaking: false, returningMessage: "", version: 3, steps: [] },
    };
    await api().postScenarios([scenario]);
    await api().postScenarios([{ ...scenario, description: "says hello again" }]);
    const found = (await api().getScenarios())?.filter(({ name }) => name === "Greeting");
    expect(found).toHaveLength(1);
    expect(found?.[0]).toMatchObject({ description: "says hello again", scenario_trigger: "greeting" });
  });

  it("reports a wrong secret without showing it", async () => {
    const refused = await api("wrong-secret")
      .getBackup()
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "PSC-E202" });
    expect(JSON.stringify(refused) + String(refused)).not.toContain("wrong-secret");
  });

  it("answers undefined while a new bot's management API is closed", async () => {
    const elsewhere = services.healthBot(
      link.replace("contoso-health-dev", "not-there"),
      secretValue(secret),
    );
    expect(await elsewhere.getBackup()).toBeUndefined();
  });

  it("sits out a 503 and a 429", async () => {
    for (const action of [
      { kind: "fail", status: 503 },
      { kind: "throttle", retryAfter: 3 },
    ]) {
      await tenant.sandbox.control("POST", "faults", { service: "healthBot", times: 2, action });
      expect(await api().getBackup()).toHaveProperty("configuration");
    }
  });

  it("takes a 503 that does not pass for a bot that still starts", async () => {
    await tenant.sandbox.control("POST", "faults", {
      service: "healthBot",
      action: { kind: "fail", status: 503 },
    });
    expect(await api().getScenarios()).toBeUndefined();
    await tenant.sandbox.control("DELETE", "faults");
  });
});
