import type { Context } from "../../engine/resource.ts";
import { application, findApplication } from "../../resources/entra/application.ts";
import { everyGrantOf, graphCatalogue, permissionText } from "../../resources/entra/graph-permissions.ts";
import { servicePrincipal } from "../../resources/entra/service-principal.ts";
import { tenant } from "../../resources/entra/tenant.ts";
import { defineProbe } from "../probe.ts";

const BASICS = {
  persona: "Cloud Application Administrator",
  api: "Microsoft Graph applications, servicePrincipals",
} as const;

export type Registration = {
  readonly appId: string;
  readonly displayName: string;
  readonly signInAudience: string;
  /** psc environments that have put their mark on it. */
  readonly environments: readonly string[];
};

/** Read apart from the resource, which stops where the application belongs to somebody else. */
export const botRegistration = defineProbe<Registration>({
  ...BASICS,
  id: "bot-registration",
  summary: "registration of the bot's application, and whose it is",
  permissions: ["Application.Read.All"],
  sources: ["Microsoft Graph v1.0: Get application; List applications"],
  dependsOn: () => [tenant.address()],
  async read(context) {
    const { name, identity } = context.spec;
    const found = await findApplication(
      { displayName: identity.application.name, environment: name },
      context,
    );
    if (found === undefined) return undefined;
    const { appId, displayName, signInAudience = "", tags = [] } = found;
    const mark = "psc-env:";
    return {
      appId,
      displayName,
      signInAudience,
      environments: tags.filter((tag) => tag.startsWith(mark)).map((tag) => tag.slice(mark.length)),
    };
  },
});

export type Credential = {
  readonly kind: "secret" | "certificate";
  /** Its name, or its key id when it has none. */
  readonly name: string;
  /** ISO times. */
  readonly start: string;
  readonly end: string;
};

interface GraphCredential {
  readonly keyId: string;
  readonly displayName?: string | null;
  readonly startDateTime?: string | null;
  readonly endDateTime?: string | null;
}

/** When the application's credentials begin and end; never what they are. */
export const botCredentials = defineProbe<{ readonly credentials: readonly Credential[] }>({
  ...BASICS,
  id: "bot-credentials",
  summary: "begin and end of every credential of the bot's application",
  permissions: ["Application.Read.All"],
  sources: ["Microsoft Graph v1.0: passwordCredential resource type; keyCredential resource type"],
  dependsOn: () => [application.address()],
  async read(context) {
    const owner = application.data(context);
    if (owner === undefined) return undefined;
    const found = await context.services.graph.get<{
      readonly passwordCredentials?: readonly GraphCredential[];
      readonly keyCredentials?: readonly GraphCredential[];
    }>(`/applications/${owner.id}`, { $select: "id,passwordCredentials,keyCredentials" });
    if (found === undefined) return undefined;
    const plain = (kind: Credential["kind"], list: readonly GraphCredential[] = []): Credential[] =>
      list.map(({ keyId, displayName, startDateTime, endDateTime }) => ({
        kind,
        name: displayName ?? keyId,
        start: startDateTime ?? "",
        end: endDateTime ?? "",
      }));
    return {
      credentials: [
        ...plain("secret", found.passwordCredentials),
        ...plain("certificate", found.keyCredentials),
      ],
    };
  },
});

/** `application User.Read.All`, `delegated User.Read`; what is no permission of Microsoft Graph bears the API's name. */
export type Granted = { readonly permissions: readonly string[] };

async function grantedTo(principalId: string, context: Context): Promise<Granted> {
  const [catalogue, { roles, grants }] = await Promise.all([
    graphCatalogue(context),
    everyGrantOf(principalId, context),
  ]);
  const application = roles.map(({ appRoleId, resourceId, resourceDisplayName }) => {
    const known = catalogue.permissions.find(({ type, id }) => type === "application" && id === appRoleId);
    return resourceId === catalogue.resourceId
      ? permissionText({ type: "application", name: known?.name ?? appRoleId })
      : `application ${appRoleId} of ${resourceDisplayName ?? resourceId}`;
  });
  const delegated = grants.flatMap(({ consentType, resourceId, scope }) =>
    (scope ?? "")
      .split(" ")
      .filter((name) => name !== "")
      .map((name) => {
        const of = resourceId === catalogue.resourceId ? "" : ` of ${resourceId}`;
        const whom = consentType === "AllPrincipals" ? "" : " for one person";
        return `${permissionText({ type: "delegated", name })}${of}${whom}`;
      }),
  );
  return { permissions: [...new Set([...application, ...delegated])].sort() };
}

/** Everything the tenant has granted to the application, whoever asked for it. */
export const botGrants = defineProbe<Granted>({
  ...BASICS,
  id: "bot-grants",
  summary:
    "permissions the tenant has granted to the bot's application, of Microsoft Graph and of any other API",
  permissions: ["Application.Read.All", "Directory.Read.All"],
  sources: [
    "Microsoft Graph v1.0: List appRoleAssignments granted to a service principal; List oauth2PermissionGrants",
  ],
  dependsOn: () => [servicePrincipal.address()],
  async read(context) {
    const principal = servicePrincipal.data(context);
    return principal === undefined ? undefined : grantedTo(principal.id, context);
  },
});
