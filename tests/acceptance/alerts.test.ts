import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const INSIGHTS =
  "https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-contoso-health-dev/providers/Microsoft.Insights";
const ALERT = `${INSIGHTS}/activityLogAlerts/alert-contoso-dev-bot?api-version=2020-10-01`;
const GROUP = `${INSIGHTS}/actionGroups/ag-contoso-dev?api-version=2023-01-01`;

const ENTRA_LOGS =
  "https://management.azure.com/providers/microsoft.aadiam/diagnosticSettings/psc-contoso-dev?api-version=2017-04-01";

const EXPORTS = "https://na.csanalytics.powerplatform.microsoft.com/api/v2/connections";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  place.write(
    "alerts.yaml",
    [
      "extends: dev.yaml",
      "azure:",
      "  monitoring:",
      "    entraLogs: [AuditLogs, SignInLogs]",
      "    dataverse: true",
      "    alerts: { email: [oncall@contoso.com, ciso@contoso.com] }",
      "",
    ].join("\n"),
  );
  expect((await place.psc("deploy alerts.yaml")).code).toBe(0);
});
afterAll(() => place.close());

async function azure(method: string, url: string, body?: unknown) {
  const token = await place.sandbox.token("admin", "https://management.azure.com");
  return place.sandbox.ask(method, url, { token, ...(body === undefined ? {} : { body }) });
}

const changes = (): Promise<string[]> => changesIn(place, "alerts.yaml");

describe("the tenant's logs and Dataverse's telemetry", () => {
  it("go to this workspace and this Application Insights; a person does the second", async () => {
    const { properties } = (await azure("GET", ENTRA_LOGS)).body;
    expect(properties.workspaceId).toMatch(/workspaces\/log-contoso-dev$/);
    expect(properties.logs.map((one: { category: string }) => one.category)).toEqual([
      "AuditLogs",
      "SignInLogs",
    ]);
    const exports = await place.sandbox.ask("GET", EXPORTS, {
      token: await place.sandbox.token("admin", "https://adminanalytics.powerplatform.microsoft.com"),
    });
    expect(exports.body.value).toEqual([
      expect.objectContaining({
        resourceProvider: "dataverse",
        sink: expect.objectContaining({ resourceName: "appi-contoso-dev" }),
      }),
    ]);
  });

  it("has to be exported anew when the environment was made anew since", async () => {
    const { body } = await place.sandbox.control("GET", "state?path=bap/environments");
    const made = Object.values(
      body as Record<string, { id: string; displayName: string; createdTime: number }>,
    );
    const { id, createdTime } = made.find(({ displayName }) => displayName === "Contoso Health (dev)") ?? {};
    const { now } = (await place.sandbox.control("GET", "clock")).body as { now: number };
    const edit = (set: object) =>
      place.sandbox.control("POST", "state", { path: "bap/environments", where: { id }, set });
    await edit({ createdTime: now });
    const { json } = await place.psc("plan alerts.yaml --output json");
    await edit({ createdTime });
    expect(json.actions).toContainEqual(
      expect.objectContaining({ address: "power-platform.data-export", action: "gate" }),
    );
    expect(await changes()).toEqual([]);
  });

  it("are mended when a category was taken away, and when they go elsewhere", async () => {
    const { body: setting } = await azure("GET", ENTRA_LOGS);
    const { logs } = setting.properties;
    for (const [properties, field] of [
      [{ ...setting.properties, logs: [logs[0]] }, "categories"],
      [{ ...setting.properties, workspaceId: "/subscriptions/x" }, "workspace"],
    ] as const) {
      expect((await azure("PUT", ENTRA_LOGS, { properties })).status).toBe(200);
      expect((await changes()).join()).toContain(`update azure.entra-log-export ${field}`);
      expect((await place.psc("deploy alerts.yaml")).code).toBe(0);
    }
    expect(await changes()).toEqual([]);
  });
});

describe("an alert on changes of the bot", () => {
  it("tells the people of the spec, and watches this bot alone", async () => {
    expect(await changes()).toEqual([]);
    const alert = (await azure("GET", ALERT)).body;
    expect(alert.properties.scopes).toEqual([expect.stringMatching(/healthBots\/bot-contoso-dev$/)]);
    expect(JSON.stringify(alert.properties.condition)).toContain("Microsoft.HealthBot/healthBots/delete");
    const group = (await azure("GET", GROUP)).body;
    expect(alert.properties.actions.actionGroups[0].actionGroupId.toLowerCase()).toBe(group.id.toLowerCase());
    expect(group.properties.emailReceivers.map((one: { emailAddress: string }) => one.emailAddress)).toEqual([
      "oncall@contoso.com",
      "ciso@contoso.com",
    ]);
    expect(group.tags).toMatchObject({
      "psc-environment": "contoso-dev",
      workload: "patient-service-center",
    });
  });

  it("is mended however it was switched off, and other ways of telling people stay", async () => {
    const { body: alert } = await azure("GET", ALERT);
    const { body: group } = await azure("GET", GROUP);
    const sms = [{ name: "phone", countryCode: "1", phoneNumber: "5550100" }];
    const drifts: readonly [string, object, string][] = [
      [
        ALERT,
        { ...alert, properties: { ...alert.properties, enabled: false } },
        "activity-log-alert enabled",
      ],
      [
        ALERT,
        { ...alert, properties: { ...alert.properties, actions: { actionGroups: [] } } },
        "activity-log-alert tells",
      ],
      [
        ALERT,
        {
          ...alert,
          properties: {
            ...alert.properties,
            condition: { allOf: [{ field: "category", equals: "Administrative" }] },
          },
        },
        "activity-log-alert operations",
      ],
      [
        ALERT,
        { ...alert, properties: { ...alert.properties, scopes: ["/subscriptions/x"] } },
        "activity-log-alert on",
      ],
      [GROUP, { ...group, properties: { ...group.properties, enabled: false } }, "action-group enabled"],
      [
        GROUP,
        { ...group, properties: { ...group.properties, emailReceivers: [], smsReceivers: sms } },
        "action-group email",
      ],
    ];
    for (const [url, body, found] of drifts) {
      expect((await azure("PUT", url, body)).status).toBe(200);
      expect(await changes()).toEqual([`update azure.${found}`]);
      expect((await place.psc("deploy alerts.yaml")).code).toBe(0);
    }
    expect(await changes()).toEqual([]);
    expect((await azure("GET", GROUP)).body.properties.smsReceivers).toEqual(sms);
  });

  it("is pruned when it is no longer declared", async () => {
    expect((await place.psc("deploy dev.yaml --prune --yes")).code).toBe(0);
    for (const url of [ALERT, GROUP, ENTRA_LOGS]) expect((await azure("GET", url)).status).toBe(404);
  });
});
