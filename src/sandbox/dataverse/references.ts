import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { requireId, requireRow, resolveReference } from "./addressing.ts";
import {
  badPayload,
  dataverseError,
  duplicateLink,
  methodNotAllowed,
  rowNotFound,
  segmentNotFound,
} from "./errors.ts";
import type { Navigation, Table } from "./metadata/model.ts";
import { linkPluginOf, pluginsOf } from "./plugins/registry.ts";
import { requirePrivilege } from "./privileges.ts";
import { type Key, keyOf } from "./resource-path.ts";
import { addLink, changeRow, findRow, removeLink, tableOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";
import { inTransaction } from "./transactions.ts";

/** `$ref`: associating and disassociating rows ("Associate and disassociate table rows", Web API guide). */

function navigationOf(table: Table, name: string): Navigation {
  const navigation = table.navigations.get(name);
  if (navigation !== undefined) return navigation;
  if (table.columns.has(name))
    throw dataverseError(400, "0x8006088a", `The URI segment '$ref' is invalid after the segment '${name}'.`);
  throw segmentNotFound(name);
}

function referenceIn(table: Table, body: JsonObject, absolute: boolean): string {
  const reference = body["@odata.id"];
  if (typeof reference !== "string")
    throw badPayload(
      table.logicalName,
      "The '@odata.id' annotation is missing in the entity reference link.",
    );
  if (absolute && !/^https?:\/\//i.test(reference) && body["@odata.context"] === undefined)
    throw badPayload(
      table.logicalName,
      `A relative URI value '${reference}' was specified in the payload, but the 'odata.context' annotation is missing from the payload. The payload must only contain absolute URIs or the 'odata.context' annotation must be on the payload.`,
    );
  return reference;
}

function requireLinkPrivileges(session: Session, left: Table, right: Table): void {
  if (right.logicalName === "role") {
    requirePrivilege(session, "Assign", right);
    return;
  }
  requirePrivilege(session, "Append", left);
  requirePrivilege(session, "AppendTo", right);
}

interface Ends {
  readonly schemaName: string;
  readonly leftTable: Table;
  readonly rightTable: Table;
  readonly left: Row;
  readonly right: Row;
}

function endsOf(
  session: Session,
  table: Table,
  row: Row,
  navigation: Extract<Navigation, { kind: "links" }>,
  otherId: string,
): Ends {
  const target = tableOf(session, navigation.target);
  const other = findRow(session.organization, target.logicalName, otherId);
  if (other === undefined) throw rowNotFound(target.logicalName, otherId);
  const { schemaName, left } = navigation.relationship;
  return left === table.logicalName
    ? { schemaName, leftTable: table, rightTable: target, left: row, right: other }
    : { schemaName, leftTable: target, rightTable: table, left: other, right: row };
}

function setLookup(
  session: Session,
  table: Table,
  row: Row,
  navigation: Extract<Navigation, { kind: "lookup" }>,
  id: string | null,
): void {
  requirePrivilege(session, "Write", table);
  const changes: Row = { [navigation.column.property]: id };
  for (const plugin of pluginsOf(table.logicalName)) plugin.beforeUpdate?.(session, row, changes);
  changeRow(session, table, row, changes);
  for (const plugin of pluginsOf(table.logicalName)) plugin.afterUpdate?.(session, row, changes);
}

/** `POST` on a collection, `PUT` on a single-valued navigation. */
export function associate(
  session: Session,
  method: string,
  table: Table,
  key: Key,
  name: string,
  body: JsonObject,
): SandboxResponse {
  const navigation = navigationOf(table, name);
  const id = requireId(session, table, key);
  const single = navigation.kind === "lookup";
  if (method !== (single ? "PUT" : "POST")) throw methodNotAllowed(method);
  const target = resolveReference(session, table, referenceIn(table, body, !single));
  const allowed =
    navigation.kind === "lookup"
      ? navigation.targets
      : [navigation.kind === "links" ? navigation.target : navigation.table];
  if (!allowed.includes(target.table.logicalName)) throw rowNotFound(allowed[0] ?? name, target.id);
  inTransaction(session.organization, () => {
    const row = requireRow(session, table, { kind: "id", id });
    if (navigation.kind === "lookup") setLookup(session, table, row, navigation, target.id);
    else if (navigation.kind === "children") {
      const child = tableOf(session, navigation.table);
      const childRow = requireRow(session, child, { kind: "id", id: target.id });
      changeRow(session, child, childRow, { [`_${navigation.lookup}_value`]: id });
    } else {
      const ends = endsOf(session, table, row, navigation, target.id);
      requireLinkPrivileges(session, ends.leftTable, ends.rightTable);
      linkPluginOf(ends.schemaName)?.beforeLink?.(session, ends.left, ends.right);
      const added = addLink(
        session,
        ends.schemaName,
        textOf(ends.left, ends.leftTable.id),
        textOf(ends.right, ends.rightTable.id),
      );
      if (!added) throw duplicateLink();
    }
  });
  return { status: 204 };
}

/** `DELETE …/nav/$ref`, `…/collection(id)/$ref`, `…/collection/$ref?$id=URL`. */
export function disassociate(
  session: Session,
  table: Table,
  key: Key,
  name: string,
  inner: string | undefined,
  url: URL,
): SandboxResponse {
  const navigation = navigationOf(table, name);
  const id = requireId(session, table, key);
  const given = url.searchParams.get("$id");
  if (navigation.kind === "lookup") {
    inTransaction(session.organization, () =>
      setLookup(session, table, requireRow(session, table, { kind: "id", id }), navigation, null),
    );
    return { status: 204 };
  }
  let otherId: string;
  if (inner !== undefined) {
    const innerKey = keyOf(inner);
    const target = tableOf(session, navigation.kind === "links" ? navigation.target : navigation.table);
    otherId = requireId(session, target, innerKey);
  } else if (given !== null) otherId = resolveReference(session, table, given).id;
  else throw methodNotAllowed("DELETE");
  inTransaction(session.organization, () => {
    const row = requireRow(session, table, { kind: "id", id });
    if (navigation.kind === "children") {
      const child = tableOf(session, navigation.table);
      changeRow(session, child, requireRow(session, child, { kind: "id", id: otherId }), {
        [`_${navigation.lookup}_value`]: null,
      });
      return;
    }
    const ends = endsOf(session, table, row, navigation, otherId);
    requireLinkPrivileges(session, ends.leftTable, ends.rightTable);
    linkPluginOf(ends.schemaName)?.beforeUnlink?.(session, ends.left, ends.right);
    removeLink(
      session,
      ends.schemaName,
      textOf(ends.left, ends.leftTable.id),
      textOf(ends.right, ends.rightTable.id),
    );
  });
  return { status: 204 };
}
