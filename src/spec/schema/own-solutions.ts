import * as z from "zod";
import { SOLUTION_MODES } from "../model.ts";
import { described, filePath, oneOf, optional, patternText, shortText } from "./fields.ts";

const connection = z.strictObject({
  connector: described(
    patternText(/^shared_[a-z0-9_]{1,120}$/, {
      code: "PSC-E038",
      what: "the name of a connector",
      remedy: "write its name as in the maker portal's address, such as shared_office365",
    }),
    "Name of the connector, such as `shared_office365`.",
  ),
  connection: described(shortText(200), "Id of a connection that exists in the environment."),
});

/** What a solution is told for its import, wherever it is listed. */
export const importFields = {
  mode: optional(
    oneOf(SOLUTION_MODES),
    "How a newer version replaces an older one: `upgrade` takes away what it no longer has, `update` leaves it.",
    { default: "upgrade" },
  ),
  overwrite: optional(z.boolean(), "Whether edits made by hand in the environment give way.", {
    default: false,
  }),
  variables: optional(
    z.record(shortText(100), described(shortText(2000), "The value.")),
    "Values of environment variables the solution brings, by schema name.",
    { derivedDefault: "left as they are" },
  ),
  connections: optional(
    z.record(shortText(100), described(connection, "A connection.")),
    "Connections for its connection references, by their logical names.",
    { derivedDefault: "none" },
  ),
};

export const ownSolutionSchema = z.strictObject({
  file: described(filePath, "Path of the solution's ZIP file. Its name, version and kind are read from it."),
  ...importFields,
});
