import type { SandboxResponse } from "../exchange.ts";
import { aggregate, checkAggregateLimit, groupBy, type Measured, type Method } from "./aggregation.ts";
import { badQuery, unknownProperty } from "./errors.ts";
import { comparableAs, compileFilter } from "./filter-evaluation.ts";
import type { Table } from "./metadata/model.ts";
import { notSimulated } from "./not-simulated.ts";
import { parseFilter } from "./odata-filter.ts";
import { splitOutside } from "./odata-query.ts";
import { requirePrivilege } from "./privileges.ts";
import { rowsOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Json, JsonObject, Row } from "./state.ts";
import { tableScope } from "./table-scope.ts";

/** `$apply`: `filter(…)/groupby((…),aggregate(…))` and `aggregate(…)` ("Aggregate data using OData", developer guide). */

interface Aggregate {
  readonly alias: string;
  readonly method: Method;
  readonly property: string | undefined;
}

const METHODS: ReadonlyMap<string, Method> = new Map([
  ["sum", "sum"],
  ["average", "average"],
  ["min", "min"],
  ["max", "max"],
  ["countdistinct", "countdistinct"],
]);

function syntaxError(text: string): never {
  throw badQuery(`Syntax error at position 0 in '${text}'.`);
}

/** Text between the parentheses of `name(…)`. */
function inside(text: string, name: string): string | undefined {
  return text.startsWith(`${name}(`) && text.endsWith(")") ? text.slice(name.length + 1, -1) : undefined;
}

function readAggregate(text: string): Aggregate {
  const count = /^\$count\s+as\s+(\w+)$/.exec(text)?.[1];
  if (count !== undefined) return { alias: count, method: "count", property: undefined };
  const [, property, name = "", alias = ""] = /^([\w/]+)\s+with\s+(\w+)\s+as\s+(\w+)$/.exec(text) ?? [];
  const method = METHODS.get(name);
  if (property === undefined || method === undefined) return syntaxError(text);
  return { alias, method, property };
}

interface Steps {
  readonly filter: string | undefined;
  readonly keys: readonly string[];
  readonly aggregates: readonly Aggregate[];
}

function readSteps(text: string): Steps {
  const steps = splitOutside(text, "/");
  const filter = steps[0] === undefined ? undefined : inside(steps[0], "filter");
  const [step, ...more] = filter === undefined ? steps : steps.slice(1);
  if (step === undefined) throw notSimulated("$apply with a filter alone");
  if (more.length > 0) throw notSimulated("$apply with more than one grouping");
  const plain = inside(step, "aggregate");
  if (plain !== undefined)
    return { filter, keys: [], aggregates: splitOutside(plain, ",").map(readAggregate) };
  const grouped = inside(step, "groupby");
  if (grouped === undefined) return syntaxError(step);
  const [list = "", second, ...rest] = splitOutside(grouped, ",");
  const keys = inside(list, "");
  if (keys === undefined || rest.length > 0) return syntaxError(step);
  const aggregates = second === undefined ? "" : (inside(second, "aggregate") ?? syntaxError(second));
  return {
    filter,
    keys: splitOutside(keys, ","),
    aggregates: splitOutside(aggregates, ",").map(readAggregate),
  };
}

export function applyTransformations(
  session: Session,
  table: Table,
  text: string,
  aliases: ReadonlyMap<string, string>,
): SandboxResponse {
  requirePrivilege(session, "Read", table);
  const steps = readSteps(text);
  const scope = tableScope(session, table);
  const measure = (property: string): ((row: Row) => Measured) => {
    const reader = scope.property(property.split("/"));
    if (reader.type === "navigation") throw unknownProperty(property, table.logicalName);
    return (row) => {
      const value = reader.read(row);
      return { key: comparableAs(reader.type, value), value };
    };
  };
  const keys = steps.keys.map((property) => ({ property, read: measure(property) }));
  const aggregates = steps.aggregates.map(({ alias, method, property }) => ({
    alias,
    method,
    read: property === undefined ? (): Measured => ({ key: 1, value: 1 }) : measure(property),
  }));
  const filter =
    steps.filter === undefined ? undefined : compileFilter(parseFilter(steps.filter, aliases), scope);
  const rows = rowsOf(session.organization, table.logicalName).filter((row) => filter?.(row) ?? true);
  checkAggregateLimit(rows.length);
  const groups = keys.length === 0 ? [rows] : groupBy(rows, (row) => keys.map(({ read }) => read(row).key));
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata#${table.set}`,
      value: groups.map((group) => {
        const [first] = group;
        const body: JsonObject = {};
        if (first !== undefined)
          for (const { property, read } of keys) body[property] = (read(first).value ?? null) as Json;
        for (const { alias, method, read } of aggregates)
          body[alias] = aggregate(method, group.map(read)) as Json;
        return body;
      }),
    },
  };
}
