import type { Break } from "./break.ts";
import { drifted } from "./drifted.ts";

export const MONITORING_BREAKS: readonly Break[] = [
  {
    control: "PSC-MON-01",
    what: "Application Insights is moved to another workspace",
    does: drifted("azure.application-insights.workspace"),
  },
  {
    control: "PSC-MON-02",
    what: "the bot's telemetry goes elsewhere",
    does: drifted("health-bot.configuration.telemetryKey"),
  },
  {
    control: "PSC-MON-03",
    what: "a category of the activity log is switched off",
    does: drifted("azure.activity-log-export.categories"),
  },
  {
    control: "PSC-MON-04",
    what: "the workspace forgets after a month",
    does: drifted("azure.log-analytics-workspace.retentionDays"),
    to: "warning",
  },
  {
    control: "PSC-MON-05",
    what: "the audit log of the tenant is exported no longer",
    does: drifted("azure.entra-log-export.categories"),
  },
  {
    control: "PSC-MON-08",
    what: "auditing of the organization is switched off",
    does: drifted("dataverse.auditing.enabled"),
  },
  {
    control: "PSC-MON-10",
    what: "the alert tells nobody",
    does: drifted("azure.activity-log-alert.tells"),
    to: "warning",
  },
];

export const MONITORING_UNBREAKABLE: Readonly<Record<string, string>> = {
  "PSC-MON-06": "manual: no public API shows the export",
  "PSC-MON-07": "manual: no API shows what the site sends",
  "PSC-MON-09": "manual: psc does not speak to Exchange and Purview",
  "PSC-MON-11": "it informs, and never fails: unasked.test.ts lets Azure offer categories",
};
