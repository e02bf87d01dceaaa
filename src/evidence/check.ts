import type { KeyObject } from "node:crypto";
import type { EvidenceItem, Facts } from "../controls/facts.ts";
import type { VerifyResult } from "../controls/result.ts";
import { PscError } from "../errors.ts";
import { checkChain, sha256 } from "./chain.ts";
import { firstDifference } from "./differences.ts";
import { checkListing, type Listing } from "./listing.ts";
import {
  aboutRun,
  BUNDLE_FILES,
  type BundleManifest,
  manifestOf,
  manifestText,
  readManifestText,
  readSums,
  sumsText,
} from "./manifest.ts";
import { checkVerdicts, type JudgeAgain, type Rejudged } from "./rejudging.ts";
import { checkSignature, type SignatureCheck } from "./signature.ts";
import type { SpecRecord } from "./spec-record.ts";
import { readEnvelope } from "./statement.ts";
import { type ArchiveFile, inOrder } from "./zip.ts";
import { readZip } from "./zip-reading.ts";

export const FINDING_CODES = [
  "archive",
  "file-changed",
  "file-missing",
  "file-extra",
  "manifest-changed",
  "chain-broken",
  "signature-wrong",
  "key-unknown",
  "verdict-differs",
] as const;

/** One thing in a bundle that is not as it was written. */
export interface BundleFinding {
  readonly code: (typeof FINDING_CODES)[number];
  /** Path of the file it is about; empty when it is none's. */
  readonly path: string;
  /** Byte of the archive, where one can be named. */
  readonly offset: number | null;
  /** Lower case, no full stop. */
  readonly message: string;
}

/** Result of `psc verify-bundle`, format `psc.bundle-check/1`. */
export interface BundleCheck {
  readonly format: "psc.bundle-check/1";
  readonly file: string;
  readonly verdict: "sound" | "altered";
  /** As the manifest says; null when it cannot be read. */
  readonly made: Pick<BundleManifest, "tool" | "runId" | "environment" | "collected" | "root"> | null;
  readonly files: number;
  readonly bytes: number;
  /** Requests in the chain. */
  readonly evidence: number;
  readonly signature: SignatureCheck;
  readonly judgedAgain: Rejudged;
  readonly findings: readonly BundleFinding[];
}

export interface CheckInput {
  /** As the person named it. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** The public key of who ought to have signed; undefined when nobody named one. */
  readonly key: KeyObject | undefined;
  /** psc's own version. */
  readonly version: string;
  readonly judge: JudgeAgain;
}

function textOf(files: ReadonlyMap<string, ArchiveFile>, path: string): string | undefined {
  const file = files.get(path);
  return file === undefined ? undefined : Buffer.from(file.bytes).toString("utf8");
}

function jsonOf(files: ReadonlyMap<string, ArchiveFile>, path: string, format: string): object | undefined {
  try {
    const value: unknown = JSON.parse(textOf(files, path) ?? "");
    const isIt = typeof value === "object" && value !== null && "format" in value && value.format === format;
    return isIt ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What the checks themselves ask of a result must be there; the rest is compared as text. */
function asResult(value: object | undefined): VerifyResult | undefined {
  const { tool, spec, controls } = (value ?? {}) as Partial<VerifyResult>;
  const isOne =
    typeof tool?.version === "string" &&
    typeof spec?.file === "string" &&
    Array.isArray(controls) &&
    controls.every((control) => typeof control === "object" && control !== null);
  return isOne ? (value as VerifyResult) : undefined;
}

function itemsOf(facts: Facts | undefined): readonly EvidenceItem[] | undefined {
  const items: unknown = facts?.evidence;
  return Array.isArray(items) && items.every((item) => typeof item === "object" && item !== null)
    ? items
    : undefined;
}

/** Paths that are not the bundle's own business: how well an archive explains itself. */
function strangersIn(files: readonly ArchiveFile[]): number {
  const sums = files.find(({ path }) => path === BUNDLE_FILES.sums);
  const known = readSums(Buffer.from(sums?.bytes ?? []).toString("utf8"));
  const own: readonly string[] = Object.values(BUNDLE_FILES);
  return files.filter(({ path }) => !known.has(path) && !own.includes(path)).length;
}

/** @throws PscError PSC-E160 for an archive that is something else. */
function requireBundle(files: ReadonlyMap<string, ArchiveFile>, file: string): void {
  const own = [BUNDLE_FILES.manifest, BUNDLE_FILES.sums, BUNDLE_FILES.facts, BUNDLE_FILES.result];
  if (own.filter((path) => files.has(path)).length >= 2) return;
  throw new PscError({
    code: "PSC-E160",
    message: `${file} is an archive, but no evidence bundle of psc`,
    remedy: "name the file that `psc verify --bundle` wrote",
  });
}

/** The manifest that fits the files: what each should say that was not changed itself. */
function expectedManifest(
  given: BundleManifest,
  listing: Listing,
  result: VerifyResult | undefined,
  chain: { readonly entries: number; readonly head: string } | undefined,
): BundleManifest {
  const about = result === undefined || listing.changed.has(BUNDLE_FILES.result) ? given : aboutRun(result);
  const files = listing.believed.map(({ path, sha256: hash, bytes }) => ({
    path,
    sha256: hash,
    bytes: bytes ?? given.files.find((one) => one.path === path)?.bytes ?? 0,
  }));
  return manifestOf(about, files, chain ?? given.chain);
}

/**
 * Recomputes everything a bundle says of itself, and says what was altered. Sends nothing and writes nothing.
 * @throws PscError PSC-E160, PSC-E161 for what is no bundle or should not be opened.
 */
export function checkBundle({ file, bytes, key, version, judge }: CheckInput): BundleCheck {
  const archive = readZip(bytes, strangersIn);
  const files = new Map(archive.files.map((one) => [one.path, one]));
  requireBundle(files, file);
  const findings: BundleFinding[] = [];
  const find = (
    code: BundleFinding["code"],
    path: string,
    message: string,
    offset: number | null = null,
  ): void => {
    findings.push({ code, path, offset, message });
  };
  for (const { path, offset, message } of archive.findings) find("archive", path, message, offset);

  const manifestAsRead = textOf(files, BUNDLE_FILES.manifest);
  const sumsAsRead = textOf(files, BUNDLE_FILES.sums);
  const envelopeAsRead = textOf(files, BUNDLE_FILES.envelope);
  const manifest = manifestAsRead === undefined ? undefined : readManifestText(manifestAsRead);
  const envelope = envelopeAsRead === undefined ? undefined : readEnvelope(envelopeAsRead);
  const signed = checkSignature(envelopeAsRead, envelope, key);

  const listing = checkListing(archive.files, {
    manifest:
      manifest === undefined ? undefined : new Map(manifest.files.map((one) => [one.path, one.sha256])),
    sums: sumsAsRead === undefined ? undefined : readSums(sumsAsRead),
    // Only what is proved to be signed may overrule the lists.
    signed: signed.trusted,
  });
  for (const { code, path, message } of listing.findings) find(code, path, message);

  const facts = jsonOf(files, BUNDLE_FILES.facts, "psc.facts/1") as Facts | undefined;
  const result = asResult(jsonOf(files, BUNDLE_FILES.result, "psc.verify/2"));
  const spec = jsonOf(files, BUNDLE_FILES.spec, "psc.bundle-spec/1") as SpecRecord | undefined;
  const chainText = textOf(files, BUNDLE_FILES.chain);
  // What does not fit a file that was changed says nothing new, and would accuse another.
  const unchanged = (path: string): boolean => !listing.changed.has(path);
  const items = unchanged(BUNDLE_FILES.facts) ? itemsOf(facts) : undefined;
  const chain = chainText === undefined ? undefined : checkChain(chainText, items);
  for (const problem of chain?.problems ?? []) find("chain-broken", BUNDLE_FILES.chain, problem);

  const sumsExpected = sumsText(listing.believed);
  if (sumsAsRead === undefined) find("file-missing", BUNDLE_FILES.sums, "it is missing");
  else if (sumsAsRead !== sumsExpected)
    find("manifest-changed", BUNDLE_FILES.sums, firstDifference(sumsAsRead, sumsExpected));

  let expected: BundleManifest | undefined;
  if (manifestAsRead === undefined) find("file-missing", BUNDLE_FILES.manifest, "it is missing");
  else if (manifest === undefined)
    find("manifest-changed", BUNDLE_FILES.manifest, "it is no manifest any more");
  else {
    const intact = unchanged(BUNDLE_FILES.chain) ? chain : undefined;
    expected = expectedManifest(manifest, listing, result, intact);
    if (manifestAsRead !== manifestText(expected))
      find(
        "manifest-changed",
        BUNDLE_FILES.manifest,
        firstDifference(manifestAsRead, manifestText(expected)),
      );
  }

  for (const [path, text] of [
    [BUNDLE_FILES.manifest, manifestAsRead],
    [BUNDLE_FILES.sums, sumsAsRead],
  ] as const) {
    const isSigned = text === undefined || signed.trusted?.get(path) === sha256(text);
    if (signed.trusted !== undefined && !isSigned && !findings.some((finding) => finding.path === path))
      find("manifest-changed", path, "it is not the one that was signed");
  }
  const subjects = [
    ...listing.believed,
    { path: BUNDLE_FILES.sums, sha256: sha256(sumsExpected) },
    ...(expected === undefined
      ? []
      : [{ path: BUNDLE_FILES.manifest, sha256: sha256(manifestText(expected)) }]),
  ];
  // Where something was changed, the statement rightly says something else.
  const stated = findings.length === 0 ? expected : undefined;
  for (const { code, message } of signed.findings(inOrder(subjects), stated))
    find(code, BUNDLE_FILES.envelope, message);

  const judged = checkVerdicts({
    facts: unchanged(BUNDLE_FILES.facts) ? facts : "changed",
    spec: unchanged(BUNDLE_FILES.spec) ? spec : "changed",
    result,
    version,
    judge,
  });
  for (const { path, message } of judged.findings) find("verdict-differs", path, message);

  return {
    format: "psc.bundle-check/1",
    file,
    verdict: findings.length === 0 ? "sound" : "altered",
    made: manifest === undefined ? null : madeAs(manifest),
    files: archive.files.length,
    bytes: bytes.length,
    evidence: chain?.entries ?? 0,
    signature: signed.check,
    judgedAgain: judged.outcome,
    findings,
  };
}

function madeAs({ tool, runId, environment, collected, root }: BundleManifest): BundleCheck["made"] {
  return { tool, runId, environment, collected, root };
}
