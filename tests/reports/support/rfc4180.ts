/** Rows of a CSV file as RFC 4180 defines it; throws where it is none. */
export function rowsOf(csv: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const next = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (next.lastIndex < csv.length) {
    const at = next.lastIndex;
    const field = next.exec(csv);
    if (field === null) throw new Error(`no field at ${at}: ${JSON.stringify(csv.slice(at, at + 40))}`);
    const [, quoted, bare = "", end] = field;
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
