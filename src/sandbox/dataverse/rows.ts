import { createHash } from "node:crypto";
import { type Column, linkColumns, type ManyToMany, type Model, type Table } from "./metadata/model.ts";
import type { Session } from "./session.ts";
import { DATAVERSE, type Json, type OrganizationState, type Row } from "./state.ts";
import {
  indexAdded,
  indexedChange,
  indexOf,
  indexRemoved,
  indexRestored,
  orderedRows,
  rowsWithValue,
} from "./table-index.ts";
import { onUndo } from "./transactions.ts";

/** Reading and writing stored rows, without any rule of the platform. */

export function tableOf(session: Session, logicalName: string): Table {
  const table = session.model.tables.get(logicalName);
  if (table === undefined) throw new Error(`the organization has no table ${logicalName}`);
  return table;
}

export function rowsOf(organization: OrganizationState, logicalName: string): Row[] {
  return orderedRows(organization, logicalName) ?? Object.values(organization.tables[logicalName] ?? {});
}

export function findRow(organization: OrganizationState, logicalName: string, id: string): Row | undefined {
  const stored = organization.tables[logicalName];
  return stored === undefined || Array.isArray(stored) ? undefined : stored[id.toLowerCase()];
}

/** Finds a row by stored values. */
export function findRowBy(organization: OrganizationState, logicalName: string, where: Row): Row | undefined {
  return rowsOf(organization, logicalName).find((row) =>
    Object.entries(where).every(([property, value]) => row[property] === value),
  );
}

export function textOf(row: Row | undefined, property: string): string {
  const value = row?.[property];
  return typeof value === "string" ? value : "";
}

function defaultOf(column: Column): Json {
  if (column.default !== undefined) return column.default;
  if (column.type === "State" || column.type === "Status") {
    const first = Object.keys(column.options ?? {})[0];
    return first === undefined ? null : Number(first);
  }
  return null;
}

/** The first status of the row's state: Active rows have 1, inactive ones 2 in two-state tables. */
function statusOf(column: Column, row: Row): Json {
  const values = Object.keys(column.options ?? {}).map(Number);
  const state = typeof row["statecode"] === "number" ? row["statecode"] : 0;
  return values[Math.min(state, values.length - 1)] ?? null;
}

/** A column's value as the Web API reports it: what was set, else the column's default, else null. */
export function columnValue(table: Table, row: Row, property: string): Json {
  const stored = row[property];
  if (stored !== undefined) return stored;
  const column = table.properties.get(property);
  if (column === undefined) return null;
  if (column.type === "Status") return statusOf(column, row);
  return defaultOf(column);
}

export function nextVersion(organization: OrganizationState): number {
  organization.version += 1;
  return organization.version;
}

/** Seconds precision, as Dataverse reports dates. */
export function timestamp(session: Session): string {
  return `${new Date(session.world.now()).toISOString().slice(0, 19)}Z`;
}

/** Reports a changed row (or, without an id, the links of a whole intersect table) to the storage. */
function report({ world, organization }: Session, table: string, id?: string): void {
  const path = ["organizations", organization.domainName, "tables", table];
  world.touch(DATAVERSE, id === undefined ? path : [...path, id]);
}

function place(organization: OrganizationState, table: string, id: string, row: Row): void {
  organization.tables[table] ??= {};
  (organization.tables[table] as Record<string, Row>)[id] = row;
  indexAdded(organization, table, row);
}

function takeAway(organization: OrganizationState, table: string, id: string, row: Row): number | undefined {
  const position = indexRemoved(organization, table, row);
  delete (organization.tables[table] as Record<string, Row>)[id];
  return position;
}

/** Stores a row as it is. */
export function storeRow(session: Session, table: string, id: string, row: Row): void {
  const { organization } = session;
  place(organization, table, id, row);
  report(session, table, id);
  onUndo(organization, () => takeAway(organization, table, id, row));
}

/** Takes a row away and leaves what points at it. */
export function dropRow(session: Session, table: string, id: string): void {
  const { organization } = session;
  const row = findRow(organization, table, id);
  if (row === undefined) return;
  // An index remembers the row's place among the others, should the deletion be undone.
  indexOf(organization, table);
  const position = takeAway(organization, table, id, row);
  report(session, table, id);
  onUndo(organization, () => {
    (organization.tables[table] as Record<string, Row>)[id] = row;
    indexRestored(organization, table, row, position);
  });
}

/** Sets columns of a stored row and nothing else. */
export function setColumns(session: Session, table: Table, row: Row, values: Row): void {
  const { organization } = session;
  const { logicalName } = table;
  const before = Object.keys(values).map((name) => [name, row[name]] as const);
  indexedChange(organization, logicalName, row, () => Object.assign(row, values));
  report(session, logicalName, textOf(row, table.id));
  onUndo(organization, () =>
    indexedChange(organization, logicalName, row, () => {
      for (const [name, value] of before)
        if (value === undefined) delete row[name];
        else row[name] = value;
    }),
  );
}

/** Stores a new row and returns it; columns every table has are filled in. */
export function insertRow(session: Session, logicalName: string, values: Row): Row {
  const { organization } = session;
  const table = tableOf(session, logicalName);
  const id = (textOf(values, table.id) || session.world.newId()).toLowerCase();
  const now = timestamp(session);
  const row: Row = { ...values, [table.id]: id, versionnumber: nextVersion(organization) };
  if (table.columns.has("createdon"))
    Object.assign(row, {
      createdon: now,
      modifiedon: now,
      _createdby_value: session.userId,
      _modifiedby_value: session.userId,
    });
  if (table.columns.get("ownerid")?.type === "Owner" && row["_ownerid_value"] === undefined)
    row["_ownerid_value"] = session.userId;
  storeRow(session, logicalName, id, row);
  return row;
}

export function changeRow(session: Session, table: Table, row: Row, changes: Row): void {
  setColumns(session, table, row, {
    ...changes,
    versionnumber: nextVersion(session.organization),
    ...(table.columns.has("modifiedon")
      ? { modifiedon: timestamp(session), _modifiedby_value: session.userId }
      : {}),
  });
}

/** Rows whose lookup points at the row with this id. */
export function rowsPointingAt(session: Session, table: Table, property: string, id: string): Row[] {
  const index = indexOf(session.organization, table.logicalName);
  if (index === undefined)
    return rowsOf(session.organization, table.logicalName).filter((row) => row[property] === id);
  const found = rowsWithValue(index, property, id, (row) => {
    const value = row[property];
    return typeof value === "string" ? value.toLowerCase() : null;
  });
  if (found === undefined) return [];
  if (!(found instanceof Set)) return [found as Row];
  return [...found].sort((a, b) => (index.positions.get(a) ?? 0) - (index.positions.get(b) ?? 0));
}

/** Removes a row, the links it takes part in, and the lookups that point at it. */
export function removeRow(session: Session, table: Table, id: string): void {
  const { organization, model } = session;
  dropRow(session, table.logicalName, id);
  for (const relationship of model.relationships) {
    if (relationship.left !== table.logicalName && relationship.right !== table.logicalName) continue;
    const columns = linkColumns(model, relationship);
    const own = relationship.left === table.logicalName ? columns.left : columns.right;
    const links = organization.tables[relationship.intersect];
    if (Array.isArray(links) && links.some((link) => link[own] === id))
      replaceLinks(
        session,
        relationship,
        links.filter((link) => link[own] !== id),
      );
  }
  for (const other of model.tables.values())
    for (const column of other.columns.values())
      if (column.targets?.[table.logicalName] !== undefined)
        for (const row of rowsPointingAt(session, other, column.property, id))
          setColumns(session, other, row, { [column.property]: null });
}

export function linksOf(organization: OrganizationState, relationship: ManyToMany): Row[] {
  const stored = organization.tables[relationship.intersect];
  if (Array.isArray(stored)) return stored;
  const links: Row[] = [];
  organization.tables[relationship.intersect] = links;
  return links;
}

function replaceLinks(session: Session, relationship: ManyToMany, links: Row[]): void {
  const { organization } = session;
  const before = linksOf(organization, relationship);
  organization.tables[relationship.intersect] = links;
  report(session, relationship.intersect);
  onUndo(organization, () => {
    organization.tables[relationship.intersect] = before;
  });
}

export function relationshipOf(model: Model, schemaName: string): ManyToMany {
  const found = model.relationships.find((relationship) => relationship.schemaName === schemaName);
  if (found === undefined) throw new Error(`the organization has no relationship ${schemaName}`);
  return found;
}

/** Adds a link; false when it is there already. */
export function addLink(session: Session, schemaName: string, left: string, right: string): boolean {
  const relationship = relationshipOf(session.model, schemaName);
  const columns = linkColumns(session.model, relationship);
  const links = linksOf(session.organization, relationship);
  if (links.some((link) => link[columns.left] === left && link[columns.right] === right)) return false;
  const id = session.model.tables.get(relationship.intersect)?.id;
  replaceLinks(session, relationship, [
    ...links,
    {
      ...(id === undefined ? {} : { [id]: session.world.newId() }),
      [columns.left]: left,
      [columns.right]: right,
      versionnumber: nextVersion(session.organization),
    },
  ]);
  return true;
}

export function removeLink(session: Session, schemaName: string, left: string, right: string): boolean {
  const relationship = relationshipOf(session.model, schemaName);
  const columns = linkColumns(session.model, relationship);
  const links = linksOf(session.organization, relationship);
  const kept = links.filter((link) => link[columns.left] !== left || link[columns.right] !== right);
  if (kept.length === links.length) return false;
  replaceLinks(session, relationship, kept);
  return true;
}

/** A GUID that is the same in every sandbox for the same name, for rows whose real id is not public. */
export function stableId(...name: readonly string[]): string {
  const hex = createHash("sha256").update(name.join("\n")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Which of a lookup's possible targets holds the row. */
export function targetOf(session: Session, column: Column, id: string): Table | undefined {
  for (const target of Object.keys(column.targets ?? {})) {
    const table = session.model.tables.get(target);
    if (table !== undefined && findRow(session.organization, target, id) !== undefined) return table;
  }
  return undefined;
}
