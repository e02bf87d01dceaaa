import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
});
afterAll(() => place.close());

describe("two deploys of one environment at the same time", () => {
  it("do not write side by side: one works, the other says who holds the lock", async () => {
    const runs = await Promise.all([place.psc("deploy dev.yaml"), place.psc("deploy dev.yaml")]);
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 1]);
    const refused = runs.find(({ code }) => code === 1);
    expect(refused?.stderr).toContain("PSC-E140");
    expect(refused?.stderr).toContain("admin@contoso.onmicrosoft.com");
    const created = (await place.writes()).filter(({ url }) =>
      /Microsoft\.BusinessAppPlatform\/environments\?/.test(url),
    );
    expect(created).toHaveLength(1);
    expect((await place.psc("deploy dev.yaml")).stdout).toContain("no changes");
  });

  it("can be unlocked when the other one is gone, and not before", async () => {
    const folder = join(place.folder, ".psc", "sandbox", "environments", "contoso-dev");
    mkdirSync(folder, { recursive: true });
    const lock = {
      pid: 1,
      host: "another-machine",
      identity: "kim@contoso.com",
      since: "2026-11-25T02:00:00Z",
    };
    writeFileSync(join(folder, "lock.json"), JSON.stringify(lock));
    place.edit("base.yaml", "name: Escalate to Human, priority: 1", "name: Escalate to Human, priority: 2");
    expect((await place.psc("deploy dev.yaml")).code).toBe(1);
    const kept = await place.psc("unlock dev.yaml --sandbox", { plain: true });
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain("another-machine");
    expect((await place.psc("unlock dev.yaml --sandbox --force", { plain: true })).code).toBe(0);
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
  });
});
