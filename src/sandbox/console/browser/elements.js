/**
 * The only way the console makes markup: elements and text nodes. No string ever becomes HTML, so a name from the tenant
 * stays a name whatever it holds.
 */

/** @typedef {Node | string | number | false | null | undefined} Child */
/**
 * @typedef {Record<string, unknown> & {
 *   class?: string | undefined,
 *   on?: Record<string, EventListener>,
 * }} Attributes `on` holds listeners; `true` is an empty attribute; false, null and undefined are left out.
 */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, ...plain } = attributes;
  for (const [name, value] of Object.entries(plain)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [type, listener] of Object.entries(on)) element.addEventListener(type, listener);
  fill(element, ...children);
  return element;
}

/**
 * Replaces what an element holds.
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children
      .filter((child) => child !== false && child !== null && child !== undefined)
      .map((child) => (child instanceof Node ? child : String(child))),
  );
}

/**
 * Sets text only when it differs, so that a screen reader and a selection are left alone.
 * @param {Element} element
 * @param {string | number} text
 */
export function say(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/**
 * Brings a list of elements up to date and leaves those alone whose content is the same. Keyboard focus inside an
 * element that is replaced goes to its successor's element with the same `data-focus`.
 * @template T
 * @param {Element} container
 * @param {readonly T[]} items
 * @param {{ key(item: T): string | number, render(item: T): HTMLElement, empty: string }} how
 */
export function keep(container, items, { key, render, empty }) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map();
  for (const child of container.children)
    if (child instanceof HTMLElement && child.dataset["key"] !== undefined)
      old.set(child.dataset["key"], child);
  const wanted = items.map((item) => {
    const name = String(key(item));
    const signature = JSON.stringify(item);
    const before = old.get(name);
    if (before !== undefined && before.dataset["signature"] === signature) return before;
    const element = render(item);
    element.dataset["key"] = name;
    element.dataset["signature"] = signature;
    return element;
  });
  const isSame =
    wanted.length > 0 &&
    wanted.length === container.children.length &&
    wanted.every((element, index) => element === container.children[index]);
  if (isSame) return;
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  const focusKey = focused instanceof HTMLElement ? focused.dataset["focus"] : undefined;
  if (wanted.length === 0) {
    if (container.querySelector(":scope > [data-empty]") === null)
      fill(container, h("p", { class: "empty", "data-empty": true }, empty));
  } else container.replaceChildren(...wanted);
  if (focused !== null && !container.contains(document.activeElement)) {
    const successor =
      focusKey === undefined ? null : container.querySelector(`[data-focus="${CSS.escape(focusKey)}"]`);
    const target = successor ?? container;
    if (target === container && !container.hasAttribute("tabindex")) container.setAttribute("tabindex", "-1");
    if (target instanceof HTMLElement) target.focus();
  }
}

/**
 * An element of the page by its id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page has no ${type.name} "${id}"`);
  return element;
}
