import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIRECTORY_ROLES } from "../../src/sandbox/entra/directory-roles.ts";
import { PLAIN_USER } from "../../src/sandbox/seed.ts";
import { prove } from "../harness/fidelity.ts";
import { filter, type GraphTenant, startGraphTenant } from "../sandbox/entra/graph.ts";
import { consentTo } from "../sandbox/entra/graph-consent.ts";
import { deviations, graphDescriptionsAvailable, readCsdl } from "./graph/csdl.ts";

const WITHOUT = graphDescriptionsAvailable ? "" : " (skipped: the schema is not in PSC_SPECS_DIR)";
const GROUP = "/identityGovernance/privilegedAccess/group";
const ROLE = "/roleManagement/directory";
const FLOWS = "/identity/authenticationEventsFlows";

/** Entities, properties and types of Privileged Identity Management and user flows, held against the schema. */
describe.skipIf(!graphDescriptionsAvailable)(`Graph's schema${WITHOUT}`, () => {
  let tenant: GraphTenant;
  let groupId: string;

  beforeAll(async () => {
    tenant = await startGraphTenant();
    await consentTo(tenant, [
      "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
      "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
      "RoleEligibilitySchedule.ReadWrite.Directory",
      "RoleAssignmentSchedule.ReadWrite.Directory",
      "RoleManagementPolicy.ReadWrite.Directory",
      "EventListener.ReadWrite.All",
      "IdentityUserFlow.ReadWrite.All",
    ]);
    const body = { displayName: "Admins", mailEnabled: false, mailNickname: "a", securityEnabled: true };
    groupId = (await tenant.ask("POST", "/groups", { body })).body.id as string;
    await tenant.replicate();
    const common = {
      principalId: PLAIN_USER.id,
      action: "adminAssign",
      justification: "psc",
      scheduleInfo: {
        startDateTime: "2026-01-01T00:00:00Z",
        expiration: { type: "afterDuration", duration: "P30D" },
      },
    };
    const group = { ...common, groupId, accessId: "member" };
    const roleDefinitionId = DIRECTORY_ROLES.groupsAdministrator.templateId;
    const role = { ...common, roleDefinitionId, directoryScopeId: "/" };
    for (const [path, asked] of [
      [`${GROUP}/eligibilityScheduleRequests`, group],
      [`${GROUP}/assignmentScheduleRequests`, group],
      [`${ROLE}/roleEligibilityScheduleRequests`, role],
      [`${ROLE}/roleAssignmentScheduleRequests`, role],
    ] as const) {
      const answer = await tenant.ask("POST", path, { body: asked });
      expect(answer.status, answer.text).toBe(201);
    }
    await tenant.ask("POST", FLOWS, {
      body: {
        "@odata.type": "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow",
        displayName: "Sign up",
        onAuthenticationMethodLoadStart: {
          "@odata.type": "#microsoft.graph.onAuthenticationMethodLoadStartExternalUsersSelfServiceSignUp",
          identityProviders: [{ id: "EmailPassword-OAUTH" }],
        },
      },
    });
    await tenant.ask("POST", "/identity/b2xUserFlows", {
      body: { id: "Partner", userFlowType: "signUpOrSignIn", userFlowTypeVersion: 1 },
    });
    await tenant.replicate();
  });
  afterAll(() => tenant?.close());

  const policies = (list: string): string =>
    `/policies/${list}?${filter("scopeId eq '/' and scopeType eq 'DirectoryRole'")}`;

  test.each([
    [`${GROUP}/eligibilityScheduleRequests`, "privilegedAccessGroupEligibilityScheduleRequest"],
    [`${GROUP}/eligibilitySchedules`, "privilegedAccessGroupEligibilitySchedule"],
    [`${GROUP}/eligibilityScheduleInstances`, "privilegedAccessGroupEligibilityScheduleInstance"],
    [`${GROUP}/assignmentScheduleRequests`, "privilegedAccessGroupAssignmentScheduleRequest"],
    [`${GROUP}/assignmentSchedules`, "privilegedAccessGroupAssignmentSchedule"],
    [`${GROUP}/assignmentScheduleInstances`, "privilegedAccessGroupAssignmentScheduleInstance"],
    [`${ROLE}/roleEligibilityScheduleRequests`, "unifiedRoleEligibilityScheduleRequest"],
    [`${ROLE}/roleEligibilitySchedules`, "unifiedRoleEligibilitySchedule"],
    [`${ROLE}/roleEligibilityScheduleInstances`, "unifiedRoleEligibilityScheduleInstance"],
    [`${ROLE}/roleAssignmentScheduleRequests`, "unifiedRoleAssignmentScheduleRequest"],
    [`${ROLE}/roleAssignmentSchedules`, "unifiedRoleAssignmentSchedule"],
    [`${ROLE}/roleAssignmentScheduleInstances`, "unifiedRoleAssignmentScheduleInstance"],
    ["/policies/roleManagementPolicies", "unifiedRoleManagementPolicy"],
    ["/policies/roleManagementPolicyAssignments", "unifiedRoleManagementPolicyAssignment"],
    [FLOWS, "externalUsersSelfServiceSignUpEventsFlow"],
    ["/identity/b2xUserFlows", "b2xIdentityUserFlow"],
  ])("GET %s answers %s", async (path, type) => {
    const asked = path.startsWith(GROUP)
      ? `${path}?${filter(`groupId eq '${groupId}'`)}`
      : path.startsWith("/policies/")
        ? policies(path.split("/").at(-1) ?? "")
        : path;
    const answer = await tenant.ask("GET", asked);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.value.length).toBeGreaterThan(0);
    const csdl = readCsdl();
    for (const value of answer.body.value) expect(deviations(csdl, value, `graph.${type}`, path)).toEqual([]);
    prove({
      api: "Microsoft Graph",
      operation: `GET ${path}`,
      proof: "official description",
      source: "microsoftgraph/msgraph-metadata schemas/v1.0-Prod.csdl",
    });
  });

  test("the rules of a policy are each of a type that the schema has", async () => {
    const [policy] = (await tenant.ask("GET", policies("roleManagementPolicies"))).body.value;
    const answer = await tenant.ask("GET", `/policies/roleManagementPolicies/${policy.id}/rules`);
    const csdl = readCsdl();
    for (const rule of answer.body.value) {
      const type = String(rule["@odata.type"]).replace("#microsoft.", "");
      // The schema spells the operation in lower case, every published answer with a capital.
      const found = deviations(csdl, rule, type, rule.id).filter(
        (line) => !/operations\[0\]: "All"/.test(line),
      );
      expect(found).toEqual([]);
    }
    prove({
      api: "Microsoft Graph",
      operation: "GET /policies/roleManagementPolicies/{id}/rules",
      proof: "official description",
      source: "microsoftgraph/msgraph-metadata schemas/v1.0-Prod.csdl",
    });
  });
});
