import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type ChangeLogOptions,
  hasStateFiles,
  openChangeLog,
  readStateFile,
  type SavedSandbox,
  writeStateFile,
} from "./storage/change-log.ts";
import type { Change } from "./storage/changes.ts";
import type { WorldState } from "./world.ts";

/** Named states that a sandbox can go back to. */
export interface SnapshotShelf {
  /** In alphabetical order. */
  names(): readonly string[];
  /** Replaces a snapshot of the same name. */
  write(name: string, saved: SavedSandbox): void;
  /** A copy; undefined when there is none of that name. */
  read(name: string): SavedSandbox | undefined;
  /** False when there is none of that name. */
  remove(name: string): boolean;
}

/** Where a sandbox keeps its tenant and its request log. */
export interface SandboxStorage {
  /** False when nothing outlives the process: then nobody looks for changes either. */
  readonly durable: boolean;
  readonly snapshots: SnapshotShelf;
  /** File of the request log; undefined keeps what does not fit into memory in a temporary file. */
  readonly requestFile: string | undefined;
  load(): SavedSandbox | undefined;
  /**
   * Writes one step before its request is acknowledged: after a crash it is there whole or not at all.
   * @param settle commits what is pending and returns the living state; called when the log is to be rewritten.
   */
  commit(now: number, changes: readonly Change[], settle: () => WorldState): void;
  /** Puts a restored state in the place of everything before. */
  replace(saved: SavedSandbox): void;
  close(): Promise<void>;
}

/** For tests: nothing is kept when the process ends, snapshots neither. */
export function memoryStorage(): SandboxStorage {
  const snapshots = new Map<string, string>();
  return {
    durable: false,
    requestFile: undefined,
    snapshots: {
      names: () => [...snapshots.keys()].sort(),
      write: (name, saved) => void snapshots.set(name, JSON.stringify(saved)),
      read(name) {
        const json = snapshots.get(name);
        return json === undefined ? undefined : (JSON.parse(json) as SavedSandbox);
      },
      remove: (name) => snapshots.delete(name),
    },
    load: () => undefined,
    commit: () => {},
    replace: () => {},
    close: async () => {},
  };
}

const SNAPSHOT = /^(.+)\.jsonl$/;

function snapshotFolder(folder: string): SnapshotShelf {
  const fileOf = (name: string): string => join(folder, `${name}.jsonl`);
  return {
    names: () =>
      existsSync(folder)
        ? readdirSync(folder)
            .flatMap((file) => SNAPSHOT.exec(file)?.[1] ?? [])
            .sort()
        : [],
    write(name, saved) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeStateFile(fileOf(name), saved);
    },
    read: (name) => (existsSync(fileOf(name)) ? readStateFile(fileOf(name)) : undefined),
    remove(name) {
      if (!existsSync(fileOf(name))) return false;
      rmSync(fileOf(name));
      return true;
    },
  };
}

/**
 * Keeps the sandbox in a folder: `state.N.jsonl` and `changes.N.jsonl` (the tenant), `requests.jsonl` (the log),
 * `snapshots/`. One process at a time may have it open.
 */
export function folderStorage(folder: string, options: ChangeLogOptions = {}): SandboxStorage {
  const changes = openChangeLog(folder, options);
  return {
    durable: true,
    requestFile: join(folder, "requests.jsonl"),
    snapshots: snapshotFolder(join(folder, "snapshots")),
    ...changes,
  };
}

/** True when the folder holds a tenant. */
export function hasStoredState(folder: string): boolean {
  return hasStateFiles(folder);
}

export function removeStorage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export type { SavedSandbox };
