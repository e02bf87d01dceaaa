import type { Finding, FrameworkMappings } from "../../../src/controls/control.ts";
import type { ExceptionRecord } from "../../../src/controls/result.ts";
import type { Level, Verdict } from "../../../src/controls/verdict.ts";
import type { Persona } from "../../../src/engine/resource.ts";

/** Would do harm on a page that takes it for markup. */
export const HOSTILE = `</script><script>document.title="owned"</script><img src=x onerror="alert(1)">&lt;'"`;

export interface Told {
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly rationale: string;
  readonly level?: Level;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly findings?: readonly Finding[];
  readonly mappings?: FrameworkMappings;
  readonly persona: Persona;
  readonly spec?: string;
  readonly steps: readonly string[];
  readonly permission?: string;
  readonly exception?: ExceptionRecord;
}

/** What somebody has to see first, written out; hundred-controls.ts makes the rest by the dozen. */
export const TOLD: readonly Told[] = [
  {
    id: "PSC-IAM-10",
    title: "Two to four Global Administrators",
    statement: "The tenant has at least two and at most four Global Administrators.",
    rationale: "One is a single point of failure. Every further one can read and change everything there is.",
    verdict: "fail",
    reason: "7 accounts hold Global Administrator, at most 4 may",
    findings: [
      {
        subject: "global-administrators",
        field: "count",
        expected: "2 to 4",
        actual: "7",
        message: "7 accounts hold Global Administrator",
      },
    ],
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(B)", "164.312(a)(1)"],
      nist: ["AC-2(7)", "AC-6(5)"],
      hitrust: ["01.c"],
      cis: ["M365 1.1.3"],
      scuba: ["MS.AAD.7.1"],
    },
    persona: "Privileged Role Administrator",
    steps: [
      "Open Roles and administrators in the Entra admin center",
      "Take Global Administrator from whoever does not need it every week, and make the rest eligible in Privileged Identity Management",
    ],
  },
  {
    id: "PSC-BOT-04",
    title: "Health Bot asks for consent and keeps an audit trail",
    statement: "The Health Bot asks for the patient's consent before the first scenario.",
    rationale: "Without it a conversation may hold health data that nobody agreed to give.",
    verdict: "fail",
    reason: "the Health Bot does not ask for consent; and 1 more",
    findings: [
      {
        subject: "health-bot.settings",
        field: "consent.enabled",
        expected: "true",
        actual: "false",
        message: "the Health Bot does not ask for consent",
      },
      {
        subject: "health-bot.settings",
        field: "consent.text",
        expected:
          "I agree that my answers are stored in Contoso's patient record for as long as the law asks for it.",
        actual: null,
        message: "there is no text that a patient could agree to",
      },
    ],
    mappings: { hipaa: ["164.508(a)(1)"], nist: ["PT-4"], hitrust: ["13.d"] },
    persona: "Health Bot Administrator",
    spec: "healthBot.compliance.consent",
    steps: ["Run psc deploy, or switch consent on under Compliance in the management portal of the bot"],
  },
  {
    id: "PSC-ENV-07",
    title: "Connectors are in a data policy",
    statement: "A data policy covers the environment and blocks connectors that may leave it.",
    rationale: "Patients' data must not reach a mailbox or a storage that nobody reviewed.",
    verdict: "fail",
    reason:
      "the data policy does not cover this environment; Dr. Ada Ling accepted this until 2026-10-31, which is past",
    findings: [
      {
        subject: "data-policy-coverage",
        field: "environments",
        expected: "contosohealth-prod",
        actual: "contosohealth-dev, contosohealth-test",
        message: "the data policy does not cover this environment",
      },
    ],
    mappings: { hipaa: ["164.312(e)(1)"], nist: ["AC-4", "SC-7"], scuba: ["MS.POWERPLATFORM.2.1"] },
    persona: "Power Platform Administrator",
    spec: "environment.dataPolicy",
    steps: ["Run psc deploy"],
    exception: {
      reason: "the policy is rolled out with the autumn release",
      owner: "Dr. Ada Ling",
      until: "2026-10-31",
      expired: true,
    },
  },
  {
    id: "PSC-MON-03",
    title: "Diagnostics reach the workspace",
    statement: "Diagnostics of the Health Bot go to a Log Analytics workspace.",
    rationale: "What was not recorded cannot be investigated.",
    verdict: "error",
    reason: "azure.diagnostic-setting could not be read: the identity may not read diagnostic settings",
    mappings: { hipaa: ["164.312(b)"], nist: ["AU-2", "AU-6"], cis: ["Azure 6.1.1"] },
    persona: "Subscription Contributor",
    spec: "monitoring.diagnostics",
    steps: ["Grant the permission to the identity that verifies, and verify again"],
    permission: "Microsoft.Insights/diagnosticSettings/read",
  },
  {
    id: "PSC-POR-02",
    title: "Web roles of the patient portal",
    statement: "Anonymous visitors of the portal can read nothing of a patient.",
    rationale: "A table permission too wide shows one patient another's appointments.",
    verdict: "error",
    reason: "portal-permissions could not be read: the service answered 503 four times",
    mappings: { hipaa: ["164.312(a)(1)"], nist: ["AC-3"] },
    persona: "System Administrator",
    steps: ["Verify again; if it stays, open a support request with the request's id"],
  },
  {
    id: "PSC-ENV-11",
    title: "Sessions end when nobody works",
    statement: "A session ends after at most 60 minutes without work.",
    rationale: "A desk in a ward is left in a hurry.",
    level: "SHOULD",
    verdict: "warning",
    reason: "sessions end after 480 minutes",
    findings: [
      {
        subject: 'dataverse.organization["contosohealth-prod"]',
        field: "inactivitytimeoutinmins",
        expected: "at most 60",
        actual: "480",
        message: "sessions end after 480 minutes",
      },
    ],
    mappings: { hipaa: ["164.312(a)(2)(iii)"], nist: ["AC-12", "AC-11"], hitrust: ["01.t"] },
    persona: "Power Platform Administrator",
    spec: "environment.session.idleMinutes",
    steps: ["Run psc deploy"],
  },
  {
    id: "PSC-OC-06",
    title: "Transcripts are kept as long as asked",
    statement: "Conversation transcripts are kept for the time the spec names.",
    rationale: "Longer is a risk, shorter is a gap in the record.",
    level: "SHOULD",
    verdict: "warning",
    reason: `a queue's name is ${HOSTILE}`,
    findings: [
      {
        subject: `omnichannel.queue["${HOSTILE}"]`,
        field: HOSTILE,
        expected: HOSTILE,
        actual: HOSTILE,
        message: HOSTILE,
      },
    ],
    mappings: { hipaa: ["164.316(b)(2)(i)", HOSTILE], nist: ["AU-11"] },
    persona: "Omnichannel Administrator",
    spec: HOSTILE,
    steps: [HOSTILE],
    permission: HOSTILE,
  },
  {
    id: "PSC-BOT-09",
    title: "Conversation logs leave the region",
    statement: "Logs of conversations stay in the region of the environment.",
    rationale: "Some payers demand it by contract.",
    verdict: "accepted",
    reason: "logs are kept in West Europe; accepted by Dr. Ada Ling until 2027-03-31: the contract allows it",
    findings: [
      {
        subject: "health-bot.resource",
        field: "location",
        expected: "northeurope",
        actual: "westeurope",
        message: "logs are kept in West Europe",
      },
    ],
    mappings: { nist: ["SC-28"], hitrust: ["10.k"] },
    persona: "Subscription Contributor",
    spec: "healthBot.location",
    steps: ["Make the bot again in the other region"],
    exception: {
      reason: "the contract allows it until the renewal",
      owner: "Dr. Ada Ling",
      until: "2027-03-31",
      expired: false,
    },
  },
];
