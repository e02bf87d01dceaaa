import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../src/resources/kinds.ts";
import { reasonAgainst } from "./cases.ts";
import { type Everything, kindOf, openEverything } from "./everything.ts";
import { TABLE } from "./table.ts";

/** psc reads back for five minutes what it wrote (PSC-E411): the longest delay it can bear. */
const LONGEST = "4m";

let slow: Everything;
let quick: Everything;
/** How many objects of each kind were made although every service showed them late. */
const made = new Map<string, number>();
/** Tables with another number of rows than a tenant without delays. */
let odd: readonly string[] = [];
let left: readonly string[] = [];

beforeAll(async () => {
  [slow, quick] = await Promise.all([openEverything(), openEverything()]);
  await slow.place.sandbox.control("POST", "faults", {
    name: "late",
    action: { kind: "replication", for: LONGEST },
  });
  for (const file of ["everything.yaml", "standing.yaml"]) {
    await slow.run(`deploy ${file}`);
    await quick.run(`deploy ${file}`);
  }
  await slow.place.sandbox.control("DELETE", "faults");
  for (const [kind, { objects }] of Object.entries(TABLE))
    if (objects !== undefined) made.set(kind, await objects(slow.portal));
  const [late, clean] = await Promise.all([slow.counts(), quick.counts()]);
  // How often services were asked differs, and with it what they remember of that.
  const isWork = (table: string): boolean => /\/(operations|scheduleRequests|tokens)$/.test(table);
  odd = [...new Set([...late.keys(), ...clean.keys()])].filter(
    (table) => !isWork(table) && late.get(table) !== clean.get(table),
  );
  const { actions } = await slow.plan("standing.yaml");
  left = actions.filter(({ action }) => action !== "none").map(({ address }) => address);
});
afterAll(() => Promise.all([slow.close(), quick.close()]));

const asked = KINDS.filter(
  (info) => reasonAgainst(info, TABLE[info.kind] ?? {}, "replication delay") === undefined,
).map(({ kind }) => kind);

describe("replication delay", () => {
  it.each(asked)("%s", (kind) => {
    expect(made.get(kind)).toBeGreaterThan(0);
    expect(left.filter((address) => kindOf(address) === kind)).toEqual([]);
  });

  it("makes no twin of anything", () => {
    expect(odd).toEqual([]);
  });

  it("struck", async () => {
    const requests = await slow.place.requests();
    const services = new Set(
      requests.filter(({ faults }) => faults?.includes("late")).map((one) => one.service),
    );
    // The directory is late by itself.
    expect([...services]).toEqual(expect.arrayContaining(["arm", "dataverse"]));
  });
});
