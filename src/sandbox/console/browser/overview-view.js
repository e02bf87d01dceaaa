import { byId, h, keep, say } from "./elements.js";
import { clockTime, count, duration, statusClass, statusText } from "./words.js";

/** @typedef {import("../routes.ts").Overview} Overview */
/** @typedef {import("../../request-log.ts").LoggedRequest} LoggedRequest */

const LATEST = 8;

export function createOverviewView() {
  const gates = byId("o-gates", HTMLElement);
  const writes = byId("o-writes", HTMLElement);
  /** @type {LoggedRequest[]} */
  let latest = [];

  function showWrites() {
    keep(writes, latest, {
      key: ({ seq }) => seq,
      empty: "Nothing has been written yet.",
      render: ({ time, method, status, url }) =>
        h(
          "li",
          {},
          h("span", { class: "quiet numbers" }, clockTime(time).slice(0, 8)),
          h("span", {}, method),
          h("span", { class: `numbers status-${statusClass(status)}` }, statusText(status)),
          h("span", { title: url }, url.replace(/^https:\/\//, "")),
        ),
    });
  }

  return {
    /** @param {Overview} overview */
    update({ tenant, requests, uptimeMs, pid, gates: board }) {
      say(byId("tenant-name", HTMLElement), tenant.domain);
      say(byId("o-tenant", HTMLElement), tenant.displayName);
      say(byId("o-rate", HTMLElement), count(requests.lastMinute));
      say(byId("o-total", HTMLElement), count(requests.last));
      say(byId("o-uptime", HTMLElement), duration(uptimeMs));
      say(byId("o-pid", HTMLElement), String(pid));
      keep(
        gates,
        board
          .filter(({ state, acted }) => state !== "passed" && acted === undefined)
          .map(({ id, label, persona }) => ({ id, label, persona })),
        {
          key: ({ id }) => id,
          empty: "Nobody is waited for.",
          render: ({ label, persona }) =>
            h("li", {}, h("a", { href: "#gates" }, label), h("span", { class: "quiet" }, ` · ${persona}`)),
        },
      );
      if (writes.childElementCount === 0) showWrites();
    },
    /** @param {readonly LoggedRequest[]} entries */
    add(entries) {
      latest = [...latest, ...entries.filter(({ write }) => write)].slice(-LATEST);
      showWrites();
    },
    clear() {
      latest = [];
      showWrites();
    },
  };
}
