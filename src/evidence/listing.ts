import { sha256 } from "./chain.ts";
import { ABOUT_OTHERS, type ListedFile } from "./manifest.ts";
import { type ArchiveFile, inOrder } from "./zip.ts";

/** What is said of the files, by path: SHA-256. Undefined where nothing can be read that says it. */
export interface Lists {
  readonly manifest: ReadonlyMap<string, string> | undefined;
  readonly sums: ReadonlyMap<string, string> | undefined;
  /** Of a statement whose signature fits. */
  readonly signed: ReadonlyMap<string, string> | undefined;
}

export interface BelievedFile extends Pick<ListedFile, "path" | "sha256"> {
  /** Undefined when the file is not there, or not the one that was listed. */
  readonly bytes: number | undefined;
}

export interface Listing {
  readonly findings: readonly {
    readonly code: "file-changed" | "file-missing" | "file-extra";
    readonly path: string;
    readonly message: string;
  }[];
  /** Paths of files that are not the ones that were listed. */
  readonly changed: ReadonlySet<string>;
  /** What the lists must have said when the bundle was made. */
  readonly believed: readonly BelievedFile[];
}

/**
 * What a list said before anything was altered. A statement that is proved to be signed is believed. Without one, two
 * lists that agree are believed against the file, and the file with one list against the other list: then that one was
 * altered.
 */
function believedHash(
  actual: string | undefined,
  manifest: string | undefined,
  sums: string | undefined,
): string | undefined {
  if (manifest === sums) return manifest;
  if (actual !== undefined && (actual === manifest || actual === sums)) return actual;
  return actual === undefined ? undefined : (manifest ?? sums);
}

/** Compares the files with what is said of them. */
export function checkListing(files: readonly ArchiveFile[], lists: Lists): Listing {
  const { manifest, sums, signed } = lists;
  const actual = new Map(
    files.filter(({ path }) => !ABOUT_OTHERS.includes(path)).map((file) => [file.path, file] as const),
  );
  const listed = [manifest, sums, signed].flatMap((list) => [...(list?.keys() ?? [])]);
  const paths = [...new Set([...actual.keys(), ...listed])].filter((path) => !ABOUT_OTHERS.includes(path));
  const findings: Listing["findings"][number][] = [];
  const changed = new Set<string>();
  const believed: BelievedFile[] = [];
  for (const path of paths) {
    const file = actual.get(path);
    const hash = file === undefined ? undefined : sha256(file.bytes);
    // One list that cannot be read has no say.
    const [byManifest, bySums] = [(manifest ?? sums)?.get(path), (sums ?? manifest)?.get(path)];
    const should = signed === undefined ? believedHash(hash, byManifest, bySums) : signed.get(path);
    if (should !== undefined)
      believed.push({ path, sha256: should, bytes: hash === should ? file?.bytes.length : undefined });
    if (hash === should) continue;
    changed.add(path);
    if (should === undefined)
      findings.push({ code: "file-extra", path, message: "nothing lists it: it was put in" });
    else if (hash === undefined)
      findings.push({ code: "file-missing", path, message: "it is listed and not there: it was taken out" });
    else
      findings.push({
        code: "file-changed",
        path,
        message: `its SHA-256 is ${hash}, and ${should} was listed`,
      });
  }
  return { findings, changed, believed: inOrder(believed) };
}
