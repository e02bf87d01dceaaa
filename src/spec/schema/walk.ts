import * as z from "zod";
import type { SpecPath } from "../node.ts";
import { noteOf } from "./fields.ts";

/** The schema without its optional and nullable wrappers. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap())
    : schema;
}

/** The alternatives a value may take: the options of a union, else the schema itself. */
export function alternatives(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const bare = unwrapped(schema);
  return bare instanceof z.ZodUnion ? bare.options.flatMap(alternatives) : [bare];
}

function childrenOf(schema: z.core.$ZodType, step: string | number): readonly z.core.$ZodType[] {
  return alternatives(schema).flatMap((option) => {
    if (option instanceof z.ZodObject) {
      const child = option.shape[String(step)];
      return child === undefined ? [] : [child];
    }
    if (option instanceof z.ZodRecord) return [option.valueType];
    if (option instanceof z.ZodArray && typeof step === "number") return [option.element];
    return [];
  });
}

/** Every schema a value at the path could be checked by. */
export function schemasAt(root: z.core.$ZodType, path: SpecPath): readonly z.core.$ZodType[] {
  let found: readonly z.core.$ZodType[] = [root];
  for (const step of path) found = found.flatMap((schema) => childrenOf(schema, step));
  return found;
}

/** The keys a mapping at the path may have; empty where any key may stand. */
export function keysAt(root: z.core.$ZodType, path: SpecPath): readonly string[] {
  return schemasAt(root, path)
    .flatMap(alternatives)
    .flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
}

export function isSecretField(root: z.core.$ZodType, path: SpecPath): boolean {
  return schemasAt(root, path).some((schema) => noteOf(schema).secret === true);
}

/** Types other than text that a value at the path may have, for values that come from the environment. */
export function unquotedTypesAt(root: z.core.$ZodType, path: SpecPath): readonly ("number" | "boolean")[] {
  const options = schemasAt(root, path).flatMap(alternatives);
  return [
    ...(options.some((schema) => schema instanceof z.ZodNumber) ? (["number"] as const) : []),
    ...(options.some((schema) => schema instanceof z.ZodBoolean) ? (["boolean"] as const) : []),
  ];
}

export interface RequiredField {
  readonly path: SpecPath;
  readonly description: string;
}

/**
 * Required fields that the plain data lacks. Of a mapping that is absent itself, its fields are named when it is
 * required, and none when it is not.
 */
export function missingFields(schema: z.core.$ZodType, value: unknown, path: SpecPath = []): RequiredField[] {
  const missing: RequiredField[] = [];
  for (const option of alternatives(schema)) {
    if (option instanceof z.ZodObject && (isRecord(value) || value === undefined)) {
      for (const [key, child] of Object.entries(option.shape)) {
        const here = [...path, key];
        const given = value?.[key];
        const isRequired = noteOf(child).required === true;
        const isMapping = alternatives(child).some((kind) => kind instanceof z.ZodObject);
        if (given === undefined && isRequired && !isMapping)
          missing.push({ path: here, description: child.description ?? "" });
        else if (given !== undefined || isRequired) missing.push(...missingFields(child, given, here));
      }
    } else if (option instanceof z.ZodArray && Array.isArray(value)) {
      for (const [i, item] of value.entries())
        missing.push(...missingFields(option.element, item, [...path, i]));
    } else if (option instanceof z.ZodRecord && isRecord(value)) {
      for (const [key, item] of Object.entries(value))
        missing.push(...missingFields(option.valueType, item, [...path, key]));
    }
  }
  return missing;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
