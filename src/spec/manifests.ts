import { readdirSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PscError, type SourceLocation } from "../errors.ts";
import { readTextFile, type SpecFile, shownPath } from "./files.ts";
import { readManifestSolutions } from "./manifest-solutions.ts";
import { mergeDocuments } from "./merge.ts";
import type { Manifest, ManifestPackage, ManifestSolution } from "./model.ts";
import { locationAt, nodeAt } from "./node.ts";
import { createProblemLog, type ProblemLog } from "./problems.ts";
import { replaceReferences, type Variables } from "./references.ts";
import { type ManifestDocument, manifestSchema } from "./schema/manifest.ts";
import { checkRequired, checkShape } from "./shape.ts";
import { adviceFor } from "./suggest.ts";
import { readYaml } from "./yaml-reader.ts";

const SHIPPED_FOLDER = fileURLToPath(new URL("../../solution-manifests/", import.meta.url));

function shippedNames(): readonly string[] {
  return readdirSync(SHIPPED_FOLDER)
    .filter((file) => extname(file) === ".yaml")
    .map((file) => basename(file, ".yaml"))
    .sort();
}

function isPath(solution: string): boolean {
  return /[/\\]/.test(solution) || [".yaml", ".yml"].includes(extname(solution));
}

/**
 * The manifest a spec's `solution` means: one that comes with psc, or a file relative to the spec that names it.
 * Problems go to the log, those of `solution` itself at `from`.
 */
export function readManifest(
  solution: string,
  from: SourceLocation,
  cwd: string,
  log: ProblemLog,
  env: Variables = process.env,
): { readonly manifest: Manifest; readonly file: SpecFile } | undefined {
  const shipped = shippedNames();
  if (!isPath(solution) && !shipped.includes(solution)) {
    log.report({
      code: "PSC-E076",
      message: `there is no manifest "${solution}"`,
      remedy: adviceFor(
        solution,
        shipped,
        "name a manifest of psc, or the path of your own: ./my-manifest.yaml",
      ),
      location: from,
    });
    return undefined;
  }
  const path = isPath(solution)
    ? resolve(dirname(resolve(cwd, from.file)), solution)
    : join(SHIPPED_FOLDER, `${solution}.yaml`);
  const shown = shownPath(path, cwd);
  let text: string;
  try {
    text = readTextFile(path, shown);
  } catch (error) {
    if (!(error instanceof PscError)) throw error;
    log.report({
      code: "PSC-E076",
      message: `the manifest ${error.message}`,
      remedy: "give its path relative to the spec file that names it",
      location: from,
    });
    return undefined;
  }
  const manifest = parseManifest(text, shown, { cwd, env, log });
  return manifest === undefined ? undefined : { manifest, file: { file: shown, path, text } };
}

interface Parsing {
  readonly cwd: string;
  /** Variables for `${env:NAME}`: what differs from stage to stage, such as the ids of connections. */
  readonly env: Variables;
  readonly log: ProblemLog;
}

/** Reads the text of a manifest and the solution files it names. Undefined when the log got an error. */
function parseManifest(text: string, file: string, { cwd, env, log }: Parsing): Manifest | undefined {
  const own = createProblemLog();
  const root = readYaml(text, file, own);
  const merged = root === undefined ? undefined : mergeDocuments(undefined, root, own);
  const tree = merged && replaceReferences(merged, { schema: manifestSchema, env, log: own });
  const shaped = tree === undefined ? undefined : checkShape(manifestSchema, tree, own);
  let solutions: readonly ManifestSolution[] = [];
  if (tree !== undefined && shaped !== undefined) {
    checkRequired(manifestSchema, tree, own);
    for (const [i, entry] of (shaped.document.packages ?? []).entries())
      for (const required of entry.requires ?? [])
        if (!shaped.document.packages?.slice(0, i).some((other) => other.uniqueName === required))
          own.report({
            code: "PSC-E077",
            message: `${entry.uniqueName} requires ${required}, which does not come before it`,
            remedy: "list packages in the order they are installed",
            location: locationAt(shaped.tree, ["packages", i, "requires"]),
          });
    if (shaped.document.lifecycle?.state === "retired" && nodeAt(tree, ["lifecycle", "date"]) === undefined)
      own.report({
        code: "PSC-E077",
        message: "a retired solution has no date of retirement",
        remedy: "add lifecycle.date, announcement and successors",
        location: locationAt(shaped.tree, ["lifecycle"]),
      });
  }
  if (shaped !== undefined)
    solutions = readManifestSolutions({ document: shaped.document, tree: shaped.tree, cwd, log: own });
  for (const problem of [...own.errors, ...own.warnings]) log.add(problem);
  return shaped === undefined || own.errors.length > 0 ? undefined : toManifest(shaped.document, solutions);
}

type PackageDocument = NonNullable<ManifestDocument["packages"]>[number];

function toPackage(entry: PackageDocument): ManifestPackage {
  return {
    uniqueName: entry.uniqueName,
    applicationId: entry.applicationId ?? "",
    displayName: entry.displayName ?? entry.uniqueName,
    step: entry.step ?? 6,
    requires: entry.requires ?? [],
    usualMinutes: entry.usualMinutes ?? 1,
    onlyIfCreatedBefore: entry.onlyIfCreatedBefore,
    proof: {
      solutions: entry.proof?.solutions ?? [],
      expectedSolutions: entry.proof?.expectedSolutions ?? [],
      roles: entry.proof?.roles ?? [],
      columns: entry.proof?.columns ?? [],
    },
  };
}

function toManifest(document: ManifestDocument, solutions: readonly ManifestSolution[]): Manifest {
  const { lifecycle } = document;
  return {
    name: document.name ?? "",
    displayName: document.displayName ?? "",
    summary: document.summary ?? "",
    lifecycle:
      lifecycle?.state === "retired"
        ? {
            state: "retired",
            date: lifecycle.date ?? "",
            announcement: lifecycle.announcement ?? "",
            successors: lifecycle.successors ?? [],
          }
        : { state: "supported" },
    packages: (document.packages ?? []).map(toPackage),
    solutions,
    channels: document.channels ?? [],
    roles: document.roles ?? [],
  };
}

/**
 * A manifest by name, or by path relative to `cwd`.
 * @throws PscError with the first problem found.
 */
export function loadManifest(solution: string, cwd: string = process.cwd()): Manifest {
  const log = createProblemLog();
  const found = readManifest(solution, { file: join(cwd, "spec.yaml"), line: 1, column: 1 }, cwd, log);
  if (found !== undefined) return found.manifest;
  const [first] = log.errors;
  throw first ?? new Error(`no manifest and no problem for ${solution}`);
}

/** The manifests that come with psc. */
export function listManifests(): readonly Manifest[] {
  return shippedNames().map((name) => loadManifest(name));
}
