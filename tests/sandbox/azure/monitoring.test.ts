import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ArmSession, SUBSCRIPTION, startArmSession } from "./arm-session.ts";

let session: ArmSession;
let group: string;
let workspace: string;
let component: string;

beforeEach(async () => {
  session = await startArmSession();
  group = await session.group();
  workspace = `${group}/providers/Microsoft.OperationalInsights/workspaces/law-psc`;
  component = `${group}/providers/Microsoft.Insights/components/appi-psc`;
});
afterEach(() => session.close());

const putWorkspace = (properties: object = {}) =>
  session.arm("PUT", workspace, "2025-07-01", { location: "eastus", properties });

describe("Log Analytics workspaces", () => {
  it("need the provider registered", async () => {
    expect((await putWorkspace()).body.error.code).toBe("MissingSubscriptionRegistration");
  });

  it("are created with 201, then Succeeded, and keep their customer id when changed", async () => {
    await session.register("Microsoft.OperationalInsights");
    const made = await putWorkspace({ sku: { name: "PerGB2018" }, retentionInDays: 365 });
    expect(made.status).toBe(201);
    expect(made.body.properties).toMatchObject({
      provisioningState: "Creating",
      retentionInDays: 365,
      sku: { name: "PerGB2018" },
      features: { enableLogAccessUsingOnlyResourcePermissions: true },
      workspaceCapping: { dailyQuotaGb: -1 },
    });
    await session.advance(20);
    const patched = await session.arm("PATCH", workspace, "2025-07-01", {
      properties: { retentionInDays: 730 },
    });
    expect(patched.body.properties).toMatchObject({
      provisioningState: "Succeeded",
      retentionInDays: 730,
      customerId: made.body.properties.customerId,
    });
    expect((await putWorkspace({ retentionInDays: 730 })).status).toBe(200);
  });

  it("refuse a retention outside 30 to 730 days", async () => {
    await session.register("Microsoft.OperationalInsights");
    expect((await putWorkspace({ retentionInDays: 7 })).status).toBe(400);
    expect((await session.arm("GET", workspace, "2025-07-01")).status).toBe(404);
  });

  it("come back under the same name after a soft delete, not after a forced one", async () => {
    await session.register("Microsoft.OperationalInsights");
    const first = (await putWorkspace()).body.properties.customerId;
    await session.arm("DELETE", workspace, "2025-07-01");
    expect((await putWorkspace()).body.properties.customerId).toBe(first);
    await session.arm("DELETE", `${workspace}?force=true`, "2025-07-01");
    expect((await putWorkspace()).body.properties.customerId).not.toBe(first);
    expect((await session.arm("DELETE", workspace, "2025-07-01")).status).toBe(200);
    expect((await session.arm("DELETE", workspace, "2025-07-01")).status).toBe(204);
  });
});

describe("Application Insights components", () => {
  const put = (properties: object = {}) =>
    session.arm("PUT", component, "2020-02-02", {
      location: "eastus",
      kind: "web",
      properties: { Application_Type: "web", RetentionInDays: 365, ...properties },
    });

  beforeEach(async () => {
    await session.register("Microsoft.OperationalInsights");
    await session.register("Microsoft.Insights");
    await putWorkspace();
  });

  it("answer with key, connection string and the workspace in the spelling it was given", async () => {
    const spelled = workspace.replace("resourceGroups", "resourcegroups");
    const made = await put({ WorkspaceResourceId: spelled });
    expect(made.status).toBe(200);
    const { properties } = made.body;
    expect(properties.InstrumentationKey).toMatch(/^[0-9a-f-]{36}$/);
    expect(properties.ConnectionString).toContain(`InstrumentationKey=${properties.InstrumentationKey};`);
    expect(properties).toMatchObject({
      WorkspaceResourceId: spelled,
      IngestionMode: "LogAnalytics",
      RetentionInDays: 365,
      provisioningState: "Succeeded",
    });
    expect(made.body.id).toContain("/providers/microsoft.insights/components/");
    const again = await put({ WorkspaceResourceId: workspace });
    expect(again.body.properties.InstrumentationKey).toBe(properties.InstrumentationKey);
    const read = await session.arm("GET", component, "2020-02-02");
    expect(read.body.properties.AppId).toBe(properties.AppId);
  });

  it("refuse a workspace that does not exist and a retention that is not offered", async () => {
    expect((await put({ WorkspaceResourceId: `${workspace}-x` })).status).toBe(400);
    expect((await put({ RetentionInDays: 42 })).status).toBe(400);
  });

  it("are deleted at once", async () => {
    await put({ WorkspaceResourceId: workspace });
    expect((await session.arm("DELETE", component, "2020-02-02")).status).toBe(200);
    expect((await session.arm("GET", component, "2020-02-02")).status).toBe(404);
  });
});

describe("activity-log export", () => {
  const settings = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/diagnosticSettings`;
  const VERSION = "2021-05-01-preview";
  const put = (name: string, properties: object) =>
    session.arm("PUT", `${settings}/${name}`, VERSION, { properties });

  it("answers with the odd id and without a type", async () => {
    await session.register("Microsoft.Insights");
    const made = await put("psc", {
      workspaceId: workspace,
      logs: [
        { category: "Administrative", enabled: true },
        { category: "Policy", enabled: true },
      ],
    });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({
      id: `subscriptions/${SUBSCRIPTION}/providers/AzureResourceManager/diagnosticSettings/psc`,
      type: null,
      name: "psc",
    });
    const listed = await session.arm("GET", settings, VERSION);
    expect(listed.body.value).toHaveLength(1);
    expect(listed.body.value[0].properties.logs[0]).toMatchObject({
      category: "Administrative",
      enabled: true,
    });
    expect((await session.arm("DELETE", `${settings}/psc`, VERSION)).status).toBe(200);
    expect((await session.arm("DELETE", `${settings}/psc`, VERSION)).status).toBe(204);
    expect((await session.arm("GET", `${settings}/psc`, VERSION)).status).toBe(404);
  });

  it("refuses unknown categories, a missing destination and a sixth setting", async () => {
    await session.register("Microsoft.Insights");
    const logs = [{ category: "Administrative", enabled: true }];
    expect(
      (await put("a", { workspaceId: workspace, logs: [{ category: "Weather", enabled: true }] })).status,
    ).toBe(400);
    expect((await put("a", { logs })).status).toBe(400);
    for (const name of ["a", "b", "c", "d", "e"])
      expect((await put(name, { workspaceId: workspace, logs })).status).toBe(200);
    expect((await put("f", { workspaceId: workspace, logs })).status).toBe(409);
  });
});

describe("categories that a bot could send to Azure Monitor", () => {
  const VERSION = "2021-05-01-preview";
  const BOTS = "Microsoft.HealthBot/healthBots";

  it("are none: 400 without an error around it, until somebody gives the bot some", async () => {
    await session.register("Microsoft.HealthBot");
    const bot = `${group}/providers/${BOTS}/contoso-bot`;
    const list = (who: "admin" | "bare" = "admin") =>
      session.arm(
        "GET",
        `${bot}/providers/Microsoft.Insights/diagnosticSettingsCategories`,
        VERSION,
        undefined,
        who,
      );
    expect((await list()).status).toBe(404);
    await session.arm("PUT", bot, "2025-11-01", { location: "eastus", sku: { name: "C1" } });
    const refused = await list();
    expect([refused.status, refused.body]).toEqual([
      400,
      {
        code: "ResourceTypeNotSupported",
        message: "The resource type 'microsoft.healthbot/healthbots' does not support diagnostic settings.",
      },
    ]);
    expect((await list("bare")).status).toBe(403);
    await session.test.control("POST", "state", {
      path: "arm/healthBots",
      where: {},
      set: { diagnosticCategories: ["Conversations"] },
    });
    expect((await list()).body.value).toEqual([
      {
        id: expect.stringMatching(/microsoft\.insights\/diagnosticSettingsCategories\/Conversations$/),
        type: "microsoft.insights/diagnosticSettingsCategories",
        name: "Conversations",
        properties: { categoryType: "Logs", categoryGroups: ["allLogs"] },
      },
    ]);
  });
});

describe("alerts and action groups", () => {
  const insights = (): string => `${group}/providers/Microsoft.Insights`;
  const putAlert = (properties: object, location = "Global") =>
    session.arm("PUT", `${insights()}/activityLogAlerts/bot`, "2020-10-01", { location, properties });
  const putGroup = (properties: object, location = "Global") =>
    session.arm("PUT", `${insights()}/actionGroups/oncall`, "2023-01-01", { location, properties });
  const category = { field: "category", equals: "Administrative" };

  beforeEach(async () => {
    await session.register("Microsoft.Insights");
  });

  it("are created with 201, changed with 200, and spelled as the service does", async () => {
    const made = await putAlert({ scopes: [group], condition: { allOf: [category] } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      id: expect.stringContaining("/providers/microsoft.insights/activityLogAlerts/bot"),
      type: "Microsoft.Insights/ActivityLogAlerts",
      location: "Global",
      properties: { enabled: true, actions: { actionGroups: [] } },
    });
    expect((await putAlert({ scopes: [group], condition: { allOf: [category] } })).status).toBe(200);
    const receivers = [{ name: "a", emailAddress: "a@contoso.com" }];
    expect((await putGroup({ groupShortName: "oncall", emailReceivers: receivers })).body).toMatchObject({
      type: "Microsoft.Insights/ActionGroups",
      properties: {
        enabled: true,
        emailReceivers: [{ name: "a", useCommonAlertSchema: false, status: "Enabled" }],
      },
    });
  });

  it.each([
    ["an alert in a region", () => putAlert({ scopes: [group], condition: { allOf: [category] } }, "eastus")],
    ["no scope", () => putAlert({ scopes: [], condition: { allOf: [category] } })],
    ["no condition", () => putAlert({ scopes: [group], condition: { allOf: [] } })],
    [
      "no category",
      () => putAlert({ scopes: [group], condition: { allOf: [{ field: "level", equals: "x" }] } }),
    ],
    [
      "a condition of both kinds",
      () =>
        putAlert({ scopes: [group], condition: { allOf: [category, { ...category, anyOf: [category] }] } }),
    ],
    ["a list that is none", () => putAlert({ scopes: "x", condition: { allOf: [category] } })],
    ["a short name too long", () => putGroup({ groupShortName: "thirteen char" })],
    ["a group in no location of theirs", () => putGroup({ groupShortName: "x" }, "eastus")],
    [
      "a receiver without an address",
      () => putGroup({ groupShortName: "x", emailReceivers: [{ name: "a" }] }),
    ],
    [
      "two receivers of one name",
      () =>
        putGroup({
          groupShortName: "x",
          emailReceivers: [
            { name: "a", emailAddress: "a@contoso.com" },
            { name: "a", emailAddress: "b@contoso.com" },
          ],
        }),
    ],
  ])("refuse %s", async (_, send) => {
    const answer = await send();
    expect([answer.status, answer.body.error.code]).toEqual([400, "BadRequest"]);
  });

  it("are not tried out: test notifications and partial changes answer 501", async () => {
    await putGroup({ groupShortName: "x" });
    const group = `${insights()}/actionGroups/oncall`;
    expect((await session.arm("POST", `${group}/createNotifications`, "2023-01-01", {})).status).toBe(501);
    expect((await session.arm("PATCH", group, "2023-01-01", {})).status).toBe(501);
  });
});
