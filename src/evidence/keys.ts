import { constants, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { PscError } from "../errors.ts";
import { sha256 } from "./chain.ts";
import type { Algorithm, SignerClaim } from "./statement.ts";

/** Signs evidence. The private key stays where it is. */
export interface Signer {
  readonly claim: SignerClaim;
  /** @param message the whole, not its digest */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

function unusable(message: string, remedy: string): PscError {
  return new PscError({ code: "PSC-E162", message, remedy });
}

/** SHA-256 of the SubjectPublicKeyInfo (DER), as `openssl pkey -pubin -outform DER | sha256sum` gives it. */
export function keyIdOf(key: KeyObject): string {
  return sha256(key.export({ type: "spki", format: "der" }));
}

export function claimOf(key: KeyObject, algorithm: Algorithm, keyVaultKey: string | null): SignerClaim {
  return {
    keyId: keyIdOf(key),
    algorithm,
    publicKey: key.export({ type: "spki", format: "pem" }).toString(),
    keyVaultKey,
  };
}

const MAKE_ONE = "make one with `openssl genpkey -algorithm ed25519 -out evidence.key`";

/**
 * A signer by an Ed25519 key in PEM (PKCS #8). Signatures of the same message are the same.
 * @throws PscError PSC-E162 when it is no such key; the message holds nothing of it.
 */
export function fileSigner(pem: string, file: string): Signer {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: .*ENCRYPTED/m.test(pem))
    throw unusable(
      `the key in ${file} is encrypted, and psc asks for no passphrase`,
      "keep the key in a key vault and name its URL, or decrypt it where only the pipeline can read it",
    );
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw unusable(`${file} holds no private key in PEM`, MAKE_ONE);
  }
  if (key.asymmetricKeyType !== "ed25519")
    throw unusable(
      `the key in ${file} is of type ${String(key.asymmetricKeyType)}, and psc signs with Ed25519 keys of files`,
      `${MAKE_ONE}, or keep the key in a key vault`,
    );
  return {
    claim: claimOf(createPublicKey(key), "EdDSA", null),
    sign: async (message) => sign(null, message, key),
  };
}

/**
 * The public key by which somebody wants a bundle checked: PEM, or the JSON Web Key that Key Vault's "Get Key" answers
 * (also `az keyvault key show`).
 * @throws PscError PSC-E162 when it is neither.
 */
export function readPublicKey(text: string, file: string): KeyObject {
  if (text.includes("PRIVATE KEY"))
    throw unusable(
      `${file} holds a private key, which has no place with who checks a bundle`,
      "give the public half: `openssl pkey -in KEY -pubout`",
    );
  try {
    if (!text.trimStart().startsWith("{")) return createPublicKey(text);
    const document = JSON.parse(text) as { key?: Record<string, unknown> };
    const { kty, crv, x, y, n, e } = document.key ?? (document as Record<string, unknown>);
    // Key Vault says -HSM where a key never leaves the hardware; the public half is as any other.
    const jwk = { kty: String(kty).replace(/-HSM$/, ""), crv, x, y, n, e };
    const given = Object.entries(jwk).filter(([, value]) => typeof value === "string");
    return createPublicKey({ format: "jwk", key: Object.fromEntries(given) });
  } catch {
    throw unusable(
      `${file} holds no public key`,
      "give it in PEM (-----BEGIN PUBLIC KEY-----), or as the JSON that `az keyvault key show` prints",
    );
  }
}

const HASHES = {
  ES256: "sha256",
  ES384: "sha384",
  ES512: "sha512",
  PS256: "sha256",
  RS256: "sha256",
} as const;
const CURVES = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" } as const;

export function hashOf(algorithm: Exclude<Algorithm, "EdDSA">): "sha256" | "sha384" | "sha512" {
  return HASHES[algorithm];
}

/** Algorithms that a key can be used with; none when psc knows none. The first is the one psc signs with. */
export function algorithmsOf(key: KeyObject): readonly Algorithm[] {
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return ["EdDSA"];
    case "rsa":
      return ["PS256", "RS256"];
    case "ec": {
      const curve = Object.entries(CURVES).find(([name]) => name === key.asymmetricKeyDetails?.namedCurve);
      return curve === undefined ? [] : [curve[1]];
    }
    default:
      return [];
  }
}

/** False also for a signature that is none, and for a key of another kind. */
export function signatureFits(
  algorithm: Algorithm,
  key: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!algorithmsOf(key).includes(algorithm)) return false;
  try {
    if (algorithm === "EdDSA") return verify(null, message, key, signature);
    const padding = algorithm === "PS256" ? constants.RSA_PKCS1_PSS_PADDING : undefined;
    // The salt of PSS is as long as the hash (RFC 7518, section 3.5).
    const how = padding === undefined ? { key } : { key, padding, saltLength: 32 };
    return verify(hashOf(algorithm), message, how, signature);
  } catch {
    return false;
  }
}
