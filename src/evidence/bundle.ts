import type { Facts } from "../controls/facts.ts";
import type { VerifyResult } from "../controls/result.ts";
import { jsonReport } from "../reports/json.ts";
import { chainOf, sha256 } from "./chain.ts";
import type { Signer } from "./keys.ts";
import {
  aboutRun,
  BUNDLE_FILES,
  type BundleManifest,
  manifestOf,
  manifestText,
  sumsText,
} from "./manifest.ts";
import { distinctPaths, recordSpec, type SpecToRecord, safePath } from "./spec-record.ts";
import {
  type Envelope,
  PAYLOAD_TYPE,
  preAuthenticationEncoding,
  type SignerClaim,
  statementOf,
} from "./statement.ts";
import { type ArchiveFile, writeZip } from "./zip.ts";

export interface BundleInput {
  readonly result: VerifyResult;
  readonly facts: Facts;
  readonly spec: SpecToRecord;
  /** Reports of the same run, by the names of their files. */
  readonly reports: readonly { readonly name: string; readonly text: string }[];
  /** Unsigned when absent. */
  readonly signer?: Signer | undefined;
}

export interface Bundle {
  readonly bytes: Uint8Array;
  readonly manifest: BundleManifest;
  readonly signer: SignerClaim | null;
}

function textFile(path: string, text: string): ArchiveFile {
  return { path, bytes: Buffer.from(text, "utf8") };
}

async function envelopeOf(signer: Signer, statement: object): Promise<Envelope> {
  const payload = Buffer.from(JSON.stringify(statement), "utf8");
  const signature = await signer.sign(preAuthenticationEncoding(PAYLOAD_TYPE, payload));
  return {
    payload: payload.toString("base64"),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid: signer.claim.keyId, sig: Buffer.from(signature).toString("base64") }],
  };
}

/**
 * Everything an auditor needs to see what was found and what it rests on, in one file. The same input gives the same
 * bytes, except for signatures by ECDSA and RSASSA-PSS, which are another each time.
 * @throws PscError PSC-E163 when a spec file holds a secret; ServiceError when a key vault does not sign.
 */
export async function makeBundle({ result, facts, spec, reports, signer }: BundleInput): Promise<Bundle> {
  const chain = chainOf(facts.evidence);
  const names = distinctPaths(reports.map(({ name }) => `reports/${safePath(name)}`));
  const files = [
    textFile(BUNDLE_FILES.result, jsonReport(result)),
    textFile(BUNDLE_FILES.facts, jsonReport(facts)),
    textFile(BUNDLE_FILES.chain, chain.text),
    ...recordSpec(spec),
    ...reports.map(({ text }, index) => textFile(names[index] ?? "", text)),
  ];
  const listed = files.map(({ path, bytes }) => ({ path, bytes: bytes.length, sha256: sha256(bytes) }));
  const manifest = manifestOf(aboutRun(result), listed, { entries: facts.evidence.length, head: chain.head });
  const about = [
    textFile(BUNDLE_FILES.manifest, manifestText(manifest)),
    textFile(BUNDLE_FILES.sums, sumsText(listed)),
  ];
  if (signer !== undefined) {
    const subjects = [...listed, ...about.map(({ path, bytes }) => ({ path, sha256: sha256(bytes) }))];
    const envelope = await envelopeOf(signer, statementOf(subjects, manifest, signer.claim));
    about.push(textFile(BUNDLE_FILES.envelope, jsonReport(envelope)));
  }
  return { bytes: writeZip([...files, ...about]), manifest, signer: signer?.claim ?? null };
}
