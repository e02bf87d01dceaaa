import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

interface Item {
  readonly type: number;
  readonly name: string;
  readonly content: {
    readonly json?: string;
    readonly query?: string;
    readonly timeContextFromParameter?: string;
  };
}

const template = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../templates/workbook/azuredeploy.json"), "utf8"),
) as {
  readonly variables: { readonly workbook: { readonly items: readonly Item[]; readonly version: string } };
  readonly resources: readonly {
    readonly type: string;
    readonly kind: string;
    readonly properties: Readonly<Record<string, string>>;
  }[];
};

/** Tables the spec's own settings fill, and the setting. */
const FED_BY: Readonly<Record<string, string>> = {
  AppEvents: "healthBot",
  AzureActivity: "azure.monitoring.activityLog",
  AppRequests: "azure.monitoring.dataverse",
  AppDependencies: "azure.monitoring.dataverse",
  AppPageViews: "portal.telemetry",
  AppExceptions: "portal.telemetry",
  SigninLogs: "azure.monitoring.entraLogs",
  AuditLogs: "azure.monitoring.entraLogs",
};

/** Events of the bot's custom telemetry. */
const EVENTS = [
  "TopLevelUtterance",
  "UtteranceMisunderstanding",
  "Message",
  "ScenarioOccurrence",
  "ScenarioStart",
  "ScenarioOut",
];

describe("templates/workbook", () => {
  const { items, version } = template.variables.workbook;

  it("asks only for what something in the spec brings there, and says so above", () => {
    let above = "";
    const tables = new Set<string>();
    for (const { type, content } of items) {
      if (type === 1) above = content.json ?? "";
      if (type !== 3) continue;
      const table = /^\w+/.exec(content.query ?? "")?.[0] ?? "";
      tables.add(table);
      expect(above).toContain(`\`${FED_BY[table] ?? `nothing feeds ${table}`}`);
      expect(content.timeContextFromParameter).toBe("Period");
      if (table === "AppEvents")
        for (const name of content.query?.match(/(?<=")\w+(?=")/g) ?? []) expect(EVENTS).toContain(name);
    }
    expect([...tables].sort()).toEqual(Object.keys(FED_BY).sort());
  });

  it("has the shape that Application Insights describes, with names of its own for every part", () => {
    const [workbook] = template.resources;
    expect(workbook).toMatchObject({ type: "Microsoft.Insights/workbooks", kind: "shared" });
    expect(workbook?.properties).toMatchObject({
      displayName: expect.any(String),
      category: "workbook",
      version,
      serializedData: "[string(variables('workbook'))]",
    });
    const names = items.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
