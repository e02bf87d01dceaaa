import { afterAll, beforeAll, describe } from "vitest";
import { ADMIN_USER, AGENT_USERS, PIPELINE_APP } from "../../../src/sandbox/seed.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { type ArmSession, SUBSCRIPTION, startArmSession } from "./arm-session.ts";
import { itRefuses, type Refusal } from "./refusal.ts";

let session: ArmSession;

const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const AUTH = `${ROOT}/resourceGroups/rg-psc/providers/Microsoft.Authorization`;
const ROLES = "2022-04-01";
const PIM = "2020-10-01";
const NOBODY = "00000000-0000-4000-8000-0000000000ff";
const READER = `${ROOT}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
const guid = (digit: number): string => `40000000-0000-4000-8000-00000000000${digit}`;
const PERSON = AGENT_USERS[0].id;
let policy = "";

beforeAll(async () => {
  session = await startArmSession();
  await session.group();
  await session.arm("PUT", `${AUTH}/roleAssignments/${guid(1)}`, ROLES, assignment(PERSON, "User"));
  await session.arm("PUT", `${AUTH}/roleEligibilityScheduleRequests/${guid(2)}`, PIM, eligibility());
  const filter = encodeURIComponent(`roleDefinitionId eq '${READER}'`);
  const assigned = await session.arm("GET", `${AUTH}/roleManagementPolicyAssignments?$filter=${filter}`, PIM);
  policy = assigned.body.value[0].properties.policyId;
});
afterAll(() => session.close());

const assignment = (principalId: string, principalType?: string) => ({
  properties: { roleDefinitionId: READER, principalId, principalType },
});
const eligibility = (change: object = {}) => ({
  properties: {
    principalId: PERSON,
    roleDefinitionId: READER,
    requestType: "AdminAssign",
    justification: "duty",
    scheduleInfo: { expiration: { type: "AfterDuration", duration: "P30D" } },
    ...change,
  },
});
const pim = (digit: number, body: object): Promise<Answer> =>
  session.arm("PUT", `${AUTH}/roleEligibilityScheduleRequests/${guid(digit)}`, PIM, body);

const schedule = (expiration: object): Promise<Answer> =>
  pim(4, eligibility({ principalId: ADMIN_USER.id, scheduleInfo: { expiration } }));
const rule = (changed: object): Promise<Answer> =>
  session.arm("PATCH", policy, PIM, { properties: { rules: [changed] } });

const ROWS: readonly Refusal[] = [
  {
    code: "RoleDefinitionDoesNotExist",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/roleDefinitions/${NOBODY}`, ROLES),
  },
  {
    code: "RoleAssignmentNotFound",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/roleAssignments/${NOBODY}`, ROLES),
  },
  {
    code: "InvalidRoleAssignmentId",
    status: 400,
    ask: () => session.arm("PUT", `${AUTH}/roleAssignments/one`, ROLES, assignment(PERSON)),
  },
  {
    code: "PrincipalNotFound",
    status: 400,
    ask: () => session.arm("PUT", `${AUTH}/roleAssignments/${guid(3)}`, ROLES, assignment(NOBODY)),
  },
  {
    code: "UnmatchedPrincipalType",
    status: 400,
    ask: () =>
      session.arm("PUT", `${AUTH}/roleAssignments/${guid(3)}`, ROLES, assignment(ADMIN_USER.id, "Group")),
  },
  {
    code: "RoleAssignmentExists",
    status: 409,
    message:
      /^The role assignment already exists\. The ID of the existing role assignment is [0-9a-f]{32}\.$/,
    ask: () => session.arm("PUT", `${AUTH}/roleAssignments/${guid(3)}`, ROLES, assignment(PERSON, "User")),
  },
  {
    code: "RoleAssignmentUpdateNotPermitted",
    status: 409,
    ask: () =>
      session.arm(
        "PUT",
        `${AUTH}/roleAssignments/${guid(1)}`,
        ROLES,
        assignment(PIPELINE_APP.servicePrincipalId),
      ),
  },
  {
    code: "InvalidFilter",
    status: 400,
    ask: () => session.arm("GET", `${AUTH}/roleAssignments?$filter=weather eq 'fine'`, ROLES),
  },
  { code: "RoleAssignmentExists", when: "eligible already", status: 400, ask: () => pim(3, eligibility()) },
  {
    code: "SubjectNotFound",
    status: 400,
    ask: () => pim(3, eligibility({ principalId: NOBODY })),
  },
  {
    code: "ScopeDoesNotMatchRoleDefinition",
    status: 400,
    ask: () => pim(3, eligibility({ roleDefinitionId: READER.replaceAll(SUBSCRIPTION, NOBODY) })),
  },
  {
    code: "RoleAssignmentDoesNotExist",
    status: 400,
    ask: () => pim(3, eligibility({ principalId: ADMIN_USER.id, requestType: "AdminRemove" })),
  },
  {
    code: "ActiveDurationTooShort",
    status: 400,
    ask: () => pim(3, eligibility({ requestType: "AdminRemove" })),
  },
  { code: "RoleAssignmentRequestExists", status: 409, ask: () => pim(2, eligibility()) },
  {
    code: "RoleAssignmentRequestPolicyValidationFailed",
    status: 400,
    message: /\["ExpirationRule"\]/,
    ask: () =>
      pim(
        3,
        eligibility({
          principalId: ADMIN_USER.id,
          scheduleInfo: { expiration: { type: "NoExpiration" } },
        }),
      ),
  },
  {
    code: "RoleAssignmentRequestNotFound",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/roleEligibilityScheduleRequests/${NOBODY}`, PIM),
  },
  {
    code: "PolicyAssignmentNotFound",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/policyAssignments/none`, "2025-03-01"),
  },
  {
    code: "LockNotFound",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/locks/none`, "2020-05-01"),
  },
  {
    code: "InvalidRequestContent",
    when: "a lock of no level",
    status: 400,
    ask: () => session.arm("PUT", `${AUTH}/locks/odd`, "2020-05-01", { properties: { level: "Perhaps" } }),
  },
  {
    code: "InvalidScheduleInfo",
    when: "a duration that is none",
    status: 400,
    ask: () => schedule({ type: "AfterDuration", duration: "a while" }),
  },
  {
    code: "InvalidScheduleInfo",
    when: "an end before the beginning",
    status: 400,
    ask: () => schedule({ type: "AfterDateTime", endDateTime: "2001-01-01T00:00:00Z" }),
  },
  {
    code: "InvalidRequestType",
    status: 400,
    ask: () => pim(4, eligibility({ principalId: ADMIN_USER.id, requestType: "AdminPonder" })),
  },
  {
    code: "RoleAssignmentScheduleNotFound",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/roleEligibilitySchedules/${NOBODY}`, PIM),
  },
  {
    code: "RoleAssignmentScheduleNotFound",
    when: "an instance",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/roleAssignmentScheduleInstances/${NOBODY}`, PIM),
  },
  {
    code: "PolicyNotFound",
    status: 404,
    ask: () => session.arm("GET", `${AUTH}/roleManagementPolicies/${NOBODY}`, PIM),
  },
  {
    code: "InvalidPolicyRule",
    when: "a rule that the policy has not",
    status: 400,
    ask: () => rule({ id: "Whim_Admin_Eligibility", ruleType: "RoleManagementPolicyExpirationRule" }),
  },
  {
    code: "InvalidPolicyRule",
    when: "a duration that is none",
    status: 400,
    ask: () =>
      rule({
        id: "Expiration_Admin_Eligibility",
        ruleType: "RoleManagementPolicyExpirationRule",
        maximumDuration: "long",
      }),
  },
];

describe("every refusal about access", () => {
  for (const row of ROWS) itRefuses(row);
});
