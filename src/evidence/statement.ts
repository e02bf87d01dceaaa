import type { BundleManifest, ListedFile } from "./manifest.ts";
import { inOrder } from "./zip.ts";

export const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** What kind of claim it is. A name of psc's own: it can be looked up nowhere. */
const PREDICATE_TYPE = "urn:psc:verify-evidence:1";

/**
 * How a signature is made. Names of JSON Web Algorithms (RFC 7518, RFC 8037), which are Key Vault's names too.
 * Key Vault has no Ed25519, node:crypto has all.
 */
export const ALGORITHMS = ["EdDSA", "ES256", "ES384", "ES512", "PS256", "RS256"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Whose key it is said to be. Only knowing the key from elsewhere makes it true. */
export interface SignerClaim {
  /** SHA-256 of the public key's SubjectPublicKeyInfo, hexadecimal. */
  readonly keyId: string;
  readonly algorithm: Algorithm;
  /** PEM. */
  readonly publicKey: string;
  /** URL of the key vault's key, with its version; null for a key in a file. */
  readonly keyVaultKey: string | null;
}

/** in-toto Statement v1 (in-toto/attestation:`spec/v1/statement.md`): every file of the bundle is a subject. */
export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: typeof PREDICATE_TYPE;
  readonly predicate: {
    readonly tool: BundleManifest["tool"];
    readonly runId: string;
    readonly environment: BundleManifest["environment"];
    readonly collected: BundleManifest["collected"];
    readonly root: string;
    readonly signer: SignerClaim;
  };
}

export function statementOf(
  files: readonly Pick<ListedFile, "path" | "sha256">[],
  { tool, runId, environment, collected, root }: BundleManifest,
  signer: SignerClaim,
): Statement {
  return {
    _type: STATEMENT_TYPE,
    subject: inOrder(files).map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
    predicateType: PREDICATE_TYPE,
    predicate: { tool, runId, environment, collected, root, signer },
  };
}

/** DSSE envelope (secure-systems-lab/dsse:`envelope.md`). */
export interface Envelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** What is signed: the payload with its type, each with its length (secure-systems-lab/dsse:`protocol.md`, PAE). */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}

export interface ReadEnvelope {
  readonly envelope: Envelope;
  readonly payload: Buffer;
  /** Undefined when the payload is no statement of psc. */
  readonly statement: Statement | undefined;
}

function isStatement(value: unknown): value is Statement {
  if (typeof value !== "object" || value === null) return false;
  const { subject, predicate } = value as Partial<Record<keyof Statement, unknown>>;
  if (!Array.isArray(subject) || typeof predicate !== "object" || predicate === null) return false;
  const { signer } = predicate as { signer?: unknown };
  if (typeof signer !== "object" || signer === null) return false;
  const { publicKey, algorithm, keyVaultKey } = signer as Partial<Record<keyof SignerClaim, unknown>>;
  return (
    typeof publicKey === "string" &&
    (keyVaultKey === null || typeof keyVaultKey === "string") &&
    (ALGORITHMS as readonly unknown[]).includes(algorithm) &&
    subject.every(
      (one: { name?: unknown; digest?: { sha256?: unknown } } | null) =>
        typeof one?.name === "string" && typeof one.digest?.sha256 === "string",
    )
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined when the text is no envelope with one signature. */
export function readEnvelope(text: string): ReadEnvelope | undefined {
  const value = parsed(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { payload, payloadType, signatures } = value as Partial<Record<keyof Envelope, unknown>>;
  if (typeof payload !== "string" || typeof payloadType !== "string" || !Array.isArray(signatures))
    return undefined;
  const [signature] = signatures as ({ keyid?: unknown; sig?: unknown } | null)[];
  if (typeof signature?.keyid !== "string" || typeof signature.sig !== "string" || signatures.length !== 1)
    return undefined;
  const bytes = Buffer.from(payload, "base64");
  const statement = parsed(bytes.toString("utf8"));
  return {
    envelope: { payload, payloadType, signatures: [{ keyid: signature.keyid, sig: signature.sig }] },
    payload: bytes,
    statement: isStatement(statement) ? statement : undefined,
  };
}
