import {
  appendFileSync,
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { EngineEvent } from "./events.ts";
import { type JournalText, journalLine, readJournalText } from "./journal-lines.ts";
import type { Confirmation } from "./resource.ts";

/** Written into the first line of a run; a number more for every change that an older psc would misread. */
export const JOURNAL_FORMAT = "psc.journal/1";

/** One line of a run's journal. Never the truth about the tenant: only for resuming, audit and history. */
export interface JournalEntry {
  readonly at: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

export interface Journal {
  readonly file: string;
  append(entry: Omit<JournalEntry, "at">): void;
  record(event: EngineEvent): void;
  /** Resolves when every line so far is on the disk. Whoever asks while that happens shares the next turn. */
  flushed(): Promise<void>;
  close(): void;
}

/**
 * Folder of one environment's runs and confirmations below the work folder's `.psc`. Those of the sandbox lie with the
 * sandbox: a gate that was passed there says nothing about a real tenant, and is forgotten when the sandbox is reset.
 */
export function environmentFolder(
  workFolder: string,
  environment: string,
  where: "tenant" | "sandbox" = "tenant",
): string {
  return join(workFolder, ".psc", ...(where === "sandbox" ? ["sandbox"] : []), "environments", environment);
}

/** Where lines go besides this machine. */
export interface Mirror {
  /** Takes a line of a file of the environment, such as `runs/2026….jsonl`. */
  append(file: string, line: string): void;
  /** Resolves when everything taken so far is there. */
  flushed(): Promise<void>;
}

export function openJournal(folder: string, now: () => number, mirror?: Mirror): Journal {
  const runs = join(folder, "runs");
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const file = join(runs, `${new Date(Date.now()).toISOString().replace(/[:.]/g, "-")}-${process.pid}.jsonl`);
  const handle = openSync(file, "a", 0o600);
  const append: Journal["append"] = (entry) => {
    const line = journalLine({ at: new Date(now()).toISOString(), ...entry });
    appendFileSync(handle, line);
    mirror?.append(`runs/${basename(file)}`, line);
  };
  const sync = (): Promise<void> =>
    new Promise((resolve, reject) => {
      fsync(handle, (error) => (error === null ? resolve() : reject(error)));
    });
  /** One line an operation, however often it is looked at. */
  const operations = new Map<string, string>();
  let syncing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  /** Here and, where there is one, in the mirror. */
  async function flushedEverywhere(): Promise<void> {
    await Promise.all([flushed(), mirror?.flushed()]);
  }
  /** One flush at a time: lines written while it runs are covered by the one after it, however many wait for that. */
  function flushed(): Promise<void> {
    if (syncing === undefined) {
      syncing = sync().finally(() => {
        syncing = undefined;
      });
      return syncing;
    }
    next ??= syncing
      .catch(() => {})
      .then(() => {
        next = undefined;
        return flushed();
      });
    return next;
  }
  return {
    file,
    append,
    flushed: flushedEverywhere,
    record(event) {
      const address = event.resource.address;
      switch (event.type) {
        case "started":
          append({ type: "intent", address, action: event.action, reason: event.reason });
          break;
        case "waiting":
          if (event.operationUrl === undefined || operations.get(address) === event.operationUrl) break;
          operations.set(address, event.operationUrl);
          append({ type: "operation", address, what: event.what, url: event.operationUrl });
          break;
        case "finished":
          append({
            type: "outcome",
            address,
            action: event.action,
            id: event.id,
            elapsedMs: event.elapsedMs,
            requests: event.exchanges,
          });
          break;
        case "failed":
          append({
            type: "failure",
            address,
            action: event.action,
            code: event.error.code,
            message: event.error.message,
            ...(event.id === undefined ? {} : { id: event.id }),
          });
          break;
        case "blocked":
          append({ type: "blocked", address, by: event.by });
          break;
        case "gate-opened":
          append({ type: "gate-opened", address });
          break;
        case "gate-passed":
          append({ type: "gate-passed", address, by: event.confirmation.by, how: event.confirmation.how });
          break;
        case "gate-left":
          append({ type: "gate-left", address });
          break;
        case "note":
          append({ type: "note", address, text: event.text });
          break;
      }
    },
    close() {
      fsyncSync(handle);
      closeSync(handle);
    },
  };
}

function readText<T extends object>(file: string): JournalText<T> {
  return existsSync(file)
    ? readJournalText<T>(readFileSync(file, "utf8"))
    : { entries: [], damaged: [], torn: false };
}

/** One run as its journal tells it. */
export interface RunRecord extends JournalText<JournalEntry> {
  readonly file: string;
  /** False when a newer psc wrote it in a format this one does not know: nothing is concluded from it then. */
  readonly known: boolean;
}

function readRun(file: string): RunRecord {
  const text = readText<JournalEntry>(file);
  const format = text.entries.find(({ type }) => type === "run")?.["format"];
  return format === undefined || format === JOURNAL_FORMAT
    ? { file, ...text, known: true }
    : { file, ...text, entries: [], known: false };
}

function runFiles(folder: string): readonly string[] {
  const runs = join(folder, "runs");
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .map((name) => join(runs, name));
}

/** The newest run; undefined when there was none. */
export function readLastRun(folder: string): RunRecord | undefined {
  const newest = runFiles(folder).at(-1);
  return newest === undefined ? undefined : readRun(newest);
}

/** What the journals of an environment say about what psc made there. */
export interface Creations {
  /** True when this very object was made by psc, or its making was begun by psc and never seen to end. */
  has(address: string, id: string): boolean;
  /** Addresses of what psc made or began to make and has not deleted since. */
  readonly alive: ReadonlySet<string>;
}

/** Reads every run. An object that was there before psc came was never created by it, only updated or adopted. */
export function readCreations(folder: string): Creations {
  const made = new Map<string, Set<string>>();
  const begun = new Set<string>();
  const alive = new Set<string>();
  for (const file of runFiles(folder)) {
    for (const entry of readRun(file).entries) {
      const { type, address, action, id } = entry;
      if (typeof address !== "string") continue;
      const creates = action === "create" || action === "replace";
      if (type === "intent" && creates) {
        begun.add(address);
        alive.add(address);
      }
      if (type === "outcome" && action === "delete") alive.delete(address);
      if (type === "failure" || (type === "intent" && action === "delete")) begun.delete(address);
      if ((type !== "outcome" && type !== "failure") || !creates || typeof id !== "string") continue;
      begun.delete(address);
      made.set(address, (made.get(address) ?? new Set()).add(id));
    }
  }
  return { has: (address, id) => made.get(address)?.has(id) === true || begun.has(address), alive };
}

/** What the environment was declared to be when its runs began, the newest first; what is the same is there once. */
export function readDeclarations(folder: string): readonly unknown[] {
  const found = new Map<string, unknown>();
  for (const file of [...runFiles(folder)].reverse())
    for (const { type, declared } of readRun(file).entries) {
      if (type !== "declared") continue;
      const text = JSON.stringify(declared);
      if (!found.has(text)) found.set(text, declared);
    }
  return [...found.values()];
}

/** How long creating each resource took when it was last done, in milliseconds of psc's clock, by address. */
export function readDurations(folder: string): ReadonlyMap<string, number> {
  const durations = new Map<string, number>();
  for (const file of runFiles(folder))
    for (const { type, address, action, elapsedMs } of readRun(file).entries)
      if (
        type === "outcome" &&
        action === "create" &&
        typeof address === "string" &&
        typeof elapsedMs === "number"
      )
        durations.set(address, elapsedMs);
  return durations;
}

/** File of the confirmations in an environment's folder. */
export const CONFIRMATIONS = "gates.jsonl";

/** Who said or was seen to have passed which gate, and when: `gates.jsonl`, append-only; the newest word counts. */
export interface ConfirmationBook {
  lookup(gate: string): Confirmation | undefined;
  all(): readonly Confirmation[];
  record(confirmation: Confirmation): void;
}

export function openConfirmations(folder: string, mirror?: Mirror): ConfirmationBook {
  const file = join(folder, CONFIRMATIONS);
  const all = (): readonly Confirmation[] => readText<Confirmation>(file).entries;
  return {
    all,
    lookup: (gate) => all().findLast((entry) => entry.gate === gate && entry.how === "confirmed"),
    record(confirmation) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // After a torn line, or the two would be one damaged line.
      const whole = !existsSync(file) || /(^|\n)$/.test(readFileSync(file, "utf8"));
      const line = journalLine(confirmation);
      appendFileSync(file, `${whole ? "" : "\n"}${line}`, { mode: 0o600, flush: true });
      mirror?.append(CONFIRMATIONS, line);
    },
  };
}
