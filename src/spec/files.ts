import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { PscError, type SourceLocation } from "../errors.ts";
import type { SpecCode } from "./codes.ts";
import { mergeDocuments } from "./merge.ts";
import type { MapNode } from "./node.ts";
import type { ProblemLog } from "./problems.ts";
import { closest } from "./suggest.ts";
import { LIMITS, readYaml } from "./yaml-reader.ts";

/** A file a spec was made from. */
export interface SpecFile {
  /** As locations name it: relative to the working directory where that is shorter. */
  readonly file: string;
  readonly path: string;
  readonly text: string;
}

const LONGEST_CHAIN = 8;

export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}

/** Neighbours of a missing file that a person may have meant. */
function nearbyFile(path: string): string | undefined {
  try {
    return closest(basename(path), readdirSync(dirname(path)));
  } catch {
    return undefined;
  }
}

/** Dataverse takes solution files of up to 95 MB as they are uploaded, which makes them a third longer. */
const ARCHIVE_BYTES = 95 << 20;

function refuse(code: SpecCode, message: string, remedy: string): never {
  throw new PscError({ code, message, remedy });
}

function unreadable(error: unknown, path: string, shown: string): never {
  const code = systemCode(error);
  if (code === "ENOENT" || code === "ENOTDIR") {
    const guess = nearbyFile(path);
    return refuse(
      "PSC-E001",
      `${shown} does not exist`,
      guess === undefined ? "check the path; `psc init` writes a first spec" : `did you mean "${guess}"?`,
    );
  }
  return refuse(
    "PSC-E002",
    `${shown} cannot be read (${code})`,
    "check who owns the file and its permissions",
  );
}

function readBytes(path: string, shown: string, most: number, remedy: string): Buffer {
  try {
    const stats = statSync(path);
    if (!stats.isFile())
      return refuse("PSC-E002", `${shown} is not an ordinary file`, "name the file itself, not its folder");
    if (stats.size > most)
      return refuse("PSC-E003", `${shown} has ${stats.size} bytes, more than ${most}`, remedy);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof PscError) throw error;
    return unreadable(error, path, shown);
  }
}

/**
 * Reads a text file within the limits.
 * @throws PscError PSC-E001 to PSC-E004 without a location.
 */
export function readTextFile(path: string, shown: string): string {
  const bytes = readBytes(
    path,
    shown,
    LIMITS.fileBytes,
    "check that this is the spec; real ones have a few KiB",
  );
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("PSC-E004", `${shown} is not UTF-8 text`, "save the file as UTF-8");
  }
}

/**
 * Reads an archive within the limit of what Dataverse takes.
 * @throws PscError PSC-E001 to PSC-E003 without a location.
 */
export function readArchive(path: string, shown: string): Uint8Array {
  return readBytes(path, shown, ARCHIVE_BYTES, "split the solution: Dataverse takes no larger file");
}

export interface Chain {
  /** Undefined when a file could not be read or parsed. */
  readonly tree: MapNode | undefined;
  /** The file itself first, then what it extends. */
  readonly files: readonly SpecFile[];
}

/** Reads a file and everything it extends, and lays them over each other. */
export function readChain(file: string, cwd: string, log: ProblemLog): Chain {
  const files: SpecFile[] = [];
  const documents: MapNode[] = [];
  let next: { readonly path: string; readonly from: SourceLocation | undefined } | undefined = {
    path: resolve(cwd, file),
    from: undefined,
  };
  let complete = true;
  while (next !== undefined) {
    const { path, from } = next;
    const shown = shownPath(path, cwd);
    const obstacle = obstacleTo(path, shown, files);
    if (obstacle !== undefined && from !== undefined) {
      log.report({ ...obstacle, location: from });
      complete = false;
      break;
    }
    const text = readLinked(path, shown, from, log);
    if (text === undefined) {
      complete = false;
      break;
    }
    files.push({ file: shown, path, text });
    const document = readYaml(text, shown, log);
    if (document === undefined) {
      complete = false;
      break;
    }
    documents.push(document);
    const base = extendedBy(document, path, log);
    if (base === "refused") complete = false;
    next = base === "refused" ? undefined : base;
  }
  const usable = complete ? documents : [];
  const tree = usable.reduceRight<MapNode | undefined>(
    (base, overlay) => mergeDocuments(base, overlay, log),
    undefined,
  );
  return { tree: tree === undefined ? undefined : withoutExtends(tree), files };
}

interface Obstacle {
  readonly code: SpecCode;
  readonly message: string;
  readonly remedy: string;
}

function obstacleTo(path: string, shown: string, before: readonly SpecFile[]): Obstacle | undefined {
  if (before.some((other) => other.path === path))
    return {
      code: "PSC-E020",
      message: `${[...before.map((other) => other.file), shown].join(" → ")}: the files extend each other`,
      remedy: "remove one `extends`, so that the chain ends in a base file",
    };
  if (before.length >= LONGEST_CHAIN)
    return {
      code: "PSC-E022",
      message: `more than ${LONGEST_CHAIN} files extend each other`,
      remedy: "merge some of the base files",
    };
  return undefined;
}

function readLinked(
  path: string,
  shown: string,
  from: SourceLocation | undefined,
  log: ProblemLog,
): string | undefined {
  try {
    return readTextFile(path, shown);
  } catch (error) {
    if (!(error instanceof PscError)) throw error;
    const isMissingBase = from !== undefined && error.code === "PSC-E001";
    log.report({
      code: isMissingBase ? "PSC-E021" : (error.code as SpecCode),
      message: isMissingBase ? `the base file ${shown} does not exist` : error.message,
      remedy: error.remedy ?? "",
      location: from ?? { file: shown, line: 1, column: 1 },
    });
    return undefined;
  }
}

type Link = { readonly path: string; readonly from: SourceLocation };

function extendedBy(document: MapNode, path: string, log: ProblemLog): Link | "refused" | undefined {
  const node = document.entries.get("extends")?.value;
  if (node === undefined || (node.kind === "scalar" && node.value === null)) return undefined;
  const target = node.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
  const isPath =
    target !== undefined &&
    !isAbsolute(target) &&
    !/[\0\r\n]|\$\{|^[a-z]+:/i.test(target) &&
    [".yaml", ".yml"].includes(extname(target));
  if (isPath) return { path: resolve(dirname(path), target), from: node.location };
  log.report({
    code: "PSC-E025",
    message:
      target === undefined
        ? "extends is not the path of one file"
        : `"${target}" is not a relative path of a YAML file`,
    remedy: "write a path relative to this file, such as base.yaml",
    location: node.location,
  });
  return "refused";
}

function withoutExtends(tree: MapNode): MapNode {
  const entries = new Map(tree.entries);
  entries.delete("extends");
  return { ...tree, entries };
}

/**
 * Spec files of other environments in the same folder: those that extend the same base, and all that name an
 * environment. A base without a name is no environment, however complete it is.
 */
export function siblingsOf(file: string, cwd: string): readonly string[] {
  const path = resolve(cwd, file);
  const base = baseNamedIn(path);
  const folder = dirname(path);
  return readdirSync(folder)
    .filter((name) => [".yaml", ".yml"].includes(extname(name)))
    .map((name) => join(folder, name))
    .filter((other) => other !== path)
    .filter((other) => {
      const hasSameBase = base !== undefined && other !== base && baseNamedIn(other) === base;
      return hasSameBase || firstMatch(other, /^name:[ \t]*\S/m) !== undefined;
    })
    .sort();
}

function baseNamedIn(path: string): string | undefined {
  const target = firstMatch(path, /^extends:[ \t]*(["']?)([^"'#\r\n]+?)\1[ \t]*(?:#.*)?$/m)?.[2];
  return target === undefined ? undefined : resolve(dirname(path), target.trim());
}

/** A look at one line is enough here: whether the file is sound is checked when it is loaded. */
function firstMatch(path: string, pattern: RegExp): RegExpExecArray | undefined {
  try {
    return pattern.exec(readTextFile(path, path)) ?? undefined;
  } catch (error) {
    if (error instanceof PscError) return undefined;
    throw error;
  }
}
