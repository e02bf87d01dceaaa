import type { EvidenceItem } from "../../../src/controls/facts.ts";
import type { ControlResult, VerifyResult } from "../../../src/controls/result.ts";
import { VERDICTS, type Verdict } from "../../../src/controls/verdict.ts";
import type { Persona } from "../../../src/engine/resource.ts";
import { TOLD, type Told } from "./told-controls.ts";

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
