import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ADMIN_USER,
  AGENT_USERS,
  BARE_APP,
  PIPELINE_APP,
  PLAIN_USER,
  TENANT,
} from "../../../src/sandbox/seed.ts";
import type { Identity } from "../../harness/sandbox.ts";
import { filter, GRAPH_APP_ID, type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeAll(async () => {
  tenant = await startGraphTenant();
});
afterAll(() => tenant.close());

const GROUP = { displayName: "x", mailEnabled: false, mailNickname: "x", securityEnabled: true };
const DENIED = [403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."];

describe("writes need permission and, for people, a directory role", () => {
  test.each<[Identity, string, string, object]>([
    ["reader", "POST", "/groups", GROUP],
    ["reader", "POST", "/applications", { displayName: "x" }],
    ["reader", "POST", "/servicePrincipals", { appId: "d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935" }],
    ["reader", "PATCH", "/applications(appId='c1000000-0000-4000-8000-0000000000a2')", { notes: "x" }],
    ["bare", "POST", "/groups", GROUP],
    ["bare", "GET", "/users", {}],
    ["bare", "GET", "/subscribedSkus", {}],
  ])("%s may not %s %s", async (as, method, path, body) => {
    const answer = await tenant.ask(method, path, method === "GET" ? { as } : { as, body });
    expect([answer.status, answer.body.error.code, answer.body.error.message]).toEqual(DENIED);
  });

  test("the pipeline may create groups and applications", async () => {
    expect((await tenant.ask("POST", "/groups", { as: "pipeline", body: GROUP })).status).toBe(201);
    expect(
      (await tenant.ask("POST", "/applications", { as: "pipeline", body: { displayName: "x" } })).status,
    ).toBe(201);
  });

  test("a member without roles may still read the directory", async () => {
    const answer = await tenant.ask("GET", "/users?$select=displayName", { as: "reader" });
    expect(answer.status).toBe(200);
    expect(answer.body.value).toContainEqual({ displayName: ADMIN_USER.displayName });
  });
});

describe("an application with Application.ReadWrite.OwnedBy", () => {
  test("may change what it created and nothing else", async () => {
    const graph = await tenant.ask("GET", `/servicePrincipals(appId='${GRAPH_APP_ID}')?$select=id`);
    const granted = await tenant.ask("POST", `/servicePrincipals/${graph.body.id}/appRoleAssignedTo`, {
      body: {
        principalId: BARE_APP.servicePrincipalId,
        resourceId: graph.body.id,
        appRoleId: "18a4783c-866b-4cc7-a460-3d5e5662c884",
      },
    });
    expect(granted.status).toBe(201);
    const token = (await tenant.signIn(BARE_APP.appId, BARE_APP.secret)).body.access_token as string;
    const own = await tenant.ask("POST", "/applications", { token, body: { displayName: "own" } });
    expect(own.status).toBe(201);
    const ask = (appId: string) =>
      tenant.ask("PATCH", `/applications(appId='${appId}')`, { token, body: { notes: "x" } });
    expect((await ask(own.body.appId)).status).toBe(204);
    expect((await ask(PIPELINE_APP.appId)).status).toBe(403);
    await tenant.replicate();
    const principal = (appId: string) => tenant.ask("POST", "/servicePrincipals", { token, body: { appId } });
    expect((await principal(own.body.appId)).status).toBe(201);
    const foreign = await principal("d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935");
    expect([foreign.status, foreign.body.error.code]).toEqual([403, "Authorization_RequestDenied"]);
  });
});

describe("an application with User.ReadBasic.All", () => {
  test("sees the basic profile of a user, and null for the rest", async () => {
    const graph = await tenant.ask("GET", `/servicePrincipals(appId='${GRAPH_APP_ID}')?$select=id`);
    const seenWith = async (appRoleId: string) => {
      const body = { principalId: BARE_APP.servicePrincipalId, resourceId: graph.body.id, appRoleId };
      const granted = await tenant.ask("POST", `/servicePrincipals/${graph.body.id}/appRoleAssignedTo`, {
        body,
      });
      expect(granted.status).toBe(201);
      const token = (await tenant.signIn(BARE_APP.appId, BARE_APP.secret)).body.access_token as string;
      const select = "$select=userPrincipalName,accountEnabled";
      const one = await tenant.ask("GET", `/users/${ADMIN_USER.id}?${select}`, { token });
      const all = await tenant.ask("GET", `/users?${select}`, { token });
      const { "@odata.context": _, ...user } = one.body;
      expect(all.body.value).toContainEqual(user);
      return user;
    };
    const { userPrincipalName } = ADMIN_USER;
    expect(await seenWith("97235f07-e226-4f63-ace3-39588e11d3a1")).toEqual({
      userPrincipalName,
      accountEnabled: null,
    });
    expect(await seenWith("df021288-bdef-4463-88db-98f22de89214")).toEqual({
      userPrincipalName,
      accountEnabled: true,
    });
  });
});

describe("who am I", () => {
  test("the signed-in person and the directory roles in force", async () => {
    const me = await tenant.ask("GET", "/me");
    expect(me.body).toMatchObject({ id: ADMIN_USER.id, userPrincipalName: ADMIN_USER.userPrincipalName });
    const roles = await tenant.ask("GET", "/me/transitiveMemberOf/microsoft.graph.directoryRole");
    expect(roles.body.value.map((role: { roleTemplateId: string }) => role.roleTemplateId)).toEqual([
      "62e90394-69f5-4237-9190-012177145e10",
      "11648597-926c-4cf3-9c36-bcebb0ba8dcc",
    ]);
    const reader = await tenant.ask("GET", "/me/transitiveMemberOf/microsoft.graph.directoryRole", {
      as: "reader",
    });
    expect(reader.body.value).toEqual([]);
  });

  test("an application has no /me", async () => {
    const answer = await tenant.ask("GET", "/me", { as: "pipeline" });
    expect([answer.status, answer.body.error.code, answer.body.error.message]).toEqual([
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    ]);
  });

  test("role assignments expand their definition", async () => {
    const answer = await tenant.ask(
      "GET",
      `/roleManagement/directory/roleAssignments?${filter(`principalId eq '${ADMIN_USER.id}'`)}&$expand=roleDefinition`,
      { as: "pipeline" },
    );
    expect(
      answer.body.value.map(
        (entry: { roleDefinition: { displayName: string } }) => entry.roleDefinition.displayName,
      ),
    ).toEqual(["Global Administrator", "Power Platform Administrator"]);
  });
});

describe("licences", () => {
  test("of the tenant count who uses them", async () => {
    const answer = await tenant.ask("GET", "/subscribedSkus");
    const sku = answer.body.value.find(
      (entry: { skuPartNumber: string }) => entry.skuPartNumber === "DYN365_ENTERPRISE_CUSTOMER_SERVICE",
    );
    expect(sku).toMatchObject({
      capabilityStatus: "Enabled",
      appliesTo: "User",
      consumedUnits: 1 + AGENT_USERS.length,
      prepaidUnits: { enabled: 25, suspended: 0, warning: 0, lockedOut: 0 },
    });
  });

  test("of agents name Customer Service and Digital Messaging; the plain user has none", async () => {
    const details = await tenant.ask("GET", `/users/${AGENT_USERS[0].userPrincipalName}/licenseDetails`);
    expect(details.body.value.map((entry: { skuPartNumber: string }) => entry.skuPartNumber)).toEqual([
      "DYN365_ENTERPRISE_CUSTOMER_SERVICE",
      "DYN365_CS_MESSAGING",
    ]);
    const none = await tenant.ask("GET", `/users/${PLAIN_USER.id}/licenseDetails`);
    expect(none.body.value).toEqual([]);
  });

  test("the tenant tells its id and verified domain", async () => {
    const answer = await tenant.ask("GET", "/organization?$select=id,verifiedDomains,tenantType");
    expect(answer.body.value).toEqual([
      {
        id: TENANT.id,
        tenantType: "AAD",
        verifiedDomains: [expect.objectContaining({ name: TENANT.domain, isDefault: true })],
      },
    ]);
  });
});

describe("answers carry Graph's envelope", () => {
  test("of an error, with the caller's correlation id", async () => {
    const id = "0f0f0f0f-0000-4000-8000-000000000000";
    const answer = await tenant.ask("GET", `/groups/${id}`, { headers: { "client-request-id": "my-id" } });
    expect(answer.status).toBe(404);
    expect(answer.headers["client-request-id"]).toBe("my-id");
    expect(answer.body.error.innerError).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      "request-id": answer.headers["request-id"],
      "client-request-id": "my-id",
    });
  });

  test.each([
    ["no token", "", "Access token is empty."],
    ["a forged token", "a.b.c", "Access token validation failure."],
  ])("of a call with %s", async (_name, token, message) => {
    const answer = await tenant.ask("GET", "/me", { token });
    expect(answer.status).toBe(401);
    expect(answer.body.error).toMatchObject({ code: "InvalidAuthenticationToken", message });
    expect(answer.headers["www-authenticate"]).toContain('client_id="00000003-0000-0000-c000-000000000000"');
  });

  test("of a wrong method and of an unknown segment", async () => {
    const method = await tenant.ask("PUT", "/groups", { body: {} });
    expect([method.status, method.body.error.code]).toEqual([405, "Request_BadRequest"]);
    expect((await tenant.ask("GET", "/groups/%zz")).status).toBe(400);
    const segment = await tenant.ask("GET", "/groupies");
    expect([segment.status, segment.body.error.message]).toEqual([
      400,
      "Resource not found for the segment 'groupies'.",
    ]);
  });
});
