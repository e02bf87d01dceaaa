import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Resource } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { CASES, type Case, reasonAgainst } from "./cases.ts";
import { type Action, type Everything, FILES, GROUPS, kindOf, openEverything } from "./everything.ts";
import { AT_ONCE, OF_STANDING, ONE_BY_ONE } from "./mutations/mutations.ts";
import { TABLE } from "./table.ts";

/** How many objects of each managed kind the tenant holds. */
type Census = ReadonlyMap<string, number>;

let all: Everything;
/** By kind, from the specs as they are written. */
const resources = new Map<string, Resource>();
let declared: ReadonlySet<string>;
let empty: Census;
let full: Census;
let planned: readonly Action[];
let settled: Action[];
let restore: () => Promise<void>;

async function census(): Promise<Census> {
  const counts = new Map<string, number>();
  for (const [kind, { objects }] of Object.entries(TABLE))
    if (objects !== undefined) counts.set(kind, await objects(all.portal));
  return counts;
}

/** Of a plan of the file, what no earlier file declares. */
function isFirstSeenIn(file: (typeof FILES)[number]): (action: Action) => boolean {
  const earlier = new Set(
    FILES.slice(0, FILES.indexOf(file))
      .flatMap((one) => all.resources(one))
      .map(({ info }) => info.kind),
  );
  return ({ address }) => !earlier.has(kindOf(address));
}

/** `kind.field` of everything that differs, and `kind` of what is missing. */
function found(actions: readonly Action[]): Set<string> {
  return new Set(
    actions
      .filter(({ action }) => action !== "none" && action !== "gate")
      .flatMap(({ address, diff, action }) => [
        ...(action === "create" ? [kindOf(address)] : []),
        ...diff.map(({ path }) => `${kindOf(address)}.${path.split(".")[0]}`),
      ]),
  );
}

const KNOWN = { ...AT_ONCE, ...ONE_BY_ONE, ...OF_STANDING };

const plan = async (file?: string): Promise<readonly Action[]> => (await all.plan(file)).actions;

beforeAll(async () => {
  all = await openEverything();
  for (const resource of FILES.flatMap((file) => all.resources(file)))
    if (!resources.has(resource.info.kind)) resources.set(resource.info.kind, resource);
  empty = await census();
  // Standing access is the other way to give access to the bot: its own plan names it.
  planned = [...(await plan()), ...(await plan("standing.yaml"))];
  declared = found(planned);
  await all.run("deploy everything.yaml");
  const first = await plan();
  await all.run("deploy standing.yaml");
  settled = [...first, ...(await plan("standing.yaml"))];
  for (const file of FILES.slice(2)) settled.push(...(await plan(file)).filter(isFirstSeenIn(file)));
  full = await census();
  restore = await all.snapshot("deployed");
});
afterAll(() => all.close());

const asked = (name: Case): string[] =>
  KINDS.filter((info) => reasonAgainst(info, TABLE[info.kind] ?? {}, name) === undefined).map(
    ({ kind }) => kind,
  );

const fieldsOf = (kind: string): string[] =>
  [...declared].filter((one) => one.startsWith(`${kind}.`) && one.slice(kind.length + 1).indexOf(".") < 0);

describe("the table", () => {
  it("has a row for every kind, and no other", () => {
    expect(Object.keys(TABLE).sort()).toEqual(KINDS.map(({ kind }) => kind).sort());
  });

  it.each(KINDS.map((info) => [info.kind, info] as const))("answers truthfully for %s", (kind, info) => {
    const { objects, twin, not = {} } = TABLE[kind] ?? {};
    expect(objects !== undefined, "managed kinds are counted, others are not").toBe(
      info.nature === "managed",
    );
    for (const name of CASES) expect(reasonAgainst(info, TABLE[kind] ?? {}, name), name).not.toBe("");
    expect(twin !== undefined && not["ambiguous match"] !== undefined, "a twin and a reason").toBe(false);
    if (not.update !== undefined) expect(fieldsOf(kind)).toEqual([]);
    if (not.delete !== undefined) expect(info.staysBecause).toBeDefined();
    if (info.nature === "gate") expect(resources.get(kind)?.create).toBeUndefined();
    if (info.nature === "check") expect(resources.get(kind)?.destroy).toBeUndefined();
  });
});

describe("create", () => {
  it.each(asked("create"))("%s", (kind) => {
    expect(planned.filter((one) => kindOf(one.address) === kind).map(({ action }) => action)).toContain(
      "create",
    );
    expect(full.get(kind)).toBeGreaterThan(empty.get(kind) ?? 0);
  });
});

describe("no-op", () => {
  it.each(asked("no-op"))("%s", (kind) => {
    const again = settled.filter((one) => kindOf(one.address) === kind);
    expect(again.length).toBeGreaterThan(0);
    expect(again.filter(({ action }) => action !== "none")).toEqual([]);
  });
});

describe("update of each field", () => {
  /** Fields that a plan found once they were changed behind psc's back. */
  let seen: ReadonlySet<string>;
  let mended: ReadonlySet<string>;

  beforeAll(async () => {
    for (const [field, mutate] of Object.entries({ ...AT_ONCE, ...OF_STANDING }))
      await mutate(all.portal).catch((cause: unknown) => {
        throw new Error(`${field} could not be changed`, { cause });
      });
    seen = found([...(await plan()), ...(await plan("standing.yaml"))]);
    await all.run("deploy everything.yaml --force");
    const left = await plan();
    await all.run("deploy standing.yaml");
    mended = found([...left, ...(await plan("standing.yaml"))]);
    await restore();
    all.portal.forget();
  });

  it.each(asked("update"))("%s", (kind) => {
    const fields = fieldsOf(kind);
    // A kind without fields is either there or not.
    const wanted = fields.length === 0 ? [kind] : fields;
    expect(
      wanted.filter((field) => KNOWN[field] === undefined),
      "no mutation for",
    ).toEqual([]);
    expect(wanted.filter((field) => ONE_BY_ONE[field] === undefined && !seen.has(field))).toEqual([]);
  });

  it.each(Object.keys(ONE_BY_ONE))("%s, by itself", async (field) => {
    await ONE_BY_ONE[field]?.(all.portal);
    const dot = field.lastIndexOf(".");
    const { actions, problems } = await all.plan();
    await all.portal.undo();
    // What psc does not mend, it says.
    const refused = problems.filter(
      ({ address, message }) =>
        kindOf(address) === field.slice(0, dot) && message.includes(`${field.slice(dot + 1)} is`),
    );
    expect([...found(actions), ...refused.map(() => field)]).toContain(field);
    expect([...found(await plan())]).toEqual([]);
  });

  describe("drift repair", () => {
    it.each(asked("drift repair"))("%s", (kind) => {
      const of = (one: string): boolean => one === kind || one.startsWith(`${kind}.`);
      expect(Object.keys(KNOWN).filter(of).length).toBeGreaterThan(0);
      expect([...mended].filter(of)).toEqual([]);
    });
  });

  it("knows no field that the spec does not declare", () => {
    expect(Object.keys(KNOWN).filter((one) => !declared.has(one))).toEqual([]);
  });
});

describe("delete", () => {
  let pruned: Census;
  let destroyed: Census;
  /** Kinds that the little spec declares as well. */
  let kept: ReadonlySet<string>;

  beforeAll(async () => {
    await restore();
    kept = new Set((await plan("little.yaml")).map(({ address }) => kindOf(address)));
    await all.run("deploy little.yaml --prune --yes");
    pruned = await census();
    await restore();
    await all.run(`destroy everything.yaml --yes --include ${GROUPS}`);
    destroyed = await census();
  });

  it.each(asked("delete"))("%s", (kind) => {
    const { destroy, info } = resources.get(kind) as Resource;
    const none = empty.get(kind) ?? 0;
    // What goes with a thing of its own is gone with that; records of a site stay in Dataverse until the environment goes.
    if (destroy !== undefined && !kept.has(kind) && info.partOf !== "portal.site")
      expect(pruned.get(kind), "left after a prune").toBe(none);
    expect(destroyed.get(kind), "left after everything was destroyed").toBe(none);
  });

  it("takes nothing of others along", () => {
    expect(TABLE["azure.resource-provider"]?.objects).toBeDefined();
    for (const kind of [
      "azure.resource-provider",
      "power-platform.admin-application",
      "power-platform.tenant-settings",
    ])
      expect(destroyed.get(kind)).toBe(full.get(kind));
  });
});
