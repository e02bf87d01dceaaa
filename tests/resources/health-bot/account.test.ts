import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EnvironmentSpec, HealthBotSpec } from "../../../src/spec/model.ts";
import { contosoSpec } from "../support/contoso.ts";
import { azureResources } from "../support/foundation.ts";
import { actionOf, diffOf, startTenant, type TestTenant } from "../support/tenant.ts";

const ADDRESS = "health-bot.account";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

function withBot(
  bot: Partial<HealthBotSpec>,
  azure: Partial<EnvironmentSpec["azure"]> = {},
): EnvironmentSpec {
  const spec = contosoSpec();
  return { ...spec, healthBot: { ...spec.healthBot, ...bot }, azure: { ...spec.azure, ...azure } };
}

const idOf = (spec: EnvironmentSpec): string =>
  `/subscriptions/${spec.azure.subscription}/resourceGroups/${spec.azure.resourceGroup}/providers/Microsoft.HealthBot/healthBots/${spec.healthBot.name}`;

async function deployed(spec: EnvironmentSpec): Promise<EnvironmentSpec> {
  const { result } = await tenant.deploy(spec, azureResources(spec));
  expect(result).toMatchObject({ outcome: "done", failures: [] });
  await tenant.writes();
  return spec;
}

describe("bot", () => {
  it("is made, waited for and known by its portal link", async () => {
    const spec = await deployed(contosoSpec());
    const seen = await tenant.observe(spec, azureResources(spec), ADDRESS);
    expect(seen).toMatchObject({
      status: "present",
      fields: { sku: "C1", location: "eastus", accessControl: "AzureRBAC" },
      data: {
        managementPortalLink: expect.stringMatching(
          /^https:\/\/eastus\.healthbot\.microsoft\.com\/account\/contoso-health-dev-[a-z0-9]{7}$/,
        ),
      },
    });
  });

  it("changes its SKU in place with one write", async () => {
    await deployed(withBot({ sku: "F0" }));
    const paid = withBot({ sku: "C1" });
    expect(diffOf(await tenant.plan(paid, azureResources(paid)), ADDRESS)).toEqual({ sku: ["F0", "C1"] });
    await tenant.deploy(paid, azureResources(paid));
    expect(await tenant.writes()).toEqual([`PATCH ${idOf(paid)}`]);
    expect(actionOf(await tenant.plan(paid, azureResources(paid)), ADDRESS).action).toBe("none");
  });

  it("is never sent back to the free tier", async () => {
    await deployed(withBot({ sku: "C1" }));
    const free = withBot({ sku: "F0" });
    const { plan } = await tenant.deploy(free, azureResources(free));
    const problem = plan.problems.find(({ address }) => address === ADDRESS);
    expect(problem?.error).toMatchObject({ code: "PSC-E434" });
    expect(problem?.error.remedy).toContain("C1");
    expect(await tenant.writes()).toEqual([]);
  });

  it("gets missing tags and keeps the others", async () => {
    const spec = await deployed(contosoSpec());
    const tagged = withBot({}, { tags: { costCenter: "4711" } });
    await tenant.deploy(tagged, azureResources(tagged));
    expect(await (await tenant.services()).arm.get(idOf(spec))).toMatchObject({
      tags: { costCenter: "4711", "psc-environment": "contoso-dev" },
    });
  });

  it("that is being made is picked up and not made again", async () => {
    const spec = contosoSpec();
    const resources = azureResources(spec).filter(({ address }) => address !== ADDRESS);
    const withoutBot = resources.filter(({ address }) => !address.startsWith("azure.role-assignment"));
    await tenant.deploy(spec, withoutBot);
    const { arm } = await tenant.services();
    // Slow, so that the bot is still being made when the plan looks, however busy the machine is.
    await tenant.sandbox.control("POST", "clock", { speed: 1 });
    await arm.send("PUT", idOf(spec), { body: { location: "eastus", sku: { name: "C1" } } });
    await tenant.writes();
    expect(actionOf(await tenant.plan(spec, azureResources(spec)), ADDRESS)).toMatchObject({
      action: "wait",
    });
    await tenant.sandbox.control("POST", "clock", { speed: 7_200 });
    const { result } = await tenant.deploy(spec, azureResources(spec));
    expect(result).toMatchObject({ outcome: "done" });
    expect((await tenant.writes()).filter((write) => write.endsWith(idOf(spec)))).toEqual([]);
  });

  it("is made once when the answer was lost", async () => {
    await tenant.sandbox.control("POST", "faults", {
      method: "PUT",
      match: "healthBots/contoso-health-dev$",
      times: 1,
      action: { kind: "drop-after" },
    });
    await deployed(contosoSpec());
  });
});
