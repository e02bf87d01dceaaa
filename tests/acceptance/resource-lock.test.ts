import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const GROUP =
  "https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-contoso-health-dev";
const LOCK = `${GROUP}/providers/Microsoft.Authorization/locks/psc-contoso-dev?api-version=2020-05-01`;

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("locked.yaml", "extends: dev.yaml\nazure: { lock: true }\n");
});
afterAll(() => place.close());

async function azure(method: string, url: string, body?: unknown) {
  const token = await place.sandbox.token("admin", "https://management.azure.com");
  return place.sandbox.ask(method, url, { token, ...(body === undefined ? {} : { body }) });
}

const changes = (file = "locked.yaml"): Promise<string[]> => changesIn(place, file);

describe("a lock on the resource group", () => {
  it("is declared by itself for production only", async () => {
    const kindsOf = async (file: string): Promise<string[]> => {
      const { json } = await place.psc(`runbook ${file} --output json`, { plain: true });
      return JSON.stringify(json).match(/azure\.resource-lock/g) ?? [];
    };
    expect(await kindsOf("dev.yaml")).toEqual([]);
    expect(await kindsOf("prod.yaml")).toHaveLength(1);
  });

  it("comes last, and then refuses what it is there to refuse", async () => {
    expect((await place.psc("deploy locked.yaml")).code).toBe(0);
    expect(await changes()).toEqual([]);
    const refused = await azure("DELETE", `${GROUP}?api-version=2025-04-01`);
    expect([refused.status, refused.body.error.code]).toEqual([409, "ScopeLocked"]);
    const writes = (await place.writes()).filter(({ url }) => url.includes(GROUP));
    expect(writes.at(-2)?.url).toContain("/locks/psc-contoso-dev");
  });

  it("is put back when somebody weakened or removed it", async () => {
    await azure("PUT", LOCK, { properties: { level: "NotSpecified", notes: "weak" } });
    expect(await changes()).toEqual(["update azure.resource-lock level"]);
    expect((await place.psc("deploy locked.yaml")).code).toBe(0);
    await azure("DELETE", LOCK);
    expect(await changes()).toEqual(["create azure.resource-lock level"]);
    expect((await place.psc("deploy locked.yaml")).code).toBe(0);
    expect((await azure("GET", LOCK)).body.properties.level).toBe("CanNotDelete");
  });

  it("is away while something it protects is pruned, and is put back whatever comes of that", async () => {
    place.write(
      "alerting.yaml",
      "extends: locked.yaml\nazure: { monitoring: { alerts: { email: [oncall@contoso.com] } } }\n",
    );
    expect((await place.psc("deploy alerting.yaml")).code).toBe(0);
    expect((await place.psc("plan locked.yaml --prune")).stdout).toMatch(
      /taken away while what it\s+protects/,
    );
    const prune = async (withheld: readonly string[]): Promise<[code: number, ...writes: string[]]> => {
      await place.sandbox.control("POST", "permissions", { withheld, except: [] });
      const mark = await place.mark();
      const { code } = await place.psc("deploy locked.yaml --prune --yes");
      const writes = (await place.writes(mark)).filter(({ url }) => url.includes(GROUP));
      return [code, ...writes.map(({ method, url }) => `${method} ${/(\w+)\/[^/]*$/.exec(url)?.[1]}`)];
    };
    const refused = await prune(["Microsoft.Insights/activityLogAlerts/delete"]);
    expect(refused).toEqual([1, "DELETE locks", "DELETE activityLogAlerts", "PUT locks"]);
    expect((await azure("GET", LOCK)).body.properties.level).toBe("CanNotDelete");
    const pruned = await prune([]);
    expect(pruned).toEqual([
      0,
      "DELETE locks",
      "DELETE activityLogAlerts",
      "DELETE actionGroups",
      "PUT locks",
    ]);
    expect((await azure("GET", LOCK)).body.properties.level).toBe("CanNotDelete");
    expect(await changes()).toEqual([]);
  });

  it("goes when it is no longer declared and pruned, and first of all when everything goes", async () => {
    expect((await place.psc("deploy dev.yaml --prune --yes")).code).toBe(0);
    expect((await azure("GET", LOCK)).status).toBe(404);
    expect((await place.psc("deploy locked.yaml")).code).toBe(0);
    const mark = await place.mark();
    const ran = await place.psc("destroy locked.yaml --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const deleted = (await place.writes(mark)).filter(
      ({ method, url }) => method === "DELETE" && url.includes("rg-contoso-health-dev"),
    );
    expect(deleted[0]?.url).toContain("/locks/psc-contoso-dev");
    expect((await azure("GET", `${GROUP}?api-version=2025-04-01`)).status).toBe(404);
  });
});
