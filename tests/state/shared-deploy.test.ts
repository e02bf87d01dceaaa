import { cpSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LoggedRequest } from "../../src/sandbox/request-log.ts";
import { type RunningBin, startBin, temporaryFolder } from "../cli/support.ts";
import { startTestSandbox, type TestSandbox } from "../harness/sandbox.ts";
import { type Azurite, hasAzurite, startAzurite } from "./azurite.ts";

/** Two machines that deploy the same environment, with journal and lock in Blob Storage. */
describe.skipIf(!hasAzurite)("psc with --state on two machines", () => {
  const here = temporaryFolder();
  const there = temporaryFolder();
  let azurite: Azurite;
  let sandbox: TestSandbox;
  beforeAll(async () => {
    for (const { path } of [here, there])
      cpSync(resolve(import.meta.dirname, "../../examples/contoso"), path, { recursive: true });
  });
  beforeEach(async () => {
    azurite = await startAzurite();
    sandbox = await startTestSandbox({ speed: 2_400 });
  }, 60_000);
  afterEach(async () => {
    azurite.close();
    await sandbox.close();
  });
  afterAll(() => {
    here.remove();
    there.remove();
  });

  const start = (cwd: string, line: string): RunningBin =>
    startBin([...line.split(" "), "--state", azurite.stateUrl], {
      cwd,
      env: {
        ...azurite.shifted,
        PSC_SANDBOX_URL: sandbox.sandbox.url,
        NODE_EXTRA_CA_CERTS: azurite.caFile,
        PSC_STATE_EMULATOR: azurite.url,
      },
    });
  const writesSince = async (mark: number): Promise<readonly LoggedRequest[]> => {
    const { value } = (await sandbox.control("GET", `requests?since=${mark}`)).body;
    return (value as LoggedRequest[]).filter(({ write }) => write);
  };
  const mark = async (): Promise<number> =>
    ((await sandbox.control("GET", "requests?since=0")).body.value as LoggedRequest[]).at(-1)?.seq ?? 0;

  it("lets one write, tells the other who does, and lets it go on afterwards", async () => {
    const first = start(here.path, "deploy dev.yaml");
    await first.sees("package OmnichannelPrimeAnchor");
    const second = await start(there.path, "deploy dev.yaml").done;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("PSC-E140");
    expect(second.stderr).toMatch(/by process \d+ on .* \(admin@contoso\.onmicrosoft\.com\)/);
    const told = await start(there.path, "unlock dev.yaml").done;
    expect(told.code).toBe(1);
    expect(told.stderr).toContain("PSC-E141");
    expect((await first.done).code).toBe(0);
    const after = await start(there.path, "deploy dev.yaml").done;
    expect(after.code).toBe(0);
    expect(after.stdout).toContain("no changes");
    const seen = await start(there.path, "status dev.yaml --output json").done;
    expect(seen.json.environments[0]).toMatchObject({ outcome: "done" });
    // Who made it is known on the machine that did not.
    const plan = await start(there.path, "destroy dev.yaml --dry-run --output json").done;
    expect(plan.json.resources).toContainEqual(
      expect.objectContaining({
        address: "power-platform.environment",
        fate: "delete",
        reason: "psc made it",
      }),
    );
  }, 60_000);

  it("writes nothing after it was stopped past its lease, while the other goes on", async () => {
    const first = start(here.path, "deploy dev.yaml");
    await first.sees("package OmnichannelPrimeAnchor");
    first.signal("SIGSTOP");
    azurite.pass(70_000);
    const second = await start(there.path, "deploy dev.yaml").done;
    expect(second.stderr).toBe("");
    expect(second.code).toBe(0);
    const end = await mark();
    first.signal("SIGCONT");
    const ran = await first.done;
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("PSC-E144");
    expect(await writesSince(end)).toEqual([]);
    expect((await start(there.path, "plan dev.yaml").done).code).toBe(0);
  }, 90_000);
});
