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
import { join } from "node:path";
import type { EngineEvent } from "./events.ts";
import type { Confirmation } from "./resource.ts";

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

export function openJournal(folder: string, now: () => number): Journal {
  const runs = join(folder, "runs");
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const file = join(runs, `${new Date(Date.now()).toISOString().replace(/[:.]/g, "-")}-${process.pid}.jsonl`);
  const handle = openSync(file, "a", 0o600);
  const append: Journal["append"] = (entry) => {
    appendFileSync(handle, `${JSON.stringify({ at: new Date(now()).toISOString(), ...entry })}\n`);
  };
  const sync = (): Promise<void> =>
    new Promise((resolve, reject) => {
      fsync(handle, (error) => (error === null ? resolve() : reject(error)));
    });
  let syncing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
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
    flushed,
    record(event) {
      const address = event.resource.address;
      switch (event.type) {
        case "started":
          append({ type: "intent", address, action: event.action, reason: event.reason });
          break;
        case "waiting":
          if (event.operationUrl !== undefined)
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

function readLines(file: string): unknown[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as unknown];
      } catch {
        // The torn last line of a killed run.
        return [];
      }
    });
}

/** Entries of the newest run, oldest first; empty when there was none. */
export function readLastRun(
  folder: string,
): { readonly file: string; readonly entries: readonly JournalEntry[] } | undefined {
  const runs = join(folder, "runs");
  if (!existsSync(runs)) return undefined;
  const newest = readdirSync(runs)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .at(-1);
  if (newest === undefined) return undefined;
  return { file: join(runs, newest), entries: readLines(join(runs, newest)) as JournalEntry[] };
}

/** What the journals of an environment say about what psc made there. */
export interface Creations {
  /** True when this very object was made by psc, or its making was begun by psc and never seen to end. */
  has(address: string, id: string): boolean;
}

/** Reads every run. An object that was there before psc came was never created by it, only updated or adopted. */
export function readCreations(folder: string): Creations {
  const made = new Map<string, Set<string>>();
  const begun = new Set<string>();
  const runs = join(folder, "runs");
  const files = existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith(".jsonl")) : [];
  for (const file of files.sort()) {
    for (const entry of readLines(join(runs, file)) as JournalEntry[]) {
      const { type, address, action, id } = entry;
      if (typeof address !== "string") continue;
      const creates = action === "create" || action === "replace";
      if (type === "intent" && creates) begun.add(address);
      if (type === "failure" || (type === "intent" && action === "delete")) begun.delete(address);
      if (type !== "outcome" || !creates || typeof id !== "string") continue;
      begun.delete(address);
      made.set(address, (made.get(address) ?? new Set()).add(id));
    }
  }
  return { has: (address, id) => made.get(address)?.has(id) === true || begun.has(address) };
}

/** Who said or was seen to have passed which gate, and when: `gates.jsonl`, append-only; the newest word counts. */
export interface ConfirmationBook {
  lookup(gate: string): Confirmation | undefined;
  all(): readonly Confirmation[];
  record(confirmation: Confirmation): void;
}

export function openConfirmations(folder: string): ConfirmationBook {
  const file = join(folder, "gates.jsonl");
  const all = (): readonly Confirmation[] => readLines(file) as Confirmation[];
  return {
    all,
    lookup: (gate) => all().findLast((entry) => entry.gate === gate && entry.how === "confirmed"),
    record(confirmation) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      appendFileSync(file, `${JSON.stringify(confirmation)}\n`, { mode: 0o600 });
    },
  };
}
