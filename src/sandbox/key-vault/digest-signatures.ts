import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
} from "node:crypto";
import type { PrivateJwk } from "./vault-state.ts";

/**
 * Signatures of digests, as Key Vault's "Sign" and "Verify" take them. node:crypto hashes what it signs, so the last steps
 * of ECDSA (FIPS 186-5, section 6) and of RSASSA-PSS (RFC 8017, section 9.1) are done here. For a sandbox only: nothing
 * here is safe against somebody who measures time.
 */

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
type Point = readonly [x: bigint, y: bigint] | undefined;
const G: Point = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
];

const mod = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

function inverse(value: bigint, by: bigint): bigint {
  let [a, b, x, y] = [mod(value, by), by, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return mod(x, by);
}

function add(left: Point, right: Point): Point {
  if (left === undefined) return right;
  if (right === undefined) return left;
  const [[x1, y1], [x2, y2]] = [left, right];
  if (x1 === x2 && mod(y1 + y2, P) === 0n) return undefined;
  // The curve's a is -3.
  const slope =
    x1 === x2 ? mod((3n * x1 * x1 - 3n) * inverse(2n * y1, P), P) : mod((y2 - y1) * inverse(x2 - x1, P), P);
  const x = mod(slope * slope - x1 - x2, P);
  return [x, mod(slope * (x1 - x) - y1, P)];
}

function times(point: Point, factor: bigint): Point {
  let [sum, power, left]: [Point, Point, bigint] = [undefined, point, factor];
  for (; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const bytes32 = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
const member = (jwk: PrivateJwk, name: string): bigint => number(Buffer.from(jwk[name] ?? "", "base64url"));

function signEcdsa(jwk: PrivateJwk, digest: Buffer): Buffer {
  for (;;) {
    const k = mod(number(randomBytes(40)), N - 1n) + 1n;
    const r = mod(times(G, k)?.[0] ?? 0n, N);
    const s = mod(inverse(k, N) * (number(digest) + r * member(jwk, "d")), N);
    if (r !== 0n && s !== 0n) return Buffer.concat([bytes32(r), bytes32(s)]);
  }
}

function verifyEcdsa(jwk: PrivateJwk, digest: Buffer, signature: Buffer): boolean {
  if (signature.length !== 64) return false;
  const [r, s] = [number(signature.subarray(0, 32)), number(signature.subarray(32))];
  if (r === 0n || s === 0n || r >= N || s >= N) return false;
  const w = inverse(s, N);
  const own: Point = [member(jwk, "x"), member(jwk, "y")];
  const point = add(times(G, mod(number(digest) * w, N)), times(own, mod(r * w, N)));
  return point !== undefined && mod(point[0], N) === r;
}

/** DigestInfo of SHA-256 (RFC 8017, section 9.2). */
const SHA256_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");

const bytesOf = (key: KeyObject): number => (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;

function mask(seed: Buffer, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(index);
    return createHash("sha256").update(seed).update(counter).digest();
  });
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (left: Buffer, right: Buffer): Buffer =>
  Buffer.from(left.map((byte, i) => byte ^ (right[i] ?? 0)));

const pssHash = (digest: Buffer, salt: Buffer): Buffer =>
  createHash("sha256").update(Buffer.alloc(8)).update(digest).update(salt).digest();

function signPss(key: KeyObject, digest: Buffer): Buffer {
  const salt = randomBytes(32);
  const hash = pssHash(digest, salt);
  const block = Buffer.concat([Buffer.alloc(bytesOf(key) - 66), Buffer.of(1), salt]);
  const masked = xor(block, mask(hash, block.length));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  const encoded = Buffer.concat([masked, hash, Buffer.of(0xbc)]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

function verifyPss(key: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const encoded = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  const [masked, hash] = [encoded.subarray(0, -33), encoded.subarray(-33, -1)];
  const block = xor(masked, mask(hash, masked.length));
  return encoded.at(-1) === 0xbc && pssHash(digest, block.subarray(-32)).equals(hash);
}

export type DigestAlgorithm = "ES256" | "RS256" | "PS256";

/** @param digest 32 bytes; @returns for ES256 both numbers beside each other (RFC 7518, section 3.4) */
export function signDigest(jwk: PrivateJwk, algorithm: DigestAlgorithm, digest: Buffer): Buffer {
  if (algorithm === "ES256") return signEcdsa(jwk, digest);
  const key = createPrivateKey({ format: "jwk", key: jwk });
  return algorithm === "RS256"
    ? privateEncrypt(key, Buffer.concat([SHA256_INFO, digest]))
    : signPss(key, digest);
}

export function verifyDigest(
  jwk: PrivateJwk,
  algorithm: DigestAlgorithm,
  digest: Buffer,
  signature: Buffer,
): boolean {
  if (algorithm === "ES256") return verifyEcdsa(jwk, digest, signature);
  const key = createPublicKey({ format: "jwk", key: jwk });
  try {
    return algorithm === "RS256"
      ? publicDecrypt(key, signature).equals(Buffer.concat([SHA256_INFO, digest]))
      : verifyPss(key, digest, signature);
  } catch {
    return false;
  }
}
