import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";
import { contosoSpec } from "../support/contoso.ts";
import { azureResources } from "../support/foundation.ts";
import { actionOf, diffOf, startTenant, type TestTenant } from "../support/tenant.ts";

const GROUP = "azure.resource-group";
const WORKSPACE = "azure.log-analytics-workspace";
const INSIGHTS = "azure.application-insights";
const EXPORT = "azure.activity-log-export";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

function azure(change: Partial<EnvironmentSpec["azure"]> = {}): EnvironmentSpec {
  const spec = contosoSpec();
  return { ...spec, azure: { ...spec.azure, ...change } };
}

function monitoring(change: Partial<EnvironmentSpec["azure"]["monitoring"]>): EnvironmentSpec {
  return azure({ monitoring: { ...contosoSpec().azure.monitoring, ...change } });
}

const idIn = (spec: EnvironmentSpec, rest: string): string =>
  `/subscriptions/${spec.azure.subscription}/resourceGroups/${spec.azure.resourceGroup}${rest}`;
const workspaceIn = (spec: EnvironmentSpec): string =>
  idIn(spec, `/providers/Microsoft.OperationalInsights/workspaces/${spec.azure.monitoring.workspace}`);
const insightsIn = (spec: EnvironmentSpec): string =>
  idIn(spec, `/providers/Microsoft.Insights/components/${spec.azure.monitoring.applicationInsights}`);

async function deployed(spec = azure()): Promise<EnvironmentSpec> {
  const { result } = await tenant.deploy(spec, azureResources(spec));
  expect(result).toMatchObject({ outcome: "done", failures: [] });
  await tenant.writes();
  return spec;
}

describe("landing zone of the bot", () => {
  it("comes from nothing to the declared state, and the second run writes nothing", async () => {
    const spec = azure({ tags: { workload: "patient-service-center" } });
    const before = await tenant.plan(spec, azureResources(spec));
    expect(before.problems).toEqual([]);
    expect(actionOf(before, 'azure.resource-provider["Microsoft.HealthBot"]').action).toBe("create");
    await deployed(spec);
    const { arm } = await tenant.services();
    const insights = await arm.get<{ properties: Record<string, unknown> }>(insightsIn(spec));
    expect(insights?.properties).toMatchObject({ IngestionMode: "LogAnalytics", RetentionInDays: 365 });
    expect(String(insights?.properties["WorkspaceResourceId"]).toLowerCase()).toBe(
      workspaceIn(spec).toLowerCase(),
    );
    const again = await tenant.deploy(spec, azureResources(spec));
    expect(again.plan.actions.filter(({ action }) => action !== "none")).toEqual([]);
    expect(await tenant.writes()).toEqual([]);
  });

  it("sends one write for one changed retention and keeps what the spec does not name", async () => {
    const spec = await deployed();
    const { arm } = await tenant.services();
    await arm.send("PUT", workspaceIn(spec), {
      body: {
        location: "eastus",
        tags: { owner: "security" },
        properties: {
          sku: { name: "PerGB2018" },
          retentionInDays: 30,
          workspaceCapping: { dailyQuotaGb: 5 },
          features: { enableLogAccessUsingOnlyResourcePermissions: false },
        },
      },
    });
    await tenant.writes();
    expect(diffOf(await tenant.plan(spec, azureResources(spec)), WORKSPACE)).toEqual({
      retentionDays: [30, 365],
      resourcePermissions: [false, true],
    });
    await tenant.deploy(spec, azureResources(spec));
    expect(await tenant.writes()).toHaveLength(1);
    expect(await arm.get(workspaceIn(spec))).toMatchObject({
      tags: { owner: "security" },
      properties: { retentionInDays: 365, workspaceCapping: { dailyQuotaGb: 5 } },
    });
  });

  it("notices a component that sends to another workspace", async () => {
    const spec = await deployed();
    const { arm } = await tenant.services();
    const other = workspaceIn(spec).replace(spec.azure.monitoring.workspace, "log-elsewhere");
    await arm.send("PUT", other, {
      body: { location: "eastus", properties: { sku: { name: "PerGB2018" } } },
    });
    const before = await arm.get<{ properties: object }>(insightsIn(spec));
    await arm.send("PUT", insightsIn(spec), {
      body: {
        location: "eastus",
        kind: "web",
        properties: {
          Application_Type: "web",
          WorkspaceResourceId: other,
          IngestionMode: "LogAnalytics",
          RetentionInDays: 365,
        },
      },
    });
    expect(before).toBeDefined();
    const diff = diffOf(await tenant.plan(spec, azureResources(spec)), INSIGHTS);
    expect(Object.keys(diff)).toEqual(["workspace"]);
    expect(String(diff["workspace"]?.[0])).toContain("log-elsewhere");
    await tenant.deploy(spec, azureResources(spec));
    expect(actionOf(await tenant.plan(spec, azureResources(spec)), INSIGHTS).action).toBe("none");
  });

  it("adds declared tags and leaves the others", async () => {
    await deployed();
    const spec = azure({ tags: { costCenter: "4711" } });
    expect(diffOf(await tenant.plan(spec, azureResources(spec)), GROUP)).toEqual({
      "tags.costCenter": [undefined, "4711"],
    });
    await tenant.deploy(spec, azureResources(spec));
    const group = await (await tenant.services()).arm.get<{ tags: object }>(idIn(spec, ""));
    expect(group?.tags).toEqual({ costCenter: "4711", "psc-environment": "contoso-dev" });
  });

  it("names the categories that the activity log export lacks", async () => {
    const spec = await deployed(monitoring({ activityLog: ["Administrative", "Security"] }));
    const more = monitoring({ activityLog: ["Administrative", "Security", "Policy"] });
    expect(diffOf(await tenant.plan(more, azureResources(more)), EXPORT)).toEqual({
      categories: [
        ["Administrative", "Security"],
        ["Administrative", "Security", "Policy"],
      ],
    });
    await tenant.deploy(more, azureResources(more));
    expect(await tenant.writes()).toEqual([
      `PUT /subscriptions/${spec.azure.subscription}/providers/Microsoft.Insights/diagnosticSettings/psc-contoso-dev`,
    ]);
  });

  it("stops with nothing written when a region would have to change", async () => {
    await deployed();
    const moved = azure({ location: "westeurope" });
    const { problems } = await tenant.plan(moved, azureResources(moved));
    expect(problems.map(({ error }) => error.code)).toContain("PSC-E413");
    expect(problems.find(({ address }) => address === GROUP)?.error.message).toMatch(/eastus.*westeurope/);
  });

  it("refuses a retention that Application Insights does not have", async () => {
    const spec = monitoring({ retentionDays: 400 });
    const { problems } = await tenant.plan(spec, azureResources(spec));
    expect(problems.find(({ address }) => address === INSIGHTS)?.error).toMatchObject({ code: "PSC-E436" });
  });

  it("waits for a region that has not heard of the registration yet", async () => {
    await tenant.sandbox.control("POST", "faults", {
      method: "PUT",
      match: "workspaces",
      times: 2,
      action: {
        kind: "respond",
        status: 409,
        body: { error: { code: "MissingSubscriptionRegistration", message: "not registered" } },
      },
    });
    await deployed();
  });

  it("is built by a pipeline's application as well", async () => {
    const spec = azure();
    const { result } = await tenant.deploy(spec, azureResources(spec), "pipeline");
    expect(result).toMatchObject({ outcome: "done", failures: [] });
  });

  it("names the missing action when a plain user deploys", async () => {
    const spec = azure();
    const reader = azureResources(spec).filter(({ address }) => address === GROUP);
    const plan = await tenant.plan(spec, reader, "reader");
    expect(plan.problems[0]?.error).toMatchObject({
      code: "PSC-E231",
      permission: "Microsoft.Resources/subscriptions/resourceGroups/read",
    });
  });
});
