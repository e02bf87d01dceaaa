import type { Caller, SandboxRequest } from "../exchange.ts";
import { isWithheld } from "../withheld.ts";
import type { World } from "../world.ts";
import { principalForbidden, servicePrincipalForbidden, userForbidden } from "./power-platform-errors.ts";
import { bapState, type Principal, powerPlatformState } from "./power-platform-state.ts";

/** Role template ids ("Microsoft Entra built-in roles", Microsoft Learn) whose holders administer the Power Platform. */
export const ADMINISTRATOR_ROLES: readonly string[] = [
  "62e90394-69f5-4237-9190-012177145e10", // Global Administrator
  "11648597-926c-4cf3-9c36-bcebb0ba8dcc", // Power Platform Administrator
  "44367163-eba1-44c3-98af-f5787879f96a", // Dynamics 365 Administrator
];

/** Role definition ids of Power Platform RBAC (d365collaborative/d365bap.tools, internal/misc/Ppac.Rbac.Roles.json). */
const WRITING_ROLES = ["0cb07c69-1631-4725-ab35-e59e001c51ea", "ff954d61-a89a-4fbe-ace9-01c367b89f87"];
const READING_ROLES = [...WRITING_ROLES, "c886ad2e-27f7-4874-8381-5849b8d8a090"];

export function isManagementApplication(world: World, appId: string): boolean {
  return bapState(world).managementApplications.some(
    (application) => application.applicationId.toLowerCase() === appId.toLowerCase(),
  );
}

function isAdministrator(world: World, caller: Caller): boolean {
  if (isWithheld(world, "Power Platform Administrator")) return false;
  return caller.kind === "application"
    ? isManagementApplication(world, caller.appId)
    : caller.directoryRoles.some((role) => ADMINISTRATOR_ROLES.includes(role.toLowerCase()));
}

/** The caller as the state remembers it. Every route of these services is behind a verified token. */
export function principalOf(request: SandboxRequest): Principal {
  const caller = request.caller;
  if (caller === undefined) throw new Error("the route was reached without a caller");
  return { objectId: caller.objectId, appId: caller.appId, kind: caller.kind, name: caller.name };
}

export function callerOf(request: SandboxRequest): Caller {
  const caller = request.caller;
  if (caller === undefined) throw new Error("the route was reached without a caller");
  return caller;
}

/**
 * Lets administrators and registered management applications pass; anybody else gets BAP's 403
 * ("Create a service principal application via API", Power Platform documentation).
 */
export function requireBapAdministrator(request: SandboxRequest, world: World): void {
  const caller = callerOf(request);
  if (isAdministrator(world, caller)) return;
  throw caller.kind === "application" ? servicePrincipalForbidden(request) : userForbidden(request);
}

/** BAP operations that only a person may ask for: registering management applications, reading the tenant. */
export function requireBapPerson(request: SandboxRequest, world: World): void {
  if (callerOf(request).kind === "application") throw servicePrincipalForbidden(request);
  requireBapAdministrator(request, world);
}

/** Non-administrators may look at what is open to every member of the tenant; unregistered applications may not. */
export function requireTenantMember(request: SandboxRequest, world: World): { administrator: boolean } {
  const caller = callerOf(request);
  const administrator = isAdministrator(world, caller);
  if (!administrator && caller.kind === "application") throw servicePrincipalForbidden(request);
  return { administrator };
}

/**
 * Authorization of the Power Platform API: administrators, registered applications, and principals with an RBAC
 * assignment on the environment or the tenant ("Role-based access control for Power Platform admin center").
 * Assumption: Owner and Contributor may write here and Reader may read; the granular permissions are not published.
 */
export function requirePowerPlatformAccess(
  request: SandboxRequest,
  world: World,
  access: { readonly permission: string; readonly environmentId?: string; readonly write: boolean },
): void {
  const caller = callerOf(request);
  if (isWithheld(world, access.permission)) throw principalForbidden(access.permission);
  if (isAdministrator(world, caller)) return;
  const scopes = [
    `/tenants/${caller.tenantId}`,
    ...(access.environmentId === undefined
      ? []
      : [`/tenants/${caller.tenantId}/environments/${access.environmentId}`]),
  ].map((scope) => scope.toLowerCase());
  const roles = access.write ? WRITING_ROLES : READING_ROLES;
  const granted = Object.values(powerPlatformState(world).roleAssignments).some(
    (assignment) =>
      assignment.principalObjectId === caller.objectId &&
      scopes.includes(assignment.scope.toLowerCase()) &&
      roles.includes(assignment.roleDefinitionId),
  );
  if (!granted) throw principalForbidden(access.permission);
}
