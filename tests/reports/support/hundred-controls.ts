import type { Finding, FrameworkMappings } from "../../../src/controls/control.ts";
import type { EvidenceItem } from "../../../src/controls/facts.ts";
import type { ControlResult, ExceptionRecord, VerifyResult } from "../../../src/controls/result.ts";
import { type Level, VERDICTS, type Verdict } from "../../../src/controls/verdict.ts";
import type { Persona } from "../../../src/engine/resource.ts";

/** Would do harm on a page that takes it for markup. */
export const HOSTILE = `</script><script>document.title="owned"</script><img src=x onerror="alert(1)">&lt;'"`;

interface Told {
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

/** What somebody has to see first, written out; the rest is made by the dozen below. */
const TOLD: readonly Told[] = [
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

/** The rest of each family: names, who sees to them, and how many are not a plain pass. */
const FAMILIES: readonly {
  readonly key: string;
  readonly count: number;
  readonly persona: Persona;
  readonly titles: readonly string[];
  readonly others: Readonly<Record<number, Verdict>>;
}[] = [
  {
    key: "IAM",
    count: 16,
    persona: "Privileged Role Administrator",
    titles: [
      "Strong sign-in for every administrator",
      "No legacy authentication",
      "Guests see no patients",
      "Emergency accounts are watched",
      "Roles by group, not by person",
    ],
    others: { 3: "manual", 8: "inherited" },
  },
  {
    key: "ENV",
    count: 15,
    persona: "Power Platform Administrator",
    titles: [
      "Auditing is switched on",
      "Audit log is kept long enough",
      "Backups reach back far enough",
      "Only the security group gets in",
      "Column security of health data",
    ],
    others: { 2: "inherited", 5: "not-applicable", 9: "manual" },
  },
  {
    key: "OC",
    count: 13,
    persona: "Omnichannel Administrator",
    titles: [
      "Every queue has somebody in it",
      "Chat asks for authentication",
      "Attachments are limited",
      "Presence is as declared",
      "Card numbers are masked",
    ],
    others: { 4: "manual", 11: "not-applicable" },
  },
  {
    key: "BOT",
    count: 12,
    persona: "Health Bot Administrator",
    titles: [
      "Web channel asks for a secret",
      "Handoff is on",
      "Keys are younger than a year",
      "Key of the customer's own",
      "Feedback holds no health data",
    ],
    others: { 2: "inherited", 6: "not-applicable" },
  },
  {
    key: "MON",
    count: 11,
    persona: "Subscription Contributor",
    titles: [
      "Alerts reach somebody",
      "Activity log is kept",
      "Defender watches the vault",
      "Changes are reported",
    ],
    others: { 5: "manual", 9: "inherited" },
  },
  {
    key: "POR",
    count: 7,
    persona: "System Administrator",
    titles: ["Portal asks for sign-in", "Headers that browsers obey", "Certificates are young enough"],
    others: { 3: "not-applicable", 4: "manual" },
  },
];

const REASONS: Readonly<Record<Verdict, string>> = {
  pass: "as it must be",
  fail: "it is not so",
  warning: "it should be so",
  error: "it could not be read",
  manual: "no public API shows it; look in the admin center and keep a picture",
  accepted: "accepted",
  inherited: "Microsoft's SOC 2 Type 2 report attests it",
  "not-applicable": "the spec does not use it",
};

const EVIDENCE: readonly EvidenceItem[] = Array.from({ length: 24 }, (_, index) => ({
  id: `E${index + 1}`,
  service: ["graph", "dataverse", "arm"][index % 3] ?? "graph",
  method: "GET",
  url:
    [
      "https://graph.microsoft.com/v1.0/directoryRoles/roleTemplateId=62e90394-69f5-4237-9190-012177145e10/members?$select=id,displayName",
      "https://contosohealth-prod.crm4.dynamics.com/api/data/v9.2/organizations?$select=isauditenabled,auditretentionperiodv2,inactivitytimeoutinmins",
      "https://management.azure.com/subscriptions/0b6f0c8a-5e2d-4c3e-9d35-8f5a6f0c1a11/resourceGroups/contoso-health/providers/Microsoft.HealthBot/healthBots/contoso?api-version=2024-02-01",
    ][index % 3] ?? "",
  status: index === 23 ? 403 : 200,
  requestId: index % 5 === 4 ? null : `5d1f0c3e-77aa-4f0b-9f10-0000000000${String(index + 10)}`,
}));

function tellingOf(one: Told, index: number): ControlResult {
  const { id, title, statement, rationale, verdict, reason, persona } = one;
  return {
    id,
    origin: "product",
    title,
    statement,
    rationale,
    level: one.level ?? "SHALL",
    verdict,
    reason,
    findings: one.findings ?? [],
    evidence: verdict === "manual" ? [] : [`E${(index % 23) + 1}`, ...(verdict === "error" ? ["E24"] : [])],
    mappings: one.mappings ?? {},
    persona,
    remedy: { spec: one.spec ?? null, steps: one.steps },
    permissions: ["RoleManagement.Read.Directory", "Policy.Read.All"],
    missingPermission: one.permission ?? null,
    location: one.spec === undefined ? null : { file: "prod.yaml", line: 12 + 7 * index, column: 5 },
    exception: one.exception ?? null,
    related: index % 4 === 0 ? ["PSC-IAM-01", "PSC-RES-OMNICHANNEL.QUEUE-1"] : [],
  };
}

function rest(): Told[] {
  const written = new Set(TOLD.map(({ id }) => id));
  const catalogue = FAMILIES.flatMap(({ key, count, persona, titles, others }) =>
    Array.from({ length: count }, (_, index): Told => {
      const number = index + 1;
      const verdict = others[number] ?? "pass";
      return {
        id: `PSC-${key}-${String(number).padStart(2, "0")}`,
        title: `${titles[index % titles.length] ?? key}${index < titles.length ? "" : `, part ${Math.floor(index / titles.length) + 1}`}`,
        statement: "What the title says holds for every environment of this stage.",
        rationale: "An auditor asks for it, and so would a patient who knew of it.",
        verdict,
        reason: REASONS[verdict],
        mappings: { hipaa: [`164.312(${"abcde"[index % 5]})(1)`], nist: [`AC-${number}`] },
        persona,
        ...(index % 2 === 0 ? { spec: "environment.audit" } : {}),
        steps: ["Run psc deploy"],
      };
    }),
  );
  return catalogue.filter(({ id }) => !written.has(id));
}

function byKind(count: number): ControlResult[] {
  return Array.from({ length: count }, (_, index) => {
    const told = tellingOf(
      {
        id: `PSC-RES-OMNICHANNEL.QUEUE-${index}`,
        title: `omnichannel.queue-${index}`,
        statement: "As the spec says: queues of conversations",
        rationale: "What differs from the spec was changed by somebody else, or never made.",
        verdict: "pass",
        reason: "3 of 3 as declared",
        mappings: { nist: ["CM-2", "CM-6"] },
        persona: "Omnichannel Administrator",
        steps: ["Run psc plan to see the difference, and psc deploy to mend it, or change the spec"],
      },
      index,
    );
    return { ...told, origin: "resource" as const };
  });
}

function summaryOf(controls: readonly ControlResult[]): VerifyResult["summary"] {
  const counts = VERDICTS.map((name) => [name, controls.filter(({ verdict }) => verdict === name).length]);
  return Object.fromEntries(counts) as Record<Verdict, number>;
}

/** The result with other controls, and the summary that fits them. */
export function withControls(result: VerifyResult, controls: readonly ControlResult[]): VerifyResult {
  return { ...result, controls, summary: summaryOf(controls) };
}

/** A made-up result of a production environment: 100 controls, every verdict, and texts that would like to be markup. */
export function hundredControls(): VerifyResult {
  const catalogue = [...TOLD, ...rest()].map(tellingOf).sort((a, b) => a.id.localeCompare(b.id));
  const own: ControlResult[] = ["Night shift has a queue", "Names of wards are not patients' names"].map(
    (title, index) => ({
      ...tellingOf(
        {
          id: `OWN-${index + 1}`,
          title,
          statement: `${title}.`,
          rationale: "Contoso's own rule.",
          verdict: "pass",
          reason: "1 of 1 found",
          persona: "Omnichannel Administrator",
          steps: ["Ask the hospital's own security team"],
        },
        index,
      ),
      origin: "own",
    }),
  );
  const controls = [...catalogue, ...own];
  return withControls(
    {
      format: "psc.verify/2",
      tool: { name: "psc", version: "0.1.0" },
      runId: "3f0f6c1e-8f3c-4b7e-9c53-5b1c54f2a7d0",
      environment: {
        name: "contosohealth-prod",
        stage: "prod",
        tenant: "contosohealth.onmicrosoft.com",
        cloud: "public",
        subscription: "0b6f0c8a-5e2d-4c3e-9d35-8f5a6f0c1a11",
        domain: "contosohealth-prod",
      },
      identity: "psc-auditor (application)",
      collected: { from: "2026-11-25T14:03:10.000Z", to: "2026-11-25T14:03:12.000Z" },
      spec: { file: "prod.yaml", digest: "9b1c6a0f4e1d8a7c5b3e2f1a0d9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3928170" },
      summary: summaryOf([]),
      controls: [],
      evidence: EVIDENCE,
    },
    [...controls, ...byKind(100 - controls.length)],
  );
}

/** The same environment, weeks before: three were worse, two better, two not judged, and one no longer is. */
export function weeksBefore(): VerifyResult {
  const now = hundredControls();
  const then: Readonly<Record<string, Verdict>> = {
    "PSC-IAM-01": "fail",
    "PSC-MON-01": "error",
    "PSC-BOT-05": "warning",
    "PSC-IAM-10": "pass",
    "PSC-MON-03": "pass",
  };
  const kept = now.controls
    .filter(({ id }) => id !== "PSC-POR-02" && id !== "OWN-2")
    .map((control) => ({ ...control, verdict: then[control.id] ?? control.verdict }));
  const gone = tellingOf(
    {
      id: "OWN-9",
      title: "Faxes are shredded",
      statement: "Faxes are shredded.",
      rationale: "There are no faxes any more.",
      verdict: "manual",
      reason: "nobody can see it",
      persona: "Global Administrator",
      steps: ["Look"],
    },
    0,
  );
  return {
    ...withControls(now, [...kept, { ...gone, origin: "own" }]),
    runId: "77c4f1d0-6a4f-4a57-9e5e-0d4c1e5f0b11",
    collected: { from: "2026-11-03T08:12:00.000Z", to: "2026-11-03T08:12:02.000Z" },
  };
}
