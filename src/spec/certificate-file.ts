import { X509Certificate } from "node:crypto";
import type { CertificateSpec } from "./model.ts";

type Certificate = Pick<CertificateSpec, "der" | "thumbprint" | "expiresAt">;

/**
 * Reads a certificate in PEM.
 * @returns what is wrong with it, in words that complete "it is …", when it is none.
 */
export function readCertificate(text: string): Certificate | string {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return "a private key, or holds one beside the certificate";
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    return "no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  }
  return {
    der: certificate.raw.toString("base64"),
    thumbprint: certificate.fingerprint.replaceAll(":", ""),
    expiresAt: Date.parse(certificate.validTo),
  };
}
