import type { PscError, SourceLocation } from "../errors.ts";
import { readChain, type SpecFile, siblingsOf } from "./files.ts";
import { readIncluded } from "./included-files.ts";
import { readManifest } from "./manifests.ts";
import type { EnvironmentSpec, Manifest } from "./model.ts";
import { locationAt, nodeAt, type SpecNode, type SpecPath } from "./node.ts";
import { readOwnControls } from "./own-controls.ts";
import { createProblemLog, type ProblemLog } from "./problems.ts";
import { replaceReferences, type Variables } from "./references.ts";
import { resolveSpec } from "./resolve.ts";
import { checkRules } from "./rules/rules.ts";
import { reportSharing } from "./rules/sharing.ts";
import { specSchema } from "./schema.ts";
import { checkRequired, checkShape } from "./shape.ts";

export interface LoadOptions {
  /** Variables for `${env:NAME}`; psc's own environment when absent. */
  readonly env?: Variables;
  /** Folder that relative paths start from; the working directory when absent. */
  readonly cwd?: string;
  /** Whether to look at the other stages beside the file for things they must not share; true when absent. */
  readonly siblings?: boolean;
}

export interface LoadedSpec {
  readonly ok: true;
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly warnings: readonly PscError[];
  readonly files: readonly SpecFile[];
  /** Where the value at a path of the document was written, or its nearest parent. */
  readonly locate: (path: SpecPath) => SourceLocation;
  /** The document with its overlays, each value with the place it was written at. */
  readonly tree: SpecNode;
}

export interface RefusedSpec {
  readonly ok: false;
  readonly problems: readonly PscError[];
  readonly warnings: readonly PscError[];
  readonly files: readonly SpecFile[];
}

/**
 * Reads a spec file with everything it extends and checks all of it. Never throws for what a file may hold: every
 * problem comes back with its place and a remedy.
 */
export function loadSpec(file: string, options: LoadOptions = {}): LoadedSpec | RefusedSpec {
  const cwd = options.cwd ?? process.cwd();
  const log = createProblemLog();
  const { tree, files } = readChain(file, cwd, log);
  const loaded = tree === undefined ? undefined : check(tree, options.env ?? process.env, cwd, log);
  const allFiles = [...files, ...(loaded?.otherFiles ?? [])];
  const refused = (): RefusedSpec => ({
    ok: false,
    problems: log.errors,
    warnings: log.warnings,
    files: allFiles,
  });
  if (loaded === undefined || loaded.manifest === undefined || log.errors.length > 0) return refused();
  const { spec, manifest, sound } = loaded;
  const locate = (path: SpecPath): SourceLocation => locationAt(sound, path);
  if (options.siblings !== false) {
    const others = siblingsOf(file, cwd)
      .map((sibling) => ({ sibling, result: loadSpec(sibling, { ...options, siblings: false }) }))
      .flatMap(({ result }) => (result.ok ? [{ spec: result.spec, file: result.files[0]?.file ?? "" }] : []));
    reportSharing(spec, others, locate, log);
    if (log.errors.length > 0) return refused();
  }
  return { ok: true, spec, manifest, warnings: log.warnings, files: allFiles, locate, tree: sound };
}

interface Checked {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest | undefined;
  /** The manifest, and files the spec names. */
  readonly otherFiles: readonly SpecFile[];
  readonly sound: SpecNode;
}

function check(tree: SpecNode, env: Variables, cwd: string, log: ProblemLog): Checked | undefined {
  const replaced = replaceReferences(tree, { schema: specSchema, env, log });
  const shaped = checkShape(specSchema, replaced, log);
  // Fields that were refused are in the replaced tree but not in the sound one; they are not missing as well.
  checkRequired(specSchema, replaced, log);
  if (shaped === undefined) return undefined;
  const { document, tree: sound } = shaped;
  const solution = nodeAt(sound, ["solution"]);
  const found =
    document.solution === undefined || solution === undefined
      ? undefined
      : readManifest(document.solution, solution.location, cwd, log, env);
  const included = readIncluded(document, sound, cwd, log);
  const ownControls = readOwnControls(document, included, log);
  const spec = resolveSpec(document, found?.manifest, included, ownControls);
  checkRules({ spec, manifest: found?.manifest, tree: sound, log, document, included });
  const otherFiles = [...(found === undefined ? [] : [found.file]), ...included.files];
  return { spec, manifest: found?.manifest, otherFiles, sound };
}
