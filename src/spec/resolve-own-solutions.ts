import type { IncludedFiles } from "./included-files.ts";
import type { OwnSolutionSpec } from "./model.ts";
import type { SpecDocument } from "./schema.ts";
import { readSolutionFile } from "./solution-file.ts";

type OwnSolutionDocument = NonNullable<SpecDocument["ownSolutions"]>[number];

/** What a solution is told for its import, with the defaults. */
export function importedAs({
  mode,
  overwrite,
  variables,
  connections,
}: Pick<OwnSolutionDocument, "mode" | "overwrite" | "variables" | "connections">): Pick<
  OwnSolutionSpec,
  "mode" | "overwrite" | "variables" | "connections"
> {
  return {
    mode: mode ?? "upgrade",
    overwrite: overwrite ?? false,
    variables: Object.entries(variables ?? {}).map(([name, value]) => ({ name, value })),
    connections: Object.entries(connections ?? {}).map(([name, { connector, connection }]) => ({
      name,
      connector,
      connection,
    })),
  };
}

/** Solutions whose files are what they should be; the others are problems of their own. */
export function resolveOwnSolutions(
  given: SpecDocument["ownSolutions"],
  included: IncludedFiles,
): readonly OwnSolutionSpec[] {
  return (given ?? []).flatMap((entry, i) => {
    const archive = included.archiveAt(["ownSolutions", i, "file"]);
    const read = archive === undefined ? "nothing" : readSolutionFile(archive.bytes);
    if (archive === undefined || typeof read === "string") return [];
    return [{ ...read, ...importedAs(entry), file: archive.file, path: archive.path }];
  });
}
