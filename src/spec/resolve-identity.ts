import { readCertificate } from "./certificate-file.ts";
import type { IncludedFiles } from "./included-files.ts";
import type { ApplicationSpec, CertificateSpec, GroupSpec, IdentitySpec } from "./model.ts";
import { DEFAULTS } from "./schema/defaults.ts";
import type { SpecDocument } from "./schema.ts";

type Given = NonNullable<SpecDocument["identity"]>;

export function resolveIdentity(
  given: Given,
  name: string,
  displayName: string,
  included: IncludedFiles,
): IdentitySpec {
  return {
    groups: resolveGroups(given.groups, displayName),
    application: resolveApplication(given.application, `psc ${name} bot`, included),
    adminApplications: given.adminApplications ?? [],
  };
}

function resolveGroups(given: Given["groups"], displayName: string): readonly GroupSpec[] {
  const nobody = { members: [], owners: [] };
  if (given === undefined)
    return [
      { key: "users", name: `${displayName} Users`, ...nobody },
      { key: "agents", name: `${displayName} Agents`, ...nobody },
      { key: "supervisors", name: `${displayName} Supervisors`, ...nobody },
      { key: "botAdmins", name: `${displayName} Bot Administrators`, ...nobody },
    ];
  return Object.entries(given).map(([key, group]) =>
    typeof group === "string"
      ? { key, name: group, ...nobody }
      : { key, name: group.name ?? "", members: group.members ?? [], owners: group.owners ?? [] },
  );
}

function resolveApplication(
  given: Given["application"],
  ownName: string,
  included: IncludedFiles,
): ApplicationSpec {
  const { name, federated, certificates, secret, permissions } =
    typeof given === "string" ? { name: given } : (given ?? {});
  return {
    name: name ?? ownName,
    federated: (federated ?? []).map((credential) => ({
      name: credential.name,
      issuer: credential.issuer ?? "",
      subject: credential.subject ?? "",
    })),
    certificates: (certificates ?? []).flatMap((certificate, i) => certificateOf(certificate, i, included)),
    secret: secret && {
      vault: secret.vault ?? "",
      name: secret.name ?? "",
      validDays: secret.validDays ?? DEFAULTS.secretValidDays,
      renewDays: secret.renewDays ?? DEFAULTS.secretRenewDays,
    },
    permissions: permissions && {
      application: permissions.application ?? [],
      delegated: permissions.delegated ?? [],
      consent: permissions.consent ?? DEFAULTS.consentBy,
    },
  };
}

/** A file that is no certificate is a problem of its own. */
function certificateOf(
  { name, file }: { readonly name: string; readonly file?: string | undefined },
  index: number,
  included: IncludedFiles,
): CertificateSpec[] {
  const text = included.textAt(["identity", "application", "certificates", index, "file"]);
  const read = text === undefined ? "nothing" : readCertificate(text);
  return typeof read === "string" ? [] : [{ name, file: file ?? "", ...read }];
}
