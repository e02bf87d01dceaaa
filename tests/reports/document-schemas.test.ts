import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { everyVerdict } from "./support/every-verdict.ts";
import { ownCheck } from "./support/official-schemas.ts";

type Json = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Paths of fields that a reader would have to guess the meaning of. */
function mute(schema: unknown, path: string): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => mute(one, path));
  if (!isObject(schema)) return [];
  const { properties, items, anyOf } = schema;
  const own = isObject(properties)
    ? Object.entries(properties).flatMap(([name, field]) => {
        const here = `${path}.${name}`;
        return [...(describes(field) ? [] : [here]), ...mute(field, here)];
      })
    : [];
  return [...own, ...mute(items, `${path}[]`), ...mute(anyOf, path)];
}

function describes(field: unknown): boolean {
  if (!isObject(field)) return false;
  if (typeof field["description"] === "string" && field["description"] !== "") return true;
  return Array.isArray(field["anyOf"]) && field["anyOf"].some(describes);
}

it.each(["psc.verify.v2.schema.json", "psc.facts.v1.schema.json"])("%s describes every field", (file) => {
  const schema: unknown = JSON.parse(
    readFileSync(resolve(import.meta.dirname, "../../schema", file), "utf8"),
  );
  expect(mute(schema, "")).toEqual([]);
});

it("finds a field that is missing, and one that is not described", () => {
  const check = ownCheck("psc.verify.v2.schema.json");
  const result = everyVerdict();
  expect(check(JSON.stringify(result))).toEqual([]);
  const { identity: _, ...without } = result;
  expect(check(JSON.stringify(without))).toEqual([": must have required property 'identity'"]);
  const [first, ...others] = result.controls;
  const more = { ...result, controls: [{ ...first, mood: "good" }, ...others] };
  expect(check(JSON.stringify(more))).toEqual(["/controls/0: must NOT have additional properties"]);
});
