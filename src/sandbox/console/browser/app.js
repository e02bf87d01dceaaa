import { createClockView } from "./clock-view.js";
import { ask, sentence } from "./control.js";
import { byId, say } from "./elements.js";
import { createFaultsView } from "./faults-view.js";
import { createGatesView } from "./gates-view.js";
import { createOverviewView } from "./overview-view.js";
import { createRequestsView } from "./requests-view.js";
import { createSnapshotsView } from "./snapshots-view.js";
import { createTenantView } from "./tenant-view.js";

/** @typedef {import("../routes.ts").Overview} Overview */

/** Real time between two looks at the sandbox; longer where nobody looks at the page. */
const LOOK_EVERY_MS = 1_000;
const LOOK_HIDDEN_MS = 5_000;
/** How far back the log goes when the page is opened. */
const BACKLOG = 500;
const VIEWS = /** @type {const} */ (["overview", "tenant", "requests", "faults", "gates", "snapshots"]);

let seen = -1;
let pid = 0;
/** @type {Promise<void> | undefined} */
let looking;

/** @param {string} text */
function announce(text) {
  say(byId("announcer", HTMLElement), text);
}

/**
 * Asks before something that cannot be taken back.
 * @param {string} text
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
function sure(text, yes) {
  const dialog = byId("sure", HTMLDialogElement);
  const accept = byId("sure-yes", HTMLButtonElement);
  say(byId("sure-text", HTMLElement), text);
  say(accept, yes);
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}

async function lookNow() {
  try {
    /** @type {Overview} */
    const overview = await ask("GET", "overview");
    // Another process, or a log that was cleared, counts from 1 again.
    if (overview.pid !== pid || overview.requests.last < seen) {
      if (pid !== 0) forget();
      pid = overview.pid;
      seen = Math.max(0, overview.requests.last - BACKLOG);
    }
    for (const view of updated) view.update(overview);
    if (overview.requests.last > seen) {
      const { value } = await ask("GET", `requests?since=${seen}`);
      seen = value.at(-1)?.seq ?? seen;
      overviewView.add(value);
      requests.add(value);
    }
    say(byId("connection", HTMLElement), "");
  } catch (error) {
    say(byId("connection", HTMLElement), `${sentence(error)} Trying again …`);
  }
}

function forget() {
  seen = 0;
  overviewView.clear();
  requests.clear();
}

/** Looks at once, after a look that is under way. */
async function refresh() {
  await looking;
  looking = lookNow();
  await looking;
}

const page = { refresh, announce, sure, cleared: forget };
const overviewView = createOverviewView();
const requests = createRequestsView(page);
const tenant = createTenantView();
const updated = [
  createClockView(page),
  overviewView,
  requests,
  createFaultsView(page),
  createGatesView(page),
  createSnapshotsView(page),
];

function showView() {
  const wanted = location.hash.slice(1);
  if (wanted === "main") return;
  const name = VIEWS.find((view) => view === wanted) ?? "overview";
  for (const view of VIEWS) {
    byId(`view-${view}`, HTMLElement).hidden = view !== name;
    const link = document.querySelector(`.views a[href="#${view}"]`);
    if (view === name) link?.setAttribute("aria-current", "page");
    else link?.removeAttribute("aria-current");
  }
  document.title = `${name.charAt(0).toUpperCase()}${name.slice(1)} · psc sandbox`;
  if (name === "tenant") tenant.shown();
  if (name === "requests") requests.shown();
  else requests.hidden();
}

addEventListener("hashchange", showView);
document.querySelector(".skip")?.addEventListener("click", (event) => {
  // The address says which view is shown; skipping must not change it.
  event.preventDefault();
  byId("main", HTMLElement).focus();
});
byId("sure-yes", HTMLButtonElement).addEventListener("click", () =>
  byId("sure", HTMLDialogElement).close("yes"),
);
byId("sure-no", HTMLButtonElement).addEventListener("click", () => byId("sure", HTMLDialogElement).close(""));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void refresh();
});
showView();

for (;;) {
  await refresh();
  await new Promise((resolve) => setTimeout(resolve, document.hidden ? LOOK_HIDDEN_MS : LOOK_EVERY_MS));
}
