import { stableGuid } from "./stable-ids.ts";
import { element, parseXml, serializeXml, type XmlElement } from "./xml.ts";

/**
 * Overflow rules of a queue as decision XML. Grammar, condition attributes and flags: rulesets read back from live
 * organisations by a public tool (ameijers/PrometheanCCaaSToolbox:tools/visual-routing-tester).
 */

/** When a queue overflows: before a conversation enters it, or while it waits there. */
export type OverflowMoment = "closed" | "full" | "waiting";

export interface OverflowRule {
  readonly moment: OverflowMoment;
  /** Conversations for `full`, minutes for `waiting`; 0 for `closed`. */
  readonly limit: number;
  readonly actionId: string;
}

interface Wording {
  readonly attribute: string;
  readonly operator: string;
  readonly name: string;
  readonly unit?: string;
  readonly flag?: string;
}

const WORDING: Readonly<Record<OverflowMoment, Wording>> = {
  closed: {
    attribute: "queue_prequeue.iswithinoperatinghour",
    operator: "==",
    name: "Out of operation hours",
  },
  full: {
    attribute: "queue_prequeue.currentqueuesize",
    operator: ">=",
    name: "Work item limit",
    flag: "overflow.queuesizeoverflow",
  },
  waiting: {
    attribute: "queue_inqueue.lapsedwaittime",
    operator: ">=",
    name: "Wait time",
    unit: "minutes",
    flag: "overflow.lapsedwaittimeoverflow",
  },
};
const ACTION = "overflowaction.msdyn_overflowactionconfig.msdyn_overflowactionconfigid";

function setting(name: string, value: string): XmlElement {
  return element("setattribute", {}, [
    element("lhs", { type: "attribute" }, [], name),
    element("rhs", { type: "staticvalue" }, [], value),
  ]);
}

function ruleOf(queueId: string, { moment, limit, actionId }: OverflowRule): XmlElement {
  const { attribute, operator, name, unit, flag } = WORDING[moment];
  const value = moment === "closed" ? "false" : String(limit);
  return element("rule", { id: stableGuid("overflow", queueId, moment), name }, [
    element("condition", { operator }, [
      element("lhs", { type: "attribute" }, [], attribute),
      element("rhs", { type: "staticvalue", ...(unit === undefined ? {} : { unit }) }, [], value),
    ]),
    element("action", {}, [
      setting(ACTION, `{${actionId}}`),
      ...(flag === undefined ? [] : [setting(flag, "true")]),
    ]),
  ]);
}

function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((candidate) => candidate.name === name);
}

const MINUTES: Readonly<Record<string, number>> = { seconds: 1 / 60, minutes: 1, hours: 60, days: 1440 };

/** Undefined for rules psc does not write. */
function readRule(rule: XmlElement): OverflowRule | undefined {
  const conditions = rule.children.filter(({ name }) => name === "condition");
  const [condition] = conditions;
  if (condition === undefined || conditions.length > 1) return undefined;
  const attribute = child(condition, "lhs")?.text.trim();
  const moment = (Object.keys(WORDING) as OverflowMoment[]).find(
    (candidate) => WORDING[candidate].attribute === attribute,
  );
  if (moment === undefined) return undefined;
  const right = child(condition, "rhs");
  const amount = Number(right?.text.trim());
  const unit = MINUTES[right?.attributes["unit"] ?? "minutes"] ?? 1;
  const action = child(rule, "action")?.children.find(
    (part) => part.name === "setattribute" && child(part, "lhs")?.text.trim() === ACTION,
  );
  return {
    moment,
    limit: moment === "closed" ? 0 : moment === "waiting" ? Math.round(amount * unit) : amount,
    actionId: (child(action, "rhs")?.text ?? "").replace(/[{}\s]/g, "").toLowerCase(),
  };
}

function rulesOf(definition: string): readonly XmlElement[] {
  const decision = parseXml(definition);
  return (child(decision, "rules")?.children ?? []).filter(({ name }) => name === "rule");
}

/** The overflow rules of a definition that psc understands; empty for an empty text. */
export function readOverflow(definition: string): readonly OverflowRule[] {
  return rulesOf(definition).flatMap((rule) => readRule(rule) ?? []);
}

/**
 * The definition with these rules in place of those about the same moments; rules about anything else stay as they are.
 * @param without moments whose rules go even though there is none to put in their place.
 */
export function writeOverflow(
  definition: string,
  queueId: string,
  rules: readonly OverflowRule[],
  without: readonly OverflowMoment[] = [],
): string {
  const replaced = new Set<OverflowMoment>([...rules.map(({ moment }) => moment), ...without]);
  const kept = rulesOf(definition).filter((rule) => {
    const read = readRule(rule);
    return read === undefined || !replaced.has(read.moment);
  });
  return serializeXml(
    element("decision", { "hit-policy": "all", version: "1" }, [
      element("rules", {}, [...kept, ...rules.map((rule) => ruleOf(queueId, rule))]),
    ]),
  );
}
