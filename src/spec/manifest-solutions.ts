import { dirname, resolve } from "node:path";
import { PscError } from "../errors.ts";
import { readArchive, shownPath } from "./files.ts";
import type { Archive } from "./included-files.ts";
import type { ManifestSolution } from "./model.ts";
import { locationAt, nodeAt, type SpecNode, type SpecPath } from "./node.ts";
import type { Problem, ProblemLog } from "./problems.ts";
import { importedAs } from "./resolve-own-solutions.ts";
import type { ManifestDocument } from "./schema/manifest.ts";
import { readSolutionFile } from "./solution-file.ts";

type SolutionDocument = NonNullable<ManifestDocument["solutions"]>[number];

interface Reading {
  readonly document: ManifestDocument;
  readonly tree: SpecNode;
  readonly cwd: string;
  readonly log: ProblemLog;
}

/**
 * The solutions of a manifest with what their files say, each file relative to the manifest. Problems go to the log: a
 * file that is none, is not the declared one or is unmanaged, and what is listed before something it needs.
 */
export function readManifestSolutions(reading: Reading): readonly ManifestSolution[] {
  const { document, tree, log } = reading;
  const report = (path: SpecPath, problem: Omit<Problem, "location">): void =>
    log.report({ ...problem, location: locationAt(tree, path) });
  const solutions = document.solutions ?? [];
  const packages = new Set((document.packages ?? []).map(({ uniqueName }) => uniqueName));
  const names = solutions.map(({ uniqueName }) => uniqueName);
  return solutions.flatMap((given, i) => {
    const { uniqueName } = given;
    const before = names.slice(0, i);
    if (before.includes(uniqueName))
      report(["solutions", i, "uniqueName"], {
        code: "PSC-E077",
        message: `${uniqueName} is listed twice`,
        remedy: "list each solution once, in its newest version",
      });
    for (const [j, required] of (given.requires ?? []).entries())
      if (!packages.has(required) && !before.includes(required))
        report(["solutions", i, "requires", j], {
          code: "PSC-E077",
          message: `${uniqueName} requires ${required}, which ${names.includes(required) ? "does not come before it" : "the manifest does not have"}`,
          remedy: names.includes(required)
            ? "list solutions in the order they are imported"
            : "list it under packages, or under solutions before this one",
        });
    const solution = readOne(given, i, reading, report);
    for (const needed of solution?.needs ?? [])
      if (names.indexOf(needed) > i)
        report(["solutions", i, "uniqueName"], {
          code: "PSC-E077",
          message: `${uniqueName} uses components of ${needed}, as its file says, which comes after it`,
          remedy: `list ${needed} before ${uniqueName}`,
        });
    return solution === undefined ? [] : [solution];
  });
}

function readOne(
  given: SolutionDocument,
  i: number,
  { tree, cwd, log }: Reading,
  report: (path: SpecPath, problem: Omit<Problem, "location">) => void,
): ManifestSolution | undefined {
  const archive = archiveOf(["solutions", i, "file"], tree, cwd, log);
  if (archive === undefined) return undefined;
  const read = readSolutionFile(archive.bytes);
  if (typeof read === "string") {
    report(["solutions", i, "file"], {
      code: "PSC-E038",
      message: `${archive.file} is no solution: it is ${read}`,
      remedy: "export the solution as a managed ZIP file and name that file",
    });
    return undefined;
  }
  if (read.uniqueName !== given.uniqueName)
    report(["solutions", i, "uniqueName"], {
      code: "PSC-E077",
      message: `${archive.file} holds ${read.uniqueName}, not ${given.uniqueName}`,
      remedy: "correct the name or the file",
    });
  if (given.version !== undefined && read.version !== given.version)
    report(["solutions", i, "version"], {
      code: "PSC-E077",
      message: `${archive.file} holds version ${read.version} of ${read.uniqueName}, not ${given.version}`,
      remedy: "correct the version or the file",
    });
  if (!read.managed)
    report(["solutions", i, "file"], {
      code: "PSC-E077",
      message: `${archive.file} is unmanaged`,
      remedy: "export it as managed; unmanaged solutions can be listed in `ownSolutions` of a spec",
    });
  return { ...read, ...importedAs(given), file: archive.file, path: archive.path, requires: given.requires };
}

function archiveOf(at: SpecPath, tree: SpecNode, cwd: string, log: ProblemLog): Archive | undefined {
  const node = nodeAt(tree, at);
  if (node?.kind !== "scalar" || typeof node.value !== "string") return undefined;
  const location = locationAt(tree, at);
  const path = resolve(dirname(resolve(cwd, location.file)), node.value);
  const file = shownPath(path, cwd);
  try {
    return { file, path, bytes: readArchive(path, file) };
  } catch (error) {
    if (!(error instanceof PscError)) throw error;
    log.report({
      code: "PSC-E036",
      message: error.message,
      remedy: `${error.remedy ?? "check the path"}; paths are relative to the manifest that names them`,
      location,
    });
    return undefined;
  }
}
