import type { FieldValue } from "../engine/observation.ts";

/** A value as a person writes it: lists with commas, text without quotes, nothing as `(none)`. */
export function showValue(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return "(none)";
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : value.map(showValue).join(", ");
  if (typeof value === "object") {
    const members = Object.entries(value).map(([name, member]) => `${name}: ${showValue(member)}`);
    return members.length === 0 ? "(none)" : `{ ${members.join(", ")} }`;
  }
  return value === "" ? '""' : String(value);
}

/** `operatingHours` as `operating hours`. */
export function fieldWords(path: string): string {
  return path.replace(
    /([a-z0-9])([A-Z])(?=[a-z])/g,
    (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`,
  );
}
