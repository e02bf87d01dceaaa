import { jsonSchema, manifestJsonSchema, ownControlsJsonSchema } from "../../src/spec/json-schema.ts";

/** JSON Schemas for editors, from the zod schemas psc checks with. */
export function files(): Record<string, string> {
  return {
    "schema/psc.v1.schema.json": `${JSON.stringify(jsonSchema(), null, 2)}\n`,
    "schema/psc.controls.v1.schema.json": `${JSON.stringify(ownControlsJsonSchema(), null, 2)}\n`,
    "schema/psc.manifest.v1.schema.json": `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
  };
}
