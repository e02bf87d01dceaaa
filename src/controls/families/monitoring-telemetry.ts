import type { FieldValue } from "../../engine/observation.ts";
import { type Control, holds, judgedBy, manual, notApplicable } from "../control.ts";
import {
  byWord,
  findingOn,
  isThere,
  judgedByFields,
  judgedEach,
  observed,
  together,
  withoutSubject,
} from "../judging.ts";
import { botDiagnostics } from "../probes/bot-diagnostics.ts";

/** The one published word for a component that keeps its data in a workspace (components 2020-02-02). */
const IN_WORKSPACE = "LogAnalytics";
/** Tag by which psc knows what it made, and for which environment. */
const MARK = "psc-environment";
function tagsOf(value: FieldValue | undefined): Readonly<Record<string, FieldValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, FieldValue>>)
    : {};
}

/** What the bot, Dataverse and the portal tell of themselves. */
export const TELEMETRY_CONTROLS: readonly Control[] = [
  {
    id: "PSC-MON-01",
    title: "Application Insights of the stage",
    statement:
      "The stage has one Application Insights of its own, and that keeps its data in a Log Analytics workspace.",
    rationale:
      "Telemetry of two stages in one place cannot be told apart, and a component without a workspace escapes the workspace's retention and access control.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.312(b)"],
      nist: ["AU-2", "AU-12"],
      hitrust: ["06.c", "09.ac"],
      cis: ["Azure 6.1.3.1"],
    },
    remedy: {
      spec: "azure.monitoring.applicationInsights",
      steps: [
        "Run psc deploy",
        "Where one component serves several stages, give each stage a name of its own in azure.monitoring.applicationInsights",
      ],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["azure.application-insights"] },
    judge({ facts, spec }) {
      const components = facts.resources("azure.application-insights");
      const besides = judgedEach(
        components,
        (fact) => {
          const ingestion = observed(fact, "ingestion");
          const owner = tagsOf(observed(fact, "tags"))[MARK];
          return [
            // Where Azure does not say, the workspace it names is enough.
            ...(typeof ingestion === "string" && ingestion !== IN_WORKSPACE
              ? [
                  findingOn(fact, "ingestion", "it keeps its data outside of a workspace", {
                    expected: IN_WORKSPACE,
                    actual: ingestion,
                  }),
                ]
              : []),
            ...(typeof owner === "string" && owner !== spec.name
              ? [
                  findingOn(fact, "tags", `it was made for "${owner}", another environment`, {
                    expected: spec.name,
                    actual: owner,
                  }),
                ]
              : []),
          ];
        },
        "its own",
      );
      const unmarked = components.some(
        (fact) => isThere(fact) && tagsOf(observed(fact, "tags"))[MARK] === undefined,
      );
      return together(
        [
          judgedByFields(components, ["workspace"], "in the workspace"),
          besides,
          ...(unmarked
            ? [
                manual(
                  "it is in the workspace, and was not made by psc: somebody has to confirm that no other stage sends to it",
                ),
              ]
            : []),
        ],
        "it is kept in the workspace, and made for this environment",
      );
    },
  },
  {
    id: "PSC-MON-02",
    title: "Telemetry of the bot",
    statement: "The bot sends its custom telemetry to the Application Insights of the stage.",
    rationale:
      "The bot has no diagnostic settings: without custom telemetry nobody sees what it did, or that it failed.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.312(b)", "164.308(a)(1)(ii)(D)"],
      nist: ["AU-12"],
      hitrust: ["09.aa"],
    },
    remedy: {
      spec: "azure.monitoring.applicationInsights",
      steps: [
        "Run psc deploy",
        "Or open the bot's management portal, go to Integration > Secrets, and enter the instrumentation key under Custom telemetry",
      ],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["health-bot.configuration"] },
    judge: ({ facts }) =>
      judgedByFields(
        facts.resources("health-bot.configuration"),
        ["telemetryKey"],
        "its key is that of the stage's Application Insights",
      ),
  },
  {
    id: "PSC-MON-06",
    title: "Telemetry of Dataverse",
    statement:
      "Dataverse's diagnostics and performance data are exported to the stage's Application Insights.",
    rationale: "Failures of plug-ins and of the Web API are seen beside those of the bot, in one time line.",
    level: "SHOULD",
    mappings: { hipaa: ["164.312(b)"], nist: ["AU-12"], hitrust: ["09.aa"] },
    remedy: {
      spec: "azure.monitoring.dataverse",
      steps: [
        "Open the Power Platform admin center and choose Data export > App Insights > New data export",
        "Choose the environment and the stage's Application Insights, and create the export",
      ],
    },
    persona: "Power Platform Administrator",
    restsOn: { kinds: ["power-platform.data-export"] },
    judge: ({ facts }) =>
      byWord(
        facts.resources("power-platform.data-export"),
        "the export's entry under Data export in the Power Platform admin center, with its state Connected",
        "no public API shows the export, and the spec does not ask for it",
      ),
  },
  {
    id: "PSC-MON-07",
    title: "Telemetry of the portal",
    statement: "The portal sends its page views to the stage's Application Insights.",
    rationale: "Patients who cannot reach the chat show up there first.",
    level: "SHOULD",
    mappings: { hipaa: ["164.312(b)"], nist: ["AU-12"], hitrust: ["09.aa"] },
    remedy: {
      spec: "portal.telemetry",
      steps: [
        "Put the JavaScript of Application Insights, with the stage's connection string, into the page that all pages of the site share",
        "Restart the site, open a page and look for it under page views",
      ],
    },
    persona: "System Administrator",
    restsOn: { kinds: ["portal.telemetry"] },
    judge: ({ facts, spec }) =>
      spec.portal === undefined
        ? notApplicable("the spec has no portal")
        : byWord(
            facts.resources("portal.telemetry"),
            "page views of the portal's host in Application Insights",
            "no API shows what the site sends, and the spec does not ask for it",
          ),
  },
  {
    id: "PSC-MON-11",
    title: "Diagnostic settings of the bot",
    statement:
      "Azure offers no diagnostic settings for the bot itself, so that the activity log and custom telemetry are all there is.",
    rationale:
      "Microsoft's guide names this limit. When Azure lifts it, the bot's own logs ought to be exported too.",
    level: "INFO",
    mappings: { cis: ["Azure 6.1.4"] },
    remedy: {
      steps: [
        "When Azure offers categories, add a diagnostic setting to the bot that sends them to the workspace",
      ],
    },
    persona: "Subscription Contributor",
    restsOn: { kinds: ["health-bot.account"], probes: [botDiagnostics] },
    judge({ facts }) {
      const categories = facts.probe(botDiagnostics);
      if (categories === undefined) return withoutSubject(facts.resources("health-bot.account"), "the bot");
      if (categories.length === 0)
        return holds("Azure offers none; changes of the bot are in the activity log");
      return judgedBy(
        [
          {
            subject: botDiagnostics.id,
            field: "",
            expected: "none",
            actual: categories.join(", "),
            message: `Azure has begun to offer ${categories.join(", ")}, which nothing exports yet`,
          },
        ],
        "",
      );
    },
  },
];
