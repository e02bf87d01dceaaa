import * as z from "zod";
import { CODES } from "../../src/spec/codes.ts";
import { noteOf } from "../../src/spec/schema/fields.ts";
import { manifestSchema } from "../../src/spec/schema/manifest.ts";
import { alternatives } from "../../src/spec/schema/walk.ts";
import { specSchema } from "../../src/spec/schema.ts";
import { INTRODUCTION, MANIFEST_INTRODUCTION } from "../texts/spec-docs.ts";

/** docs/spec.md and docs/spec-codes.md, from the schema and the table of codes. */
export function files(): Record<string, string> {
  return {
    "docs/spec.md": [
      INTRODUCTION,
      "## Fields\n",
      ...sections(specSchema, ""),
      MANIFEST_INTRODUCTION,
      ...sections(manifestSchema, ""),
    ].join("\n"),
    "docs/spec-codes.md": codes(),
  };
}

export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function typeOf(schema: z.core.$ZodType): string {
  const types = alternatives(schema).map((option) => {
    if (option instanceof z.ZodEnum) return option.options.map((word) => `\`${word}\``).join(", ");
    if (option instanceof z.ZodLiteral)
      return [...option.values].map((word) => `\`${String(word)}\``).join(", ");
    if (option instanceof z.ZodArray) return `list of ${typeOf(option.element)}`;
    if (option instanceof z.ZodRecord) return `mapping to ${typeOf(option.valueType)}`;
    if (option instanceof z.ZodObject) return "mapping";
    if (option instanceof z.ZodNumber) return "number";
    if (option instanceof z.ZodBoolean) return "true or false";
    return "text";
  });
  return [...new Set(types)].join(" or ");
}

function defaultOf(schema: z.core.$ZodType): string {
  const note = noteOf(schema);
  if (note.required === true) return "**required**";
  if (note.derivedDefault !== undefined) return note.derivedDefault;
  if (Array.isArray(note.default)) return `\`[${note.default.join(", ")}]\``;
  return note.default === undefined ? "" : `\`${String(note.default)}\``;
}

/** A table a mapping, the mappings below it after it. */
export function sections(schema: z.core.$ZodType, path: string): string[] {
  const below: string[] = [];
  const rows: string[] = [];
  for (const option of alternatives(schema)) {
    if (!(option instanceof z.ZodObject)) continue;
    for (const [key, field] of Object.entries(option.shape)) {
      const name = path === "" ? key : `${path}.${key}`;
      // Fields that are not optional in a file are the names of list items.
      const usual = field instanceof z.ZodOptional ? defaultOf(field) : "**required**";
      rows.push(
        `| \`${key}\` | ${cell(typeOf(field))} | ${cell(usual)} | ${cell(field.description ?? "")} |`,
      );
      below.push(...nested(field, name));
    }
  }
  if (rows.length === 0) return below;
  const title = path === "" ? [] : [`### \`${path}\`\n`];
  return [...title, "| Field | Type | Default | Meaning |\n|---|---|---|---|", ...rows, "", ...below];
}

function nested(schema: z.core.$ZodType, path: string): string[] {
  return alternatives(schema).flatMap((option) => {
    if (option instanceof z.ZodObject) return sections(option, path);
    if (option instanceof z.ZodArray) return nested(option.element, `${path}[]`);
    if (option instanceof z.ZodRecord) return nested(option.valueType, `${path}.KEY`);
    return [];
  });
}

function codes(): string {
  const rows = Object.entries(CODES).map(
    ([code, { title, explanation }]) => `| ${code} | ${cell(title)} | ${cell(explanation)} |`,
  );
  return [
    "# Problems a spec can have\n",
    "Generated from src/spec/codes.ts. `psc explain CODE` says the same. Codes with E stop the command (exit code 64), codes with W are shown and passed over.\n",
    "| Code | Problem | Explanation |\n|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
