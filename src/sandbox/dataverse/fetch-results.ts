import type { SandboxResponse } from "../exchange.ts";
import { aggregate, checkAggregateLimit, groupBy, type Method } from "./aggregation.ts";
import { dataverseError } from "./errors.ts";
import { etagOf, presentColumn } from "./expand.ts";
import {
  compileFilters,
  type Entities,
  entitiesOf,
  type Joined,
  type JoinedReader,
  joinedReader,
  MAIN,
} from "./fetch-conditions.ts";
import {
  type FetchAttribute,
  type FetchEntity,
  type FetchLink,
  type FetchQuery,
  readFetch,
} from "./fetch-query.ts";
import type { Column, Table } from "./metadata/model.ts";
import { wrappedCookie } from "./paging-cookie.ts";
import { requirePrivilege } from "./privileges.ts";
import { rowsOf, textOf } from "./rows.ts";
import { type Session, wantsAnnotation } from "./session.ts";
import type { JsonObject, Row } from "./state.ts";
import type { SortValue } from "./table-index.ts";
import { readColumn, tableScope } from "./table-scope.ts";

/** Runs FetchXML queries ("Retrieve data using FetchXml", developer guide). */

const MAX_PAGE = 5000;

/** Rows of a linked table by the value of its `from` column. */
function rowsByValue(session: Session, { table, from }: FetchLink): Map<SortValue, Row[]> {
  const scope = tableScope(session, table).property([from.property]);
  const found = new Map<SortValue, Row[]>();
  for (const row of rowsOf(session.organization, table.logicalName)) {
    const value = scope.read(row);
    if (value === null || value === undefined) continue;
    const key = String(value).toLowerCase();
    const rows = found.get(key);
    if (rows === undefined) found.set(key, [row]);
    else rows.push(row);
  }
  return found;
}

function join(
  session: Session,
  entities: Entities,
  parent: FetchEntity,
  rows: readonly Joined[],
): readonly Joined[] {
  let joined = rows;
  for (const link of parent.links) {
    requirePrivilege(session, "Read", link.table);
    const byValue = rowsByValue(session, link);
    const holds = compileFilters(session, entities, link.alias, link.filters);
    const to = joinedReader(session, entities, parent.alias ?? MAIN, link.to.name);
    const next: Joined[] = [];
    for (const item of joined) {
      const value = to.value(item);
      const partners = value === null ? [] : (byValue.get(String(value).toLowerCase()) ?? []);
      const kept = partners.map((row) => new Map([...item, [link.alias, row]])).filter(holds);
      if (kept.length === 0 && link.outer) next.push(new Map([...item, [link.alias, undefined]]));
      else next.push(...kept);
    }
    joined = join(session, entities, link, next);
  }
  return joined;
}

interface SortBy {
  readonly descending: boolean;
  value(joined: Joined): SortValue;
}

function compareBy(keys: readonly SortBy[]): (a: Joined, b: Joined) => number {
  return (a, b) => {
    for (const { value, descending } of keys) {
      const left = value(a);
      const right = value(b);
      if (left === right) continue;
      const sign = descending ? -1 : 1;
      if (left === null) return -sign;
      if (right === null) return sign;
      return left < right ? -sign : sign;
    }
    return 0;
  };
}

function sortsOf(session: Session, entities: Entities, entity: FetchEntity): SortBy[] {
  const own = entity.orders.map((order): SortBy => {
    const alias = order.entity ?? entity.alias ?? MAIN;
    const reader = joinedReader(session, entities, alias, order.attribute ?? "");
    return { descending: order.descending, value: reader.value };
  });
  return [...own, ...entity.links.flatMap((link) => sortsOf(session, entities, link))];
}

function columnsOf({
  table,
  allAttributes,
  attributes,
}: FetchEntity): (readonly [string | undefined, Column])[] {
  const chosen = attributes.map(({ alias, column }) => [alias, column] as const);
  if (!allAttributes) return chosen;
  return [...chosen, ...[...table.columns.values()].map((column) => [undefined, column] as const)];
}

/** Only columns with a value appear; those of linked tables are prefixed with the alias of their table. */
function presentJoined(session: Session, query: FetchQuery, joined: Joined): JsonObject {
  const main = joined.get(MAIN);
  const body: JsonObject = query.distinct || main === undefined ? {} : { "@odata.etag": etagOf(main) };
  const add = (entity: FetchEntity): void => {
    const row = joined.get(entity.alias ?? MAIN);
    if (row !== undefined) {
      const columns = columnsOf(entity);
      const id = entity.table.columns.get(entity.table.id);
      if (entity.alias === undefined && !query.distinct && id !== undefined) columns.push([undefined, id]);
      for (const [alias, column] of columns) {
        const prefixed = entity.alias === undefined ? column.property : `${entity.alias}.${column.name}`;
        presentColumn(session, entity.table, row, column, alias ?? prefixed, body);
      }
    }
    for (const link of entity.links) add(link);
  };
  add(query.entity);
  for (const [name, value] of Object.entries(body)) if (value === null) delete body[name];
  return body;
}

const METHODS: ReadonlyMap<string, Method> = new Map([
  ["count", "count"],
  ["countcolumn", "countcolumn"],
  ["sum", "sum"],
  ["avg", "average"],
  ["min", "min"],
  ["max", "max"],
]);

function methodOf({ aggregate: name = "", distinct }: FetchAttribute): Method {
  const method = METHODS.get(name);
  if (method === undefined) throw dataverseError(400, "0x80040203", `Invalid aggregate: ${name}`);
  return method === "countcolumn" && distinct ? "countdistinct" : method;
}

function aggregated(session: Session, entities: Entities, rows: readonly Joined[]): JsonObject[] {
  checkAggregateLimit(rows.length);
  const parts = [...entities.values()].flatMap((entity) =>
    entity.attributes.map((attribute) => ({
      attribute,
      entity,
      reader: joinedReader(session, entities, entity.alias ?? MAIN, attribute.column.name),
    })),
  );
  const grouping = parts.filter(({ attribute }) => attribute.groupBy);
  const reported = (
    { entity, attribute }: { entity: FetchEntity; attribute: FetchAttribute },
    item: Joined | undefined,
  ): unknown => {
    const row = item?.get(entity.alias ?? MAIN);
    return row === undefined ? null : readColumn(session, entity.table, row, attribute.column.property);
  };
  const groups = grouping.length === 0 ? [[...rows]] : groupBy(rows, (item) => keys(grouping, item));
  const results = groups.map((group) => {
    const body: JsonObject = {};
    for (const part of parts) {
      const { attribute, reader } = part;
      const value = attribute.groupBy
        ? reported(part, group[0])
        : aggregate(
            methodOf(attribute),
            group.map((item) => ({ key: reader.value(item), value: reported(part, item) })),
          );
      if (value !== null) body[attribute.alias ?? ""] = value as JsonObject[string];
    }
    return body;
  });
  const orders = [...entities.values()].flatMap(({ orders: own }) => own);
  return results.sort((a, b) => {
    for (const { alias = "", descending } of orders) {
      const left = (a[alias] ?? null) as SortValue;
      const right = (b[alias] ?? null) as SortValue;
      if (left === right) continue;
      const smaller = left === null || (right !== null && left < right);
      return smaller !== descending ? -1 : 1;
    }
    return 0;
  });
}

function keys(grouping: readonly { readonly reader: JoinedReader }[], item: Joined): SortValue[] {
  return grouping.map(({ reader }) => reader.value(item));
}

/** Rows of the query's own table; the conditions on it alone are applied before anything is joined. */
function mainRows(session: Session, entities: Entities, query: FetchQuery): Joined[] {
  const { table, filters } = query.entity;
  const simple = query.entity.links.length === 0;
  const holds = compileFilters(session, entities, MAIN, filters);
  const rows: Joined[] = rowsOf(session.organization, table.logicalName).map((row) => new Map([[MAIN, row]]));
  return simple ? rows.filter(holds) : rows;
}

function found(session: Session, entities: Entities, query: FetchQuery): readonly Joined[] {
  const rows = mainRows(session, entities, query);
  if (query.entity.links.length === 0) return rows;
  const holds = compileFilters(session, entities, MAIN, query.entity.filters);
  return join(session, entities, query.entity, rows).filter(holds);
}

function withoutDuplicates(rows: readonly JsonObject[]): JsonObject[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

interface Results {
  readonly rows: readonly JsonObject[];
  readonly first: Row | undefined;
  readonly last: Row | undefined;
  readonly total: number;
  readonly more: boolean;
}

function pageOf(session: Session, query: FetchQuery): Results {
  const entities = entitiesOf(query.entity);
  const joined = found(session, entities, query);
  const size = Math.min(query.top ?? query.count ?? MAX_PAGE, MAX_PAGE);
  const start = (query.page - 1) * size;
  const cut = <T>(all: readonly T[]): readonly T[] => all.slice(start, start + size);
  const more = (length: number): boolean => query.top === undefined && start + size < length;
  if (query.aggregate) {
    const all = aggregated(session, entities, joined);
    return { rows: cut(all), first: undefined, last: undefined, total: all.length, more: more(all.length) };
  }
  const sorts = sortsOf(session, entities, query.entity);
  const sorted = sorts.length === 0 ? joined : [...joined].sort(compareBy(sorts));
  if (query.distinct) {
    const all = withoutDuplicates(sorted.map((item) => presentJoined(session, query, item)));
    return { rows: cut(all), first: undefined, last: undefined, total: all.length, more: more(all.length) };
  }
  const page = cut(sorted);
  return {
    rows: page.map((item) => presentJoined(session, query, item)),
    first: page[0]?.get(MAIN),
    last: page.at(-1)?.get(MAIN),
    total: sorted.length,
    more: more(sorted.length),
  };
}

const ANNOTATION = "Microsoft.Dynamics.CRM.";

/** `GET {set}?fetchXml=…`. */
export function fetchRows(session: Session, table: Table, source: string): SandboxResponse {
  requirePrivilege(session, "Read", table);
  const query = readFetch(session.model, table, source);
  const { rows, first, last, total, more } = pageOf(session, query);
  const wants = (name: string): boolean => wantsAnnotation(session, `${ANNOTATION}${name}`);
  const body: JsonObject = { "@odata.context": `${session.baseUrl}/$metadata#${table.set}` };
  if (wants("totalrecordcount")) {
    body[`@${ANNOTATION}totalrecordcount`] = query.countRows ? Math.min(total, MAX_PAGE) : -1;
    body[`@${ANNOTATION}totalrecordcountlimitexceeded`] = query.countRows && total > MAX_PAGE;
  }
  if (more && first !== undefined && last !== undefined && wants("fetchxmlpagingcookie"))
    body[`@${ANNOTATION}fetchxmlpagingcookie`] = wrappedCookie({
      page: query.page,
      column: table.id,
      first: textOf(first, table.id),
      last: textOf(last, table.id),
    });
  if (wants("morerecords")) body[`@${ANNOTATION}morerecords`] = more;
  body["value"] = [...rows];
  return { status: 200, body };
}
