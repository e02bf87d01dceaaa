import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBin, startBin, temporaryFolder } from "./support.ts";

/** The command as people have it: a process of its own, in a folder of its own, with the sandbox inside it. */

const EXAMPLES = resolve(import.meta.dirname, "../../examples/contoso");
const folder = temporaryFolder();
const cwd = folder.path;
const psc = (line: string, env?: Record<string, string>): ReturnType<typeof runBin> =>
  runBin(line.split(" "), { cwd, ...(env === undefined ? {} : { env }) });
const serverFile = join(cwd, ".psc", "sandbox", "server.json");

beforeAll(() => cpSync(EXAMPLES, cwd, { recursive: true }));
afterAll(async () => {
  await psc("sandbox stop");
  folder.remove();
});

describe("psc as a command", () => {
  it("tells its version and prints nothing else", async () => {
    const ran = await psc("--version");
    expect(ran).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it("deploys the example into an empty sandbox, by step and API, and hands over what people need", async () => {
    const ran = await psc("deploy dev.yaml --sandbox --events events.jsonl");
    expect(ran.stderr).toBe("");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/✓ +1 Environment .*Power Platform admin API/);
    expect(ran.stdout).toMatch(/✓ 11 Queues and routing .*Dataverse Web API/);
    expect(ran.stdout).toContain("simulated person (Global Administrator)");
    expect(ran.stdout).toMatch(/widget "Patient chat" +[0-9a-f-]{36}/);
    expect(ran.stdout.trimEnd().split("\n").at(-1)).toBe("Next: psc verify dev.yaml --sandbox");
    expect(ran.stdout).not.toContain("\u001b");
    expect(existsSync(serverFile)).toBe(false);
  });

  it("wrote what happened as versioned JSON lines", () => {
    const events: { format: string; type: string; address?: string }[] = readFileSync(
      join(cwd, "events.jsonl"),
      "utf8",
    )
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(events.map(({ format }) => format))).toEqual(new Set(["psc.event/1"]));
    expect(events[0]?.type).toBe("plan");
    expect(events.at(-1)).toMatchObject({ type: "end", outcome: "done" });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "gate-opened", address: "entra.omnichannel-consent" }),
    );
  });

  it("changes nothing the second time: exit 0 and not one write", async () => {
    const before = (await psc("sandbox log --output json")).stdout.trimEnd().split("\n").length;
    const ran = await psc("deploy dev.yaml --sandbox --output json");
    expect(ran.code).toBe(0);
    expect(ran.json).toMatchObject({
      format: "psc.deploy/1",
      outcome: "no-changes",
      finished: [],
      gates: [],
    });
    expect(ran.json.handover.length).toBeGreaterThan(3);
    const after = await psc(`sandbox log --output json --since ${before}`);
    const requests: Record<string, unknown>[] = after.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(requests.length).toBeGreaterThan(20);
    for (const request of requests) {
      expect(Object.keys(request)).toEqual(["seq", "time", "service", "method", "url", "status", "write"]);
      expect(request["write"]).toBe(false);
    }
  });

  it("plans and verifies with exit 0, in JSON with the promised shapes", async () => {
    const plan = await psc("plan dev.yaml --sandbox --output json");
    expect(plan.code).toBe(0);
    expect(plan.json).toMatchObject({
      format: "psc.plan/1",
      summary: { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, wait: 0, gate: 0 },
      problems: [],
      target: "sandbox",
    });
    const verify = await psc("verify dev.yaml --sandbox --output json");
    expect(verify.code).toBe(0);
    expect(verify.json).toMatchObject({
      format: "psc.verify/2",
      summary: { fail: 0, error: 0 },
    });
  });

  it("says how the last deploy ended, without asking anybody", async () => {
    const before = (await psc("sandbox log --output json")).stdout;
    const ran = await psc("status");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("contoso-dev in the sandbox: last deploy: done");
    expect(ran.stdout).toMatch(/✓ health-bot-bridge +confirmed by simulated person/);
    expect((await psc("sandbox log --output json")).stdout).toBe(before);
  });
});

describe("the sandbox as a background process", () => {
  it("starts, is used by other commands, stops, and keeps its tenant", async () => {
    const start = await psc("sandbox start --sandbox-speed 36000");
    expect(start.code).toBe(0);
    const url = (await psc("sandbox url")).stdout.trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await psc("sandbox start")).stdout).toContain("runs already");
    expect((await psc("plan dev.yaml --sandbox")).code).toBe(0);
    expect((await psc("plan dev.yaml", { PSC_SANDBOX_URL: url })).stdout).toContain(`sandbox at ${url}`);
    expect((await psc("sandbox stop")).code).toBe(0);
    expect(existsSync(serverFile)).toBe(false);
    expect((await psc("sandbox url")).code).toBe(1);
    expect((await psc("plan dev.yaml --sandbox")).code).toBe(0);
  });

  it("shows its state whether it runs or not", async () => {
    const outline = await psc("sandbox state");
    expect(outline.stdout).toMatch(/^bap: \d+$/m);
    expect(outline.stdout).not.toContain("signingKey");
    const found = await psc("sandbox state dataverse/organizations");
    expect(Object.keys(found.json)).toHaveLength(1);
    expect((await psc("sandbox state no/such/path")).stderr).toContain("PSC-E125");
  });

  it("forgets everything when reset, what was confirmed there included", async () => {
    expect((await psc("sandbox reset")).code).toBe(0);
    expect((await psc("status")).stdout).toContain("Nothing was deployed");
    expect((await psc("sandbox state")).stderr).toContain("PSC-E124");
    expect((await psc("plan dev.yaml --sandbox")).code).toBe(2);
  });
});

describe("Ctrl+C", () => {
  it("stops at a sound point, says how to go on, and the next run goes on", async () => {
    const running = startBin(["deploy", "dev.yaml", "--sandbox", "--sandbox-speed", "1200"], { cwd });
    await running.sees("package OmnichannelPrimeAnchor");
    running.signal("SIGINT");
    const ran = await running.done;
    expect(ran.code).toBe(130);
    expect(ran.stdout).toContain("Interrupted:");
    expect(ran.stdout.trimEnd().split("\n").at(-1)).toBe(
      "Next: psc deploy dev.yaml --sandbox goes on from here",
    );
    expect(existsSync(serverFile)).toBe(false);
    const runs = join(cwd, ".psc", "sandbox", "environments", "contoso-dev", "runs");
    const journal = readFileSync(join(runs, readdirSync(runs).sort().at(-1) ?? ""), "utf8");
    const entries: { type: string; outcome?: string }[] = journal
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(entries.at(-1)).toMatchObject({ type: "end", outcome: "interrupted" });
    const next = await psc("deploy dev.yaml --sandbox --output json");
    expect(next.code).toBe(0);
    expect(next.json.finished.map(({ address }: { address: string }) => address)).not.toContain(
      "power-platform.environment",
    );
  });
});

describe("--detach", () => {
  it("goes on in the background, where status --follow shows it to its end and nobody else may write", async () => {
    await psc("sandbox reset");
    const left = await psc("deploy dev.yaml --sandbox --sandbox-speed 3600 --detach --output json");
    expect(left.code).toBe(0);
    const { pid } = left.json;
    const second = await psc("deploy dev.yaml --sandbox");
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`process ${pid}`);
    expect(second.stderr).toContain("--follow");
    expect((await psc("status dev.yaml")).stdout).toContain(`runs now (process ${pid}`);
    const followed = await psc("status dev.yaml --follow");
    expect(followed.code).toBe(0);
    expect(followed.stdout).toContain("package OmnichannelPrimeAnchor: created");
    expect(followed.stdout).toContain("ended: done");
    expect((await psc("plan dev.yaml --sandbox")).code).toBe(0);
  }, 60_000);

  it("passes on what keeps it from beginning, with its exit code", async () => {
    await psc("sandbox reset");
    const ran = await psc("deploy dev.yaml --sandbox --detach", {
      PSC_SANDBOX_USER: "reader@contoso.onmicrosoft.com",
    });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("PSC-E2");
  });

  it("says when the process it follows is gone without a last word", async () => {
    await psc("sandbox reset");
    const left = await psc("deploy dev.yaml --sandbox --sandbox-speed 60 --detach --output json");
    process.kill(left.json.pid, "SIGKILL");
    const followed = await psc("status dev.yaml --follow");
    expect(followed.code).toBe(1);
    expect(followed.stdout).toContain("gone without a last word");
  });
});

describe("killed without warning", () => {
  it("leaves nothing that keeps the next command from working", async () => {
    await psc("sandbox reset");
    const running = startBin(["deploy", "dev.yaml", "--sandbox", "--sandbox-speed", "1200"], { cwd });
    await running.sees("package OmnichannelPrimeAnchor");
    running.signal("SIGKILL");
    await running.done;
    expect(existsSync(serverFile)).toBe(true);
    expect((await psc("status")).stdout).toContain("was killed");
    const next = await psc("deploy dev.yaml --sandbox");
    expect(next.stderr).toBe("");
    expect(next.code).toBe(0);
    expect(next.stdout).toMatch(/package OmnichannelPrimeAnchor +(finished|created)/);
  });
});
