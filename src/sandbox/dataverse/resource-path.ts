import { badQuery, segmentNotFound } from "./errors.ts";
import { splitOutside } from "./odata-query.ts";

/** A path below `/api/data/v9.2/`, cut into segments with their parentheses. */
export interface Segment {
  readonly name: string;
  /** Text between the parentheses; undefined when there are none. */
  readonly key: string | undefined;
}

export type Key =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "alternate"; readonly values: ReadonlyMap<string, string> };

const GUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

export function guidOf(text: string): string | undefined {
  return GUID.exec(text)?.[1]?.toLowerCase();
}

/** Cuts a still percent-encoded path; encoded slashes stay inside their segment. */
export function segmentsOf(path: string): Segment[] {
  return path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => {
      let text: string;
      try {
        text = decodeURIComponent(part);
      } catch {
        throw segmentNotFound(part);
      }
      const open = text.indexOf("(");
      if (open < 0) return { name: text, key: undefined };
      if (!text.endsWith(")")) throw badQuery(`Syntax error at position ${text.length} in '${text}'.`);
      return { name: text.slice(0, open), key: text.slice(open + 1, -1) };
    });
}

function unquoted(text: string): string {
  return text.startsWith("'") && text.endsWith("'") && text.length >= 2
    ? text.slice(1, -1).replaceAll("''", "'")
    : text;
}

/** `name=value` pairs of a key predicate or of a function call; values without their quotes. */
export function namedValues(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const part of splitOutside(text, ",")) {
    const equals = part.indexOf("=");
    if (equals < 0) throw badQuery(`Syntax error at position 0 in '${part}'.`);
    values.set(part.slice(0, equals).trim(), unquoted(part.slice(equals + 1).trim()));
  }
  return values;
}

/** Arguments of a function, with `@p` aliases replaced by their query parameters. */
export function functionArguments(text: string, parameters: URLSearchParams): Map<string, string> {
  const values = namedValues(text);
  for (const [name, value] of values) {
    if (!value.startsWith("@")) continue;
    const aliased = parameters.get(value);
    if (aliased !== null) values.set(name, unquoted(aliased));
  }
  return values;
}

export function keyOf(text: string): Key {
  const id = guidOf(text.trim());
  return id === undefined ? { kind: "alternate", values: namedValues(text) } : { kind: "id", id };
}
