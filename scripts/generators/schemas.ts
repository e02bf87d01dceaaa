import { documentJsonSchemas } from "../../src/controls/document-schemas.ts";
import { jsonSchema, manifestJsonSchema, ownControlsJsonSchema } from "../../src/spec/json-schema.ts";

/** JSON Schemas for editors and for programs that read psc's documents, from the zod schemas psc checks with. */
export function files(): Record<string, string> {
  const documents = documentJsonSchemas();
  return {
    "schema/psc.v1.schema.json": `${JSON.stringify(jsonSchema(), null, 2)}\n`,
    "schema/psc.controls.v1.schema.json": `${JSON.stringify(ownControlsJsonSchema(), null, 2)}\n`,
    "schema/psc.manifest.v1.schema.json": `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
    "schema/psc.verify.v2.schema.json": `${JSON.stringify(documents["psc.verify/2"], null, 2)}\n`,
    "schema/psc.facts.v1.schema.json": `${JSON.stringify(documents["psc.facts/1"], null, 2)}\n`,
  };
}
