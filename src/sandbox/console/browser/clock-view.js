import { ask, sentence } from "./control.js";
import { byId, say } from "./elements.js";
import { dateTime, pace } from "./words.js";

/** @typedef {import("../routes.ts").Overview} Overview */

/**
 * Says in a status line what came of an action.
 * @param {HTMLElement} line
 * @param {() => Promise<string>} act returns the sentence for success
 */
export async function report(line, act) {
  try {
    const done = await act();
    line.dataset["tone"] = "good";
    say(line, done);
  } catch (error) {
    line.dataset["tone"] = "bad";
    say(line, sentence(error));
  }
}

/**
 * The clock in the page's head and its controls in the overview.
 * @param {{ refresh(): Promise<void> }} page
 */
export function createClockView({ refresh }) {
  const now = byId("now", HTMLElement);
  const paceLine = byId("pace", HTMLElement);
  const pause = byId("pause", HTMLButtonElement);
  const speed = byId("speed", HTMLInputElement);
  const jump = byId("jump", HTMLInputElement);
  const said = byId("clock-said", HTMLElement);
  /** @type {Overview["clock"]} */
  let reading = { now: 0, speed: 1, paused: true, changes: -1 };
  let since = performance.now();

  function tick() {
    if (reading.changes < 0) return;
    const passed = reading.paused ? 0 : (performance.now() - since) * reading.speed;
    say(now, `${dateTime(reading.now + passed)} UTC`);
  }

  /** @param {object} body */
  async function change(body) {
    await ask("POST", "clock", body);
    await refresh();
  }

  pause.addEventListener("click", () =>
    report(said, async () => {
      await change({ paused: !reading.paused });
      return reading.paused ? "The clock is paused." : "The clock runs.";
    }),
  );
  byId("speed-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    report(said, async () => {
      await change({ speed: Number(speed.value) });
      return `A real second is now ${pace(reading.speed).replace(" a second", "")}.`;
    });
  });
  byId("jump-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    report(said, async () => {
      await change({ jump: jump.value.trim() });
      return `Jumped by ${jump.value.trim()}; it is ${dateTime(reading.now)}.`;
    });
  });
  setInterval(tick, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1_000 : 250);

  return {
    /** @param {Overview} overview */
    update({ clock }) {
      const isNew = clock.changes !== reading.changes;
      reading = clock;
      since = performance.now();
      tick();
      if (!isNew) return;
      say(paceLine, clock.paused ? "paused" : pace(clock.speed));
      say(pause, clock.paused ? "Resume" : "Pause");
      if (document.activeElement !== speed) speed.value = String(clock.speed);
    },
  };
}
