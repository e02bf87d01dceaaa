import { dirname, resolve } from "node:path";
import { PscError } from "../errors.ts";
import { readArchive, readTextFile, type SpecFile, shownPath } from "./files.ts";
import { locationAt, nodeAt, type SpecNode, type SpecPath } from "./node.ts";
import type { ProblemLog } from "./problems.ts";
import type { SpecDocument } from "./schema.ts";

/** Files that a spec names by their paths, each relative to the spec file that names it. */
export interface IncludedFiles {
  readonly files: readonly SpecFile[];
  /** A text file named at a path of the document; undefined when it could not be read. */
  fileAt(path: SpecPath): SpecFile | undefined;
  /** Text of the file named at a path of the document; undefined when it could not be read. */
  textAt(path: SpecPath): string | undefined;
  /** An archive named at a path of the document; undefined when it could not be read. */
  archiveAt(path: SpecPath): Archive | undefined;
}

export interface Archive {
  /** As locations name it. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export const NO_FILES: IncludedFiles = {
  files: [],
  fileAt: () => undefined,
  textAt: () => undefined,
  archiveAt: () => undefined,
};

function pathsIn({ identity, healthBot, agentExperience, verify }: SpecDocument): SpecPath[] {
  const application = typeof identity?.application === "object" ? identity.application : {};
  return [
    ...(application.certificates ?? []).map(
      (_one, i): SpecPath => ["identity", "application", "certificates", i, "file"],
    ),
    ...(healthBot?.scenarios ?? []).map((_file, i): SpecPath => ["healthBot", "scenarios", i]),
    ...(healthBot?.localization === undefined ? [] : [["healthBot", "localization"]]),
    ...(agentExperience?.knowledge ?? []).map(
      (_one, i): SpecPath => ["agentExperience", "knowledge", i, "file"],
    ),
    ...(verify?.controls ?? []).map((_file, i): SpecPath => ["verify", "controls", i]),
  ];
}

function archivesIn({ ownSolutions }: SpecDocument): SpecPath[] {
  return (ownSolutions ?? []).map((_one, i): SpecPath => ["ownSolutions", i, "file"]);
}

/** Reads every file the document names. Problems go to the log, at the place that names the file. */
export function readIncluded(
  document: SpecDocument,
  tree: SpecNode,
  cwd: string,
  log: ProblemLog,
): IncludedFiles {
  const found = new Map<string, SpecFile>();
  const archives = new Map<string, Archive>();
  const read = (at: SpecPath, take: (path: string, file: string) => void): void => {
    const node = nodeAt(tree, at);
    if (node?.kind !== "scalar" || typeof node.value !== "string") return;
    const location = locationAt(tree, at);
    const path = resolve(dirname(resolve(cwd, location.file)), node.value);
    try {
      take(path, shownPath(path, cwd));
    } catch (error) {
      if (!(error instanceof PscError)) throw error;
      log.report({
        code: "PSC-E036",
        message: error.message,
        remedy: `${error.remedy ?? "check the path"}; paths are relative to the spec file that names them`,
        location,
      });
    }
  };
  for (const at of pathsIn(document))
    read(at, (path, file) => found.set(at.join("/"), { file, path, text: readTextFile(path, file) }));
  for (const at of archivesIn(document))
    read(at, (path, file) => archives.set(at.join("/"), { file, path, bytes: readArchive(path, file) }));
  return {
    files: [...found.values()],
    fileAt: (path) => found.get(path.join("/")),
    textAt: (path) => found.get(path.join("/"))?.text,
    archiveAt: (path) => archives.get(path.join("/")),
  };
}
