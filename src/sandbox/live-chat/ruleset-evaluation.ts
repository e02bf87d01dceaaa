import { type Element, parseXml } from "../dataverse/plugins/ruleset-grammar.ts";

/**
 * Evaluates the XML of a decision ruleset. Operators and hit policies are those seen in real rulesets
 * (ameijers/PrometheanCCaaSToolbox, tools/visual-routing-tester, whose evaluator lets a later match override with hit
 * policy `all`).
 */

export type RuleValue = string | number | boolean | null | undefined;
export type RuleInput = (name: string) => RuleValue;

export interface RuleOutcome {
  /** Names of the rules that matched, in order. */
  readonly matched: readonly string[];
  /** What the matching rules set, by attribute. */
  readonly values: ReadonlyMap<string, string>;
}

const childrenNamed = (element: Element, name: string): Element[] =>
  element.children.filter((child) => child.name === name);

const present = (value: RuleValue): boolean => value !== null && value !== undefined && value !== "";

/** Numbers compare as numbers even where one side is text, as a rule's right side always is. */
function compare(left: RuleValue, right: string): number | undefined {
  if (!present(left)) return undefined;
  const numbers = [Number(left), Number(right)] as const;
  if (typeof left !== "boolean" && numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
  const text = String(left);
  return text === right ? 0 : text < right ? -1 : 1;
}

function holds(operator: string, left: RuleValue, right: Element | undefined): boolean | undefined {
  const wanted = right?.text.trim() ?? "";
  const order = compare(left, wanted);
  switch (operator) {
    case "not-null":
    case "notnull":
      return present(left);
    case "==":
    case "=":
      return order === 0;
    case "!=":
    case "<>":
      return order !== 0;
    case ">":
      return order !== undefined && order > 0;
    case ">=":
      return order !== undefined && order >= 0;
    case "<":
      return order !== undefined && order < 0;
    case "<=":
      return order !== undefined && order <= 0;
    case "contains":
      return present(left) && String(left).toLowerCase().includes(wanted.toLowerCase());
    case "in": {
      const options = right?.children.length ? right.children.map(({ text }) => text.trim()) : [wanted];
      return options.some((option) => compare(left, option) === 0);
    }
    default:
      return undefined;
  }
}

function isTrue(guard: Element, input: RuleInput): boolean {
  if (guard.name === "logical") {
    const every = guard.attributes["operator"] === "AND";
    return every
      ? guard.children.every((child) => isTrue(child, input))
      : guard.children.some((child) => isTrue(child, input));
  }
  const name = childrenNamed(guard, "lhs")[0]?.text.trim() ?? "";
  const right = childrenNamed(guard, "rhs")[0];
  return holds(guard.attributes["operator"] ?? "", input(name), right) === true;
}

/**
 * Runs the rules over the input. Rules whose ids are in `disabled` do not count. Undefined when the text is no
 * ruleset.
 */
export function evaluateRuleset(
  source: string,
  input: RuleInput,
  disabled: ReadonlySet<string> = new Set(),
): RuleOutcome | undefined {
  const root = parseXml(source);
  const rules = root?.children[0];
  if (root?.name !== "decision" || rules?.name !== "rules") return undefined;
  const matched: string[] = [];
  const values = new Map<string, string>();
  for (const rule of rules.children) {
    if (disabled.has((rule.attributes["id"] ?? "").toLowerCase())) continue;
    const guards = rule.children.filter(({ name }) => name !== "action");
    if (!guards.every((guard) => isTrue(guard, input))) continue;
    matched.push(rule.attributes["name"] ?? "");
    for (const action of childrenNamed(rule, "action"))
      for (const set of childrenNamed(action, "setattribute"))
        values.set(
          childrenNamed(set, "lhs")[0]?.text.trim() ?? "",
          childrenNamed(set, "rhs")[0]?.text.trim() ?? "",
        );
    if (root.attributes["hit-policy"] === "first") break;
  }
  return { matched, values };
}

/** Rule ids in `msdyn_disabledrules`: a JSON array or separated text. */
export function disabledRules(value: unknown): ReadonlySet<string> {
  const text = typeof value === "string" ? value : "";
  return new Set(text.toLowerCase().match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []);
}
