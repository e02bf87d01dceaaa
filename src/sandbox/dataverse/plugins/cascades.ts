import { dropRow, rowsOf, textOf } from "../rows.ts";
import type { Plugin } from "./plugin.ts";

/** Deleting a row deletes the rows of another table that point at it (Delete: Cascade in its table reference). */
export function deletesAlong(owner: string, table: string, lookup: string): Plugin {
  return {
    beforeDelete(session, row) {
      const id = textOf(row, `${owner}id`);
      for (const dependent of rowsOf(session.organization, table))
        if (dependent[`_${lookup}_value`] === id) dropRow(session, table, textOf(dependent, `${table}id`));
      return undefined;
    },
  };
}
