import { findPrincipal } from "../entra/directory.ts";
import { Refusal, type SandboxResponse } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { callerOf, requirePowerPlatformAccess } from "./administrators.ts";
import { environmentIdInvalid, gatewayBody, gatewayRefusal, textMember } from "./power-platform-errors.ts";
import { bapState, MINUTE, powerPlatformState, type RoleAssignment } from "./power-platform-state.ts";

/**
 * Built-in roles (d365collaborative/d365bap.tools, internal/misc/Ppac.Rbac.Roles.json). Assumption: the permissions
 * of the roles are not published, so the lists are empty.
 */
const ROLE_DEFINITIONS: readonly (readonly [string, string])[] = [
  ["95e94555-018c-447b-8691-bdac8e12211e", "Power Platform role-based access control administrator"],
  ["c886ad2e-27f7-4874-8381-5849b8d8a090", "Power Platform reader"],
  ["ff954d61-a89a-4fbe-ace9-01c367b89f87", "Power Platform contributor"],
  ["0cb07c69-1631-4725-ab35-e59e001c51ea", "Power Platform owner"],
  ["38c9f647-07da-4e42-bfd7-4be26ee3110a", "Environment Management Administrator"],
  ["7c1ad5c2-e100-4676-8e6a-60f2940dc3f2", "Environment Provisioning Operator"],
  ["8419cc69-3a16-442a-a707-1506d08fdfbd", "Manage Governance Operator"],
  ["1284d1a1-2b8f-4b3d-a326-ad1068d1517c", "Lifecycle Operations Reader"],
];

/** Until then the authorization service does not know a new environment and answers `EnvironmentIdInvalid`. */
const PROPAGATION = 1 * MINUTE;

const PERMISSION = "Authorization.RoleAssignments.ReadWrite";

/** `Forbidden` of this namespace (services/role_based_access of microsoft/terraform-provider-power-platform). */
const accessDenied = (): Refusal =>
  new Refusal({ status: 403, body: { error: { code: "Forbidden", message: "Access denied" } } });

/** This namespace words every lack of permission alike. */
function requireAccess(request: RoutedRequest, world: World, write: boolean): void {
  try {
    requirePowerPlatformAccess(request, world, { permission: PERMISSION, write });
  } catch (error) {
    throw error instanceof Refusal ? accessDenied() : error;
  }
}

/** Only people assign these roles (d365collaborative/d365bap.tools asks for a user token). */
function requirePerson(request: RoutedRequest, world: World): void {
  if (callerOf(request).kind === "application") throw accessDenied();
  requireAccess(request, world, true);
}

/** Scope that the path stands for: the tenant, or one environment of it. */
function scopeOf(request: RoutedRequest, world: World): string {
  const tenant = `/tenants/${TENANT.id}`;
  const id = request.params["environment"];
  if (id === undefined) return tenant;
  const environment = bapState(world).environments[id] ?? bapState(world).environments[id.toLowerCase()];
  if (environment === undefined || world.now() < environment.createdTime + PROPAGATION)
    throw environmentIdInvalid(id);
  return `${tenant}/environments/${environment.id}`;
}

function list(request: RoutedRequest, world: World): SandboxResponse {
  requireAccess(request, world, false);
  const scope = scopeOf(request, world);
  const value = Object.values(powerPlatformState(world).roleAssignments).filter(
    (assignment) => assignment.scope.toLowerCase() === scope.toLowerCase(),
  );
  return { status: 200, body: { value } };
}

function create(request: RoutedRequest, world: World): SandboxResponse {
  requirePerson(request, world);
  const scope = scopeOf(request, world);
  const body = gatewayBody(request);
  const principalObjectId = textMember(body, "principalObjectId") ?? "";
  const principalType = textMember(body, "principalType") ?? "";
  const roleDefinitionId = textMember(body, "roleDefinitionId") ?? "";
  const wantedKind = { ApplicationUser: "servicePrincipal", User: "user", Group: "group" }[principalType];
  // Assumption: only the refusal of an unknown service principal is recorded; the others follow it.
  if (wantedKind === undefined)
    throw gatewayRefusal(400, "BadRequest", `The principal type '${principalType}' is not valid.`);
  if (findPrincipal(world, principalObjectId)?.kind !== wantedKind)
    throw gatewayRefusal(400, "PrincipalDoesNotExist", "The service principal does not exist in tenant.");
  if (!ROLE_DEFINITIONS.some(([id]) => id === roleDefinitionId))
    throw gatewayRefusal(400, "BadRequest", `The role definition '${roleDefinitionId}' does not exist.`);
  const stated = textMember(body, "scope");
  if (stated !== undefined && stated.toLowerCase() !== scope.toLowerCase())
    throw gatewayRefusal(400, "BadRequest", `The scope '${stated}' does not belong to the path.`);
  const { roleAssignments } = powerPlatformState(world);
  const assignment: RoleAssignment = {
    roleAssignmentId: world.newId(),
    scope,
    principalType,
    principalObjectId,
    roleDefinitionId,
    createdByPrincipalType: "User",
    createdByPrincipalObjectId: callerOf(request).objectId,
    createdOn: `${world.iso().slice(0, 19)}Z`,
    expiresOn: null,
  };
  roleAssignments[assignment.roleAssignmentId] = assignment;
  return { status: 201, body: assignment };
}

function remove(request: RoutedRequest, world: World): SandboxResponse {
  requirePerson(request, world);
  const scope = scopeOf(request, world);
  const { roleAssignments } = powerPlatformState(world);
  const assignment = roleAssignments[request.params["assignment"] ?? ""];
  if (assignment === undefined || assignment.scope !== scope)
    throw gatewayRefusal(404, "NotFound", "The role assignment could not be found.");
  delete roleAssignments[assignment.roleAssignmentId];
  return { status: 204 };
}

/** Role-based access control of the Power Platform (preview): roles, and who holds them where. */
export const ROLE_ASSIGNMENT_ROUTES: readonly Route[] = [
  route("GET", "/authorization/roleDefinitions", (request, world) => {
    requireAccess(request, world, false);
    const value = ROLE_DEFINITIONS.map(([roleDefinitionId, roleDefinitionName]) => ({
      roleDefinitionId,
      roleDefinitionName,
      permissions: [],
    }));
    return { status: 200, body: { value } };
  }),
  ...["/authorization", "/authorization/environments/{environment}"].flatMap((base) => [
    route("GET", `${base}/roleAssignments`, list),
    route("POST", `${base}/roleAssignments`, create),
    route("DELETE", `${base}/roleAssignments/{assignment}`, remove),
  ]),
];
