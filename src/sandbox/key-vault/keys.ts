import { generateKeyPairSync } from "node:crypto";
import { type Json, type JsonObject, jsonBody, type SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import { type DigestAlgorithm, signDigest, verifyDigest } from "./digest-signatures.ts";
import { address, page, seconds, type VaultCall, vaultRoute } from "./vault-calls.ts";
import {
  badParameter,
  keyDisabled,
  keyNotFound,
  keyOperationForbidden,
  refuseVault,
} from "./vault-errors.ts";
import { type KeyVersion, keyOf, type PrivateJwk, type VaultKey } from "./vault-state.ts";

const RETENTION_DAYS = 90;
/** What a key may be used for when nobody says ("Create Key", Azure Key Vault keys REST API). */
const USUAL_OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  EC: ["sign", "verify"],
  RSA: ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"],
};
const ALGORITHMS: Readonly<Record<DigestAlgorithm, string>> = { ES256: "EC", RS256: "RSA", PS256: "RSA" };
const DIGEST_BYTES = 32;

function notSimulated(what: string): never {
  return refuseVault(501, "NotSimulated", `The sandbox does not simulate ${what} of Key Vault.`);
}

/** The public members only: private ones are never exposed. */
function publicMembers({ kty = "", crv, x, y, n, e }: PrivateJwk): JsonObject {
  return {
    kty,
    ...(crv === undefined ? {} : { crv }),
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
    ...(n === undefined ? {} : { n }),
    ...(e === undefined ? {} : { e }),
  };
}

function attributes({ enabled, created }: KeyVersion): JsonObject {
  return {
    enabled,
    created,
    updated: created,
    recoveryLevel: "Recoverable+Purgeable",
    recoverableDays: RETENTION_DAYS,
    exportable: false,
  };
}

function kid({ vault }: VaultCall, key: VaultKey, version: KeyVersion): string {
  return address(vault, "keys", key.name, version.version);
}

function bundle(call: VaultCall, key: VaultKey, version: KeyVersion): SandboxResponse {
  return {
    status: 200,
    body: {
      key: {
        kid: kid(call, key, version),
        key_ops: [...version.keyOps],
        ...publicMembers(version.jwk),
      },
      attributes: attributes(version),
      ...(version.tags === undefined ? {} : { tags: version.tags }),
    },
  };
}

function bodyOf(call: VaultCall): JsonObject {
  return jsonBody(call.request) ?? badParameter("The request body is not valid JSON.");
}

function newJwk({ kty, crv, key_size: size }: JsonObject): PrivateJwk {
  const [curve, bits] = [crv ?? "P-256", size ?? 2048];
  if (kty === "EC" && curve === "P-256") {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    return privateKey.export({ format: "jwk" }) as PrivateJwk;
  }
  if (kty === "RSA" && (bits === 2048 || bits === 3072 || bits === 4096)) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
    return privateKey.export({ format: "jwk" }) as PrivateJwk;
  }
  if (typeof kty !== "string") return badParameter("Required parameter kty is invalid or missing.");
  return notSimulated(`keys of type ${kty} ${String(kty === "EC" ? curve : bits)}`);
}

function texts(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}

/** Adds a version, and makes the key if there is none ("Create Key"). */
function createKey(call: VaultCall, name: string): SandboxResponse {
  const body = bodyOf(call);
  const { kty, key_ops: operations, tags, attributes: given } = body;
  const times = typeof given === "object" && given !== null && !Array.isArray(given) ? given : {};
  if ("nbf" in times || "exp" in times) notSimulated("the validity of keys");
  const version: KeyVersion = {
    version: call.world.newId().replaceAll("-", ""),
    jwk: newJwk(body),
    keyOps: texts(operations) ?? USUAL_OPERATIONS[String(kty)] ?? [],
    enabled: times["enabled"] !== false,
    created: seconds(call.world),
    ...(typeof tags === "object" && tags !== null && !Array.isArray(tags)
      ? { tags: tags as Record<string, string> }
      : {}),
  };
  const key = keyOf(call.vault, name) ?? { name, versions: [] };
  key.versions.push(version);
  call.vault.keys ??= [];
  if (!call.vault.keys.includes(key)) call.vault.keys.push(key);
  return bundle(call, key, version);
}

/** The version that the path names, or the latest. */
function versionOf(call: VaultCall, name: string): { readonly key: VaultKey; readonly version: KeyVersion } {
  const wanted = call.request.params["version"];
  const shown = wanted === undefined ? name : `${name}/${wanted}`;
  const key = keyOf(call.vault, name) ?? keyNotFound(shown);
  const version =
    wanted === undefined ? key.versions.at(-1) : key.versions.find((one) => one.version === wanted);
  return { key, version: version ?? keyNotFound(shown) };
}

function getKey(call: VaultCall, name: string): SandboxResponse {
  const { key, version } = versionOf(call, name);
  return bundle(call, key, version);
}

function listKeys(call: VaultCall): SandboxResponse {
  const keys = [...(call.vault.keys ?? [])].sort((a, b) => a.name.localeCompare(b.name));
  return page(
    call,
    keys.flatMap((key) => {
      const version = key.versions.at(-1);
      return version === undefined
        ? []
        : [{ kid: address(call.vault, "keys", key.name), attributes: attributes(version) }];
    }),
  );
}

function listVersions(call: VaultCall, name: string): SandboxResponse {
  const key = keyOf(call.vault, name);
  const versions = key?.versions.toSorted((a, b) => a.version.localeCompare(b.version)) ?? [];
  return page(
    call,
    versions.map((version) => ({
      kid: address(call.vault, "keys", name, version.version),
      attributes: attributes(version),
    })),
  );
}

function digestIn(value: Json | undefined, member: string, algorithm: string): Buffer {
  if (typeof value !== "string") return badParameter(`Required parameter ${member} is invalid or missing.`);
  const digest = Buffer.from(value, "base64url");
  if (digest.length !== DIGEST_BYTES)
    badParameter(
      `Invalid length of '${member}': ${digest.length} bytes. ${algorithm} requires ${DIGEST_BYTES} bytes, encoded with base64url.`,
    );
  return digest;
}

/** Checks what signing and verifying have in common. The words for a wrong type of key are an assumption. */
function usable(
  call: VaultCall,
  name: string,
  operation: "sign" | "verify",
): {
  readonly key: VaultKey;
  readonly version: KeyVersion;
  readonly algorithm: DigestAlgorithm;
  readonly body: JsonObject;
} {
  const { key, version } = versionOf(call, name);
  if (!version.enabled) keyDisabled(operation);
  if (!version.keyOps.includes(operation)) keyOperationForbidden(operation);
  const body = bodyOf(call);
  const { alg } = body;
  if (typeof alg !== "string") return badParameter("Required parameter alg is invalid or missing.");
  const algorithm = alg as DigestAlgorithm;
  const type = ALGORITHMS[algorithm];
  if (type === undefined) return notSimulated(`the algorithm ${alg}`);
  if (type !== version.jwk["kty"])
    badParameter(
      `Key and signing algorithm are incompatible. Key ${kid(call, key, version)} is of type '${version.jwk["kty"]}', and algorithm '${alg}' can only be used with a key of type '${type}' or '${type}-HSM'.`,
    );
  return { key, version, algorithm, body };
}

/** "Sign": makes a signature of a digest and changes nothing. */
function sign(call: VaultCall, name: string): SandboxResponse {
  const { key, version, algorithm, body } = usable(call, name, "sign");
  const signature = signDigest(version.jwk, algorithm, digestIn(body["value"], "value", algorithm));
  return { status: 200, body: { kid: kid(call, key, version), value: signature.toString("base64url") } };
}

/** "Verify": `digest` is what was signed, `value` the signature. */
function verify(call: VaultCall, name: string): SandboxResponse {
  const { version, algorithm, body } = usable(call, name, "verify");
  const digest = digestIn(body["digest"], "digest", algorithm);
  const { value } = body;
  if (typeof value !== "string") return badParameter("Required parameter value is invalid or missing.");
  const fits = verifyDigest(version.jwk, algorithm, digest, Buffer.from(value, "base64url"));
  return { status: 200, body: { value: fits } };
}

/** Keys of a vault, as far as evidence is signed with them ("Azure Key Vault keys REST API"). */
export const KEY_ROUTES: readonly Route[] = [
  vaultRoute("GET", "/keys", "keys/read", listKeys),
  vaultRoute("POST", "/keys/{name}/create", "keys/create/action", createKey),
  vaultRoute("GET", "/keys/{name}", "keys/read", getKey),
  vaultRoute("GET", "/keys/{name}/versions", "keys/read", listVersions),
  vaultRoute("GET", "/keys/{name}/{version}", "keys/read", getKey),
  vaultRoute("POST", "/keys/{name}/{version}/sign", "keys/sign/action", sign),
  vaultRoute("POST", "/keys/{name}/{version}/verify", "keys/verify/action", verify),
];
