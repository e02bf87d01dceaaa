import { type DirectoryPrincipal, findPrincipal } from "../entra/directory.ts";
import type { SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type RoleAssignment } from "./arm-state.ts";
import { isInForce } from "./authorization.ts";
import type { RoleDefinition } from "./built-in-roles.ts";
import { type ArmCall, armRoute, bodyOf, objectIn } from "./pipeline.ts";
import { findRole } from "./roles.ts";
import { matchesScopeFilter, parseScopeFilter } from "./scope-filter.ts";
import { requireScope } from "./tracked-resources.ts";

const TYPE = "Microsoft.Authorization/roleAssignments";

/**
 * ARM has its own copy of the directory, which follows Entra's after a while (sandbox ms); sending `principalType`
 * shortens the wait but does not spare it (MicrosoftDocs/azure-docs issue 103085).
 */
const DIRECTORY_LAG_MS = { typed: 15_000, untyped: 60_000 } as const;

/**
 * New assignments flicker: for this long every other read misses them. hashicorp/terraform-provider-azurerm:
 * internal/services/authorization/role_assignment_resource.go waits for five good reads in a row for that reason.
 */
const READ_LAG_MS = 10_000;

const PRINCIPAL_TYPES: Readonly<Record<DirectoryPrincipal["kind"], string>> = {
  user: "User",
  group: "Group",
  servicePrincipal: "ServicePrincipal",
};

export function principalTypeOf(principal: DirectoryPrincipal): string {
  return PRINCIPAL_TYPES[principal.kind];
}

const bare = (id: string): string => id.replaceAll("-", "");

/** The principal as ARM's copy of the directory knows it. */
export function knownPrincipal(
  world: World,
  objectId: string,
  typed: boolean,
): DirectoryPrincipal | undefined {
  const principal = findPrincipal(world, objectId);
  const lag = typed ? DIRECTORY_LAG_MS.typed : DIRECTORY_LAG_MS.untyped;
  return principal !== undefined && principal.readableAt + lag <= world.now() ? principal : undefined;
}

export function requireRole(world: World, roleDefinitionId: unknown): RoleDefinition {
  const role = typeof roleDefinitionId === "string" ? findRole(world, roleDefinitionId) : undefined;
  if (role === undefined)
    // Reading a role that is not there is 404; that assigning it is 400 is an assumption.
    return refuseArm(
      400,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${bare(String(roleDefinitionId).split("/").at(-1) ?? "")}' does not exist.`,
    );
  return role;
}

function present(assignment: RoleAssignment): object {
  return {
    properties: {
      roleDefinitionId: assignment.roleDefinitionId,
      principalId: assignment.principalId,
      principalType: assignment.principalType,
      scope: assignment.scope,
      condition: assignment.condition,
      conditionVersion: assignment.conditionVersion,
      createdOn: assignment.createdOn,
      updatedOn: assignment.updatedOn,
      createdBy: assignment.createdBy,
      updatedBy: assignment.updatedBy,
      delegatedManagedIdentityResourceId: null,
      description: assignment.description,
    },
    id: assignment.id,
    type: TYPE,
    name: assignment.name,
  };
}

/** The assignments in force, by whichever replica answers. */
function readable(world: World): RoleAssignment[] {
  return Object.values(armState(world).roleAssignments).filter((assignment) => {
    if (!isInForce(world, assignment)) return false;
    if (assignment.createdAt + READ_LAG_MS <= world.now()) return true;
    assignment.lagReads += 1;
    return assignment.lagReads % 2 === 0;
  });
}

function lastSegment(id: string): string {
  return id.split("/").at(-1)?.toLowerCase() ?? "";
}

/** The assignment of the same role to the same principal at the same scope, whatever its name. */
export function findSame(
  world: World,
  scope: string,
  roleId: string,
  principalId: string,
): RoleAssignment | undefined {
  return Object.values(armState(world).roleAssignments).find(
    (assignment) =>
      isInForce(world, assignment) &&
      assignment.scope.toLowerCase() === scope.toLowerCase() &&
      lastSegment(assignment.roleDefinitionId) === roleId &&
      assignment.principalId.toLowerCase() === principalId.toLowerCase(),
  );
}

/** Writes an assignment into the state; the caller has checked everything. */
export function addAssignment(
  world: World,
  wanted: {
    readonly name: string;
    readonly scope: string;
    readonly roleDefinitionId: string;
    readonly principalId: string;
    readonly principalType: string;
    readonly by: string;
    readonly endsAt?: number | null;
    readonly description?: string | null;
    readonly condition?: string | null;
    readonly conditionVersion?: string | null;
  },
): RoleAssignment {
  const prefix = wanted.scope === "/" ? "" : wanted.scope;
  const id = `${prefix}/providers/Microsoft.Authorization/roleAssignments/${wanted.name}`;
  const assignment: RoleAssignment = {
    id,
    name: wanted.name,
    scope: wanted.scope,
    roleDefinitionId: wanted.roleDefinitionId,
    principalId: wanted.principalId,
    principalType: wanted.principalType,
    description: wanted.description ?? null,
    condition: wanted.condition ?? null,
    conditionVersion: wanted.conditionVersion ?? null,
    createdOn: world.iso(),
    updatedOn: world.iso(),
    createdBy: wanted.by,
    updatedBy: wanted.by,
    createdAt: world.now(),
    lagReads: 0,
    endsAt: wanted.endsAt ?? null,
  };
  armState(world).roleAssignments[id.toLowerCase()] = assignment;
  return assignment;
}

function keyOf(call: ArmCall): string {
  return `${call.scope()}/providers/${TYPE}/${call.param("name")}`.toLowerCase();
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

function put(call: ArmCall): SandboxResponse {
  const { world } = call;
  const scope = call.scope();
  requireScope(world, scope);
  const name = call.param("name");
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(name))
    refuseArm(
      400,
      "InvalidRoleAssignmentId",
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    );
  const body = objectIn(bodyOf(call)["properties"]);
  const role = requireRole(world, body["roleDefinitionId"]);
  const principalId = String(body["principalId"] ?? "");
  const asked = textOrNull(body["principalType"]);
  const principal = knownPrincipal(world, principalId, asked !== null);
  if (principal === undefined)
    return refuseArm(
      400,
      "PrincipalNotFound",
      `Principal ${bare(principalId)} does not exist in the directory ${call.caller.tenantId}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype`,
    );
  const principalType = principalTypeOf(principal);
  if (asked !== null && asked.toLowerCase() !== principalType.toLowerCase())
    refuseArm(
      400,
      "UnmatchedPrincipalType",
      `The PrincipalId '${bare(principalId)}' has type '${principalType}' , which is different from specified PrinciaplType '${asked}'.`,
    );
  const named = armState(world).roleAssignments[keyOf(call)];
  const same = findSame(world, scope, role.id, principalId);
  if (named !== undefined && same !== named)
    // "BadRequest status" in "Troubleshoot Azure RBAC" (learn.microsoft.com), which quotes code and text.
    refuseArm(
      400,
      "RoleAssignmentUpdateNotPermitted",
      "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    );
  if (same !== undefined && same !== named)
    refuseArm(
      409,
      "RoleAssignmentExists",
      `The role assignment already exists. The ID of the existing role assignment is ${bare(same.name)}.`,
    );
  if (named !== undefined) {
    named.description = textOrNull(body["description"]);
    named.condition = textOrNull(body["condition"]);
    named.conditionVersion = textOrNull(body["conditionVersion"]);
    named.updatedOn = world.iso();
    named.updatedBy = call.caller.objectId;
    return { status: 200, body: present(named) };
  }
  const assignment = addAssignment(world, {
    name,
    scope,
    roleDefinitionId: String(body["roleDefinitionId"]),
    principalId,
    principalType,
    by: call.caller.objectId,
    description: textOrNull(body["description"]),
    condition: textOrNull(body["condition"]),
    conditionVersion: textOrNull(body["conditionVersion"]),
  });
  // Who made it is told by later reads only, as recorded (Azure/azure-cli-extensions:src/amg).
  return { status: 201, body: present({ ...assignment, createdBy: null }) };
}

const ONE = "/{scope*}/providers/Microsoft.Authorization/roleAssignments/{name}";
const at = (call: ArmCall): string => call.scope();
/** The scope in the wording of a refusal is that of the assignment itself. */
const atItself = (call: ArmCall): string => call.request.path.replace(/\/$/, "");

/**
 * Role assignments (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2022-04-01/
 * authorization-RoleAssignmentsCalls.json; answers and errors as recorded in Azure/azure-cli-extensions:src/amg).
 */
export const ROLE_ASSIGNMENT_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: "/{scope*}/providers/Microsoft.Authorization/roleAssignments",
    type: TYPE,
    action: `${TYPE}/read`,
    at,
    handle: (call) => {
      const filter = parseScopeFilter(call.request.query.get("$filter"));
      const value = readable(call.world)
        .filter((assignment) =>
          matchesScopeFilter(call.world, assignment, call.scope(), filter, call.caller.objectId),
        )
        .map(present);
      return { status: 200, body: { value } };
    },
  }),
  armRoute({ method: "PUT", template: ONE, type: TYPE, action: `${TYPE}/write`, at: atItself, handle: put }),
  armRoute({
    method: "GET",
    template: ONE,
    type: TYPE,
    action: `${TYPE}/read`,
    at: atItself,
    handle: (call) => {
      const found = readable(call.world).find((assignment) => assignment.id.toLowerCase() === keyOf(call));
      if (found === undefined)
        return refuseArm(
          404,
          "RoleAssignmentNotFound",
          `The role assignment '${call.param("name")}' is not found.`,
        );
      return { status: 200, body: present(found) };
    },
  }),
  armRoute({
    method: "DELETE",
    template: ONE,
    type: TYPE,
    action: `${TYPE}/delete`,
    at: atItself,
    handle: (call) => {
      const table = armState(call.world).roleAssignments;
      const found = table[keyOf(call)];
      if (found === undefined) return { status: 204 };
      delete table[keyOf(call)];
      return { status: 200, body: present(found) };
    },
  }),
];
