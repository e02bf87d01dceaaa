import { readSolutionFile } from "../solution-file.ts";
import { placeOf, type RuleContext, reportAt } from "./rules.ts";

/** What the files hold, and that no solution is listed twice. */
export function checkOwnSolutions(context: RuleContext): void {
  const { document, included } = context;
  const seen = new Map<string, number>();
  for (const [i] of (document.ownSolutions ?? []).entries()) {
    const path = ["ownSolutions", i, "file"];
    const archive = included.archiveAt(path);
    if (archive === undefined) continue;
    const read = readSolutionFile(archive.bytes);
    if (typeof read === "string") {
      reportAt(context, path, {
        code: "PSC-E038",
        message: `${archive.file} is no solution: it is ${read}`,
        remedy: "export the solution as a managed ZIP file and name that file",
      });
      continue;
    }
    const earlier = seen.get(read.uniqueName);
    if (earlier !== undefined)
      reportAt(context, path, {
        code: "PSC-E038",
        message: `${archive.file} holds ${read.uniqueName}, which ${placeOf(context, ["ownSolutions", earlier, "file"])} holds as well`,
        remedy: "name each solution once, in its newest version",
      });
    seen.set(read.uniqueName, i);
    if (!read.managed && context.spec.stage === "prod")
      reportAt(context, path, {
        code: "PSC-W124",
        message: `${read.uniqueName} is unmanaged: what it brings can be edited in production`,
        remedy: "export it as managed",
      });
  }
}
