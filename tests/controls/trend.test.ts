import { describe, expect, it } from "vitest";
import type { ControlResult, VerifyResult } from "../../src/controls/result.ts";
import { alarming, trendOf } from "../../src/controls/trend.ts";
import { VERDICTS, type Verdict } from "../../src/controls/verdict.ts";
import { trendText, trendWords } from "../../src/reports/trend-text.ts";

function control(id: string, verdict: Verdict, subjects: readonly string[] = []): ControlResult {
  return {
    id,
    origin: "product",
    title: `about ${id}`,
    statement: "s",
    rationale: "r",
    level: "SHALL",
    verdict,
    reason: `because ${verdict}`,
    findings: subjects.map((subject) => ({ subject, field: "", expected: null, actual: null, message: "m" })),
    evidence: [],
    mappings: {},
    persona: "System Administrator",
    remedy: { spec: null, steps: [] },
    permissions: [],
    missingPermission: null,
    location: null,
    exception: null,
    related: [],
  };
}

function result(...controls: readonly ControlResult[]): VerifyResult {
  return {
    format: "psc.verify/2",
    tool: { name: "psc", version: "0" },
    runId: "run",
    environment: { name: "e", stage: "dev", tenant: "t", cloud: "public", subscription: "s", domain: "d" },
    identity: "i",
    collected: { from: "2026-01-01T00:00:00.000Z", to: "2026-01-01T00:01:00.000Z" },
    spec: { file: "e.yaml", digest: "x" },
    summary: Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as VerifyResult["summary"],
    controls,
    evidence: [],
  };
}

/** What becomes of one control, and whether a nightly job reports it: always, only when strict, never. */
const TURNS: readonly (readonly [Verdict, Verdict, string, "always" | "strict" | "never"])[] = [
  ["pass", "fail", "worse", "always"],
  ["pass", "error", "worse", "always"],
  ["warning", "error", "worse", "always"],
  ["fail", "error", "worse", "always"],
  ["error", "fail", "worse", "always"],
  ["accepted", "fail", "worse", "always"],
  ["not-applicable", "fail", "worse", "always"],
  ["pass", "warning", "worse", "strict"],
  ["pass", "manual", "worse", "strict"],
  ["pass", "accepted", "worse", "never"],
  ["fail", "pass", "better", "never"],
  ["fail", "warning", "better", "never"],
  ["fail", "accepted", "better", "never"],
  ["error", "manual", "better", "never"],
  ["pass", "not-applicable", "other", "never"],
  ["inherited", "pass", "other", "never"],
];

describe("what became of a control", () => {
  it.each(TURNS)("%s → %s is %s; reported: %s", (before, after, direction, reported) => {
    const trend = trendOf(result(control("A", after)), result(control("A", before)));
    expect(trend.changes).toMatchObject([{ id: "A", direction, before, after }]);
    expect(alarming(trend, false)).toHaveLength(reported === "always" ? 1 : 0);
    expect(alarming(trend, true)).toHaveLength(reported === "never" ? 0 : 1);
  });

  it.each(VERDICTS)("%s → %s is no change", (verdict) => {
    const trend = trendOf(result(control("A", verdict)), result(control("A", verdict)));
    expect(trend.changes).toEqual([]);
    expect(trendWords(trend)).toBe("no change");
  });

  it("is worse when it fails in more places, and better in fewer", () => {
    const one = result(control("A", "fail", ["queue 1"]));
    const two = result(control("A", "fail", ["queue 1", "queue 2"]));
    const worse = trendOf(two, one);
    expect(worse.changes).toMatchObject([{ direction: "worse", appeared: ["queue 2"], disappeared: [] }]);
    expect(alarming(worse, false)).toHaveLength(1);
    const better = trendOf(one, two);
    expect(better.changes).toMatchObject([{ direction: "better", disappeared: ["queue 2"] }]);
    expect(alarming(better, false)).toEqual([]);
    // Another place instead is news, although there are no more of them.
    const moved = trendOf(result(control("A", "fail", ["queue 2"])), one);
    expect(moved.changes).toMatchObject([{ direction: "worse" }]);
    expect(trendText(worse, false).map(({ text }) => text)).toEqual([
      "Since 2026-01-01T00:01:00.000Z: 1 worse",
      "   ↓ A about A  still fail: because fail",
      "       now also: queue 2",
    ]);
  });

  it("is new or gone when only one result has it; a new failure is reported", () => {
    const trend = trendOf(
      result(control("NEW-BAD", "fail"), control("NEW-GOOD", "pass")),
      result(control("OLD", "pass")),
    );
    expect(trend.changes.map(({ id, direction, before, after }) => [id, direction, before, after])).toEqual([
      ["NEW-BAD", "new", null, "fail"],
      ["NEW-GOOD", "new", null, "pass"],
      ["OLD", "gone", "pass", null],
    ]);
    expect(alarming(trend, false).map(({ id }) => id)).toEqual(["NEW-BAD"]);
    const text = trendText(trend, false).map((line) => line.text);
    expect(text.join("\n")).not.toContain("NEW-GOOD");
    expect(
      trendText(trend, true)
        .map((line) => line.text)
        .join("\n"),
    ).toContain("NEW-GOOD");
  });

  it("is told worse first", () => {
    const before = result(control("A", "fail"), control("B", "pass"), control("C", "pass"));
    const after = result(control("A", "pass"), control("B", "not-applicable"), control("C", "fail"));
    expect(trendOf(after, before).changes.map(({ id }) => id)).toEqual(["C", "A", "B"]);
  });
});
