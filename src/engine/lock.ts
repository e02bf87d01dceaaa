import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { PscError } from "../errors.ts";

/** Who writes to an environment: kept beside its journal while a deploy runs. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Signed-in identity. */
  readonly identity: string;
  /** ISO time of the wall clock. */
  readonly since: string;
}

export interface HeldLock {
  release(): void;
}

function lockFile(folder: string): string {
  return join(folder, "lock.json");
}

/** The holder of an environment's lock; undefined when nobody holds it. */
export function readLock(folder: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(readFileSync(lockFile(folder), "utf8")) as Partial<LockHolder>;
    if (typeof holder.pid !== "number" || typeof holder.host !== "string") return undefined;
    return { pid: holder.pid, host: holder.host, identity: holder.identity ?? "", since: holder.since ?? "" };
  } catch {
    return undefined;
  }
}

/** False only when it is certain: a process of another machine counts as alive. */
export function isHolderAlive({ pid, host }: LockHolder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

export function removeLock(folder: string): void {
  rmSync(lockFile(folder), { force: true });
}

/**
 * Takes the lock of an environment, so that two deploys do not write to it at once. The lock of a process that died on
 * this machine is taken over: what it left half-done is read from the tenant like anything else.
 * @throws PscError PSC-E140 naming who holds it.
 */
export function acquireLock(folder: string, environment: string, identity: string): HeldLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = lockFile(folder);
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    identity,
    since: new Date().toISOString(),
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const handle = openSync(file, "wx", 0o600);
      writeSync(handle, `${JSON.stringify(holder)}\n`);
      fsyncSync(handle);
      closeSync(handle);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const other = readLock(folder);
      if (attempt < 3 && (other === undefined || !isHolderAlive(other))) {
        removeLock(folder);
        continue;
      }
      const who =
        other === undefined ? "somebody" : `process ${other.pid} on ${other.host} (${other.identity})`;
      throw new PscError({
        code: "PSC-E140",
        message: `${environment} is being deployed by ${who}${other === undefined ? "" : ` since ${other.since}`}`,
        remedy:
          "wait until it is done (`psc status FILE --follow` shows it); if that process is gone for good, `psc unlock FILE` removes its lock",
      });
    }
  }
  const release = (): void => {
    // Only one's own: after a forced unlock the file may be somebody else's.
    const current = readLock(folder);
    if (current?.pid === holder.pid && current.since === holder.since) removeLock(folder);
    process.off("exit", release);
  };
  process.once("exit", release);
  return { release };
}
