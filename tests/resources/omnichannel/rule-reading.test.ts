import { describe, expect, it } from "vitest";
import { exposedVariables, withVariables } from "../../../src/resources/omnichannel/contract-xml.ts";
import { readRuleset, writeRuleset } from "../../../src/resources/omnichannel/routing-xml.ts";
import { windowsZone } from "../../../src/resources/omnichannel/time-zones.ts";
import { withoutBreaks } from "../../../src/resources/omnichannel/weekly-hours.ts";
import type { RouteRuleSpec } from "../../../src/spec/model.ts";

const QUEUE = "11111111-2222-4333-8444-555555555555";

function ruleset(rules: string): string {
  return `<?xml version="1.0"?>\n<decision hit-policy="all" version="1"><rules>${rules}</rules></decision>`;
}

const action = `<action><setattribute><lhs type="attribute">assign_to.queue</lhs><rhs type="staticvalue">{${QUEUE.toUpperCase()}}</rhs></setattribute></action>`;

function condition(operator: string, name: string, value: string): string {
  return `<condition operator="${operator}"><lhs type="attribute">${name}</lhs><rhs type="staticvalue">${value}</rhs></condition>`;
}

describe("rulesets that others wrote", () => {
  it("are read whatever the order of guard and action and the case of the queue", () => {
    const guard = `<logical operator="AND">${condition("==", "liveworkitemcontext.Language", "en &amp; fr")}</logical>`;
    const read = readRuleset(ruleset(`<rule id="A" name="One">${action}${guard}</rule>`));
    expect(read).toEqual({
      hitPolicy: "all",
      rules: [{ id: "a", name: "One", when: "Language = en & fr", queueId: QUEUE }],
    });
  });

  it("show operators and columns that psc does not write", () => {
    const rule = `<rule id="a" name="Big">${condition("&gt;=", "msdyn_ocliveworkitem.msdyn_age", "3")}${action}</rule>`;
    expect(readRuleset(ruleset(rule))?.rules[0]?.when).toBe("msdyn_ocliveworkitem.msdyn_age >= 3");
  });

  it("never pass an alternative for a plain list of conditions", () => {
    const either = `<logical operator="OR">${condition("==", "liveworkitemcontext.A", "1")}${condition("==", "liveworkitemcontext.B", "2")}</logical>`;
    expect(readRuleset(ruleset(`<rule id="a" name="Either">${either}${action}</rule>`))?.rules[0]?.when).toBe(
      "a combination psc does not write",
    );
  });

  it("are unreadable rather than empty when they are not well formed", () => {
    expect(readRuleset("<decision><rules></decision>")).toBeUndefined();
    expect(readRuleset("")).toBeUndefined();
    expect(readRuleset(ruleset(""))?.rules).toEqual([]);
  });
});

describe("rulesets that psc writes", () => {
  const rules: RouteRuleSpec[] = [
    { name: 'Say "hi" & go', when: { Language: "<en>", EscalateToAgent: 1 }, to: "Humans" },
    { name: "Else", when: {}, to: "Humans" },
  ];

  it("read back as they were meant", () => {
    const read = readRuleset(writeRuleset("Chat", rules, () => QUEUE));
    expect(read?.hitPolicy).toBe("first");
    expect(read?.rules.map(({ name, when }) => [name, when])).toEqual([
      ['Say "hi" & go', "EscalateToAgent = 1 and Language = <en>"],
      ["Else", "always"],
    ]);
  });

  it("keep the ids of rules from run to run and apart from those of other workstreams", () => {
    const first = writeRuleset("Chat", rules, () => QUEUE);
    expect(writeRuleset("Chat", rules, () => QUEUE)).toBe(first);
    expect(writeRuleset("Other", rules, () => QUEUE)).not.toBe(first);
  });
});

describe("contracts", () => {
  it("gain a variable, correct its type and keep the others", () => {
    const before =
      '<contract version="1"><complex key="liveworkitemcontext"><variable name="Age" data-type="string" /><variable name="Other" data-type="string" /></complex></contract>';
    const wanted = [
      { name: "Age", type: "number" as const },
      { name: "Escalate", type: "text" as const },
    ];
    expect(exposedVariables(before, wanted)).toEqual([]);
    const after = withVariables(before, wanted);
    expect(exposedVariables(after, wanted)).toEqual(["Age (number)", "Escalate (text)"]);
    expect(after).toContain('name="Other"');
    expect(after.match(/name="Age"/g)).toHaveLength(1);
  });

  it("are made whole when there is nothing in them", () => {
    expect(
      exposedVariables(withVariables("", [{ name: "A", type: "text" }]), [{ name: "A", type: "text" }]),
    ).toEqual(["A (text)"]);
  });
});

describe("time zones", () => {
  it("have the Windows name that Dataverse keeps", () => {
    expect(windowsZone("Europe/Berlin")).toBe("W. Europe Standard Time");
  });

  it("outside the table take the name of a zone with the same rules", () => {
    expect(windowsZone("America/Kentucky/Louisville")).toBe("Eastern Standard Time");
    expect(windowsZone("Europe/Monaco")).toMatch(/Europe Standard Time|Romance Standard Time/);
  });

  it("are refused when nothing is known about them", () => {
    expect(() => windowsZone("Mars/Olympus")).toThrow(/no Dataverse counterpart/);
  });
});

it("breaks split working hours", () => {
  const hours = withoutBreaks([{ start: 480, end: 1080 }], [{ start: 720, end: 780 }]);
  expect(hours).toEqual([
    { start: 480, end: 720 },
    { start: 780, end: 1080 },
  ]);
});
