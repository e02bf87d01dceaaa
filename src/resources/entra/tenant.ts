import { defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, PscError, type ServiceError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { naming } from "./denied.ts";

export interface TenantProps {
  /** Tenant id or a verified domain, as the spec has it. */
  readonly tenant: string;
  readonly subscription: string;
}

export interface TenantData {
  readonly tenantId: string;
  readonly displayName: string;
}

interface Organization {
  readonly id: string;
  readonly displayName: string;
  readonly verifiedDomains?: readonly { readonly name: string }[];
}

interface Subscription {
  readonly tenantId?: string;
  readonly displayName?: string;
  readonly state?: string;
}

/** Entra, Azure and Dataverse must be one tenant, or bot and contact centre cannot be joined. */
export const tenant = defineKind<TenantProps, TenantData>({
  kind: "entra.tenant",
  summary: "psc is signed in to the tenant of the spec, and the Azure subscription belongs to it",
  step: 0,
  api: "Microsoft Graph organization, Azure Resource Manager subscriptions",
  persona: "Subscription Owner",
  permissions: { read: ["Organization.Read.All", "Microsoft.Resources/subscriptions/read"], write: [] },
  sources: [
    "Microsoft Graph v1.0: List organization",
    "Azure REST: Subscriptions - Get",
    "learn.microsoft.com/dynamics365/industry/healthcare/configure-chatbots (one tenant for bot and Dataverse)",
  ],
  nature: "check",
  label: ({ tenant: name }) => `tenant ${name}`,
  async read({ tenant: wanted, subscription }, context) {
    const { graph, arm, signedIn } = context.services;
    const who = await signedIn();
    const organizations = await naming(
      { permission: "Organization.Read.All", persona: "Directory Readers" },
      () => graph.list<Organization>("/organization", { $select: "id,displayName,verifiedDomains" }),
    );
    const organization = organizations.find(({ id }) => id === who.tenantId) ?? organizations[0];
    const names = [who.tenantId, ...(organization?.verifiedDomains ?? []).map(({ name }) => name)];
    if (!names.some((name) => name.toLowerCase() === wanted.toLowerCase())) {
      throw new PscError({
        code: "PSC-E320",
        message: `${who.name} is signed in to ${organization?.displayName ?? "tenant"} (${who.tenantId}), but the spec is for tenant "${wanted}"`,
        remedy: `sign in to ${wanted}, or put one of ${names.join(", ")} into \`tenant\` of the spec`,
      });
    }
    const remedy =
      "put a subscription of the same tenant into `azure.subscription`, or ask its owner for access";
    const foreign = (cause?: ServiceError): PscError =>
      new PscError({
        code: "PSC-E321",
        message: `subscription ${subscription} does not belong to tenant ${who.tenantId}`,
        remedy,
        cause,
      });
    const answer = await arm
      .send("GET", `/subscriptions/${subscription}`, { expect: [403, 404] })
      .catch((error: unknown) => {
        // Any other 401 is about the token, and the pipeline has said so.
        const isOfAnotherTenant =
          isServiceError(error, 401) && error.refusal.serviceCode === "InvalidAuthenticationTokenTenant";
        throw isOfAnotherTenant ? foreign(error) : error;
      });
    const found = answer.body as Subscription | undefined;
    if (answer.status !== 200) {
      throw new PscError({
        code: "PSC-E321",
        message: `subscription ${subscription} does not exist or ${who.name} may not see it`,
        remedy,
        permission: "Microsoft.Resources/subscriptions/read",
        persona: "an owner of the subscription",
      });
    }
    if ((found?.tenantId ?? who.tenantId) !== who.tenantId) throw foreign();
    if (found?.state !== undefined && !["enabled", "warned", "pastdue"].includes(found.state.toLowerCase())) {
      throw new PscError({
        code: "PSC-E321",
        message: `subscription ${subscription} is ${found.state}`,
        remedy: "ask its owner to enable it again, or choose another one in `azure.subscription`",
        persona: "an owner of the subscription",
      });
    }
    return {
      status: "present",
      id: who.tenantId,
      fields: {},
      data: { tenantId: who.tenantId, displayName: organization?.displayName ?? "" },
    };
  },
});

export function tenantResources(spec: EnvironmentSpec): Resource[] {
  return [
    tenant.resource({
      props: { tenant: spec.tenant, subscription: spec.azure.subscription },
      dependsOn: [],
    }),
  ];
}
