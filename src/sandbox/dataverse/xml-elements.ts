/** Reads XML without namespaces, CDATA and document types: what Dataverse stores in columns and takes in requests. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w+);/g, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES.get(name) ?? whole;
    const code = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}

const TAG = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;

/** Nobody nests deeper, and readers recurse. */
const MAX_DEPTH = 200;

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

/** The root element, or undefined when the text is not well-formed. */
export function parseXml(source: string): Element | undefined {
  const text = source
    .replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .trim();
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
    if (stack.length > MAX_DEPTH) return undefined;
    if (selfClosing !== "/") stack.push(open);
    else if (stack.length === 0) root = open;
    else stack.at(-1)?.children.push(open);
  }
  return stack.length === 0 ? root : undefined;
}
