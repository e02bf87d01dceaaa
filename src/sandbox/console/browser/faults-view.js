import { report } from "./clock-view.js";
import { ask } from "./control.js";
import { byId, fill, h, keep, say } from "./elements.js";
import { actionWords, plural, whenWords } from "./words.js";

/** @typedef {import("../routes.ts").Overview} Overview */

/** @param {{ refresh(): Promise<void> }} page */
export function createFaultsView({ refresh }) {
  const form = byId("fault-form", HTMLFormElement);
  const said = byId("faults-said", HTMLElement);
  const list = byId("faults-list", HTMLElement);
  const badge = byId("faults-badge", HTMLElement);
  /** @param {string} name */
  const field = (name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
  /** @param {string} name */
  const text = (name) => field(name).value.trim();

  function showFields() {
    for (const label of form.querySelectorAll("[data-for]"))
      if (label instanceof HTMLElement) label.hidden = label.dataset["for"] !== text("preset");
  }

  /** @returns {object} */
  function action() {
    const kind = text("preset");
    switch (kind) {
      case "throttle":
        return { kind, ...(text("retryAfter") === "" ? {} : { retryAfter: Number(text("retryAfter")) }) };
      case "fail":
        return { kind, status: 500 };
      case "delay":
        return { kind, ms: Number(text("ms")) };
      default:
        return { kind };
    }
  }

  /** @throws {Error} when the address is no regular expression */
  function checkAddress() {
    try {
      new RegExp(text("url"));
    } catch {
      throw new Error(`"${text("url")}" is no regular expression`);
    }
  }

  form.addEventListener("input", showFields);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    report(said, async () => {
      checkAddress();
      const when = Object.fromEntries(
        ["service", "method", "url"].map((name) => [name, text(name)]).filter(([, value]) => value !== ""),
      );
      const fault = await ask("POST", "faults", {
        when,
        ...(text("times") === "" ? {} : { times: Number(text("times")) }),
        action: action(),
      });
      await refresh();
      return `Armed: ${fault.name}.`;
    });
  });
  byId("faults-clear", HTMLButtonElement).addEventListener("click", () =>
    report(said, async () => {
      await ask("DELETE", "faults");
      await refresh();
      return "All faults are disarmed.";
    }),
  );
  showFields();

  return {
    /** @param {Overview} overview */
    update({ faults, services }) {
      const select = field("service");
      if (select.childElementCount !== services.length + 1)
        fill(select, h("option", { value: "" }, "any"), ...services.map((name) => h("option", {}, name)));
      badge.hidden = faults.length === 0;
      say(badge, faults.length);
      byId("faults-clear", HTMLButtonElement).disabled = faults.length === 0;
      keep(list, faults, {
        key: ({ id }) => id,
        empty: "No fault is armed: the cloud behaves.",
        render: ({ id, name, action: does, when, times, matched, struck }) =>
          h(
            "div",
            { class: "item" },
            h(
              "div",
              {},
              h("h3", {}, name),
              h("p", {}, actionWords(does)),
              h("p", { class: "quiet" }, whenWords(when)),
              h(
                "p",
                { class: "quiet numbers" },
                `struck ${struck} of ${times === undefined ? "any number" : plural(times, "time")}, ${plural(matched, "request")} matched`,
              ),
            ),
            h(
              "button",
              {
                type: "button",
                "data-focus": `disarm-${id}`,
                "aria-label": `Disarm ${name}`,
                on: {
                  click: () =>
                    report(said, async () => {
                      await ask("DELETE", `faults/${id}`);
                      await refresh();
                      return `Disarmed: ${name}.`;
                    }),
                },
              },
              "Disarm",
            ),
          ),
      });
    },
  };
}
