import type { RouteRuleSpec } from "../../spec/model.ts";
import { stableGuid } from "./stable-ids.ts";
import { element, parseXml, serializeXml, type XmlElement } from "./xml.ts";

/**
 * Route-to-queue rules as decision XML. Grammar: rulesets read back from live organisations by public tools
 * (ameijers/PrometheanCCaaSToolbox:tools/visual-routing-tester); `hit-policy="first"` makes the rules an if/else list.
 */

export interface ReadRule {
  readonly id: string;
  readonly name: string;
  /** Such as `EscalateToAgent = 1 and Language = "en"`; `always` for a rule without conditions. */
  readonly when: string;
  /** Id of a queue in lower case; empty when the rule does something else. */
  readonly queueId: string;
}

export interface ReadRuleset {
  readonly hitPolicy: string;
  readonly rules: readonly ReadRule[];
}

const VARIABLE_PREFIX = "liveworkitemcontext.";
const ALWAYS = "always";

/** How a rule's conditions are shown. Numbers and text compare by their text, as the XML keeps no types. */
export function shownCondition(when: RouteRuleSpec["when"]): string {
  const parts = Object.entries(when).map(([name, value]) => `${name} = ${value}`);
  return parts.length === 0 ? ALWAYS : parts.sort().join(" and ");
}

function leaf(name: string, type: string, text: string): XmlElement {
  return element(name, { type }, [], text);
}

function ruleOf(workstream: string, rule: RouteRuleSpec, queueId: string): XmlElement {
  const conditions = Object.entries(rule.when).map(([name, value]) =>
    element("condition", { operator: "==" }, [
      leaf("lhs", "attribute", `${VARIABLE_PREFIX}${name}`),
      leaf("rhs", "staticvalue", String(value)),
    ]),
  );
  const action = element("action", {}, [
    element("setattribute", {}, [
      leaf("lhs", "attribute", "assign_to.queue"),
      leaf("rhs", "staticvalue", queueId),
    ]),
  ]);
  // The designer wraps conditions in two levels; so does psc, so that the designer can edit what psc wrote.
  const guard =
    conditions.length === 0
      ? []
      : [element("logical", { operator: "AND" }, [element("logical", { operator: "AND" }, conditions)])];
  return element("rule", { id: stableGuid("rule", workstream, rule.name), name: rule.name }, [
    ...guard,
    action,
  ]);
}

/** @param queueIdOf id of a queue by its name. */
export function writeRuleset(
  workstream: string,
  rules: readonly RouteRuleSpec[],
  queueIdOf: (name: string) => string,
): string {
  return serializeXml(
    element("decision", { "hit-policy": "first", version: "1" }, [
      element(
        "rules",
        {},
        rules.map((rule) => ruleOf(workstream, rule, queueIdOf(rule.to))),
      ),
    ]),
  );
}

function child(parent: XmlElement, name: string): XmlElement | undefined {
  return parent.children.find((candidate) => candidate.name === name);
}

interface Condition {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
}

/** Conditions that must all hold; undefined when they are combined in another way. */
function conditionsOf(parent: XmlElement): Condition[] | undefined {
  const found: Condition[] = [];
  for (const part of parent.children) {
    if (part.name === "action") continue;
    if (part.name === "condition") {
      found.push({
        name: child(part, "lhs")?.text.trim() ?? "",
        operator: part.attributes["operator"] ?? "",
        value: child(part, "rhs")?.text.trim() ?? "",
      });
      continue;
    }
    const single = part.children.length <= 1;
    if (part.name !== "logical" || (part.attributes["operator"] !== "AND" && !single)) return undefined;
    const inner = conditionsOf(part);
    if (inner === undefined) return undefined;
    found.push(...inner);
  }
  return found;
}

function shownConditions(rule: XmlElement): string {
  const conditions = conditionsOf(rule);
  if (conditions === undefined) return "a combination psc does not write";
  const equal = new Set(conditions.filter(({ operator }) => operator === "==").map(({ name }) => name));
  const shown = conditions
    // The designer writes "contains data" beside an equality, which says nothing more.
    .filter(({ name, operator }) => !(equal.has(name) && /^not-?null$/.test(operator)))
    .map(({ name, operator, value }) => {
      const left = name.startsWith(VARIABLE_PREFIX) ? name.slice(VARIABLE_PREFIX.length) : name;
      return `${left} ${operator === "==" ? "=" : operator} ${value}`.trim();
    });
  return shown.length === 0 ? ALWAYS : shown.sort().join(" and ");
}

function queueOf(rule: XmlElement): string {
  const setting = (child(rule, "action")?.children ?? []).find(
    (part) => part.name === "setattribute" && child(part, "lhs")?.text.trim() === "assign_to.queue",
  );
  const value = setting === undefined ? "" : (child(setting, "rhs")?.text.trim() ?? "");
  return value.replace(/[{}]/g, "").toLowerCase();
}

/** Undefined when the definition is not a decision document. */
export function readRuleset(definition: string): ReadRuleset | undefined {
  const decision = parseXml(definition);
  const rules = decision?.name === "decision" ? child(decision, "rules") : undefined;
  if (decision === undefined || rules === undefined) return undefined;
  return {
    hitPolicy: decision.attributes["hit-policy"] ?? "",
    rules: rules.children
      .filter(({ name }) => name === "rule")
      .map((rule) => ({
        id: (rule.attributes["id"] ?? "").toLowerCase(),
        name: rule.attributes["name"] ?? "",
        when: shownConditions(rule),
        queueId: queueOf(rule),
      })),
  };
}
