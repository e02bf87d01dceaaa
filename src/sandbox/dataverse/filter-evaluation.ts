import { badQuery, incompatibleTypes } from "./errors.ts";
import { likeTest } from "./like-pattern.ts";
import { isRealQueryFunction, notSimulated } from "./not-simulated.ts";
import type { Comparison, Expression, Literal, Operand } from "./odata-filter.ts";
import type { SortValue } from "./table-index.ts";

/** Gives a parsed filter its meaning over some kind of object: a row of a table, or a piece of metadata. */

export type OperandType = "string" | "guid" | "lookup" | "number" | "boolean" | "date" | "navigation" | "any";

export interface Reader {
  readonly type: OperandType;
  /** EDM type for messages. */
  readonly edm: string;
  read(item: unknown): unknown;
}

export interface Scope {
  /** Finds a property by path or refuses the query. */
  property(path: readonly string[]): Reader;
  /** Finds a collection-valued navigation by path or refuses the query. */
  collection(path: readonly string[]): { readonly scope: Scope; read(item: unknown): readonly unknown[] };
  /** Values of functions that know the caller (`EqualUserId` and its like); undefined when there is none of that name. */
  callerValue?(name: string): string | undefined;
}

export type Predicate = (item: unknown) => boolean;

/** Items bound to lambda variables while a filter runs. */
type Bindings = ReadonlyMap<string, unknown>;
type BoundPredicate = (item: unknown, bindings: Bindings) => boolean;

interface Context {
  readonly scope: Scope;
  readonly variables: ReadonlyMap<string, Scope>;
}

interface CompiledOperand {
  readonly type: OperandType | "null";
  readonly edm: string;
  readonly literal?: Literal;
  read(item: unknown, bindings: Bindings): unknown;
}

const LITERAL_EDM: Readonly<Record<Literal["kind"], string>> = {
  string: "Edm.String",
  guid: "Edm.Guid",
  number: "Edm.Int32",
  boolean: "Edm.Boolean",
  date: "Edm.DateTimeOffset",
  null: "Edm.Null",
};

function compileOperand(operand: Operand, context: Context): CompiledOperand {
  if (operand.kind === "literal") {
    const { literal } = operand;
    const value = literal.kind === "null" ? null : literal.value;
    return { type: literal.kind, edm: LITERAL_EDM[literal.kind], literal, read: () => value };
  }
  const [head = "", ...rest] = operand.path;
  const variable = context.variables.get(head);
  if (variable !== undefined) {
    const reader = variable.property(rest);
    return {
      type: reader.type,
      edm: reader.edm,
      read: (_item, bindings) => reader.read(bindings.get(head)),
    };
  }
  const reader = context.scope.property(operand.path);
  return { type: reader.type, edm: reader.edm, read: (item) => reader.read(item) };
}

function kindsAgree(left: CompiledOperand, right: CompiledOperand): boolean {
  if (left.type === "null" || right.type === "null" || left.type === "any" || right.type === "any")
    return true;
  if (left.type === right.type) return left.type !== "navigation";
  const pair = new Set([left.type, right.type]);
  // A lookup may be compared with a GUID in quotes ("Filter rows", sample with _primarycontactid_value).
  return pair.has("lookup") && (pair.has("guid") || pair.has("string"));
}

/** String comparison of Dataverse ignores case. */
function comparable(value: unknown): SortValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "boolean") return value;
  return String(value).toLowerCase();
}

/** The form in which values of a type are compared and sorted. */
export function comparableAs(type: OperandType | "null", value: unknown): SortValue {
  if (type === "date" && typeof value === "string") return Date.parse(value);
  return comparable(value);
}

function compareValues(operator: Comparison, left: SortValue, right: SortValue): boolean {
  if (operator === "eq") return left === right;
  if (operator === "ne") return left !== right;
  if (left === null || right === null) return false;
  if (operator === "gt") return left > right;
  if (operator === "ge") return left >= right;
  if (operator === "lt") return left < right;
  return left <= right;
}

const OPERATOR_KIND: Readonly<Record<Comparison, string>> = {
  eq: "Equal",
  ne: "NotEqual",
  gt: "GreaterThan",
  ge: "GreaterThanOrEqual",
  lt: "LessThan",
  le: "LessThanOrEqual",
};

function compileComparison(
  expression: Extract<Expression, { kind: "compare" }>,
  context: Context,
): BoundPredicate {
  const left = compileOperand(expression.left, context);
  const right = compileOperand(expression.right, context);
  const { operator } = expression;
  if (!kindsAgree(left, right)) throw incompatibleTypes(left.edm, right.edm, OPERATOR_KIND[operator]);
  const type = left.type === "date" || right.type === "date" ? "date" : left.type;
  return (item, bindings) =>
    compareValues(
      operator,
      comparableAs(type, left.read(item, bindings)),
      comparableAs(type, right.read(item, bindings)),
    );
}

function compileText(expression: Extract<Expression, { kind: "text" }>, context: Context): BoundPredicate {
  const subject = compileOperand(expression.subject, context);
  const part = compileOperand(expression.part, context);
  if (part.literal?.kind !== "string" || (subject.type !== "string" && subject.type !== "any"))
    throw badQuery(
      `No function signature for the function with name '${expression.test}' matches the specified arguments. The function signatures considered are: ${expression.test}(Edm.String Nullable=true, Edm.String Nullable=true).`,
    );
  const matches = likeTest(expression.test, part.literal.value);
  return (item, bindings) => {
    const value = subject.read(item, bindings);
    return typeof value === "string" && matches(value);
  };
}

function compileLambda(
  expression: Extract<Expression, { kind: "lambda" }>,
  context: Context,
): BoundPredicate {
  const { path, quantifier, variable, body } = expression;
  const [head = "", ...rest] = path;
  const owner = context.variables.get(head);
  const collection = owner === undefined ? context.scope.collection(path) : owner.collection(rest);
  const itemsOf = (item: unknown, bindings: Bindings): readonly unknown[] =>
    collection.read(owner === undefined ? item : bindings.get(head));
  if (variable === undefined || body === undefined)
    return (item, bindings) => itemsOf(item, bindings).length > 0;
  const inner = compile(body, {
    scope: context.scope,
    variables: new Map([...context.variables, [variable, collection.scope]]),
  });
  const holds = (item: unknown, bindings: Bindings, element: unknown): boolean =>
    inner(item, new Map([...bindings, [variable, element]]));
  return quantifier === "any"
    ? (item, bindings) => itemsOf(item, bindings).some((element) => holds(item, bindings, element))
    : (item, bindings) => itemsOf(item, bindings).every((element) => holds(item, bindings, element));
}

function compileQueryFunction(
  expression: Extract<Expression, { kind: "query-function" }>,
  context: Context,
): BoundPredicate {
  const reader = compileOperand({ kind: "path", path: expression.property }, context);
  const values = expression.values.map((value) => comparableAs(reader.type, value));
  const read = (item: unknown, bindings: Bindings): SortValue => {
    const value = comparableAs(reader.type, reader.read(item, bindings));
    return typeof value === "number" && reader.type !== "date" ? String(value) : value;
  };
  const within = (value: SortValue): boolean => {
    const [low, high] = reader.type === "number" ? values.map(Number) : values;
    const subject = reader.type === "number" ? Number(value) : value;
    return (
      value !== null &&
      compareValues("ge", subject, low ?? null) &&
      compareValues("le", subject, high ?? null)
    );
  };
  const choices = (value: SortValue): readonly string[] => (value === null ? [] : String(value).split(","));
  switch (expression.name) {
    case "In":
      return (item, bindings) => values.includes(read(item, bindings));
    case "NotIn":
      return (item, bindings) => !values.includes(read(item, bindings));
    case "Between":
      return (item, bindings) => within(read(item, bindings));
    case "NotBetween":
      return (item, bindings) => !within(read(item, bindings));
    case "ContainValues":
      return (item, bindings) => choices(read(item, bindings)).some((choice) => values.includes(choice));
    case "DoesNotContainValues":
      return (item, bindings) => !choices(read(item, bindings)).some((choice) => values.includes(choice));
    default: {
      if (isRealQueryFunction(expression.name)) throw notSimulated(`the query function ${expression.name}`);
      const wanted = context.scope.callerValue?.(expression.name.replace(/^NotEqual/, "Equal"));
      if (wanted === undefined)
        throw badQuery(
          `An unknown function with name 'Microsoft.Dynamics.CRM.${expression.name}' was found.`,
        );
      const negated = expression.name.startsWith("NotEqual");
      return (item, bindings) => (read(item, bindings) === wanted) !== negated;
    }
  }
}

/** `a and b and c` as a list: chains may be long, and each link must not cost a stack frame. */
export function chainOf(expression: Extract<Expression, { kind: "and" | "or" }>): Expression[] {
  const parts: Expression[] = [];
  let rest: Expression = expression;
  while (rest.kind === expression.kind) {
    parts.push(rest.right);
    rest = rest.left;
  }
  parts.push(rest);
  return parts.reverse();
}

function compile(expression: Expression, context: Context): BoundPredicate {
  switch (expression.kind) {
    case "and": {
      const parts = chainOf(expression).map((part) => compile(part, context));
      return (item, bindings) => parts.every((part) => part(item, bindings));
    }
    case "or": {
      const parts = chainOf(expression).map((part) => compile(part, context));
      return (item, bindings) => parts.some((part) => part(item, bindings));
    }
    case "not": {
      const operand = compile(expression.operand, context);
      return (item, bindings) => !operand(item, bindings);
    }
    case "compare":
      return compileComparison(expression, context);
    case "text":
      return compileText(expression, context);
    case "truth": {
      const operand = compileOperand(expression.operand, context);
      if (operand.type !== "boolean" && operand.type !== "any")
        throw badQuery("The $filter expression must evaluate to a single boolean value.");
      return (item, bindings) => operand.read(item, bindings) === true;
    }
    case "lambda":
      return compileLambda(expression, context);
    case "query-function":
      return compileQueryFunction(expression, context);
  }
}

export function compileFilter(expression: Expression, scope: Scope): Predicate {
  const predicate = compile(expression, { scope, variables: new Map() });
  const unbound: Bindings = new Map();
  return (item) => predicate(item, unbound);
}
