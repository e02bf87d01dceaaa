import * as z from "zod";
import { naturalKeyOf } from "./merge.ts";
import { noteOf } from "./schema/fields.ts";
import { manifestSchema } from "./schema/manifest.ts";
import { ownControlsSchema } from "./schema/own-controls.ts";
import { specSchema } from "./schema.ts";

export interface JsonSchema {
  [keyword: string]: unknown;
}

const REFERENCE_PATTERN = "\\$\\{(env|keyvault):[^}]+\\}";

/** JSON Schema of spec files, for editors: every file of a chain fits it, so only natural keys are required. */
export function jsonSchema(): JsonSchema {
  const schema = generate(specSchema);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "psc environment spec v1",
    ...withOverlays(schema, []),
    $defs: {
      reference: {
        type: "string",
        pattern: REFERENCE_PATTERN,
        description: `A value from the environment of psc: \`\${env:NAME}\` or \`\${env:NAME:-default}\`.`,
      },
    },
  };
}

/** JSON Schema of manifests. */
export function manifestJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "psc solution manifest v1",
    ...generate(manifestSchema),
  };
}

/** JSON Schema of files with controls of one's own. */
export function ownControlsJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "psc controls v1",
    ...generate(ownControlsSchema),
  };
}

function generate(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: json }) => {
      const note = noteOf(zodSchema);
      if (note.default !== undefined) json.default = structuredClone(note.default);
      if (json.description === undefined) return;
      const additions = [
        note.required === true ? "Required." : undefined,
        note.derivedDefault === undefined ? undefined : `Default: ${note.derivedDefault}.`,
      ].filter((part) => part !== undefined);
      json.description = [json.description, ...additions].join(" ");
    },
  });
  return rest;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues(object: JsonSchema, change: (value: JsonSchema, key: string) => JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, isObject(value) ? change(value, key) : value]),
  );
}

/**
 * What a file may hold beyond the resolved document: references instead of values, null to take a value back, and
 * `$remove` on things that merge by key.
 */
function withOverlays(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const { anyOf, properties, additionalProperties, items } = schema;
  if (Array.isArray(anyOf))
    return {
      ...schema,
      anyOf: anyOf.map((option) => (isObject(option) ? withOverlays(option, path) : option)),
    };
  if (isObject(properties) || isObject(additionalProperties)) {
    const isItem = path.at(-1) === "*" && naturalKeyOf(path.slice(0, -1)) !== undefined;
    return {
      ...schema,
      ...(isObject(properties)
        ? {
            properties: {
              ...mapValues(properties, (value, key) => nullable(withOverlays(value, [...path, key]))),
              ...(isItem || (path[0] === "identity" && path[1] === "groups" && path.length === 3)
                ? { $remove: { const: true, description: "Drops this item of the file that is extended." } }
                : {}),
            },
          }
        : {}),
      ...(isObject(additionalProperties)
        ? { additionalProperties: nullable(withOverlays(additionalProperties, [...path, "+"])) }
        : {}),
    };
  }
  if (isObject(items)) return { ...schema, items: withOverlays(items, [...path, "*"]) };
  return orReference(schema);
}

function nullable(schema: JsonSchema): JsonSchema {
  const { description, default: usual, ...rest } = schema;
  const kept = {
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
  };
  if (Array.isArray(rest["anyOf"])) return { ...kept, ...rest, anyOf: [...rest["anyOf"], { type: "null" }] };
  return { ...kept, anyOf: [rest, { type: "null" }] };
}

/** Free text holds references as it is; everything narrower needs them as an alternative. */
function orReference(schema: JsonSchema): JsonSchema {
  const { description, default: usual, ...rest } = schema;
  const isFreeText = rest["type"] === "string" && rest["pattern"] === undefined && rest["enum"] === undefined;
  if (isFreeText) return schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
    anyOf: [rest, { $ref: "#/$defs/reference" }],
  };
}
