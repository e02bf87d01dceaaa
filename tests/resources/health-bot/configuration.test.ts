import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretValue } from "../../../src/secret-value.ts";
import type { HealthBotManagement } from "../../../src/services/health-bot.ts";
import type { EnvironmentSpec, HealthBotSpec } from "../../../src/spec/model.ts";
import { contosoSpec } from "../support/contoso.ts";
import { healthBotResources } from "../support/foundation.ts";
import { actionOf, diffOf, startTenant, type TestTenant } from "../support/tenant.ts";

const ADDRESS = "health-bot.configuration";
const SECRET_NAME = "PSC_TEST_BOT_SECRET";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
  process.env[SECRET_NAME] = "a-very-secret-value";
});
afterEach(async () => {
  delete process.env[SECRET_NAME];
  await tenant.close();
});

function withBot(bot: Partial<HealthBotSpec>): EnvironmentSpec {
  const spec = contosoSpec();
  return { ...spec, healthBot: { ...spec.healthBot, ...bot } };
}

async function deployed(spec: EnvironmentSpec): Promise<EnvironmentSpec> {
  const { result } = await tenant.deploy(spec, healthBotResources(spec));
  expect(result.failures).toEqual([]);
  await tenant.writes();
  return spec;
}

/** The bot's management API as a person with the secret would use it. */
async function management(spec: EnvironmentSpec): Promise<HealthBotManagement> {
  const services = await tenant.services();
  const id = `/subscriptions/${spec.azure.subscription}/resourceGroups/${spec.azure.resourceGroup}/providers/Microsoft.HealthBot/healthBots/${spec.healthBot.name}`;
  const bot = await services.arm.get<{ properties: { botManagementPortalLink: string } }>(id);
  const { body } = await services.arm.send("POST", `${id}/listSecrets`);
  const secret = (body as { secrets: { keyName: string; value: string }[] }).secrets.find(
    ({ keyName }) => keyName === "API_JWT_SECRET",
  );
  return services.healthBot(bot?.properties.botManagementPortalLink ?? "", secretValue(secret?.value ?? ""));
}

async function change(spec: EnvironmentSpec, configuration: object): Promise<void> {
  const api = await management(spec);
  const backup = await api.getBackup();
  await api.restoreBackup({
    ...backup,
    configuration: { ...(backup?.["configuration"] as object), ...configuration },
  });
  await tenant.writes();
}

const configurationOf = async (spec: EnvironmentSpec): Promise<Record<string, unknown>> =>
  (await (await management(spec)).getBackup())?.["configuration"] as Record<string, unknown>;

describe("configuration of the bot", () => {
  it("comes to the declared state, and the second run writes nothing", async () => {
    const spec = await deployed(contosoSpec());
    expect(await configurationOf(spec)).toMatchObject({
      handoff: { enable: true },
      customTelemetryPHI: false,
      dataRetentionDays: 30,
      instrumentationKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const { plan } = await tenant.deploy(spec, healthBotResources(spec));
    expect(actionOf(plan, ADDRESS).action).toBe("none");
    expect(await tenant.writes()).toEqual([]);
  });

  it("names every field that drifted, and never shows a key", async () => {
    const spec = await deployed(contosoSpec());
    const key = String((await configurationOf(spec))["instrumentationKey"]);
    await change(spec, {
      handoff: { enable: false },
      customTelemetryPHI: true,
      dataRetentionDays: 0,
      instrumentationKey: "99999999-9999-4999-8999-999999999999",
    });
    const plan = await tenant.plan(spec, healthBotResources(spec));
    expect(diffOf(plan, ADDRESS)).toEqual({
      handoff: [false, true],
      telemetryKey: ["another", "set"],
      messageTextInTelemetry: [true, false],
      conversationsDays: [0, 30],
    });
    const everything = JSON.stringify(plan.actions.map(({ diff, observation }) => [diff, observation]));
    expect(everything).not.toContain("99999999-9999-4999-8999-999999999999");
    expect(everything).not.toContain(key);
  });

  it("is restored with everything else as it was, in one write", async () => {
    const spec = await deployed(contosoSpec());
    await change(spec, {
      dataRetentionDays: 7,
      conversation: { auto_welcome_message: "welcome_scenario" },
      environment_variables: { variables: [{ name: "theirs", value: "kept" }] },
      somethingNew: [1, 2, 3],
    });
    await tenant.deploy(spec, healthBotResources(spec));
    expect(await tenant.writes()).toEqual([expect.stringMatching(/^POST .*\/backup$/)]);
    expect(await configurationOf(spec)).toMatchObject({
      dataRetentionDays: 30,
      conversation: { auto_welcome_message: "welcome_scenario" },
      environment_variables: { variables: [{ name: "theirs", value: "kept" }] },
      somethingNew: [1, 2, 3],
    });
  });

  it("sets variables, compares secret ones without showing them and leaves others alone", async () => {
    const before = await deployed(contosoSpec());
    await change(before, { environment_variables: { variables: [{ name: "theirs", value: "kept" }] } });
    const spec = withBot({
      variables: [
        { name: "fhirVersion", value: "R4" },
        { name: "fhirSecret", value: { kind: "environment", name: SECRET_NAME } },
      ],
    });
    expect(diffOf(await tenant.plan(spec, healthBotResources(spec)), ADDRESS)).toEqual({
      "variables.fhirVersion": [null, "R4"],
      "variables.fhirSecret": ["not set", "set"],
    });
    await tenant.deploy(spec, healthBotResources(spec));
    expect(await configurationOf(spec)).toMatchObject({
      environment_variables: {
        variables: expect.arrayContaining([
          { name: "theirs", value: "kept" },
          { name: "fhirVersion", value: "R4" },
          { name: "fhirSecret", value: "a-very-secret-value" },
        ]),
      },
    });
    process.env[SECRET_NAME] = "rotated-secret-value";
    const plan = await tenant.plan(spec, healthBotResources(spec));
    expect(diffOf(plan, ADDRESS)).toEqual({ "variables.fhirSecret": ["another", "set"] });
    expect(JSON.stringify(plan.actions.map(({ diff, observation }) => [diff, observation]))).not.toMatch(
      /secret-value/,
    );
  });

  it("needs the secret the spec refers to", async () => {
    const spec = withBot({
      variables: [{ name: "x", value: { kind: "environment", name: "PSC_TEST_NOT_SET" } }],
    });
    const { result } = await tenant.deploy(spec, healthBotResources(spec));
    expect(result.failures[0]?.error).toMatchObject({ code: "PSC-E030" });
  });
});
