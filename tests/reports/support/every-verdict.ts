import type { ControlResult, VerifyResult } from "../../../src/controls/result.ts";
import { VERDICTS, type Verdict } from "../../../src/controls/verdict.ts";

/** A control with everything a report may show; what is given replaces it. */
export function madeControl(
  given: Partial<ControlResult> & Pick<ControlResult, "id" | "verdict">,
): ControlResult {
  return {
    origin: "product",
    title: "No standing access to the bot",
    statement: "Nobody holds a role on the Health Bot all the time.",
    rationale: "An account that is taken over in its sleep opens nothing then.",
    level: "SHALL",
    reason: "no standing assignment was found",
    findings: [],
    evidence: ["E1"],
    mappings: { hipaa: ["164.312(a)(1)"], nist: ["AC-2", "AC-6(5)"], scuba: ["MS.AAD.7.4"] },
    persona: "Subscription Owner",
    remedy: { spec: "healthBot.access", steps: ["Remove the assignment", "Make it eligible instead"] },
    permissions: ["Microsoft.Authorization/roleAssignments/read"],
    missingPermission: null,
    location: { file: "prod.yaml", line: 12, column: 5, length: 6 },
    exception: null,
    related: [],
    ...given,
  };
}

export function resultOf(controls: readonly ControlResult[]): VerifyResult {
  return {
    format: "psc.verify/2",
    tool: { name: "psc", version: "0.1.0" },
    runId: "0b9f4b1c-57a4-4c7e-9d0a-3f1d2c6b7a85",
    environment: {
      name: "contoso-prod",
      stage: "prod",
      tenant: "contoso.onmicrosoft.com",
      cloud: "public",
      subscription: "11111111-1111-4111-8111-111111111111",
      domain: "contosohealth",
    },
    identity: "auditor@contoso.onmicrosoft.com",
    collected: { from: "2026-11-25T10:00:00.000Z", to: "2026-11-25T10:00:03.250Z" },
    spec: { file: "prod.yaml", digest: "a".repeat(64) },
    summary: Object.fromEntries(
      VERDICTS.map((name) => [name, controls.filter(({ verdict }) => verdict === name).length]),
    ) as Record<Verdict, number>,
    controls,
    evidence: [
      {
        id: "E1",
        service: "arm",
        method: "GET",
        url: "https://management.azure.com/subscriptions/1/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()",
        status: 200,
        requestId: "7c1f6d5e-0a51-4f4e-8b1a-1f6c35a1f001",
      },
      {
        id: "E2",
        service: "graph",
        method: "GET",
        url: "https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies?$filter=state eq 'enabled'",
        status: 403,
        requestId: null,
      },
    ],
  };
}

/** A result in which every verdict is there, each as it looks when it is real. */
export function everyVerdict(): VerifyResult {
  const id = (number: number): string => `PSC-IAM-${number}`;
  return resultOf([
    madeControl({ id: id(91), verdict: "pass" }),
    madeControl({
      id: id(92),
      verdict: "fail",
      reason: "Dana Ruiz holds Owner all the time; and 1 more",
      findings: [
        {
          subject: 'azure.role-assignment["bot"]',
          field: "",
          expected: null,
          actual: null,
          message: "Dana Ruiz holds Owner all the time",
        },
        {
          subject: 'azure.eligible-role-assignment["botAdmins"]',
          field: "expiration",
          expected: "P180D",
          actual: "never",
          message: "the eligibility never ends",
        },
      ],
      related: [id(91)],
    }),
    madeControl({
      id: id(93),
      verdict: "warning",
      level: "SHOULD",
      title: "Secrets are short-lived",
      reason: "the secret lives for 400 days",
      location: { file: "base.yaml", line: 3, column: 1 },
      mappings: { cis: ["M365 5.1.5.4"] },
    }),
    madeControl({
      id: id(94),
      verdict: "error",
      title: "Sign-in asks for a second factor",
      reason: "conditional-access could not be read: Graph answered 403",
      missingPermission: "Policy.Read.All",
      evidence: ["E2"],
      location: null,
      remedy: { spec: null, steps: ["Grant Policy.Read.All to the identity that verifies"] },
    }),
    madeControl({
      id: id(95),
      verdict: "manual",
      title: "The bot's audit trail is looked at",
      reason: "no public API shows it",
      evidence: [],
      mappings: { hipaa: ["164.308(a)(1)(ii)(D)"] },
      location: null,
      remedy: { spec: null, steps: ["Open the bot's portal and export the audit trail"] },
    }),
    madeControl({
      id: id(96),
      verdict: "accepted",
      title: "Guests hold no roles",
      reason: "a guest holds a role; accepted by Dana Ruiz until 2027-03-31: a partner runs the pilot",
      findings: [
        {
          subject: "guest-users",
          field: "",
          expected: null,
          actual: null,
          message: "a guest holds a role",
        },
      ],
      exception: {
        reason: "a partner runs the pilot",
        owner: "Dana Ruiz",
        until: "2027-03-31",
        expired: false,
      },
    }),
    madeControl({
      id: id(97),
      verdict: "inherited",
      title: "Data centres are guarded",
      reason: "Microsoft's SOC 2 report covers it",
      evidence: [],
      mappings: { nist: ["PE-3"] },
      remedy: { spec: null, steps: ["Read the report in the Service Trust Portal"] },
      location: null,
    }),
    madeControl({
      id: id(98),
      verdict: "not-applicable",
      title: "Teams calls are recorded",
      reason: "the spec has no Teams channel",
      evidence: [],
      mappings: { nist: ["AU-12"] },
    }),
    madeControl({
      id: "PSC-RES-OMNICHANNEL.QUEUE",
      origin: "resource",
      title: "omnichannel.queue",
      verdict: "fail",
      level: "SHALL",
      reason: "the queue is gone; it was accepted until 2026-10-31, which is past",
      mappings: { nist: ["CM-2"] },
      exception: { reason: "being rebuilt", owner: "Kim Vo", until: "2026-10-31", expired: true },
    }),
    madeControl({ id: "HOSPITAL-7", origin: "own", verdict: "pass", title: "Our own rule", mappings: {} }),
  ]);
}

/** The same result with a text put wherever a service, a spec or a person could have written it. */
export function withText(result: VerifyResult, text: string): VerifyResult {
  const control = (one: ControlResult): ControlResult => ({
    ...one,
    title: `${text}${one.title}`,
    statement: `${text}${one.statement}${text}`,
    rationale: text,
    reason: text,
    findings: [
      ...one.findings,
      { subject: text, field: text, expected: text, actual: text, message: text },
      { subject: text, field: "", expected: null, actual: null, message: text },
    ],
    mappings: { ...one.mappings, hipaa: [text] },
    remedy: { spec: text, steps: [text, text] },
    permissions: [text],
    missingPermission: one.verdict === "error" ? text : null,
    location: one.location === null ? null : { ...one.location, file: `${text}.yaml` },
    exception: one.exception === null ? null : { ...one.exception, reason: text, owner: text },
  });
  return {
    ...result,
    environment: { ...result.environment, name: text, stage: text, tenant: text },
    identity: text,
    spec: { ...result.spec, file: text },
    controls: result.controls.map(control),
    evidence: result.evidence.map((item) => ({ ...item, url: `https://host/${text}`, requestId: text })),
  };
}
