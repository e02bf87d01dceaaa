import { createHash } from "node:crypto";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { CertificateSpec, EnvironmentSpec } from "../../spec/model.ts";
import { application } from "./application.ts";
import { naming } from "./denied.ts";
import { whenReplicated } from "./replication.ts";

interface KeyCredential {
  readonly keyId: string;
  readonly displayName?: string | null;
  readonly endDateTime?: string;
  /** Base64; shown by a read of one application that selects it. */
  readonly key?: string | null;
  readonly customKeyIdentifier?: string | null;
}

export interface CertificateData {
  readonly keyId: string;
}

const READ = { permission: "Application.Read.All", persona: "Cloud Application Administrator" };
const WRITE = { permission: "Application.ReadWrite.All", persona: "Cloud Application Administrator" };
const DAY_MS = 86_400_000;
/** So long before its end a certificate's successor should be on its way. */
const WARN_DAYS = 30;

/** SHA-1 of the certificate where Microsoft Graph shows it, else the identifier, which is the same unless someone chose it. */
function thumbprintOf({ key, customKeyIdentifier }: KeyCredential): string | undefined {
  if (key === undefined || key === null) return customKeyIdentifier ?? undefined;
  return createHash("sha1").update(Buffer.from(key, "base64")).digest("hex").toUpperCase();
}

async function keyCredentials(
  applicationObjectId: string,
  context: Context,
): Promise<readonly KeyCredential[]> {
  const found = await naming(READ, () =>
    context.services.graph.get<{ readonly keyCredentials?: readonly KeyCredential[] }>(
      `/applications/${applicationObjectId}`,
      { $select: "keyCredentials" },
    ),
  );
  return found?.keyCredentials ?? [];
}

/** The list is written as a whole, so what others registered goes along ("Update application", Microsoft Graph). */
async function replaceOwn(name: string, own: readonly object[], context: Context): Promise<undefined> {
  const owner = application.data(context);
  if (owner === undefined) throw new Error("the application was not observed");
  const others = (await keyCredentials(owner.id, context)).filter(({ displayName }) => displayName !== name);
  await naming(WRITE, () =>
    whenReplicated(context, "the application to be known everywhere", () =>
      context.services.graph.update(`/applications/${owner.id}`, { keyCredentials: [...others, ...own] }),
    ),
  );
  return undefined;
}

function asCredential({ name, der }: CertificateSpec): object {
  return { type: "AsymmetricX509Cert", usage: "Verify", displayName: name, key: der };
}

/** A certificate by which the application signs in. The private key stays with whoever signs in. */
export const certificate = defineKind<CertificateSpec, CertificateData>({
  kind: "entra.certificate",
  summary: "a certificate by which the application signs in",
  step: 10,
  api: "Microsoft Graph applications, keyCredentials",
  persona: "Cloud Application Administrator",
  permissions: {
    read: ["Application.Read.All"],
    write: ["Application.ReadWrite.OwnedBy (an application)", "Application.ReadWrite.All (a person)"],
  },
  sources: [
    "Microsoft Graph v1.0: keyCredential resource type; Update application",
    "Microsoft Graph: Add a certificate to an app using Microsoft Graph (existing certificates are sent along)",
  ],
  nature: "managed",
  partOf: "entra.application",
  label: ({ name }) => `certificate "${name}"`,
  detail: ({ expiresAt }) => `valid until ${new Date(expiresAt).toISOString().slice(0, 10)}`,
  declared: ({ thumbprint }) => ({ thumbprint }),
  async read({ name, der, expiresAt }, context) {
    const owner = application.data(context);
    if (owner === undefined) return { status: "absent" };
    const own = (await keyCredentials(owner.id, context)).filter(({ displayName }) => displayName === name);
    const match = own.find(({ key }) => key === der) ?? own[0];
    if (match === undefined) return { status: "absent" };
    const registered = thumbprintOf(match) ?? "another certificate";
    const daysLeft = Math.floor((expiresAt - context.clock.now()) / DAY_MS);
    return {
      status: "present",
      id: match.keyId,
      fields: { thumbprint: registered },
      data: { keyId: match.keyId },
      ...(daysLeft >= WARN_DAYS
        ? {}
        : {
            concern:
              daysLeft < 0
                ? `the certificate "${name}" expired on ${new Date(expiresAt).toISOString().slice(0, 10)}: nobody signs in by it any more`
                : `the certificate "${name}" expires in ${daysLeft} days: register its successor under a second name`,
          }),
    };
  },
  create: (props, context) => replaceOwn(props.name, [asCredential(props)], context),
  update: (props, _present, _changes, context) => replaceOwn(props.name, [asCredential(props)], context),
  delete: ({ name }, _present, context) => replaceOwn(name, [], context),
});

export function certificateResources(spec: EnvironmentSpec): Resource[] {
  const { certificates } = spec.identity.application;
  return certificates.map((declared, i) => {
    const before = certificates[i - 1];
    return certificate.resource({
      name: declared.name,
      props: declared,
      // One after the other: each writes the whole list.
      dependsOn: [before === undefined ? application.address() : certificate.address(before.name)],
    });
  });
}
