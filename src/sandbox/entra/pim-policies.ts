import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { DIRECTORY_ROLES } from "./directory-roles.ts";
import { liveObjects, type PimArea, pimOf, sameText, textOf } from "./entra-state.ts";
import { derivedGuid } from "./first-party-apps.ts";
import { bodyOf, type GraphCall, type GraphRoute, graphRoute, NO_CONTENT } from "./graph-call.ts";
import { badRequest, notFound, refuseGraph, requestDenied } from "./graph-errors.ts";
import { holdsDirectoryRole, ROLE_POLICY_READ, ROLE_POLICY_WRITE } from "./graph-permissions.ts";
import { answerCollection, answerObject, type CollectionShape } from "./graph-query.ts";

/** What a policy is for: a role in the whole directory, or membership or ownership of a group. */
export interface PolicySubject {
  readonly area: PimArea;
  readonly target: string;
  readonly within: string;
}

const TYPE = "#microsoft.graph.unifiedRoleManagementPolicy";

function rule(
  id: string,
  type: string,
  caller: "Admin" | "EndUser",
  level: "Eligibility" | "Assignment",
  content: JsonObject,
): JsonObject {
  return {
    "@odata.type": `${TYPE}${type}Rule`,
    id: `${id}_${caller}_${level}`,
    ...content,
    target: {
      caller,
      operations: ["All"],
      level,
      inheritableSettings: [],
      enforcedSettings: [],
    },
  };
}

function notifications(caller: "Admin" | "EndUser", level: "Eligibility" | "Assignment"): JsonObject[] {
  return ["Admin", "Requestor", "Approver"].map((recipientType) =>
    rule(`Notification_${recipientType}`, "Notification", caller, level, {
      notificationType: "Email",
      recipientType,
      notificationLevel: "All",
      isDefaultRecipientsEnabled: true,
      notificationRecipients: [],
    }),
  );
}

/**
 * The 17 rules of a policy nobody changed. Ids and shapes: "Rules in PIM - mapping guide" (microsoftgraph/
 * microsoft-graph-docs-contrib `concepts/identity-governance-pim-rules-overview.md`). Which values they start with is
 * an assumption; that a group's eligibility must expire is how hashicorp/terraform-provider-azuread treats it.
 */
function defaultRules(area: PimArea): JsonObject[] {
  const eligible = { isExpirationRequired: area === "group", maximumDuration: "P365D" };
  const active = { isExpirationRequired: area === "group", maximumDuration: "P180D" };
  return [
    rule("Expiration", "Expiration", "Admin", "Eligibility", eligible),
    rule("Enablement", "Enablement", "Admin", "Eligibility", { enabledRules: [] }),
    ...notifications("Admin", "Eligibility"),
    rule("Expiration", "Expiration", "Admin", "Assignment", active),
    rule("Enablement", "Enablement", "Admin", "Assignment", { enabledRules: ["Justification"] }),
    ...notifications("Admin", "Assignment"),
    rule("Expiration", "Expiration", "EndUser", "Assignment", {
      isExpirationRequired: true,
      maximumDuration: "PT8H",
    }),
    rule("Enablement", "Enablement", "EndUser", "Assignment", {
      enabledRules: ["MultiFactorAuthentication", "Justification"],
    }),
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
            isEscalationEnabled: false,
            primaryApprovers: [],
            escalationApprovers: [],
          },
        ],
      },
    }),
    rule("AuthenticationContext", "AuthenticationContext", "EndUser", "Assignment", {
      isEnabled: false,
      claimValue: "",
    }),
    ...notifications("EndUser", "Assignment"),
  ];
}

const keyOf = ({ area, target, within }: PolicySubject): string =>
  `${area} ${target} ${area === "role" ? "" : within}`.toLowerCase();

export function rulesOf(world: World, subject: PolicySubject): JsonObject[] {
  return pimOf(world).rules[keyOf(subject)] ?? defaultRules(subject.area);
}

/** A policy gets another id whenever it is changed (hashicorp/terraform-provider-azuread `internal/services/policies`). */
function policyId(world: World, subject: PolicySubject): string {
  const key = keyOf(subject);
  const guid = derivedGuid(`policy ${key} ${pimOf(world).versions[key] ?? 0}`);
  return subject.area === "role" ? `DirectoryRole_${TENANT.id}_${guid}` : `Group_${subject.target}_${guid}`;
}

function subjects(world: World): PolicySubject[] {
  const roles = Object.values(DIRECTORY_ROLES).map(
    ({ templateId }): PolicySubject => ({ area: "role", target: templateId, within: "/" }),
  );
  // A fresh group's policies take as long as the group itself to be found.
  const groups = liveObjects(world, "group")
    .filter(({ listedAt }) => listedAt <= world.now())
    .flatMap(({ id }) =>
      ["member", "owner"].map((within): PolicySubject => ({ area: "group", target: id, within })),
    );
  return [...roles, ...groups];
}

const scopeOf = ({ area, target }: PolicySubject): JsonObject =>
  area === "role" ? { scopeId: "/", scopeType: "DirectoryRole" } : { scopeId: target, scopeType: "Group" };

function policyValue(world: World, subject: PolicySubject): JsonObject {
  const changed = pimOf(world).versions[keyOf(subject)] !== undefined;
  return {
    id: policyId(world, subject),
    displayName: subject.area === "role" ? "DirectoryRole" : "Group",
    description: subject.area === "role" ? "DirectoryRole" : "Group",
    isOrganizationDefault: !changed,
    ...scopeOf(subject),
    lastModifiedDateTime: null,
    lastModifiedBy: { id: null, displayName: "" },
  };
}

function assignmentValue(world: World, subject: PolicySubject): JsonObject {
  const id = policyId(world, subject);
  const roleDefinitionId = subject.area === "role" ? subject.target : subject.within;
  return { id: `${id}_${roleDefinitionId}`, policyId: id, ...scopeOf(subject), roleDefinitionId };
}

function subjectOf(call: GraphCall): PolicySubject {
  const id = call.request.params["policy"] ?? "";
  return subjects(call.world).find((subject) => sameText(policyId(call.world, subject), id)) ?? notFound(id);
}

const POLICY_SHAPE: CollectionShape = {
  type: "unifiedRoleManagementPolicy",
  context: "policies/roleManagementPolicies",
  properties: [
    "id",
    "displayName",
    "description",
    "isOrganizationDefault",
    "scopeId",
    "scopeType",
    "lastModifiedDateTime",
    "lastModifiedBy",
  ],
  filterable: ["scopeId", "scopeType"],
  plain: true,
  expand: {
    rules: (value, { world }) => rulesByPolicy(world, String(value["id"])),
    effectiveRules: (value, { world }) => rulesByPolicy(world, String(value["id"])),
  },
};

function rulesByPolicy(world: World, id: string): JsonObject[] {
  const subject = subjects(world).find((candidate) => policyId(world, candidate) === id);
  return subject === undefined ? [] : rulesOf(world, subject);
}

const ASSIGNMENT_SHAPE: CollectionShape = {
  type: "unifiedRoleManagementPolicyAssignment",
  context: "policies/roleManagementPolicyAssignments",
  properties: ["id", "policyId", "scopeId", "scopeType", "roleDefinitionId"],
  filterable: ["scopeId", "scopeType", "roleDefinitionId"],
  plain: true,
  expand: {
    policy: (value, { world }) => {
      const subject = subjects(world).find((one) => policyId(world, one) === value["policyId"]);
      return subject === undefined ? {} : policyValue(world, subject);
    },
    "policy($expand=rules)": (value, { world }) => {
      const subject = subjects(world).find((one) => policyId(world, one) === value["policyId"]);
      return subject === undefined ? {} : { ...policyValue(world, subject), rules: rulesOf(world, subject) };
    },
  },
};

const RULE_SHAPE: CollectionShape = {
  type: "unifiedRoleManagementPolicyRule",
  context: "policies/roleManagementPolicies('')/rules",
  properties: ["id", "target"],
  filterable: [],
};

/** Lists answer only to a filter by scope ("List roleManagementPolicies": `$filter` is required). */
function requireScopeFilter(call: GraphCall): void {
  const filter = call.request.query.get("$filter") ?? "";
  if (!/scopeId/i.test(filter) || !/scopeType/i.test(filter))
    badRequest("The scopeId and scopeType filters are required.");
}

function changeRule(call: GraphCall): SandboxResponse {
  const subject = subjectOf(call);
  const held = call.caller.kind === "user" ? call.caller.scopes : call.caller.roles;
  const needed =
    subject.area === "role"
      ? /^RoleManagement(Policy)?\.ReadWrite\.Directory$/
      : /AzureADGroup$|\.Directory$/;
  if (!held.some((name) => needed.test(name))) requestDenied();
  if (
    call.caller.kind === "user" &&
    !holdsDirectoryRole(call.caller, [DIRECTORY_ROLES.privilegedRoleAdministrator])
  )
    requestDenied();
  const rules = rulesOf(call.world, subject);
  const id = call.request.params["rule"] ?? "";
  const at = rules.findIndex((one) => sameText(textOf(one, "id"), id));
  const known = rules[at];
  if (known === undefined) return notFound(id);
  const body = bodyOf(call);
  if (textOf(body, "@odata.type") !== known["@odata.type"])
    return refuseGraph(400, "InvalidPolicyRule", "The policy rule is invalid.");
  const pim = pimOf(call.world);
  const key = keyOf(subject);
  pim.rules[key] = rules.with(at, { ...known, ...body, id: known["id"] ?? "" });
  pim.versions[key] = (pim.versions[key] ?? 0) + 1;
  return NO_CONTENT;
}

/** Role settings of Privileged Identity Management ("unifiedRoleManagementPolicy", Graph v1.0). */
export const PIM_POLICY_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", "/policies/roleManagementPolicies", ROLE_POLICY_READ, (call) => {
    requireScopeFilter(call);
    const all = subjects(call.world).map((subject) => policyValue(call.world, subject));
    return answerCollection(call, all, POLICY_SHAPE);
  }),
  graphRoute("GET", "/policies/roleManagementPolicies/{policy}", ROLE_POLICY_READ, (call) =>
    answerObject(call, policyValue(call.world, subjectOf(call)), POLICY_SHAPE),
  ),
  graphRoute("GET", "/policies/roleManagementPolicies/{policy}/rules", ROLE_POLICY_READ, (call) =>
    answerCollection(call, rulesOf(call.world, subjectOf(call)), RULE_SHAPE),
  ),
  graphRoute("GET", "/policies/roleManagementPolicies/{policy}/rules/{rule}", ROLE_POLICY_READ, (call) => {
    const id = call.request.params["rule"] ?? "";
    const found = rulesOf(call.world, subjectOf(call)).find((one) => sameText(textOf(one, "id"), id));
    return found === undefined ? notFound(id) : answerObject(call, found, RULE_SHAPE);
  }),
  graphRoute(
    "PATCH",
    "/policies/roleManagementPolicies/{policy}/rules/{rule}",
    ROLE_POLICY_WRITE,
    changeRule,
  ),
  graphRoute("GET", "/policies/roleManagementPolicyAssignments", ROLE_POLICY_READ, (call) => {
    requireScopeFilter(call);
    const all = subjects(call.world).map((subject) => assignmentValue(call.world, subject));
    return answerCollection(call, all, ASSIGNMENT_SHAPE);
  }),
  graphRoute("GET", "/policies/roleManagementPolicyAssignments/{assignment}", ROLE_POLICY_READ, (call) => {
    const id = call.request.params["assignment"] ?? "";
    const found = subjects(call.world)
      .map((subject) => assignmentValue(call.world, subject))
      .find((value) => sameText(textOf(value, "id"), id));
    return found === undefined ? notFound(id) : answerObject(call, found, ASSIGNMENT_SHAPE);
  }),
];
