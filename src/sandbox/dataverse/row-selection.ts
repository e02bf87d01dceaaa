import type { Table } from "./metadata/model.ts";
import { compareRows, type Query, type SortKey, sortRows } from "./odata-query.ts";
import { findRow } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";
import { indexOf, placeOf, rowsWithValue, sortedIndex, type TableIndex } from "./table-index.ts";
import { isStored } from "./table-scope.ts";

/** Which rows a query finds and which of them are on a page, reading no more of a large table than it must. */

export type Selected = Pick<Query, "filter" | "equalities" | "orderby">;

export interface Page {
  /** From 1. */
  readonly number: number;
  readonly size: number;
  /** Id of the last row of the page before, where the paging cookie tells it. */
  readonly after: string | undefined;
  /** Count matching rows up to this many; 0 for no count. */
  readonly countTo: number;
}

export interface SelectedPage {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly more: boolean;
}

interface Sequence {
  readonly rows: readonly (Row | undefined)[];
  /** True when every row of the sequence matches. */
  readonly matched: boolean;
  placeOf(row: Row): number;
}

function matching(rows: Iterable<Row>, query: Selected): Row[] {
  const found: Row[] = [];
  for (const row of rows) if (query.filter?.(row) ?? true) found.push(row);
  return found;
}

function sequence(rows: readonly Row[], keys: readonly SortKey[]): Sequence {
  const sorted = sortRows(rows, keys);
  return { rows: sorted, matched: true, placeOf: (row) => sorted.indexOf(row) };
}

/** The rows that fulfil the query's rarest equality; undefined when reading the table is no slower. */
function candidates(index: TableIndex, query: Selected): Iterable<Row> | undefined {
  let best: ReadonlySet<Row> | Row | undefined;
  let fewest = index.positions.size / 4;
  for (const { property, value, keyOf } of query.equalities) {
    const found = rowsWithValue(index, property, value, keyOf);
    const size = found === undefined ? 0 : found instanceof Set ? found.size : 1;
    if (size === 0) return [];
    if (size >= fewest) continue;
    fewest = size;
    best = found as ReadonlySet<Row> | Row;
  }
  if (best === undefined) return undefined;
  return best instanceof Set ? (best as ReadonlySet<Row>) : [best as Row];
}

function storedSequence(table: Table, index: TableIndex, query: Selected): Sequence {
  const few = candidates(index, query);
  if (few !== undefined) {
    const found = matching(few, query);
    found.sort((a, b) => (index.positions.get(a) ?? 0) - (index.positions.get(b) ?? 0));
    return sequence(found, query.orderby);
  }
  if (query.orderby.length === 0)
    return { rows: index.order, matched: false, placeOf: (row) => index.positions.get(row) ?? -1 };
  if (!query.orderby.every(({ property }) => isStored(table, property)))
    return sequence(
      matching(
        index.order.filter((row) => row !== undefined),
        query,
      ),
      query.orderby,
    );
  const name = query.orderby.map(({ property, descending }) => `${property}${descending ? "-" : "+"}`).join();
  const sorted = sortedIndex(index, name, (a, b) => compareRows(query.orderby, a, b));
  return {
    rows: sorted.rows,
    matched: false,
    placeOf: (row) => {
      const place = placeOf(sorted, row);
      return sorted.rows[place] === row ? place : -1;
    },
  };
}

/** Walks the sequence from the page's start; the row before it decides where that is, else the page's number. */
function walk(
  { rows, matched, placeOf: find }: Sequence,
  query: Selected,
  page: Page,
  last?: Row,
): SelectedPage {
  const matches = (row: Row): boolean => matched || (query.filter?.(row) ?? true);
  const place = last === undefined ? -1 : find(last);
  let skip = place >= 0 ? 0 : (page.number - 1) * page.size;
  const found: Row[] = [];
  let more = false;
  for (let at = place + 1; at < rows.length && !more; at += 1) {
    const row = rows[at];
    if (row === undefined || !matches(row)) continue;
    if (skip > 0) skip -= 1;
    else if (found.length < page.size) found.push(row);
    else more = true;
  }
  let total = 0;
  for (let at = 0; at < rows.length && total < page.countTo; at += 1) {
    const row = rows[at];
    if (row !== undefined && matches(row)) total += 1;
  }
  return { rows: found, total, more };
}

/** A page of a stored table, or of the `given` rows. */
export function selectPage(
  session: Session,
  table: Table,
  query: Selected,
  page: Page,
  given?: readonly Row[],
): SelectedPage {
  const { organization } = session;
  const last = page.after === undefined ? undefined : findRow(organization, table.logicalName, page.after);
  const index = given === undefined ? indexOf(organization, table.logicalName) : undefined;
  const source =
    index === undefined
      ? sequence(matching(given ?? [], query), query.orderby)
      : storedSequence(table, index, query);
  return walk(source, query, page, last);
}
