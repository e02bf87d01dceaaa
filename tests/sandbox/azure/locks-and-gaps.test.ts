import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AGENT_USERS } from "../../../src/sandbox/seed.ts";
import { prove } from "../../harness/fidelity.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { type ArmSession, BOT_VERSION, SUBSCRIPTION, startArmSession } from "./arm-session.ts";

let session: ArmSession;
let group: string;
const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const LOCKS = "2020-05-01";

beforeEach(async () => {
  session = await startArmSession();
  group = await session.group();
});
afterEach(() => session.close());

const lock = (scope: string, level: string): Promise<Answer> =>
  session.arm("PUT", `${scope}/providers/Microsoft.Authorization/locks/keep`, LOCKS, {
    properties: { level, notes: "production" },
  });
const unlock = (scope: string): Promise<Answer> =>
  session.arm("DELETE", `${scope}/providers/Microsoft.Authorization/locks/keep`, LOCKS);

function expectLocked(answer: Answer, path: string, verb: string, scope: string): void {
  expect([answer.status, answer.headers["x-ms-failure-cause"]]).toEqual([409, "gateway"]);
  expect(answer.body).toEqual({
    error: {
      code: "ScopeLocked",
      message: `The scope '${path}' cannot perform ${verb} operation because following scope(s) are locked: '${scope}'. Please remove the lock and try again.`,
    },
  });
}

describe("locks", () => {
  it("are made with 201, changed with 200, listed, read and removed with 200, then 204", async () => {
    const made = await lock(group, "CanNotDelete");
    expect([made.status, made.body]).toEqual([
      201,
      {
        properties: { level: "CanNotDelete", notes: "production" },
        id: `${group}/providers/Microsoft.Authorization/locks/keep`,
        type: "Microsoft.Authorization/locks",
        name: "keep",
      },
    ]);
    expect((await lock(group, "ReadOnly")).status).toBe(200);
    const path = `${group}/providers/Microsoft.Authorization/locks`;
    expect((await session.arm("GET", path, LOCKS)).body.value).toHaveLength(1);
    expect((await session.arm("GET", `${path}/keep`, LOCKS)).body.properties.level).toBe("ReadOnly");
    expect([(await unlock(group)).status, (await unlock(group)).status]).toEqual([200, 204]);
    expect((await session.arm("GET", path, LOCKS)).body).toEqual({ value: [] });
    const names = ["PUT", "GET", "DELETE"].map((method) => `${method} Microsoft.Authorization/locks/{name}`);
    for (const operation of names)
      prove({
        api: "Azure Resource Manager",
        operation,
        proof: "documentation",
        source: "Azure/azure-rest-api-specs 2020-05-01/locks.json",
      });
  });

  it("that forbid deletion forbid it below and around, and nothing else", async () => {
    await session.register("Microsoft.HealthBot");
    const bot = `${group}/providers/Microsoft.HealthBot/healthBots/bot`;
    const body = { location: "eastus", sku: { name: "C0" } };
    await session.arm("PUT", bot, BOT_VERSION, body);
    await session.advance(100);
    await lock(bot, "CanNotDelete");
    expectLocked(await session.arm("DELETE", bot, BOT_VERSION), bot, "delete", bot);
    expectLocked(await session.arm("DELETE", group, "2025-04-01"), group, "delete", bot);
    expect((await session.arm("PUT", bot, BOT_VERSION, body)).status).toBe(200);
    await unlock(bot);
    expect((await session.arm("DELETE", bot, BOT_VERSION)).status).toBe(202);
  });

  it("that allow reading only forbid changes, actions and role assignments", async () => {
    await session.register("Microsoft.HealthBot");
    const bot = `${group}/providers/Microsoft.HealthBot/healthBots/bot`;
    await session.arm("PUT", bot, BOT_VERSION, { location: "eastus", sku: { name: "C0" } });
    await session.advance(100);
    await lock(group, "ReadOnly");
    const patched = await session.arm("PATCH", bot, BOT_VERSION, { tags: {} });
    expectLocked(patched, bot, "write", group);
    const secrets = `${bot}/listSecrets`;
    expectLocked(await session.arm("POST", secrets, BOT_VERSION), secrets, "action", group);
    const assignment = `${group}/providers/Microsoft.Authorization/roleAssignments/40000000-0000-4000-8000-000000000001`;
    const assigned = await session.arm("PUT", assignment, "2022-04-01", {
      properties: {
        roleDefinitionId: `${ROOT}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
        principalId: AGENT_USERS[0].id,
      },
    });
    expectLocked(assigned, assignment, "write", group);
    expect((await session.arm("GET", bot, BOT_VERSION)).status).toBe(200);
  });

  it("take Owner or User Access Administrator", async () => {
    const path = `${group}/providers/Microsoft.Authorization/locks/keep`;
    const answer = await session.arm("PUT", path, LOCKS, { properties: { level: "ReadOnly" } }, "reader");
    expect([answer.status, answer.body.error.code]).toEqual([403, "AuthorizationFailed"]);
  });
});

describe("what is not simulated", () => {
  const bot = "/providers/Microsoft.HealthBot/healthBots/bot";
  const gaps: readonly [method: string, path: () => string][] = [
    ["GET", () => "/providers"],
    ["GET", () => "/providers/Microsoft.HealthBot"],
    ["GET", () => "/tenants"],
    ["GET", () => "/providers/Microsoft.Authorization/operations"],
    ["POST", () => "/providers/Microsoft.Resources/checkResourceName"],
    ["POST", () => `${ROOT}/providers/Microsoft.Resources/checkZonePeers`],
    ["GET", () => `${group}/deployments/main/operations`],
    [
      "GET",
      () =>
        "/providers/Microsoft.Management/managementGroups/all/providers/Microsoft.Authorization/policyAssignments",
    ],
    ["GET", () => "/providers/Microsoft.Management/managementGroups"],
    ["GET", () => `${ROOT}/tagNames`],
    ["GET", () => `${ROOT}/providers/Microsoft.HealthBot/resourceTypes`],
    ["POST", () => `${group}/exportTemplate`],
    ["PUT", () => `${group}/providers/Microsoft.Resources/deployments/main`],
    ["POST", () => `${group}/providers/Microsoft.Resources/deployments/main/whatIf`],
    ["PATCH", () => `${group}/providers/Microsoft.Resources/tags/default`],
    ["PUT", () => `${ROOT}/providers/Microsoft.Authorization/policyDefinitions/mine`],
    ["PATCH", () => `${ROOT}/providers/Microsoft.Authorization/policyAssignments/mine`],
    ["GET", () => `${ROOT}/providers/Microsoft.Authorization/denyAssignments`],
    ["POST", () => `${ROOT}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/x/cancel`],
    ["DELETE", () => `${ROOT}/providers/Microsoft.Authorization/roleManagementPolicies/x`],
    ["PUT", () => `${ROOT}/providers/Microsoft.Authorization/roleManagementPolicyAssignments/x`],
    ["PUT", () => `${group}${bot}/providers/Microsoft.Insights/diagnosticSettings/logs`],
    ["GET", () => `${ROOT}/providers/Microsoft.Insights/eventtypes/management/values`],
    ["PUT", () => `${group}/providers/Microsoft.Insights/metricAlerts/x`],
    ["GET", () => `${group}/providers/Microsoft.Insights/components/appi/Annotations`],
    ["PATCH", () => `${group}/providers/Microsoft.Insights/components/appi`],
    ["POST", () => `${group}/providers/Microsoft.OperationalInsights/workspaces/log/sharedKeys`],
    ["GET", () => `${ROOT}/providers/Microsoft.OperationalInsights/deletedWorkspaces`],
  ];

  it("answers 501 in ARM's envelope, never a success and never a client's mistake", async () => {
    for (const [method, path] of gaps) {
      const answer = await session.arm(
        method,
        path(),
        "2021-05-01-preview",
        method === "PUT" ? {} : undefined,
      );
      expect([method, path(), answer.status]).toEqual([method, path(), 501]);
      expect(answer.body).toEqual({
        error: {
          code: "NotSimulated",
          message: expect.stringMatching(/^The sandbox does not simulate .+\.$/),
        },
      });
      expect(answer.headers["x-ms-request-id"]).toBeDefined();
    }
  });
});
