import { report } from "./clock-view.js";
import { ask } from "./control.js";
import { byId, h, keep, say } from "./elements.js";
import { dateTime } from "./words.js";

/** @typedef {import("../routes.ts").Overview} Overview */
/** @typedef {import("../../person/gate-board.ts").BoardGate} BoardGate */

/** @param {BoardGate} gate */
function stateWords({ state, acted, simulated }) {
  if (state === "passed") return "Passed.";
  if (state === "left")
    return acted === undefined
      ? "psc is no longer waiting: pass the gate, then run it again."
      : "Done. Run psc again: it goes on from here.";
  if (acted !== undefined) return "Done. psc is about to notice.";
  return simulated === true ? "A simulated person is about to act." : "psc is waiting for a person.";
}

/**
 * @param {{ refresh(): Promise<void>, announce(text: string): void }} page
 */
export function createGatesView({ refresh, announce }) {
  const list = byId("gates-list", HTMLElement);
  const badge = byId("gates-badge", HTMLElement);
  const said = byId("gates-said", HTMLElement);
  /** @type {Set<number> | undefined} */
  let known;

  /** @param {BoardGate} gate */
  function pass(gate) {
    return report(said, async () => {
      const { acted } = await ask("POST", `gates/${gate.id}/pass`);
      await refresh();
      return `${gate.persona}: ${acted.did}${acted.value === undefined ? "" : `, ${acted.value}`}.`;
    });
  }

  /** @param {BoardGate} gate */
  function remove(gate) {
    return report(said, async () => {
      await ask("DELETE", `gates/${gate.id}`);
      await refresh();
      return `${gate.label} is off the list.`;
    });
  }

  /** @param {BoardGate} gate */
  function render(gate) {
    const { id, label, persona, environment, opened, steps, link, probe, acted, state, usualMinutes } = gate;
    const isOpen = state !== "passed";
    return h(
      "article",
      { class: "card", "aria-labelledby": `gate-${id}` },
      h("h3", { id: `gate-${id}` }, label),
      h(
        "p",
        { class: "facts numbers" },
        h("span", {}, persona),
        h("span", {}, environment),
        h("span", {}, `opened ${dateTime(opened)}`),
      ),
      h("p", { class: isOpen && acted === undefined ? undefined : "done" }, stateWords(gate)),
      acted !== undefined &&
        h(
          "p",
          {},
          `The ${persona} ${acted.did} (${dateTime(acted.at)})`,
          acted.value === undefined ? "." : ": ",
          acted.value !== undefined && h("output", { class: "word", "data-value": true }, acted.value),
        ),
      isOpen && h("ol", { class: "steps" }, ...steps.map((step) => h("li", {}, step))),
      isOpen &&
        h(
          "p",
          {},
          "In a real tenant: ",
          /^https?:\/\//i.test(link)
            ? h("a", { href: link, target: "_blank", rel: "noreferrer noopener", class: "word" }, link)
            : link,
        ),
      isOpen &&
        h(
          "p",
          { class: "quiet" },
          probe === undefined
            ? "psc cannot see this by itself; the button tells it."
            : `psc sees it by itself: ${probe}`,
          usualMinutes === undefined ? "" : ` · usually ${usualMinutes} min`,
        ),
      h(
        "div",
        { class: "buttons" },
        isOpen &&
          h(
            "button",
            {
              type: "button",
              class: acted === undefined ? "primary" : undefined,
              "data-focus": `pass-${id}`,
              "aria-describedby": `gate-${id}`,
              on: { click: () => pass(gate) },
            },
            acted === undefined ? `Act as ${persona}` : "Act again",
          ),
        h(
          "button",
          {
            type: "button",
            "data-focus": isOpen ? `remove-${id}` : `pass-${id}`,
            "aria-describedby": `gate-${id}`,
            on: { click: () => remove(gate) },
          },
          "Take off the list",
        ),
      ),
    );
  }

  return {
    /** @param {Overview} overview */
    update({ gates }) {
      const open = gates.filter(({ state, acted }) => state !== "passed" && acted === undefined);
      badge.hidden = open.length === 0;
      say(badge, open.length);
      const opened = known === undefined ? [] : open.filter(({ id }) => known?.has(id) === false);
      known = new Set(gates.map(({ id }) => id));
      if (opened.length > 0)
        announce(
          `Waiting for a person: ${opened.map(({ label, persona }) => `${label}, ${persona}`).join("; ")}.`,
        );
      const order = { waiting: 0, left: 1, passed: 2 };
      keep(
        list,
        [...gates].sort((a, b) => order[a.state] - order[b.state] || a.id - b.id),
        {
          key: ({ id }) => id,
          empty: "No gate has been met. A run with --no-simulated-person stops at them and they appear here.",
          render,
        },
      );
    },
  };
}
