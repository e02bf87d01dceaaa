import { fill, h } from "./elements.js";

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;
/** Longer texts are shown without colours: thousands of elements make the page slow. */
const COLOURED = 60_000;

/**
 * Shows a value as indented JSON, its parts marked for colour.
 * @param {HTMLElement} element
 * @param {unknown} value
 */
export function showJson(element, value) {
  const text = JSON.stringify(value, null, 2) ?? "";
  if (text.length > COLOURED) {
    fill(element, text);
    return;
  }
  /** @type {(Node | string)[]} */
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(at, match.index));
    const [whole, string, colon] = match;
    if (string !== undefined && colon !== undefined)
      parts.push(h("span", { class: "json-name" }, string), colon);
    else parts.push(h("span", { class: string === undefined ? "json-plain" : "json-text" }, whole));
    at = match.index + whole.length;
  }
  parts.push(text.slice(at));
  fill(element, ...parts);
}
