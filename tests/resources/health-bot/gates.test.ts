import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GateInstructions } from "../../../src/engine/resource.ts";
import { applicationResources } from "../../../src/resources/entra/application.ts";
import { environmentResources } from "../../../src/resources/power-platform/environment.ts";
import { contosoSpec } from "../support/contoso.ts";
import { healthBotResources } from "../support/foundation.ts";
import { actionOf, startTenant, type TestTenant } from "../support/tenant.ts";

const BRIDGE = "health-bot.bridge";
const CHANNEL = "health-bot.channel";
const spec = contosoSpec();

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTenant();
  await tenant.deploy(spec, healthBotResources(spec));
});
afterAll(() => tenant.close());

const planned = async (address: string) =>
  actionOf(await tenant.plan(spec, healthBotResources(spec)), address);

const actAsPerson = ({ simulation }: GateInstructions) =>
  tenant.sandbox.control("POST", `person/${simulation.action}`, simulation.payload);

describe("bridge gate", () => {
  it("sends the person to the bot's portal and believes nobody but the person", async () => {
    const before = await planned(BRIDGE);
    expect(before).toMatchObject({ action: "gate", observation: { status: "unknown" } });
    expect(before.gate?.link).toMatch(/^https:\/\/eastus\.healthbot\.microsoft\.com\/account\//);
    if (before.gate === undefined) throw new Error("no instructions");
    expect((await actAsPerson(before.gate)).status).toBe(200);
    expect((await planned(BRIDGE)).action).toBe("gate");
    // A word about a bot that is gone says nothing about the one made since.
    tenant.confirm(BRIDGE, undefined, "2020-01-01T00:00:00Z");
    expect((await planned(BRIDGE)).action).toBe("gate");
    tenant.confirm(BRIDGE);
    expect((await planned(BRIDGE)).action).toBe("none");
  });
});

describe("channel gate", () => {
  it("wants the bot id and passes it on", async () => {
    const before = await planned(CHANNEL);
    expect(before.action).toBe("gate");
    if (before.gate === undefined) throw new Error("no instructions");
    const { value: botId } = (await actAsPerson(before.gate)).body as { value: string };
    expect(botId).toMatch(before.gate.value?.pattern ?? /^$/);
    tenant.confirm(CHANNEL, "not a bot id");
    expect((await planned(CHANNEL)).action).toBe("gate");
    tenant.confirm(CHANNEL, ` ${botId.toUpperCase()} `);
    const after = await planned(CHANNEL);
    expect(after).toMatchObject({ action: "none", observation: { status: "present", data: { botId } } });
  });
});

describe("bot id in Dataverse", () => {
  const OWN = "aaaaaaaa-0000-4000-8000-000000000001";
  const OTHER = "bbbbbbbb-0000-4000-8000-000000000002";
  let own: TestTenant;
  let ownApplication: string;
  beforeAll(async () => {
    own = await startTenant();
    await own.deploy(spec, [...healthBotResources(spec), ...applicationResources(spec)]);
    await own.sandbox.control("POST", "environments", {
      displayName: spec.environment.displayName,
      domainName: spec.environment.domain,
    });
    const found = await (await own.services()).graph.get<{ appId: string }>(
      "/applications(uniqueName='psc-contoso-dev-bot')",
    );
    ownApplication = found?.appId ?? "";
  });
  afterAll(() => own.close());

  /** What the gate finds when Dataverse holds these bot users: application id and bot id. */
  async function seenWith(users: readonly (readonly [string, string])[]) {
    await own.sandbox.control("DELETE", "faults");
    await own.sandbox.control("POST", "faults", {
      match: "/systemusers",
      times: 1,
      action: {
        kind: "respond",
        status: 200,
        body: {
          value: users.map(([applicationid, msdyn_botapplicationid]) => ({
            applicationid,
            msdyn_botapplicationid,
          })),
        },
      },
    });
    const resources = [...environmentResources(spec), ...healthBotResources(spec)];
    return own.observe(spec, resources, CHANNEL);
  }

  it("is found on the user of this environment's application", async () => {
    const users = [["cccccccc-0000-4000-8000-000000000003", OTHER] as const, [ownApplication, OWN] as const];
    expect(await seenWith(users)).toMatchObject({ status: "present", data: { botId: OWN } });
  });

  it("is taken from the only bot user there is", async () => {
    expect(await seenWith([["cccccccc-0000-4000-8000-000000000003", OTHER]])).toMatchObject({
      data: { botId: OTHER },
    });
  });

  it("is not guessed among several", async () => {
    const strangers = [
      ["cccccccc-0000-4000-8000-000000000003", OTHER],
      ["dddddddd-0000-4000-8000-000000000004", OWN],
    ] as const;
    expect(await seenWith(strangers)).toMatchObject({ status: "absent" });
  });
});

describe("gates before there is a bot", () => {
  it("say so and point to the Azure portal", async () => {
    const other = contosoSpec({ name: "contoso-test" });
    const unbuilt = {
      ...other,
      azure: { ...other.azure, resourceGroup: "rg-not-there" },
    };
    const plan = await tenant.plan(unbuilt, healthBotResources(unbuilt));
    for (const address of [BRIDGE, CHANNEL]) {
      const action = actionOf(plan, address);
      expect(action.observation).toMatchObject({ status: "absent", reason: "the bot does not exist" });
      expect(action.gate?.link).toBe("https://portal.azure.com");
    }
  });
});
