import type { Json, JsonObject } from "../exchange.ts";
import { isGuid } from "./graph-call.ts";
import { badRequest, invalidValue, unknownProperty } from "./graph-errors.ts";

/** What a property accepts. */
export type ValueRule =
  | { readonly kind: "text"; readonly longest?: number; readonly oneOf?: readonly string[] }
  | { readonly kind: "flag" }
  | { readonly kind: "number" }
  | { readonly kind: "guid" }
  | { readonly kind: "list"; readonly of: ValueRule; readonly most?: number }
  | { readonly kind: "object"; readonly properties: Readonly<Record<string, ValueRule>> };

export interface PropertyRule {
  readonly value: ValueRule;
  /** `create` only when the object is made; `never` for what Graph computes. */
  readonly write: "always" | "create" | "never";
}

export interface EntityRules {
  /** Resource name in messages, such as `Application`. */
  readonly resource: string;
  readonly properties: Readonly<Record<string, PropertyRule>>;
}

export const text = (longest?: number): ValueRule => ({
  kind: "text",
  ...(longest === undefined ? {} : { longest }),
});
export const oneOf = (...values: string[]): ValueRule => ({ kind: "text", oneOf: values });
export const flag: ValueRule = { kind: "flag" };
export const integer: ValueRule = { kind: "number" };
export const guid: ValueRule = { kind: "guid" };
export const listOf = (of: ValueRule, most?: number): ValueRule => ({
  kind: "list",
  of,
  ...(most === undefined ? {} : { most }),
});
export const object = (properties: Readonly<Record<string, ValueRule>>): ValueRule => ({
  kind: "object",
  properties,
});
export const writable = (value: ValueRule): PropertyRule => ({ value, write: "always" });
export const onCreate = (value: ValueRule): PropertyRule => ({ value, write: "create" });
export const computed = (value: ValueRule): PropertyRule => ({ value, write: "never" });

function accepts(rule: ValueRule, value: Json): boolean {
  if (value === null) return true;
  switch (rule.kind) {
    case "text":
      return (
        typeof value === "string" &&
        (rule.longest === undefined || value.length <= rule.longest) &&
        (rule.oneOf === undefined || rule.oneOf.includes(value))
      );
    case "flag":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number" && Number.isInteger(value);
    case "guid":
      return typeof value === "string" && isGuid(value);
    case "list":
      return (
        Array.isArray(value) &&
        (rule.most === undefined || value.length <= rule.most) &&
        value.every((entry) => entry !== null && accepts(rule.of, entry))
      );
    case "object": {
      if (typeof value !== "object" || Array.isArray(value)) return false;
      return Object.entries(value).every(([name, inner]) => {
        const innerRule = Object.hasOwn(rule.properties, name) ? rule.properties[name] : undefined;
        return innerRule === undefined ? unknownProperty() : accepts(innerRule, inner);
      });
    }
  }
}

/**
 * Checks a POST or PATCH body against the type's rules: unknown and read-only properties and ill-typed values are
 * refused with 400 `Request_BadRequest`. `@odata.type` is allowed; bindings are the caller's to take out first.
 */
export function checkedBody(body: JsonObject, rules: EntityRules, when: "create" | "update"): JsonObject {
  const accepted: JsonObject = {};
  for (const [name, value] of Object.entries(body)) {
    if (name === "@odata.type") continue;
    const rule = Object.hasOwn(rules.properties, name) ? rules.properties[name] : undefined;
    if (rule === undefined) return unknownProperty();
    if (rule.write === "never" || (rule.write === "create" && when === "update"))
      return badRequest("One or more property values specified are invalid.");
    if (!accepts(rule.value, value)) return invalidValue(name, rules.resource);
    accepted[name] = value;
  }
  return accepted;
}

/** Lays changes over a value: complex properties merge member by member, lists and simple values are replaced. */
export function merged(value: JsonObject, changes: JsonObject): JsonObject {
  const result: JsonObject = { ...value };
  for (const [name, change] of Object.entries(changes)) {
    const present = result[name];
    const bothObjects =
      typeof change === "object" &&
      change !== null &&
      !Array.isArray(change) &&
      typeof present === "object" &&
      present !== null &&
      !Array.isArray(present);
    result[name] = bothObjects ? merged(present, change) : change;
  }
  return result;
}
