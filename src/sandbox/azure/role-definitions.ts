import type { Route } from "../routes.ts";
import { refuseArm } from "./arm-errors.ts";
import { rolesAt } from "./authorization.ts";
import type { RoleDefinition } from "./built-in-roles.ts";
import { deleteCustomRole, putCustomRole } from "./custom-roles.ts";
import { type ArmCall, armRoute, subscriptionIn } from "./pipeline.ts";
import { findRole, isCustomRole, rolesFor } from "./roles.ts";
import { parseScopeFilter } from "./scope-filter.ts";

const TYPE = "Microsoft.Authorization/roleDefinitions";

function permissionOf(role: RoleDefinition): object {
  const { actions, notActions } = role;
  const data = isCustomRole(role) ? role : { dataActions: [], notDataActions: [] };
  return { actions, notActions, dataActions: data.dataActions, notDataActions: data.notDataActions };
}

/** Roles are presented under the subscription they are asked for, at tenant level without one. */
export function roleDefinitionId(role: RoleDefinition, scope: string): string {
  const subscription = subscriptionIn(scope);
  const prefix = subscription === undefined ? "" : `/subscriptions/${subscription}`;
  return `${prefix}/providers/Microsoft.Authorization/roleDefinitions/${role.id}`;
}

function present(role: RoleDefinition, scope: string): object {
  return {
    properties: {
      roleName: role.roleName,
      type: isCustomRole(role) ? "CustomRole" : "BuiltInRole",
      description: role.description,
      assignableScopes: isCustomRole(role) ? role.assignableScopes : ["/"],
      permissions: [permissionOf(role)],
      createdOn: role.createdOn,
      updatedOn: role.updatedOn,
      createdBy: isCustomRole(role) ? role.createdBy : null,
      updatedBy: isCustomRole(role) ? role.updatedBy : null,
    },
    id: roleDefinitionId(role, scope),
    type: TYPE,
    name: role.id,
  };
}

function list(call: ArmCall, scope: string): object {
  const filter = parseScopeFilter(call.request.query.get("$filter"));
  const value = rolesFor(call.world, scope, filter.andBelow === true)
    .filter(
      (role) =>
        (filter.roleName === undefined || role.roleName.toLowerCase() === filter.roleName.toLowerCase()) &&
        (filter.type === undefined ||
          filter.type.toLowerCase() === (isCustomRole(role) ? "customrole" : "builtinrole")),
    )
    .map((role) => present(role, scope));
  return { value };
}

function get(call: ArmCall, scope: string): object {
  const role = findRole(call.world, call.param("role"));
  if (role === undefined)
    return refuseArm(
      404,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${call.param("role").replaceAll("-", "")}' does not exist.`,
    );
  return present(role, scope);
}

const COLLECTION = "/providers/Microsoft.Authorization/roleDefinitions";

/**
 * Role definitions and the caller's own permissions (Azure/azure-rest-api-specs:
 * Microsoft.Authorization/stable/2022-04-01/authorization-RoleDefinitionsCalls.json; shape as recorded in
 * Azure/azure-cli-extensions:src/amg/azext_amg/tests/latest/recordings/test_amg_integrations_monitor.yaml).
 */
export const ROLE_DEFINITION_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: COLLECTION,
    type: TYPE,
    handle: (call) => ({ status: 200, body: list(call, "/") }),
  }),
  armRoute({
    method: "GET",
    template: `${COLLECTION}/{role}`,
    type: TYPE,
    handle: (call) => ({ status: 200, body: get(call, "/") }),
  }),
  armRoute({
    method: "GET",
    template: `/{scope*}${COLLECTION}`,
    type: TYPE,
    action: `${TYPE}/read`,
    at: (call) => call.scope(),
    handle: (call) => ({ status: 200, body: list(call, call.scope()) }),
  }),
  armRoute({
    method: "GET",
    template: `/{scope*}${COLLECTION}/{role}`,
    type: TYPE,
    action: `${TYPE}/read`,
    at: (call) => call.scope(),
    handle: (call) => ({ status: 200, body: get(call, call.scope()) }),
  }),
  armRoute({
    method: "PUT",
    template: `/{scope*}${COLLECTION}/{role}`,
    type: TYPE,
    action: `${TYPE}/write`,
    at: (call) => call.scope(),
    handle: (call) => putCustomRole(call, (role) => present(role, call.scope())),
  }),
  armRoute({
    method: "DELETE",
    template: `/{scope*}${COLLECTION}/{role}`,
    type: TYPE,
    action: `${TYPE}/delete`,
    at: (call) => call.scope(),
    handle: (call) => deleteCustomRole(call, (role) => present(role, call.scope())),
  }),
  armRoute({
    method: "GET",
    template: "/{scope*}/providers/Microsoft.Authorization/permissions",
    type: "Microsoft.Authorization/permissions",
    handle: (call) => ({
      status: 200,
      body: { value: rolesAt(call.world, call.caller, call.scope()).map(permissionOf) },
    }),
  }),
];
