import { report } from "./clock-view.js";
import { ask } from "./control.js";
import { byId, fill, h, say } from "./elements.js";
import { showJson } from "./json-text.js";
import { clockTime, count, dateTime, statusClass, statusText } from "./words.js";

/** @typedef {import("../routes.ts").Overview} Overview */
/** @typedef {import("../../request-log.ts").LoggedRequest} LoggedRequest */

/** Entries kept for filtering. */
const KEPT = 2_000;
/** Rows in the page. */
const SHOWN = 300;

/**
 * The log. While it follows, new requests come in at the end and the oldest rows leave; otherwise nothing moves, so that
 * a person can read, and what has come since is only counted.
 * @param {{ cleared(): void }} page
 */
export function createRequestsView({ cleared }) {
  const scroll = byId("log-scroll", HTMLElement);
  const rows = byId("log-rows", HTMLElement);
  const filters = byId("log-filters", HTMLFormElement);
  const shownLine = byId("log-shown", HTMLElement);
  const facts = byId("entry-facts", HTMLElement);
  const title = byId("entry-title", HTMLElement);
  const json = byId("entry-json", HTMLElement);
  /** @param {string} name */
  const field = (name) =>
    /** @type {HTMLInputElement | HTMLSelectElement} */ (filters.elements.namedItem(name));
  const follow = /** @type {HTMLInputElement} */ (field("follow"));
  const writesOnly = /** @type {HTMLInputElement} */ (field("writes"));
  /** @type {LoggedRequest[]} */
  let entries = [];
  let fresh = 0;
  let chosen = 0;
  let isVisible = false;

  /** @param {LoggedRequest} entry */
  function matches(entry) {
    if (field("service").value !== "" && entry.service !== field("service").value) return false;
    if (field("method").value !== "" && entry.method !== field("method").value) return false;
    if (field("status").value !== "" && statusClass(entry.status) !== field("status").value) return false;
    if (writesOnly.checked && !entry.write) return false;
    const text = field("text").value.trim().toLowerCase();
    if (text === "") return true;
    return (
      entry.url.toLowerCase().includes(text) ||
      (entry.body !== undefined && JSON.stringify(entry.body).toLowerCase().includes(text))
    );
  }

  /** @param {LoggedRequest} entry */
  function render(entry) {
    const { seq, time, service, method, status, url, write, faults } = entry;
    const address = url.replace(/^https:\/\//, "");
    return h(
      "tr",
      { role: "row", "data-seq": seq, "aria-current": seq === chosen ? "true" : undefined },
      h("td", { role: "cell" }, clockTime(time)),
      h("td", { role: "cell" }, service),
      h("td", { role: "cell", class: write ? "is-write" : undefined }, method),
      h("td", { role: "cell", class: `status-${statusClass(status)}` }, statusText(status)),
      h(
        "td",
        { role: "cell" },
        h(
          "button",
          {
            type: "button",
            tabindex: "-1",
            title: url,
            "aria-label": `${method} ${status === 0 ? "without an answer" : status} ${address}${write ? ", write" : ""}`,
            on: { click: () => choose(entry) },
          },
          faults === undefined ? "" : h("span", { class: "status-5xx" }, `⚡ ${faults.join(", ")} · `),
          address,
        ),
      ),
    );
  }

  /** @returns {HTMLButtonElement[]} */
  const buttons = () => [.../** @type {NodeListOf<HTMLButtonElement>} */ (rows.querySelectorAll("button"))];

  /** One row takes the tab stop; the arrow keys go on from there. */
  function keepTabStop() {
    if (rows.querySelector('[tabindex="0"]') !== null) return;
    buttons().at(-1)?.setAttribute("tabindex", "0");
  }

  function sayShown() {
    const matching = entries.filter(matches).length;
    const waiting = follow.checked || fresh === 0 ? "" : ` · ${count(fresh)} new`;
    say(
      shownLine,
      `${count(Math.min(matching, SHOWN))} of ${count(matching)} matching, ${count(entries.length)} held${waiting}`,
    );
  }

  function toEnd() {
    scroll.scrollTop = scroll.scrollHeight;
  }

  function rebuild() {
    fresh = 0;
    fill(rows, ...entries.filter(matches).slice(-SHOWN).map(render));
    keepTabStop();
    sayShown();
    toEnd();
  }

  /** @param {LoggedRequest} entry */
  function choose(entry) {
    follow.checked = false;
    chosen = entry.seq;
    for (const row of rows.querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
    rows.querySelector(`[data-seq="${entry.seq}"]`)?.setAttribute("aria-current", "true");
    say(title, `${entry.method} ${entry.status === 0 ? "without an answer" : entry.status}`);
    const words = [
      `request ${entry.seq}`,
      `${dateTime(entry.time)} UTC`,
      entry.service,
      entry.write ? "write" : "read",
      ...(entry.faults === undefined ? [] : [`struck by ${entry.faults.join(", ")}`]),
    ];
    say(facts, words.join(" · "));
    const { body, ...rest } = entry;
    showJson(json, body === undefined ? { url: rest.url } : { url: rest.url, body });
    json.scrollTop = 0;
    sayShown();
  }

  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", (event) => {
    if (event.target !== follow || follow.checked) rebuild();
  });
  scroll.addEventListener("wheel", (event) => {
    if (event.deltaY < 0) follow.checked = false;
  });
  rows.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.findIndex((button) => button.matches(":focus"));
    if (at < 0) return;
    const steps = /** @type {Record<string, number>} */ ({
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: Math.min(at + 15, all.length - 1),
      PageUp: Math.max(at - 15, 0),
      Home: 0,
      End: all.length - 1,
    });
    const wanted = steps[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const next = all[wanted];
    if (next === undefined) return;
    follow.checked = false;
    all[at]?.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
  rows.addEventListener("focusin", () => {
    // Whoever reads with the keyboard must not have the row taken away.
    if (follow.checked && rows.querySelector(":focus-visible") !== null) follow.checked = false;
  });
  byId("log-clear", HTMLButtonElement).addEventListener("click", () =>
    report(shownLine, async () => {
      await ask("DELETE", "requests");
      cleared();
      return "The log is empty.";
    }),
  );

  return {
    /** @param {Overview} overview */
    update({ services }) {
      const select = field("service");
      if (select.childElementCount === services.length + 1) return;
      fill(select, h("option", { value: "" }, "all"), ...services.map((name) => h("option", {}, name)));
    },
    /** @param {readonly LoggedRequest[]} added */
    add(added) {
      if (added.length === 0) return;
      entries.push(...added);
      if (entries.length > KEPT) entries = entries.slice(-KEPT);
      if (!isVisible) return;
      if (!follow.checked) {
        fresh += added.filter(matches).length;
        sayShown();
        return;
      }
      const more = added.filter(matches).slice(-SHOWN);
      if (more.length > 0) {
        rows.append(...more.map(render));
        while (rows.childElementCount > SHOWN) rows.firstElementChild?.remove();
        keepTabStop();
        toEnd();
      }
      sayShown();
    },
    clear() {
      entries = [];
      chosen = 0;
      rebuild();
    },
    shown() {
      isVisible = true;
      if (follow.checked || rows.childElementCount === 0) rebuild();
    },
    hidden() {
      isVisible = false;
    },
  };
}
