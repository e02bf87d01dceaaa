import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareFields, type Fields, type FieldValue } from "../../src/engine/observation.ts";

const fieldValue = fc.letrec<{ value: FieldValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(
      fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
      tie("value"),
      { maxKeys: 3 },
    ),
  ),
})).value;
const fields = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
  fieldValue,
  { maxKeys: 5 },
);

describe("comparing fields", () => {
  it("finds no difference between a thing and itself", () => {
    fc.assert(
      fc.property(fields, (value) => compareFields(value, structuredClone(value) as Fields).length === 0),
    );
  });

  it("ignores whatever the spec does not declare", () => {
    fc.assert(
      fc.property(
        fields,
        fields,
        (declared, extra) => compareFields(declared, { ...extra, ...declared }).length === 0,
      ),
    );
  });

  it("takes lists for sets unless their order was declared to matter", () => {
    expect(compareFields({ members: ["b", "a"] }, { members: ["a", "b"] })).toEqual([]);
    expect(compareFields({ rules: ["b", "a"] }, { rules: ["a", "b"] }, ["rules"])).toHaveLength(1);
  });

  it("names the inner field that differs", () => {
    expect(
      compareFields({ tags: { env: "dev", team: "x" } }, { tags: { env: "prod", team: "x", other: "y" } }),
    ).toEqual([{ path: "tags.env", before: "prod", after: "dev" }]);
  });
});
