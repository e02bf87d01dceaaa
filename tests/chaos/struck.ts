import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Blow, struckClient } from "./blows.ts";
import { differences, type EndState, endState, repeatedStarts, startsOf } from "./end-state.ts";
import {
  confirmationsOf,
  deployOnce,
  leftToDo,
  openTenant,
  requestsOf,
  stateOf,
  type Tenant,
} from "./tenant.ts";

/** `npm run test:chaos` strikes every request; the ordinary suite takes a sample. */
export const exhaustive = process.env["PSC_CHAOS"] === "all";
const SAMPLES_PER_BLOW = 3;

/** What a run that nothing befalls leaves behind. */
export interface Clean {
  readonly requests: number;
  readonly end: EndState;
  readonly starts: ReadonlyMap<string, number>;
  readonly gates: readonly string[];
}

const gatesOf = (tenant: Tenant): string[] => [...new Set(confirmationsOf(tenant).map(({ gate }) => gate))];

export async function cleanRun(): Promise<Clean> {
  const tenant = await openTenant();
  try {
    const counting = struckClient(tenant.client);
    expect(await deployOnce(tenant, { client: counting.client })).toMatchObject({ outcome: "done" });
    return {
      requests: counting.count(),
      end: endState(await stateOf(tenant)),
      starts: startsOf(await requestsOf(tenant)),
      gates: gatesOf(tenant),
    };
  } finally {
    await tenant.close();
  }
}

/** What is wrong with a tenant after a struck deploy and one more; undefined when nothing is. */
export async function troubleAfter(tenant: Tenant, clean: Clean): Promise<string | undefined> {
  const again = await deployOnce(tenant);
  if (again instanceof Error) return `the next deploy ended with ${again.message}`;
  if (again.outcome !== "done")
    return `the next deploy ended as ${again.outcome}: ${again.failures.map(({ error }) => error.message).join("; ")}`;
  const left = await leftToDo(tenant);
  if (left.length > 0) return `left to do: ${left.join(", ")}`;
  const differs = differences(clean.end, endState(await stateOf(tenant)));
  if (differs.length > 0) return differs.join("; ").slice(0, 2_000);
  const twice = repeatedStarts(clean.starts, startsOf(await requestsOf(tenant)));
  if (twice.length > 0) return `sent more than once: ${twice.join(", ")}`;
  const passed = gatesOf(tenant);
  const lost = clean.gates.filter((gate) => !passed.includes(gate));
  return lost.length > 0 ? `lost the word about ${lost.join(", ")}` : undefined;
}

/** The positions to strike: all, or a few spread over the run that differ from blow to blow. */
function positions(requests: number, share: number): number[] {
  if (exhaustive) return Array.from({ length: requests }, (_, index) => index + 1);
  return Array.from(
    { length: SAMPLES_PER_BLOW },
    (_, index) => 1 + Math.floor(((index + share) / SAMPLES_PER_BLOW) * (requests - 1)),
  );
}

/** One test per blow: it falls on one request of a deploy, the next deploy must reach what a clean one reaches. */
export function testBlows(kind: string, blows: readonly Blow[]): void {
  let clean: Clean;
  let cases = 0;
  const failed: string[] = [];

  async function strike(blow: Blow, nth: number): Promise<string | undefined> {
    const tenant = await openTenant();
    try {
      const { client, struck } = struckClient(tenant.client, blow, nth);
      await deployOnce(tenant, { client });
      const trouble = await troubleAfter(tenant, clean);
      return trouble === undefined
        ? undefined
        : `${blow} at request ${nth} (${struck() ?? "not reached"}): ${trouble}`;
    } finally {
      await tenant.close();
    }
  }

  describe(`a deploy with one request ${kind}`, () => {
    beforeAll(async () => {
      clean = await cleanRun();
    }, 60_000);
    afterAll(() => {
      console.log(`cases ${cases}, failed ${failed.length} (${kind})`);
      for (const line of failed) console.log(line);
    });

    it.each(blows)(
      "reaches the same end after: %s",
      async (blow) => {
        for (const nth of positions(clean.requests, blows.indexOf(blow) / blows.length)) {
          cases += 1;
          const trouble = await strike(blow, nth);
          if (trouble !== undefined) failed.push(trouble);
        }
        expect(failed.filter((line) => line.startsWith(blow))).toEqual([]);
      },
      exhaustive ? 4 * 3_600_000 : 180_000,
    );
  });
}
