import { badQuery, unknownProperty, unsupportedOption } from "./errors.ts";
import { chainOf, comparableAs, compileFilter, type Predicate } from "./filter-evaluation.ts";
import type { Table } from "./metadata/model.ts";
import { notSimulated } from "./not-simulated.ts";
import { type Expression, parseFilter } from "./odata-filter.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";
import type { SortValue } from "./table-index.ts";
import { isStored, tableScope } from "./table-scope.ts";

/** Query options of a retrieval ("Query data using the Web API", Power Apps developer guide). */

export interface SortKey {
  readonly property: string;
  readonly descending: boolean;
  keyOf(row: Row): SortValue;
}

/** A condition every matching row fulfils: the column has this value. */
export interface Equality {
  readonly property: string;
  readonly value: SortValue;
  keyOf(row: Row): SortValue;
}

export interface Expansion {
  readonly navigation: string;
  readonly reference: boolean;
  readonly query: Query;
}

export interface Query {
  readonly select: readonly string[] | undefined;
  readonly filter: Predicate | undefined;
  readonly equalities: readonly Equality[];
  readonly orderby: readonly SortKey[];
  readonly top: number | undefined;
  readonly count: boolean;
  readonly expand: readonly Expansion[];
  readonly skipToken: string | undefined;
}

/** Splits at a mark that lies outside parentheses and quotes. */
export function splitOutside(text: string, mark: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === mark && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

const OPTIONS = new Set(["$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken"]);
/** Options of collections that exist and are not simulated. */
const OTHER_OPTIONS = new Set(["$deltatoken", "savedQuery", "userQuery"]);
const NESTED_OPTIONS = new Set(["$select", "$filter", "$orderby", "$top", "$expand"]);

/** Options of the URL; anything the service does not offer is refused. */
export function readOptions(parameters: URLSearchParams): {
  readonly options: ReadonlyMap<string, string>;
  readonly aliases: ReadonlyMap<string, string>;
} {
  const options = new Map<string, string>();
  const aliases = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name.startsWith("@")) aliases.set(name, value);
    else if (name === "$skip") throw badQuery("Skip Clause is not supported in CRM");
    else if (options.has(name))
      throw badQuery(
        `Query option '${name}' was specified more than once, but it must be specified at most once.`,
      );
    else if (OPTIONS.has(name)) options.set(name, value);
    else if (OTHER_OPTIONS.has(name)) throw notSimulated(`the query option ${name}`);
    else throw unsupportedOption(name);
  }
  return { options, aliases };
}

function parseSelect(table: Table, text: string): string[] {
  const names = splitOutside(text, ",");
  if (names.length === 0) return [...table.properties.keys()];
  for (const name of names)
    if (name !== "*" && !table.properties.has(name)) throw unknownProperty(name, table.logicalName);
  return names.includes("*") ? [...table.properties.keys()] : names;
}

function parseOrderBy(session: Session, table: Table, text: string): SortKey[] {
  return splitOutside(text, ",").map((part) => {
    const [property = "", direction = "asc", ...more] = part.split(/\s+/);
    if ((direction !== "asc" && direction !== "desc") || more.length > 0)
      throw badQuery(`Syntax error at position ${property.length + 1} in '${part}'.`);
    const reader = tableScope(session, table).property(property.split("/"));
    return {
      property,
      descending: direction === "desc",
      keyOf: (row) => comparableAs(reader.type, reader.read(row)),
    };
  });
}

/** The equalities among the conditions a filter joins by `and`. */
function equalitiesOf(session: Session, table: Table, expression: Expression): Equality[] {
  const conditions = expression.kind === "and" ? chainOf(expression) : [expression];
  return conditions.flatMap((condition): Equality[] => {
    if (condition.kind !== "compare" || condition.operator !== "eq") return [];
    const sides = [condition.left, condition.right];
    const path = sides.find((side) => side.kind === "path")?.path;
    const literal = sides.find((side) => side.kind === "literal")?.literal;
    const [property = "", ...rest] = path ?? [];
    if (literal === undefined || literal.kind === "null" || rest.length > 0) return [];
    if (!isStored(table, property)) return [];
    const reader = tableScope(session, table).property([property]);
    return [
      {
        property,
        value: comparableAs(reader.type, literal.value),
        keyOf: (row) => comparableAs(reader.type, reader.read(row)),
      },
    ];
  });
}

function parseCount(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw badQuery(
    `Invalid value '${text}' for $count query option found. Valid values are 'true' and 'false'.`,
  );
}

function parseTop(text: string): number {
  if (!/^\d+$/.test(text))
    throw badQuery(
      `Invalid value '${text}' for $top query option found. The $top query option requires a non-negative integer value.`,
    );
  return Number(text);
}

function parseExpand(
  session: Session,
  table: Table,
  text: string,
  aliases: ReadonlyMap<string, string>,
  nested: boolean,
): Expansion[] {
  const parts = splitOutside(text, ",");
  if (parts.length > 15)
    throw badQuery(
      "The query specified in the URI is not valid. The number of $expand items exceeds the limit of 15.",
    );
  return parts.map((part) => {
    const open = part.indexOf("(");
    if (open >= 0 && !part.endsWith(")"))
      throw badQuery(`Syntax error at position ${part.length} in '${part}'.`);
    const path = (open < 0 ? part : part.slice(0, open)).trim();
    const inside = open < 0 ? "" : part.slice(open + 1, -1);
    const [name = "", suffix, ...more] = path.split("/");
    if ((suffix !== undefined && suffix !== "$ref") || more.length > 0)
      throw badQuery(`Syntax error at position ${name.length} in '${path}'.`);
    const navigation = table.navigations.get(name);
    if (navigation === undefined) throw unknownProperty(name, table.logicalName);
    const reference = suffix === "$ref";
    const single = navigation.kind === "lookup";
    if (reference && !single)
      throw badQuery("Expand with $ref is only supported on lookup type navigation property.");
    if (nested && !single)
      throw badQuery("Only many-to-one relationships are supported for nested expansion.");
    const target =
      navigation.kind === "lookup"
        ? navigation.targets[0]
        : navigation.kind === "links"
          ? navigation.target
          : navigation.table;
    const targetTable = session.model.tables.get(target ?? "");
    if (targetTable === undefined) throw unknownProperty(name, table.logicalName);
    const options = new Map<string, string>();
    for (const option of splitOutside(inside, ";")) {
      const equals = option.indexOf("=");
      const optionName = option.slice(0, equals).trim();
      if (equals < 0 || !NESTED_OPTIONS.has(optionName)) throw unsupportedOption(optionName);
      if (single && (optionName === "$orderby" || optionName === "$top"))
        throw badQuery(
          "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.",
        );
      options.set(optionName, option.slice(equals + 1).trim());
    }
    return {
      navigation: name,
      reference,
      query: buildQuery(session, targetTable, options, aliases, true),
    };
  });
}

export function buildQuery(
  session: Session,
  table: Table,
  options: ReadonlyMap<string, string>,
  aliases: ReadonlyMap<string, string>,
  nested = false,
): Query {
  const select = options.get("$select");
  const filter = options.get("$filter");
  const orderby = options.get("$orderby");
  const top = options.get("$top");
  const expand = options.get("$expand");
  const expression = filter === undefined ? undefined : parseFilter(filter, aliases);
  return {
    select: select === undefined ? undefined : parseSelect(table, select),
    filter: expression === undefined ? undefined : compileFilter(expression, tableScope(session, table)),
    equalities: expression === undefined || nested ? [] : equalitiesOf(session, table, expression),
    orderby: orderby === undefined ? [] : parseOrderBy(session, table, orderby),
    top: top === undefined ? undefined : parseTop(top),
    count: parseCount(options.get("$count")),
    expand: expand === undefined ? [] : parseExpand(session, table, expand, aliases, nested),
    skipToken: options.get("$skiptoken"),
  };
}

export function parseQuery(session: Session, table: Table, parameters: URLSearchParams): Query {
  const { options, aliases } = readOptions(parameters);
  return buildQuery(session, table, options, aliases);
}

/** Null comes first; 0 when the rows are equal in every key. */
export function compareRows(keys: readonly SortKey[], a: Row, b: Row): number {
  for (const { keyOf, descending } of keys) {
    const left = keyOf(a);
    const right = keyOf(b);
    if (left === right) continue;
    const sign = descending ? -1 : 1;
    if (left === null) return -sign;
    if (right === null) return sign;
    return left < right ? -sign : sign;
  }
  return 0;
}

/** Sorts as `$orderby` asks; rows equal in every key keep their order of creation. */
export function sortRows(rows: readonly Row[], keys: readonly SortKey[]): readonly Row[] {
  return keys.length === 0 ? rows : [...rows].sort((a, b) => compareRows(keys, a, b));
}
