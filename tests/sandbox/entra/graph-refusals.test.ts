import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_USER, AGENT_USERS } from "../../../src/sandbox/seed.ts";
import { prove } from "../../harness/fidelity.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { GRAPH_APP_ID, type GraphTenant, PIPELINE_PRINCIPAL_ID, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
let groupId: string;
let graphPrincipalId: string;
const NOBODY = "00000000-1111-2222-3333-444444444444";
const GROUP = {
  displayName: "psc refusals",
  mailEnabled: false,
  mailNickname: "psc-refusals",
  securityEnabled: true,
  uniqueName: "psc-refusals",
};

beforeAll(async () => {
  tenant = await startGraphTenant();
  groupId = (await tenant.ask("POST", "/groups", { body: GROUP })).body.id;
  await tenant.ask("POST", "/applications", { body: { displayName: "psc", uniqueName: "psc-taken" } });
  graphPrincipalId = (await tenant.ask("GET", `/servicePrincipals(appId='${GRAPH_APP_ID}')`)).body.id;
  await tenant.replicate();
  await tenant.ask("POST", `/groups/${groupId}/members/$ref`, { body: reference(AGENT_USERS[0].id) });
  await tenant.ask("POST", "/oauth2PermissionGrants", { body: grant() });
});
afterAll(() => tenant.close());

function reference(id: string): object {
  return { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${id}` };
}

function grant(): object {
  return {
    clientId: PIPELINE_PRINCIPAL_ID,
    consentType: "AllPrincipals",
    resourceId: graphPrincipalId,
    scope: "User.Read",
  };
}

/** Status, code and message, in the envelope and with the headers that every refusal of Graph has. */
function expectRefusal(answer: Answer, status: number, code: string, message: string): void {
  expect([answer.status, answer.body.error.code, answer.body.error.message]).toEqual([status, code, message]);
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
  expect(answer.headers["request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.body.error.innerError).toEqual({
    date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
    "request-id": answer.headers["request-id"],
    "client-request-id": answer.headers["client-request-id"],
  });
  expect(Object.keys(answer.body)).toEqual(["error"]);
}

const missing = (id: string): string =>
  `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;

/** The page marks which of Graph's general texts comes here as an assumption. */
const INFERRED = new Set([
  "GET by something that is no alternate key",
  "POST /groups with an unknown property",
  "a page larger than 999",
  "a batch of 21",
]);

describe("every refusal has Graph's status, code, text and envelope", () => {
  test.each<[string, () => Promise<Answer>, number, string, string]>([
    [
      "GET /groups/{id} of nothing",
      () => tenant.ask("GET", `/groups/${NOBODY}`),
      404,
      "Request_ResourceNotFound",
      missing(NOBODY),
    ],
    [
      "PATCH /groups(uniqueName) without create-if-missing",
      () => tenant.ask("PATCH", "/groups(uniqueName='psc-none')", { body: { description: "x" } }),
      404,
      "Request_ResourceNotFound",
      missing("psc-none"),
    ],
    [
      "GET by something that is no alternate key",
      () => tenant.ask("GET", "/groups(displayName='psc refusals')"),
      400,
      "BadRequest",
      "Bad Request - Error in query syntax.",
    ],
    [
      "POST /groups with a taken uniqueName",
      () => tenant.ask("POST", "/groups", { body: GROUP }),
      400,
      "Request_BadRequest",
      "Another object with the same value for property uniqueName already exists.",
    ],
    [
      "POST /groups without a required property",
      () =>
        tenant.ask("POST", "/groups", { body: { ...GROUP, uniqueName: "psc-2", displayName: undefined } }),
      400,
      "Request_BadRequest",
      "A value is required for property 'displayName' of resource 'Group'.",
    ],
    [
      "POST /groups with an ill-typed property",
      () =>
        tenant.ask("POST", "/groups", { body: { ...GROUP, uniqueName: "psc-2", securityEnabled: "yes" } }),
      400,
      "Request_BadRequest",
      "Invalid value specified for property 'securityEnabled' of resource 'Group'.",
    ],
    [
      "POST /groups with an unknown property",
      () => tenant.ask("POST", "/groups", { body: { ...GROUP, uniqueName: "psc-2", colour: "blue" } }),
      400,
      "Request_BadRequest",
      "One or more properties are invalid.",
    ],
    [
      "POST /applications with a taken uniqueName",
      () => tenant.ask("POST", "/applications", { body: { displayName: "psc", uniqueName: "psc-taken" } }),
      400,
      "Request_BadRequest",
      "Another object with the same value for property uniqueName already exists.",
    ],
    [
      "POST /servicePrincipals for no application",
      () => tenant.ask("POST", "/servicePrincipals", { body: { appId: NOBODY } }),
      400,
      "Request_BadRequest",
      `The appId '${NOBODY}' of the service principal does not reference a valid application object.`,
    ],
    [
      "POST members/$ref of a member",
      () => tenant.ask("POST", `/groups/${groupId}/members/$ref`, { body: reference(AGENT_USERS[0].id) }),
      400,
      "Request_BadRequest",
      "One or more added object references already exist for the following modified properties: 'members'.",
    ],
    [
      "DELETE members/{id}/$ref of no member",
      () => tenant.ask("DELETE", `/groups/${groupId}/members/${ADMIN_USER.id}/$ref`),
      404,
      "Request_ResourceNotFound",
      missing(ADMIN_USER.id),
    ],
    [
      "POST /oauth2PermissionGrants of the same three",
      () => tenant.ask("POST", "/oauth2PermissionGrants", { body: grant() }),
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Permission entry already exists.",
    ],
    [
      "DELETE of an app role assignment that is gone",
      () => tenant.ask("DELETE", `/servicePrincipals/${PIPELINE_PRINCIPAL_ID}/appRoleAssignments/gone`),
      400,
      "Request_BadRequest",
      "EntitlementGrant being updated or deleted is not found.",
    ],
    [
      "GET without the permission",
      () => tenant.ask("GET", "/groups", { as: "bare" }),
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    ],
    [
      "GET /me of an application",
      () => tenant.ask("GET", "/me", { as: "pipeline" }),
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    ],
    [
      "a filter that needs advanced queries",
      () => tenant.ask("GET", "/users?$filter=surname%20ne%20'x'"),
      400,
      "Request_UnsupportedQuery",
      "Unsupported Query.",
    ],
    [
      "a page larger than 999",
      () => tenant.ask("GET", "/users?$top=1000"),
      400,
      "Request_UnsupportedQuery",
      "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
    ],
    [
      "$select of nothing",
      () => tenant.ask("GET", "/users?$select=colour"),
      400,
      "BadRequest",
      "Parsing OData Select and Expand failed: Could not find a property named 'colour' on type 'microsoft.graph.user'.",
    ],
    [
      "a batch of 21",
      () =>
        tenant.ask("POST", "/$batch", {
          body: {
            requests: Array.from({ length: 21 }, (_, index) => ({
              id: `${index}`,
              method: "GET",
              url: "/me",
            })),
          },
        }),
      400,
      "MaximumValueExceeded",
      "Number of batch request steps exceeds the maximum value of 20.",
    ],
  ])("%s", async (operation, ask, status, code, message) => {
    expectRefusal(await ask(), status, code, message);
    prove({
      api: "Microsoft Graph",
      operation: `refusal: ${operation}`,
      proof: INFERRED.has(operation) ? "inferred" : "documentation",
      source: "docs/sandbox/entra-and-graph.md",
    });
  });

  test("a taken service principal name, with its details", async () => {
    const answer = await tenant.ask("POST", "/servicePrincipals", { body: { appId: GRAPH_APP_ID } });
    const message = `The service principal cannot be created, updated, or restored because the service principal name ${GRAPH_APP_ID} is already in use.`;
    expect([answer.status, answer.body.error]).toEqual([
      409,
      expect.objectContaining({
        code: "Request_MultipleObjectsWithSameKeyValue",
        message,
        details: [expect.objectContaining({ code: "ObjectConflict", message })],
      }),
    ]);
    prove({
      api: "Microsoft Graph",
      operation: "refusal: POST /servicePrincipals of a taken appId",
      proof: "documentation",
    });
  });

  test("an ordered 429 tells when to come back", async () => {
    await tenant.control("POST", "faults", {
      when: { service: "graph", url: "/organization" },
      times: 1,
      action: { kind: "throttle", retryAfter: 7 },
    });
    const throttled = await tenant.ask("GET", "/organization");
    expect(throttled.status).toBe(429);
    expect(throttled.body.error.code).toBe("TooManyRequests");
    expect(throttled.headers["retry-after"]).toBe("7");
    expect(throttled.headers["x-ms-throttle-information"]).toBe("ResourceUnitLimitExceeded");
    expect((await tenant.ask("GET", "/organization")).status).toBe(200);
    prove({ api: "Microsoft Graph", operation: "throttling", proof: "documentation" });
  });
});
