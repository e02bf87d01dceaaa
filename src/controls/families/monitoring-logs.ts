import type { FieldValue } from "../../engine/observation.ts";
import { sameId, workspaceId } from "../../resources/azure/resource-ids.ts";
import { type Control, type Finding, judgedBy, manual } from "../control.ts";
import { judgedByState } from "../derived.ts";
import type { ResourceFact } from "../facts.ts";
import { findingOn, judgedByFields, judgedEach, observed, together, withoutSubject } from "../judging.ts";
import { activityLogExports } from "../probes/activity-log-exports.ts";
import { dataverseAuditing } from "../probes/dataverse-auditing.ts";

/** Microsoft's activity log keeps 90 days; Azure Policy's HITRUST CSF 11.3 initiative asks for a year. */
const YEAR_DAYS = 365;
const ACTIVITY_LOG = ["Administrative", "Security", "Alert", "Policy"];
/** What the North Star template turns on (microsoft/industry: foundations, aadDiagnostics.json). */
const ENTRA_LOGS = ["AuditLogs", "SignInLogs"];
const ALERT_ON = ["Microsoft.HealthBot/healthBots/write", "Microsoft.HealthBot/healthBots/delete"];

const texts = (value: FieldValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

/** Findings on an export that leaves out some of the wanted categories. */
const lacking =
  (wanted: readonly string[]) =>
  (fact: ResourceFact): readonly Finding[] => {
    const present = texts(observed(fact, "categories"));
    return wanted
      .filter((category) => !present.includes(category))
      .map((category) =>
        findingOn(fact, "categories", `${category} is not exported`, { expected: category }),
      );
  };

/** Who did what, how long it is known, and who is told. */
export const LOG_CONTROLS: readonly Control[] = [
  {
    id: "PSC-MON-03",
    title: "Export of the activity log",
    statement:
      "The subscription's activity log goes to a workspace, with the categories Administrative, Security, Alert and Policy.",
    rationale:
      "Changes to the bot are recorded in the activity log only, which Azure keeps for 90 days and nobody can query with the rest.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.312(b)", "164.308(a)(1)(ii)(D)"],
      nist: ["AU-2", "AU-6", "AU-12"],
      hitrust: ["09.aa", "09.ab"],
      cis: ["Azure 6.1.1.1", "Azure 6.1.1.2"],
    },
    remedy: {
      spec: "azure.monitoring.activityLog",
      steps: [
        "Name the four categories in azure.monitoring.activityLog and run psc deploy",
        "Or open Monitor > Activity log > Export Activity Logs of the subscription in the Azure portal and send them to a workspace",
      ],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["azure.activity-log-export"], probes: [activityLogExports] },
    judge({ facts, spec }) {
      const own = facts.resources("azure.activity-log-export");
      if (own.length > 0) {
        return together(
          [
            judgedByFields(own, ["workspace", "categories"], "as declared"),
            judgedEach(own, lacking(ACTIVITY_LOG), "all four categories"),
          ],
          `${ACTIVITY_LOG.join(", ")} go to ${spec.azure.monitoring.workspace}`,
        );
      }
      const others = facts.probe(activityLogExports);
      if (others === undefined) return manual("the exports of the subscription could not be seen");
      const covered = new Set(
        others.filter(({ workspace }) => workspace !== "").flatMap(({ categories }) => categories),
      );
      const missing = covered.has("allLogs") ? [] : ACTIVITY_LOG.filter((one) => !covered.has(one));
      const where = others.some(({ workspace }) => sameId(workspace, workspaceId(spec)))
        ? `to ${spec.azure.monitoring.workspace}`
        : "to a workspace that is not the spec's";
      return judgedBy(
        missing.map((category) => ({
          subject: activityLogExports.id,
          field: category,
          expected: category,
          actual: null,
          message: `no diagnostic setting of the subscription sends ${category} to a workspace`,
        })),
        `somebody else exports the four categories ${where}`,
      );
    },
  },
  {
    id: "PSC-MON-04",
    title: "Retention of logs",
    statement: `The workspace keeps its data for ${YEAR_DAYS} days at least, and as long as the spec says.`,
    rationale:
      "Intrusions are found months later. HIPAA asks for six years of documentation, and Azure's HITRUST policies for a year of logs.",
    level: "SHOULD",
    mappings: {
      hipaa: ["164.316(b)(2)(i)", "164.312(b)"],
      nist: ["AU-11"],
      hitrust: ["09.aa", "09.h"],
    },
    remedy: {
      spec: "azure.monitoring.retentionDays",
      steps: [`Set azure.monitoring.retentionDays to ${YEAR_DAYS} or more and run psc deploy`],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["azure.log-analytics-workspace"] },
    judge({ facts }) {
      const workspaces = facts.resources("azure.log-analytics-workspace");
      const days = workspaces.map((fact) => observed(fact, "retentionDays"));
      const short = judgedEach(
        workspaces,
        (fact) => {
          const kept = observed(fact, "retentionDays");
          return typeof kept === "number" && kept >= YEAR_DAYS
            ? []
            : [
                findingOn(fact, "retentionDays", `it keeps its data for ${String(kept)} days only`, {
                  expected: `at least ${YEAR_DAYS}`,
                  actual: String(kept),
                }),
              ];
        },
        "long enough",
      );
      return together(
        [judgedByFields(workspaces, ["retentionDays"], "as declared"), short],
        `it keeps its data for ${days.join(", ")} days`,
      );
    },
  },
  {
    id: "PSC-MON-05",
    title: "Export of Entra logs",
    statement: "Sign-in and audit logs of the tenant go to a workspace.",
    rationale:
      "Who signed in and who changed whose access is seen nowhere else, and Entra keeps it for a month.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(a)(5)(ii)(C)", "164.312(b)"],
      nist: ["AU-4", "AU-12"],
      hitrust: ["09.aa"],
      cis: ["Azure 6.1.1.8"],
      scuba: ["MS.AAD.4.1"],
    },
    remedy: {
      spec: "azure.monitoring.entraLogs",
      steps: [
        `Name ${ENTRA_LOGS.join(" and ")} in azure.monitoring.entraLogs and run psc deploy, signed in as a Security Administrator`,
        "Or open Monitoring & health > Diagnostic settings in the Entra admin center and send them to a workspace",
      ],
    },
    persona: "Global Administrator",
    restsOn: { kinds: ["azure.entra-log-export"] },
    judge({ facts, spec }) {
      const own = facts.resources("azure.entra-log-export");
      if (own.length === 0)
        return manual(
          "the spec leaves the tenant's logs to somebody else; evidence wanted: the tenant's diagnostic settings, which send AuditLogs and SignInLogs to a workspace",
        );
      return together(
        [
          judgedByFields(own, ["workspace", "categories"], "as declared"),
          judgedEach(own, lacking(ENTRA_LOGS), "both"),
        ],
        `${texts(own[0]?.observed["categories"]).join(", ")} go to ${spec.azure.monitoring.workspace}`,
      );
    },
  },
  {
    id: "PSC-MON-08",
    title: "Auditing of Dataverse",
    statement:
      "Dataverse auditing is on, for the table of patients and for every table that the spec names, and is kept as long as the spec says.",
    rationale: "Who changed what of a patient's record has to be known, and cannot be found out afterwards.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.312(b)", "164.308(a)(1)(ii)(D)"],
      nist: ["AU-2", "AU-12"],
      hitrust: ["09.aa"],
    },
    remedy: {
      spec: "environment.audit",
      steps: [
        "Name the tables in environment.audit.tables and run psc deploy",
        "Or open the environment in the Power Platform admin center, Settings > Audit and logs > Audit settings, and switch auditing of the tables on in their properties",
      ],
    },
    persona: "System Administrator",
    restsOn: { kinds: ["dataverse.auditing", "power-platform.environment"], probes: [dataverseAuditing] },
    judge({ facts }) {
      const found = facts.probe(dataverseAuditing);
      if (found === undefined)
        return withoutSubject(facts.resources("power-platform.environment"), "the organization");
      const of = (field: string, message: string): Finding => ({
        subject: dataverseAuditing.id,
        field,
        expected: "on",
        actual: "off",
        message,
      });
      const { enabled, userAccess, reads, tables } = found;
      const switches = `sign-ins ${userAccess ? "too" : "not"}, reads ${reads ? "too" : "not"}`;
      return together(
        [
          judgedByState(facts.resources("dataverse.auditing"), "as declared"),
          judgedBy(
            [
              ...(enabled ? [] : [of("enabled", "auditing of the organization is off")]),
              ...(tables.includes("contact") ? [] : [of("contact", "the table of patients is not audited")]),
            ],
            "on",
          ),
        ],
        `auditing is on for ${tables.join(", ")}; ${switches}`,
      );
    },
  },
  {
    id: "PSC-MON-09",
    title: "Unified audit log",
    statement: "The unified audit log of Microsoft 365 is on.",
    rationale:
      "What administrators do in the Power Platform admin center and in Dynamics 365 is recorded there.",
    level: "SHOULD",
    mappings: { hipaa: ["164.312(b)"], nist: ["AU-2"], hitrust: ["09.aa"], cis: ["M365 3.1.1"] },
    remedy: {
      steps: [
        "Open the Microsoft Purview portal, go to Audit and start recording user and admin activity when it is off",
        "Keep the answer of Get-AdminAuditLogConfig, with UnifiedAuditLogIngestionEnabled True, as evidence",
      ],
    },
    persona: "Global Administrator",
    restsOn: {},
    judge: () =>
      manual(
        "only Exchange Online and Microsoft Purview show it, which psc does not speak to; evidence wanted: UnifiedAuditLogIngestionEnabled True in the answer of Get-AdminAuditLogConfig",
      ),
  },
  {
    id: "PSC-MON-10",
    title: "Alert on changes of the bot",
    statement: "Somebody is told when the bot is changed or deleted.",
    rationale: "A bot is changed by a deployment only; every other change is a mistake or an attack.",
    level: "SHOULD",
    mappings: { hipaa: ["164.308(a)(6)(ii)"], nist: ["AU-6", "SI-4"], hitrust: ["09.ad", "09.ab"] },
    remedy: {
      spec: "azure.monitoring.alerts",
      steps: ["Name who is to be told in azure.monitoring.alerts and run psc deploy"],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["azure.activity-log-alert", "azure.action-group"] },
    judge({ facts }) {
      const alerts = facts.resources("azure.activity-log-alert");
      if (alerts.length === 0)
        return manual(
          "the spec leaves alerts to somebody else; evidence wanted: an activity log alert on writing and deleting of the bot, and whom it tells",
        );
      const watched = judgedEach(
        alerts,
        (fact) => {
          const operations = texts(observed(fact, "operations")).map((one) => one.toLowerCase());
          return ALERT_ON.filter((one) => !operations.includes(one.toLowerCase())).map((one) =>
            findingOn(fact, "operations", `it does not watch ${one}`, { expected: one }),
          );
        },
        "both",
      );
      return together(
        [
          judgedByFields(alerts, ["enabled", "on", "operations", "tells"], "as declared"),
          judgedByFields(facts.resources("azure.action-group"), ["enabled", "email"], "as declared"),
          watched,
        ],
        "writing and deleting of the bot is watched, and the people of the spec are told",
      );
    },
  },
];
