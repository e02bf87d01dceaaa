import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BLOWS, struckClient } from "./blows.ts";
import { differences, type EndState, endState } from "./end-state.ts";
import { exhaustive } from "./struck.ts";
import { deployOnce, leftToDo, openTenant, stateOf, type Tenant } from "./tenant.ts";

/** The example with more in it, which the example itself no longer declares. */
const MORE = `extends: dev.yaml
operatingHours:
  - { name: Nights, timeZone: America/New_York, open: { mon-fri: "18:00-23:00" } }
queues:
  - { name: Billing, members: [group/agents] }
  - { name: Night desk, operatingHours: Nights }
workstreams:
  - { name: Kiosk, channel: chat, fallback: Night desk, variables: { Floor: number }, route: [{ name: All, to: Billing }], widget: { title: Kiosk } }
`;

/** What the services made beside it; who removes that is theirs to say (docs/assumptions.md). */
const BESIDES =
  /\/(calendar|calendarrule|msdyn_decisioncontract|msdyn_overflowactionconfig|msdyn_rulesetdependencymapping) has besides |\/msdyn_decisionruleset has besides (?!.* and \{).*msdyn_name:queue_prequeue_/;

/** A tenant in which the larger environment stands, and the file of the smaller one. */
async function deployedMore(): Promise<{ tenant: Tenant; file: string }> {
  const tenant = await openTenant();
  cpSync(resolve(import.meta.dirname, "../../examples/contoso"), tenant.folder, { recursive: true });
  const more = join(tenant.folder, "more.yaml");
  writeFileSync(more, MORE);
  expect(await deployOnce(tenant, { file: more })).toMatchObject({ outcome: "done" });
  return { tenant, file: join(tenant.folder, "dev.yaml") };
}

async function cleanEnd(): Promise<EndState> {
  const { tenant, file } = await deployedMore();
  try {
    const pruned = await deployOnce(tenant, { file, prune: true });
    expect(pruned).toMatchObject({ outcome: "done", failures: [], blocked: [] });
    expect(await leftToDo(tenant, { file })).toEqual([]);
    return endState(await stateOf(tenant));
  } finally {
    await tenant.close();
  }
}

describe("a pruning that is struck", () => {
  let cases = 0;
  const failed: string[] = [];
  let clean: EndState;
  let requests: number;

  beforeAll(async () => {
    clean = await cleanEnd();
    const { tenant, file } = await deployedMore();
    const counting = struckClient(tenant.client);
    await deployOnce(tenant, { file, prune: true, client: counting.client });
    requests = counting.count();
    await tenant.close();
  }, 60_000);
  afterAll(() => {
    console.log(`cases ${cases}, failed ${failed.length} (that strikes a pruning)`);
    for (const line of failed) console.log(line);
  });

  it("leaves nothing of what was pruned, and the rest as a deploy that never had it", async () => {
    const tenant = await openTenant();
    cpSync(resolve(import.meta.dirname, "../../examples/contoso"), tenant.folder, { recursive: true });
    try {
      expect(await deployOnce(tenant, { file: join(tenant.folder, "dev.yaml") })).toMatchObject({
        outcome: "done",
      });
      const never = endState(await stateOf(tenant));
      expect(differences(never, clean).filter((line) => !BESIDES.test(line))).toEqual([]);
    } finally {
      await tenant.close();
    }
  });

  it.each(BLOWS)(
    "is completed by the next one after: %s",
    async (blow) => {
      const share = BLOWS.indexOf(blow) / BLOWS.length;
      const positions = exhaustive
        ? Array.from({ length: requests }, (_, index) => index + 1)
        : [requests - Math.floor(share * 8)];
      for (const nth of positions) {
        cases += 1;
        const { tenant, file } = await deployedMore();
        try {
          const { client, struck } = struckClient(tenant.client, blow, nth);
          await deployOnce(tenant, { file, prune: true, client });
          const again = await deployOnce(tenant, { file, prune: true });
          const outcome = again instanceof Error ? again.message : again.outcome;
          const differs = differences(clean, endState(await stateOf(tenant)));
          if (outcome !== "done" || differs.length > 0)
            failed.push(`${blow} at ${nth} (${struck()}): ${outcome}; ${differs.join("; ").slice(0, 500)}`);
        } finally {
          await tenant.close();
        }
      }
      expect(failed.filter((line) => line.startsWith(blow))).toEqual([]);
    },
    exhaustive ? 3_600_000 : 120_000,
  );
});
