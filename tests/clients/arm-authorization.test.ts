import { randomUUID } from "node:crypto";
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT_USERS } from "../../src/sandbox/seed.ts";
import { type AzureSession, all, proven, SUBSCRIPTION, startAzureSession } from "./azure-session.ts";

let session: AzureSession;
let client: AuthorizationManagementClient;
const CLIENT = "@azure/arm-authorization";
const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const SCOPE = `${ROOT}/resourceGroups/rg-access`;
const PERSON = AGENT_USERS[0].id;
/** Built-in role Reader. */
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const roleDefinitionId = `${ROOT}/providers/Microsoft.Authorization/roleDefinitions/${READER}`;

beforeAll(async () => {
  session = await startAzureSession();
  client = new AuthorizationManagementClient(session.credential, SUBSCRIPTION);
  await session.raw("PUT", `${SCOPE}?api-version=2025-04-01`, { location: "eastus" });
});
afterAll(() => session.cloud.close());

describe("@azure/arm-authorization", () => {
  it("finds a role by name and reads it by id", async () => {
    const roles = await all(client.roleDefinitions.list(ROOT, { filter: "roleName eq 'Reader'" }));
    expect(roles.map((role) => [role.name, role.roleType])).toEqual([[READER, "BuiltInRole"]]);
    expect(await client.roleDefinitions.get(ROOT, READER)).toMatchObject({
      roleName: "Reader",
      permissions: [{ actions: ["*/read"] }],
    });
    await expect(client.roleDefinitions.get(ROOT, randomUUID())).rejects.toMatchObject({ statusCode: 404 });
    const permissions = await all(client.permissions.listForResourceGroup("rg-access"));
    expect(permissions[0]?.actions).toContain("*");
    proven(
      CLIENT,
      "GET Microsoft.Authorization/roleDefinitions",
      "GET Microsoft.Authorization/roleDefinitions/{id}",
      "GET Microsoft.Authorization/permissions",
    );
  });

  it("assigns a role, sees it below, meets the conflict and takes it away", async () => {
    const name = randomUUID();
    const parameters = { roleDefinitionId, principalId: PERSON, principalType: "User" };
    const created = await client.roleAssignments.create(SCOPE, name, parameters);
    expect(created).toMatchObject({ name, scope: SCOPE, principalId: PERSON, roleDefinitionId });
    await session.advance(60);
    expect(await client.roleAssignments.get(SCOPE, name)).toMatchObject({ name, principalType: "User" });
    await expect(client.roleAssignments.create(SCOPE, randomUUID(), parameters)).rejects.toMatchObject({
      statusCode: 409,
      code: "RoleAssignmentExists",
    });
    const filter = `principalId eq '${PERSON}'`;
    expect(
      (await all(client.roleAssignments.listForScope(SCOPE, { filter }))).map((one) => one.name),
    ).toEqual([name]);
    expect(
      (await all(client.roleAssignments.listForResourceGroup("rg-access"))).map((one) => one.name),
    ).toContain(name);
    expect((await client.roleAssignments.delete(SCOPE, name)).name).toBe(name);
    await expect(client.roleAssignments.get(SCOPE, name)).rejects.toMatchObject({
      statusCode: 404,
      code: "RoleAssignmentNotFound",
    });
    proven(
      CLIENT,
      "PUT Microsoft.Authorization/roleAssignments/{name}",
      "GET Microsoft.Authorization/roleAssignments/{name}",
      "GET Microsoft.Authorization/roleAssignments",
      "DELETE Microsoft.Authorization/roleAssignments/{name}",
    );
  });

  it("refuses principals that nobody knows and callers without the right", async () => {
    await expect(
      client.roleAssignments.create(SCOPE, randomUUID(), { roleDefinitionId, principalId: randomUUID() }),
    ).rejects.toMatchObject({ statusCode: 400, code: "PrincipalNotFound" });
    const stranger = new AuthorizationManagementClient(session.stranger, SUBSCRIPTION);
    await expect(
      stranger.roleAssignments.create(SCOPE, randomUUID(), { roleDefinitionId, principalId: PERSON }),
    ).rejects.toMatchObject({ statusCode: 403, code: "AuthorizationFailed" });
  });

  it("makes a person eligible for a while and ends it", async () => {
    const request = {
      principalId: PERSON,
      roleDefinitionId,
      requestType: "AdminAssign",
      justification: "on call",
      scheduleInfo: { expiration: { type: "AfterDuration", duration: "P30D" } },
    };
    const name = randomUUID();
    const created = await client.roleEligibilityScheduleRequests.create(SCOPE, name, request);
    expect(created).toMatchObject({ name, requestType: "AdminAssign", principalId: PERSON });
    expect(await client.roleEligibilityScheduleRequests.get(SCOPE, name)).toMatchObject({ name });
    await session.advance(60);
    const filter = `principalId eq '${PERSON}'`;
    const instances = await all(client.roleEligibilityScheduleInstances.listForScope(SCOPE, { filter }));
    expect(instances).toMatchObject([{ principalId: PERSON, roleDefinitionId, memberType: "Direct" }]);
    await expect(
      client.roleEligibilityScheduleRequests.create(SCOPE, randomUUID(), request),
    ).rejects.toMatchObject({ statusCode: 400, code: "RoleAssignmentExists" });

    await session.advance(600);
    await client.roleEligibilityScheduleRequests.create(SCOPE, randomUUID(), {
      principalId: PERSON,
      roleDefinitionId,
      requestType: "AdminRemove",
    });
    await session.advance(60);
    expect(await all(client.roleEligibilitySchedules.listForScope(SCOPE, { filter }))).toEqual([]);
    proven(
      CLIENT,
      "PUT Microsoft.Authorization/roleEligibilityScheduleRequests/{name}",
      "GET Microsoft.Authorization/roleEligibilityScheduleRequests/{name}",
      "GET Microsoft.Authorization/roleEligibilityScheduleInstances",
      "GET Microsoft.Authorization/roleEligibilitySchedules",
    );
  });

  it("reads and changes the settings of a role", async () => {
    const [assignment] = (await all(client.roleManagementPolicyAssignments.listForScope(SCOPE))).filter(
      (one) => one.roleDefinitionId?.endsWith(READER),
    );
    const policyName = assignment?.policyId?.split("/").at(-1) ?? "";
    const policy = await client.roleManagementPolicies.get(SCOPE, policyName);
    expect(policy.rules).toHaveLength(17);
    const rule = policy.rules?.find((one) => one.id === "Expiration_Admin_Eligibility");
    if (rule === undefined) throw new Error("the policy has no rule on eligibility");
    await client.roleManagementPolicies.update(SCOPE, policyName, {
      rules: [
        {
          id: "Expiration_Admin_Eligibility",
          ruleType: "RoleManagementPolicyExpirationRule",
          isExpirationRequired: true,
          maximumDuration: "P90D",
          ...(rule.target === undefined ? {} : { target: rule.target }),
        },
      ],
    });
    const after = await client.roleManagementPolicies.get(SCOPE, policyName);
    expect(after.rules?.find((one) => one.id === rule.id)).toMatchObject({ maximumDuration: "P90D" });
    proven(
      CLIENT,
      "GET Microsoft.Authorization/roleManagementPolicyAssignments",
      "GET Microsoft.Authorization/roleManagementPolicies/{name}",
      "PATCH Microsoft.Authorization/roleManagementPolicies/{name}",
    );
  });

  it("makes a role of its own, finds it and takes it away", async () => {
    const id = randomUUID();
    const made = await client.roleDefinitions.createOrUpdate(ROOT, id, {
      roleName: "Reader of groups",
      description: "Sees resource groups.",
      permissions: [{ actions: ["Microsoft.Resources/subscriptions/resourceGroups/read"] }],
      assignableScopes: [ROOT],
    });
    expect(made).toMatchObject({ name: id, roleType: "CustomRole", assignableScopes: [ROOT] });
    const custom = await all(client.roleDefinitions.list(ROOT, { filter: "type eq 'CustomRole'" }));
    expect(custom.map(({ roleName }) => roleName)).toEqual(["Reader of groups"]);
    expect(await client.roleDefinitions.delete(ROOT, id)).toMatchObject({ name: id });
    await expect(client.roleDefinitions.get(ROOT, id)).rejects.toMatchObject({ statusCode: 404 });
    proven(
      CLIENT,
      "PUT Microsoft.Authorization/roleDefinitions/{id}",
      "DELETE Microsoft.Authorization/roleDefinitions/{id}",
    );
  });

  it("is told plainly what the sandbox does not simulate", async () => {
    await expect(all(client.denyAssignments.list())).rejects.toMatchObject({
      statusCode: 501,
      code: "NotSimulated",
    });
  });
});
