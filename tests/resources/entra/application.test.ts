import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Resource } from "../../../src/engine/resource.ts";
import { type ApplicationData, applicationResources } from "../../../src/resources/entra/application.ts";
import { servicePrincipalResources } from "../../../src/resources/entra/service-principal.ts";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";
import { contosoSpec, plainApplication } from "../support/contoso.ts";
import { actionOf, diffOf, startTenant, type TestTenant } from "../support/tenant.ts";

const APPLICATION = "entra.application";
const PRINCIPAL = "entra.service-principal";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

const resources = (spec: EnvironmentSpec): Resource[] => [
  ...applicationResources(spec),
  ...servicePrincipalResources(spec),
];

function named(application: string, environment = "contoso-dev"): EnvironmentSpec {
  return contosoSpec({
    name: environment,
    identity: { groups: [], application: plainApplication(application), adminApplications: [] },
  });
}

async function applicationOf(spec: EnvironmentSpec): Promise<ApplicationData> {
  const seen = await tenant.observe(spec, resources(spec), APPLICATION);
  if (seen.status !== "present") throw new Error(seen.status);
  return seen.data as ApplicationData;
}

async function madeByHand(displayName: string, properties: object = {}): Promise<string> {
  const { graph } = await tenant.services();
  const made = await graph.create<{ id: string }>("/applications", { displayName, ...properties });
  await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
  await tenant.writes();
  return made.id;
}

describe("the bot's application", () => {
  it("is made with its service principal, without secret or permission, and stays as it is", async () => {
    const spec = named("Contoso bot");
    const first = await tenant.deploy(spec, resources(spec));
    expect(first.result).toMatchObject({ outcome: "done", failures: [] });
    const { id, appId } = await applicationOf(spec);
    const { graph } = await tenant.services();
    expect(await graph.get(`/applications/${id}`)).toMatchObject({
      displayName: "Contoso bot",
      uniqueName: "psc-contoso-dev-bot",
      signInAudience: "AzureADMyOrg",
      tags: ["psc", "psc-env:contoso-dev"],
      passwordCredentials: [],
      requiredResourceAccess: [],
    });
    expect(await graph.get(`/servicePrincipals(appId='${appId}')`)).toMatchObject({ accountEnabled: true });
    await tenant.writes();
    const second = await tenant.deploy(spec, resources(spec));
    expect(second.plan.summary).toMatchObject({ none: 2 });
    expect(await tenant.writes()).toEqual([]);
  });

  it("is another one for every environment", async () => {
    const dev = named("Contoso bot (dev)", "contoso-dev");
    const test = named("Contoso bot (test)", "contoso-test");
    await tenant.deploy(dev, resources(dev));
    await tenant.deploy(test, resources(test));
    expect((await applicationOf(dev)).appId).not.toBe((await applicationOf(test)).appId);
  });

  it("is not shared with another environment", async () => {
    const dev = named("Contoso bot", "contoso-dev");
    await tenant.deploy(dev, resources(dev));
    const { appId } = await applicationOf(dev);
    await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
    const [problem] = (
      await tenant.plan(named("Contoso bot", "contoso-prod"), resources(named("Contoso bot", "contoso-prod")))
    ).problems;
    expect(problem?.error).toMatchObject({ code: "PSC-E431" });
    expect(problem?.error.message).toContain("contoso-dev");
    expect(problem?.error.message).toContain(appId);
  });

  it("is adopted by its name, its other tags kept, in one write", async () => {
    const id = await madeByHand("Contoso bot", { tags: ["HR"], signInAudience: "AzureADMyOrg" });
    const spec = named("Contoso bot");
    expect(diffOf(await tenant.plan(spec, resources(spec)), APPLICATION)).toEqual({
      tags: [[], ["psc", "psc-env:contoso-dev"]],
    });
    await tenant.deploy(spec, applicationResources(spec));
    expect(await tenant.writes()).toEqual([`PATCH /v1.0/applications/${id}`]);
    const adopted = await (await tenant.services()).graph.get<{ tags: string[] }>(`/applications/${id}`);
    expect(adopted).toMatchObject({ uniqueName: "psc-contoso-dev-bot" });
    expect(adopted?.tags).toEqual(expect.arrayContaining(["HR", "psc", "psc-env:contoso-dev"]));
  });

  it("names the field somebody changed, and an identity somebody disabled", async () => {
    const spec = named("Contoso bot");
    await tenant.deploy(spec, resources(spec));
    const { id, appId } = await applicationOf(spec);
    const { graph } = await tenant.services();
    await graph.update(`/applications/${id}`, { signInAudience: "AzureADMultipleOrgs" });
    const principal = await graph.get<{ id: string }>(`/servicePrincipals(appId='${appId}')`);
    await graph.update(`/servicePrincipals/${principal?.id}`, { accountEnabled: false });
    const plan = await tenant.plan(spec, resources(spec));
    expect(diffOf(plan, APPLICATION)).toEqual({ signInAudience: ["AzureADMultipleOrgs", "AzureADMyOrg"] });
    expect(diffOf(plan, PRINCIPAL)).toEqual({ enabled: [false, true] });
    await tenant.deploy(spec, resources(spec));
    expect(actionOf(await tenant.plan(spec, resources(spec)), PRINCIPAL).action).toBe("none");
  });

  it("is made once when the answer to the service principal's creation is lost", async () => {
    await tenant.sandbox.control("POST", "faults", {
      service: "graph",
      method: "POST",
      match: "servicePrincipals",
      times: 1,
      action: { kind: "drop-after" },
    });
    const spec = named("Contoso bot");
    expect((await tenant.deploy(spec, resources(spec))).result.outcome).toBe("done");
    const { appId } = await applicationOf(spec);
    await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
    const principals = await (await tenant.services()).graph.list("/servicePrincipals", {
      $filter: `appId eq '${appId}'`,
    });
    expect(principals).toHaveLength(1);
  });

  it("names the missing permission when a plain user deploys", async () => {
    const spec = named("Contoso bot");
    const { result } = await tenant.deploy(spec, resources(spec), "reader");
    expect(result.failures[0]?.error).toMatchObject({
      code: "PSC-E231",
      permission: "Application.ReadWrite.All",
      persona: "Cloud Application Administrator",
    });
    expect(result.blocked.map(({ resource }) => resource.address)).toEqual([PRINCIPAL]);
  });
});
