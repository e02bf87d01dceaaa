import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folderStorage } from "../../../src/sandbox/storage.ts";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

const ORIGIN = "https://clinic.crm.dynamics.com";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "psc-storage-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Write {
  readonly turn: number;
  readonly key: string;
  /** Null for a row that was deleted. */
  readonly value: string | null;
}

/** Runs the random writer until it has acknowledged `writes` writes and `afterMs` have passed, then kills it. */
async function writeUntilKilled(seed: number, writes: number, afterMs: number): Promise<Write[]> {
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, "random-writer.ts"), folder, String(seed)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const acknowledged: Write[] = [];
  const exited = new Promise<NodeJS.Signals | null>((done) => {
    child.once("exit", (_, signal) => done(signal));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Write | { readonly ready: true };
    if ("ready" in said) continue;
    acknowledged.push(said);
    if (acknowledged.length === writes) setTimeout(() => child.kill("SIGKILL"), afterMs);
  }
  expect(await exited).toBe("SIGKILL");
  return acknowledged;
}

type Stored = Record<string, unknown>;

/** What the folder holds of accounts and groups, by id: the two columns that each write set together. */
function stored(): Map<string, readonly [unknown, unknown]> {
  const services = folderStorage(folder).load()?.state.services ?? {};
  const organizations = services["dataverse"]?.["organizations"] as Record<string, Stored> | undefined;
  const tables = organizations?.["clinic"]?.["tables"] as Record<string, Record<string, Stored>> | undefined;
  const accounts = tables?.["account"];
  const found = new Map<string, readonly [unknown, unknown]>();
  for (const [id, row] of Object.entries(accounts ?? {})) found.set(id, [row["name"], row["description"]]);
  const objects = Object.values(services["graph"]?.["objects"] as Record<string, Stored>);
  for (const object of objects) {
    const value = object["value"] as Stored;
    if (object["kind"] === "group")
      found.set(String(object["id"]), [value["displayName"], value["description"]]);
  }
  return found;
}

test("a process killed at any moment loses nothing it acknowledged and leaves nothing by halves", async () => {
  const expected = new Map<string, string | null>();
  let total = 0;
  for (let round = 1; round <= 12; round += 1) {
    const writes = await writeUntilKilled(round, 3 + ((round * 37) % 90), (round * 13) % 7);
    for (const { key, value } of writes) expected.set(key, value);
    total += writes.length;
    const found = stored();
    const lastTurn = writes.at(-1)?.turn ?? 0;
    const surprises: string[] = [];
    for (const [key, value] of expected) {
      const [name, description] = found.get(key) ?? [null, null];
      expect(description, `both columns of ${key}`).toBe(name);
      if (name === value) continue;
      // Only the write under way when the process died may be there although nobody was told.
      surprises.push(`round ${round}: ${key} should be ${value}, is ${name}`);
      const [, writer, turn] = /^(\d+)-(\d+)-/.exec(String(name)) ?? [];
      if (name !== null)
        expect([Number(writer), Number(turn) > lastTurn], surprises.at(-1)).toEqual([round, true]);
      expected.set(key, name === null ? null : String(name));
    }
    expect(surprises.length, surprises.join("; ")).toBeLessThanOrEqual(1);
  }
  expect(total).toBeGreaterThan(250);
}, 120_000);

describe("the files of a tenant", () => {
  async function clinic(): Promise<TestSandbox> {
    const cloud = await startTestSandbox({ speed: 1, storage: folderStorage(folder) });
    await cloud.control("POST", "environments", { displayName: "Clinic", domainName: "clinic" });
    await cloud.control("POST", "clock", { advanceMs: 60_000 });
    return cloud;
  }
  async function createAccount(cloud: TestSandbox, name: string): Promise<void> {
    const token = await cloud.token("admin", ORIGIN);
    const answer = await cloud.ask("POST", `${ORIGIN}/api/data/v9.2/accounts`, { token, body: { name } });
    expect(answer.status).toBe(204);
  }
  async function accountNames(cloud: TestSandbox): Promise<string[]> {
    const token = await cloud.token("admin", ORIGIN);
    const answer = await cloud.ask("GET", `${ORIGIN}/api/data/v9.2/accounts?$select=name`, { token });
    return answer.body.value.map((row: { name: string }) => row.name).sort();
  }
  const changesFile = (): string => {
    const name = readdirSync(folder).find((file) => file.startsWith("changes."));
    return join(folder, name ?? "none");
  };

  test("grow by what changed, not by what there is", async () => {
    const cloud = await clinic();
    await createAccount(cloud, "first");
    const before = readFileSync(changesFile()).length;
    await createAccount(cloud, "second");
    const grown = readFileSync(changesFile()).length - before;
    expect(grown).toBeGreaterThan(100);
    expect(grown).toBeLessThan(2_500);
    await cloud.close();
  });

  test("may end in a torn line: what was acknowledged before it is kept, and writing goes on", async () => {
    const cloud = await clinic();
    await createAccount(cloud, "whole");
    await cloud.close();
    const whole = readFileSync(changesFile());
    const torn = whole.subarray(whole.lastIndexOf(10, whole.length - 2) + 1, whole.length - 20);
    appendFileSync(changesFile(), torn);
    const again = await startTestSandbox({ speed: 1, storage: folderStorage(folder) });
    await createAccount(again, "after");
    await again.close();
    const third = await startTestSandbox({ speed: 1, storage: folderStorage(folder) });
    expect(await accountNames(third)).toEqual(["after", "whole"]);
    await third.close();
  });

  test("are not read when they were damaged in the middle", async () => {
    const cloud = await clinic();
    await createAccount(cloud, "one");
    await createAccount(cloud, "two");
    await cloud.close();
    const text = readFileSync(changesFile(), "utf8");
    writeFileSync(changesFile(), text.replace('"one"', '"eno"'));
    expect(() => folderStorage(folder).load()).toThrow(/changes\.\d+\.jsonl is damaged at line \d+/);
  });

  test("keep the sandbox's time", async () => {
    const cloud = await clinic();
    await cloud.control("POST", "clock", { advanceMs: 86_400_000 });
    const { now } = (await cloud.control("GET", "clock")).body;
    await cloud.close();
    const again = await startTestSandbox({ speed: 1, storage: folderStorage(folder) });
    expect((await again.control("GET", "clock")).body.now).toBeGreaterThanOrEqual(now);
    await again.close();
  });

  test("bring a snapshot back, after a restart as well", async () => {
    const cloud = await clinic();
    await createAccount(cloud, "kept");
    const before = (await cloud.control("GET", "clock")).body.now;
    expect((await cloud.control("POST", "snapshots", { name: "clean" })).status).toBe(201);
    await createAccount(cloud, "forgotten");
    await cloud.control("POST", "clock", { jump: "30m" });
    const restored = await cloud.control("POST", "snapshots/clean/restore");
    expect(restored.status).toBe(200);
    expect(restored.body.now - before).toBeLessThan(60_000);
    expect(await accountNames(cloud)).toEqual(["kept"]);
    await createAccount(cloud, "afterwards");
    await cloud.close();
    const again = await startTestSandbox({ speed: 1, storage: folderStorage(folder) });
    expect(await accountNames(again)).toEqual(["afterwards", "kept"]);
    expect((await again.control("GET", "snapshots")).body.value).toEqual(["clean"]);
    expect((await again.control("DELETE", "snapshots/clean")).status).toBe(204);
    expect((await again.control("GET", "snapshots")).body.value).toEqual([]);
    await again.close();
  });
});

test("snapshots work without a folder, too", async () => {
  const cloud = await startTestSandbox({ speed: 1 });
  await cloud.control("POST", "snapshots", { name: "empty" });
  await cloud.control("POST", "environments", { displayName: "Clinic", domainName: "clinic" });
  await cloud.control("POST", "snapshots/empty/restore");
  expect((await cloud.control("GET", "state?path=dataverse/organizations")).body).toEqual({});
  await cloud.close();
});

test("two sandboxes side by side know nothing of each other", async () => {
  const folders = [join(folder, "one"), join(folder, "two")];
  const clouds = await Promise.all(
    folders.map((each) => startTestSandbox({ speed: 1, storage: folderStorage(each) })),
  );
  const [one, two] = clouds;
  if (one === undefined || two === undefined) throw new Error("two sandboxes were started");
  await one.control("POST", "environments", { displayName: "Clinic", domainName: "clinic" });
  await one.control("POST", "clock", { jump: "30d" });
  await one.control("POST", "faults", { action: { kind: "fail", status: 503 } });
  const token = await two.token("admin", ORIGIN);
  expect((await two.ask("GET", `${ORIGIN}/api/data/v9.2/WhoAmI`, { token })).status).not.toBe(503);
  expect((await two.control("GET", "state?path=dataverse/organizations")).body).toEqual({});
  const times = await Promise.all(clouds.map(async (each) => (await each.control("GET", "clock")).body.now));
  expect(Math.round((times[0] - times[1]) / 86_400_000)).toBe(30);
  // A token of one is worth nothing in the other: each has a key of its own.
  await one.control("DELETE", "faults");
  expect((await one.ask("GET", "https://graph.microsoft.com/v1.0/users", { token })).status).toBe(401);
  await Promise.all(clouds.map((each) => each.close()));
  const states = folders.map(
    (each) => folderStorage(each).load()?.state.services["dataverse"]?.["organizations"],
  );
  expect(states.map((organizations) => Object.keys(organizations ?? {}).length)).toEqual([1, 0]);
});
