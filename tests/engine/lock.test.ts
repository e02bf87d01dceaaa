import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireLock, isHolderAlive, readLock, removeLock } from "../../src/engine/lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "psc-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const heldBy = (pid: number, host = hostname()): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "lock.json"),
    JSON.stringify({ pid, host, identity: "kim", since: "2026-01-01T00:00:00Z" }),
  );
};
/** A process id that no process of this machine has: ids end below it. */
const NOBODY = 2 ** 22 + 1;

describe("the lock of an environment", () => {
  it("is held by one, and tells the next who that is", () => {
    const lock = acquireLock(folder, "prod", "kim@contoso.com");
    expect(() => acquireLock(folder, "prod", "pat@contoso.com")).toThrow(
      /prod is being deployed by process \d+ .*kim@contoso.com/,
    );
    lock.release();
    expect(readLock(folder)).toBeUndefined();
    acquireLock(folder, "prod", "pat@contoso.com").release();
  });

  it("is taken over from a process that died here", () => {
    heldBy(NOBODY);
    const lock = acquireLock(folder, "prod", "kim");
    expect(readLock(folder)?.pid).toBe(process.pid);
    lock.release();
  });

  it("is not taken over from another machine, which nobody here can see", () => {
    heldBy(NOBODY, "elsewhere");
    expect(() => acquireLock(folder, "prod", "kim")).toThrow(/elsewhere/);
    const holder = readLock(folder);
    expect(holder !== undefined && isHolderAlive(holder)).toBe(true);
  });

  it("survives a file that a crash left torn", () => {
    writeFileSync(join(folder, "lock.json"), '{"pid": 1');
    acquireLock(folder, "prod", "kim").release();
  });

  it("lets go of its own only", () => {
    const lock = acquireLock(folder, "prod", "kim");
    removeLock(folder);
    heldBy(1);
    lock.release();
    expect(readLock(folder)?.pid).toBe(1);
  });
});
