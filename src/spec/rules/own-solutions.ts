import { readSolutionFile } from "../solution-file.ts";
import { placeOf, type RuleContext, reportAt } from "./rules.ts";

/** What the files hold, that no solution is listed twice, and that those which others need come first. */
export function checkOwnSolutions(context: RuleContext): void {
  const { document, included, manifest } = context;
  const files = (document.ownSolutions ?? []).flatMap((_one, i) => {
    const path = ["ownSolutions", i, "file"];
    const archive = included.archiveAt(path);
    return archive === undefined ? [] : [{ path, file: archive.file, read: readSolutionFile(archive.bytes) }];
  });
  const seen = new Map<string, (string | number)[]>();
  const listed = new Set(files.flatMap(({ read }) => (typeof read === "string" ? [] : [read.uniqueName])));
  for (const { path, file, read } of files) {
    if (typeof read === "string") {
      reportAt(context, path, {
        code: "PSC-E038",
        message: `${file} is no solution: it is ${read}`,
        remedy: "export the solution as a managed ZIP file and name that file",
      });
      continue;
    }
    const { uniqueName } = read;
    const earlier = seen.get(uniqueName);
    if (earlier !== undefined)
      reportAt(context, path, {
        code: "PSC-E038",
        message: `${file} holds ${uniqueName}, which ${placeOf(context, earlier)} holds as well`,
        remedy: "name each solution once, in its newest version",
      });
    if (manifest?.solutions.some((other) => other.uniqueName === uniqueName) === true)
      reportAt(context, path, {
        code: "PSC-E038",
        message: `${file} holds ${uniqueName}, which the manifest ${manifest.name} lists as well`,
        remedy: "name it in one of the two places",
      });
    for (const needed of read.needs)
      if (listed.has(needed) && !seen.has(needed))
        reportAt(context, path, {
          code: "PSC-E038",
          message: `${uniqueName} uses components of ${needed}, as its file says, which comes after it`,
          remedy: `list ${needed} before ${uniqueName}`,
        });
    seen.set(uniqueName, path);
    if (!read.managed && context.spec.stage === "prod")
      reportAt(context, path, {
        code: "PSC-W124",
        message: `${uniqueName} is unmanaged: what it brings can be edited in production`,
        remedy: "export it as managed",
      });
  }
}
