import { createHash } from "node:crypto";
import { strFromU8, unzipSync } from "fflate";

/** What the manifest of a solution file says. */
export interface SolutionFile {
  readonly uniqueName: string;
  /** Up to four numbers with dots. */
  readonly version: string;
  readonly managed: boolean;
  /** First 12 hexadecimal digits of the file's SHA-256. */
  readonly digest: string;
  /** Unique names of the solutions that have components it uses and does not bring. */
  readonly needs: readonly string[];
}

const MANIFEST = "solution.xml";
/** Real ones have kilobytes; whoever claims more wants memory. */
const MANIFEST_BYTES = 16 << 20;

export function digestOfFile(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
}

/** Owners of what is listed under `MissingDependencies`, written as `Name (1.0.0.0)`. */
function neededSolutions(manifest: string): readonly string[] {
  const owners = manifest.matchAll(/<Required\s[^>]*?\bsolution="(\w+)[^"]*"/g);
  return [...new Set(Array.from(owners, ([, name = ""]) => name))];
}

/**
 * Reads `solution.xml` of a ZIP archive ("Solution file reference", Power Apps ALM guide).
 * @returns in words what the file is, when it is no solution
 */
export function readSolutionFile(bytes: Uint8Array): SolutionFile | string {
  let manifest: Uint8Array | undefined;
  try {
    manifest = unzipSync(bytes, {
      filter: ({ name, originalSize }) => name === MANIFEST && originalSize <= MANIFEST_BYTES,
    })[MANIFEST];
  } catch {
    return "no ZIP archive";
  }
  if (manifest === undefined) return `an archive without ${MANIFEST}`;
  const text = strFromU8(manifest);
  // The publisher, which has a UniqueName too, comes later in the manifest.
  const of = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]?.trim() ?? "";
  const [uniqueName, version] = [of("UniqueName"), of("Version")];
  if (!/^\w+$/.test(uniqueName)) return `a ${MANIFEST} without the solution's unique name`;
  if (!/^\d+(\.\d+){1,3}$/.test(version)) return `a ${MANIFEST} without a version`;
  return {
    uniqueName,
    version,
    managed: of("Managed") === "1",
    digest: digestOfFile(bytes),
    needs: neededSolutions(text).filter((name) => name !== uniqueName),
  };
}

/** Negative when `a` is older than `b`, 0 when they are the same, positive when it is newer. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string): number[] => version.split(".").map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
