import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

interface Entry {
  readonly address: string;
  readonly fate: string;
  readonly reason: string;
}

async function fates(options = ""): Promise<ReadonlyMap<string, Entry>> {
  const ran = await place.psc(`destroy dev.yaml --dry-run --output json ${options}`);
  return new Map((ran.json.resources as Entry[]).map((entry) => [entry.address, entry]));
}

const RESOURCE_GROUP =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-contoso-health-dev";

describe("psc destroy", () => {
  it("has nothing to do in an empty tenant", async () => {
    const ran = await place.psc("destroy dev.yaml --yes");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("nothing to delete");
    expect(await place.writes()).toEqual([]);
  });

  it("refuses an environment of stage prod, and any that says so, before it sends a request", async () => {
    const mark = await place.mark();
    for (const file of ["prod.yaml", "kept.yaml"]) {
      place.write("kept.yaml", "extends: dev.yaml\nprotect: true\n");
      const ran = await place.psc(`destroy ${file} --yes`);
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain("PSC-E142");
      expect(ran.stderr).toContain("protect: false");
    }
    expect(await place.requests(mark)).toEqual([]);
  });

  it("asks, and where nobody can answer deletes nothing without --yes", async () => {
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    const mark = await place.mark();
    const ran = await place.psc("destroy dev.yaml");
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain("--yes");
    expect(await place.writes(mark)).toEqual([]);
  });

  it("shows what goes, what goes along and what stays, with reasons", async () => {
    const mark = await place.mark();
    const ran = await place.psc("destroy dev.yaml --dry-run");
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain("Will be deleted");
    expect(ran.stdout).toContain("other environments may use the group");
    expect(await place.writes(mark)).toEqual([]);
    const seen = await fates();
    expect(seen.get("power-platform.environment")).toMatchObject({ fate: "delete", reason: "psc made it" });
    expect(seen.get("health-bot.account")).toMatchObject({ fate: "delete" });
    expect(seen.get('omnichannel.queue["Escalate to Human"]')).toMatchObject({ fate: "goes along" });
    expect(seen.get('entra.group["agents"]')).toMatchObject({ fate: "stays" });
    expect(seen.get("entra.omnichannel-consent")).toMatchObject({ fate: "stays" });
  });

  it("deletes a named group, and knows when a name is none of the spec's", async () => {
    const seen = await fates('--include entra.group["agents"]');
    expect(seen.get('entra.group["agents"]')).toMatchObject({
      fate: "delete",
      reason: "named by --include",
    });
    const wrong = await place.psc("destroy dev.yaml --yes --include entra.group[nobody]");
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain("entra.group[nobody]");
  });

  it("keeps a resource group with foreign things in it, and names them", async () => {
    const made = await place.sandbox.ask(
      "PUT",
      `https://management.azure.com${RESOURCE_GROUP}/providers/Microsoft.OperationalInsights/workspaces/somebody-elses?api-version=2025-07-01`,
      {
        token: await place.sandbox.token("admin", "https://management.azure.com"),
        body: { location: "eastus", properties: {} },
      },
    );
    expect(made.status).toBeLessThan(300);
    const ran = await place.psc("destroy dev.yaml --yes");
    expect(ran.stderr).toBe("");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("somebody-elses (Microsoft.OperationalInsights/workspaces)");
    const after = await fates();
    expect(after.get("azure.resource-group")).toMatchObject({ fate: "stays" });
    expect(after.get("health-bot.account")).toMatchObject({ fate: "absent" });
    expect(after.get("power-platform.environment")).toMatchObject({ fate: "absent" });
  });

  it("leaves alone what was there before psc came", async () => {
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    const { rmSync } = await import("node:fs");
    rmSync(`${place.folder}/.psc`, { recursive: true, force: true });
    const seen = await fates();
    expect(seen.get("power-platform.environment")).toMatchObject({ fate: "stays" });
    expect(seen.get("power-platform.environment")?.reason).toContain("nothing shows that psc made it");
    expect(seen.get('omnichannel.queue["Escalate to Human"]')).toMatchObject({ fate: "stays" });
  });
});
