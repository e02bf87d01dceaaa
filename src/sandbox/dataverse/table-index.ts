import type { OrganizationState, Row } from "./state.ts";

/**
 * Ways to find rows without reading a whole table: the order of creation, rows by a column's value, rows in the order
 * of a sort. Each is made when a query first needs it and kept up to date by every write. Nothing here is state: an
 * index follows from its table, is forgotten with it, and can be dropped at any time.
 */

/** A comparable value: text in lower case, dates as milliseconds. */
export type SortValue = string | number | boolean | null;

interface ColumnIndex {
  keyOf(row: Row): SortValue;
  /** Most values of most columns belong to one row, which then needs no set. */
  readonly buckets: Map<SortValue, Row | Set<Row>>;
}

export interface SortedIndex {
  /** Never 0: rows that are equal in every key keep their order of creation. */
  compare(a: Row, b: Row): number;
  readonly rows: Row[];
}

export interface TableIndex {
  /** In order of creation; a deleted row leaves a gap. */
  order: (Row | undefined)[];
  readonly positions: Map<Row, number>;
  readonly columns: Map<string, ColumnIndex>;
  readonly sorted: Map<string, SortedIndex>;
}

let indexes = new WeakMap<object, TableIndex>();

/** Forgets every index; for changes that did not go through this service. */
export function forgetIndexes(): void {
  indexes = new WeakMap();
}

/** Beyond these the oldest is dropped: whoever sorts by everything pays for it. */
const MAX_COLUMNS = 16;
const MAX_SORTED = 4;

function storedOf(organization: OrganizationState, table: string): Record<string, Row> | undefined {
  const stored = organization.tables[table];
  return stored === undefined || Array.isArray(stored) ? undefined : stored;
}

/** The index of a table whose rows are stored by id; undefined for links and for tables without rows. */
export function indexOf(organization: OrganizationState, table: string): TableIndex | undefined {
  const stored = storedOf(organization, table);
  if (stored === undefined) return undefined;
  const known = indexes.get(stored);
  if (known !== undefined) return known;
  const order = Object.values(stored);
  const index: TableIndex = {
    order,
    positions: new Map(order.map((row, position) => [row, position])),
    columns: new Map(),
    sorted: new Map(),
  };
  indexes.set(stored, index);
  return index;
}

function addToBucket({ buckets, keyOf }: ColumnIndex, row: Row): void {
  const value = keyOf(row);
  const bucket = buckets.get(value);
  if (bucket === undefined) buckets.set(value, row);
  else if (bucket instanceof Set) bucket.add(row);
  else if (bucket !== row) buckets.set(value, new Set([bucket, row]));
}

function removeFromBucket({ buckets, keyOf }: ColumnIndex, row: Row): void {
  const value = keyOf(row);
  const bucket = buckets.get(value);
  if (bucket === row) buckets.delete(value);
  else if (bucket instanceof Set) bucket.delete(row);
}

/** Where the row is, or belongs, among the sorted. */
export function placeOf({ rows, compare }: SortedIndex, row: Row): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = rows[middle];
    if (other !== undefined && other !== row && compare(other, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keepNewest<T>(entries: Map<string, T>, limit: number): void {
  for (const name of entries.keys()) {
    if (entries.size <= limit) return;
    entries.delete(name);
  }
}

/** The rows whose column has the value; not in any order. */
export function rowsWithValue(
  index: TableIndex,
  property: string,
  value: SortValue,
  keyOf: (row: Row) => SortValue,
): Row | ReadonlySet<Row> | undefined {
  let column = index.columns.get(property);
  if (column === undefined) {
    column = { keyOf, buckets: new Map() };
    for (const row of index.order) if (row !== undefined) addToBucket(column, row);
    index.columns.set(property, column);
    keepNewest(index.columns, MAX_COLUMNS);
  }
  return column.buckets.get(value);
}

/** All rows in the order of a sort named `name`. */
export function sortedIndex(
  index: TableIndex,
  name: string,
  compareValues: (a: Row, b: Row) => number,
): SortedIndex {
  const known = index.sorted.get(name);
  if (known !== undefined) return known;
  const { positions } = index;
  const compare = (a: Row, b: Row): number =>
    compareValues(a, b) || (positions.get(a) ?? 0) - (positions.get(b) ?? 0);
  const sorted: SortedIndex = { compare, rows: index.order.filter((row) => row !== undefined).sort(compare) };
  index.sorted.set(name, sorted);
  keepNewest(index.sorted, MAX_SORTED);
  return sorted;
}

function fill(index: TableIndex, row: Row): void {
  for (const column of index.columns.values()) addToBucket(column, row);
  for (const sorted of index.sorted.values()) sorted.rows.splice(placeOf(sorted, row), 0, row);
}

function clear(index: TableIndex, row: Row): void {
  for (const column of index.columns.values()) removeFromBucket(column, row);
  for (const sorted of index.sorted.values()) {
    const place = placeOf(sorted, row);
    if (sorted.rows[place] === row) sorted.rows.splice(place, 1);
  }
}

function close(index: TableIndex): void {
  index.order = index.order.filter((row) => row !== undefined);
  index.positions.clear();
  for (const [position, row] of index.order.entries())
    if (row !== undefined) index.positions.set(row, position);
}

function existing(organization: OrganizationState, table: string): TableIndex | undefined {
  const stored = storedOf(organization, table);
  return stored === undefined ? undefined : indexes.get(stored);
}

export function indexAdded(organization: OrganizationState, table: string, row: Row): void {
  const index = existing(organization, table);
  if (index === undefined) return;
  index.positions.set(row, index.order.length);
  index.order.push(row);
  fill(index, row);
}

/** Returns the row's place in the order of creation, for putting it back. */
export function indexRemoved(organization: OrganizationState, table: string, row: Row): number | undefined {
  const index = existing(organization, table);
  if (index === undefined) return undefined;
  clear(index, row);
  const position = index.positions.get(row);
  if (position !== undefined) index.order[position] = undefined;
  index.positions.delete(row);
  if (index.order.length > 1000 && index.positions.size < index.order.length / 2) close(index);
  return position;
}

/** Puts a row back where it was; at the end when its gap has been closed meanwhile. */
export function indexRestored(
  organization: OrganizationState,
  table: string,
  row: Row,
  position: number | undefined,
): void {
  const index = existing(organization, table);
  if (index === undefined) return;
  if (position === undefined || position >= index.order.length || index.order[position] !== undefined) {
    indexAdded(organization, table, row);
    return;
  }
  index.order[position] = row;
  index.positions.set(row, position);
  fill(index, row);
}

/** The rows in order of creation, where an index knows it. */
export function orderedRows(organization: OrganizationState, table: string): Row[] | undefined {
  return existing(organization, table)?.order.filter((row) => row !== undefined);
}

/** Applies `change` to a row of the table. */
export function indexedChange(
  organization: OrganizationState,
  table: string,
  row: Row,
  change: () => void,
): void {
  const index = existing(organization, table);
  if (index === undefined || !index.positions.has(row)) {
    change();
    return;
  }
  clear(index, row);
  change();
  fill(index, row);
}
