import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_USER, PLAIN_USER, SUBSCRIPTIONS } from "../../../src/sandbox/seed.ts";
import type { Identity } from "../../harness/sandbox.ts";
import { type ArmSession, SUBSCRIPTION, startArmSession } from "./arm-session.ts";

const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const VERSION = "2022-04-01";
const guid = (digit: number) => `99999999-0000-4000-8000-00000000000${digit}`;
const idOf = (role: string, scope = ROOT) =>
  `${scope}/providers/Microsoft.Authorization/roleDefinitions/${role}`;

let session: ArmSession;
let group: string;
beforeEach(async () => {
  session = await startArmSession();
  group = await session.group();
});
afterEach(() => session.close());

const LOOKS = {
  roleName: "Auditor",
  description: "Sees groups and locks.",
  permissions: [
    {
      actions: ["Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Authorization/*/read"],
      notActions: ["Microsoft.Authorization/roleAssignments/read"],
    },
  ],
  assignableScopes: [ROOT],
};

const put = (digit: number, properties: object = LOOKS, as: Identity = "admin", scope = ROOT) =>
  session.arm("PUT", idOf(guid(digit), scope), VERSION, { properties }, as);

const assign = (role: string, scope = ROOT) =>
  session.arm("PUT", `${scope}/providers/Microsoft.Authorization/roleAssignments/${guid(9)}`, VERSION, {
    properties: { roleDefinitionId: idOf(role), principalId: PLAIN_USER.id, principalType: "User" },
  });

const look = (path: string, version: string) => session.arm("GET", path, version, undefined, "reader");

describe("custom roles", () => {
  it("are made with 201, changed with 201, listed where they can be given, deleted with 200 and 204", async () => {
    const made = await put(1);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      id: idOf(guid(1)),
      name: guid(1),
      type: "Microsoft.Authorization/roleDefinitions",
      properties: {
        roleName: "Auditor",
        type: "CustomRole",
        assignableScopes: [ROOT],
        permissions: [{ ...LOOKS.permissions[0], dataActions: [], notDataActions: [] }],
        createdBy: ADMIN_USER.id,
      },
    });
    const changed = await put(1, { ...LOOKS, roleName: "Auditor of Contoso" });
    expect([changed.status, changed.body.properties.createdOn]).toEqual([
      201,
      made.body.properties.createdOn,
    ]);
    const custom = async (scope: string, more = "") => {
      const filter = encodeURIComponent(`${more}type eq 'CustomRole'`);
      const url = `${scope}/providers/Microsoft.Authorization/roleDefinitions?$filter=${filter}`;
      const { body } = await session.arm("GET", url, VERSION);
      return body.value.map((role: { properties: { roleName: string } }) => role.properties.roleName);
    };
    await put(2, { ...LOOKS, roleName: "In the group", assignableScopes: [group] });
    expect(await custom(ROOT)).toEqual(["Auditor of Contoso"]);
    expect(await custom(ROOT, "atScopeAndBelow() and ")).toEqual(["Auditor of Contoso", "In the group"]);
    expect(await custom(group)).toEqual(["Auditor of Contoso", "In the group"]);
    expect(await custom(`/subscriptions/${SUBSCRIPTIONS[1].id}`)).toEqual([]);
    const policies = await session.arm(
      "GET",
      `${ROOT}/providers/Microsoft.Authorization/roleManagementPolicyAssignments`,
      "2020-10-01",
    );
    expect(JSON.stringify(policies.body)).toContain('"displayName":"Auditor of Contoso","type":"CustomRole"');
    expect((await session.arm("DELETE", idOf(guid(1)), VERSION)).status).toBe(200);
    expect((await session.arm("DELETE", idOf(guid(1)), VERSION)).status).toBe(204);
    expect((await session.arm("GET", idOf(guid(1)), VERSION)).status).toBe(404);
  });

  it("let their holders do what actions say and notActions do not take away", async () => {
    await put(1);
    expect((await look(group, "2025-04-01")).status).toBe(403);
    expect((await assign(guid(1))).status).toBe(201);
    expect((await look(group, "2025-04-01")).status).toBe(200);
    expect((await look(`${ROOT}/providers/Microsoft.Authorization/locks`, "2020-05-01")).status).toBe(200);
    const assignments = await look(`${ROOT}/providers/Microsoft.Authorization/roleAssignments`, VERSION);
    expect([assignments.status, assignments.body.error.message]).toEqual([
      403,
      expect.stringContaining("'Microsoft.Authorization/roleAssignments/read'"),
    ]);
    const mine = await look(`${ROOT}/providers/Microsoft.Authorization/permissions`, "2022-04-01");
    expect(mine.body.value).toEqual([{ ...LOOKS.permissions[0], dataActions: [], notDataActions: [] }]);
    // What the role grants counts from the next request on.
    await put(1, { ...LOOKS, permissions: [{ actions: ["Microsoft.Authorization/locks/read"] }] });
    expect((await look(group, "2025-04-01")).status).toBe(403);
  });

  it("open schedules, their instances and requests for them apart", async () => {
    const list = async (kind: string) => {
      const at = `${ROOT}/providers/Microsoft.Authorization/${kind}?$filter=${encodeURIComponent("atScope()")}`;
      const { status, body } = await look(at, "2020-10-01");
      return status === 200 ? "shown" : /action '([^']+)'/.exec(body.error.message)?.[1];
    };
    const actions = ["Microsoft.Authorization/roleAssignmentScheduleInstances/read"];
    await put(1, { ...LOOKS, permissions: [{ actions }] });
    await assign(guid(1));
    expect(await list("roleAssignmentScheduleInstances")).toBe("shown");
    for (const kind of [
      "roleAssignmentSchedules",
      "roleAssignmentScheduleRequests",
      "roleEligibilityScheduleInstances",
    ])
      expect(await list(kind)).toBe(`Microsoft.Authorization/${kind}/read`);
  });

  it("are refused to contributors, and under a name that is taken", async () => {
    const contributor = await session.arm(
      "PUT",
      `${ROOT}/providers/Microsoft.Authorization/roleAssignments/${guid(8)}`,
      VERSION,
      {
        properties: {
          roleDefinitionId: idOf("b24988ac-6180-42a0-ab88-20f7382dd24c"),
          principalId: PLAIN_USER.id,
          principalType: "User",
        },
      },
    );
    expect(contributor.status).toBe(201);
    expect((await put(1, LOOKS, "reader")).body.error.code).toBe("AuthorizationFailed");
    await put(1);
    expect((await put(2)).body.error.code).toBe("RoleDefinitionWithSameNameExists");
  });
});
