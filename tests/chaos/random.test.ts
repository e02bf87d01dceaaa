import fc from "fast-check";
import { expect, it } from "vitest";
import { PscError } from "../../src/errors.ts";
import { struckClient } from "./blows.ts";
import { differences, type EndState, endState } from "./end-state.ts";
import { randomFaults } from "./random-faults.ts";
import { type RandomSpec, randomSpec, writeSpec } from "./random-specs.ts";
import { exhaustive } from "./struck.ts";
import { deployOnce, leftToDo, openTenant, stateOf } from "./tenant.ts";

/**
 * Random environments on random bad days. The ordinary suite replays one seed; `npm run test:chaos` draws a new one,
 * and PSC_CHAOS_SEED (with PSC_CHAOS_PATH, as the failure prints them) replays it.
 */
const RUNS = exhaustive ? 300 : 5;
const seed = Number(process.env["PSC_CHAOS_SEED"] ?? (exhaustive ? Date.now() % 2 ** 31 : 2026));
const path = process.env["PSC_CHAOS_PATH"];
const STRUCK_DEPLOYS = 2;

let cases = 0;

/** What a run of its own leaves, on a day without faults. */
async function cleanEnd(spec: RandomSpec): Promise<EndState> {
  const tenant = await openTenant();
  try {
    const file = writeSpec(tenant.folder, spec);
    const result = await deployOnce(tenant, { file });
    if (result instanceof Error) throw result;
    if (result.outcome !== "done")
      throw new Error(result.failures.map(({ error }) => error.message).join("; "));
    return endState(await stateOf(tenant));
  } finally {
    await tenant.close();
  }
}

it(
  "ends as declared or in clear errors, whatever the environment and the faults",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        randomSpec,
        randomFaults,
        fc.nat({ max: 400 }),
        fc.nat({ max: 1_000 }),
        async (spec, faults, deathAt, faultSeed) => {
          cases += 1;
          const expected = await cleanEnd(spec);
          const tenant = await openTenant();
          try {
            const file = writeSpec(tenant.folder, spec);
            const armed = await tenant.sandbox.control("POST", "faults", { seed: faultSeed, faults });
            expect(armed.status, armed.text).toBe(201);
            for (let run = 0; run < STRUCK_DEPLOYS; run += 1) {
              const dies = run === 0 && deathAt > 0;
              const { client } = struckClient(
                tenant.client,
                dies ? "killed after it took effect" : undefined,
                deathAt,
              );
              const result = await deployOnce(tenant, { file, client });
              if (dies) continue;
              if (result instanceof Error) expect(result).toBeInstanceOf(PscError);
              else
                for (const { error } of result.failures)
                  expect(error.code, error.message).not.toMatch(/^PSC-E49/);
            }
            await tenant.sandbox.control("DELETE", "faults");
            // A failed operation may need one deploy to be told and another to be made good.
            let last = await deployOnce(tenant, { file });
            if (!(last instanceof Error) && last.outcome === "failed")
              last = await deployOnce(tenant, { file });
            if (last instanceof Error) throw last;
            expect(last.failures.map(({ error }) => error.message)).toEqual([]);
            expect(last.outcome).toBe("done");
            expect(await leftToDo(tenant, { file })).toEqual([]);
            expect(differences(expected, endState(await stateOf(tenant)))).toEqual([]);
          } finally {
            await tenant.close();
          }
        },
      ),
      { seed, numRuns: RUNS, endOnFailure: !exhaustive, ...(path === undefined ? {} : { path }) },
    );
    console.log(`cases ${cases}, failed 0 (random environments and faults, seed ${seed})`);
  },
  exhaustive ? 3_600_000 : 120_000,
);
