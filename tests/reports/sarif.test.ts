import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Log, Result, Run } from "sarif";
import { describe, expect, it } from "vitest";
import type { VerifyResult } from "../../src/controls/result.ts";
import { sarifReport } from "../../src/reports/sarif.ts";
import { everyVerdict, madeControl, resultOf } from "./support/every-verdict.ts";
import { isSarifSchemaHere, sarifCheck, WITHOUT_SARIF } from "./support/official-schemas.ts";

function runOf(result: VerifyResult, baseline?: VerifyResult): Run {
  const log = JSON.parse(sarifReport(result, baseline === undefined ? {} : { baseline })) as Log;
  const [run] = log.runs;
  if (run === undefined) throw new Error("no run");
  return run;
}

function resultsOf(run: Run, rule: string): readonly Result[] {
  return (run.results ?? []).filter(({ ruleId }) => ruleId === rule);
}

const only = (run: Run, rule: string): Result | undefined => resultsOf(run, rule)[0];

describe("SARIF", () => {
  it.skipIf(!isSarifSchemaHere)(`is valid by OASIS' schema${WITHOUT_SARIF}`, () => {
    const check = sarifCheck();
    expect(check(sarifReport(everyVerdict(), {}))).toEqual([]);
    expect(check(sarifReport(everyVerdict(), { baseline: resultOf([]) }))).toEqual([]);
    expect(check(sarifReport(resultOf([]), {}))).toEqual([]);
    expect(check(JSON.stringify({ version: "2.1.0", runs: [{ results: [{}] }] }))).not.toEqual([]);
  });

  it.each([
    ["PSC-IAM-91", "pass", "none"],
    ["PSC-IAM-92", "fail", "error"],
    ["PSC-IAM-93", "fail", "warning"],
    ["PSC-IAM-95", "review", "none"],
    ["PSC-IAM-96", "fail", "error"],
    ["PSC-IAM-97", "informational", "none"],
    ["PSC-IAM-98", "notApplicable", "none"],
  ] as const)("has a result for %s of kind %s and level %s", (id, kind, level) => {
    expect(resultsOf(runOf(everyVerdict()), id)).toMatchObject([{ kind, level }]);
  });

  it("tells what could not be read as a notification with its permission, and not as a result", () => {
    const run = runOf(everyVerdict());
    expect(resultsOf(run, "PSC-IAM-94")).toEqual([]);
    const [notification, ...others] = run.invocations?.[0]?.toolExecutionNotifications ?? [];
    expect(others).toEqual([]);
    expect(notification).toMatchObject({ level: "error", associatedRule: { id: "PSC-IAM-94", index: 3 } });
    expect(notification?.message.text).toContain("missing permission: Policy.Read.All");
  });

  it("has a rule for every control, and every reference meets its index", () => {
    const result = everyVerdict();
    const run = runOf(result);
    const rules = run.tool.driver.rules ?? [];
    expect(rules.map(({ id }) => id)).toEqual(result.controls.map(({ id }) => id));
    for (const one of run.results ?? []) expect(rules[one.ruleIndex ?? -1]?.id).toBe(one.ruleId);
    const taxa = [
      ...(run.results ?? []).flatMap(({ taxa }) => taxa ?? []),
      ...rules.flatMap(({ relationships }) => (relationships ?? []).map(({ target }) => target)),
    ];
    expect(taxa.length).toBeGreaterThan(20);
    for (const { id, index, toolComponent } of taxa) {
      const taxonomy = run.taxonomies?.[toolComponent?.index ?? -1];
      expect(taxonomy?.name).toBe(toolComponent?.name);
      expect(taxonomy?.taxa?.[index ?? -1]?.id).toBe(id);
    }
  });

  it("tags a rule by framework, with no more tags than GitHub takes", () => {
    const many = Array.from({ length: 30 }, (_, at) => `AC-${at + 1}`);
    const run = runOf(
      resultOf([
        ...everyVerdict().controls,
        madeControl({ id: "PSC-IAM-99", verdict: "pass", mappings: { nist: many } }),
      ]),
    );
    const tagsOf = (id: string): readonly string[] =>
      run.tool.driver.rules?.find((rule) => rule.id === id)?.properties?.tags ?? [];
    expect(tagsOf("PSC-IAM-91")).toEqual([
      "hipaa/164.312(a)(1)",
      "nist/AC-2",
      "nist/AC-6(5)",
      "scuba/MS.AAD.7.4",
    ]);
    expect(tagsOf("PSC-IAM-99")).toHaveLength(20);
  });

  it("points at line and column of the spec, and at the head of it where no line speaks of the control", () => {
    const run = runOf(everyVerdict());
    const place = (id: string): object | undefined => only(run, id)?.locations?.[0]?.physicalLocation;
    expect(place("PSC-IAM-92")).toEqual({
      artifactLocation: { uri: "prod.yaml", uriBaseId: "%SRCROOT%" },
      region: { startLine: 12, startColumn: 5, endColumn: 11 },
    });
    expect(place("PSC-IAM-93")).toMatchObject({
      artifactLocation: { uri: "base.yaml" },
      region: { startLine: 3 },
    });
    expect(place("PSC-IAM-95")).toMatchObject({
      artifactLocation: { uri: "prod.yaml" },
      region: { startLine: 1 },
    });
  });

  it.each([
    ["stages/my prod#1.yaml", { uri: "stages/my%20prod%231.yaml", uriBaseId: "%SRCROOT%" }],
    ["stages\\prod.yaml", { uri: "stages/prod.yaml", uriBaseId: "%SRCROOT%" }],
    ["C:\\specs\\prod.yaml", { uri: "file:///C:/specs/prod.yaml" }],
    ["/srv/specs/prod.yaml", { uri: "file:///srv/specs/prod.yaml" }],
  ])("names the file %s as a URI", (file, artifactLocation) => {
    const control = madeControl({
      id: "PSC-IAM-91",
      verdict: "fail",
      location: { file, line: 1, column: 1 },
    });
    expect(only(runOf(resultOf([control])), control.id)?.locations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation,
    });
  });

  it("shows what is accepted as suppressed, with who and until when", () => {
    expect(only(runOf(everyVerdict()), "PSC-IAM-96")?.suppressions).toEqual([
      {
        kind: "external",
        status: "accepted",
        justification: "a partner runs the pilot (Dana Ruiz, until 2027-03-31)",
      },
    ]);
  });

  it("keeps a fingerprint when words, line and run change, and not when the control or the environment does", () => {
    const control = madeControl({ id: "PSC-IAM-92", verdict: "fail" });
    const print = (result: VerifyResult): string | undefined =>
      runOf(result).results?.[0]?.partialFingerprints?.["pscControl/v1"];
    const first = print(resultOf([control]));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    const moved = { ...control, reason: "other words", location: { file: "prod.yaml", line: 99, column: 1 } };
    expect(print({ ...resultOf([moved]), runId: "5f1b9b5e-0000-4000-8000-000000000000" })).toBe(first);
    expect(print(resultOf([{ ...control, id: "PSC-IAM-93" }]))).not.toBe(first);
    const result = resultOf([control]);
    expect(print({ ...result, environment: { ...result.environment, name: "contoso-dev" } })).not.toBe(first);
  });

  it("writes brackets and braces as plain messages have to", () => {
    const control = madeControl({ id: "PSC-IAM-92", verdict: "fail", reason: "[click](1) {0} C:\\x" });
    expect(only(runOf(resultOf([control])), control.id)?.message.text).toBe("\\[click\\](1) {{0}} C:\\\\x");
  });
});

describe("SARIF with a baseline", () => {
  const fail = madeControl({ id: "PSC-IAM-92", verdict: "fail", reason: "one standing assignment" });
  const pass = madeControl({ id: "PSC-IAM-92", verdict: "pass" });
  const states = (now: VerifyResult, then: VerifyResult): readonly (string | undefined)[] =>
    (runOf(now, then).results ?? []).map(({ kind, baselineState }) => `${kind} ${baselineState}`);

  it.each([
    ["what fails again in the same words", fail, fail, ["fail unchanged"]],
    ["what fails in other words", { ...fail, reason: "two standing assignments" }, fail, ["fail updated"]],
    ["what has been accepted since", { ...fail, verdict: "accepted" as const }, fail, ["fail updated"]],
    ["what fails since", fail, pass, ["fail new"]],
    ["what is mended", pass, fail, ["pass new", "fail absent"]],
    ["what cannot be read any more", { ...fail, verdict: "error" as const }, fail, []],
  ])("says of %s what became of it", (_, now, then, expected) => {
    expect(states(resultOf([now]), resultOf([then]))).toEqual(expected);
  });

  it("leaves the states out where there is nothing to compare with", () => {
    expect(runOf(resultOf([fail])).results?.[0]).not.toHaveProperty("baselineState");
  });
});

describe("the filter for GitHub in docs/reports.md", () => {
  it("leaves what fails or warns and is not accepted", () => {
    expect(readFileSync(resolve(import.meta.dirname, "../../docs/reports.md"), "utf8")).toContain(
      `map(select(.kind == "fail" and (has("suppressions") | not)))`,
    );
    const left = (runOf(everyVerdict()).results ?? []).filter(
      (one) => one.kind === "fail" && !("suppressions" in one),
    );
    expect(left.map(({ ruleId }) => ruleId)).toEqual([
      "PSC-IAM-92",
      "PSC-IAM-93",
      "PSC-RES-OMNICHANNEL.QUEUE",
    ]);
  });
});
