import { ADMIN_USER } from "../../../../src/sandbox/seed.ts";
import type { Answer } from "../../../harness/sandbox.ts";
import type { ArmSession } from "../arm-session.ts";
import { SUBSCRIPTION } from "../arm-session.ts";
import { AUTH, eligibility, guid, NOBODY, PIM, READER, type Refusal } from "./refusal.ts";

const request = ({ arm }: ArmSession, digit: number, body: object): Promise<Answer> =>
  arm("PUT", `${AUTH}/roleEligibilityScheduleRequests/${guid(digit)}`, PIM, body);
const ofAdmin = (change: object): object => eligibility({ principalId: ADMIN_USER.id, ...change });

/** Changes rules of the Reader role's settings. */
async function patchRules({ arm }: ArmSession, ...rules: readonly object[]): Promise<Answer> {
  const filter = encodeURIComponent(`roleDefinitionId eq '${READER}'`);
  const found = await arm("GET", `${AUTH}/roleManagementPolicyAssignments?$filter=${filter}`, PIM);
  return arm("PATCH", found.body.value[0].properties.policyId, PIM, { properties: { rules } });
}

const schedules = (["roleEligibility", "roleAssignment"] as const).flatMap((stem) =>
  (["Schedules", "ScheduleInstances"] as const).map((kind) => `${stem}${kind}`),
);

/** Requests, schedules and role settings of Privileged Identity Management. */
export const PRIVILEGED_ACCESS: readonly Refusal[] = [
  {
    code: "RoleAssignmentExists",
    when: "eligible already",
    status: 400,
    documented: true,
    message: /^The Role assignment already exists\.$/,
    ask: (session) => request(session, 3, eligibility()),
  },
  {
    code: "SubjectNotFound",
    status: 400,
    documented: true,
    ask: (session) => request(session, 3, eligibility({ principalId: NOBODY })),
  },
  {
    code: "ScopeDoesNotMatchRoleDefinition",
    status: 400,
    documented: true,
    ask: (session) =>
      request(session, 3, eligibility({ roleDefinitionId: READER.replaceAll(SUBSCRIPTION, NOBODY) })),
  },
  {
    code: "RoleDefinitionDoesNotExist",
    when: "eligibility for the role",
    status: 400,
    ask: (session) =>
      request(session, 3, eligibility({ roleDefinitionId: READER.replace(/[^/]+$/, NOBODY) })),
  },
  {
    code: "RoleAssignmentDoesNotExist",
    status: 400,
    documented: true,
    ask: (session) => request(session, 3, ofAdmin({ requestType: "AdminRemove" })),
  },
  {
    code: "RoleAssignmentDoesNotExist",
    when: "extended",
    status: 400,
    ask: (session) => request(session, 3, ofAdmin({ requestType: "AdminExtend" })),
  },
  {
    code: "ActiveDurationTooShort",
    status: 400,
    documented: true,
    ask: (session) => request(session, 3, eligibility({ requestType: "AdminRemove" })),
  },
  {
    code: "RoleAssignmentRequestExists",
    status: 409,
    ask: (session) => request(session, 2, eligibility()),
  },
  {
    code: "RoleAssignmentRequestPolicyValidationFailed",
    when: "permanent",
    status: 400,
    documented: true,
    message: /\["ExpirationRule"\]/,
    ask: (session) =>
      request(session, 3, ofAdmin({ scheduleInfo: { expiration: { type: "NoExpiration" } } })),
  },
  {
    code: "RoleAssignmentRequestPolicyValidationFailed",
    when: "without a reason",
    status: 400,
    documented: true,
    message: /\["JustificationRule"\]/,
    ask: ({ arm }) =>
      arm(
        "PUT",
        `${AUTH}/roleAssignmentScheduleRequests/${guid(3)}`,
        PIM,
        ofAdmin({ justification: undefined }),
      ),
  },
  {
    code: "RoleAssignmentRequestPolicyValidationFailed",
    when: "without a ticket",
    status: 400,
    documented: true,
    message: /\["TicketingRule"\]/,
    ask: async (session) => {
      const enablement = (enabledRules: readonly string[]): object => ({
        id: "Enablement_Admin_Eligibility",
        ruleType: "RoleManagementPolicyEnablementRule",
        enabledRules,
      });
      await patchRules(session, enablement(["Ticketing"]));
      const answer = await request(session, 3, ofAdmin({}));
      await patchRules(session, enablement([]));
      return answer;
    },
  },
  {
    code: "RoleAssignmentRequestPolicyValidationFailed",
    when: "activated without eligibility",
    status: 400,
    documented: true,
    message: /\["EligibilityRule"\]/,
    ask: ({ arm }) =>
      arm(
        "PUT",
        `${AUTH}/roleAssignmentScheduleRequests/${guid(3)}`,
        PIM,
        ofAdmin({ requestType: "SelfActivate" }),
      ),
  },
  {
    code: "InvalidScheduleInfo",
    when: "a duration that is none",
    status: 400,
    message: /duration/,
    ask: (session) =>
      request(
        session,
        3,
        ofAdmin({ scheduleInfo: { expiration: { type: "AfterDuration", duration: "a while" } } }),
      ),
  },
  {
    code: "InvalidScheduleInfo",
    when: "an end that has passed",
    status: 400,
    message: /end/,
    ask: (session) =>
      request(
        session,
        3,
        ofAdmin({
          scheduleInfo: { expiration: { type: "AfterDateTime", endDateTime: "2001-01-01T00:00:00Z" } },
        }),
      ),
  },
  {
    code: "InvalidRequestType",
    status: 400,
    message: /'AdminWish'/,
    ask: (session) => request(session, 3, ofAdmin({ requestType: "AdminWish" })),
  },
  {
    code: "RoleAssignmentRequestNotFound",
    status: 404,
    ask: ({ arm }) => arm("GET", `${AUTH}/roleEligibilityScheduleRequests/${NOBODY}`, PIM),
  },
  ...schedules.map(
    (path): Refusal => ({
      code: "RoleAssignmentScheduleNotFound",
      when: path,
      status: 404,
      message: new RegExp(NOBODY),
      ask: ({ arm }) => arm("GET", `${AUTH}/${path}/${NOBODY}`, PIM),
    }),
  ),
  {
    code: "PolicyNotFound",
    status: 404,
    ask: ({ arm }) => arm("GET", `${AUTH}/roleManagementPolicies/${NOBODY}`, PIM),
  },
  {
    code: "PolicyNotFound",
    when: "its assignment",
    status: 404,
    ask: ({ arm }) => arm("GET", `${AUTH}/roleManagementPolicyAssignments/${NOBODY}`, PIM),
  },
  {
    code: "PolicyNotFound",
    when: "changed",
    status: 404,
    ask: ({ arm }) =>
      arm("PATCH", `${AUTH}/roleManagementPolicies/${NOBODY}`, PIM, { properties: { rules: [] } }),
  },
  {
    code: "InvalidPolicy",
    when: "a rule that the policy does not have",
    status: 400,
    documented: true,
    message: /^The policy is invalid\.$/,
    ask: (session) =>
      patchRules(session, {
        id: "Weather_Admin_Eligibility",
        ruleType: "RoleManagementPolicyExpirationRule",
      }),
  },
  {
    code: "InvalidPolicy",
    when: "a duration that is none",
    status: 400,
    documented: true,
    message: /^The policy is invalid\.$/,
    ask: (session) =>
      patchRules(session, {
        id: "Expiration_Admin_Eligibility",
        ruleType: "RoleManagementPolicyExpirationRule",
        maximumDuration: "a while",
      }),
  },
];
