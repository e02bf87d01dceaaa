import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BARE_APP } from "../../../src/sandbox/seed.ts";
import { filter, GRAPH_APP_ID, type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeEach(async () => {
  tenant = await startGraphTenant();
});
afterEach(() => tenant.close());

const OMNICHANNEL_CRM = "d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935";
const OMNICHANNEL_PROVISIONING = "3957683c-3a48-4a6c-8706-a6e2d6883b02";

async function principalId(appId: string): Promise<string> {
  const answer = await tenant.ask("GET", `/servicePrincipals(appId='${appId}')?$select=id`);
  expect(answer.status).toBe(200);
  return answer.body.id;
}

describe("service principals", () => {
  test("publish Graph's permissions under their public ids", async () => {
    const answer = await tenant.ask(
      "GET",
      `/servicePrincipals(appId='${GRAPH_APP_ID}')?$select=id,appRoles,oauth2PermissionScopes`,
    );
    const scopes: { value: string; id: string }[] = answer.body.oauth2PermissionScopes;
    const roles: { value: string; id: string }[] = answer.body.appRoles;
    expect(scopes.find((scope) => scope.value === "User.Read")?.id).toBe(
      "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    );
    expect(roles.find((role) => role.value === "Group.Create")?.id).toBe(
      "bf7b1a76-6e77-406b-b258-bf5c7720e98f",
    );
  });

  test("of the Omnichannel pair appear only when somebody creates them", async () => {
    for (const appId of [OMNICHANNEL_CRM, OMNICHANNEL_PROVISIONING])
      expect((await tenant.ask("GET", `/servicePrincipals(appId='${appId}')`)).status).toBe(404);
    const answer = await tenant.ask("POST", "/servicePrincipals", { body: { appId: OMNICHANNEL_CRM } });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      displayName: "Omnichannel for CS CRM ClientApp Primary",
      accountEnabled: true,
      appOwnerOrganizationId: "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    });
    const again = await tenant.ask("POST", "/servicePrincipals", { body: { appId: OMNICHANNEL_CRM } });
    expect(again.status).toBe(409);
    expect(again.body.error).toMatchObject({
      code: "Request_MultipleObjectsWithSameKeyValue",
      details: [{ code: "ObjectConflict", target: "None" }],
    });
  });

  test("need an application that exists and is replicated", async () => {
    const unknown = await tenant.ask("POST", "/servicePrincipals", {
      body: { appId: "12345678-0000-4000-8000-000000000000" },
    });
    expect([unknown.status, unknown.body.error.message]).toEqual([
      400,
      "The appId '12345678-0000-4000-8000-000000000000' of the service principal does not reference a valid application object.",
    ]);
    const app = await tenant.ask("POST", "/applications", { body: { displayName: "fresh" } });
    const body = { appId: app.body.appId };
    expect((await tenant.ask("POST", "/servicePrincipals", { body })).status).toBe(400);
    await tenant.replicate();
    expect((await tenant.ask("POST", "/servicePrincipals", { body })).status).toBe(201);
  });

  test("upsert by appId creates and then updates; a disabled one can not sign in", async () => {
    const path = `/servicePrincipals(appId='${OMNICHANNEL_PROVISIONING}')`;
    const headers = { prefer: "create-if-missing" };
    expect((await tenant.ask("PATCH", path, { body: {}, headers })).status).toBe(201);
    const disabled = await tenant.ask("PATCH", path, { body: { accountEnabled: false }, headers });
    expect(disabled.status).toBe(204);
    expect((await tenant.ask("GET", path)).body.accountEnabled).toBe(false);
    await tenant.ask("PATCH", `/servicePrincipals(appId='${BARE_APP.appId}')`, {
      body: { accountEnabled: false },
    });
    expect((await tenant.signIn(BARE_APP.appId, BARE_APP.secret)).body.error_codes).toEqual([7000112]);
  });
});

describe("delegated permission grants", () => {
  test("exist once for client and resource, under an id made of both", async () => {
    const clientId = BARE_APP.servicePrincipalId;
    const resourceId = await principalId(GRAPH_APP_ID);
    const body = { clientId, consentType: "AllPrincipals", resourceId, scope: "User.Read" };
    const created = await tenant.ask("POST", "/oauth2PermissionGrants", { body });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ ...body, principalId: null });
    expect(Buffer.from(created.body.id, "base64url")).toHaveLength(32);
    // First GUID group, little-endian: c1000000 → 00 00 00 c1.
    expect(Buffer.from(created.body.id, "base64url").subarray(0, 4).toString("hex")).toBe("000000c1");
    const again = await tenant.ask("POST", "/oauth2PermissionGrants", { body });
    expect([again.status, again.body.error.code, again.body.error.message]).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Permission entry already exists.",
    ]);
    const path = `/oauth2PermissionGrants/${created.body.id}`;
    expect((await tenant.ask("PATCH", path, { body: { scope: "User.Read openid" } })).status).toBe(204);
    const listed = await tenant.ask("GET", `/oauth2PermissionGrants?${filter(`clientId eq '${clientId}'`)}`);
    expect(listed.body.value).toEqual([expect.objectContaining({ scope: "User.Read openid" })]);
    expect((await tenant.ask("DELETE", path)).status).toBe(204);
    expect(
      (await tenant.ask("GET", `/servicePrincipals/${clientId}/oauth2PermissionGrants`)).body.value,
    ).toEqual([]);
  });

  test("of a client that is not replicated are refused", async () => {
    const resourceId = await principalId(GRAPH_APP_ID);
    const fresh = await tenant.ask("POST", "/servicePrincipals", { body: { appId: OMNICHANNEL_CRM } });
    const body = { clientId: fresh.body.id, consentType: "AllPrincipals", resourceId, scope: "User.Read" };
    expect((await tenant.ask("POST", "/oauth2PermissionGrants", { body })).status).toBe(404);
    await tenant.replicate();
    expect((await tenant.ask("POST", "/oauth2PermissionGrants", { body })).status).toBe(201);
  });
});

describe("application role assignments", () => {
  test("show up in the next token and end with a deletion", async () => {
    const resourceId = await principalId(GRAPH_APP_ID);
    const principal = BARE_APP.servicePrincipalId;
    const appRoleId = "98830695-27a2-44f7-8c18-0c3ebc9698f6";
    const body = { principalId: principal, resourceId, appRoleId };
    const created = await tenant.ask("POST", `/servicePrincipals/${resourceId}/appRoleAssignedTo`, { body });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      principalDisplayName: BARE_APP.displayName,
      principalType: "ServicePrincipal",
      resourceDisplayName: "Microsoft Graph",
    });
    const token = (await tenant.signIn(BARE_APP.appId, BARE_APP.secret)).body.access_token as string;
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    expect(claims.roles).toEqual(["GroupMember.Read.All"]);
    const again = await tenant.ask("POST", `/servicePrincipals/${principal}/appRoleAssignments`, { body });
    expect([again.status, again.body.error.message]).toEqual([
      400,
      "Permission being assigned already exists on the object",
    ]);
    const listed = await tenant.ask("GET", `/servicePrincipals/${principal}/appRoleAssignments`);
    expect(listed.body.value.map((entry: { appRoleId: string }) => entry.appRoleId)).toEqual([appRoleId]);
    const path = `/servicePrincipals/${resourceId}/appRoleAssignedTo/${created.body.id}`;
    expect((await tenant.ask("DELETE", path)).status).toBe(204);
    const gone = await tenant.ask("DELETE", path);
    expect([gone.status, gone.body.error.message]).toEqual([
      400,
      "EntitlementGrant being updated or deleted is not found.",
    ]);
  });

  test("of a role the resource does not publish, or to an unreplicated principal, are refused", async () => {
    const resourceId = await principalId(GRAPH_APP_ID);
    const unknownRole = await tenant.ask("POST", `/servicePrincipals/${resourceId}/appRoleAssignedTo`, {
      body: {
        principalId: BARE_APP.servicePrincipalId,
        resourceId,
        appRoleId: "12345678-0000-4000-8000-000000000000",
      },
    });
    expect(unknownRole.status).toBe(400);
    const fresh = await tenant.ask("POST", "/servicePrincipals", { body: { appId: OMNICHANNEL_CRM } });
    const unreplicated = await tenant.ask("POST", `/servicePrincipals/${resourceId}/appRoleAssignedTo`, {
      body: {
        principalId: fresh.body.id,
        resourceId,
        appRoleId: "98830695-27a2-44f7-8c18-0c3ebc9698f6",
      },
    });
    expect([unreplicated.status, unreplicated.body.error.message]).toEqual([
      400,
      "Not a valid reference update.",
    ]);
  });
});
