import { report } from "./clock-view.js";
import { ask } from "./control.js";
import { byId, h, keep } from "./elements.js";

/** @typedef {import("../routes.ts").Overview} Overview */

/**
 * @param {{ refresh(): Promise<void>, sure(text: string, yes: string): Promise<boolean> }} page
 */
export function createSnapshotsView({ refresh, sure }) {
  const said = byId("snapshots-said", HTMLElement);
  const list = byId("snapshots-list", HTMLElement);
  const name = byId("snapshot-name", HTMLInputElement);

  byId("snapshot-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    report(said, async () => {
      const wanted = name.value.trim();
      await ask("POST", "snapshots", { name: wanted });
      name.value = "";
      await refresh();
      return `Kept as ${wanted}.`;
    });
  });

  /** @param {string} snapshot */
  async function restore(snapshot) {
    const text = `Tenant and clock go back to "${snapshot}". What has happened since is gone.`;
    if (!(await sure(text, "Restore"))) return;
    await report(said, async () => {
      await ask("POST", `snapshots/${encodeURIComponent(snapshot)}/restore`);
      await refresh();
      return `The tenant is what it was in ${snapshot}.`;
    });
  }

  /** @param {string} snapshot */
  async function remove(snapshot) {
    if (!(await sure(`"${snapshot}" is forgotten; the tenant stays as it is.`, "Delete"))) return;
    await report(said, async () => {
      await ask("DELETE", `snapshots/${encodeURIComponent(snapshot)}`);
      await refresh();
      return `${snapshot} is forgotten.`;
    });
  }

  return {
    /** @param {Overview} overview */
    update({ snapshots }) {
      keep(list, snapshots, {
        key: (snapshot) => snapshot,
        empty: "There is no snapshot yet.",
        render: (snapshot) =>
          h(
            "div",
            { class: "item" },
            h("div", {}, h("h3", {}, snapshot)),
            h(
              "div",
              { class: "buttons" },
              h(
                "button",
                {
                  type: "button",
                  "aria-label": `Restore ${snapshot}`,
                  on: { click: () => restore(snapshot) },
                },
                "Restore",
              ),
              h(
                "button",
                { type: "button", "aria-label": `Delete ${snapshot}`, on: { click: () => remove(snapshot) } },
                "Delete",
              ),
            ),
          ),
      });
    },
  };
}
