import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DIRECTORY_ROLES } from "../../../src/sandbox/entra/directory-roles.ts";
import { ADMIN_USER, PLAIN_USER } from "../../../src/sandbox/seed.ts";
import { prove } from "../../harness/fidelity.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { filter, type GraphTenant, startGraphTenant } from "./graph.ts";
import { consentTo } from "./graph-consent.ts";

const GROUP = "/identityGovernance/privilegedAccess/group";
const ROLE = "/roleManagement/directory";
const SCOPES = [
  "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
  "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
  "RoleEligibilitySchedule.ReadWrite.Directory",
  "RoleAssignmentSchedule.ReadWrite.Directory",
  "RoleManagementPolicy.ReadWrite.AzureADGroup",
  "RoleManagementPolicy.ReadWrite.Directory",
];
const HELPDESK = DIRECTORY_ROLES.groupsAdministrator.templateId;

let tenant: GraphTenant;
let groupId: string;

beforeEach(async () => {
  tenant = await startGraphTenant();
  await consentTo(tenant, SCOPES);
  const body = { displayName: "Admins", mailEnabled: false, mailNickname: "a", securityEnabled: true };
  groupId = (await tenant.ask("POST", "/groups", { body })).body.id as string;
  await tenant.replicate();
});
afterEach(() => tenant.close());

const post = (path: string, body: object): Promise<Answer> => tenant.ask("POST", path, { body });
const pass = (jump: string) => tenant.control("POST", "clock", { jump });

function eligible(more: object = {}): object {
  return {
    accessId: "member",
    principalId: PLAIN_USER.id,
    groupId,
    action: "adminAssign",
    scheduleInfo: { expiration: { type: "afterDuration", duration: "P90D" } },
    justification: "psc",
    ...more,
  };
}

const eligibleRole = (more: object = {}): object => ({
  principalId: PLAIN_USER.id,
  roleDefinitionId: HELPDESK,
  directoryScopeId: "/",
  action: "adminAssign",
  scheduleInfo: { expiration: { type: "noExpiration" } },
  ...more,
});

describe("eligible membership of a group", () => {
  test("is requested, appears as schedule and instance, and goes again", async () => {
    const requested = await post(`${GROUP}/eligibilityScheduleRequests`, eligible());
    expect(requested.status).toBe(201);
    expect(requested.body).toMatchObject({
      status: "Provisioned",
      action: "adminAssign",
      groupId,
      accessId: "member",
      targetScheduleId: `${groupId}_member_${requested.body.id}`,
    });
    const schedules = `${GROUP}/eligibilitySchedules?${filter(`groupId eq '${groupId}'`)}`;
    expect((await tenant.ask("GET", schedules)).body.value).toEqual([]);
    await pass("1m");
    expect((await tenant.ask("GET", `${schedules}&$expand=principal`)).body.value).toMatchObject([
      {
        id: requested.body.targetScheduleId,
        principalId: PLAIN_USER.id,
        status: "Provisioned",
        memberType: "direct",
        createdUsing: requested.body.id,
        scheduleInfo: { expiration: { type: "afterDateTime" } },
        principal: { userPrincipalName: PLAIN_USER.userPrincipalName },
      },
    ]);
    const instances = `${GROUP}/eligibilityScheduleInstances?${filter(`groupId eq '${groupId}'`)}`;
    expect((await tenant.ask("GET", instances)).body.value).toMatchObject([
      { eligibilityScheduleId: requested.body.targetScheduleId },
    ]);
    // An eligible member is none yet.
    expect((await tenant.ask("GET", `/groups/${groupId}/members`)).body.value).toEqual([]);
    const removed = await post(`${GROUP}/eligibilityScheduleRequests`, {
      ...eligible({ action: "adminRemove" }),
    });
    expect(removed.body).toMatchObject({ status: "Revoked", scheduleInfo: null });
    expect((await tenant.ask("GET", schedules)).body.value).toEqual([]);
    const requests = `${GROUP}/eligibilityScheduleRequests?${filter(`groupId eq '${groupId}'`)}&$orderby=createdDateTime desc`;
    expect((await tenant.ask("GET", requests)).body.value).toHaveLength(2);
    prove({
      api: "Microsoft Graph",
      operation: "POST and GET privilegedAccess/group/eligibilitySchedule…",
      proof: "documentation",
      source:
        "microsoftgraph/microsoft-graph-docs-contrib privilegedaccessgroup-post-eligibilityschedulerequests",
    });
  });

  test("ends by itself", async () => {
    await post(`${GROUP}/eligibilityScheduleRequests`, eligible());
    await pass("91d");
    const schedules = `${GROUP}/eligibilitySchedules?${filter(`groupId eq '${groupId}'`)}`;
    await tenant.signInAgain();
    expect((await tenant.ask("GET", schedules)).body.value).toEqual([]);
  });

  test("an active membership is a member while it lasts", async () => {
    const body = eligible({ scheduleInfo: { expiration: { type: "afterDuration", duration: "PT8H" } } });
    const active = await post(`${GROUP}/assignmentScheduleRequests`, body);
    expect(active.status).toBe(201);
    const members = async () => (await tenant.ask("GET", `/groups/${groupId}/members`)).body.value;
    expect(await members()).toMatchObject([{ id: PLAIN_USER.id }]);
    await pass("9h");
    expect(await members()).toEqual([]);
  });

  test("a check only grants nothing", async () => {
    const checked = await post(`${GROUP}/eligibilityScheduleRequests`, eligible({ isValidationOnly: true }));
    expect([checked.status, checked.body.status]).toEqual([201, "Granted"]);
    await pass("1m");
    const schedules = `${GROUP}/eligibilitySchedules?${filter(`groupId eq '${groupId}'`)}`;
    expect((await tenant.ask("GET", schedules)).body.value).toEqual([]);
  });
});

describe("eligible directory roles", () => {
  test("are activated by the person, and are a role assignment while active", async () => {
    const body = eligibleRole({ principalId: ADMIN_USER.id });
    const requested = await post(`${ROLE}/roleEligibilityScheduleRequests`, body);
    expect(requested.body).toMatchObject({
      status: "Provisioned",
      roleDefinitionId: HELPDESK,
      targetScheduleId: requested.body.id,
    });
    await pass("1m");
    const activated = await post(`${ROLE}/roleAssignmentScheduleRequests`, {
      ...body,
      action: "selfActivate",
      justification: "at 2 a.m.",
      scheduleInfo: { expiration: { type: "afterDuration", duration: "PT4H" } },
    });
    expect(activated.status).toBe(201);
    const assigned = `${ROLE}/roleAssignments?${filter(`principalId eq '${ADMIN_USER.id}' and roleDefinitionId eq '${HELPDESK}'`)}`;
    expect((await tenant.ask("GET", assigned)).body.value).toHaveLength(1);
    await pass("1m");
    const instances = `${ROLE}/roleAssignmentScheduleInstances?${filter(`principalId eq '${ADMIN_USER.id}'`)}`;
    expect((await tenant.ask("GET", instances)).body.value).toMatchObject([
      { assignmentType: "Activated", memberType: "Direct", roleAssignmentScheduleId: activated.body.id },
    ]);
    await pass("4h");
    expect((await tenant.ask("GET", assigned)).body.value).toEqual([]);
    prove({
      api: "Microsoft Graph",
      operation: "POST and GET roleManagement/directory/role…Schedule…",
      proof: "documentation",
      source:
        "microsoftgraph/microsoft-graph-docs-contrib rbacapplication-post-roleassignmentschedulerequests",
    });
  });
});

describe("refusals", () => {
  const cases: readonly [string, string, object, number, string, string?][] = [
    [
      "a group's eligibility without an end",
      `${GROUP}/eligibilityScheduleRequests`,
      { scheduleInfo: { expiration: { type: "noExpiration" } } },
      400,
      "RoleAssignmentRequestPolicyValidationFailed",
      'The following policy rules failed: ["ExpirationRule"]',
    ],
    [
      "an active membership without a reason",
      `${GROUP}/assignmentScheduleRequests`,
      { justification: "" },
      400,
      "RoleAssignmentRequestPolicyValidationFailed",
      'The following policy rules failed: ["JustificationRule"]',
    ],
    [
      "an activation without eligibility",
      `${GROUP}/assignmentScheduleRequests`,
      { action: "selfActivate" },
      400,
      "RoleAssignmentRequestPolicyValidationFailed",
      'The following policy rules failed: ["EligibilityRule"]',
    ],
    [
      "removing what is not there",
      `${GROUP}/eligibilityScheduleRequests`,
      { action: "adminRemove" },
      400,
      "RoleAssignmentDoesNotExist",
    ],
    [
      "a principal nobody knows",
      `${GROUP}/eligibilityScheduleRequests`,
      { principalId: "0f0f0f0f-0000-4000-8000-000000000000" },
      404,
      "SubjectNotFound",
    ],
    [
      "a group nobody knows",
      `${GROUP}/eligibilityScheduleRequests`,
      { groupId: "0f0f0f0f-0000-4000-8000-000000000000" },
      404,
      "ResourceNotFound",
    ],
    [
      "a duration that is none",
      `${GROUP}/eligibilityScheduleRequests`,
      { scheduleInfo: { expiration: { type: "afterDuration", duration: "soon" } } },
      400,
      "InvalidScheduleInfo",
    ],
    [
      "an unknown action",
      `${GROUP}/eligibilityScheduleRequests`,
      { action: "assign" },
      400,
      "Request_BadRequest",
    ],
    [
      "an unknown access",
      `${GROUP}/eligibilityScheduleRequests`,
      { accessId: "guest" },
      400,
      "Request_BadRequest",
    ],
  ];

  test.each(cases)("%s", async (_, path, more, status, code, message) => {
    const answer = await post(path, eligible(more));
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    if (message !== undefined) expect(answer.body.error.message).toBe(message);
    expect(Object.keys(answer.body.error)).toEqual(["code", "message", "innerError"]);
    expect(answer.headers["request-id"]).toBe(answer.body.error.innerError["request-id"]);
    prove({ api: "Microsoft Graph", operation: `PIM ${status} ${code}`, proof: "inferred" });
  });

  test("the same thing twice", async () => {
    await post(`${GROUP}/eligibilityScheduleRequests`, eligible());
    const second = await post(`${GROUP}/eligibilityScheduleRequests`, eligible());
    expect([second.status, second.body.error]).toMatchObject([
      400,
      { code: "RoleAssignmentExists", message: "The Role assignment already exists." },
    ]);
  });

  test("a role nobody knows", async () => {
    const body = eligibleRole({ roleDefinitionId: "0f0f0f0f-0000-4000-8000-000000000000" });
    const answer = await post(`${ROLE}/roleEligibilityScheduleRequests`, body);
    expect([answer.status, answer.body.error.code]).toEqual([404, "RoleNotFound"]);
  });

  test("a group that was made a moment ago", async () => {
    const body = { displayName: "New", mailEnabled: false, mailNickname: "n", securityEnabled: true };
    const fresh = (await post("/groups", body)).body.id as string;
    const request = eligible({ groupId: fresh });
    expect((await post(`${GROUP}/eligibilityScheduleRequests`, request)).status).toBe(404);
    await tenant.replicate();
    expect((await post(`${GROUP}/eligibilityScheduleRequests`, request)).status).toBe(201);
  });

  test("cancelling what has taken effect", async () => {
    const { body } = await post(`${GROUP}/eligibilityScheduleRequests`, eligible());
    const answer = await post(`${GROUP}/eligibilityScheduleRequests/${body.id}/cancel`, {});
    expect([answer.status, answer.body.error.code]).toEqual([400, "RequestCannotBeCancelled"]);
  });

  test("lists of groups that say nothing of a group or a principal", async () => {
    const answer = await tenant.ask("GET", `${GROUP}/eligibilitySchedules`);
    expect([answer.status, answer.body.error.code]).toEqual([400, "Request_BadRequest"]);
  });

  test("somebody without a role who owns nothing", async () => {
    const answer = await tenant.ask("POST", `${GROUP}/eligibilityScheduleRequests`, {
      as: "reader",
      body: eligible(),
    });
    expect([answer.status, answer.body.error.code]).toEqual([403, "Authorization_RequestDenied"]);
  });
});

describe("the rules of a group", () => {
  const assignments = (within: string) =>
    `/policies/roleManagementPolicyAssignments?${filter(`scopeId eq '${groupId}' and scopeType eq 'Group' and roleDefinitionId eq '${within}'`)}&$expand=policy($expand=rules)`;

  test("are 17, can be changed one by one, and the policy gets another id", async () => {
    const [before] = (await tenant.ask("GET", assignments("member"))).body.value;
    expect(before.policyId).toMatch(new RegExp(`^Group_${groupId}_[0-9a-f-]{36}$`));
    expect(before.id).toBe(`${before.policyId}_member`);
    expect(before.policy.rules).toHaveLength(17);
    const ids = before.policy.rules.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(17);
    const rule = `/policies/roleManagementPolicies/${before.policyId}/rules/Expiration_Admin_Eligibility`;
    const current = (await tenant.ask("GET", rule)).body;
    const changed = await tenant.ask("PATCH", rule, {
      body: { ...current, isExpirationRequired: false },
    });
    expect([changed.status, changed.text]).toEqual([204, ""]);
    const [after] = (await tenant.ask("GET", assignments("member"))).body.value;
    expect(after.policyId).not.toBe(before.policyId);
    const lasting = eligible({ scheduleInfo: { expiration: { type: "noExpiration" } } });
    expect((await post(`${GROUP}/eligibilityScheduleRequests`, lasting)).status).toBe(201);
    // Owners have rules of their own.
    const owner = { ...lasting, accessId: "owner" };
    expect((await post(`${GROUP}/eligibilityScheduleRequests`, owner)).status).toBe(400);
    prove({
      api: "Microsoft Graph",
      operation: "GET policies/roleManagementPolicyAssignments, PATCH …/rules/{id}",
      proof: "documentation",
      source: "microsoftgraph/microsoft-graph-docs-contrib concepts/how-to-pim-update-rules.md",
    });
  });

  test("a rule of another type, an unknown rule, and lists without a scope are refused", async () => {
    const [{ policyId }] = (await tenant.ask("GET", assignments("owner"))).body.value;
    const rules = `/policies/roleManagementPolicies/${policyId}/rules`;
    const wrong = await tenant.ask("PATCH", `${rules}/Expiration_Admin_Eligibility`, {
      body: { "@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyApprovalRule" },
    });
    expect([wrong.status, wrong.body.error.code]).toEqual([400, "InvalidPolicyRule"]);
    const unknown = await tenant.ask("PATCH", `${rules}/Anything`, { body: {} });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
    const unscoped = await tenant.ask("GET", "/policies/roleManagementPolicyAssignments");
    expect([unscoped.status, unscoped.body.error.code]).toEqual([400, "Request_BadRequest"]);
  });
});
