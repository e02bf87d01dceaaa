import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_USER, BARE_APP, PIPELINE_APP, PLAIN_USER, TENANT } from "../../../src/sandbox/seed.ts";
import { ADMIN_ENVIRONMENTS, BAP, MINUTE, startTenantAdmin, type TenantAdmin } from "./tenant-admin.ts";

let admin: TenantAdmin;
beforeEach(async () => {
  admin = await startTenantAdmin();
});
afterEach(() => admin.close());

describe("tokens", () => {
  it("refuses a missing token and one for another audience with 401, on both services", async () => {
    const graphToken = await admin.cloud.token("admin", "https://graph.microsoft.com");
    for (const url of [
      `${BAP}/locations?api-version=2023-06-01`,
      "https://api.powerplatform.com/appmanagement/applicationPackages?api-version=2024-10-01",
    ]) {
      expect((await admin.cloud.ask("GET", url)).status).toBe(401);
      expect((await admin.cloud.ask("GET", url, { token: graphToken })).status).toBe(401);
    }
  });

  it("does not take a token of the one service at the other", async () => {
    const token = await admin.cloud.token("admin", "https://api.powerplatform.com");
    const answer = await admin.cloud.ask("GET", `${BAP}/locations?api-version=2023-06-01`, { token });
    expect(answer.status).toBe(401);
  });
});

describe("management applications", () => {
  const applications = `${BAP}/adminApplications`;

  it("refuses an unregistered application in the documented words until a person registers it", async () => {
    const url = `${ADMIN_ENVIRONMENTS}?api-version=2023-06-01`;
    const refused = await admin.bap("GET", url, undefined, "bare");
    expect(refused.status).toBe(403);
    expect(refused.body.error.code).toBe("Forbidden");
    expect(refused.body.error.message).toMatch(
      new RegExp(
        `^The service principal with id '${BARE_APP.servicePrincipalId}' for application ${BARE_APP.appId} does not have ` +
          `permission to access the path 'https://[^']*/scopes/admin/environments\\?api-version=2023-06-01' in tenant ${TENANT.id}\\.$`,
      ),
    );
    const itself = await admin.bap("PUT", `${applications}/${BARE_APP.appId}`, undefined, "bare");
    expect(itself.status).toBe(403);

    const registered = await admin.bap("PUT", `${applications}/${BARE_APP.appId}?api-version=2020-10-01`);
    expect([registered.status, registered.body]).toEqual([200, { applicationId: BARE_APP.appId }]);
    expect((await admin.bap("GET", url, undefined, "bare")).status).toBe(200);
  });

  it("lets no application register another one, and no person without a role", async () => {
    const byApplication = await admin.bap("PUT", `${applications}/${BARE_APP.appId}`, undefined, "pipeline");
    expect(byApplication.status).toBe(403);
    const byReader = await admin.bap("PUT", `${applications}/${BARE_APP.appId}`, undefined, "reader");
    expect(byReader.status).toBe(403);
    expect(byReader.body.error.message).toContain(PLAIN_USER.id);
  });

  it("lists, reads and removes registrations", async () => {
    const list = await admin.bap("GET", applications);
    expect(list.body.value).toEqual([{ applicationId: PIPELINE_APP.appId }]);
    expect((await admin.bap("GET", `${applications}/${PIPELINE_APP.appId}`)).status).toBe(200);
    expect((await admin.bap("GET", `${applications}/${BARE_APP.appId}`)).status).toBe(404);
    expect((await admin.bap("DELETE", `${applications}/${PIPELINE_APP.appId}`)).status).toBe(204);
    expect((await admin.bap("GET", ADMIN_ENVIRONMENTS, undefined, "pipeline")).status).toBe(403);
  });

  it("shows the tenant to people only", async () => {
    const answer = await admin.bap("GET", `${BAP}/tenant`);
    expect(answer.body).toMatchObject({ tenantId: TENANT.id, location: "unitedstates", state: "Enabled" });
    expect((await admin.bap("GET", `${BAP}/tenant`, undefined, "pipeline")).status).toBe(403);
  });
});

describe("access to an environment", () => {
  let environment: string;
  beforeEach(async () => {
    const seeded = await admin.seed({ displayName: "Clinic", domainName: "clinic" });
    environment = `${ADMIN_ENVIRONMENTS}/${seeded["environmentId"]}`;
  });

  it("adds an application user, again and again", async () => {
    const body = { servicePrincipalAppId: PIPELINE_APP.appId };
    for (let time = 0; time < 2; time += 1) {
      const answer = await admin.bap("POST", `${environment}/addAppUser?api-version=2020-10-01`, body);
      expect([answer.status, answer.body]).toEqual([200, {}]);
    }
  });

  it("adds a licensed person and refuses one without a licence for good", async () => {
    const refused = await admin.bap("POST", `${environment}/addUser`, { objectId: PLAIN_USER.id });
    expect([refused.status, refused.body.error.code]).toEqual([403, "userNotLicensed"]);
    const added = await admin.bap("POST", `${environment}/addUser`, { objectId: ADMIN_USER.id });
    expect(added.status).toBe(200);
  });

  it("assigns and removes environment roles", async () => {
    const role = "/providers/Microsoft.BusinessAppPlatform/environments/x/roleDefinitions/environmentadmin";
    const added = await admin.bap("POST", `${environment}/modifyRoleAssignments`, {
      add: [
        {
          properties: { roleDefinition: { id: role }, principal: { id: PLAIN_USER.id, type: "User" } },
        },
      ],
    });
    expect(added.body.add[0]).toMatchObject({
      httpStatus: "Created",
      roleAssignment: {
        properties: { roleDefinition: { name: "EnvironmentAdmin" }, principal: { id: PLAIN_USER.id } },
      },
    });
    const id = added.body.add[0].roleAssignment.id;
    await admin.bap("POST", `${environment}/modifyRoleAssignments`, { remove: [{ id }] });
    const list = await admin.bap("GET", `${environment}/roleAssignments`);
    expect(list.body.value).toEqual([]);
  });
});

describe("role-based access control", () => {
  const OWNER = "0cb07c69-1631-4725-ab35-e59e001c51ea";
  const version = "api-version=2024-10-01";
  let environmentId: string;
  beforeEach(async () => {
    const seeded = await admin.seed({ displayName: "Clinic", domainName: "clinic" });
    environmentId = String(seeded["environmentId"]);
  });
  const grant = (principalObjectId: string) => ({
    principalObjectId,
    principalType: "ApplicationUser",
    roleDefinitionId: OWNER,
    scope: `/tenants/${TENANT.id}/environments/${environmentId}`,
  });

  it("opens one environment's packages to an application that is no management application", async () => {
    const packages = `/appmanagement/environments/${environmentId}/applicationPackages`;
    expect((await admin.powerPlatform("GET", packages, undefined, "bare")).status).toBe(403);
    const url = `/authorization/environments/${environmentId}/roleAssignments?${version}`;
    const answer = await admin.powerPlatform("POST", url, grant(BARE_APP.servicePrincipalId));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      ...grant(BARE_APP.servicePrincipalId),
      createdByPrincipalType: "User",
      createdByPrincipalObjectId: ADMIN_USER.id,
      expiresOn: null,
    });
    expect((await admin.powerPlatform("GET", packages, undefined, "bare")).status).toBe(200);
    const tenant = "/appmanagement/applicationPackages";
    expect((await admin.powerPlatform("GET", tenant, undefined, "bare")).status).toBe(403);

    const remove = `/authorization/environments/${environmentId}/roleAssignments/${answer.body.roleAssignmentId}?${version}`;
    expect((await admin.powerPlatform("DELETE", remove)).status).toBe(204);
    expect((await admin.powerPlatform("GET", packages, undefined, "bare")).status).toBe(403);
  });

  it("wants the object id of the service principal, not the client id, and a person who asks", async () => {
    const url = `/authorization/environments/${environmentId}/roleAssignments?${version}`;
    const wrongId = await admin.powerPlatform("POST", url, grant(BARE_APP.appId));
    expect([wrongId.status, wrongId.body.code]).toEqual([400, "PrincipalDoesNotExist"]);
    const app = await admin.powerPlatform("POST", url, grant(BARE_APP.servicePrincipalId), "pipeline");
    expect([app.status, app.body.error.code]).toEqual([403, "Forbidden"]);
  });

  it("does not know a new environment for a while", async () => {
    const created = await admin.bap("POST", `${BAP}/environments`, {
      location: "unitedstates",
      properties: { displayName: "Fresh", environmentSku: "Sandbox" },
    });
    const url = `/authorization/environments/${created.body.name}/roleAssignments?${version}`;
    const body = { ...grant(BARE_APP.servicePrincipalId), scope: undefined };
    const early = await admin.powerPlatform("POST", url, body);
    expect([early.status, early.body.innererror.code]).toEqual([400, "EnvironmentIdInvalid"]);
    await admin.pass(2 * MINUTE);
    expect((await admin.powerPlatform("POST", url, body)).status).toBe(201);
  });

  it("names the built-in roles", async () => {
    const answer = await admin.powerPlatform("GET", `/authorization/roleDefinitions?${version}`);
    expect(answer.body.value.map((role: Record<string, string>) => role["roleDefinitionId"])).toContain(
      OWNER,
    );
  });
});
