import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";

export interface AdminApplicationProps {
  readonly clientId: string;
}

function needsPerson(clientId: string, cause?: unknown): PscError {
  return new PscError({
    code: "PSC-E233",
    message: `application ${clientId} is not registered as a Power Platform management application, and no application can register itself or another`,
    remedy:
      "a person with the Power Platform Administrator role runs `psc deploy` once signed in as themselves, or `pac admin application register`; then run the same command again",
    permission: "PUT adminApplications (user token)",
    persona: "a Power Platform Administrator",
    cause,
  });
}

async function registered({ clientId }: AdminApplicationProps, context: Context): Promise<boolean> {
  try {
    return (await context.services.bap.adminApplications()).includes(clientId.toLowerCase());
  } catch (error) {
    const { kind } = await context.services.signedIn();
    if (kind === "application" && isServiceError(error, 403)) throw needsPerson(clientId, error);
    throw error;
  }
}

export const adminApplication = defineKind<AdminApplicationProps, Record<string, never>>({
  kind: "power-platform.admin-application",
  summary: "Pipeline registered as a Power Platform management application",
  step: 0,
  api: "Power Platform admin API: adminApplications",
  persona: "Power Platform Administrator",
  permissions: {
    read: ["Power Platform Administrator"],
    write: ["Power Platform Administrator, signed in as a user"],
  },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/admin_management_application",
    "Power Platform: Create a service principal application via API",
  ],
  nature: "managed",
  staysBecause: "the pipeline may administer other environments",
  label: ({ clientId }) => `management application ${clientId}`,
  async read(props, context) {
    return (await registered(props, context))
      ? { status: "present", id: props.clientId, fields: {}, data: {} }
      : { status: "absent" };
  },
  async create({ clientId }, context) {
    const { kind } = await context.services.signedIn();
    if (kind === "application") throw needsPerson(clientId);
    await context.services.bap.registerAdminApplication(clientId);
    return undefined;
  },
});

export function adminApplicationResources(spec: EnvironmentSpec): Resource[] {
  return spec.identity.adminApplications.map((clientId) =>
    adminApplication.resource({ name: clientId, props: { clientId }, dependsOn: [] }),
  );
}
