import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CONFIRMATIONS, type Mirror } from "../engine/journal.ts";
import type { BlobStore } from "./blob-store.ts";

/**
 * The journal and the confirmations of an environment, shared between machines: each machine works on files of its own,
 * and everything it writes is also appended to blobs. Lines are facts that stand for themselves, so that the union of
 * two machines' lines is always right.
 */
export interface SharedRecord extends Mirror {
  /** Brings here what others wrote, and brings there what never arrived. */
  pull(): Promise<void>;
  /** Only the confirmations: somebody else may pass a gate while a run waits. */
  pullConfirmations(): Promise<void>;
}

/** Largest block of an append blob that every version takes ("Append Block", Azure Storage REST). */
const MOST_CHARACTERS = 1_000_000;

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

/**
 * @param folder the environment's folder on this machine.
 * @param environment its name, which is its folder in the store.
 */
export function createSharedRecord(store: BlobStore, environment: string, folder: string): SharedRecord {
  const waiting: { readonly file: string; readonly line: string }[] = [];
  let sending: Promise<void> | undefined;

  /** In order, with as few requests as that allows. */
  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const { file } = waiting[0] as { file: string };
      let text = "";
      let taken = 0;
      for (const entry of waiting) {
        if (entry.file !== file || (taken > 0 && text.length + entry.line.length > MOST_CHARACTERS)) break;
        text += entry.line;
        taken += 1;
      }
      await store.append(`${environment}/${file}`, text);
      waiting.splice(0, taken);
    }
  }

  function start(): Promise<void> {
    sending ??= drain().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  /** The union of both sides, theirs first, on both sides. */
  async function merge(file: string): Promise<void> {
    const local = join(folder, file);
    const here = existsSync(local) ? linesOf(readFileSync(local, "utf8")) : [];
    const there = linesOf((await store.read(`${environment}/${file}`)) ?? "");
    const known = new Set(there);
    const missing = here.filter((line) => !known.has(line));
    const had = new Set(here);
    if (there.some((line) => !had.has(line))) {
      mkdirSync(dirname(local), { recursive: true, mode: 0o700 });
      writeFileSync(local, [...there, ...missing].map((line) => `${line}\n`).join(""), { mode: 0o600 });
    }
    if (missing.length > 0)
      await store.append(`${environment}/${file}`, missing.map((line) => `${line}\n`).join(""));
  }

  return {
    append(file, line) {
      waiting.push({ file, line });
      // A failure is told to whoever flushes; until then the line waits.
      start().catch(() => {});
    },
    flushed: () => (waiting.length === 0 ? Promise.resolve() : start()),
    async pull() {
      const runs = join(folder, "runs");
      const here = existsSync(runs) ? readdirSync(runs).filter((name) => name.endsWith(".jsonl")) : [];
      const there = (await store.list(`${environment}/runs/`)).map((name) =>
        name.slice(`${environment}/runs/`.length),
      );
      const files = new Set([...here, ...there.filter((name) => /^[\w.-]+\.jsonl$/.test(name))]);
      for (const name of files) await merge(`runs/${name}`);
      await merge(CONFIRMATIONS);
    },
    pullConfirmations: () => merge(CONFIRMATIONS),
  };
}
