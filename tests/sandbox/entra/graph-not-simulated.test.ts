import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_USER } from "../../../src/sandbox/seed.ts";
import { prove } from "../../harness/fidelity.ts";
import { type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeAll(async () => {
  tenant = await startGraphTenant();
});
afterAll(() => tenant.close());

const BETA = "https://graph.microsoft.com/beta";

describe("what Graph has and the sandbox does not play", () => {
  test.each([
    ["GET", "/auditLogs/directoryAudits"],
    ["GET", "/identity/identityProviders"],
    ["GET", "/identityGovernance/privilegedAccess/group/assignmentApprovals"],
    ["GET", "/roleManagement/directory/resourceNamespaces"],
    ["POST", "/roleManagement/directory/roleAssignments"],
    ["GET", "/policies/activityBasedTimeoutPolicies"],
    ["GET", "/policies/roleManagementPolicies/x/effectiveRules"],
    ["PATCH", "/policies/roleManagementPolicies/x"],
    ["GET", "/roleManagement/directory/roleEligibilitySchedules/filterByCurrentUser(on='principal')"],
    [
      "GET",
      "/identityGovernance/privilegedAccess/group/eligibilitySchedules/filterByCurrentUser(on='principal')",
    ],
    ["GET", "/identity/authenticationEventsFlows/x/conditions/applications"],
    ["GET", "/teams"],
    ["GET", "/drives/1/items/2"],
    ["GET", "/me/messages"],
    ["POST", "/users"],
    ["PATCH", `/users/${ADMIN_USER.id}`],
    ["DELETE", `/users/${ADMIN_USER.id}`],
    ["GET", `/users/${ADMIN_USER.id}/manager`],
    ["GET", "/groups/delta"],
    ["GET", `/groups/${ADMIN_USER.id}/settings`],
    ["GET", "/directory/administrativeUnits"],
    ["GET", `${BETA}/identity/b2cUserFlows`],
    ["GET", `${BETA}/trustFramework/policies`],
    ["GET", `${BETA}/roleManagement/directory/transitiveRoleAssignments`],
  ])("%s %s answers 501", async (method, path) => {
    const answer = await tenant.ask(
      method,
      path,
      method === "POST" || method === "PATCH" ? { body: {} } : {},
    );
    expect(answer.status).toBe(501);
    expect(answer.body).toEqual({
      error: {
        code: "NotSimulated",
        message: expect.stringMatching(
          /^The sandbox does not simulate (GET|POST|PATCH|DELETE) \/\S+ of Microsoft Graph\.$/,
        ),
        innerError: {
          date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
          "request-id": answer.headers["request-id"],
          "client-request-id": answer.headers["client-request-id"],
        },
      },
    });
    prove({ api: "Microsoft Graph", operation: "paths that are not simulated", proof: "inferred" });
  });
});

describe("what Graph does not have either", () => {
  test.each([
    ["GET", "/nonsense", "nonsense"],
    ["GET", `/groups/${ADMIN_USER.id}/nonsense`, "nonsense"],
    ["GET", "/me/nonsense", "nonsense"],
    ["GET", "/roleManagement/directory/nonsense", "nonsense"],
    // Only the beta version has these.
    ["GET", "/identity/b2cUserFlows", "b2cUserFlows"],
    ["GET", "/trustFramework/policies", "policies"],
    ["GET", "/roleManagement/directory/transitiveRoleAssignments", "transitiveRoleAssignments"],
  ])("%s %s answers 400", async (method, path, segment) => {
    const answer = await tenant.ask(method, path);
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe("BadRequest");
    expect(answer.body.error.message).toBe(`Resource not found for the segment '${segment}'.`);
    prove({ api: "Microsoft Graph", operation: "unknown paths", proof: "documentation" });
  });

  test.each([
    ["PUT", "/groups"],
    ["DELETE", "/subscribedSkus"],
    ["POST", "/me"],
  ])("%s %s answers 405", async (method, path) => {
    const answer = await tenant.ask(method, path);
    expect(answer.status).toBe(405);
    expect(answer.body.error).toMatchObject({
      code: "Request_BadRequest",
      message: "Specified HTTP method is not allowed for the request target.",
    });
  });

  test("a version other than v1.0 and beta answers 400", async () => {
    const answer = await tenant.ask("GET", "https://graph.microsoft.com/v3.0/groups");
    expect([answer.status, answer.body.error.code, answer.body.error.message]).toEqual([
      400,
      "BadRequest",
      "Invalid version: v3.0",
    ]);
  });
});
