import { findPrincipal, membersOf } from "../entra/directory.ts";
import { DIRECTORY_ROLES } from "../entra/directory-roles.ts";
import type { Caller } from "../exchange.ts";
import { isWithheld } from "../withheld.ts";
import type { World } from "../world.ts";
import { refuseUnauthorized } from "./arm-errors.ts";
import { armState, type RoleAssignment } from "./arm-state.ts";
import type { RoleDefinition } from "./built-in-roles.ts";
import { findRole } from "./roles.ts";
import { isWithin } from "./scopes.ts";

/** Providers at tenant level that count directory roles of people, by their scope. */
const DIRECTORY_SCOPES: Readonly<Record<string, readonly string[]>> = {
  "/providers/microsoft.aadiam": [
    DIRECTORY_ROLES.globalAdministrator.templateId,
    DIRECTORY_ROLES.securityAdministrator.templateId,
  ],
};

/** Wildcards as in role definitions: case makes no difference, an asterisk stands for any characters. */
function actionMatches(pattern: string, action: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^$()|[\]\\{}]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(action);
}

function grants(role: RoleDefinition, action: string): boolean {
  return (
    role.actions.some((pattern) => actionMatches(pattern, action)) &&
    !role.notActions.some((pattern) => actionMatches(pattern, action))
  );
}

function isMember(world: World, groupId: string, objectId: string, depth = 0): boolean {
  const members = membersOf(world, groupId);
  if (members.includes(objectId)) return true;
  // Nested groups count for Azure roles; the depth only guards against groups that contain each other.
  return (
    depth < 8 &&
    members.some(
      (member) =>
        findPrincipal(world, member)?.kind === "group" && isMember(world, member, objectId, depth + 1),
    )
  );
}

/** True when what is given to `principalId` is given to `objectId`, directly or through groups. */
export function reaches(world: World, principalId: string, objectId: string): boolean {
  return (
    principalId.toLowerCase() === objectId.toLowerCase() ||
    (findPrincipal(world, principalId)?.kind === "group" && isMember(world, principalId, objectId))
  );
}

export function isInForce(world: World, assignment: RoleAssignment): boolean {
  return assignment.endsAt === null || assignment.endsAt > world.now();
}

/** Roles that the caller holds at the scope or above it. */
export function rolesAt(world: World, caller: Caller, scope: string): readonly RoleDefinition[] {
  return Object.values(armState(world).roleAssignments)
    .filter(
      (assignment) =>
        isInForce(world, assignment) &&
        isWithin(scope, assignment.scope) &&
        reaches(world, assignment.principalId, caller.objectId),
    )
    .map((assignment) => findRole(world, assignment.roleDefinitionId))
    .filter((role) => role !== undefined);
}

/** Union of the roles: what one role leaves out with `notActions` another may still give ("Understand Azure role definitions", learn.microsoft.com). */
export function isAllowed(world: World, caller: Caller, action: string, scope: string): boolean {
  return rolesAt(world, caller, scope).some((role) => grants(role, action));
}

/** True when the caller holds any role on the subscription or inside it: that is when it is listed. */
export function seesSubscription(world: World, caller: Caller, subscriptionId: string): boolean {
  const root = `/subscriptions/${subscriptionId}`;
  return Object.values(armState(world).roleAssignments).some(
    (assignment) =>
      isInForce(world, assignment) &&
      isWithin(assignment.scope, root) &&
      reaches(world, assignment.principalId, caller.objectId),
  );
}

function mayByDirectoryRole(caller: Caller, scope: string): boolean {
  if (caller.kind !== "user") return false;
  const roles = Object.entries(DIRECTORY_SCOPES).find(([outer]) => isWithin(scope, outer))?.[1] ?? [];
  return caller.directoryRoles.some((role) => roles.includes(role.toLowerCase()));
}

/** Answers 403 unless the caller may do it. */
export function authorize(world: World, caller: Caller, action: string, scope: string): void {
  if (
    isWithheld(world, action) ||
    (!isAllowed(world, caller, action, scope) && !mayByDirectoryRole(caller, scope))
  )
    // A service principal is named by its application id, a user by the user principal name.
    refuseUnauthorized(caller.kind === "user" ? caller.name : caller.appId, caller.objectId, action, scope);
}
