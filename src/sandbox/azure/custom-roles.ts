import type { SandboxResponse } from "../exchange.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type CustomRole } from "./arm-state.ts";
import { isAllowed } from "./authorization.ts";
import { BUILT_IN_ROLES } from "./built-in-roles.ts";
import { type ArmCall, bodyOf, objectIn } from "./pipeline.ts";
import { findCustomRole, findRole } from "./roles.ts";

const WRITE = "Microsoft.Authorization/roleDefinitions/write";

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/**
 * An action is a provider's, ends in one of four verbs or holds an asterisk, and the provider must have it. The sandbox
 * does not have the providers' lists, so it knows a wrong verb and a wrong shape only.
 */
function isAction(text: string): boolean {
  return text === "*" || /^[A-Za-z*][\w.*]*(\/[\w.*-]+)*\/(\*|read|write|delete|action)$/i.test(text);
}

function requireActions(actions: readonly string[], dataActions: readonly string[]): void {
  const wrong = [...actions, ...dataActions].find((action) => !isAction(action));
  if (wrong === undefined) return;
  const message = `'${wrong}' does not match any of the actions supported by the providers.`;
  if (actions.includes(wrong)) refuseArm(400, "InvalidActionOrNotAction", message);
  refuseArm(400, "InvalidDataActionOrNotDataAction", message);
}

function requireScopes(call: ArmCall, scopes: readonly string[]): void {
  if (scopes.length === 0)
    refuseArm(400, "MissingAssignableScopes", "The role definition has no assignable scopes.");
  for (const [index, scope] of scopes.entries()) {
    if (!/^\/(subscriptions|providers)\/[^/]+/i.test(scope))
      refuseArm(
        400,
        "LinkedInvalidPropertyId",
        `Property id '${scope}' at path 'properties.assignableScopes[${index}]' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
        { gateway: true },
      );
    if (isAllowed(call.world, call.caller, WRITE, scope)) continue;
    const { caller } = call;
    refuseArm(
      403,
      "LinkedAuthorizationFailed",
      `The client '${caller.kind === "user" ? caller.name : caller.appId}' with object id '${caller.objectId}' has permission to perform action '${WRITE}' on scope '${call.scope()}'; however, it does not have permission to perform action '${WRITE}' on the linked scope(s) '${scope}' or the linked scope(s) are invalid.`,
      { gateway: true },
    );
  }
}

function requireFreeName(call: ArmCall, id: string, roleName: string): void {
  const wanted = roleName.toLowerCase();
  const custom = Object.values(armState(call.world).roleDefinitions);
  if ([...BUILT_IN_ROLES, ...custom].some((role) => role.id !== id && role.roleName.toLowerCase() === wanted))
    refuseArm(
      409,
      "RoleDefinitionWithSameNameExists",
      "A custom role with the same name already exists in this directory. Use a different name.",
    );
}

/**
 * Makes or changes a custom role (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2022-04-01/
 * authorization-RoleDefinitionsCalls.json, which knows 201 only). Codes of refusals: the recorded tests
 * `RoleDefinitionCreateTests` and `RoleDefinitionUpdateTests` of Azure/azure-sdk-for-net's authorization client.
 */
export function putCustomRole(call: ArmCall, present: (role: CustomRole) => object): SandboxResponse {
  const { world } = call;
  const id = call.param("role").toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    refuseArm(
      400,
      "InvalidRoleDefinitionId",
      `The role definition ID '${call.param("role")}' is not valid. The role definition ID must be a GUID.`,
    );
  const wanted = objectIn(bodyOf(call)["properties"]);
  const type = wanted["type"] ?? wanted["roleType"] ?? "CustomRole";
  if (String(type).toLowerCase() !== "customrole")
    refuseArm(400, "InvalidRoleDefinitionType", `The role definition type '${String(type)}' is not valid.`);
  const known = findCustomRole(world, id);
  if (known === undefined && findRole(world, id) !== undefined)
    refuseArm(409, "RoleDefinitionExists", "The role definition already exists.");
  const roleName = typeof wanted["roleName"] === "string" ? wanted["roleName"].trim() : "";
  if (roleName === "")
    refuseArm(400, "RoleDefinitionNameNullOrEmpty", "The role definition name must not be null or empty.");
  const assignableScopes = textsIn(wanted["assignableScopes"]);
  requireScopes(call, assignableScopes);
  requireFreeName(call, id, roleName);
  const permissions = (Array.isArray(wanted["permissions"]) ? wanted["permissions"] : []).map(objectIn);
  const listed = (name: string): string[] => permissions.flatMap((permission) => textsIn(permission[name]));
  const [actions, notActions] = [listed("actions"), listed("notActions")];
  const [dataActions, notDataActions] = [listed("dataActions"), listed("notDataActions")];
  requireActions([...actions, ...notActions], [...dataActions, ...notDataActions]);
  const role: CustomRole = {
    id,
    roleName,
    description: typeof wanted["description"] === "string" ? wanted["description"] : "",
    actions,
    notActions,
    dataActions,
    notDataActions,
    assignableScopes,
    createdOn: known?.createdOn ?? world.iso(),
    updatedOn: world.iso(),
    createdBy: known?.createdBy ?? call.caller.objectId,
    updatedBy: call.caller.objectId,
  };
  armState(world).roleDefinitions[id] = role;
  return { status: 201, body: present(role) };
}

/** 200 with what there was, 204 when there was nothing; refused while somebody holds the role. */
export function deleteCustomRole(call: ArmCall, present: (role: CustomRole) => object): SandboxResponse {
  const { world } = call;
  const role = findCustomRole(world, call.param("role"));
  if (role === undefined) {
    if (findRole(world, call.param("role")) !== undefined)
      refuseArm(400, "InvalidRoleDefinitionType", "A built-in role cannot be deleted.");
    return { status: 204 };
  }
  const holds = ({ roleDefinitionId }: { roleDefinitionId: string }): boolean =>
    roleDefinitionId.toLowerCase().endsWith(`/${role.id}`);
  if (Object.values(armState(world).roleAssignments).some(holds))
    // "Troubleshoot Azure RBAC" (learn.microsoft.com) quotes code and text; the status is an assumption.
    refuseArm(
      400,
      "RoleDefinitionHasAssignments",
      "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).",
    );
  delete armState(world).roleDefinitions[role.id];
  return { status: 200, body: present(role) };
}
