import { PscError } from "../../errors.ts";
import { type Row, textAt } from "../../services/json-reading.ts";
import { onlyRow } from "../dataverse/organization.ts";

/** Session and notification templates: rows with a name for people and a unique one by which workstreams name them. */

/**
 * A template of the environment by its name, whoever made it.
 * @param what such as `session template`
 * @throws PscError PSC-E447 naming those there are
 */
export function templateCalled(rows: readonly Row[], idColumn: string, what: string, name: string): Row {
  const same = rows.filter((row) => textAt(row, "msdyn_name") === name);
  const found = onlyRow(same, idColumn, `${what} "${name}"`);
  if (found !== undefined) return found;
  throw new PscError({
    code: "PSC-E447",
    message: `the environment has no ${what} "${name}"`,
    remedy: `declare it, or use one that is there: ${rows
      .map((row) => textAt(row, "msdyn_name"))
      .sort()
      .join(", ")}`,
    side: "user",
  });
}

/** Rows of a unique name; the service compares without regard to case. */
export function withUniqueName(rows: readonly Row[], uniqueName: string): readonly Row[] {
  return rows.filter((row) => textAt(row, "msdyn_uniquename").toLowerCase() === uniqueName.toLowerCase());
}

/** How people call the template of a unique name; that itself when nothing has it. */
export function nameOfTemplate(rows: readonly Row[], uniqueName: string): string {
  return uniqueName === "" ? "" : textAt(withUniqueName(rows, uniqueName)[0], "msdyn_name") || uniqueName;
}
