import type { Json } from "../exchange.ts";
import { refuseGraph, unsupportedQuery } from "./graph-errors.ts";

type Literal = string | number | boolean | null;

export type FilterNode =
  | { readonly op: "and" | "or"; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly op: "not"; readonly inner: FilterNode }
  | { readonly op: "eq" | "ne"; readonly property: string; readonly value: Literal }
  | { readonly op: "in"; readonly property: string; readonly values: readonly Literal[] }
  | { readonly op: "startsWith" | "endsWith"; readonly property: string; readonly value: string }
  | { readonly op: "any"; readonly property: string; readonly variable: string; readonly inner: FilterNode };

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|(-?\d+)|([A-Za-z_@][\w@./]*)|([(),:]))/y;

interface Tokens {
  readonly text: string;
  readonly list: readonly string[];
  next: number;
  depth: number;
}

/** Assumption: how deep brackets and `not` may nest; no public source tells Graph's own limit. */
const DEEPEST = 100;

function syntaxError(text: string): never {
  return refuseGraph(400, "BadRequest", `Invalid filter clause: Syntax error in '${text}'.`);
}

function tokenize(text: string): Tokens {
  const list: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) return syntaxError(text);
    list.push(match[0].trim());
  }
  return { text, list, next: 0, depth: 0 };
}

function take(tokens: Tokens): string {
  const token = tokens.list[tokens.next];
  if (token === undefined) return syntaxError(tokens.text);
  tokens.next += 1;
  return token;
}

function expect(tokens: Tokens, wanted: string): void {
  if (take(tokens) !== wanted) syntaxError(tokens.text);
}

function peek(tokens: Tokens): string {
  return tokens.list[tokens.next] ?? "";
}

function literal(tokens: Tokens): Literal {
  const token = take(tokens);
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (token === "true" || token === "false") return token === "true";
  if (token === "null") return null;
  if (/^-?\d+$/.test(token)) return Number(token);
  if (/^[0-9a-f-]{36}$/i.test(token)) return token;
  return syntaxError(tokens.text);
}

function textFunction(tokens: Tokens, op: "startsWith" | "endsWith"): FilterNode {
  expect(tokens, "(");
  const property = take(tokens);
  expect(tokens, ",");
  const value = literal(tokens);
  expect(tokens, ")");
  return typeof value === "string" ? { op, property, value } : syntaxError(tokens.text);
}

function primary(tokens: Tokens): FilterNode {
  tokens.depth += 1;
  if (tokens.depth > DEEPEST) syntaxError(tokens.text);
  const node = term(tokens);
  tokens.depth -= 1;
  return node;
}

function term(tokens: Tokens): FilterNode {
  const token = take(tokens);
  if (token === "(") {
    const inner = disjunction(tokens);
    expect(tokens, ")");
    return inner;
  }
  if (token.toLowerCase() === "not") return { op: "not", inner: primary(tokens) };
  if (token.toLowerCase() === "startswith" && peek(tokens) === "(") return textFunction(tokens, "startsWith");
  if (token.toLowerCase() === "endswith" && peek(tokens) === "(") return textFunction(tokens, "endsWith");
  if (!/^[A-Za-z_@]/.test(token)) return syntaxError(tokens.text);
  if (token.endsWith("/any") && peek(tokens) === "(") {
    take(tokens);
    const variable = take(tokens);
    expect(tokens, ":");
    const inner = disjunction(tokens);
    expect(tokens, ")");
    return { op: "any", property: token.slice(0, -"/any".length), variable, inner };
  }
  const operator = take(tokens).toLowerCase();
  if (operator === "eq" || operator === "ne")
    return { op: operator, property: token, value: literal(tokens) };
  if (operator === "in") {
    expect(tokens, "(");
    const values = [literal(tokens)];
    while (peek(tokens) === ",") {
      take(tokens);
      values.push(literal(tokens));
    }
    expect(tokens, ")");
    return { op: "in", property: token, values };
  }
  return unsupportedQuery();
}

function conjunction(tokens: Tokens): FilterNode {
  let left = primary(tokens);
  while (peek(tokens).toLowerCase() === "and") {
    take(tokens);
    left = { op: "and", left, right: primary(tokens) };
  }
  return left;
}

function disjunction(tokens: Tokens): FilterNode {
  let left = conjunction(tokens);
  while (peek(tokens).toLowerCase() === "or") {
    take(tokens);
    left = { op: "or", left, right: conjunction(tokens) };
  }
  return left;
}

/**
 * The part of OData's `$filter` that directory objects are asked with: `eq`, `ne`, `in`, `startsWith`, `endsWith`,
 * `not`, `and`, `or` and `any` ("Use the $filter query parameter", Microsoft Graph).
 */
export function parseFilter(text: string): FilterNode {
  const tokens = tokenize(text);
  const node = disjunction(tokens);
  return tokens.next === tokens.list.length ? node : syntaxError(text);
}

/** Properties a filter refers to. */
export function filterProperties(node: FilterNode): string[] {
  switch (node.op) {
    case "and":
    case "or":
      return [...filterProperties(node.left), ...filterProperties(node.right)];
    case "not":
      return filterProperties(node.inner);
    default:
      return [node.property];
  }
}

/** Operators that only the advanced query capabilities offer ("Advanced query capabilities on Microsoft Entra ID objects"). */
export function isAdvanced(node: FilterNode): boolean {
  switch (node.op) {
    case "and":
    case "or":
      return isAdvanced(node.left) || isAdvanced(node.right);
    case "not":
    case "ne":
    case "endsWith":
      return true;
    default:
      return false;
  }
}

function equal(actual: Json | undefined, wanted: Literal): boolean {
  return typeof actual === "string" && typeof wanted === "string"
    ? actual.toLowerCase() === wanted.toLowerCase()
    : (actual ?? null) === wanted;
}

/** Evaluates a filter on an object, or inside `any` on the element that `variable` stands for. */
export function matchesFilter(value: Json, node: FilterNode, variable?: string): boolean {
  const of = (property: string): Json | undefined => {
    const steps = property.split("/");
    if (variable !== undefined && steps[0] === variable) steps.shift();
    return steps.reduce<Json | undefined>((found, step) => {
      if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
      return found[step];
    }, value);
  };
  switch (node.op) {
    case "and":
      return matchesFilter(value, node.left, variable) && matchesFilter(value, node.right, variable);
    case "or":
      return matchesFilter(value, node.left, variable) || matchesFilter(value, node.right, variable);
    case "not":
      return !matchesFilter(value, node.inner, variable);
    case "eq":
      return equal(of(node.property), node.value);
    case "ne":
      return !equal(of(node.property), node.value);
    case "in":
      return node.values.some((wanted) => equal(of(node.property), wanted));
    case "any": {
      const list = of(node.property);
      return Array.isArray(list) && list.some((entry) => matchesFilter(entry, node.inner, node.variable));
    }
    default: {
      const actual = of(node.property);
      if (typeof actual !== "string") return false;
      const wanted = node.value.toLowerCase();
      return node.op === "startsWith"
        ? actual.toLowerCase().startsWith(wanted)
        : actual.toLowerCase().endsWith(wanted);
    }
  }
}
