/** The few functions of ARM's template language that the templates here use ("ARM template functions", Azure docs). */

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

export interface Scope {
  readonly parameters: Readonly<Record<string, Value>>;
  readonly subscription: string;
  readonly location: string;
  readonly copyIndex?: number;
}

interface Reader {
  readonly text: string;
  at: number;
}

function expect(reader: Reader, sign: string): void {
  if (reader.text[reader.at] !== sign)
    throw new Error(`"${sign}" expected at ${reader.at} of ${reader.text}`);
  reader.at += 1;
}

function skip(reader: Reader): void {
  while (reader.text[reader.at] === " ") reader.at += 1;
}

function call(name: string, given: readonly Value[], scope: Scope): Value {
  const [first = ""] = given;
  switch (name) {
    case "parameters":
      return scope.parameters[String(first)] ?? null;
    case "concat":
      return given.map(String).join("");
    case "length":
      return Array.isArray(first) ? first.length : String(first).length;
    case "copyIndex":
      return scope.copyIndex ?? 0;
    case "subscription":
      return { id: `/subscriptions/${scope.subscription}` };
    case "deployment":
      return { location: scope.location };
    case "subscriptionResourceId":
      return `/subscriptions/${scope.subscription}/providers/${given.map(String).join("/")}`;
    default:
      throw new Error(`the template uses ${name}(), which this test does not know`);
  }
}

function read(reader: Reader, scope: Scope): Value {
  skip(reader);
  if (reader.text[reader.at] === "'") {
    const [whole = "", inner = ""] = /^'((?:[^']|'')*)'/.exec(reader.text.slice(reader.at)) ?? [];
    reader.at += whole.length;
    return inner.replaceAll("''", "'");
  }
  const name = /^[A-Za-z]+/.exec(reader.text.slice(reader.at))?.[0] ?? "";
  reader.at += name.length;
  expect(reader, "(");
  const given: Value[] = [];
  skip(reader);
  while (reader.text[reader.at] !== ")") {
    given.push(read(reader, scope));
    skip(reader);
    if (reader.text[reader.at] === ",") reader.at += 1;
  }
  expect(reader, ")");
  let value = call(name, given, scope);
  for (;;) {
    const member = /^\.([A-Za-z]+)/.exec(reader.text.slice(reader.at));
    if (member !== null) {
      reader.at += member[0].length;
      value = (value as { readonly [name: string]: Value })[member[1] ?? ""] ?? null;
    } else if (reader.text[reader.at] === "[") {
      reader.at += 1;
      value = (value as readonly Value[])[Number(read(reader, scope))] ?? null;
      expect(reader, "]");
    } else return value;
  }
}

/** A part of a template with all expressions worked out and all copies made. */
export function evaluate(part: Value, scope: Scope): Value {
  if (typeof part === "string") {
    if (!part.startsWith("[")) return part;
    const reader = { text: part.slice(1, -1), at: 0 };
    const value = read(reader, scope);
    if (reader.at !== reader.text.length) throw new Error(`more than one expression in ${part}`);
    return value;
  }
  if (Array.isArray(part)) return part.map((one: Value) => evaluate(one, scope));
  if (typeof part !== "object" || part === null) return part;
  const entries = Object.entries(part).flatMap(([name, value]): [string, Value][] => {
    if (name !== "copy" || !Array.isArray(value)) return [[name, evaluate(value, scope)]];
    return value.map((loop: Value): [string, Value] => {
      const { name: made, count, input } = loop as { readonly [name: string]: Value };
      const times = Number(evaluate(count ?? 0, scope));
      const items = Array.from({ length: times }, (_one, copyIndex) =>
        evaluate(input ?? null, { ...scope, copyIndex }),
      );
      return [String(made), items];
    });
  });
  return Object.fromEntries(entries);
}
