import type { Clock } from "../../clock.ts";
import { formatDuration } from "../../durations.ts";
import type { EngineEvent } from "../../engine/events.ts";
import type { Resource } from "../../engine/resource.ts";
import { clipped, styled } from "../styles.ts";
import type { Terminal } from "../terminal.ts";
import { eventLines } from "./event-lines.ts";
import { gateBox } from "./gate-box.ts";
import { row, symbolOf } from "./rows.ts";

/** Shows a run while it lasts. */
export interface Progress {
  onEvent(event: EngineEvent): void;
  /** A line of its own, above the running work. */
  log(line: string): void;
  /** A service is not asked for a while. */
  held(wait: { readonly service: string; readonly reason: string; readonly ms: number }): void;
  /** Keeps the screen as it is until `move`: somebody is being asked something. */
  still(): void;
  move(): void;
  /** Takes the running work off the screen. */
  close(): void;
}

export interface ProgressOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Spec file and sandbox options, for the commands in the gates' instructions. */
  readonly what: string;
  /** How long things took in earlier runs, by address: better than the manifest's word about others. */
  readonly durations?: ReadonlyMap<string, number>;
  /** True when somebody passes the gates by itself, so that instructions would only be in the way. */
  readonly simulated: boolean;
  /** True when the run waits at gates instead of listing them at its end. */
  readonly waitsForPerson: boolean;
}

/** Waits that usually take this long are announced where no region can be redrawn. */
const LONG_WAIT_MS = 5 * 60_000;

function openedGateLines(
  event: Extract<EngineEvent, { type: "gate-opened" }>,
  { terminal, what, simulated, waitsForPerson }: ProgressOptions,
): string[] {
  if (simulated) {
    const { resource, instructions } = event;
    return [
      `${styled("dim", String(resource.info.step).padStart(2))}${row({
        symbol: symbolOf("gate"),
        label: resource.label,
        detail: `a person's move: ${resource.info.persona}, ~${formatDuration(instructions.usualMinutes * 60_000)}`,
        indent: 1,
        columns: terminal.columns - 2,
      })}`,
    ];
  }
  return waitsForPerson ? gateBox([event], what, terminal.columns) : [];
}

/** For pipes, files and CI: a line when something happened, nothing redrawn. */
function lineProgress(options: ProgressOptions): Progress {
  const { terminal } = options;
  const announced = new Set<string>();
  return {
    onEvent(event) {
      if (event.type === "gate-opened")
        for (const line of openedGateLines(event, options)) terminal.say(line);
      if (event.type === "waiting" && event.resource.info.nature !== "gate") {
        const { resource } = event;
        if (resource.usualMs < LONG_WAIT_MS || announced.has(resource.address)) return;
        announced.add(resource.address);
        terminal.say(
          `${styled("dim", String(resource.info.step).padStart(2))}${row({
            symbol: symbolOf("running"),
            label: resource.label,
            detail: `under way, usually ${formatDuration(resource.usualMs)}`,
            indent: 1,
            columns: terminal.columns - 2,
          })}`,
        );
        return;
      }
      for (const line of eventLines(event, terminal.columns, terminal.verbose)) terminal.say(line);
    },
    log: (line) => terminal.say(line),
    held: ({ service, reason, ms }) =>
      terminal.say(styled("dim", `   ${service}: ${reason}, again in ${formatDuration(ms)}`)),
    still: () => {},
    move: () => {},
    close: () => {},
  };
}

interface Running {
  readonly resource: Resource;
  readonly since: number;
  nextLookAt?: number;
  gate: boolean;
}

/** What was over sooner last time needs no comparison. */
const WORTH_COMPARING_MS = 30_000;
const REDRAW_EVERY_MS = 120;
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";

/** For a terminal: the log grows above, what runs now is redrawn below it. */
function liveProgress(options: ProgressOptions): Progress {
  const { terminal, clock } = options;
  const running = new Map<string, Running>();
  /** When each service is asked again, and why not before. */
  const holds = new Map<string, { readonly reason: string; readonly until: number }>();
  let drawn = 0;
  let isStill = false;
  /** Lines that were to appear meanwhile. */
  let held: string[] = [];

  function runningRow({ resource, since, nextLookAt, gate }: Running): string {
    const elapsed = formatDuration(clock.now() - since);
    if (gate) {
      return row({
        symbol: symbolOf("gate"),
        label: resource.label,
        detail: `${resource.info.persona}, waited for ${elapsed}`,
        indent: 3,
        columns: terminal.columns - 1,
      });
    }
    const before = options.durations?.get(resource.address);
    const usual =
      before !== undefined && before >= WORTH_COMPARING_MS
        ? ` of ${formatDuration(before)} last time`
        : resource.usualMs > 0
          ? ` of usually ${formatDuration(resource.usualMs)}`
          : "";
    const look =
      nextLookAt === undefined
        ? ""
        : ` · next look in ${formatDuration(Math.max(0, nextLookAt - clock.now()))}`;
    return row({
      symbol: symbolOf("running"),
      label: resource.label,
      detail: `${elapsed}${usual}${look}`,
      indent: 3,
      columns: terminal.columns - 1,
    });
  }

  function region(): string[] {
    const room = Math.max(3, terminal.rows - 4);
    const rows = [...running.values()];
    // People first: they are what the run waits for.
    rows.sort((a, b) => Number(b.gate) - Number(a.gate) || a.resource.info.step - b.resource.info.step);
    const lines = rows.slice(0, room).map(runningRow);
    if (rows.length > room) lines.push(styled("dim", `     and ${rows.length - room} more`));
    for (const [service, { reason, until }] of holds) {
      const left = until - clock.now();
      if (left > 0)
        lines.push(styled("dim", `     ${service}: ${reason}; asked again in ${formatDuration(left)}`));
      else holds.delete(service);
    }
    if (lines.length > 0) {
      const open = rows.some(({ gate }) => gate);
      const words = open
        ? "What does not wait for a person goes on. Ctrl+C: leave it to the background, or stop."
        : "Ctrl+C: leave it to the background, or stop.";
      lines.push(styled("dim", clipped(words, terminal.columns - 1)));
    }
    return lines;
  }

  function erase(): string {
    return drawn === 0 ? "" : `\u001b[${drawn}A\r\u001b[J`;
  }

  function redraw(above: readonly string[]): void {
    if (isStill) {
      held.push(...above);
      return;
    }
    const lines = region();
    const up = erase();
    drawn = lines.length;
    const text = [...above, ...lines].map((line) => `${line}\n`).join("");
    if (up !== "" || text !== "") terminal.draw(up, text);
  }

  terminal.draw(HIDE_CURSOR, "");
  const timer = setInterval(() => redraw([]), REDRAW_EVERY_MS);
  timer.unref();
  const showCursor = (): void => terminal.draw(SHOW_CURSOR, "");
  process.once("exit", showCursor);

  return {
    onEvent(event) {
      const { resource } = event;
      const { address } = resource;
      switch (event.type) {
        case "started":
          running.set(address, { resource, since: clock.now(), gate: false });
          break;
        case "gate-opened":
          running.set(address, { resource, since: clock.now(), gate: true });
          redraw(openedGateLines(event, options));
          return;
        case "waiting": {
          const entry = running.get(address);
          if (entry !== undefined) entry.nextLookAt = clock.now() + event.nextLookMs;
          return;
        }
        case "finished":
        case "failed":
        case "gate-passed":
        case "gate-left":
          running.delete(address);
          break;
        case "blocked":
        case "note":
          break;
      }
      const lines = eventLines(event, terminal.columns, terminal.verbose);
      if (lines.length > 0) redraw(lines);
    },
    log: (line) => redraw([line]),
    held: ({ service, reason, ms }) => void holds.set(service, { reason, until: clock.now() + ms }),
    still() {
      terminal.draw(`${erase()}${SHOW_CURSOR}`, "");
      drawn = 0;
      isStill = true;
    },
    move() {
      isStill = false;
      terminal.draw(HIDE_CURSOR, "");
      redraw(held);
      held = [];
    },
    close() {
      clearInterval(timer);
      running.clear();
      redraw([]);
      showCursor();
      process.off("exit", showCursor);
    },
  };
}

export function createProgress(options: ProgressOptions): Progress {
  return options.terminal.live ? liveProgress(options) : lineProgress(options);
}
