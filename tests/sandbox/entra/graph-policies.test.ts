import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_USER, EMERGENCY_USER } from "../../../src/sandbox/seed.ts";
import type { Identity } from "../../harness/sandbox.ts";
import { filter, type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeAll(async () => {
  tenant = await startGraphTenant();
});
afterAll(() => tenant.close());

const LIST = "/identity/conditionalAccess/policies";
const AUTHORIZATION = "/policies/authorizationPolicy";
const DEFAULTS = "/policies/identitySecurityDefaultsEnforcementPolicy";

describe("policies of a well-kept tenant", () => {
  test("conditional access spares the accounts for emergencies and nobody else", async () => {
    const { body } = await tenant.ask("GET", LIST);
    expect(body.value).toHaveLength(3);
    for (const policy of body.value) {
      expect(policy.state).toBe("enabled");
      expect(policy.conditions.users.excludeUsers).toEqual([ADMIN_USER.id, EMERGENCY_USER.id]);
      expect(policy.conditions.users.excludeGroups).toEqual([]);
    }
    const one = await tenant.ask("GET", `${LIST}/${body.value[0].id}`);
    expect(one.body).toMatchObject({ displayName: body.value[0].displayName });
    expect((await tenant.ask("GET", `${LIST}/nobody`)).status).toBe(404);
  });

  test("can be filtered and selected from", async () => {
    const named = filter("displayName eq 'Block legacy authentication'");
    const { body } = await tenant.ask("GET", `${LIST}?${named}&$select=id,state`);
    expect(body.value).toEqual([{ id: expect.any(String), state: "enabled" }]);
  });

  test("leave registering and consenting to administrators", async () => {
    const { body } = await tenant.ask("GET", AUTHORIZATION);
    expect(body.defaultUserRolePermissions).toMatchObject({
      allowedToCreateApps: false,
      permissionGrantPoliciesAssigned: [],
    });
    expect((await tenant.ask("GET", DEFAULTS)).body).toMatchObject({ isEnabled: false });
  });

  test("are changed by a person behind everybody's back", async () => {
    const where = { displayName: "Block legacy authentication" };
    const path = "graph/policies/conditionalAccess";
    await tenant.control("POST", "state", { path, where, set: { state: "disabled" } });
    const { body } = await tenant.ask("GET", `${LIST}?${filter("state eq 'disabled'")}`);
    expect(body.value).toMatchObject([where]);
  });
});

describe("who sees policies", () => {
  test.each<[Identity, number]>([
    ["admin", 200],
    ["pipeline", 200],
    ["reader", 403],
    ["bare", 403],
  ])("%s gets %i", async (as, status) => {
    for (const path of [LIST, AUTHORIZATION, DEFAULTS])
      expect([path, (await tenant.ask("GET", path, { as })).status]).toEqual([path, status]);
  });
});
