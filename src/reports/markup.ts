/** A piece of a page. Only this file makes it: text that was not escaped does not become one by accident. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, markup is taken as it is, nothing is left out. */
export type Insert = string | number | Markup | null | undefined | false | readonly Insert[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that stays text, between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function inserted(value: Insert): string {
  if (value === null || value === undefined || value === false) return "";
  if (typeof value === "string") return escaped(value);
  if (typeof value === "number") return String(value);
  return "markup" in value ? value.markup : value.map(inserted).join("");
}

/** Markup with values in it; attributes have to be written in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Insert[]): Markup {
  return { markup: strings.map((text, index) => text + inserted(values[index])).join("") };
}

/** psc's own constant, such as a style sheet. Never anything that was read or typed. */
export function verbatim(constant: string): Markup {
  return { markup: constant };
}

/** A link only where it is one: an address comes from a service or from the spec. */
export function link(address: string): Markup {
  const { protocol } = URL.parse(address) ?? {};
  return protocol === "https:" ? html`<a href="${address}">${address}</a>` : html`${address}`;
}

/** A word for `id` and `#`, made of a name. */
export function anchor(name: string): string {
  return name.replace(/[^\w.-]+/g, "-");
}
