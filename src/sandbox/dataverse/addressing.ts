import { badKey, keyNotFound, rowNotFound, segmentNotFound, unknownPayloadProperty } from "./errors.ts";
import type { Table } from "./metadata/model.ts";
import { guidOf, type Key, keyOf, segmentsOf } from "./resource-path.ts";
import { findRow, rowsOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";

/** Which row a URL means: by id, by alternate key, or by the URL in a `@odata.id` or `@odata.bind`. */

export function tableOfSet(session: Session, set: string): Table {
  const table = session.model.sets.get(set);
  if (table === undefined) throw segmentNotFound(set);
  return table;
}

/** Tables derived from principal cannot be addressed by their named primary key. */
const PRINCIPALS = new Set(["systemuser", "team"]);

/** The columns and values of a key as they are stored. */
export function alternateKeyValues(table: Table, values: ReadonlyMap<string, string>): Row {
  const names = [...values.keys()].sort().join(",");
  if (!table.keys.some((key) => [...key].sort().join(",") === names)) throw badKey(table.logicalName);
  return Object.fromEntries(
    [...values].map(([name, value]) => {
      const column = table.properties.get(name);
      if (column === undefined) throw badKey(table.logicalName);
      if (column.type === "Uniqueidentifier" || column.targets !== undefined) {
        const guid = guidOf(value);
        if (guid === undefined) throw badKey(table.logicalName);
        return [name, guid];
      }
      return [name, column.type === "String" ? value : Number(value)];
    }),
  );
}

function namedPrimaryKey(table: Table, values: ReadonlyMap<string, string>): string | undefined {
  if (values.size !== 1 || PRINCIPALS.has(table.logicalName)) return undefined;
  const value = values.get(table.id);
  return value === undefined ? undefined : guidOf(value);
}

/** Finds the row; undefined when it is missing. */
export function lookUp(session: Session, table: Table, key: Key): Row | undefined {
  if (key.kind === "id") return findRow(session.organization, table.logicalName, key.id);
  const id = namedPrimaryKey(table, key.values);
  if (id !== undefined) return findRow(session.organization, table.logicalName, id);
  const wanted = alternateKeyValues(table, key.values);
  return rowsOf(session.organization, table.logicalName).find((row) =>
    Object.entries(wanted).every(([name, value]) => {
      const stored = row[name] ?? table.properties.get(name)?.default ?? null;
      return typeof stored === "string" && typeof value === "string"
        ? stored.toLowerCase() === value.toLowerCase()
        : stored === value;
    }),
  );
}

export function requireRow(session: Session, table: Table, key: Key): Row {
  const row = lookUp(session, table, key);
  if (row !== undefined) return row;
  if (key.kind === "id") throw rowNotFound(table.logicalName, key.id);
  const id = namedPrimaryKey(table, key.values);
  throw id === undefined ? keyNotFound(table.logicalName) : rowNotFound(table.logicalName, id);
}

/** Id of a row whose existence is checked. */
export function requireId(session: Session, table: Table, key: Key): string {
  return textOf(requireRow(session, table, key), table.id);
}

/**
 * The row a reference means: `/set(id)`, `set(id)` or an absolute URL of this organization.
 * `owner` is the table whose payload holds the reference, for the wording of refusals.
 */
export function resolveReference(
  session: Session,
  owner: Table,
  reference: string,
): { readonly table: Table; readonly id: string } {
  let path = reference;
  if (/^https?:\/\//i.test(reference)) {
    const url = new URL(reference);
    if (url.host !== new URL(session.baseUrl).host) throw segmentNotFound(url.host);
    path = url.pathname.replace(/^\/api\/data\/v9\.\d\/?/, "");
  }
  const [segment, ...rest] = segmentsOf(path);
  if (segment?.key === undefined || rest.length > 0)
    throw unknownPayloadProperty(owner.logicalName, reference);
  const table = tableOfSet(session, segment.name);
  return { table, id: requireId(session, table, keyOf(segment.key)) };
}
