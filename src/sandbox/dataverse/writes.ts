import type { SandboxResponse } from "../exchange.ts";
import { alternateKeyValues, lookUp, requireRow, tableOfSet } from "./addressing.ts";
import {
  badPayload,
  badQuery,
  duplicateRecord,
  emptyGuid,
  methodNotAllowed,
  rowNotFound,
  versionMismatch,
} from "./errors.ts";
import { etagOf } from "./expand.ts";
import type { Table } from "./metadata/model.ts";
import { buildQuery, readOptions } from "./odata-query.ts";
import { type NestedRows, type Payload, readPayload } from "./payload.ts";
import { pluginsOf } from "./plugins/registry.ts";
import { requirePrivilege } from "./privileges.ts";
import { type Key, keyOf } from "./resource-path.ts";
import { presentSingle } from "./retrieval.ts";
import { addLink, changeRow, findRow, insertRow, removeRow, tableOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { JsonObject, Row } from "./state.ts";
import { inTransaction } from "./transactions.ts";

/** Creating, changing and deleting rows ("Create/Update/Delete a table row", "Upsert", "Conditional operations"). */

const EMPTY_GUID = "00000000-0000-0000-0000-000000000000";

function refuseVirtual(table: Table): void {
  if (table.virtual || table.intersect) throw methodNotAllowed("POST");
  if (table.logicalName === "calendarrule" || table.logicalName === "organization")
    throw methodNotAllowed("POST");
}

function createNested(session: Session, table: Table, row: Row, nested: readonly NestedRows[]): void {
  for (const { navigation, bodies } of nested) {
    for (const body of bodies) {
      if (navigation.kind === "children") {
        const child = tableOf(session, navigation.table);
        createRow(session, child, body, { [`_${navigation.lookup}_value`]: textOf(row, table.id) });
      } else if (navigation.kind === "links") {
        const target = tableOf(session, navigation.target);
        const other = createRow(session, target, body);
        const { relationship } = navigation;
        const ids = [textOf(row, table.id), textOf(other, target.id)] as const;
        const [left, right] = relationship.left === table.logicalName ? ids : ([ids[1], ids[0]] as const);
        addLink(session, relationship.schemaName, left, right);
      }
    }
  }
}

/** Rows that a nested object of a lookup describes are created before the row that points at them. */
function createReferenced(session: Session, nested: readonly NestedRows[], values: Row): void {
  for (const { navigation, bodies } of nested) {
    if (navigation.kind !== "lookup") continue;
    const target = tableOf(session, navigation.targets[0] ?? "");
    for (const body of bodies)
      values[navigation.column.property] = textOf(createRow(session, target, body), target.id);
  }
}

function storeNew(session: Session, table: Table, payload: Payload, fixed: Row): Row {
  const values: Row = { ...payload.values, ...fixed };
  const id = values[table.id];
  if (id === EMPTY_GUID) throw emptyGuid();
  if (typeof id === "string" && findRow(session.organization, table.logicalName, id) !== undefined)
    throw duplicateRecord();
  for (const plugin of pluginsOf(table.logicalName)) plugin.beforeCreate?.(session, values);
  createReferenced(session, payload.nested, values);
  const row = insertRow(session, table.logicalName, values);
  createNested(session, table, row, payload.nested);
  for (const plugin of pluginsOf(table.logicalName)) plugin.afterCreate?.(session, row);
  return row;
}

/** Creates a row with everything the platform adds to it. */
export function createRow(session: Session, table: Table, body: JsonObject, fixed: Row = {}): Row {
  requirePrivilege(
    session,
    "Create",
    table.logicalName === "calendarrule" ? tableOf(session, "calendar") : table,
  );
  return storeNew(session, table, readPayload(session, table, body, "create"), fixed);
}

export function updateRow(session: Session, table: Table, row: Row, body: JsonObject): void {
  requirePrivilege(session, "Write", table);
  const { values } = readPayload(session, table, body, "update");
  for (const plugin of pluginsOf(table.logicalName)) plugin.beforeUpdate?.(session, row, values);
  changeRow(session, table, row, values);
  for (const plugin of pluginsOf(table.logicalName)) plugin.afterUpdate?.(session, row, values);
}

export function deleteRow(session: Session, table: Table, row: Row): void {
  requirePrivilege(session, "Delete", table);
  for (const plugin of pluginsOf(table.logicalName)) if (plugin.beforeDelete?.(session, row) === true) return;
  removeRow(session, table, textOf(row, table.id));
}

function entityUrl(session: Session, table: Table, row: Row): string {
  return `${session.baseUrl}/${table.set}(${textOf(row, table.id)})`;
}

function selection(session: Session, table: Table, url: URL): ReturnType<typeof buildQuery> {
  const { options, aliases } = readOptions(url.searchParams);
  for (const name of options.keys())
    if (name !== "$select" && name !== "$expand")
      throw badQuery(`The query parameter ${name} is not supported`);
  return buildQuery(session, table, options, aliases);
}

function represent(session: Session, table: Table, row: Row, url: URL, status: number): SandboxResponse {
  return {
    status,
    headers: { ETag: etagOf(row) },
    body: presentSingle(session, table, row, selection(session, table, url)),
  };
}

export function create(session: Session, set: string, url: URL, body: JsonObject): SandboxResponse {
  const table = tableOfSet(session, set);
  refuseVirtual(table);
  selection(session, table, url);
  const row = inTransaction(session.organization, () => createRow(session, table, body));
  if (session.preferences.representation) return represent(session, table, row, url, 201);
  return { status: 204, headers: { "OData-EntityId": entityUrl(session, table, row) } };
}

function keyText(key: string): string {
  return `(${key})`;
}

/** PATCH: update, or create when the row is missing, as the conditions allow. */
export function patch(
  session: Session,
  table: Table,
  keyPredicate: string,
  url: URL,
  body: JsonObject,
  conditions: { readonly ifMatch: string | undefined; readonly ifNoneMatch: string | undefined },
): SandboxResponse {
  if (table.virtual || table.intersect || table.logicalName === "calendarrule")
    throw methodNotAllowed("PATCH");
  const key = keyOf(keyPredicate);
  const { ifMatch, ifNoneMatch } = conditions;
  const found = lookUp(session, table, key);
  const entityId = `${session.baseUrl}/${table.set}${keyText(keyPredicate)}`;
  if (found !== undefined) {
    if (ifNoneMatch === "*") throw duplicateRecord();
    if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etagOf(found)) throw versionMismatch();
    inTransaction(session.organization, () =>
      updateRow(session, table, requireRow(session, table, key), body),
    );
    const row = requireRow(session, table, key.kind === "id" ? key : idKey(table, found));
    if (session.preferences.representation) return represent(session, table, row, url, 200);
    return { status: 204, headers: { "OData-EntityId": entityId } };
  }
  if (ifMatch !== undefined) {
    if (key.kind === "alternate") requireRow(session, table, key);
    throw rowNotFound(table.logicalName, key.kind === "id" ? key.id : keyPredicate);
  }
  refuseVirtual(table);
  const fixed: Row = key.kind === "id" ? { [table.id]: key.id } : alternateKeyValues(table, key.values);
  const row = inTransaction(session.organization, () => createRow(session, table, { ...fixed, ...body }));
  if (session.preferences.representation) return represent(session, table, row, url, 201);
  return { status: 204, headers: { "OData-EntityId": entityId } };
}

function idKey(table: Table, row: Row): Key {
  return { kind: "id", id: textOf(row, table.id) };
}

export function remove(
  session: Session,
  table: Table,
  key: Key,
  ifMatch: string | undefined,
): SandboxResponse {
  if (table.virtual || table.intersect || table.logicalName === "calendarrule")
    throw methodNotAllowed("DELETE");
  const row = requireRow(session, table, key);
  if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etagOf(row)) throw versionMismatch();
  inTransaction(session.organization, () => deleteRow(session, table, requireRow(session, table, key)));
  return { status: 204 };
}

/** `PUT set(id)/column {"value": …}` and `DELETE set(id)/column`. */
export function writeColumn(
  session: Session,
  table: Table,
  key: Key,
  name: string,
  body: JsonObject | undefined,
): SandboxResponse {
  const row = requireRow(session, table, key);
  if (body !== undefined && !("value" in body))
    throw badPayload(table.logicalName, "The property 'value' was not found in the payload.");
  inTransaction(session.organization, () =>
    updateRow(session, table, requireRow(session, table, idKey(table, row)), {
      [name]: body?.["value"] ?? null,
    }),
  );
  return { status: 204 };
}
