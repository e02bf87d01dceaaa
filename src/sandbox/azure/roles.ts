import type { World } from "../world.ts";
import { armState, type CustomRole } from "./arm-state.ts";
import { BUILT_IN_ROLES, type RoleDefinition } from "./built-in-roles.ts";
import { isWithin } from "./scopes.ts";

/** Every role that there is in the tenant: Azure's own, and those that somebody made. */

function idIn(roleDefinitionId: string): string {
  return roleDefinitionId.split("/").at(-1)?.toLowerCase() ?? "";
}

export function findCustomRole(world: World, roleDefinitionId: string): CustomRole | undefined {
  return armState(world).roleDefinitions[idIn(roleDefinitionId)];
}

/** Finds a role by a role definition id in any of its forms, or by its bare GUID. */
export function findRole(world: World, roleDefinitionId: string): RoleDefinition | undefined {
  const id = idIn(roleDefinitionId);
  return BUILT_IN_ROLES.find((candidate) => candidate.id === id) ?? findCustomRole(world, id);
}

/** Custom roles that may be assigned at a scope; with `below` also those that may be only further down. */
function customRolesAt(world: World, scope: string, below: boolean): readonly CustomRole[] {
  return Object.values(armState(world).roleDefinitions).filter(({ assignableScopes }) =>
    assignableScopes.some((own) => isWithin(scope, own) || (below && isWithin(own, scope))),
  );
}

/** The roles that can be given at a scope. */
export function rolesFor(world: World, scope: string, below = false): readonly RoleDefinition[] {
  return [...BUILT_IN_ROLES, ...customRolesAt(world, scope, below)];
}

export function isCustomRole(role: RoleDefinition): role is CustomRole {
  return "assignableScopes" in role;
}
