import { describe, expect, it } from "vitest";
import {
  actionLines,
  changeLines,
  headerLine,
  problemLines,
  summaryLine,
  warningLines,
} from "../../src/cli/render/plan-text.ts";
import { widthOf, withoutStyles } from "../../src/cli/styles.ts";
import { PscError } from "../../src/errors.ts";
import { fieldWords, showValue } from "../../src/reports/field-words.ts";
import { INSTRUCTIONS, planOf } from "./sample-plan.ts";

const plain = (lines: readonly string[]): string => withoutStyles(lines.join("\n"));

describe("a plan on screen", () => {
  const plan = planOf([
    {
      action: "create",
      resource: {
        kind: "power-platform.environment",
        step: 1,
        persona: "Power Platform Administrator",
        label: 'environment "Contoso Health (dev)"',
        detail: "Sandbox, unitedstates",
        usualMinutes: 5,
      },
    },
    {
      action: "gate",
      gate: INSTRUCTIONS,
      reason: "a person has not done it yet",
      resource: {
        kind: "entra.omnichannel-consent",
        step: 3,
        persona: "Global Administrator",
        label: "consent",
        nature: "gate",
      },
    },
    { action: "update", diff: [{ path: "priority", before: 2, after: 1 }] },
    { action: "none" },
    { action: "none", resource: { step: 12 } },
  ]);

  it("has a row a change under the steps of the guide, with persona, symbol and usual duration", () => {
    const text = plain(actionLines(plan, 100, false));
    expect(text).toMatch(/^ 1 Environment ─+ Power Platform Administrator$/m);
    expect(text).toMatch(/^ {3}\+ environment "Contoso Health \(dev\)" +Sandbox, unitedstates +~5 min$/m);
    expect(text).toMatch(/^ {3}! consent +a person has not done it yet +~2 min$/m);
    expect(text).toMatch(/^ {3}~ queue "Q2"$\n^ {7}priority +2 → 1$/m);
    expect(text).toMatch(/^ {3}1 unchanged$/m);
    expect(text).not.toContain("Roles and groups");
  });

  it("fits the width, whatever the width", () => {
    for (const columns of [60, 80, 100, 120])
      for (const line of actionLines(plan, columns, false))
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  it("names what is unchanged when asked for more", () => {
    expect(plain(actionLines(plan, 100, true))).toContain("Roles and groups");
  });

  it("sums up in one line", () => {
    expect(plain([summaryLine(plan)])).toBe(
      "Plan: 1 to create, 1 to change, 1 for a person, 2 unchanged.  Usually 5 min.",
    );
    expect(plain([summaryLine(planOf([{ action: "none" }]))])).toBe("Plan: no changes.");
  });

  it("names the steps that take long", () => {
    const slow = planOf([{ action: "create", resource: { step: 4, usualMinutes: 100 } }]);
    expect(plain([summaryLine(slow)])).toContain("Usually 1 h 40 min; longest: step 4.");
  });

  it("puts environment and target to the left, facts to the right", () => {
    const line = headerLine(
      { name: "contoso-dev", stage: "dev", tenant: "contoso.com", target: "sandbox" },
      "61 facts",
      100,
    );
    expect(plain([line])).toMatch(/^contoso-dev \(dev\) · contoso\.com · sandbox +61 facts$/);
  });
});

describe("a changed field", () => {
  it("shows both values in the words of the spec", () => {
    expect(fieldWords("operatingHours")).toBe("operating hours");
    expect(showValue(["a", "b"])).toBe("a, b");
    expect(showValue(undefined)).toBe("(none)");
    expect(showValue({ open: true })).toBe("{ open: true }");
    expect(showValue("")).toBe('""');
  });

  it("stands on lines of its own when it is long", () => {
    const lines = changeLines({ path: "description", before: "x".repeat(70), after: "y".repeat(70) }, 80);
    expect(plain(lines)).toMatch(/description\n +x+…?\n +→ y+…?/);
  });
});

describe("what does not hold", () => {
  it("says what, who and what then", () => {
    const error = new PscError({
      code: "PSC-E322",
      message: "the tenant has no usable licence for Digital Messaging",
      remedy: "buy or activate it",
      permission: "a licence",
      persona: "Global Administrator",
    });
    expect(plain(problemLines(planOf([], [error]), 100))).toBe(
      [
        "✗ step 0 · azure.location",
        "  PSC-E322  the tenant has no usable licence for Digital Messaging",
        "  needs   a licence",
        "  who     Global Administrator",
        "  then    buy or activate it",
        "",
      ].join("\n"),
    );
  });

  it("tells one cause once, with everything that met it", () => {
    const error = () =>
      new PscError({ code: "PSC-E202", message: "the token is not accepted", remedy: "sign in again" });
    const { problems, ...rest } = planOf([], [error(), error()]);
    const met = problems.map((problem, index) => ({ ...problem, address: `azure.thing${index}` }));
    expect(plain(problemLines({ ...rest, problems: met }, 100))).toBe(
      [
        "✗ step 0 · azure.thing0, azure.thing1",
        "  PSC-E202  the token is not accepted",
        "  then    sign in again",
        "",
      ].join("\n"),
    );
  });

  it("points to the explanation of a warning", () => {
    expect(plain(warningLines([new PscError({ code: "PSC-W104", message: "it is retired" })], 100))).toBe(
      "⚠ it is retired. See: psc explain PSC-W104",
    );
  });
});
