import { defineKind, type Resource } from "../../engine/resource.ts";
import { keySegment } from "../../services/graph.ts";
import type { EnvironmentSpec, FederatedCredentialSpec } from "../../spec/model.ts";
import { application } from "./application.ts";
import { naming } from "./denied.ts";
import { whenReplicated } from "./replication.ts";

interface EntraFederatedCredential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences?: readonly string[];
}

const READ = { permission: "Application.Read.All", persona: "Cloud Application Administrator" };
const WRITE = { permission: "Application.ReadWrite.OwnedBy", persona: "Cloud Application Administrator" };
/** The one audience Microsoft Entra takes ("federatedIdentityCredential resource type"). */
const AUDIENCE = "api://AzureADTokenExchange";

/** Signing in by somebody else's token, such as a pipeline's: nothing to keep, nothing to expire. */
export const federatedCredential = defineKind<FederatedCredentialSpec, { readonly id: string }>({
  kind: "entra.federated-credential",
  summary: "trust in another issuer's tokens, by which the application signs in without a secret",
  step: 10,
  api: "Microsoft Graph federatedIdentityCredentials",
  persona: "Cloud Application Administrator",
  permissions: { read: ["Application.Read.All"], write: ["Application.ReadWrite.OwnedBy"] },
  sources: ["Microsoft Graph v1.0: List, Upsert, Update and Delete federatedIdentityCredential"],
  nature: "managed",
  partOf: "entra.application",
  label: ({ name }) => `federated credential "${name}"`,
  detail: ({ subject }) => subject,
  declared: ({ issuer, subject }) => ({ issuer, subject, audiences: [AUDIENCE] }),
  async read({ name }, context) {
    const owner = application.data(context);
    if (owner === undefined) return { status: "absent" };
    // By the list: one by itself is shown only to who may write it.
    const all = await naming(READ, () =>
      context.services.graph.list<EntraFederatedCredential>(listOf(owner.id)),
    );
    const found = all.find((credential) => credential.name === name);
    if (found === undefined) return { status: "absent" };
    const { id, issuer, subject, audiences } = found;
    return { status: "present", id, fields: { issuer, subject, audiences: audiences ?? [] }, data: { id } };
  },
  async create({ name, issuer, subject }, context) {
    const owner = application.data(context);
    if (owner === undefined) throw new Error("the application was not observed");
    await naming(WRITE, () =>
      whenReplicated(context, "the application to be known everywhere", () =>
        context.services.graph.upsert(pathOf(owner.id, name), { issuer, subject, audiences: [AUDIENCE] }),
      ),
    );
    return undefined;
  },
  async update({ name, issuer, subject }, _present, _changes, context) {
    const owner = application.data(context);
    if (owner === undefined) throw new Error("the application was not observed");
    await naming(WRITE, () =>
      context.services.graph.update(pathOf(owner.id, name), { issuer, subject, audiences: [AUDIENCE] }),
    );
    return undefined;
  },
  async delete({ name }, _present, context) {
    const owner = application.data(context);
    if (owner !== undefined) await naming(WRITE, () => context.services.graph.remove(pathOf(owner.id, name)));
    return undefined;
  },
});

function listOf(applicationObjectId: string): string {
  return `/applications/${applicationObjectId}/federatedIdentityCredentials`;
}

function pathOf(applicationObjectId: string, name: string): string {
  return `${listOf(applicationObjectId)}${keySegment("name", name)}`;
}

export function federatedCredentialResources(spec: EnvironmentSpec): Resource[] {
  const { federated } = spec.identity.application;
  return federated.map((credential, i) => {
    const before = federated[i - 1];
    return federatedCredential.resource({
      name: credential.name,
      props: credential,
      // One after the other: Microsoft Entra refuses changes of one application at once.
      dependsOn: [before === undefined ? application.address() : federatedCredential.address(before.name)],
    });
  });
}
