import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, GraphPermissionsSpec } from "../../spec/model.ts";
import { application } from "./application.ts";
import { declaredPermissions, grantsSoFar, graphCatalogue, permissionText } from "./graph-permissions.ts";
import { servicePrincipal } from "./service-principal.ts";

/** Admin consent to the application's permissions, given by a person who reads what they are. */
export const adminConsent = defineKind<GraphPermissionsSpec, Record<never, never>>({
  kind: "entra.admin-consent",
  summary: "an administrator grants the application's permissions of Microsoft Graph for the tenant",
  step: 10,
  api: "Microsoft Graph appRoleAssignments, oauth2PermissionGrants",
  persona: "Privileged Role Administrator",
  permissions: { read: ["Application.Read.All", "Directory.Read.All"], write: [] },
  sources: [
    "MicrosoftDocs/entra-docs:docs/identity/enterprise-apps/grant-admin-consent.md (who may consent; the address)",
    "Microsoft Graph v1.0: List appRoleAssignments granted to a service principal; List oauth2PermissionGrants",
  ],
  nature: "gate",
  label: () => "admin consent to the application's permissions",
  detail: (declared) => [...declared.application, ...declared.delegated].join(", "),
  async read(declared, context) {
    const catalogue = await graphCatalogue(context);
    const wanted = declaredPermissions(declared, catalogue);
    const principal = servicePrincipal.data(context);
    if (principal === undefined) return { status: "absent", reason: "the application does not exist yet" };
    const { granted } = await grantsSoFar(principal.id, catalogue, context);
    const missing = wanted.filter((permission) => !granted.includes(permission));
    return missing.length === 0
      ? { status: "present", id: principal.id, fields: {}, data: {} }
      : { status: "absent", reason: `not granted: ${missing.map(permissionText).join(", ")}` };
  },
  instructions: (declared, context) => {
    const { cloud } = context.services;
    const appId = application.data(context)?.appId ?? "";
    return {
      steps: [
        "Open the link in a browser that is signed in as a Privileged Role Administrator or Global Administrator of the tenant",
        `Under API permissions, compare what is listed with the spec: ${[...declared.application, ...declared.delegated].join(", ")}`,
        "Choose “Grant admin consent for …” and confirm",
      ],
      link: `${cloud.azurePortal}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId/${appId}`,
      probe: "the service principal holds every declared permission, granted for the whole tenant",
      usualMinutes: 2,
      simulation: { action: "admin-consent", payload: { appId } },
    };
  },
});

export function adminConsentResources(spec: EnvironmentSpec): Resource[] {
  const { permissions } = spec.identity.application;
  if (permissions?.consent !== "person") return [];
  if (permissions.application.length + permissions.delegated.length === 0) return [];
  return [
    adminConsent.resource({
      props: permissions,
      dependsOn: [application.address(), servicePrincipal.address()],
    }),
  ];
}
