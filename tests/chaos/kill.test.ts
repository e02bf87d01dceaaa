import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxTransport } from "../../src/services/http/sandbox-transport.ts";
import { BLOWS, type Blow, deployOnce, inventory, isComplete, openTenant, struckClient } from "./chaos.ts";

/** `npm run test:chaos` strikes every request with every blow; the ordinary suite takes a sample. */
const exhaustive = process.env["PSC_CHAOS"] === "all";
const SAMPLES_PER_BLOW = 3;

let requests = 0;
let clean: Readonly<Record<string, number>>;
let cases = 0;
const failed: string[] = [];

beforeAll(async () => {
  const tenant = await openTenant();
  try {
    const counting = struckClient(tenant.sandbox.sandbox.url);
    expect(await deployOnce(tenant, counting.client)).toMatchObject({ outcome: "done" });
    requests = counting.count();
    clean = await inventory(tenant);
  } finally {
    await tenant.close();
  }
}, 60_000);
afterAll(() =>
  console.log(
    `cases ${cases}, failed ${failed.length}${failed.length === 0 ? "" : `\n${failed.join("\n")}`}`,
  ),
);

/** The positions to strike: all, or a few spread over the run that differ from blow to blow. */
function positions(blow: Blow): number[] {
  if (exhaustive) return Array.from({ length: requests }, (_, index) => index + 1);
  const offset = BLOWS.indexOf(blow) / BLOWS.length;
  return Array.from(
    { length: SAMPLES_PER_BLOW },
    (_, index) => 1 + Math.floor(((index + offset) / SAMPLES_PER_BLOW) * (requests - 1)),
  );
}

async function strike(blow: Blow, nth: number): Promise<string | undefined> {
  const tenant = await openTenant();
  try {
    const { client, struck } = struckClient(tenant.sandbox.sandbox.url, blow, nth);
    await deployOnce(tenant, client);
    const again = await deployOnce(tenant, sandboxTransport(tenant.sandbox.sandbox.url));
    const where = `${blow} at request ${nth} (${struck() ?? "not reached"})`;
    if (again instanceof Error) return `${where}: the next deploy ended with ${again.message}`;
    if (again.outcome !== "done")
      return `${where}: the next deploy ended as ${again.outcome}: ${again.failures.map(({ error }) => error.message).join("; ")}`;
    if (!(await isComplete(tenant))) return `${where}: something was left to do`;
    const end = await inventory(tenant);
    const twins = Object.keys({ ...clean, ...end }).filter((name) => clean[name] !== end[name]);
    if (twins.length > 0)
      return `${where}: ${twins.map((name) => `${name} ${clean[name] ?? 0} → ${end[name] ?? 0}`).join(", ")}`;
    return undefined;
  } finally {
    await tenant.close();
  }
}

describe("a deploy that is struck anywhere", () => {
  it.each(BLOWS)(
    "reaches the same end after: %s",
    async (blow) => {
      for (const nth of positions(blow)) {
        cases += 1;
        const trouble = await strike(blow, nth);
        if (trouble !== undefined) failed.push(trouble);
      }
      expect(failed.filter((line) => line.startsWith(blow))).toEqual([]);
    },
    exhaustive ? 3_600_000 : 180_000,
  );
});
