import { dropRow, rowsOf, textOf } from "../rows.ts";
import type { Plugin } from "./plugin.ts";

/** Deleting a definition deletes its values (table reference of environmentvariablevalue: Delete cascade). */
export const environmentVariablePlugin: Plugin = {
  beforeDelete(session, definition) {
    const id = textOf(definition, "environmentvariabledefinitionid");
    for (const value of rowsOf(session.organization, "environmentvariablevalue"))
      if (value["_environmentvariabledefinitionid_value"] === id)
        dropRow(session, "environmentvariablevalue", textOf(value, "environmentvariablevalueid"));
    return undefined;
  },
};
