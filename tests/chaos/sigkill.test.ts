import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { environmentFolder, openConfirmations } from "../../src/engine/journal.ts";
import { runBin, startBin } from "../cli/support.ts";
import { startTestSandbox } from "../harness/sandbox.ts";
import { differences, endState, repeatedStarts, startsOf } from "./end-state.ts";
import { type KillingProxy, type Moment, startKillingProxy } from "./killing-proxy.ts";
import { type Clean, cleanRun, exhaustive } from "./struck.ts";
import { EXAMPLE } from "./tenant.ts";

/** The real command in a process of its own, killed by the system in the middle of what it does. */

const MOMENTS: readonly Moment[] = ["before it is sent", "after it took effect"];
/** In all; half of them at each moment. */
const POINTS = exhaustive ? 60 : 2;
/** The real clock must not be what decides: a busy machine loses a few sandbox minutes a second. */
const SPEED = 14_400;

let clean: Clean;
let requests = 0;
let cases = 0;
const failed: string[] = [];

interface Workplace {
  readonly folder: string;
  readonly proxy: KillingProxy;
  readonly state: () => Promise<ReturnType<typeof endState>>;
  readonly starts: () => Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

async function openWorkplace(): Promise<Workplace> {
  const sandbox = await startTestSandbox({ speed: SPEED });
  const proxy = await startKillingProxy(sandbox.sandbox.port);
  const folder = mkdtempSync(join(tmpdir(), "psc-sigkill-"));
  return {
    folder,
    proxy,
    state: async () => endState((await sandbox.control("GET", "state")).body),
    starts: async () => startsOf((await sandbox.control("GET", "requests?since=0")).body.value),
    async close() {
      await proxy.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const line = (command: string, proxy: KillingProxy): string[] => [
  command,
  EXAMPLE,
  "--sandbox-url",
  proxy.url,
];

beforeAll(async () => {
  clean = await cleanRun();
  const place = await openWorkplace();
  try {
    const ran = await runBin(line("deploy", place.proxy), { cwd: place.folder });
    expect(ran.stderr).toBe("");
    requests = place.proxy.count();
  } finally {
    await place.close();
  }
}, 120_000);
afterAll(() => {
  console.log(`cases ${cases}, failed ${failed.length} (SIGKILL)`);
  for (const text of failed) console.log(text);
});

async function kill(moment: Moment, nth: number): Promise<string | undefined> {
  const place = await openWorkplace();
  try {
    const { proxy, folder } = place;
    const victim = startBin(line("deploy", proxy), { cwd: folder });
    proxy.arm(nth, moment, () => victim.signal("SIGKILL"));
    await victim.done;
    proxy.disarm();
    const where = `killed at request ${nth} ${moment} (${proxy.struck() ?? "not reached"})`;
    const again = await runBin(line("deploy", proxy), { cwd: folder });
    if (again.code !== 0) return `${where}: the next deploy ended with ${again.code}: ${again.stderr}`;
    const plan = await runBin(line("plan", proxy), { cwd: folder });
    if (plan.code !== 0) return `${where}: something was left to do: ${plan.stdout}`;
    const differs = differences(clean.end, await place.state());
    if (differs.length > 0) return `${where}: ${differs.join("; ").slice(0, 2_000)}`;
    const twice = repeatedStarts(clean.starts, await place.starts());
    if (twice.length > 0) return `${where}: sent more than once: ${twice.join(", ")}`;
    const book = openConfirmations(environmentFolder(folder, "contoso-dev", "sandbox"));
    const passed = book.all().map(({ gate }) => gate);
    const lost = clean.gates.filter((gate) => !passed.includes(gate));
    return lost.length > 0 ? `${where}: lost the word about ${lost.join(", ")}` : undefined;
  } finally {
    await place.close();
  }
}

it(
  "reaches the same end after a real SIGKILL",
  async () => {
    for (let point = 0; point < POINTS; point += 1) {
      cases += 1;
      const nth = 1 + Math.floor(((point + 0.5) / POINTS) * (requests - 1));
      const trouble = await kill(MOMENTS[point % MOMENTS.length] ?? "before it is sent", nth);
      if (trouble !== undefined) failed.push(trouble);
    }
    expect(failed).toEqual([]);
  },
  exhaustive ? 3_600_000 : 120_000,
);
