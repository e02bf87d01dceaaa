import type { Json, JsonObject } from "../exchange.ts";
import type { Route } from "../routes.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, stableGuid } from "./arm-state.ts";
import type { RoleDefinition } from "./built-in-roles.ts";
import { type ArmCall, armRoute, bodyOf, objectIn } from "./pipeline.ts";
import { roleDefinitionId } from "./role-definitions.ts";
import { describeScope } from "./role-schedules.ts";
import { isCustomRole, rolesFor } from "./roles.ts";
import { parseScopeFilter } from "./scope-filter.ts";
import { requireScope } from "./tracked-resources.ts";

const TYPE = "Microsoft.Authorization/roleManagement";

type RuleCaller = "Admin" | "EndUser";
type RuleLevel = "Eligibility" | "Assignment";

function rule(
  name: string,
  ruleType: string,
  caller: RuleCaller,
  level: RuleLevel,
  content: JsonObject,
): JsonObject {
  return {
    ...content,
    id: `${name}_${caller}_${level}`,
    ruleType: `RoleManagementPolicy${ruleType}Rule`,
    target: {
      caller,
      operations: ["All"],
      level,
      targetObjects: null,
      inheritableSettings: null,
      enforcedSettings: null,
    },
  };
}

function notifications(caller: RuleCaller, level: RuleLevel): JsonObject[] {
  return ["Admin", "Requestor", "Approver"].map((recipientType) => ({
    ...rule(`Notification_${recipientType}`, "Notification", caller, level, {
      notificationType: "Email",
      recipientType,
      isDefaultRecipientsEnabled: true,
      notificationLevel: "All",
      notificationRecipients: [],
    }),
  }));
}

const expiration = (maximumDuration: string): JsonObject => ({ isExpirationRequired: true, maximumDuration });

/**
 * The 17 rules of a role nobody configured. Ids and shapes: Azure/azure-rest-api-specs: Microsoft.Authorization/stable/
 * 2020-10-01/examples/GetRoleManagementPolicyByName.json; which values a role
 * starts with is an assumption, except that permanent eligibility is refused (hashicorp/terraform-provider-azurerm).
 */
function defaultRules(): JsonObject[] {
  return [
    rule("Enablement", "Enablement", "Admin", "Eligibility", { enabledRules: [] }),
    rule("Expiration", "Expiration", "Admin", "Eligibility", expiration("P365D")),
    ...notifications("Admin", "Eligibility"),
    rule("Enablement", "Enablement", "Admin", "Assignment", { enabledRules: ["Justification"] }),
    rule("Expiration", "Expiration", "Admin", "Assignment", expiration("P180D")),
    ...notifications("Admin", "Assignment"),
    rule("Approval", "Approval", "EndUser", "Assignment", {
      setting: {
        isApprovalRequired: false,
        isApprovalRequiredForExtension: false,
        isRequestorJustificationRequired: true,
        approvalMode: "SingleStage",
        approvalStages: [
          {
            approvalStageTimeOutInDays: 1,
            isApproverJustificationRequired: true,
            escalationTimeInMinutes: 0,
            primaryApprovers: [],
            isEscalationEnabled: false,
            escalationApprovers: null,
          },
        ],
      },
    }),
    rule("AuthenticationContext", "AuthenticationContext", "EndUser", "Assignment", {
      isEnabled: false,
      claimValue: "",
    }),
    rule("Enablement", "Enablement", "EndUser", "Assignment", {
      enabledRules: ["MultiFactorAuthentication", "Justification"],
    }),
    rule("Expiration", "Expiration", "EndUser", "Assignment", expiration("PT8H")),
    ...notifications("EndUser", "Assignment"),
  ];
}

/** Every scope has its own policy for every role. */
function policyName(scope: string, role: RoleDefinition): string {
  return stableGuid("policy", scope.toLowerCase(), role.id);
}

function policyId(scope: string, role: RoleDefinition): string {
  return `${scope}/providers/Microsoft.Authorization/roleManagementPolicies/${policyName(scope, role)}`;
}

/** The rules in force for a role at a scope. */
export function rulesOf(world: World, scope: string, role: RoleDefinition): readonly JsonObject[] {
  return armState(world).roleManagementPolicies[policyId(scope, role).toLowerCase()]?.rules ?? defaultRules();
}

function presentPolicy(world: World, scope: string, role: RoleDefinition): JsonObject {
  const changed = armState(world).roleManagementPolicies[policyId(scope, role).toLowerCase()];
  const rules = [...rulesOf(world, scope, role)];
  return {
    properties: {
      scope,
      displayName: null,
      description: null,
      isOrganizationDefault: changed === undefined,
      lastModifiedDateTime: changed?.modifiedAt ?? null,
      lastModifiedBy: { id: changed?.modifiedBy ?? null, displayName: null, type: null, email: null },
      rules,
      effectiveRules: rules,
      policyProperties: { scope: describeScope(world, scope) },
    },
    id: policyId(scope, role),
    type: "Microsoft.Authorization/RoleManagementPolicies",
    name: policyName(scope, role),
  };
}

function policyAssignmentName(scope: string, role: RoleDefinition): string {
  return `${policyName(scope, role)}_${role.id}`;
}

function presentAssignment(world: World, scope: string, role: RoleDefinition): JsonObject {
  const policy = policyId(scope, role);
  const name = policyAssignmentName(scope, role);
  const rules = [...rulesOf(world, scope, role)];
  return {
    properties: {
      scope,
      roleDefinitionId: roleDefinitionId(role, scope),
      policyId: policy,
      effectiveRules: rules,
      policyAssignmentProperties: {
        scope: describeScope(world, scope),
        roleDefinition: {
          id: roleDefinitionId(role, scope),
          displayName: role.roleName,
          type: isCustomRole(role) ? "CustomRole" : "BuiltInRole",
        },
        policy: {
          id: policy,
          lastModifiedBy: { id: null, displayName: null, type: null, email: null },
          lastModifiedDateTime: null,
        },
      },
    },
    id: `${scope}/providers/Microsoft.Authorization/roleManagementPolicyAssignment/${name}`,
    type: "Microsoft.Authorization/RoleManagementPolicyAssignment",
    name,
  };
}

/** The role whose policy, or whose assignment of it, has the name in the path. */
function requirePolicyRole(
  call: ArmCall,
  nameOf: (scope: string, role: RoleDefinition) => string = policyName,
): RoleDefinition {
  requireScope(call.world, call.scope());
  const role = rolesFor(call.world, call.scope()).find(
    (candidate) => nameOf(call.scope(), candidate) === call.param("name").toLowerCase(),
  );
  if (role === undefined)
    return refuseArm(
      404,
      "PolicyNotFound",
      `The role management policy '${call.param("name")}' was not found.`,
    );
  return role;
}

/** The code that hashicorp/terraform-provider-azurerm issue 30844 reports; it does not say which rule is wrong. */
const refuseRules = (): never => refuseArm(400, "InvalidPolicy", "The policy is invalid.");

const DURATION = /^P(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?$/;

function checkRule(wanted: JsonObject): void {
  const duration = wanted["maximumDuration"];
  if (
    String(wanted["ruleType"]).endsWith("ExpirationRule") &&
    duration !== undefined &&
    duration !== null &&
    (typeof duration !== "string" || !DURATION.test(duration) || duration === "P")
  )
    refuseRules();
}

/** Rules of the body replace those of the same id; the rest stays. */
function patch(call: ArmCall): JsonObject {
  const role = requirePolicyRole(call);
  const scope = call.scope();
  const sent = objectIn(bodyOf(call)["properties"])["rules"];
  const wanted = (Array.isArray(sent) ? sent : []).map((entry: Json) => objectIn(entry));
  const before = rulesOf(call.world, scope, role);
  for (const changed of wanted) {
    if (!before.some((known) => known["id"] === changed["id"])) refuseRules();
    checkRule(changed);
  }
  const rules = before.map((known) => {
    const changed = wanted.find((candidate) => candidate["id"] === known["id"]);
    return changed === undefined
      ? known
      : { ...changed, target: changed["target"] ?? known["target"] ?? null };
  });
  armState(call.world).roleManagementPolicies[policyId(scope, role).toLowerCase()] = {
    rules,
    modifiedAt: call.world.iso(),
    modifiedBy: call.caller.objectId,
  };
  return presentPolicy(call.world, scope, role);
}

const ASSIGNMENTS = "/{scope*}/providers/Microsoft.Authorization/roleManagementPolicyAssignments";
const POLICIES = "/{scope*}/providers/Microsoft.Authorization/roleManagementPolicies";
const at = (call: ArmCall): string => call.scope();

/** Role settings of PIM (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2020-10-01/RoleManagementPolicy.json, RoleManagementPolicyAssignment.json). */
export const ROLE_MANAGEMENT_POLICY_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: ASSIGNMENTS,
    type: TYPE,
    action: "Microsoft.Authorization/roleManagementPolicyAssignments/read",
    at,
    handle: (call) => {
      requireScope(call.world, call.scope());
      const filter = parseScopeFilter(call.request.query.get("$filter"));
      const wanted = filter.roleDefinitionId?.split("/").at(-1)?.toLowerCase();
      const value = rolesFor(call.world, call.scope())
        .filter((role) => wanted === undefined || role.id === wanted)
        .map((role) => presentAssignment(call.world, call.scope(), role));
      return { status: 200, body: { value } };
    },
  }),
  armRoute({
    method: "GET",
    template: `${ASSIGNMENTS}/{name}`,
    type: TYPE,
    action: "Microsoft.Authorization/roleManagementPolicyAssignments/read",
    at,
    handle: (call) => ({
      status: 200,
      body: presentAssignment(call.world, call.scope(), requirePolicyRole(call, policyAssignmentName)),
    }),
  }),
  armRoute({
    method: "GET",
    template: POLICIES,
    type: TYPE,
    action: "Microsoft.Authorization/roleManagementPolicies/read",
    at,
    handle: (call) => {
      requireScope(call.world, call.scope());
      return {
        status: 200,
        body: {
          value: rolesFor(call.world, call.scope()).map((role) =>
            presentPolicy(call.world, call.scope(), role),
          ),
        },
      };
    },
  }),
  armRoute({
    method: "GET",
    template: `${POLICIES}/{name}`,
    type: TYPE,
    action: "Microsoft.Authorization/roleManagementPolicies/read",
    at,
    handle: (call) => ({
      status: 200,
      body: presentPolicy(call.world, call.scope(), requirePolicyRole(call)),
    }),
  }),
  armRoute({
    method: "PATCH",
    template: `${POLICIES}/{name}`,
    type: TYPE,
    action: "Microsoft.Authorization/roleManagementPolicies/write",
    at,
    handle: (call) => ({ status: 200, body: patch(call) }),
  }),
];
