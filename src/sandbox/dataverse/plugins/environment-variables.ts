import { rowsOf, textOf } from "../rows.ts";
import type { Row } from "../state.ts";
import type { Plugin } from "./plugin.ts";

/** Deleting a definition deletes its values (table reference of environmentvariablevalue: Delete cascade). */
export const environmentVariablePlugin: Plugin = {
  beforeDelete(session, definition) {
    const id = textOf(definition, "environmentvariabledefinitionid");
    const stored = session.organization.tables["environmentvariablevalue"] as Record<string, Row> | undefined;
    for (const value of rowsOf(session.organization, "environmentvariablevalue"))
      if (value["_environmentvariabledefinitionid_value"] === id)
        delete stored?.[textOf(value, "environmentvariablevalueid")];
    return undefined;
  },
};
