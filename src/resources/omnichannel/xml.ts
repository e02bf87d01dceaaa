/** The plain XML of rules and contracts: elements, attributes, text. No namespaces, no CDATA, no entities beyond five. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly XmlElement[] = [],
  text = "",
): XmlElement {
  return { name, attributes, children, text };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function decode(text: string): string {
  return text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_all, hex: string, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, hex === "" ? 10 : 16)),
    )
    .replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

function encode(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** The root element; undefined when the text is not well formed. */
export function parseXml(source: string): XmlElement | undefined {
  const text = source.replace(/^\uFEFF/, "").trim();
  const stack: OpenElement[] = [];
  let root: XmlElement | undefined;
  const token = new RegExp(TOKEN);
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    const [, closing, name, attributeText = "", selfClosing, content] = match;
    const parent = stack.at(-1);
    if (content !== undefined) {
      if (parent !== undefined) parent.text += decode(content);
      else if (content.trim() !== "") return undefined;
      continue;
    }
    if (name === undefined) continue;
    if (closing === "/") {
      const ended = stack.pop();
      if (ended === undefined || ended.name !== name) return undefined;
      const outer = stack.at(-1);
      if (outer === undefined) root = ended;
      else outer.children.push(ended);
      continue;
    }
    if (parent === undefined && root !== undefined) return undefined;
    const attributes: Record<string, string> = {};
    for (const [, key = "", double, single] of attributeText.matchAll(ATTRIBUTE))
      attributes[key] = decode(double ?? single ?? "");
    const opened: OpenElement = { name, attributes, children: [], text: "" };
    if (selfClosing !== "/") stack.push(opened);
    else if (parent === undefined) root = opened;
    else parent.children.push(opened);
  }
  return stack.length === 0 ? root : undefined;
}

export function serializeXml({ name, attributes, children, text }: XmlElement): string {
  const shown = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${encode(value)}"`)
    .join("");
  const inner = children.length > 0 ? children.map(serializeXml).join("") : encode(text);
  return inner === "" ? `<${name}${shown} />` : `<${name}${shown}>${inner}</${name}>`;
}
