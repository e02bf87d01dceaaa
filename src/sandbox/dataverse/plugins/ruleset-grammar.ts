/**
 * Reads the XML of decision rulesets: no namespaces, no CDATA, optional declaration. The grammar is the one seen in
 * real rulesets (ameijers/PrometheanCCaaSToolbox, tools/visual-routing-tester).
 */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

const TAG = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

/** The root element, or undefined when the text is not well-formed. */
export function parseXml(source: string): Element | undefined {
  const text = source.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, "").trim();
  const stack: Open[] = [];
  let root: Element | undefined;
  let at = 0;
  while (at < text.length) {
    if (root !== undefined) return undefined;
    const next = text.indexOf("<", at);
    if (next < 0) return undefined;
    const between = text.slice(at, next);
    const parent = stack.at(-1);
    if (parent !== undefined) parent.text += decode(between);
    else if (between.trim() !== "") return undefined;
    TAG.lastIndex = next;
    const match = TAG.exec(text);
    if (match === null) return undefined;
    const [whole, closing, name = "", attributeText = "", selfClosing] = match;
    at = next + whole.length;
    if (closing === "/") {
      const open = stack.pop();
      if (open === undefined || open.name !== name) return undefined;
      const owner = stack.at(-1);
      if (owner === undefined) root = open;
      else owner.children.push(open);
      continue;
    }
    const attributes: Record<string, string> = {};
    for (const [, key = "", double, single] of attributeText.matchAll(
      /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
    ))
      attributes[key] = decode(double ?? single ?? "");
    const open: Open = { name, attributes, children: [], text: "" };
    if (selfClosing !== "/") stack.push(open);
    else if (stack.length === 0) root = open;
    else stack.at(-1)?.children.push(open);
  }
  return stack.length === 0 ? root : undefined;
}

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
