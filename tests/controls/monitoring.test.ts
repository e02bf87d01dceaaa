import { describe, expect, it } from "vitest";
import { activityLogExports } from "../../src/controls/probes/activity-log-exports.ts";
import { botDiagnostics } from "../../src/controls/probes/bot-diagnostics.ts";
import { dataverseAuditing } from "../../src/controls/probes/dataverse-auditing.ts";
import type { EnvironmentSpec } from "../../src/spec/model.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { confirmed, differing, fact, judged, missing, REFUSED, refused, seen, unseen } from "./hand-made.ts";
import { portalSpec } from "./portal-spec.ts";

type Monitoring = EnvironmentSpec["azure"]["monitoring"];

function monitoring(changes: Partial<Monitoring>): EnvironmentSpec {
  const { azure, ...rest } = contosoSpec();
  return { ...rest, azure: { ...azure, monitoring: { ...azure.monitoring, ...changes } } };
}

const spec = contosoSpec();

describe("Application Insights of the stage (PSC-MON-01)", () => {
  const component = (observed: Parameters<typeof fact>[1]) => ({
    resources: [fact("azure.application-insights", observed)],
  });
  const own = { "psc-environment": "contoso-dev" };

  it("passes for one that was made for this environment, in the workspace", () => {
    const made = component({ observed: { ingestion: "LogAnalytics", tags: own } });
    expect(judged("PSC-MON-01", spec, made).verdict).toBe("pass");
  });

  it("fails for one of another stage, and for one outside of a workspace", () => {
    const others = component({
      observed: { ingestion: "LogAnalytics", tags: { "psc-environment": "contoso-prod" } },
    });
    expect(judged("PSC-MON-01", spec, others)).toMatchObject({
      verdict: "fail",
      findings: [{ field: "tags", expected: "contoso-dev", actual: "contoso-prod" }],
    });
    const classic = component({ observed: { ingestion: "ApplicationInsights", tags: own } });
    expect(judged("PSC-MON-01", spec, classic)).toMatchObject({
      verdict: "fail",
      findings: [{ field: "ingestion" }],
    });
    expect(judged("PSC-MON-01", spec, { resources: [missing("azure.application-insights")] }).verdict).toBe(
      "fail",
    );
  });

  it("asks a person about one that somebody else has made", () => {
    const made = component({ observed: { ingestion: "LogAnalytics", tags: {} } });
    expect(judged("PSC-MON-01", spec, made)).toMatchObject({
      verdict: "manual",
      reason: expect.stringContaining("no other stage sends to it"),
    });
  });

  it("does not mind what others of its fields are", () => {
    const made = differing("azure.application-insights", "retentionDays", 30, 365);
    const observed = { ...made.observed, ingestion: "LogAnalytics", tags: own };
    expect(judged("PSC-MON-01", spec, { resources: [{ ...made, observed }] }).verdict).toBe("pass");
  });

  it("is an error that names the permission when it cannot be read", () => {
    const made = component({ state: "unreadable", problem: REFUSED });
    expect(judged("PSC-MON-01", spec, made)).toMatchObject({
      verdict: "error",
      missingPermission: "Some.Permission",
    });
  });
});

describe("telemetry of the bot (PSC-MON-02)", () => {
  it("is for a person to see while nobody has asked for the bot's secret", () => {
    const made = { resources: [unseen("health-bot.configuration")] };
    expect(judged("PSC-MON-02", spec, made).verdict).toBe("manual");
  });
});

describe("export of the activity log (PSC-MON-03)", () => {
  const all = ["Administrative", "Security", "Alert", "Policy"];

  it("fails when the spec itself leaves a category out", () => {
    const made = {
      resources: [fact("azure.activity-log-export", { observed: { categories: ["Administrative"] } })],
    };
    expect(judged("PSC-MON-03", spec, made).findings.map(({ expected }) => expected)).toEqual([
      "Security",
      "Alert",
      "Policy",
    ]);
  });

  it("looks for somebody else's export when the spec has none", () => {
    const without = monitoring({ activityLog: [] });
    const exported = (...settings: { name: string; workspace: string; categories: string[] }[]) =>
      judged("PSC-MON-03", without, { probes: [seen(activityLogExports, settings)] });
    expect(exported({ name: "central", workspace: "/subscriptions/x/w", categories: all })).toMatchObject({
      verdict: "pass",
      reason: expect.stringContaining("not the spec's"),
    });
    expect(exported({ name: "central", workspace: "/w", categories: ["allLogs"] }).verdict).toBe("pass");
    // Two settings may share the work; one to a storage account does not count.
    expect(
      exported(
        { name: "a", workspace: "/w", categories: all.slice(0, 2) },
        { name: "b", workspace: "/w", categories: all.slice(2) },
      ).verdict,
    ).toBe("pass");
    expect(exported({ name: "storage", workspace: "", categories: all }).verdict).toBe("fail");
    expect(exported().verdict).toBe("fail");
    expect(judged("PSC-MON-03", without, { probes: [refused(activityLogExports)] })).toMatchObject({
      verdict: "error",
      missingPermission: "Some.Permission",
    });
  });
});

describe("retention of logs (PSC-MON-04)", () => {
  it("warns when the spec itself asks for too little", () => {
    const kept = (days: number) =>
      judged("PSC-MON-04", spec, {
        resources: [fact("azure.log-analytics-workspace", { observed: { retentionDays: days } })],
      }).verdict;
    expect([kept(364), kept(365), kept(730)]).toEqual(["warning", "pass", "pass"]);
  });
});

describe("export of Entra logs (PSC-MON-05)", () => {
  it("is for a person to see when the spec leaves it to somebody else", () => {
    expect(judged("PSC-MON-05", spec)).toMatchObject({
      verdict: "manual",
      reason: expect.stringContaining("evidence wanted"),
    });
  });

  it("fails when the spec exports one of the two only", () => {
    const made = {
      resources: [fact("azure.entra-log-export", { observed: { categories: ["AuditLogs"] } })],
    };
    expect(judged("PSC-MON-05", monitoring({ entraLogs: ["AuditLogs"] }), made)).toMatchObject({
      verdict: "fail",
      findings: [{ expected: "SignInLogs" }],
    });
  });
});

describe("what only a person can see (PSC-MON-06, PSC-MON-07)", () => {
  it("stays manual, and says who has spoken when", () => {
    const word = { resources: [confirmed("power-platform.data-export")] };
    expect(judged("PSC-MON-06", monitoring({ dataverse: true }), word)).toMatchObject({
      verdict: "manual",
      reason: expect.stringMatching(/maria@contoso\.onmicrosoft\.com said on 2026-03-04/),
    });
    const open = { resources: [unseen("power-platform.data-export")] };
    expect(judged("PSC-MON-06", monitoring({ dataverse: true }), open).verdict).toBe("manual");
    expect(judged("PSC-MON-06", spec).reason).toContain("the spec does not ask for it");
  });

  it("does not count a word whose subject was made anew", () => {
    const stale = { ...confirmed("power-platform.data-export"), state: "not-visible" as const };
    expect(judged("PSC-MON-06", spec, { resources: [stale] }).reason).not.toContain("maria");
  });

  it("is not applicable to a portal that the spec does not have", () => {
    expect(judged("PSC-MON-07", spec).verdict).toBe("not-applicable");
    expect(judged("PSC-MON-07", contosoSpec({ portal: portalSpec() })).verdict).toBe("manual");
  });
});

describe("auditing of Dataverse (PSC-MON-08)", () => {
  const audit = (enabled: boolean, tables: string[]) => ({
    probes: [
      seen(dataverseAuditing, { enabled, userAccess: false, reads: false, retentionDays: 30, tables }),
    ],
  });

  it("is judged by what is there when the spec does not speak of it", () => {
    expect(judged("PSC-MON-08", spec, audit(true, ["contact"])).verdict).toBe("pass");
    expect(judged("PSC-MON-08", spec, audit(true, ["incident"]))).toMatchObject({
      verdict: "fail",
      reason: "the table of patients is not audited",
    });
    expect(judged("PSC-MON-08", spec, audit(false, [])).findings).toHaveLength(2);
  });

  it("fails for an environment that does not exist", () => {
    const made = {
      resources: [missing("power-platform.environment")],
      probes: [seen(dataverseAuditing, undefined)],
    };
    expect(judged("PSC-MON-08", spec, made).verdict).toBe("fail");
  });

  it("fails when it is not as the spec says", () => {
    const made = {
      ...audit(true, ["contact"]),
      resources: [differing("dataverse.auditing", "tables", ["contact"], ["contact", "incident"])],
    };
    expect(judged("PSC-MON-08", spec, made).verdict).toBe("fail");
  });
});

describe("alert on changes of the bot (PSC-MON-10)", () => {
  it("is for a person to see when the spec leaves it to somebody else", () => {
    expect(judged("PSC-MON-10", spec).verdict).toBe("manual");
  });

  it("warns when nobody is in the action group", () => {
    const operations = ["Microsoft.HealthBot/healthBots/write", "microsoft.healthbot/healthbots/delete"];
    const made = (group: Parameters<typeof judged>[2]) => ({
      resources: [
        fact("azure.activity-log-alert", { observed: { operations } }),
        ...(group?.resources ?? []),
      ],
    });
    expect(judged("PSC-MON-10", spec, made({ resources: [fact("azure.action-group")] })).verdict).toBe(
      "pass",
    );
    const empty = differing("azure.action-group", "email", [], ["oncall@contoso.com"]);
    expect(judged("PSC-MON-10", spec, made({ resources: [empty] })).verdict).toBe("warning");
  });
});

describe("diagnostic settings of the bot (PSC-MON-11)", () => {
  it("tells when Azure begins to offer them, and never fails", () => {
    expect(judged("PSC-MON-11", spec, { probes: [seen(botDiagnostics, [])] })).toMatchObject({
      verdict: "pass",
      findings: [],
    });
    expect(judged("PSC-MON-11", spec, { probes: [seen(botDiagnostics, ["Conversations"])] })).toMatchObject({
      verdict: "pass",
      reason: expect.stringContaining("Conversations"),
      findings: [{ actual: "Conversations" }],
    });
    expect(judged("PSC-MON-11", spec, { probes: [refused(botDiagnostics)] }).verdict).toBe("error");
  });
});
