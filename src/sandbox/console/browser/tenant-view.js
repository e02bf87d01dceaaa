import { report } from "./clock-view.js";
import { ask, sentence } from "./control.js";
import { byId, fill, h, say } from "./elements.js";
import { showJson } from "./json-text.js";

/** @typedef {{ path: string, kind: string, label: string, note?: string, branch: boolean }} Shown */

const PAGE = 100;

/** The tenant's tree, by the tree view pattern of the ARIA Authoring Practices Guide (W3C). */
export function createTenantView() {
  const tree = byId("tree", HTMLElement);
  const said = byId("tree-said", HTMLElement);
  const title = byId("object-title", HTMLElement);
  const where = byId("object-where", HTMLElement);
  const json = byId("object-json", HTMLElement);
  const copy = byId("object-copy", HTMLButtonElement);
  let isLoaded = false;
  let typed = "";
  let typedAt = 0;

  /** @returns {HTMLElement[]} */
  const visible = () =>
    [.../** @type {NodeListOf<HTMLElement>} */ (tree.querySelectorAll('[role="treeitem"]'))].filter(
      (item) => item.parentElement?.closest('[aria-expanded="false"]') === null,
    );
  /** @param {HTMLElement} item */
  const parentOf = (item) =>
    /** @type {HTMLElement | null} */ (item.parentElement?.closest('[role="treeitem"]') ?? null);
  /** @param {HTMLElement} item */
  const groupOf = (item) => /** @type {HTMLElement | null} */ (item.querySelector(":scope > ul"));

  /** @param {HTMLElement | undefined} item */
  function focusOn(item) {
    if (item === undefined) return;
    for (const other of tree.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    item.setAttribute("tabindex", "0");
    item.focus();
    item.querySelector(".tree-line")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {HTMLElement} item */
  async function choose(item) {
    for (const other of tree.querySelectorAll('[aria-selected="true"]'))
      other.setAttribute("aria-selected", "false");
    item.setAttribute("aria-selected", "true");
    const path = item.dataset["path"] ?? "";
    try {
      const found = await ask("GET", `tree/object?path=${encodeURIComponent(path)}`);
      if (item.getAttribute("aria-selected") !== "true") return;
      say(title, found.label);
      say(where, [...found.above, found.kind].join(" › "));
      showJson(json, found.value);
      json.scrollTop = 0;
      copy.disabled = false;
      say(said, "");
    } catch (error) {
      said.dataset["tone"] = "bad";
      say(said, sentence(error));
    }
  }

  /**
   * @param {Shown} shown
   * @param {number} level
   */
  function render({ path, kind, label, note, branch }, level) {
    return h(
      "li",
      {
        role: "treeitem",
        tabindex: "-1",
        "aria-level": level,
        "aria-selected": "false",
        "aria-expanded": branch ? "false" : undefined,
        "aria-label": [label, note, kind === "list" ? undefined : kind].filter(Boolean).join(", "),
        "data-path": path,
      },
      h(
        "div",
        { class: "tree-line" },
        h("span", { class: "tree-label" }, label),
        note !== undefined && h("span", { class: "tree-note" }, note),
      ),
    );
  }

  /**
   * @param {Element} group
   * @param {string} path
   * @param {number} level
   * @param {number} skip
   */
  async function load(group, path, level, skip) {
    const answer = await ask("GET", `tree?path=${encodeURIComponent(path)}&skip=${skip}&top=${PAGE}`);
    /** @type {HTMLElement[]} */
    const items = answer.value.map((/** @type {Shown} */ shown) => render(shown, level));
    if (items.length === 0 && skip === 0)
      items.push(
        h(
          "li",
          {
            role: "treeitem",
            tabindex: "-1",
            "aria-level": level,
            "aria-disabled": "true",
            "aria-selected": "false",
          },
          h("div", { class: "tree-line quiet" }, "empty"),
        ),
      );
    if (answer.more)
      items.push(
        h(
          "li",
          {
            role: "treeitem",
            tabindex: "-1",
            "aria-level": level,
            "aria-selected": "false",
            "data-more": skip + PAGE,
            "data-of": path,
          },
          h("div", { class: "tree-line" }, h("span", { class: "tree-label quiet" }, "Show more")),
        ),
      );
    group.append(...items);
    return items;
  }

  /** @param {HTMLElement} item */
  async function expand(item) {
    if (item.getAttribute("aria-expanded") !== "false") return;
    item.setAttribute("aria-expanded", "true");
    if (groupOf(item) !== null) return;
    const group = h("ul", { role: "group" });
    item.append(group);
    try {
      await load(group, item.dataset["path"] ?? "", Number(item.getAttribute("aria-level")) + 1, 0);
    } catch (error) {
      group.remove();
      item.setAttribute("aria-expanded", "false");
      said.dataset["tone"] = "bad";
      say(said, sentence(error));
    }
  }

  /** @param {HTMLElement} item */
  function collapse(item) {
    if (item.getAttribute("aria-expanded") !== "true") return;
    item.setAttribute("aria-expanded", "false");
    // Read anew when it is opened again.
    groupOf(item)?.remove();
  }

  /** @param {HTMLElement} item */
  async function activate(item) {
    const { more, of } = item.dataset;
    if (more === undefined || of === undefined) {
      if (item.dataset["path"] !== undefined) await choose(item);
      return;
    }
    const group = item.parentElement;
    if (group === null) return;
    const [first] = await load(group, of, Number(item.getAttribute("aria-level")), Number(more));
    item.remove();
    focusOn(first);
  }

  async function reload() {
    isLoaded = true;
    const open = [
      .../** @type {NodeListOf<HTMLElement>} */ (tree.querySelectorAll('[aria-expanded="true"]')),
    ].map((item) => item.dataset["path"]);
    const current = /** @type {HTMLElement | null} */ (tree.querySelector('[tabindex="0"]'))?.dataset["path"];
    const chosen = /** @type {HTMLElement | null} */ (tree.querySelector('[aria-selected="true"]'))?.dataset[
      "path"
    ];
    /** @param {string | undefined} path */
    const at = (path) =>
      path === undefined
        ? null
        : /** @type {HTMLElement | null} */ (tree.querySelector(`[data-path="${CSS.escape(path)}"]`));
    fill(tree);
    await load(tree, "", 1, 0);
    for (const path of open) {
      const item = at(path);
      if (item !== null) await expand(item);
    }
    (at(current) ?? tree.querySelector('[role="treeitem"]'))?.setAttribute("tabindex", "0");
    const again = at(chosen);
    if (again !== null) await choose(again);
  }

  tree.addEventListener("click", (event) => {
    const item = /** @type {HTMLElement | null} */ (
      event.target instanceof Element ? event.target.closest('[role="treeitem"]') : null
    );
    if (item === null) return;
    const wasOpen = item.getAttribute("aria-expanded") === "true";
    focusOn(item);
    if (wasOpen) collapse(item);
    else void expand(item);
    void activate(item);
  });
  tree.addEventListener("keydown", (event) => {
    const item = /** @type {HTMLElement | null} */ (
      event.target instanceof Element ? event.target.closest('[role="treeitem"]') : null
    );
    if (item === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = visible();
    const at = items.indexOf(item);
    const expanded = item.getAttribute("aria-expanded");
    switch (event.key) {
      case "ArrowDown":
        focusOn(items[at + 1]);
        break;
      case "ArrowUp":
        focusOn(items[at - 1]);
        break;
      case "Home":
        focusOn(items[0]);
        break;
      case "End":
        focusOn(items.at(-1));
        break;
      case "ArrowRight":
        if (expanded === "false") void expand(item);
        else if (expanded === "true") focusOn(items[at + 1]);
        break;
      case "ArrowLeft":
        if (expanded === "true") collapse(item);
        else focusOn(parentOf(item) ?? undefined);
        break;
      case "Enter":
      case " ":
        void activate(item);
        break;
      default: {
        if (event.key.length !== 1) return;
        typed = event.timeStamp - typedAt < 700 ? typed + event.key.toLowerCase() : event.key.toLowerCase();
        typedAt = event.timeStamp;
        const from = typed.length > 1 ? at : at + 1;
        focusOn(
          [...items.slice(from), ...items.slice(0, from)].find((candidate) =>
            (candidate.querySelector(".tree-label")?.textContent ?? "").toLowerCase().startsWith(typed),
          ),
        );
      }
    }
    event.preventDefault();
  });
  const readAgain = () =>
    report(said, async () => {
      await reload();
      return "";
    });
  byId("tree-refresh", HTMLButtonElement).addEventListener("click", () => void readAgain());
  copy.addEventListener("click", () =>
    report(said, async () => {
      await navigator.clipboard.writeText(json.textContent ?? "");
      return "Copied.";
    }),
  );

  return {
    shown() {
      if (!isLoaded) void readAgain();
    },
  };
}
