import type { IncludedFiles } from "./included-files.ts";
import type { OwnSolutionSpec } from "./model.ts";
import type { SpecDocument } from "./schema.ts";
import { readSolutionFile } from "./solution-file.ts";

/** Solutions whose files are what they should be; the others are problems of their own. */
export function resolveOwnSolutions(
  given: SpecDocument["ownSolutions"],
  included: IncludedFiles,
): readonly OwnSolutionSpec[] {
  return (given ?? []).flatMap(({ mode, overwrite, variables, connections }, i) => {
    const archive = included.archiveAt(["ownSolutions", i, "file"]);
    const read = archive === undefined ? "nothing" : readSolutionFile(archive.bytes);
    if (archive === undefined || typeof read === "string") return [];
    return [
      {
        ...read,
        file: archive.file,
        path: archive.path,
        mode: mode ?? "upgrade",
        overwrite: overwrite ?? false,
        variables: Object.entries(variables ?? {}).map(([name, value]) => ({ name, value })),
        connections: Object.entries(connections ?? {}).map(([name, { connector, connection }]) => ({
          name,
          connector,
          connection,
        })),
      },
    ];
  });
}
