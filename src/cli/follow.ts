import { setTimeout as sleep } from "node:timers/promises";
import { formatDuration } from "../durations.ts";
import { type JournalEntry, readLastRun } from "../engine/journal.ts";
import { isHolderAlive, readLock } from "../engine/lock.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { shortGateName } from "./gate-address.ts";
import { symbolOf } from "./render/rows.ts";
import { styled } from "./styles.ts";
import type { Terminal } from "./terminal.ts";

const LOOK_EVERY_MS = 250;

function text(entry: JournalEntry, name: string): string {
  const value = entry[name];
  return typeof value === "string" ? value : "";
}

const DONE: Readonly<Record<string, string>> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "deleted",
  adopt: "adopted",
  wait: "finished",
};

/** One line of the journal for people; nothing for most. */
function entryLine(entry: JournalEntry, labels: ReadonlyMap<string, string>): string | undefined {
  const address = text(entry, "address");
  const label = labels.get(address) ?? address;
  const at = styled("dim", entry.at.slice(11, 16));
  switch (entry.type) {
    case "run":
      return `${at} ${symbolOf("running")} ${text(entry, "command")} of ${text(entry, "environment")} by ${text(entry, "identity")}`;
    case "intent":
      return `${at} ${symbolOf("running")} ${label}: begun (${text(entry, "action")})`;
    case "operation":
      return `${at} ${symbolOf("running")} ${label}: ${text(entry, "what")}`;
    case "outcome": {
      const elapsed = Number(entry["elapsedMs"]);
      const time = elapsed >= 60_000 ? ` in ${formatDuration(elapsed)}` : "";
      const done = DONE[text(entry, "action")];
      return done === undefined ? undefined : `${at} ${symbolOf("done")} ${label}: ${done}${time}`;
    }
    case "failure":
      return `${at} ${symbolOf("failed")} ${label}: ${text(entry, "code")} ${text(entry, "message")}`;
    case "note":
      return styled("dim", `${entry.at.slice(11, 16)}   ${label}: ${text(entry, "text")}`);
    case "gate-opened":
      return `${at} ${symbolOf("gate")} ${label}: waits for a person (psc gate show ${shortGateName(address)})`;
    case "gate-passed":
      return `${at} ${symbolOf("done")} ${label}: passed, ${text(entry, "how")} by ${text(entry, "by")}`;
    default:
      return undefined;
  }
}

function labelsOf(entries: readonly JournalEntry[]): ReadonlyMap<string, string> {
  const actions = entries.find(({ type }) => type === "intents")?.["actions"];
  return new Map(
    (Array.isArray(actions) ? actions : []).map(({ address, label }: { address: string; label: string }) => [
      address,
      label,
    ]),
  );
}

const EXITS: Readonly<Record<string, ExitCode>> = {
  done: EXIT.done,
  "waiting-for-person": EXIT.waitingForPerson,
  interrupted: EXIT.stillInProgress,
};

/**
 * Shows the newest run of an environment from its first line on, whoever runs it, until it ends or its process is gone.
 * Ctrl+C ends the showing, not the run. Returns what the run itself would have told the shell.
 */
export async function followRun(folder: string, terminal: Terminal): Promise<ExitCode> {
  let file: string | undefined;
  let shown = 0;
  for (;;) {
    // Looked at before the journal: what a process wrote before it went is still read below.
    const holder = readLock(folder);
    const runs = holder !== undefined && isHolderAlive(holder);
    const run = readLastRun(folder);
    if (run !== undefined && run.file !== file) {
      file = run.file;
      shown = 0;
    }
    const entries = run?.entries ?? [];
    const labels = labelsOf(entries);
    for (const entry of entries.slice(shown)) {
      const line = entryLine(entry, labels);
      if (line !== undefined) terminal.print(line);
      if (terminal.output === "json") terminal.data(JSON.stringify(entry));
    }
    shown = entries.length;
    const end = entries.find(({ type }) => type === "end");
    if (end !== undefined) {
      const outcome = text(end, "outcome");
      terminal.print(`${styled("dim", end.at.slice(11, 16))} ended: ${outcome}`);
      return EXITS[outcome] ?? EXIT.error;
    }
    if (!runs) {
      terminal.print(
        `${symbolOf("failed")} its process is gone without a last word; psc deploy goes on from there`,
      );
      return EXIT.error;
    }
    await sleep(LOOK_EVERY_MS);
  }
}
