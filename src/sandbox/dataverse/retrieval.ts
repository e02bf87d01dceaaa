import type { SandboxResponse } from "../exchange.ts";
import { requireRow } from "./addressing.ts";
import { applyTransformations } from "./apply-transformations.ts";
import { componentLayers } from "./component-layers.ts";
import { badQuery, dataverseError, segmentNotFound, unsupportedOption } from "./errors.ts";
import { contextSuffix, etagOf, presentRow } from "./expand.ts";
import { fetchRows } from "./fetch-results.ts";
import type { Table } from "./metadata/model.ts";
import { notSimulated } from "./not-simulated.ts";
import { type Expansion, parseQuery, type Query } from "./odata-query.ts";
import { nextLink, readSkipToken } from "./paging-cookie.ts";
import { privilegeRows, requirePrivilege } from "./privileges.ts";
import type { Key } from "./resource-path.ts";
import { selectPage } from "./row-selection.ts";
import { rowsOf, tableOf, textOf } from "./rows.ts";
import { type Session, wantsAnnotation } from "./session.ts";
import type { JsonObject, Row } from "./state.ts";
import { lookupTarget, readColumn, relatedRows } from "./table-scope.ts";

/** GET of rows ("Query data", "Retrieve a table row" of the Web API guide). */

const MAX_PAGE = 5000;

/** Rows of tables that are not stored by id; undefined for all others. */
function givenRows(session: Session, table: Table, url: URL): readonly Row[] | undefined {
  if (table.logicalName === "msdyn_componentlayer") return componentLayers(session, url);
  if (table.logicalName === "privilege") return privilegeRows(session);
  // Calendar rules live and die with their calendar ("Calendar entities", developer guide).
  if (table.logicalName === "calendarrule")
    throw dataverseError(
      400,
      "0x80040800",
      "The 'RetrieveMultiple' method does not support entities of type 'calendarrule'.",
    );
  return table.intersect ? rowsOf(session.organization, table.logicalName) : undefined;
}

function listBody(
  session: Session,
  table: Table,
  rows: readonly Row[] | undefined,
  query: Query,
  url: URL,
  context: string,
): JsonObject {
  const { maxPageSize } = session.preferences;
  const size = maxPageSize ?? Math.min(query.top ?? MAX_PAGE, MAX_PAGE);
  const cookie = readSkipToken(query.skipToken);
  const number = cookie?.page ?? 1;
  const page = selectPage(
    session,
    table,
    query,
    { number, size, after: cookie?.last, countTo: query.count ? MAX_PAGE + 1 : 0 },
    rows,
  );
  const body: JsonObject = { "@odata.context": `${session.baseUrl}/$metadata#${context}` };
  if (query.count) body["@odata.count"] = Math.min(page.total, MAX_PAGE);
  if (wantsAnnotation(session, "Microsoft.Dynamics.CRM.totalrecordcount")) {
    body["@Microsoft.Dynamics.CRM.totalrecordcount"] = query.count ? Math.min(page.total, MAX_PAGE) : -1;
    body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] = page.total > MAX_PAGE;
  }
  body["value"] = page.rows.map((row) => presentRow(session, table, row, query, true));
  const limited = maxPageSize === undefined && query.top !== undefined;
  const first = page.rows[0];
  const last = page.rows.at(-1);
  if (!limited && page.more && first !== undefined && last !== undefined)
    body["@odata.nextLink"] = nextLink(url, {
      page: number,
      column: table.id,
      first: textOf(first, table.id),
      last: textOf(last, table.id),
    });
  return body;
}

/** `fetchXml` and `$apply` stand alone: they say everything a query can say. */
function otherQuery(session: Session, table: Table, url: URL): SandboxResponse | undefined {
  const fetch = url.searchParams.get("fetchXml");
  const apply = url.searchParams.get("$apply");
  if (fetch === null && apply === null) return undefined;
  const aliases = new Map([...url.searchParams].filter(([name]) => name.startsWith("@")));
  for (const name of url.searchParams.keys())
    if (name !== (fetch === null ? "$apply" : "fetchXml") && !aliases.has(name))
      throw fetch === null ? notSimulated(`$apply together with ${name}`) : unsupportedOption(name);
  return fetch === null
    ? applyTransformations(session, table, apply ?? "", aliases)
    : fetchRows(session, table, fetch);
}

/** Whoever expands reads the other table as well. */
function requireExpanded(session: Session, table: Table, expansions: readonly Expansion[]): void {
  for (const { navigation: name, query } of expansions) {
    const navigation = table.navigations.get(name);
    if (navigation === undefined) continue;
    const targets =
      navigation.kind === "lookup"
        ? navigation.targets
        : [navigation.kind === "children" ? navigation.table : navigation.target];
    for (const target of targets) {
      const other = tableOf(session, target);
      // Rules have no privileges: they belong to their calendar.
      if (target !== "calendarrule") requirePrivilege(session, "Read", other);
      requireExpanded(session, other, query.expand);
    }
  }
}

export function retrieveMultiple(session: Session, table: Table, url: URL): SandboxResponse {
  requirePrivilege(session, "Read", table);
  const other = otherQuery(session, table, url);
  if (other !== undefined) return other;
  const query = parseQuery(session, table, url.searchParams);
  requireExpanded(session, table, query.expand);
  const rows = givenRows(session, table, url);
  return {
    status: 200,
    body: listBody(session, table, rows, query, url, `${table.set}${contextSuffix(query)}`),
  };
}

/** `GET set/$count`: a bare number, at most 5000. */
export function countRows(session: Session, table: Table, url: URL): SandboxResponse {
  requirePrivilege(session, "Read", table);
  const query = parseQuery(session, table, url.searchParams);
  const page = { number: 1, size: 0, after: undefined, countTo: MAX_PAGE };
  const { total } = selectPage(session, table, query, page, givenRows(session, table, url));
  return { status: 200, headers: { "Content-Type": "text/plain" }, body: String(total) };
}

export function presentSingle(
  session: Session,
  table: Table,
  row: Row,
  query: Pick<Query, "select" | "expand">,
): JsonObject {
  return {
    "@odata.context": `${session.baseUrl}/$metadata#${table.set}${contextSuffix(query)}/$entity`,
    ...presentRow(session, table, row, query),
  };
}

export function retrieve(
  session: Session,
  table: Table,
  key: Key,
  url: URL,
  ifNoneMatch: string | undefined,
): SandboxResponse {
  requirePrivilege(session, "Read", table);
  const query = parseQuery(session, table, url.searchParams);
  if (query.filter !== undefined || query.top !== undefined || query.orderby.length > 0 || query.count)
    throw badQuery(
      "The query specified in the URI is not valid. Query options $orderby, $filter, $count, $top can be applied only on collections.",
    );
  requireExpanded(session, table, query.expand);
  const row = requireRow(session, table, key);
  const etag = etagOf(row);
  if (ifNoneMatch === etag && query.expand.length === 0) return { status: 304, headers: { ETag: etag } };
  return { status: 200, headers: { ETag: etag }, body: presentSingle(session, table, row, query) };
}

/** `GET set(id)/navigation`, `GET set(id)/column` and their `/$ref`, `/$count`, `/$value` forms. */
export function retrieveProperty(
  session: Session,
  table: Table,
  key: Key,
  name: string,
  suffix: string | undefined,
  url: URL,
): SandboxResponse {
  requirePrivilege(session, "Read", table);
  const row = requireRow(session, table, key);
  const id = textOf(row, table.id);
  const navigation = table.navigations.get(name);
  const column = table.properties.get(name);
  if (column !== undefined && navigation === undefined) {
    const value = readColumn(session, table, row, name);
    if (value === null) return { status: 204 };
    if (suffix === "$value")
      return { status: 200, headers: { "Content-Type": "text/plain" }, body: String(value) };
    if (suffix !== undefined) throw segmentNotFound(suffix);
    return {
      status: 200,
      body: { "@odata.context": `${session.baseUrl}/$metadata#${table.set}(${id})/${name}`, value },
    };
  }
  if (navigation === undefined) throw segmentNotFound(name);
  if (navigation.kind === "lookup") {
    const found = lookupTarget(session, row, navigation);
    if (found === undefined) return { status: 204 };
    if (suffix === "$ref")
      return {
        status: 200,
        body: {
          "@odata.context": `${session.baseUrl}/$metadata#$ref`,
          "@odata.id": `${session.baseUrl}/${found.table.set}(${textOf(found.row, found.table.id)})`,
        },
      };
    if (suffix !== undefined) throw segmentNotFound(suffix);
    const query = parseQuery(session, found.table, url.searchParams);
    return { status: 200, body: presentSingle(session, found.table, found.row, query) };
  }
  const related = relatedRows(session, table, row, navigation);
  if (suffix === "$ref")
    return {
      status: 200,
      body: {
        "@odata.context": `${session.baseUrl}/$metadata#Collection($ref)`,
        value: related.rows.map((other) => ({
          "@odata.id": `${session.baseUrl}/${related.table.set}(${textOf(other, related.table.id)})`,
        })),
      },
    };
  if (suffix === "$count")
    return { status: 200, headers: { "Content-Type": "text/plain" }, body: String(related.rows.length) };
  if (suffix !== undefined) throw segmentNotFound(suffix);
  const query = parseQuery(session, related.table, url.searchParams);
  return {
    status: 200,
    body: listBody(
      session,
      related.table,
      related.rows,
      query,
      url,
      `${related.table.set}${contextSuffix(query)}`,
    ),
  };
}
