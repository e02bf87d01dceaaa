import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/sandbox/exchange.ts";
import { trackChanges } from "../../../src/sandbox/storage/change-tracker.ts";
import { applyChange, differences, piecesOf } from "../../../src/sandbox/storage/changes.ts";
import type { FakeService, WorldState } from "../../../src/sandbox/world.ts";

const key = fc.constantFrom("a", "b", "c", "d");
const value = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom("x", "y", null),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(key, tie("json"), { maxKeys: 4 }),
  ),
})).json;
const object = fc.dictionary(key, value, { maxKeys: 4 }) as fc.Arbitrary<JsonObject>;

test("differences turn the one value into the other", () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const root: JsonObject = { root: structuredClone(before) };
      for (const change of differences(before, after, ["root"])) applyChange(root, change);
      expect(root["root"]).toEqual(after);
    }),
  );
});

test("pieces build the whole again, however small they are", () => {
  const large = Object.fromEntries(
    Array.from({ length: 600 }, (_, index) => [`row ${index}`, { index, nested: { list: [index, null] } }]),
  );
  fc.assert(
    fc.property(object, (small) => {
      const whole: JsonObject = { ...small, large };
      const built: JsonObject = {};
      for (const change of piecesOf(whole)) applyChange(built, JSON.parse(JSON.stringify(change)));
      expect(built).toEqual(whole);
    }),
    { numRuns: 20 },
  );
});

test("pieces taken while the value changes are put right by the changes", () => {
  const row = (index: number): JsonObject => ({ index, filler: Array.from({ length: 20 }, () => index) });
  const rows: JsonObject = Object.fromEntries(
    Array.from({ length: 80 }, (_, index) => [`r${index}`, row(index)]),
  );
  const live: JsonObject = { table: rows, list: [1, 2, 3] };
  const changes: Parameters<typeof applyChange>[1][] = [];
  const change = (...args: Parameters<typeof applyChange>[1]): void => {
    applyChange(live, args);
    changes.push(JSON.parse(JSON.stringify(args)));
  };
  const built: JsonObject = {};
  let step = 0;
  for (const piece of piecesOf(live)) {
    applyChange(built, JSON.parse(JSON.stringify(piece)));
    step += 1;
    if (step % 7 === 0) change(["table", `r${(step * 5) % 80}`]);
    if (step % 11 === 0) change(["table", `r${(step * 3) % 80}`], row(-step));
    if (step === 40) change(["list"], [1]);
    if (step === 41) change(["list", "1"], 7);
  }
  expect(step).toBeGreaterThan(60);
  for (const done of changes) applyChange(built, done);
  expect(built).toEqual(live);
});

const service = (name: string, reported?: FakeService["reported"]): FakeService => ({
  name,
  ownsHost: () => false,
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: () => ({ status: 200 }),
  ...(reported === undefined ? {} : { reported }),
});

function tracked(state: WorldState) {
  const tracker = trackChanges(state, [service("small"), service("rows", [["orgs", "*", "tables"]])]);
  tracker.rebase();
  return (looked: string[], touched: string[][] = []) =>
    tracker.collect({
      looked: new Set(looked),
      touched: new Map(touched.map((path) => [path.join("\n"), path])),
    });
}

test("only slices somebody asked for are compared; what is reported is taken at its word", () => {
  const state: WorldState = {
    format: "psc.sandbox/1",
    events: [],
    sequence: 0,
    services: {
      small: { users: [{ name: "a" }, { name: "b" }] },
      rows: { orgs: { one: { version: 1, tables: { account: { x: { n: 1 }, y: { n: 2 } } } } } },
    },
  };
  const collect = tracked(state);
  const rows = state.services["rows"] as { orgs: Record<string, { version: number; tables: JsonObject }> };
  const users = state.services["small"]?.["users"] as JsonObject[];
  const one = rows.orgs["one"];
  if (one === undefined || users[1] === undefined) throw new Error("the state has both");

  users[1]["name"] = "c";
  expect(collect([])).toEqual([]);
  expect(collect(["small"])).toEqual([[["services", "small", "users", "1", "name"], "c"]]);

  one.version = 2;
  (one.tables["account"] as JsonObject)["x"] = { n: 5 };
  delete (one.tables["account"] as JsonObject)["y"];
  expect(
    collect(
      ["rows"],
      [
        ["rows", "orgs", "one", "tables", "account", "x"],
        ["rows", "orgs", "one", "tables", "account", "y"],
      ],
    ),
  ).toEqual([
    [["services", "rows", "orgs", "one", "version"], 2],
    [["services", "rows", "orgs", "one", "tables", "account", "x"], { n: 5 }],
    [["services", "rows", "orgs", "one", "tables", "account", "y"]],
  ]);

  // A new container is written without a word from its service; one that is gone is taken away.
  rows.orgs["two"] = { version: 1, tables: { contact: { z: { n: 9 } } } };
  delete rows.orgs["one"];
  const copy: JsonObject = { services: { rows: { orgs: { one: { version: 2, tables: { account: {} } } } } } };
  for (const change of collect(["rows"])) applyChange(copy, change);
  expect(copy["services"]).toEqual({
    rows: { orgs: { two: { version: 1, tables: { contact: { z: { n: 9 } } } } } },
  });

  state.sequence = 4;
  expect(collect([])).toEqual([
    [["events"], []],
    [["sequence"], 4],
  ]);
});
