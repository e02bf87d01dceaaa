/** Reads what a service answered without trusting its shape. */

export type Row = Readonly<Record<string, unknown>>;

export function asRow(value: unknown): Row {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : {};
}

/** The value behind a chain of member names; undefined when a link is missing or null. */
export function valueAt(body: unknown, ...path: string[]): unknown {
  let value: unknown = body;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Row)[name];
  }
  return value ?? undefined;
}

/** Text behind a chain of member names; empty when there is none. */
export function textAt(body: unknown, ...path: string[]): string {
  const value = valueAt(body, ...path);
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

export function numberAt(body: unknown, ...path: string[]): number | undefined {
  const value = valueAt(body, ...path);
  return typeof value === "number" ? value : undefined;
}

export function rowsAt(body: unknown, ...path: string[]): readonly Row[] {
  const value = valueAt(body, ...path);
  return Array.isArray(value) ? value.map(asRow) : [];
}
