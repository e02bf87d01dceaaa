import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Comparison } from "../../src/comparison/difference.ts";
import { openPortal, type Portal } from "../kinds/portal.ts";
import { openWorkplace, type Workplace } from "./support.ts";

/** `psc diff --live`: two environments that ought to be alike, in one tenant. */

/** The fullest example once more, as a production of its own. */
const TWIN = `extends: full.yaml
name: contoso-two
stage: prod
environment:
  displayName: Contoso Health (two)
  domain: contosohealth-two
  type: Production
  dataPolicy: { name: Contoso two }
azure: { subscription: 33333333-3333-4333-8333-333333333333, resourceGroup: rg-two }
identity:
  groups: { agents: Contoso Two Agents }
  application: { secret: { name: psc-contoso-two } }
portal: { subdomain: contoso-patients-two }
`;

let place: Workplace;
let portal: Portal;

beforeAll(async () => {
  place = await openWorkplace();
  portal = openPortal(place, "contosohealth-two");
  place.write("two.yaml", TWIN);
  for (const file of ["full.yaml", "two.yaml"]) {
    const deployed = await place.psc(`deploy ${file}`);
    expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  }
}, 60_000);
afterAll(() => place.close());

async function live(line = "full.yaml two.yaml"): Promise<Comparison & { readonly code: number }> {
  const ran = await place.psc(`diff --live ${line} --output json`);
  if (ran.stdout === "") throw new Error(ran.stderr);
  return { ...(ran.json as Comparison), code: ran.code };
}

describe("diff --live", () => {
  it("finds no difference between two environments of one design, whatever their names", async () => {
    const mark = await place.mark();
    const { code, differences, notCompared } = await live();
    expect([code, differences, notCompared]).toEqual([0, [], []]);
    expect(await place.writes(mark)).toEqual([]);
    const ran = await place.psc("diff --live full.yaml two.yaml");
    expect(ran.stdout).toContain("Result: no difference, 3 that are meant.");
  });

  it("shows what is meant to differ, with the reason, when asked", async () => {
    const { code, differences } = await live("--all full.yaml two.yaml");
    expect(code).toBe(0);
    expect(differences.map(({ path, meant }) => [path, meant])).toContainEqual([
      "power-platform.environment type",
      "it follows from the stage",
    ]);
  });

  it("says which side has what, and nothing else, when somebody changes one of them", async () => {
    await portal.rows("queue", (row) => (row["name"] === "Second line" ? { msdyn_priority: 4 } : undefined));
    const { code, differences } = await live();
    expect(code).toBe(2);
    expect(differences).toMatchObject([
      {
        section: "11 Queues and routing",
        path: 'omnichannel.queue["Second line"] priority',
        what: "value",
        a: { value: 1 },
        b: { value: 4 },
      },
    ]);
    const text = (await place.psc("diff --live full.yaml two.yaml")).stdout;
    expect(text).toMatch(/contoso-full {2}1\n +contoso-two {3}4\n/);
    await portal.undo();
  });

  it("names what is missing in one of them", async () => {
    await portal.rows("characteristic", () => "gone");
    const { code, differences } = await live();
    expect(code).toBe(2);
    expect(differences.find(({ path }) => path === 'omnichannel.skill["Spanish"]')).toMatchObject({
      what: "only-a",
      note: "missing in contoso-two, though its spec has it",
    });
  });

  it("does not take for the same what it could not read", async () => {
    await place.sandbox.control("POST", "faults", {
      when: { service: "arm", url: "rg-two/" },
      action: {
        kind: "respond",
        status: 403,
        body: { error: { code: "AuthorizationFailed", message: "no" } },
      },
    });
    const { code, notCompared } = await live();
    await place.sandbox.control("DELETE", "faults");
    expect(code).toBe(2);
    expect(notCompared.map(({ side }) => side)).toContain("b");
    expect(notCompared.map(({ side }) => side)).not.toContain("a");
    expect(notCompared.map(({ path }) => path)).toContain("health-bot.account");
  });

  it("sends nothing when one of the specs is not valid", async () => {
    place.write("wrong.yaml", "extends: full.yaml\nname: wrong\nqueue: []\n");
    const mark = await place.mark();
    expect((await place.psc("diff --live full.yaml wrong.yaml")).code).toBe(64);
    expect(await place.requests(mark)).toEqual([]);
  });

  it("sends nothing without --live", async () => {
    const mark = await place.mark();
    const ran = await place.psc("diff full.yaml two.yaml --output json");
    expect(ran.json).toMatchObject({ format: "psc.diff/1", of: "spec", differences: [] });
    expect(ran.code).toBe(0);
    expect(await place.requests(mark)).toEqual([]);
    const asked = await place.psc("diff full.yaml two.yaml --sandbox", { plain: true });
    expect([asked.code, asked.stderr]).toEqual([64, expect.stringContaining("--sandbox needs --live")]);
  });
});
