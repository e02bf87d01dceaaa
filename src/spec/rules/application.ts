import { readCertificate } from "../certificate-file.ts";
import type { SpecPath } from "../node.ts";
import { placeOf, type RuleContext, reportAt } from "./rules.ts";

const APPLICATION = ["identity", "application"] as const;
/** "federatedIdentityCredential resource type", Microsoft Graph v1.0. */
const MOST_FEDERATED = 20;

/** How the bot's application signs in and what it may do. */
export function checkApplication(context: RuleContext): void {
  const { secret } = context.spec.identity.application;
  checkFederated(context);
  checkCertificates(context);
  if (secret !== undefined && secret.renewDays >= secret.validDays)
    reportAt(context, [...APPLICATION, "secret", "renewDays"], {
      code: "PSC-E084",
      message: `a secret that is valid for ${secret.validDays} days would be renewed at every deploy`,
      remedy: `set renewDays below ${secret.validDays}`,
    });
  checkPermissions(context);
}

function checkFederated(context: RuleContext): void {
  const { federated } = context.spec.identity.application;
  const at = (index: number): SpecPath => [...APPLICATION, "federated", index];
  if (federated.length > MOST_FEDERATED)
    reportAt(context, at(MOST_FEDERATED), {
      code: "PSC-E083",
      message: `${federated.length} federated credentials are more than the ${MOST_FEDERATED} an application takes`,
      remedy: "drop some",
    });
  const seen = new Map<string, number>();
  for (const [i, { issuer, subject }] of federated.entries()) {
    const key = `${issuer}\n${subject}`;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, i);
    else if (subject !== "")
      reportAt(context, at(i), {
        code: "PSC-E083",
        message: `the issuer and subject are those of ${placeOf(context, at(earlier))}`,
        remedy: "name each issuer and subject once",
      });
  }
}

function checkCertificates(context: RuleContext): void {
  const given = context.document.identity?.application;
  const certificates = (typeof given === "object" ? given.certificates : undefined) ?? [];
  const seen = new Map<string, string>();
  for (const [i, { name, file }] of certificates.entries()) {
    const path = [...APPLICATION, "certificates", i, "file"];
    const text = context.included.textAt(path);
    if (text === undefined) continue;
    const read = readCertificate(text);
    if (typeof read === "string") {
      reportAt(context, path, {
        code: "PSC-E084",
        message: `${file ?? ""} is ${read}`,
        remedy: "name a file that holds the certificate alone; its private key stays with whoever signs in",
      });
      continue;
    }
    const twin = seen.get(read.thumbprint);
    if (twin !== undefined)
      reportAt(context, path, {
        code: "PSC-E084",
        message: `${file ?? ""} holds the certificate "${twin}" as well`,
        remedy: "name each certificate once",
      });
    seen.set(read.thumbprint, name);
  }
}

function checkPermissions(context: RuleContext): void {
  const { permissions } = context.spec.identity.application;
  for (const kind of ["application", "delegated"] as const) {
    const names = permissions?.[kind] ?? [];
    for (const [i, name] of names.entries())
      if (names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== i)
        reportAt(context, [...APPLICATION, "permissions", kind, i], {
          code: "PSC-E085",
          message: `the ${kind} permission ${name} is listed twice`,
          remedy: "list each permission once",
        });
  }
}
