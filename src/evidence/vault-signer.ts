import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { PscError } from "../errors.ts";
import type { KeyVault } from "../services/key-vault.ts";
import { algorithmsOf, claimOf, hashOf, type Signer } from "./keys.ts";

/** A key of a key vault, as its URL names it. */
export interface VaultKeyName {
  readonly vault: string;
  readonly name: string;
  /** 32 hexadecimal digits; the newest when undefined. */
  readonly version: string | undefined;
}

const KEY_PATH = /^\/keys\/([0-9a-zA-Z-]{1,127})(?:\/([0-9a-f]{32}))?\/?$/;

/**
 * Reads `https://VAULT.vault.azure.net/keys/NAME[/VERSION]`, Key Vault's own identifier of a key.
 * @param suffix of the cloud's vaults, such as `.vault.azure.net`
 * @returns undefined when it is none, or of another cloud
 */
export function vaultKeyName(text: string, suffix: string): VaultKeyName | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, pathname, search, hash, username } = new URL(text);
  const vault = host.endsWith(suffix) ? host.slice(0, -suffix.length) : "";
  const [, name, version] = KEY_PATH.exec(pathname) ?? [];
  if (protocol !== "https:" || `${search}${hash}${username}` !== "" || name === undefined) return undefined;
  return /^[a-z0-9-]{3,24}$/.test(vault) ? { vault, name, version } : undefined;
}

/** An ASN.1 INTEGER that is not negative. */
function derInteger(number: Buffer): Buffer {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start += 1;
  const bytes = number.subarray(start);
  const padded = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return Buffer.concat([Buffer.of(0x02, padded.length), padded]);
}

/**
 * Key Vault answers an ECDSA signature as two numbers beside each other; openssl and other readers of DSSE envelopes
 * expect the ASN.1 sequence of them (RFC 3279, section 2.2.3).
 */
export function derSignature(numbers: Buffer): Buffer {
  const half = numbers.length / 2;
  const body = Buffer.concat([derInteger(numbers.subarray(0, half)), derInteger(numbers.subarray(half))]);
  const length = body.length < 0x80 ? Buffer.of(body.length) : Buffer.of(0x81, body.length);
  return Buffer.concat([Buffer.of(0x30), length, body]);
}

function publicKeyOf(jwk: Readonly<Record<string, string>>): KeyObject | undefined {
  const { kty = "", crv, x, y, n, e } = jwk;
  // Keys of hardware: EC-HSM, RSA-HSM.
  const plain = { kty: kty.replace(/-HSM$/, ""), crv, x, y, n, e };
  const given = Object.entries(plain).filter(([, value]) => value !== undefined);
  try {
    return createPublicKey({ format: "jwk", key: Object.fromEntries(given) });
  } catch {
    return undefined;
  }
}

/**
 * A signer by a key of a key vault, whose private half never leaves it. Reads the public half now, so that what is missing
 * is told before the work and not after it.
 * @throws PscError PSC-E162 for a key that signs nothing psc knows; ServiceError when the vault refuses.
 */
export async function vaultSigner(
  keyVault: KeyVault,
  { vault, name, version: wanted }: VaultKeyName,
  address: string,
): Promise<Signer> {
  const { jwk, version } = await keyVault.publicKey(vault, name, wanted);
  const key = publicKeyOf(jwk);
  const [algorithm] = key === undefined ? [] : algorithmsOf(key);
  if (
    key === undefined ||
    algorithm === undefined ||
    algorithm === "EdDSA" ||
    !/^[0-9a-f]{32}$/.test(version)
  )
    throw new PscError({
      code: "PSC-E162",
      message: `${address} is a key of type ${jwk["kty"] ?? "unknown"} ${jwk["crv"] ?? ""}, with which psc cannot sign`,
      remedy: "name an EC key on P-256, P-384 or P-521, or an RSA key",
    });
  const { origin } = new URL(address);
  return {
    claim: claimOf(key, algorithm, `${origin}/keys/${name}/${version}`),
    async sign(message) {
      const digest = createHash(hashOf(algorithm)).update(message).digest();
      const signature = await keyVault.sign(vault, { name, version }, algorithm, digest);
      return algorithm.startsWith("ES") ? derSignature(signature) : signature;
    },
  };
}
