import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../exchange.ts";
import type { WorldState } from "../world.ts";
import { applyChange, type Change, piecesOf } from "./changes.ts";
import { checkedLine, readCheckedLines } from "./checked-lines.ts";

/** The state at a moment of the sandbox's clock. */
export interface SavedSandbox {
  /** Sandbox time when it was saved; it stands still while nothing runs. */
  readonly now: number;
  readonly state: WorldState;
}

interface Step {
  /** Sandbox time. */
  readonly t: number;
  readonly c: readonly Change[];
}

const FORMAT = "psc.sandbox/1";
/** A log shorter than this is not worth rewriting. */
const LEAST_LOG_BYTES = 4 << 20;
/** How much of a rewrite happens between two requests. */
const SLICE_BYTES = 256 << 10;

function partsOf(state: WorldState): Record<string, unknown> {
  return { services: state.services, events: state.events, sequence: state.sequence };
}

function emptyRoot(): JsonObject {
  return { services: {}, events: [], sequence: 0 };
}

function stateOf(root: JsonObject): WorldState {
  return { format: FORMAT, ...root } as unknown as WorldState;
}

function* linesOf({ now, state }: SavedSandbox): Generator<string> {
  let changes: Change[] = [];
  let bytes = 0;
  for (const change of piecesOf(partsOf(state))) {
    changes.push(change);
    bytes += JSON.stringify(change).length;
    if (bytes < SLICE_BYTES / 4) continue;
    yield checkedLine({ t: now, c: changes } satisfies Step);
    changes = [];
    bytes = 0;
  }
  yield checkedLine({ t: now, c: changes } satisfies Step);
}

/** Writes a whole state to a file that is either complete or not there. */
export function writeStateFile(file: string, saved: SavedSandbox): number {
  const temporary = `${file}.tmp`;
  const handle = openSync(temporary, "w", 0o600);
  let bytes = 0;
  try {
    for (const line of linesOf(saved)) bytes += writeSync(handle, line);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  return bytes;
}

function replay(file: string, into: { root: JsonObject; now: number }) {
  return readCheckedLines(file, (value) => {
    const { t, c } = value as Step;
    into.now = t;
    for (const change of c) applyChange(into.root, change);
  });
}

/** @throws DamagedFile when the file is not what was written. */
export function readStateFile(file: string): SavedSandbox {
  const read = { root: emptyRoot(), now: 0 };
  replay(file, read);
  return { now: read.now, state: stateOf(read.root) };
}

export interface ChangeLogOptions {
  /** How long the log may grow before the state is written anew; by default as long as the state. */
  readonly rewriteAfterBytes?: number;
}

export interface ChangeLog {
  load(): SavedSandbox | undefined;
  /**
   * One step: after a crash it is there whole or not at all. `settle` commits what is pending and returns the living
   * state; it is called when the log has to be rewritten.
   */
  commit(now: number, changes: readonly Change[], settle: () => WorldState): void;
  /** Puts another state in the place of everything before. */
  replace(saved: SavedSandbox): void;
  /** Finishes a rewrite that is under way and closes the files. */
  close(): Promise<void>;
}

const GENERATION = /^(state|changes)\.(\d+)\.jsonl$/;

export function hasStateFiles(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => GENERATION.test(name));
}

/**
 * The state of a sandbox as a log of changes: `state.N.jsonl` holds everything up to a point, `changes.N.jsonl` what
 * came after. Writing costs as much as what changed. When the log has grown beyond the state, a new log begins and the
 * state is written anew beside it, a slice between two requests; changes made meanwhile are in the new log, and since
 * each says what a value is and not how it came about, reading both in order gives the right state whatever the slices
 * caught. The operating system keeps what a killed process has written; a power cut may lose the last seconds.
 */
export function openChangeLog(folder: string, options: ChangeLogOptions = {}): ChangeLog {
  let generation = 0;
  let handle: number | undefined;
  let logBytes = 0;
  let stateBytes = 0;
  let rewriting: Promise<void> | undefined;
  let abandoned = false;

  const stateFile = (number: number): string => join(folder, `state.${number}.jsonl`);
  const logFile = (number: number): string => join(folder, `changes.${number}.jsonl`);

  function numbers(kind: string): number[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .flatMap((name) => {
        const match = GENERATION.exec(name);
        return match?.[1] === kind ? [Number(match[2])] : [];
      })
      .sort((a, b) => a - b);
  }

  function begin(number: number): void {
    if (handle !== undefined) closeSync(handle);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    generation = number;
    handle = openSync(logFile(number), "a", 0o600);
    logBytes = 0;
  }

  function removeBefore(number: number): void {
    for (const old of numbers("state")) if (old < number) rmSync(stateFile(old), { force: true });
    for (const old of numbers("changes")) if (old < number) rmSync(logFile(old), { force: true });
  }

  async function rewrite(settle: () => WorldState, now: number): Promise<void> {
    const number = generation + 1;
    begin(number);
    const state = settle();
    const temporary = `${stateFile(number)}.tmp`;
    const target = openSync(temporary, "w", 0o600);
    let written = 0;
    try {
      let slice = 0;
      for (const line of linesOf({ now, state })) {
        const size = writeSync(target, line);
        written += size;
        slice += size;
        if (slice < SLICE_BYTES) continue;
        slice = 0;
        await new Promise((resolve) => setImmediate(resolve));
        if (abandoned) return;
      }
    } finally {
      closeSync(target);
      if (abandoned) rmSync(temporary, { force: true });
    }
    // What a slice caught of a request that is not committed yet must not stand without the rest of it.
    settle();
    renameSync(temporary, stateFile(number));
    stateBytes = written;
    removeBefore(number);
  }

  return {
    load() {
      const states = numbers("state");
      const base = states.at(-1);
      const logs = numbers("changes").filter((number) => number >= (base ?? 0));
      if (base === undefined && logs.length === 0) return undefined;
      const read = { root: emptyRoot(), now: 0 };
      if (base !== undefined) stateBytes = replay(stateFile(base), read).wholeBytes;
      let last = { wholeBytes: 0, torn: false };
      for (const number of logs) {
        last = replay(logFile(number), read);
        if (last.torn) truncateSync(logFile(number), last.wholeBytes);
      }
      begin(logs.at(-1) ?? base ?? 0);
      logBytes = last.wholeBytes;
      return { now: read.now, state: stateOf(read.root) };
    },
    commit(now, changes, settle) {
      if (handle === undefined) begin(generation);
      if (handle === undefined) return;
      logBytes += writeSync(handle, checkedLine({ t: now, c: changes } satisfies Step));
      if (
        rewriting !== undefined ||
        logBytes < (options.rewriteAfterBytes ?? Math.max(LEAST_LOG_BYTES, stateBytes))
      )
        return;
      rewriting = rewrite(settle, now).finally(() => {
        rewriting = undefined;
      });
    },
    replace(saved) {
      abandoned = rewriting !== undefined;
      begin(generation + 1);
      stateBytes = writeStateFile(stateFile(generation), saved);
      removeBefore(generation);
      void rewriting?.finally(() => {
        abandoned = false;
      });
    },
    async close() {
      await rewriting;
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}
