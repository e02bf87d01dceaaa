import { defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import { keySegment } from "../../services/graph.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { application } from "./application.ts";
import { naming } from "./denied.ts";
import { whenReplicated } from "./replication.ts";

export interface ServicePrincipalProps {
  /** Display name of the application it belongs to. */
  readonly application: string;
}

export interface ServicePrincipalData {
  readonly id: string;
  readonly appId: string;
}

interface EntraServicePrincipal {
  readonly id: string;
  readonly accountEnabled?: boolean;
}

const WRITE = { permission: "Application.ReadWrite.All", persona: "Cloud Application Administrator" };

/** The application's identity in the tenant, without which Dataverse does not take it as an application user. */
export const servicePrincipal = defineKind<ServicePrincipalProps, ServicePrincipalData>({
  kind: "entra.service-principal",
  summary: "the service principal of the bot's application",
  step: 10,
  api: "Microsoft Graph servicePrincipals",
  persona: "Cloud Application Administrator",
  permissions: {
    read: ["Application.Read.All"],
    write: ["Application.ReadWrite.OwnedBy (an application)", "Application.ReadWrite.All (a person)"],
  },
  sources: ["Microsoft Graph v1.0: Create servicePrincipal; Get servicePrincipal by appId"],
  nature: "managed",
  partOf: "entra.application",
  label: (props) => `service principal of "${props.application}"`,
  declared: () => ({ enabled: true }),
  async read(_props, context) {
    const appId = application.data(context)?.appId;
    if (appId === undefined) return { status: "absent" };
    const found = await naming(
      { permission: "Application.Read.All", persona: "Cloud Application Administrator" },
      () =>
        context.services.graph.get<EntraServicePrincipal>(`/servicePrincipals${keySegment("appId", appId)}`, {
          $select: "id,accountEnabled",
        }),
    );
    if (found === undefined) return { status: "absent" };
    return {
      status: "present",
      id: found.id,
      fields: { enabled: found.accountEnabled === true },
      data: { id: found.id, appId },
    };
  },
  async create(_props, context) {
    const appId = application.data(context)?.appId;
    if (appId === undefined) throw new Error("the application was not observed");
    await naming(WRITE, () =>
      whenReplicated(context, "the application to be known everywhere", async () => {
        try {
          await context.services.graph.create("/servicePrincipals", { appId });
        } catch (error) {
          // It is there after all: made by an earlier attempt, or not replicated when it was looked for.
          if (!isServiceError(error, 409) || error.refusal.serviceCode === "Directory_ConcurrencyViolation")
            throw error;
        }
      }),
    );
    return undefined;
  },
  async update(_props, present, _changes, context) {
    await naming(WRITE, () =>
      context.services.graph.update(`/servicePrincipals/${present.id}`, { accountEnabled: true }),
    );
    return undefined;
  },
});

export function servicePrincipalResources(spec: EnvironmentSpec): Resource[] {
  return [
    servicePrincipal.resource({
      props: { application: spec.identity.application.name },
      dependsOn: [application.address()],
    }),
  ];
}
