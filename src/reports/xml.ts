/** A piece of an XML document, as plain data. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: XmlElement["content"] = [],
): XmlElement {
  return { name, attributes, content };
}

/** XML 1.0 (§2.2) has no way at all to write these. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an XML document must not hold
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(UNWRITABLE, "\ufffd")
    .replace(/[&<>"]/g, (mark) => ENTITIES[mark] ?? "");
}

/** A parser turns line ends inside an attribute into spaces unless they are written as references. */
function attribute(text: string): string {
  return escaped(text).replace(/[\t\n\r]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

function lines({ name, attributes, content }: XmlElement, indent: string): readonly string[] {
  const opening = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${attribute(value)}"`)];
  const tag = `${indent}<${opening.join(" ")}`;
  if (content.length === 0) return [`${tag}/>`];
  if (typeof content === "string") return [`${tag}>${escaped(content)}</${name}>`];
  return [`${tag}>`, ...content.flatMap((child) => lines(child, `${indent}  `)), `${indent}</${name}>`];
}

/** UTF-8, ending in a line feed. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${lines(root, "").join("\n")}\n`;
}
