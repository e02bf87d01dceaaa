import { basename, dirname, isAbsolute, relative, sep } from "node:path";
import { PscError } from "../errors.ts";
import { jsonReport } from "../reports/json.ts";
import { withoutSecrets } from "../secret-value.ts";
import type { SpecFile } from "../spec/files.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import { BUNDLE_FILES } from "./manifest.ts";
import type { ArchiveFile } from "./zip.ts";

/** What it takes to judge the facts again: environment variables were put in, secrets were not. */
export interface SpecRecord {
  readonly format: "psc.bundle-spec/1";
  /** Where each file lies in the bundle, and how messages name it; the spec's own file first. */
  readonly files: readonly { readonly path: string; readonly file: string }[];
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
}

export interface SpecToRecord {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  /** The spec's own file first. */
  readonly files: readonly SpecFile[];
}

/** Of ASCII letters, digits and a few signs; everything else as `%` and two digits. */
export function safePath(path: string): string {
  return path
    .split("/")
    .map((step) =>
      Array.from(Buffer.from(step, "utf8"), (byte) => {
        const letter = String.fromCharCode(byte);
        return /[A-Za-z0-9._+=@,() -]/.test(letter)
          ? letter
          : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
      }).join(""),
    )
    .map((step) => (/^\.+$/.test(step) ? step.replaceAll(".", "%2E") : step))
    .join("/");
}

/** Gives each a path that none of the others has, whatever the file system thinks of case. */
export function distinctPaths(wanted: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return wanted.map((path) => {
    let free = path;
    for (let n = 2; taken.has(free.toLowerCase()); n += 1) free = path.replace(/(\.[^./]*)?$/, `-${n}$1`);
    taken.add(free.toLowerCase());
    return free;
  });
}

/** Below the folder of the spec as they lie there; others, such as psc's own manifests, by their names. */
function pathsOf(files: readonly SpecFile[]): readonly string[] {
  const root = dirname(files[0]?.path ?? "");
  return distinctPaths(
    files.map(({ path }) => {
      const below = relative(root, path);
      const inside = below !== "" && !below.startsWith("..") && !isAbsolute(below);
      return inside
        ? `spec/${safePath(below.split(sep).join("/"))}`
        : `spec/elsewhere/${safePath(basename(path))}`;
    }),
  );
}

/**
 * Specs hold references to secrets and never secrets, and yet somebody may have pasted one, into a scenario say. Whoever
 * gets the bundle would have it.
 * @throws PscError PSC-E163 naming file and line
 */
function refuseSecrets({ file, text }: Pick<SpecFile, "file" | "text">): void {
  const line = text.split("\n").findIndex((one) => withoutSecrets(one) !== one);
  const holdsKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
  if (line === -1 && !holdsKey && withoutSecrets(text) === text) return;
  throw new PscError({
    code: "PSC-E163",
    message: `${file}${line === -1 ? "" : `:${line + 1}`} holds ${holdsKey ? "a private key" : "the value of a secret"}, so no bundle is made of it`,
    remedy: `put a reference in its place (\${keyvault:VAULT/SECRET} or \${env:NAME}), and change the secret: it has been in a file`,
  });
}

/**
 * The files a spec was read from, and what they come to.
 * @throws PscError PSC-E163 when one of them holds a secret that psc knows or that looks like one.
 */
export function recordSpec({ spec, manifest, files }: SpecToRecord): readonly ArchiveFile[] {
  for (const file of files) refuseSecrets(file);
  const paths = pathsOf(files);
  // Where a file lay on the disk of who ran psc is nobody's business.
  const unplaced = <T extends { readonly path: string }>(solution: T): T => ({ ...solution, path: "" });
  const record: SpecRecord = {
    format: "psc.bundle-spec/1",
    files: files.map(({ file }, index) => ({
      path: paths[index] ?? "",
      file: isAbsolute(file) ? basename(file) : file,
    })),
    spec: { ...spec, ownSolutions: spec.ownSolutions.map(unplaced) },
    manifest: { ...manifest, solutions: manifest.solutions.map(unplaced) },
  };
  const text = jsonReport(record);
  refuseSecrets({ file: BUNDLE_FILES.spec, text });
  return [
    { path: BUNDLE_FILES.spec, bytes: Buffer.from(text, "utf8") },
    ...files.map((file, index) => ({ path: paths[index] ?? "", bytes: Buffer.from(file.text, "utf8") })),
  ];
}
