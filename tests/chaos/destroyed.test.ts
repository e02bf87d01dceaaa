import { afterAll, describe, expect, it } from "vitest";
import { BLOWS, struckClient } from "./blows.ts";
import { differences, type EndState, endState } from "./end-state.ts";
import { exhaustive } from "./struck.ts";
import { deployOnce, destroyOnce, leftToDo, openTenant, stateOf, type Tenant } from "./tenant.ts";

const GROUPS = ["users", "agents", "supervisors", "botAdmins"].map((key) => `entra.group["${key}"]`);
/** What clouds keep of the deleted, and providers, which psc never unregisters. */
const STAYS = [
  /^graph\/objects has besides \{deletedAt:<time>,[^}]*kind:servicePrincipal,/,
  /^arm\/subscriptions (lacks|has besides) \{displayName:Contoso Health dev,registrations:/,
  /^arm\/deletedWorkspaces has besides \{customerId:<id>,deletedAt:<time>\}$/,
];

async function deployed(): Promise<{ tenant: Tenant; before: EndState }> {
  const tenant = await openTenant();
  const before = endState(await stateOf(tenant));
  expect(await deployOnce(tenant)).toMatchObject({ outcome: "done" });
  return { tenant, before };
}

async function leftOver(tenant: Tenant, before: EndState): Promise<readonly string[]> {
  return differences(before, endState(await stateOf(tenant))).filter(
    (line) => !STAYS.some((pattern) => pattern.test(line)),
  );
}

describe("a destroyed environment", () => {
  it("leaves the tenant as it was, and can be made anew", async () => {
    const { tenant, before } = await deployed();
    try {
      const result = await destroyOnce(tenant, { include: GROUPS });
      expect(result).toMatchObject({ outcome: "done", failures: [], blocked: [] });
      expect(await leftOver(tenant, before)).toEqual([]);
      expect(await destroyOnce(tenant, { include: GROUPS })).toMatchObject({ outcome: "done", finished: [] });
      expect(await deployOnce(tenant)).toMatchObject({ outcome: "done" });
      expect(await leftToDo(tenant)).toEqual([]);
    } finally {
      await tenant.close();
    }
  });

  it("is gone by the same marks when the journal is lost, but for what bears none", async () => {
    const { tenant } = await deployed();
    try {
      const { rmSync } = await import("node:fs");
      rmSync(`${tenant.folder}/.psc`, { recursive: true });
      const result = await destroyOnce(tenant);
      if (result instanceof Error) throw result;
      const gone = result.finished.map(({ address }) => address);
      expect(gone).toEqual(expect.arrayContaining(["health-bot.account", "azure.resource-group"]));
      expect(gone).not.toContain("power-platform.environment");
    } finally {
      await tenant.close();
    }
  });
});

describe("a destroy that is struck", () => {
  let cases = 0;
  const failed: string[] = [];
  afterAll(() => console.log(`cases ${cases}, failed ${failed.length} (that strikes a destroy)`));

  it.each(BLOWS)(
    "is completed by the next one after: %s",
    async (blow) => {
      const counted = await deployed();
      const counting = struckClient(counted.tenant.client);
      await destroyOnce(counted.tenant, { client: counting.client, include: GROUPS });
      await counted.tenant.close();
      const all = counting.count();
      const share = BLOWS.indexOf(blow) / BLOWS.length;
      const positions = exhaustive
        ? Array.from({ length: all }, (_, index) => index + 1)
        : [0, 1, 2].map((index) => 1 + Math.floor(((index + share) / 3) * (all - 1)));
      for (const nth of positions) {
        cases += 1;
        const { tenant, before } = await deployed();
        try {
          const { client, struck } = struckClient(tenant.client, blow, nth);
          await destroyOnce(tenant, { client, include: GROUPS });
          const again = await destroyOnce(tenant, { include: GROUPS });
          const left = await leftOver(tenant, before);
          const outcome = again instanceof Error ? again.message : again.outcome;
          if (outcome !== "done" || left.length > 0)
            failed.push(`${blow} at ${nth} (${struck()}): ${outcome}; ${left.join("; ").slice(0, 500)}`);
        } finally {
          await tenant.close();
        }
      }
      expect(failed.filter((line) => line.startsWith(blow))).toEqual([]);
    },
    exhaustive ? 3_600_000 : 120_000,
  );
});
