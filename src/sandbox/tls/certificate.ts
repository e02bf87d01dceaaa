import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from "node:crypto";
import { isIPv4 } from "node:net";
import {
  bitString,
  boolean,
  contextSpecific,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from "./der.ts";

/** A certificate and its private key, both PEM. */
export interface KeyAndCertificate {
  readonly certificate: string;
  readonly key: string;
}

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3_650;
/** What browsers still accept of a certificate authority that a person installed. */
const SERVER_DAYS = 397;

const ALGORITHM = sequence(objectIdentifier(OID.ecdsaWithSha256));

function distinguishedName(commonName: string): Buffer {
  const attribute = (type: string, value: string): Buffer =>
    set(sequence(objectIdentifier(type), utf8String(value)));
  return sequence(attribute(OID.organization, "psc sandbox"), attribute(OID.commonName, commonName));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function newKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
}

function publicKeyInfo(key: string): Buffer {
  return createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" });
}

function keyIdentifier(key: string): Buffer {
  return createHash("sha1").update(publicKeyInfo(key)).digest();
}

interface Certified {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  /** Whose public key the certificate names. */
  readonly subjectKey: string;
  readonly signingKey: string;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

/** An X.509 version 3 certificate (RFC 5280, 4.1). It is dated by the wall clock, which is the one that clients check. */
function certify(certified: Certified): string {
  const now = Date.now();
  const toBeSigned = sequence(
    contextSpecific(0, integer(Buffer.from([2])), "explicit"),
    integer(randomBytes(16)),
    ALGORITHM,
    certified.issuer,
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + certified.days * DAY_MS))),
    certified.subject,
    publicKeyInfo(certified.subjectKey),
    contextSpecific(3, sequence(...certified.extensions), "explicit"),
  );
  const der = sequence(toBeSigned, ALGORITHM, bitString(sign("sha256", toBeSigned, certified.signingKey)));
  const lines = der.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** A new certificate authority that may sign server certificates only. Its name tells two sandboxes apart. */
export function newAuthority(name: string): KeyAndCertificate {
  const key = newKey();
  const subject = distinguishedName(name);
  const certificate = certify({
    issuer: subject,
    subject,
    subjectKey: key,
    signingKey: key,
    days: AUTHORITY_DAYS,
    extensions: [
      extension(OID.basicConstraints, sequence(boolean(true), integer(Buffer.from([0]))), true),
      // keyCertSign and cRLSign
      extension(OID.keyUsage, bitString(Buffer.from([0b0000_0110]), 1), true),
      extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(key))),
    ],
  });
  return { certificate, key };
}

function generalName(host: string): Buffer {
  return isIPv4(host)
    ? contextSpecific(7, Buffer.from(host.split(".").map(Number)), "implicit")
    : contextSpecific(2, Buffer.from(host, "ascii"), "implicit");
}

/** A server certificate for these host names, signed by the authority called `authorityName`. */
export function newServerCertificate(
  authority: KeyAndCertificate,
  authorityName: string,
  hosts: readonly [string, ...string[]],
): KeyAndCertificate {
  const key = newKey();
  const certificate = certify({
    issuer: distinguishedName(authorityName),
    subject: distinguishedName(hosts[0].slice(0, 64)),
    subjectKey: key,
    signingKey: authority.key,
    days: SERVER_DAYS,
    extensions: [
      extension(OID.basicConstraints, sequence(), true),
      // digitalSignature
      extension(OID.keyUsage, bitString(Buffer.from([0b1000_0000]), 7), true),
      extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth))),
      extension(OID.subjectAlternativeName, sequence(...hosts.map(generalName))),
      extension(
        OID.authorityKeyIdentifier,
        sequence(contextSpecific(0, keyIdentifier(authority.key), "implicit")),
      ),
    ],
  });
  return { certificate, key };
}
