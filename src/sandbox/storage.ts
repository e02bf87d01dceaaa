import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { LoggedRequest } from "./request-log.ts";
import type { WorldState } from "./world.ts";

export interface SavedSandbox {
  /** Sandbox time when it was saved; it stands still while nothing runs. */
  readonly now: number;
  readonly state: WorldState;
}

export interface SandboxStorage {
  load(): SavedSandbox | undefined;
  save(saved: SavedSandbox): void;
  loadLog(): readonly LoggedRequest[];
  appendLog(entry: LoggedRequest): void;
}

export function memoryStorage(): SandboxStorage {
  return { load: () => undefined, save: () => {}, loadLog: () => [], appendLog: () => {} };
}

/** Keeps the sandbox in a folder: `state.json` (replaced as a whole) and `requests.jsonl` (append-only). */
export function folderStorage(folder: string): SandboxStorage {
  const stateFile = join(folder, "state.json");
  const logFile = join(folder, "requests.jsonl");
  return {
    load() {
      if (!existsSync(stateFile)) return undefined;
      return JSON.parse(readFileSync(stateFile, "utf8")) as SavedSandbox;
    },
    save(saved) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const temporary = `${stateFile}.${process.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify(saved), { mode: 0o600 });
      renameSync(temporary, stateFile);
    },
    loadLog() {
      if (!existsSync(logFile)) return [];
      const entries: LoggedRequest[] = [];
      for (const line of readFileSync(logFile, "utf8").split("\n")) {
        if (line === "") continue;
        try {
          entries.push(JSON.parse(line) as LoggedRequest);
        } catch {
          // A line torn by a killed process: what follows it is still whole.
        }
      }
      return entries;
    },
    appendLog(entry) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      appendFileSync(logFile, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    },
  };
}

export function removeStorage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
