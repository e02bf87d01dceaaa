import { describe, expect, it } from "vitest";
import { conformance, type VerifyReport } from "../../src/controls/conformance.ts";
import { buildGraph } from "../../src/engine/graph.ts";
import type { Observation } from "../../src/engine/observation.ts";
import { PscError } from "../../src/errors.ts";
import { verifyJson } from "../../src/reports/json.ts";
import { verdictWords, verifyText } from "../../src/reports/text.ts";
import type { Exchange } from "../../src/services/http/types.ts";
import { planOf, type SampleAction, sample } from "../cli/sample-plan.ts";

const exchange: Exchange = {
  service: "dataverse",
  method: "GET",
  url: "https://contoso.crm.dynamics.com/api/data/v9.2/queues?$filter=name eq 'Patients'",
  status: 200,
  requestId: "req-1",
  write: false,
  sent: 1,
};
const present: Observation = { status: "present", id: "q-1", fields: {}, data: {} };

function judge(
  actions: readonly SampleAction[],
  problems: readonly { readonly address: string; readonly error: PscError; readonly nature?: "check" }[] = [],
): VerifyReport {
  const plan = planOf(actions);
  const troubled = problems.map(({ address, nature }) =>
    sample({ kind: address, step: 0, label: address, ...(nature === undefined ? {} : { nature }) }),
  );
  const withProblems = {
    ...plan,
    problems: problems.map(({ address, error }) => ({
      address,
      step: 0,
      persona: "Power Platform Administrator" as const,
      error,
    })),
  };
  return conformance({
    environment: { name: "contoso-dev", stage: "dev", tenant: "contoso.onmicrosoft.com" },
    identity: "kim@contoso.com",
    now: Date.UTC(2026, 10, 25),
    graph: buildGraph([...plan.actions.map(({ resource }) => resource), ...troubled]),
    planned: {
      plan: withProblems,
      observed: {
        results: new Map(
          plan.actions.map(({ resource, observation }) => [
            resource.address,
            { observation, exchanges: [exchange] },
          ]),
        ),
        problems: withProblems.problems,
      },
    },
    confirmation: (gate) =>
      gate.startsWith("health-bot.bridge")
        ? { gate, by: "pat@contoso.com", at: "2026-11-25T08:00:00.000Z", how: "confirmed" }
        : undefined,
  });
}

const verdicts = (report: VerifyReport): string[] => report.statements.map(({ verdict }) => verdict);

describe("the verdict on a resource", () => {
  it("is pass when it is as declared, with the requests that show it", () => {
    const report = judge([{ action: "none", reason: "as declared", observation: present }]);
    expect(verdicts(report)).toEqual(["pass"]);
    expect(report.statements[0]?.evidence).toEqual({ exchanges: [exchange], id: "q-1" });
    expect(report).toMatchObject({
      at: "2026-11-25T00:00:00.000Z",
      identity: "kim@contoso.com",
      findings: [],
    });
  });

  it("is fail with the field and both values when it differs", () => {
    const report = judge([
      { action: "update", observation: present, diff: [{ path: "priority", before: 2, after: 1 }] },
    ]);
    expect(verdicts(report)).toEqual(["fail"]);
    expect(report.findings).toEqual([
      expect.objectContaining({ kind: "omnichannel.queue", field: "priority", before: 2, after: 1 }),
    ]);
  });

  it("is fail when it is missing or a provable gate is open", () => {
    expect(verdicts(judge([{ action: "create" }, { action: "gate", resource: { nature: "gate" } }]))).toEqual(
      ["fail", "fail"],
    );
  });

  it("is not-applicable when this environment does not need it", () => {
    const report = judge([
      { action: "none", observation: { status: "not-needed", reason: "created after 2021" } },
    ]);
    expect(verdicts(report)).toEqual(["not-applicable"]);
  });

  it("is cannot-tell, never pass, when nobody can see or something is under way", () => {
    const report = judge([
      { action: "wait", observation: { status: "in-progress", what: "installing" } },
      {
        action: "gate",
        observation: { status: "unknown", reason: "no API shows it" },
        resource: { nature: "gate" },
      },
    ]);
    expect(verdicts(report)).toEqual(["cannot-tell", "cannot-tell"]);
  });

  it("distinguishes a check that fails from a fact that could not be read", () => {
    const report = judge(
      [],
      [
        {
          address: "entra.licences",
          nature: "check",
          error: new PscError({ code: "PSC-E322", message: "no licence" }),
        },
        {
          address: "azure.location",
          nature: "check",
          error: new PscError({ code: "PSC-E231", message: "403" }),
        },
        { address: "health-bot.account", error: new PscError({ code: "PSC-E216", message: "500" }) },
      ],
    );
    const verdictOf = Object.fromEntries(report.statements.map(({ kind, verdict }) => [kind, verdict]));
    expect(verdictOf).toEqual({
      "entra.licences": "fail",
      "azure.location": "cannot-tell",
      "health-bot.account": "cannot-tell",
    });
  });

  it("rests on a person's recorded word where there is one", () => {
    const report = judge([
      { action: "none", observation: present, resource: { kind: "health-bot.bridge", nature: "gate" } },
    ]);
    expect(report.statements[0]?.evidence.confirmation).toMatchObject({
      by: "pat@contoso.com",
      how: "confirmed",
    });
  });
});

describe("the report", () => {
  const report = judge([
    { action: "none", observation: present },
    { action: "update", observation: present, diff: [{ path: "priority", before: 2, after: 1 }] },
  ]);

  it("as text names what does not hold, with field, values and evidence, and counts the rest", () => {
    const lines = verifyText(report, false).map(({ text }) => text);
    expect(lines).toEqual([
      "11 Queues and routing: 1 of 2",
      '   ✗ queue "Q1"',
      "       priority: the tenant has 2, the spec says 1",
      `       evidence: GET ${exchange.url} answered 200 (request req-1)`,
      "1 pass, 1 fail",
    ]);
    expect(verifyText(report, true).some(({ role }) => role === "pass")).toBe(true);
    expect(verdictWords({ pass: 1, fail: 0, "cannot-tell": 2, "not-applicable": 3 })).toBe(
      "1 pass, 2 cannot tell, 3 not applicable",
    );
  });

  it("as JSON is the document itself", () => {
    expect(JSON.parse(verifyJson(report))).toEqual(report);
    expect(verifyJson(report).endsWith("}\n")).toBe(true);
  });
});
