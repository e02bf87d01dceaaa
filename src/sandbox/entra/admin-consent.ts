import type { Json, JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { graphTime } from "./directory-values.ts";
import { directoryOf, liveObjectBy, textOf } from "./entra-state.ts";
import { appRoleAssignmentId, permissionGrantId } from "./object-ids.ts";

function objectsIn(list: Json | undefined): JsonObject[] {
  return (Array.isArray(list) ? list : []).flatMap((entry) =>
    typeof entry === "object" && entry !== null && !Array.isArray(entry) ? [entry] : [],
  );
}

/**
 * "Grant admin consent": everything the application asks for is granted for the whole tenant, delegated permissions in
 * one grant a resource ("Grant tenant-wide admin consent to an application", Microsoft Entra).
 * @returns false when the tenant has no such application with a service principal.
 */
export function grantAdminConsent(world: World, appId: string): boolean {
  const application = liveObjectBy(world, "application", "appId", appId);
  const principal = liveObjectBy(world, "servicePrincipal", "appId", appId);
  if (application === undefined || principal === undefined) return false;
  const { appRoleAssignments, permissionGrants } = directoryOf(world);
  for (const access of objectsIn(application.value["requiredResourceAccess"])) {
    const resource = liveObjectBy(world, "servicePrincipal", "appId", textOf(access, "resourceAppId"));
    if (resource === undefined) continue;
    const asked = objectsIn(access["resourceAccess"]);
    for (const { id } of asked.filter(({ type }) => type === "Role")) {
      const appRoleId = String(id);
      const held = appRoleAssignments.some(
        (known) =>
          known.principalId === principal.id &&
          known.resourceId === resource.id &&
          known.appRoleId === appRoleId,
      );
      if (!held)
        appRoleAssignments.push({
          id: appRoleAssignmentId(principal.id),
          appRoleId,
          createdDateTime: graphTime(world.now()),
          principalId: principal.id,
          principalType: "ServicePrincipal",
          resourceId: resource.id,
        });
    }
    const scopes = objectsIn(resource.value["oauth2PermissionScopes"])
      .filter((scope) => asked.some(({ id, type }) => type === "Scope" && id === scope["id"]))
      .map((scope) => textOf(scope, "value"));
    if (scopes.length === 0) continue;
    const id = permissionGrantId(principal.id, resource.id, null);
    const present = permissionGrants.find((grant) => grant.id === id);
    if (present !== undefined)
      present.scope = [...new Set([...present.scope.split(" "), ...scopes])].join(" ").trim();
    else
      permissionGrants.push({
        id,
        clientId: principal.id,
        consentType: "AllPrincipals",
        principalId: null,
        resourceId: resource.id,
        scope: scopes.join(" "),
      });
  }
  return true;
}
