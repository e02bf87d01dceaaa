import { badQuery } from "./errors.ts";

/**
 * Syntax of `$filter` in the dialect of the Dataverse Web API ("Filter rows using OData", Power Apps developer
 * guide): a recursive-descent parser that knows no metadata.
 */

export type Literal =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "guid"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "date"; readonly value: string }
  | { readonly kind: "null" };

export type Operand =
  | { readonly kind: "literal"; readonly literal: Literal }
  | { readonly kind: "path"; readonly path: readonly string[] };

export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";
export type TextTest = "contains" | "startswith" | "endswith";

export type Expression =
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "not"; readonly operand: Expression }
  | {
      readonly kind: "compare";
      readonly operator: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: "text"; readonly test: TextTest; readonly subject: Operand; readonly part: Operand }
  | { readonly kind: "truth"; readonly operand: Operand }
  | {
      readonly kind: "lambda";
      readonly path: readonly string[];
      readonly quantifier: "any" | "all";
      readonly variable?: string;
      readonly body?: Expression;
    }
  | {
      readonly kind: "query-function";
      readonly name: string;
      readonly property: readonly string[];
      readonly values: readonly string[];
    };

type Token =
  | { readonly kind: "literal"; readonly literal: Literal; readonly at: number }
  | { readonly kind: "name"; readonly text: string; readonly at: number }
  | { readonly kind: "alias"; readonly text: string; readonly at: number }
  | { readonly kind: "mark"; readonly text: string; readonly at: number }
  | { readonly kind: "end"; readonly at: number };

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?/;
const NAME = /^[A-Za-z_][\w.]*/;

function unterminated(text: string): never {
  throw badQuery(`There is an unterminated literal at position ${text.length} in '${text}'.`);
}

function readQuoted(text: string, start: number, quote: string): { value: string; end: number } {
  let value = "";
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] !== quote) value += text[at];
    else if (text[at + 1] === quote) {
      value += quote;
      at += 1;
    } else return { value, end: at + 1 };
  }
  return unterminated(text);
}

function tokenAt(text: string, at: number): { token: Token; end: number } {
  const rest = text.slice(at);
  const character = rest.charAt(0);
  if (character === "'" || character === '"') {
    const { value, end } = readQuoted(text, at, character);
    return { token: { kind: "literal", literal: { kind: "string", value }, at }, end };
  }
  const take = (pattern: RegExp): string | undefined => pattern.exec(rest)?.[0];
  const guid = take(GUID);
  if (guid !== undefined)
    return {
      token: { kind: "literal", literal: { kind: "guid", value: guid.toLowerCase() }, at },
      end: at + guid.length,
    };
  const date = take(DATE);
  if (date !== undefined && Number.isNaN(Date.parse(date)))
    throw badQuery(`Syntax error at position ${at} in '${text}'.`);
  if (date !== undefined)
    return { token: { kind: "literal", literal: { kind: "date", value: date }, at }, end: at + date.length };
  const number = take(NUMBER);
  if (number !== undefined)
    return {
      token: { kind: "literal", literal: { kind: "number", value: Number(number) }, at },
      end: at + number.length,
    };
  if (character === "@") {
    const alias = /^@\w+/.exec(rest)?.[0];
    if (alias !== undefined) return { token: { kind: "alias", text: alias, at }, end: at + alias.length };
  }
  const name = take(NAME);
  if (name !== undefined) return nameToken(text, at, name);
  if ("(),/:=[]".includes(character)) return { token: { kind: "mark", text: character, at }, end: at + 1 };
  throw badQuery(`Syntax error at position ${at} in '${text}'.`);
}

function nameToken(text: string, at: number, name: string): { token: Token; end: number } {
  const end = at + name.length;
  if (name === "null") return { token: { kind: "literal", literal: { kind: "null" }, at }, end };
  if (name === "true" || name === "false")
    return { token: { kind: "literal", literal: { kind: "boolean", value: name === "true" }, at }, end };
  // An enumeration literal of metadata, such as Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'.
  if (text[end] === "'") {
    const quoted = readQuoted(text, end, "'");
    return {
      token: { kind: "literal", literal: { kind: "string", value: quoted.value }, at },
      end: quoted.end,
    };
  }
  return { token: { kind: "name", text: name, at }, end };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    if (at >= text.length) break;
    const { token, end } = tokenAt(text, at);
    tokens.push(token);
    at = end;
  }
  tokens.push({ kind: "end", at });
  return tokens;
}

const COMPARISONS: ReadonlySet<string> = new Set(["eq", "ne", "gt", "ge", "lt", "le"]);
const TEXT_TESTS: ReadonlySet<string> = new Set(["contains", "startswith", "endswith"]);
const QUERY_FUNCTION = "Microsoft.Dynamics.CRM.";

/** Deepest nesting of parentheses, `not` and lambdas that the OData library's filter parser accepts. */
const MAX_DEPTH = 800;

/** Parses a filter; `aliases` holds the values of `@p1=…` query parameters. */
export function parseFilter(text: string, aliases: ReadonlyMap<string, string> = new Map()): Expression {
  const tokens = tokensOf(text);
  let index = 0;
  let depth = 0;
  const peek = (): Token => tokens[index] ?? { kind: "end", at: text.length };
  const next = (): Token => {
    const token = peek();
    index += 1;
    return token;
  };
  const fail = (): never => {
    throw badQuery(`Syntax error at position ${peek().at} in '${text}'.`);
  };
  const isName = (word: string): boolean => {
    const token = peek();
    return token.kind === "name" && token.text === word;
  };
  const isMark = (mark: string): boolean => {
    const token = peek();
    return token.kind === "mark" && token.text === mark;
  };
  const expect = (mark: string): void => {
    if (!isMark(mark)) fail();
    next();
  };
  const name = (): string => {
    const token = next();
    if (token.kind === "name") return token.text;
    index -= 1;
    return fail();
  };

  function literalOf(source: string): Literal {
    const [token, end] = tokensOf(source);
    return token?.kind === "literal" && end?.kind === "end" ? token.literal : fail();
  }

  function path(): string[] {
    const steps = [name()];
    while (isMark("/")) {
      next();
      steps.push(name());
    }
    return steps;
  }

  function operand(): Operand {
    const token = peek();
    if (token.kind === "literal") {
      next();
      return { kind: "literal", literal: token.literal };
    }
    if (token.kind === "alias") {
      next();
      const value = aliases.get(token.text);
      return value === undefined ? fail() : { kind: "literal", literal: literalOf(value) };
    }
    return { kind: "path", path: path() };
  }

  function textTest(test: TextTest): Expression {
    expect("(");
    const subject = operand();
    expect(",");
    const part = operand();
    expect(")");
    return { kind: "text", test, subject, part };
  }

  function queryFunction(full: string): Expression {
    expect("(");
    let property: readonly string[] = [];
    const values: string[] = [];
    const value = (): string => {
      const token = next();
      if (token.kind === "literal" && token.literal.kind !== "null") return String(token.literal.value);
      return fail();
    };
    while (!isMark(")")) {
      const parameter = name();
      expect("=");
      if (parameter === "PropertyName") property = value().split("/");
      else if (isMark("[")) {
        next();
        while (!isMark("]")) {
          values.push(value());
          if (isMark(",")) next();
        }
        next();
      } else values.push(value());
      if (isMark(",")) next();
    }
    next();
    return { kind: "query-function", name: full.slice(QUERY_FUNCTION.length), property, values };
  }

  function lambda(steps: readonly string[]): Expression {
    const quantifier = steps.at(-1) === "any" ? "any" : "all";
    const collection = steps.slice(0, -1);
    expect("(");
    if (isMark(")")) {
      if (quantifier === "all") fail();
      next();
      return { kind: "lambda", path: collection, quantifier };
    }
    const variable = name();
    expect(":");
    const body = disjunction();
    expect(")");
    return { kind: "lambda", path: collection, quantifier, variable, body };
  }

  function primary(): Expression {
    depth += 1;
    if (depth > MAX_DEPTH) throw badQuery("Recursion depth exceeded allowed limit.");
    const expression = nestable();
    depth -= 1;
    return expression;
  }

  function nestable(): Expression {
    if (isMark("(")) {
      next();
      const inner = disjunction();
      expect(")");
      return inner;
    }
    if (isName("not")) {
      next();
      return { kind: "not", operand: primary() };
    }
    const token = peek();
    const following = tokens[index + 1];
    if (token.kind === "name" && following?.kind === "mark" && following.text === "(") {
      if (TEXT_TESTS.has(token.text)) {
        next();
        return textTest(token.text as TextTest);
      }
      if (token.text.startsWith(QUERY_FUNCTION)) {
        next();
        return queryFunction(token.text);
      }
      throw badQuery(
        `An unknown function with name '${token.text}' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.`,
      );
    }
    return comparison();
  }

  function comparison(): Expression {
    const left = operand();
    if (left.kind === "path" && isMark("(") && ["any", "all"].includes(left.path.at(-1) ?? ""))
      return lambda(left.path);
    const operator = peek();
    if (operator.kind === "name" && COMPARISONS.has(operator.text)) {
      next();
      return { kind: "compare", operator: operator.text as Comparison, left, right: operand() };
    }
    return { kind: "truth", operand: left };
  }

  function conjunction(): Expression {
    let left = primary();
    while (isName("and")) {
      next();
      left = { kind: "and", left, right: primary() };
    }
    return left;
  }

  function disjunction(): Expression {
    let left = conjunction();
    while (isName("or")) {
      next();
      left = { kind: "or", left, right: conjunction() };
    }
    return left;
  }

  const expression = disjunction();
  if (peek().kind !== "end") fail();
  return expression;
}
