import { badQuery, unknownProperty } from "./errors.ts";
import type { OperandType, Reader, Scope } from "./filter-evaluation.ts";
import { type Column, isLookup, linkColumns, type Navigation, type Table } from "./metadata/model.ts";
import { columnValue, findRow, linksOf, rowsOf, rowsPointingAt, tableOf, targetOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";

const OPERAND_TYPE: Readonly<Partial<Record<Column["type"], OperandType>>> = {
  Integer: "number",
  BigInt: "number",
  Decimal: "number",
  Double: "number",
  Money: "number",
  Picklist: "number",
  State: "number",
  Status: "number",
  Boolean: "boolean",
  DateTime: "date",
  Uniqueidentifier: "guid",
  ManagedProperty: "any",
};

const EDM_TYPE: Readonly<Partial<Record<Column["type"], string>>> = {
  Integer: "Edm.Int32",
  BigInt: "Edm.Int64",
  Decimal: "Edm.Decimal",
  Double: "Edm.Double",
  Money: "Edm.Decimal",
  Picklist: "Edm.Int32",
  State: "Edm.Int32",
  Status: "Edm.Int32",
  Boolean: "Edm.Boolean",
  DateTime: "Edm.DateTimeOffset",
  Uniqueidentifier: "Edm.Guid",
  Lookup: "Edm.Guid",
  Owner: "Edm.Guid",
};

export function edmTypeOf(column: Column): string {
  return EDM_TYPE[column.type] ?? "Edm.String";
}

/** The owning columns follow from the owner. */
function owningValue(session: Session, row: Row, property: string): unknown {
  const ownerId = textOf(row, "_ownerid_value");
  const user = findRow(session.organization, "systemuser", ownerId);
  const team = findRow(session.organization, "team", ownerId);
  if (property === "_owninguser_value") return user === undefined ? null : ownerId;
  if (property === "_owningteam_value") return team === undefined ? null : ownerId;
  return (user ?? team)?.["_businessunitid_value"] ?? null;
}

/** Reads a column, counting what Dataverse counts by itself. */
export function readColumn(session: Session, table: Table, row: Row, property: string): unknown {
  if (table.logicalName === "queue" && property === "numberofmembers")
    return rowsOf(session.organization, "queuemembership").filter(
      (link) => link["queueid"] === row["queueid"],
    ).length;
  if (property.startsWith("_owning")) return owningValue(session, row, property);
  // Users and teams derive from principal, whose key is ownerid.
  if (property === "ownerid") return row[table.id] ?? null;
  return columnValue(table, row, property);
}

/** True when a column's value follows from its own row alone, so that rows can be indexed by it. */
export function isStored(table: Table, property: string): boolean {
  return (
    table.properties.has(property) &&
    property !== "numberofmembers" &&
    property !== "ownerid" &&
    !property.startsWith("_owning")
  );
}

/** Rows on the other side of a collection-valued navigation. */
export function relatedRows(
  session: Session,
  table: Table,
  row: Row,
  navigation: Exclude<Navigation, { kind: "lookup" }>,
): { readonly table: Table; readonly rows: readonly Row[] } {
  const id = textOf(row, table.id);
  if (navigation.kind === "children") {
    const child = tableOf(session, navigation.table);
    const property = `_${navigation.lookup}_value`;
    return {
      table: child,
      rows: rowsPointingAt(session, child, property, id),
    };
  }
  const { relationship } = navigation;
  const columns = linkColumns(session.model, relationship);
  const [own, other] =
    relationship.left === table.logicalName ? [columns.left, columns.right] : [columns.right, columns.left];
  const target = tableOf(session, navigation.target);
  const rows = linksOf(session.organization, relationship)
    .filter((link) => link[own] === id)
    .map((link) => findRow(session.organization, target.logicalName, textOf(link, other)))
    .filter((candidate) => candidate !== undefined);
  return { table: target, rows };
}

/** The row a lookup points at. */
export function lookupTarget(
  session: Session,
  row: Row,
  navigation: Extract<Navigation, { kind: "lookup" }>,
): { readonly table: Table; readonly row: Row } | undefined {
  const id = row[navigation.column.property];
  if (typeof id !== "string") return undefined;
  const table = targetOf(session, navigation.column, id);
  if (table === undefined || !navigation.targets.includes(table.logicalName)) return undefined;
  const target = findRow(session.organization, table.logicalName, id);
  return target === undefined ? undefined : { table, row: target };
}

/** Properties of a table as a filter sees them. */
export function tableScope(session: Session, table: Table): Scope {
  const fail = (name: string): never => {
    throw unknownProperty(name, table.logicalName);
  };
  function property(path: readonly string[]): Reader {
    const [head = "", ...rest] = path;
    const navigation = table.navigations.get(head);
    if (rest.length > 0) {
      if (navigation === undefined) return fail(head);
      if (navigation.kind !== "lookup")
        throw badQuery(
          `The parent value for a property access of a property '${rest[0]}' is not a single value. Property access can only be applied to a single value.`,
        );
      const target = session.model.tables.get(navigation.targets[0] ?? "");
      if (target === undefined) return fail(head);
      const inner = tableScope(session, target).property(rest);
      return {
        ...inner,
        read: (item) => {
          const found = lookupTarget(session, item as Row, navigation);
          return found === undefined ? null : inner.read(found.row);
        },
      };
    }
    const column = table.properties.get(head);
    if (column !== undefined)
      return {
        type: isLookup(column) ? "lookup" : (OPERAND_TYPE[column.type] ?? "string"),
        edm: edmTypeOf(column),
        read: (item) => readColumn(session, table, item as Row, head),
      };
    if (navigation?.kind === "lookup")
      return {
        type: "navigation",
        edm: `mscrm.${navigation.targets[0] ?? "crmbaseentity"}`,
        read: (item) => {
          const found = lookupTarget(session, item as Row, navigation);
          return found === undefined ? null : textOf(found.row, found.table.id);
        },
      };
    return fail(head);
  }
  return {
    property,
    collection(path) {
      const [head = "", ...rest] = path;
      const navigation = table.navigations.get(head);
      if (navigation === undefined || rest.length > 0) return fail(path.join("/"));
      if (navigation.kind === "lookup") throw badQuery("Any/All may only be used following a collection.");
      const target = navigation.kind === "links" ? navigation.target : navigation.table;
      return {
        scope: tableScope(session, tableOf(session, target)),
        read: (item) => relatedRows(session, table, item as Row, navigation).rows,
      };
    },
    callerValue(name) {
      if (name === "EqualUserId") return session.userId;
      if (name === "EqualBusinessId")
        return textOf(findRow(session.organization, "systemuser", session.userId), "_businessunitid_value");
      return undefined;
    },
  };
}
