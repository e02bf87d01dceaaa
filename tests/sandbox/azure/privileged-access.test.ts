import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_USER, BARE_APP, PLAIN_USER } from "../../../src/sandbox/seed.ts";
import type { Identity } from "../../harness/sandbox.ts";
import { type ArmSession, SUBSCRIPTION, startArmSession } from "./arm-session.ts";

const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const VERSION = "2020-10-01";
const AGENT_ADMIN = "f1082fec-a70f-419f-9230-885d2550fb38";
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const roleId = (role: string) => `${ROOT}/providers/Microsoft.Authorization/roleDefinitions/${role}`;

let session: ArmSession;
let group: string;
let requests = 0;
beforeEach(async () => {
  session = await startArmSession();
  group = await session.group();
});
afterEach(() => session.close());

function ask(
  kind: "roleEligibility" | "roleAssignment",
  properties: object,
  as: Identity = "admin",
  scope = group,
) {
  requests += 1;
  const name = `64caffb6-55c0-4deb-a585-${String(requests).padStart(12, "0")}`;
  return session.arm(
    "PUT",
    `${scope}/providers/Microsoft.Authorization/${kind}ScheduleRequests/${name}`,
    VERSION,
    { properties: { principalId: PLAIN_USER.id, roleDefinitionId: roleId(AGENT_ADMIN), ...properties } },
    as,
  );
}

const assign = (duration: string | undefined, more: object = {}) =>
  ask("roleEligibility", {
    requestType: "AdminAssign",
    justification: "no standing access",
    scheduleInfo: {
      expiration: duration === undefined ? { type: "NoExpiration" } : { type: "AfterDuration", duration },
    },
    ...more,
  });

async function rows(kind: string, filter = "atScope()", scope = group) {
  const answer = await session.arm(
    "GET",
    `${scope}/providers/Microsoft.Authorization/${kind}?$filter=${encodeURIComponent(filter)}`,
    VERSION,
  );
  return answer.body.value as { name: string; properties: Record<string, unknown> }[];
}

/** The bare application becomes Role Based Access Control Administrator of the group. */
async function makeRbacAdministrator() {
  await session.arm(
    "PUT",
    `${group}/providers/Microsoft.Authorization/roleAssignments/0b6f8c8e-7d0f-4f0a-9d0e-5a7c0d1f2e3a`,
    "2022-04-01",
    {
      properties: {
        principalId: BARE_APP.servicePrincipalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: roleId("f58310d9-a9f6-439a-9e8d-f62e7b41a168"),
      },
    },
  );
}

async function policyOf(role: string) {
  const [assignment] = await rows("roleManagementPolicyAssignments", `roleDefinitionId eq '${roleId(role)}'`);
  return String(assignment?.properties["policyId"]);
}

describe("eligibility", () => {
  it("is granted with 201 and its schedule appears later", async () => {
    const made = await assign("P365D");
    expect(made.status).toBe(201);
    expect(made.body.properties).toMatchObject({
      status: "Provisioned",
      requestType: "AdminAssign",
      principalType: "User",
      scope: group,
      expandedProperties: { roleDefinition: { displayName: "Healthcare Agent Admin" } },
    });
    expect(await rows("roleEligibilitySchedules")).toEqual([]);
    await session.advance(31);
    const filter = `(principalId eq '${PLAIN_USER.id}') and atScope()`;
    const [schedule] = await rows("roleEligibilitySchedules", filter);
    expect(schedule?.properties).toMatchObject({ memberType: "Direct", status: "Provisioned" });
    const [instance] = await rows("roleEligibilityScheduleInstances", filter);
    expect(instance?.properties["endDateTime"]).toMatch(/^\d{4}-/);
    const request = await session.arm("GET", made.body.id, VERSION);
    expect(request.body.properties.justification).toBe("no standing access");
  });

  it("is inherited below its scope", async () => {
    await ask(
      "roleEligibility",
      {
        requestType: "AdminAssign",
        justification: "x",
        scheduleInfo: { expiration: { type: "AfterDuration", duration: "P30D" } },
      },
      "admin",
      ROOT,
    );
    await session.advance(31);
    const [schedule] = await rows("roleEligibilitySchedules");
    expect(schedule?.properties["memberType"]).toBe("Inherited");
  });

  it("refuses permanent and too long eligibility until the policy is changed", async () => {
    for (const duration of [undefined, "P400D"]) {
      const refused = await assign(duration);
      expect([refused.status, refused.body.error.code]).toEqual([
        400,
        "RoleAssignmentRequestPolicyValidationFailed",
      ]);
      expect(refused.body.error.message).toContain('["ExpirationRule"]');
    }
    const patched = await session.arm("PATCH", await policyOf(AGENT_ADMIN), VERSION, {
      properties: {
        rules: [
          {
            id: "Expiration_Admin_Eligibility",
            ruleType: "RoleManagementPolicyExpirationRule",
            isExpirationRequired: false,
          },
        ],
      },
    });
    expect(patched.status).toBe(200);
    expect((await assign(undefined)).status).toBe(201);
  });

  it("is refused twice, for unknown subjects and for role ids of another scope", async () => {
    await assign("P30D");
    expect((await assign("P30D")).body.error.code).toBe("RoleAssignmentExists");
    const stranger = await assign("P30D", { principalId: "64caffb6-55c0-4deb-a585-999999999999" });
    expect(stranger.body.error.code).toBe("SubjectNotFound");
    const bare = await assign("P30D", {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${READER}`,
    });
    expect(bare.body.error.code).toBe("ScopeDoesNotMatchRoleDefinition");
  });

  it("cannot be removed within five minutes, and then only once", async () => {
    await assign("P30D");
    const remove = () => ask("roleEligibility", { requestType: "AdminRemove" });
    expect((await remove()).body.error.code).toBe("ActiveDurationTooShort");
    await session.advance(301);
    expect((await remove()).body.properties.status).toBe("Revoked");
    expect(await rows("roleEligibilitySchedules")).toEqual([]);
    expect((await remove()).body.error.code).toBe("RoleAssignmentDoesNotExist");
  });

  it("ends by itself", async () => {
    await assign("PT1H");
    await session.advance(31);
    expect(await rows("roleEligibilitySchedules")).toHaveLength(1);
    await session.test.control("POST", "clock", { advanceMs: 3_600_000 });
    const token = await session.test.token("admin", "https://management.azure.com");
    const later = await session.test.ask(
      "GET",
      `https://management.azure.com${group}/providers/Microsoft.Authorization/roleEligibilitySchedules?api-version=${VERSION}`,
      { token },
    );
    expect(later.body.value).toEqual([]);
  });

  it("is for Owners and User Access Administrators, not for Role Based Access Control Administrators", async () => {
    await makeRbacAdministrator();
    for (const as of ["reader", "bare"] as const) {
      const denied = await ask("roleEligibility", { requestType: "AdminAssign" }, as);
      expect(denied.status).toBe(403);
      expect(denied.body.error.message).toContain(
        "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
      );
    }
  });

  it("can be checked without being granted", async () => {
    const path = `${group}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/64caffb6-55c0-4deb-a585-222222222222/validate`;
    const validate = (expiration: object) =>
      session.arm("POST", path, VERSION, {
        properties: {
          principalId: PLAIN_USER.id,
          roleDefinitionId: roleId(AGENT_ADMIN),
          requestType: "AdminAssign",
          scheduleInfo: { expiration },
        },
      });
    expect((await validate({ type: "NoExpiration" })).status).toBe(400);
    expect((await validate({ type: "AfterDuration", duration: "P30D" })).status).toBe(200);
    await session.advance(31);
    expect(await rows("roleEligibilitySchedules")).toEqual([]);
  });
});

describe("activation", () => {
  it("turns eligibility into an active assignment that shows as Activated", async () => {
    await session.arm(
      "PUT",
      `${group}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/64caffb6-55c0-4deb-a585-111111111111`,
      VERSION,
      {
        properties: {
          principalId: PLAIN_USER.id,
          roleDefinitionId: roleId(READER),
          requestType: "AdminAssign",
          scheduleInfo: { expiration: { type: "AfterDuration", duration: "P30D" } },
        },
      },
    );
    await session.advance(31);
    const activate = (justification?: string) =>
      ask(
        "roleAssignment",
        {
          roleDefinitionId: roleId(READER),
          requestType: "SelfActivate",
          ...(justification === undefined ? {} : { justification }),
          scheduleInfo: { expiration: { type: "AfterDuration", duration: "PT1H" } },
        },
        "reader",
      );
    expect((await activate()).body.error.message).toContain("JustificationRule");
    expect((await session.arm("GET", group, "2025-04-01", undefined, "reader")).status).toBe(403);
    expect((await activate("on call")).status).toBe(201);
    expect((await session.arm("GET", group, "2025-04-01", undefined, "reader")).status).toBe(200);
    await session.advance(31);
    const active = await rows("roleAssignmentScheduleInstances", `principalId eq '${PLAIN_USER.id}'`);
    expect(active).toHaveLength(1);
    expect(active[0]?.properties).toMatchObject({ assignmentType: "Activated", memberType: "Direct" });
  });

  it("needs an eligibility", async () => {
    const refused = await ask(
      "roleAssignment",
      {
        requestType: "SelfActivate",
        justification: "x",
        scheduleInfo: { expiration: { type: "AfterDuration", duration: "PT1H" } },
      },
      "reader",
    );
    expect(refused.body.error.message).toContain("EligibilityRule");
  });
});

describe("what is standing", () => {
  it("lists plain role assignments as Assigned without an end, inherited ones with their own scope", async () => {
    const admins = await rows("roleAssignmentScheduleInstances", `principalId eq '${ADMIN_USER.id}'`);
    expect(admins).toHaveLength(1);
    expect(admins[0]?.properties).toMatchObject({
      assignmentType: "Assigned",
      memberType: "Inherited",
      scope: ROOT,
      endDateTime: null,
    });
  });
});

describe("role settings", () => {
  it("have a policy of 17 rules for each role at each scope", async () => {
    const policy = await session.arm("GET", await policyOf(AGENT_ADMIN), VERSION);
    const ids = policy.body.properties.rules.map((rule: { id: string }) => rule.id);
    expect(ids).toHaveLength(17);
    expect(ids).toContain("Expiration_EndUser_Assignment");
    expect(ids).toContain("Approval_EndUser_Assignment");
  });

  it("change rule by rule and only for that role", async () => {
    const id = await policyOf(AGENT_ADMIN);
    await session.arm("PATCH", id, VERSION, {
      properties: {
        rules: [
          {
            id: "Expiration_EndUser_Assignment",
            ruleType: "RoleManagementPolicyExpirationRule",
            isExpirationRequired: true,
            maximumDuration: "PT4H",
          },
        ],
      },
    });
    const durationOf = async (policy: string) =>
      (await session.arm("GET", policy, VERSION)).body.properties.rules.find(
        (rule: { id: string }) => rule.id === "Expiration_EndUser_Assignment",
      ).maximumDuration;
    expect(await durationOf(id)).toBe("PT4H");
    expect(await durationOf(await policyOf(READER))).toBe("PT8H");
    const odd = await session.arm("PATCH", id, VERSION, { properties: { rules: [{ id: "Weather" }] } });
    expect(odd.status).toBe(400);
  });

  it("are not changed by a Role Based Access Control Administrator", async () => {
    await makeRbacAdministrator();
    const policy = await policyOf(AGENT_ADMIN);
    const denied = await session.arm("PATCH", policy, VERSION, { properties: { rules: [] } }, "bare");
    expect(denied.body.error.message).toContain("Microsoft.Authorization/roleManagementPolicies/write");
  });
});
