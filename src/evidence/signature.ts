import { createPublicKey, type KeyObject } from "node:crypto";
import { jsonReport } from "../reports/json.ts";
import { keyIdOf, signatureFits } from "./keys.ts";
import type { BundleManifest, ListedFile } from "./manifest.ts";
import { PAYLOAD_TYPE, preAuthenticationEncoding, type ReadEnvelope, statementOf } from "./statement.ts";

export interface SignatureCheck {
  readonly state: "unsigned" | "fits" | "wrong";
  /** Of the key it was checked with; null when there was none. */
  readonly keyId: string | null;
  readonly algorithm: string | null;
  /** URL of the key vault's key, as the signer says. */
  readonly keyVaultKey: string | null;
  /** The key was named by who checks; otherwise it is the bundle's own, and nobody vouches for it. */
  readonly vouched: boolean;
}

type Finding = { readonly code: "signature-wrong" | "key-unknown"; readonly message: string };

export interface CheckedSignature {
  readonly check: SignatureCheck;
  /** Hashes by path of a statement whose signature fits. */
  readonly trusted: ReadonlyMap<string, string> | undefined;
  /**
   * @param files what the statement should name
   * @param manifest what it should say; undefined when that is not known
   */
  findings(
    files: readonly Pick<ListedFile, "path" | "sha256">[],
    manifest: BundleManifest | undefined,
  ): readonly Finding[];
}

function keyFrom(pem: string): KeyObject | undefined {
  try {
    return pem.includes("PRIVATE KEY") ? undefined : createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function unsigned(key: KeyObject | undefined): CheckedSignature {
  return {
    check: {
      state: "unsigned",
      keyId: key === undefined ? null : keyIdOf(key),
      algorithm: null,
      keyVaultKey: null,
      vouched: false,
    },
    trusted: undefined,
    findings: () =>
      key === undefined
        ? []
        : [
            {
              code: "signature-wrong",
              message: "the bundle is not signed, and a key was named that should have signed it",
            },
          ],
  };
}

/**
 * Checks the signature of a bundle.
 * @param text of `manifest.dsse.json`; undefined when there is none
 * @param named the key of who ought to have signed
 */
export function checkSignature(
  text: string | undefined,
  read: ReadEnvelope | undefined,
  named: KeyObject | undefined,
): CheckedSignature {
  if (text === undefined) return unsigned(named);
  const statement = read?.statement;
  const signer = statement?.predicate.signer;
  const own = signer === undefined ? undefined : keyFrom(signer.publicKey);
  const key = named ?? own;
  const [signature] = read?.envelope.signatures ?? [];
  const fits =
    read !== undefined &&
    signer !== undefined &&
    signature !== undefined &&
    key !== undefined &&
    read.envelope.payloadType === PAYLOAD_TYPE &&
    signatureFits(
      signer.algorithm,
      key,
      preAuthenticationEncoding(PAYLOAD_TYPE, read.payload),
      Buffer.from(signature.sig, "base64"),
    );
  const keyId = key === undefined ? null : keyIdOf(key);
  const isOther = named !== undefined && own !== undefined && keyIdOf(own) !== keyId;
  return {
    check: {
      state: fits ? "fits" : "wrong",
      keyId,
      algorithm: signer?.algorithm ?? null,
      keyVaultKey: signer?.keyVaultKey ?? null,
      vouched: named !== undefined,
    },
    trusted:
      fits && statement !== undefined
        ? new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]))
        : undefined,
    findings(files, manifest) {
      if (read === undefined || signer === undefined || signature === undefined)
        return [{ code: "signature-wrong", message: "it is no signed statement of psc any more" }];
      const found: Finding[] = [];
      if (isOther)
        found.push({
          code: "key-unknown",
          message: `it was signed with the key ${own === undefined ? "?" : keyIdOf(own)}, and not with the named key ${keyId}`,
        });
      else if (!fits)
        found.push({
          code: "signature-wrong",
          message: `the signature does not fit the statement: one of them was changed (key ${keyId ?? "unreadable"})`,
        });
      const { envelope, payload } = read;
      if (signature.keyid !== signer.keyId || (own !== undefined && keyIdOf(own) !== signer.keyId))
        found.push({
          code: "signature-wrong",
          message: `the key id ${signature.keyid} is not that of the key that the statement names`,
        });
      const again = { ...envelope, payload: payload.toString("base64") };
      const sig = Buffer.from(signature.sig, "base64").toString("base64");
      if (text !== jsonReport({ ...again, signatures: [{ keyid: signature.keyid, sig }] }))
        found.push({ code: "signature-wrong", message: "the envelope is not written as psc writes it" });
      if (
        fits &&
        manifest !== undefined &&
        payload.toString("utf8") !== JSON.stringify(statementOf(files, manifest, signer))
      )
        found.push({ code: "signature-wrong", message: "the statement does not say what the manifest says" });
      return found;
    },
  };
}
