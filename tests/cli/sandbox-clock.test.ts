import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/cli/main.ts";
import { type ClockReading, followingClock, readClockHeader } from "../../src/cli/sandbox-clock.ts";
import { send, startTestSandbox, type TestSandbox } from "../harness/sandbox.ts";
import { runLine, temporaryFolder } from "./support.ts";

describe("a clock that follows the sandbox's", () => {
  const first: ClockReading = { now: 1_000_000, speed: 1_000, paused: false, changes: 0 };
  const changed = (next: Partial<ClockReading>): ClockReading => ({ ...first, changes: 1, ...next });
  const neverPaused = (): void => {
    throw new Error("nobody paused it");
  };

  it("reads what answers say of the clock, and nothing else", () => {
    expect(readClockHeader("now=5; speed=3600; paused=true; changes=2")).toEqual({
      now: 5,
      speed: 3600,
      paused: true,
      changes: 2,
    });
    expect(readClockHeader("now=soon")).toBeUndefined();
  });

  it("takes a time over only when somebody changed it", () => {
    const clock = followingClock(
      { ...first, speed: 0.001 },
      { look: async () => first, onPaused: neverPaused },
    );
    clock.adopt({ ...first, now: 9_000_000 });
    expect(Math.round(clock.now())).toBe(1_000_000);
    clock.adopt(changed({ now: 9_000_000, speed: 0.001 }));
    expect(Math.round(clock.now())).toBe(9_000_000);
  });

  it("ends a wait at once when the sandbox's time jumps over it", async () => {
    const clock = followingClock({ ...first, speed: 1 }, { look: async () => first, onPaused: neverPaused });
    const wait = clock.sleep(3_600_000);
    clock.adopt(changed({ now: first.now + 7_200_000, speed: 1 }));
    await wait;
    expect(clock.now()).toBeGreaterThanOrEqual(first.now + 3_600_000);
  });

  it("finds a jump by looking, when no answer tells of it", async () => {
    const clock = followingClock(
      { ...first, speed: 1 },
      {
        look: async () => changed({ now: first.now + 7_200_000, speed: 1 }),
        onPaused: neverPaused,
        lookEveryMs: 2,
      },
    );
    await clock.sleep(3_600_000);
    expect(clock.now()).toBeGreaterThanOrEqual(first.now + 3_600_000);
  });

  it("says once that it is paused, and goes on when it is not any more", async () => {
    let looks = 0;
    let told = 0;
    const clock = followingClock(
      { ...first, paused: true },
      {
        look: async () => {
          looks += 1;
          return looks < 4 ? { ...first, paused: true } : changed({ speed: 1_000_000 });
        },
        onPaused: () => {
          told += 1;
        },
        lookEveryMs: 2,
      },
    );
    await clock.sleep(60_000);
    expect([told, looks]).toEqual([1, 4]);
  });

  it("can be interrupted while it is paused", async () => {
    const stop = new AbortController();
    const clock = followingClock({ ...first, paused: true }, { look: async () => first, onPaused: () => {} });
    const wait = clock.sleep(60_000, stop.signal);
    stop.abort(new Error("enough"));
    await expect(wait).rejects.toThrow("enough");
  });
});

describe("psc sandbox clock, snapshot and restore", () => {
  const folder = temporaryFolder();
  let cloud: TestSandbox;
  const psc = (line: string) => runLine(line.split(" "), { cwd: folder.path });
  const there = (line: string) => psc(`${line} --sandbox-url ${cloud.sandbox.url}`);
  beforeAll(async () => {
    cloud = await startTestSandbox({ speed: 60 });
  });
  afterAll(async () => {
    await cloud.close();
    folder.remove();
  });

  it("shows the time and changes how it passes", async () => {
    const shown = await there("sandbox clock");
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("60 times as fast")]);
    expect((await there("sandbox clock pause")).stdout).toContain("paused");
    const before = (await cloud.control("GET", "clock")).body;
    await there("sandbox clock jump 1h30m");
    await there("sandbox clock speed 120");
    const after = (await cloud.control("GET", "clock")).body;
    expect(after).toMatchObject({ paused: true, speed: 120, now: before.now + 90 * 60_000 });
    const json = (await there("sandbox clock resume --output json")).json;
    expect(json).toMatchObject({ format: "psc.sandbox/1", clock: { paused: false, speed: 120 } });
  });

  it.each([
    ["sandbox clock stop", 'a clock does not know "stop"'],
    ["sandbox clock speed 0", `a clock's speed cannot be "0"`],
    ["sandbox clock jump", 'a clock cannot jump by ""'],
    ["sandbox clock pause 5m", '"pause" takes no value, not "5m"'],
  ])("%s is refused as usage", async (line, words) => {
    const ran = await there(line);
    expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining(words)]);
  });

  it("keeps the tenant under a name and brings it back", async () => {
    expect((await there("sandbox snapshot")).stdout).toContain("No snapshots.");
    expect((await there("sandbox snapshot empty")).code).toBe(0);
    await cloud.control("POST", "environments", { displayName: "Clinic", domainName: "clinic" });
    expect((await there("sandbox restore empty")).code).toBe(0);
    expect((await cloud.control("GET", "state?path=dataverse/organizations")).body).toEqual({});
    expect((await there("sandbox snapshot --output json")).json).toEqual({
      format: "psc.sandbox/1",
      snapshots: ["empty"],
    });
  });

  it("passes on what the sandbox refuses", async () => {
    const ran = await there("sandbox restore nothing");
    expect(ran.code).toBe(1);
    expect(ran.stderr.replace(/\s+/g, " ")).toContain('there is no snapshot "nothing"; known: empty');
  });

  it("needs a sandbox, and for a pause one that runs", async () => {
    for (const line of ["sandbox clock", "sandbox snapshot a", "sandbox restore a"]) {
      const ran = await psc(line);
      expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining("PSC-E124")]);
    }
    expect(existsSync(join(folder.path, ".psc"))).toBe(false);
  });
});

describe("a sandbox that was paused under a command", () => {
  it("is reported instead of waiting without a word, and the command goes on when time does", async () => {
    const folder = temporaryFolder();
    const cloud = await startTestSandbox({ speed: 36_000 });
    await runLine(["init", "."], { cwd: folder.path });
    await cloud.control("POST", "clock", { paused: true });
    const said: string[] = [];
    const argv = ["deploy", "dev.yaml", "--no-simulated-person", "--sandbox-url", cloud.sandbox.url];
    const code = await run(argv, {
      stdout: { write: () => true },
      stderr: {
        write(text: string) {
          said.push(text);
          if (text.includes("psc sandbox clock resume"))
            void cloud.control("POST", "clock", { paused: false });
        },
      },
      env: {},
      cwd: folder.path,
    });
    expect(code).toBe(3);
    expect(said.filter((text) => text.includes("The sandbox's clock is paused"))).toHaveLength(1);
    await cloud.close();
    folder.remove();
  });
});

describe("a sandbox in the background", () => {
  it("starts with faults, and its clock can be paused", async () => {
    const folder = temporaryFolder();
    const psc = (line: string) => runLine(line.split(" "), { cwd: folder.path });
    const file = join(folder.path, "faults.yaml");
    writeFileSync(file, "faults:\n  - name: down\n    action: { kind: fail, status: 503 }\n");
    expect((await psc("sandbox start --faults nothing.yaml")).code).toBe(64);
    expect((await psc("sandbox start --faults faults.yaml")).code).toBe(0);
    const url = (await psc("sandbox url")).stdout.trim();
    const asked = await send(Number(new URL(url).port), "GET", "https://graph.microsoft.com/v1.0/users");
    expect(asked.status).toBe(503);
    expect((await psc("sandbox clock pause")).stdout).toContain("paused");
    expect((await psc("sandbox stop")).code).toBe(0);
    const stopped = await psc("sandbox clock pause");
    expect([stopped.code, stopped.stderr]).toEqual([
      1,
      expect.stringContaining("no sandbox runs for this folder"),
    ]);
    expect((await psc("sandbox clock jump 1h")).code).toBe(0);
    folder.remove();
  });
});

describe("a fault file given to a command", () => {
  const folder = temporaryFolder();
  let cloud: TestSandbox;
  beforeAll(async () => {
    cloud = await startTestSandbox({ speed: 36_000 });
    await runLine(["init", "."], { cwd: folder.path });
  });
  afterAll(async () => {
    await cloud.close();
    folder.remove();
  });
  const plan = (file: string, ...more: string[]) =>
    runLine(["plan", "dev.yaml", "--sandbox-url", cloud.sandbox.url, "--sandbox-faults", file, ...more], {
      cwd: folder.path,
    });

  it("is armed for the command, survived, and disarmed", async () => {
    writeFileSync(
      join(folder.path, "faults.yaml"),
      "seed: 3\nfaults:\n  - name: busy\n    when: { service: arm, method: GET }\n    times: 2\n    action: { kind: throttle, retryAfter: 4 }\n",
    );
    expect((await plan("faults.yaml")).code).toBe(2);
    const log = (await cloud.control("GET", "requests")).body.value as {
      status: number;
      faults?: string[];
    }[];
    expect(log.filter(({ faults }) => faults?.includes("busy")).map(({ status }) => status)).toEqual([
      429, 429,
    ]);
    expect((await cloud.control("GET", "faults")).body.value).toEqual([]);
  });

  it("is refused with the place of every mistake, before anything is sent", async () => {
    writeFileSync(join(folder.path, "wrong.yaml"), "faults:\n  - times: 0\n    action: { kind: explode }\n");
    await cloud.control("DELETE", "requests");
    const ran = await plan("wrong.yaml");
    expect(ran.code).toBe(64);
    const words = ran.stderr.replace(/\s+/g, " ");
    expect(words).toContain("wrong.yaml:2:12 faults[0].times must be at least 1");
    expect(words).toContain("wrong.yaml:3:21 faults[0].action.kind must be one of");
    expect((await cloud.control("GET", "requests")).body.value).toEqual([]);
    expect((await plan("absent.yaml")).stderr).toContain("absent.yaml cannot be read (ENOENT)");
  });

  it("needs the sandbox", async () => {
    const ran = await runLine(["plan", "dev.yaml", "--sandbox-faults", "faults.yaml"], { cwd: folder.path });
    expect([ran.code, ran.stderr]).toEqual([64, expect.stringContaining("--sandbox-faults needs --sandbox")]);
  });

  // After the others: what the failed command had on the wire may still reach the request log.
  it("may make a host unknown: psc says what a failed name resolution means", async () => {
    writeFileSync(
      join(folder.path, "dns.yaml"),
      "faults:\n  - when: { service: arm }\n    action: { kind: no-dns }\n",
    );
    const ran = await plan("dns.yaml");
    expect(ran.code).toBe(1);
    expect(`${ran.stdout}${ran.stderr}`).toContain("ENOTFOUND");
    expect(`${ran.stdout}${ran.stderr}`).toContain("PSC-E212");
  });
});
