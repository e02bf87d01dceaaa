import type { VerifyResult } from "../controls/result.ts";
import { jsonReport } from "../reports/json.ts";
import { sha256 } from "./chain.ts";
import { inOrder } from "./zip.ts";

/** Files that every bundle has, by what they hold. */
export const BUNDLE_FILES = {
  /** The verdicts, `psc.verify/2`. */
  result: "verify.json",
  /** What the verdicts were drawn from, `psc.facts/1`. */
  facts: "facts.json",
  /** The spec with its defaults and its manifest, `psc.bundle-spec/1`: what it takes to judge again. */
  spec: "spec.json",
  /** The requests, each with the hash of the one before. */
  chain: "evidence.jsonl",
  manifest: "manifest.json",
  /** The same hashes as `sha256sum` writes them. */
  sums: "SHA256SUMS",
  /** Only in a signed bundle. */
  envelope: "manifest.dsse.json",
} as const;

/** Files about the others: the manifest does not list them. */
export const ABOUT_OTHERS: readonly string[] = [
  BUNDLE_FILES.manifest,
  BUNDLE_FILES.sums,
  BUNDLE_FILES.envelope,
];

export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

export interface BundleManifest {
  readonly format: "psc.bundle/1";
  readonly tool: VerifyResult["tool"];
  readonly runId: string;
  readonly environment: VerifyResult["environment"];
  readonly collected: VerifyResult["collected"];
  readonly specDigest: string;
  /** By path. */
  readonly files: readonly ListedFile[];
  readonly chain: { readonly file: string; readonly entries: number; readonly head: string };
  /** SHA-256 of `SHA256SUMS`: one hash that stands for all files. */
  readonly root: string;
}

/** As `sha256sum` writes it, so that `sha256sum -c` reads it. */
export function sumsText(files: readonly Pick<ListedFile, "path" | "sha256">[]): string {
  return inOrder(files)
    .map(({ path, sha256: hash }) => `${hash}  ${path}\n`)
    .join("");
}

export function manifestOf(
  about: Pick<BundleManifest, "tool" | "runId" | "environment" | "collected" | "specDigest">,
  listed: readonly ListedFile[],
  chain: { readonly entries: number; readonly head: string },
): BundleManifest {
  const { tool, runId, environment, collected, specDigest } = about;
  const files = inOrder(listed);
  return {
    format: "psc.bundle/1",
    tool,
    runId,
    environment,
    collected,
    specDigest,
    files: files.map(({ path, bytes, sha256: hash }) => ({ path, bytes, sha256: hash })),
    chain: { file: BUNDLE_FILES.chain, entries: chain.entries, head: chain.head },
    root: sha256(sumsText(files)),
  };
}

export const manifestText = (manifest: BundleManifest): string => jsonReport(manifest);

/** What a result says of the run that made it. */
export function aboutRun(result: VerifyResult): Parameters<typeof manifestOf>[0] {
  const { tool, runId, environment, collected, spec } = result;
  return { tool, runId, environment, collected, specDigest: spec.digest };
}

const isText = (value: unknown): value is string => typeof value === "string";

function isListed(value: unknown): value is ListedFile {
  if (typeof value !== "object" || value === null) return false;
  const { path, bytes, sha256: hash } = value as Partial<Record<keyof ListedFile, unknown>>;
  return isText(path) && typeof bytes === "number" && isText(hash);
}

/** Undefined when the text is no manifest; whether what it says is true is another question. */
export function readManifestText(text: string): BundleManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { files, chain, tool, environment, collected, runId, root } = value as Partial<BundleManifest>;
  const isOne =
    Array.isArray(files) &&
    files.every(isListed) &&
    isText(chain?.head) &&
    [tool?.version, environment?.name, environment?.stage, collected?.to, runId, root].every(isText);
  return isOne ? (value as BundleManifest) : undefined;
}

/** Paths with their hashes; lines that are none are left out. */
export function readSums(text: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, hash, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (hash !== undefined && path !== undefined) sums.set(path, hash);
  }
  return sums;
}
