import { generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import {
  bitString,
  contextSpecific,
  integer,
  objectIdentifier,
  sequence,
  set,
  time,
  utf8String,
} from "../../src/sandbox/tls/der.ts";

export interface ClientCertificate {
  /** Base64 of the DER: what `keyCredentials[].key` takes. */
  readonly key: string;
  /** SHA-1, upper-case hexadecimal. */
  readonly thumbprint: string;
  /** Certificate and private key, as `ClientCertificateCredential` takes them. */
  readonly pem: string;
  readonly privateKeyPem: string;
}

const SHA256_WITH_RSA = sequence(objectIdentifier("1.2.840.113549.1.1.11"), Buffer.from([0x05, 0x00]));

/** A self-signed RSA certificate such as an operator makes for a service. */
export function newClientCertificate(commonName: string): ClientCertificate {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = sequence(set(sequence(objectIdentifier("2.5.4.3"), utf8String(commonName))));
  const toBeSigned = sequence(
    contextSpecific(0, integer(Buffer.from([2])), "explicit"),
    integer(randomBytes(8)),
    SHA256_WITH_RSA,
    name,
    sequence(time(new Date(Date.now() - 86_400_000)), time(new Date(Date.now() + 365 * 86_400_000))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const der = sequence(toBeSigned, SHA256_WITH_RSA, bitString(sign("sha256", toBeSigned, privateKey)));
  const certificate = new X509Certificate(der);
  const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    key: der.toString("base64"),
    thumbprint: certificate.fingerprint.replaceAll(":", ""),
    pem: `${certificate.toString()}${privateKeyPem}`,
    privateKeyPem,
  };
}
