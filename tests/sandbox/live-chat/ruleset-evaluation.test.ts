import { describe, expect, it } from "vitest";
import {
  disabledRules,
  evaluateRuleset,
  type RuleValue,
} from "../../../src/sandbox/live-chat/ruleset-evaluation.ts";

const condition = (operator: string, rhs?: string): string =>
  `<condition operator="${operator.replace("<", "&lt;")}"><lhs type="attribute">liveworkitemcontext.X</lhs>${rhs === undefined ? "" : rhs.startsWith("<") ? rhs : `<rhs type="staticvalue">${rhs}</rhs>`}</condition>`;

const rule = (name: string, guard: string): string =>
  `<rule id="00000000-0000-4000-8000-00000000000${name}" name="${name}">${guard}<action><setattribute><lhs type="attribute">assign_to.queue</lhs><rhs type="staticvalue">queue ${name}</rhs></setattribute></action></rule>`;

const decision = (policy: string, ...rules: string[]): string =>
  `<decision hit-policy="${policy}" version="1"><rules>${rules.join("")}</rules></decision>`;

function matches(guard: string, value: RuleValue): boolean {
  const outcome = evaluateRuleset(decision("first", rule("1", guard)), () => value);
  return outcome?.matched.length === 1;
}

describe("the rules of a ruleset", () => {
  it.each([
    ["==", "1", 1, true],
    ["==", "1", "1", true],
    ["==", "1", 2, false],
    ["==", "a", "A", false],
    ["==", "true", true, true],
    ["==", "1", undefined, false],
    ["!=", "1", 2, true],
    ["!=", "1", "1", false],
    [">", "9", 10, true],
    [">", "9", 9, false],
    [">=", "9", 9, true],
    ["<", "9", 10, false],
    ["<=", "9", 9, true],
    ["contains", "pain", "Chest Pain", true],
    ["contains", "pain", "Fever", false],
    ["sounds-like", "a", "a", false],
  ])("compare %s %s with %s: %s", (operator, right, left, expected) => {
    expect(matches(condition(operator, right), left)).toBe(expected);
  });

  it("know whether there is a value at all", () => {
    expect(matches(condition("not-null"), 0)).toBe(true);
    expect(matches(condition("not-null"), "")).toBe(false);
    expect(matches(condition("not-null"), undefined)).toBe(false);
  });

  it("look for one of several values", () => {
    const several = '<rhs type="multistaticvalues"><value>red</value><value>green</value></rhs>';
    expect(matches(condition("in", several), "green")).toBe(true);
    expect(matches(condition("in", several), "blue")).toBe(false);
    expect(matches(condition("in", "red"), "red")).toBe(true);
  });

  it("join conditions with AND and OR in any depth, bare conditions with AND", () => {
    const above = condition(">", "1");
    const below = condition("<", "5");
    expect(matches(`${above}${below}`, 3)).toBe(true);
    expect(matches(`${above}${below}`, 7)).toBe(false);
    expect(matches(`<logical operator="OR">${condition("==", "7")}${below}</logical>`, 7)).toBe(true);
    expect(
      matches(
        `<logical operator="AND"><logical operator="OR">${above}${below}</logical>${below}</logical>`,
        7,
      ),
    ).toBe(false);
  });

  it("stop at the first match, or let the last one win, as the hit policy says", () => {
    const rules = [rule("1", condition("==", "1")), rule("2", "")];
    const first = evaluateRuleset(decision("first", ...rules), () => 1);
    expect(first?.values.get("assign_to.queue")).toBe("queue 1");
    const all = evaluateRuleset(decision("all", ...rules), () => 1);
    expect([all?.matched, all?.values.get("assign_to.queue")]).toEqual([["1", "2"], "queue 2"]);
  });

  it("do not count where they are disabled", () => {
    const disabled = disabledRules('["00000000-0000-4000-8000-000000000001"]');
    const outcome = evaluateRuleset(decision("first", rule("1", ""), rule("2", "")), () => 1, disabled);
    expect(outcome?.matched).toEqual(["2"]);
    expect(disabledRules(null).size).toBe(0);
  });

  it("give nothing where the text is no ruleset", () => {
    expect(evaluateRuleset("<decision>", () => 1)).toBeUndefined();
    expect(evaluateRuleset("<other><rules /></other>", () => 1)).toBeUndefined();
  });
});
