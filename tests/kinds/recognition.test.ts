import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../src/resources/kinds.ts";
import { reasonAgainst } from "./cases.ts";
import { type Action, type Everything, kindOf, openEverything } from "./everything.ts";
import type { Portal, Row } from "./portal.ts";
import { TABLE } from "./table.ts";

let all: Everything;
let restore: () => Promise<void>;
beforeAll(async () => {
  all = await openEverything();
  await all.run("deploy everything.yaml");
  await all.run("deploy standing.yaml");
  restore = await all.snapshot("deployed");
});
afterAll(() => all.close());

const asked = (name: "adoption" | "ambiguous match"): string[] =>
  KINDS.filter((info) => reasonAgainst(info, TABLE[info.kind] ?? {}, name) === undefined).map(
    ({ kind }) => kind,
  );

/** A person who makes the same things by hand puts none of psc's marks on them. */
async function takeMarksOff({ read, edit }: Portal): Promise<void> {
  const tagged = [
    "resourceGroups",
    "workspaces",
    "components",
    "healthBots",
    "actionGroups",
    "activityLogAlerts",
  ];
  for (const table of tagged)
    await edit(`arm/${table}`, ({ tags }) => {
      const { "psc-environment": _, ...rest } = tags as Row;
      return { tags: rest };
    });
  for (const table of ["locks", "policyAssignments"])
    await edit(`arm/${table}`, (row) => JSON.parse(JSON.stringify(row).replace(/psc-environment/g, "note")));
  await edit("graph/objects", (row) =>
    typeof (row["value"] as Row)["uniqueName"] === "string"
      ? { value: { ...(row["value"] as Row), uniqueName: null, tags: [] } }
      : undefined,
  );
  await edit("healthBot/accounts", (row) => JSON.parse(JSON.stringify(row).replace(/ ?\[psc \w+\]/g, "")));
  const paths = [...tagged, "locks", "policyAssignments"].map((table) => `arm/${table}`);
  const rows = await Promise.all([...paths, "graph/objects", "healthBot/accounts"].map(read));
  const marked = rows.flat().filter((row) => /psc-env|\[psc /.test(JSON.stringify(row)));
  if (marked.length > 0) throw new Error(`psc still knows it: ${JSON.stringify(marked)}`);
}

describe("adoption of what somebody made before psc came", () => {
  let actions: readonly Action[] = [];
  let before: ReadonlyMap<string, number>;
  let after: ReadonlyMap<string, number>;

  beforeAll(async () => {
    // Standing access is the older way: both are there, so that both can be found.
    await takeMarksOff(all.portal);
    rmSync(`${all.place.folder}/.psc`, { recursive: true, force: true });
    before = await all.counts();
    actions = [...(await all.plan()).actions, ...(await all.plan("standing.yaml")).actions];
    await all.run("deploy everything.yaml");
    after = await all.counts();
    await restore();
  });

  it.each(asked("adoption"))("%s", (kind) => {
    const planned = actions.filter(({ address }) => kindOf(address) === kind);
    expect(planned.length).toBeGreaterThan(0);
    expect(planned.filter(({ action }) => !["none", "adopt", "update"].includes(action))).toEqual([]);
  });

  it("makes no twin of anything", () => {
    // What only a person does, is done again where nobody's word is left.
    const grown = [...after].filter(([table, count]) => count !== before.get(table));
    expect(grown.map(([table]) => table)).toEqual(["dataExport/exports"]);
  });
});

describe("an ambiguous match", () => {
  /** Kinds whose two things were named by a plan. */
  const told = new Set<string>();

  beforeAll(async () => {
    // A failure hides those that follow from it: the twins that were told go, and the others are made again.
    for (let before = -1; told.size > before; ) {
      before = told.size;
      await restore();
      const made: [string, readonly string[]][] = [];
      for (const [kind, { twin }] of Object.entries(TABLE))
        if (twin !== undefined && !told.has(kind)) made.push([kind, await twin(all.portal)]);
      if (made.length === 0) return;
      const { problems } = await all.plan();
      for (const [kind, ids] of made)
        if (
          problems.some(
            ({ address, code, message }) =>
              kindOf(address) === kind && code === "PSC-E401" && ids.every((id) => message.includes(id)),
          )
        )
          told.add(kind);
    }
  });

  it.each(asked("ambiguous match"))("%s", (kind) => {
    expect(TABLE[kind]?.twin, "neither a twin nor a reason").toBeDefined();
    expect([...told]).toContain(kind);
  });
});
