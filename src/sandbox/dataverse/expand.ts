import { type Column, isLookup, type Table } from "./metadata/model.ts";
import { type Expansion, type Query, sortRows } from "./odata-query.ts";
import { findRow, targetOf, textOf } from "./rows.ts";
import { type Session, wantsAnnotation } from "./session.ts";
import type { Json, JsonObject, Row } from "./state.ts";
import { lookupTarget, readColumn, relatedRows } from "./table-scope.ts";

/**
 * How rows look in answers: columns with the annotations the caller prefers, and expanded navigations ("Query data",
 * "Join tables" of the Web API guide).
 */

const FORMATTED = "OData.Community.Display.V1.FormattedValue";
const LOOKUP_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname";
const NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty";

export function etagOf(row: Row): string {
  return `W/"${String(row["versionnumber"] ?? 0)}"`;
}

/** Name under which users see a row. */
export function displayNameOf(table: Table, row: Row): string {
  return table.primaryName === undefined ? "" : textOf(row, table.primaryName);
}

const DATES = new Intl.DateTimeFormat("en-US", {
  timeZone: "UTC",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const NUMBERS = new Intl.NumberFormat("en-US");

function formattedDate(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : DATES.format(date).replace(",", "");
}

function formattedValue(session: Session, column: Column, value: Json): string | undefined {
  if (value === null) return undefined;
  if (isLookup(column)) {
    const target = targetOf(session, column, String(value));
    const row = target && findRow(session.organization, target.logicalName, String(value));
    return target === undefined || row === undefined ? undefined : displayNameOf(target, row);
  }
  switch (column.type) {
    case "Boolean":
      return column.options?.[value === true ? "1" : "0"] ?? (value === true ? "Yes" : "No");
    case "Picklist":
    case "State":
    case "Status":
      return column.options?.[String(value)];
    case "MultiSelectPicklist":
      return String(value)
        .split(",")
        .map((part) => column.options?.[part] ?? part)
        .join("; ");
    case "DateTime":
      return formattedDate(String(value));
    case "Integer":
    case "BigInt":
      return NUMBERS.format(Number(value));
    default:
      return undefined;
  }
}

function annotate(
  session: Session,
  body: JsonObject,
  column: Column,
  value: Json,
  property = column.property,
): void {
  if (wantsAnnotation(session, FORMATTED)) {
    const formatted = formattedValue(session, column, value);
    if (formatted !== undefined) body[`${property}@${FORMATTED}`] = formatted;
  }
  if (!isLookup(column) || value === null) return;
  const target = targetOf(session, column, String(value));
  if (target === undefined) return;
  const navigation = column.targets?.[target.logicalName];
  if (navigation !== undefined && wantsAnnotation(session, NAVIGATION))
    body[`${property}@${NAVIGATION}`] = navigation;
  if (wantsAnnotation(session, LOOKUP_NAME)) body[`${property}@${LOOKUP_NAME}`] = target.logicalName;
}

/** Managed properties are objects ("Managed properties", Power Apps developer guide). */
function managedProperty(name: string): Json {
  const logicalName = name === "iscustomizable" ? "iscustomizableanddeletable" : name;
  return { Value: true, CanBeChanged: true, ManagedPropertyLogicalName: logicalName };
}

function presentValue(session: Session, table: Table, row: Row, column: Column): Json {
  const value = readColumn(session, table, row, column.property) as Json;
  return value === null && column.type === "ManagedProperty" ? managedProperty(column.name) : value;
}

/** Adds a column under a name of the query's choice, annotations before it. */
export function presentColumn(
  session: Session,
  table: Table,
  row: Row,
  column: Column,
  name: string,
  body: JsonObject,
): void {
  const value = presentValue(session, table, row, column);
  annotate(session, body, column, value, name);
  body[name] = value;
}

function presentExpansion(
  session: Session,
  table: Table,
  row: Row,
  expansion: Expansion,
  body: JsonObject,
  collectionQuery: boolean,
): void {
  const navigation = table.navigations.get(expansion.navigation);
  if (navigation === undefined) return;
  const { query } = expansion;
  if (navigation.kind === "lookup") {
    const found = lookupTarget(session, row, navigation);
    if (found === undefined || query.filter?.(found.row) === false) body[navigation.name] = null;
    else if (expansion.reference)
      body[navigation.name] = {
        "@odata.id": `${session.baseUrl}/${found.table.set}(${textOf(found.row, found.table.id)})`,
      };
    else body[navigation.name] = presentRow(session, found.table, found.row, query);
    return;
  }
  const related = relatedRows(session, table, row, navigation);
  const id = textOf(row, table.id);
  // Seen with calendars: a collection query leaves the rules empty and only gives the link to fetch them.
  if (collectionQuery && navigation.name === "calendar_calendar_rules") {
    body[navigation.name] = [];
    body[`${navigation.name}@odata.nextLink`] = `${session.baseUrl}/${table.set}(${id})/${navigation.name}`;
    return;
  }
  const filtered = related.rows.filter((candidate) => query.filter?.(candidate) ?? true);
  const sorted = sortRows(filtered, query.orderby);
  body[navigation.name] = sorted
    .slice(0, query.top ?? sorted.length)
    .map((candidate) => presentRow(session, related.table, candidate, query));
  const select = query.select === undefined ? "" : `?$select=${query.select.join(",")}`;
  body[`${navigation.name}@odata.nextLink`] =
    `${session.baseUrl}/${table.set}(${id})/${navigation.name}${select}`;
}

export function presentRow(
  session: Session,
  table: Table,
  row: Row,
  query: Pick<Query, "select" | "expand">,
  collectionQuery = false,
): JsonObject {
  const body: JsonObject = { "@odata.etag": etagOf(row) };
  const names = new Set(query.select ?? table.properties.keys());
  names.add(table.id);
  for (const name of names) {
    const column = table.properties.get(name);
    if (column === undefined) continue;
    presentColumn(session, table, row, column, name, body);
  }
  for (const expansion of query.expand)
    presentExpansion(session, table, row, expansion, body, collectionQuery);
  return body;
}

/** `#accounts(name,primarycontactid(fullname))` part of a context URL. */
export function contextSuffix(query: Pick<Query, "select" | "expand">): string {
  const parts = [...(query.select ?? [])];
  for (const { navigation, query: inner } of query.expand)
    parts.push(`${navigation}${contextSuffix(inner) || "()"}`);
  return parts.length === 0 ? "" : `(${parts.join(",")})`;
}
