import { cpSync, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ran, runLine, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const psc = (line: string, isTTY = false): Promise<Ran> =>
  runLine(line.split(" "), { cwd: folder.path, isTTY });
let deployed: Ran;

beforeAll(async () => {
  cpSync(resolve(import.meta.dirname, "../../examples/contoso"), folder.path, { recursive: true });
  deployed = await psc(
    "deploy dev.yaml --sandbox --sandbox-speed 36000 --no-simulated-person --events events.jsonl",
  );
});
afterAll(() => folder.remove());

describe("the sandbox of a folder, between commands", () => {
  it("keeps what happened: the log as text, as writes only, as one JSON object a request", async () => {
    expect(deployed.code).toBe(3);
    expect(existsSync(join(folder.path, "events.jsonl"))).toBe(true);
    const all = (await psc("sandbox log --output json")).stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(Object.keys(all[0] ?? {}).slice(0, 7)).toEqual([
      "seq",
      "time",
      "service",
      "method",
      "url",
      "status",
      "write",
    ]);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    const writes = await psc("sandbox log --writes");
    expect(writes.stdout.trimEnd().split("\n")).toHaveLength(
      all.filter(({ write }) => write === true).length,
    );
  });

  it("shows its state by path, and says what it does not have", async () => {
    expect((await psc("sandbox state arm/healthBots --output json")).json).toEqual(expect.any(Object));
    const missing = await psc("sandbox state arm/nothing");
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("arm/nothing");
  });

  it("has no address while nothing runs", async () => {
    expect((await psc("sandbox url")).code).toBe(1);
    expect((await psc("sandbox stop")).code).toBe(0);
  });
});

describe("gates from the command line", () => {
  it("are listed by persona, shown with their steps, and refused when they are unknown", async () => {
    const list = await psc("gate list dev.yaml --sandbox");
    expect(list.code).toBe(0);
    expect(list.stdout).toContain("Global Administrator");
    const shown = await psc("gate show health-bot-bridge dev.yaml --sandbox");
    expect(shown.code).toBe(0);
    for (const words of [
      "Human Handoff",
      "Bridge Messages",
      "https://eastus.healthbot.microsoft.com/account/",
    ])
      expect(shown.stdout).toContain(words);
    const unknown = await psc("gate show health-bot-brigde dev.yaml --sandbox");
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain("health-bot-bridge");
  });

  it("are passed in the sandbox with a spec, or by the name of the click alone", async () => {
    const bridge = await psc("sandbox person health-bot-bridge dev.yaml");
    expect(bridge.stdout).toContain("bridge messages");
    const consent = await psc("sandbox person omnichannel-consent");
    expect(consent.code).toBe(0);
    const nobody = await psc("sandbox person make-coffee");
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toContain("make-coffee");
    const status = await psc("status dev.yaml");
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("contoso-dev");
    const list = await psc("gate list dev.yaml --sandbox --output json");
    const open: { gate: string }[] = list.json.gates.filter(
      ({ state }: { state: string }) => state === "open",
    );
    expect(open.map(({ gate }) => gate)).not.toContain("entra.omnichannel-consent");
  });
});

describe("a run on a terminal", () => {
  it("draws a region that it redraws, and ends with the next step", async () => {
    const ran = await psc("deploy dev.yaml --sandbox --sandbox-speed 36000", true);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("\u001b[");
    expect(ran.stdout).toContain("simulated person");
    expect(ran.stdout.trimEnd().split("\n").at(-1)).toContain("psc verify dev.yaml");
  });

  it("verifies with every statement and its evidence when asked", async () => {
    const ran = await psc("verify dev.yaml --sandbox --verbose");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("GET https://graph.microsoft.com/v1.0/groups(uniqueName=");
  });

  it("forgets the tenant when reset", async () => {
    expect((await psc("sandbox reset")).code).toBe(0);
    expect((await psc("sandbox log")).stdout).toContain("No requests");
    expect((await psc("status")).stdout).not.toContain("contoso-dev");
  });
});

describe("a folder that is not writable in the expected way", () => {
  it("says which spec is missing", async () => {
    const ran = await psc("plan nowhere.yaml --sandbox");
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain(join("nowhere.yaml"));
  });
});
