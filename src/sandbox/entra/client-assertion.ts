import {
  constants,
  createHash,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  verify,
  X509Certificate,
} from "node:crypto";
import { Refusal } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { type DirectoryObject, directoryOf, liveObjectBy, textOf } from "./entra-state.ts";
import { SIGN_IN_ERRORS, type SignInError } from "./sign-in-errors.ts";
import { trustedIssuers } from "./trusted-issuers.ts";

interface Assertion {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature covers. */
  readonly signed: string;
  readonly signature: Buffer;
}

interface Checking {
  readonly world: World;
  refuse(failure: SignInError): never;
}

function decoded(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string): Assertion | undefined {
  const [head, body, signature, ...more] = text.split(".");
  const header = decoded(head);
  const claims = decoded(body);
  if (header === undefined || claims === undefined || !signature || more.length > 0) return undefined;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, "base64url") };
}

const HASHES: Readonly<Record<string, string>> = { "256": "sha256", "384": "sha384", "512": "sha512" };

/** Verifies RS, PS and ES signatures (RFC 7518); anything else, `none` included, does not hold. */
function isSignedBy(assertion: Assertion, key: KeyObject): boolean {
  const [, family = "", bits = ""] = /^(RS|PS|ES)(256|384|512)$/.exec(String(assertion.header["alg"])) ?? [];
  const hash = HASHES[bits];
  if (hash === undefined || (family === "ES") !== (key.asymmetricKeyType === "ec")) return false;
  const data = Buffer.from(assertion.signed);
  if (family === "PS")
    return verify(
      hash,
      data,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      assertion.signature,
    );
  if (family === "ES") return verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, assertion.signature);
  return verify(hash, data, key, assertion.signature);
}

/**
 * Checks `nbf` and `exp` by the wall clock, because it is the one a client signs by; the sandbox's own runs ahead of
 * it.
 */
function checkTime({ claims }: Assertion, { refuse }: Checking): void {
  const now = Date.now();
  const from = Number(claims["nbf"] ?? 0) * 1000;
  const until = Number(claims["exp"] ?? 0) * 1000;
  const skewMs = 300_000;
  if (from - skewMs > now || until <= now)
    refuse(
      SIGN_IN_ERRORS.assertionTime(
        new Date(now).toISOString(),
        new Date(from).toISOString(),
        new Date(until).toISOString(),
      ),
    );
}

/** The addresses that an assertion for this tenant may be made out to. */
function isAuthority(audience: unknown): boolean {
  return [TENANT.id, TENANT.domain].some((tenant) =>
    ["oauth2/v2.0/token", "oauth2/token", "v2.0"].some(
      (path) => audience === `https://login.microsoftonline.com/${tenant}/${path}`,
    ),
  );
}

function checkCertificate(assertion: Assertion, client: DirectoryObject, checking: Checking): void {
  const { world, refuse } = checking;
  const { header, claims } = assertion;
  const appId = textOf(client.value, "appId");
  if (claims["iss"] !== appId || claims["sub"] !== appId) refuse(SIGN_IN_ERRORS.assertionClient);
  const named = header["x5t#S256"] ?? header["x5t"] ?? header["kid"];
  const given = typeof named === "string" ? named : refuse(SIGN_IN_ERRORS.noThumbprint);
  const algorithm = header["x5t#S256"] === undefined ? "sha1" : "sha256";
  const thumbprint = Buffer.from(
    given,
    header["x5t"] === undefined && algorithm === "sha1" ? "hex" : "base64url",
  );
  const application = liveObjectBy(world, "application", "appId", appId);
  const shown = thumbprint.toString("hex").toUpperCase();
  const registered =
    (directoryOf(world).certificates ?? []).find(
      (certificate) =>
        certificate.applicationId === application?.id &&
        createHash(algorithm).update(Buffer.from(certificate.key, "base64")).digest().equals(thumbprint),
    ) ?? refuse(SIGN_IN_ERRORS.unknownCertificate(shown, appId));
  if (registered.endsAt <= world.now())
    refuse(
      SIGN_IN_ERRORS.expiredCertificate(
        shown,
        new Date(registered.startsAt).toISOString(),
        new Date(registered.endsAt).toISOString(),
      ),
    );
  const { publicKey } = new X509Certificate(Buffer.from(registered.key, "base64"));
  if (!isSignedBy(assertion, publicKey)) refuse(SIGN_IN_ERRORS.badSignature);
  checkTime(assertion, checking);
  if (!isAuthority(claims["aud"])) refuse(SIGN_IN_ERRORS.assertionAudience);
}

/** Issuer, subject and audience have to match one credential of the application, case-sensitively. */
function checkFederation(assertion: Assertion, client: DirectoryObject, checking: Checking): void {
  const { world, refuse } = checking;
  const { claims, header } = assertion;
  const appId = textOf(client.value, "appId");
  const application = liveObjectBy(world, "application", "appId", appId);
  const registered = (directoryOf(world).federatedCredentials ?? []).filter(
    (credential) => credential.applicationId === application?.id,
  );
  if (registered.length === 0)
    refuse(SIGN_IN_ERRORS.noFederation(appId, textOf(client.value, "displayName")));
  const sameIssuer = registered.filter((credential) => credential.issuer === claims["iss"]);
  if (sameIssuer.length === 0) refuse(SIGN_IN_ERRORS.federationMismatch("issuer", String(claims["iss"])));
  const sameSubject =
    sameIssuer.find((credential) => credential.subject === claims["sub"]) ??
    refuse(SIGN_IN_ERRORS.federationMismatch("subject", String(claims["sub"])));
  const audiences = [claims["aud"]].flat();
  if (!sameSubject.audiences.some((audience) => audiences.includes(audience)))
    refuse(SIGN_IN_ERRORS.federationMismatch("audience", audiences.map(String).join(" ")));
  const issuer = trustedIssuers(world).find((known) => known.issuer === sameSubject.issuer);
  if (issuer === undefined)
    throw new Refusal({
      status: 501,
      body: {
        error: "not_simulated",
        error_description: `The sandbox does not simulate fetching the keys of ${sameSubject.issuer}. Tell it the issuer's public keys: POST /_sandbox/issuers {"issuer": …, "keys": [JWK, …]}.`,
      },
    });
  const isSigned = issuer.keys
    .filter((key) => header["kid"] === undefined || key["kid"] === header["kid"])
    .some((key) => isSignedBy(assertion, createPublicKey({ key: key as JsonWebKey, format: "jwk" })));
  if (!isSigned) refuse(SIGN_IN_ERRORS.badSignature);
  checkTime(assertion, checking);
}

/**
 * Checks a `client_assertion`: signed by a certificate of the application ("Microsoft identity platform application
 * authentication certificate credentials") or by an issuer that the application federates with ("Workload identity
 * federation"). Which of the two it is shows in `iss`: an application's own assertions name its client id.
 */
export function checkClientAssertion(text: string, client: DirectoryObject, checking: Checking): void {
  const assertion = parse(text);
  if (assertion === undefined) checking.refuse(SIGN_IN_ERRORS.malformedAssertion);
  else if (/^https:\/\//.test(String(assertion.claims["iss"]))) checkFederation(assertion, client, checking);
  else checkCertificate(assertion, client, checking);
}
