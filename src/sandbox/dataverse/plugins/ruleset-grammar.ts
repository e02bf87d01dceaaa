import { type Element, parseXml } from "../xml-elements.ts";

export { type Element, parseXml } from "../xml-elements.ts";

/**
 * Reads decision rulesets. The grammar is the one seen in
 * real rulesets (ameijers/PrometheanCCaaSToolbox, tools/visual-routing-tester).
 */

export interface RulesetReference {
  readonly ruleId: string;
  readonly ruleName: string;
  /** Left sides of conditions and assignments. */
  readonly names: readonly string[];
  /** GUIDs on right sides. */
  readonly targets: readonly string[];
}

function childrenNamed(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

function isCondition(element: Element): boolean {
  const [lhs, rhs, ...more] = element.children;
  if (element.attributes["operator"] === undefined || more.length > 0) return false;
  if (lhs?.name !== "lhs" || lhs.attributes["type"] !== "attribute" || lhs.text.trim() === "") return false;
  if (rhs === undefined) return true;
  return rhs.name === "rhs" && ["staticvalue", "multistaticvalues"].includes(rhs.attributes["type"] ?? "");
}

function isLogical(element: Element): boolean {
  if (!["AND", "OR"].includes(element.attributes["operator"] ?? "")) return false;
  return element.children.length > 0 && element.children.every(isGuard);
}

function isGuard(element: Element): boolean {
  if (element.name === "logical") return isLogical(element);
  return element.name === "condition" && isCondition(element);
}

function isAction(element: Element): boolean {
  return element.children.every((child) => {
    if (child.name === "setattribute")
      return childrenNamed(child, "lhs").length === 1 && childrenNamed(child, "rhs").length === 1;
    if (child.name === "upsertrecords")
      return childrenNamed(child, "target").length === 1 && childrenNamed(child, "records").length === 1;
    return child.name === "orderby";
  });
}

function isRule(element: Element): boolean {
  if (element.name !== "rule" || element.attributes["id"] === undefined) return false;
  const actions = childrenNamed(element, "action");
  const guards = element.children.filter((child) => child.name !== "action");
  return actions.length === 1 && actions.every(isAction) && guards.every(isGuard);
}

function gather(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...gather(child, name),
  ]);
}

/** References of every rule, or undefined when the text is no ruleset. */
export function readRuleset(source: string): RulesetReference[] | undefined {
  const root = parseXml(source);
  if (root?.name !== "decision" || !["first", "all"].includes(root.attributes["hit-policy"] ?? ""))
    return undefined;
  const [rules, ...more] = root.children;
  if (rules?.name !== "rules" || more.length > 0 || !rules.children.every(isRule)) return undefined;
  return rules.children.map((rule) => ({
    ruleId: rule.attributes["id"] ?? "",
    ruleName: rule.attributes["name"] ?? "",
    names: gather(rule, "lhs").map((element) => element.text.trim()),
    targets: gather(rule, "rhs")
      .map((element) =>
        element.text
          .trim()
          .replace(/^\{|\}$/g, "")
          .toLowerCase(),
      )
      .filter((text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)),
  }));
}
