import { describe, expect, it } from "vitest";
import { createProgress } from "../../src/cli/render/progress.ts";
import { createTerminal } from "../../src/cli/terminal.ts";
import { PscError } from "../../src/errors.ts";
import { INSTRUCTIONS, sample } from "./sample-plan.ts";

const HOUR = 3_600_000;

function setUp(options: {
  tty: boolean;
  simulated?: boolean;
  waits?: boolean;
  durations?: ReadonlyMap<string, number>;
}): {
  readonly progress: ReturnType<typeof createProgress>;
  readonly text: () => string;
  readonly pass: (ms: number) => void;
} {
  const out: string[] = [];
  const terminal = createTerminal({
    stdout: { write: (text: string) => out.push(text), isTTY: options.tty, columns: 100, rows: 30 },
    stderr: { write: () => {} },
    env: { NO_COLOR: "1" },
    output: "text",
    noColor: false,
    quiet: false,
    verbose: false,
    debug: false,
  });
  let now = 0;
  const progress = createProgress({
    terminal,
    clock: { now: () => now, sleep: async () => {} },
    what: "dev.yaml",
    simulated: options.simulated ?? false,
    waitsForPerson: options.waits ?? false,
    ...(options.durations === undefined ? {} : { durations: options.durations }),
  });
  return {
    progress,
    text: () => out.join(""),
    pass: (ms) => {
      now += ms;
    },
  };
}

const slow = sample({
  kind: "power-platform.application-package",
  step: 4,
  label: "package Omnichannel",
  usualMinutes: 100,
});
const quick = sample({ label: 'queue "Patients"' });
const gate = sample({
  kind: "entra.omnichannel-consent",
  step: 3,
  label: "consent",
  persona: "Global Administrator",
  nature: "gate",
});

describe("progress beside earlier runs and questions", () => {
  it("compares a wait with the last one of its kind here, and keeps still while somebody is asked", () => {
    const { progress, text, pass } = setUp({ tty: true, durations: new Map([[slow.address, HOUR]]) });
    progress.onEvent({ type: "started", resource: slow, action: "create", reason: "" });
    progress.onEvent({ type: "waiting", resource: slow, what: "", elapsedMs: 0, nextLookMs: 30_000 });
    pass(10 * 60_000);
    progress.log("a line");
    expect(text()).toMatch(/package Omnichannel +10 min of 1 h last time · next look in/);
    progress.held({ service: "dataverse", reason: "throttled", ms: 90_000 });
    progress.log("another line");
    expect(text()).toContain("dataverse: throttled; asked again in ");
    progress.still();
    const before = text();
    progress.log("held back");
    expect(text()).toBe(before);
    progress.move();
    expect(text().slice(before.length)).toContain("held back");
    progress.close();
  });
});

describe("progress where nothing can be redrawn", () => {
  it("announces a long wait once and says when it is over", () => {
    const { progress, text } = setUp({ tty: false });
    progress.onEvent({ type: "started", resource: slow, action: "create", reason: "" });
    for (let look = 0; look < 50; look += 1)
      progress.onEvent({ type: "waiting", resource: slow, what: "", elapsedMs: look, nextLookMs: 30_000 });
    progress.onEvent({
      type: "finished",
      resource: slow,
      action: "create",
      elapsedMs: 1.5 * HOUR,
      id: "1",
      exchanges: [],
    });
    progress.close();
    expect(
      text()
        .split("\n")
        .filter((line) => line !== ""),
    ).toEqual([
      expect.stringMatching(/^ 4 … package Omnichannel +under way, usually 1 h 40 min$/),
      expect.stringMatching(/^ 4 ✓ package Omnichannel +created in 1 h 30 min +Dataverse Web API$/),
    ]);
    expect(text()).not.toContain("\u001b");
  });

  it("says nothing about quick things until they are done", () => {
    const { progress, text } = setUp({ tty: false });
    progress.onEvent({ type: "started", resource: quick, action: "update", reason: "" });
    progress.onEvent({ type: "waiting", resource: quick, what: "", elapsedMs: 1, nextLookMs: 5_000 });
    expect(text()).toBe("");
  });

  it("shows a failure with its remedy at once", () => {
    const { progress, text } = setUp({ tty: false });
    progress.onEvent({
      type: "failed",
      resource: quick,
      action: "create",
      error: new PscError({ code: "PSC-E231", message: "kim may not", persona: "an owner", remedy: "ask" }),
    });
    expect(text()).toContain(
      '✗ step 11 · queue "Patients"\n  PSC-E231  kim may not\n  who     an owner\n  then    ask',
    );
  });

  it("shows instructions only to somebody who is waited for", () => {
    const opened = { type: "gate-opened", resource: gate, instructions: INSTRUCTIONS } as const;
    const waiting = setUp({ tty: false, waits: true });
    waiting.progress.onEvent(opened);
    expect(waiting.text()).toContain("psc gate confirm omnichannel-consent dev.yaml");
    const simulated = setUp({ tty: false, simulated: true, waits: true });
    simulated.progress.onEvent(opened);
    expect(simulated.text()).toMatch(/3 ! consent +a person's move: Global Administrator, ~2 min/);
    const unattended = setUp({ tty: false });
    unattended.progress.onEvent(opened);
    expect(unattended.text()).toBe("");
  });
});

describe("progress on a terminal", () => {
  it("keeps what runs below the log, with elapsed and usual time, and takes it away at the end", () => {
    const { progress, text, pass } = setUp({ tty: true });
    progress.onEvent({ type: "started", resource: slow, action: "create", reason: "" });
    pass(0.8 * HOUR);
    progress.onEvent({
      type: "waiting",
      resource: slow,
      what: "",
      elapsedMs: 0.8 * HOUR,
      nextLookMs: 30_000,
    });
    progress.onEvent({
      type: "finished",
      resource: quick,
      action: "create",
      elapsedMs: 0,
      id: "1",
      exchanges: [],
    });
    expect(text()).toMatch(
      /✓ queue "Patients".*\n {3}… package Omnichannel +48 min of usually 1 h 40 min · next look in 30 s\n/,
    );
    progress.close();
    const afterClose = text().slice(text().lastIndexOf("\u001b[J"));
    expect(afterClose).not.toContain("package");
    expect(text().endsWith("\u001b[?25h")).toBe(true);
  });

  it("puts an open gate first", () => {
    const { progress, text } = setUp({ tty: true, waits: true });
    progress.onEvent({ type: "started", resource: slow, action: "create", reason: "" });
    progress.onEvent({ type: "gate-opened", resource: gate, instructions: INSTRUCTIONS });
    const drawn = text().slice(text().lastIndexOf("└"));
    expect(drawn.indexOf("! consent")).toBeLessThan(drawn.indexOf("… package"));
    expect(drawn).toContain("What does not wait for a person goes on.");
    progress.close();
  });
});
