import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SUBSCRIPTION_OF_ANOTHER_TENANT, SUBSCRIPTIONS, TENANT } from "../../../src/sandbox/seed.ts";
import { ARM, type ArmSession, SUBSCRIPTION, startArmSession } from "./arm-session.ts";

let session: ArmSession;
beforeEach(async () => {
  session = await startArmSession();
});
afterEach(() => session.close());

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-psc`;
const group = (method: string, body?: unknown, version = "2025-04-01") =>
  session.arm(method, GROUP, version, body);

describe("front door", () => {
  it("refuses requests without a token, and tokens for another audience, in ARM's own shape", async () => {
    const url = `${ARM}/subscriptions?api-version=2022-12-01`;
    const anonymous = await session.test.ask("GET", url);
    expect([anonymous.status, anonymous.body.error.code]).toEqual([401, "AuthenticationFailed"]);
    expect(anonymous.headers["www-authenticate"]).toContain("authorization_uri");
    const token = await session.test.token("admin", "https://graph.microsoft.com");
    const wrong = await session.test.ask("GET", url, { token });
    expect([wrong.status, wrong.body.error.code]).toEqual([401, "InvalidAuthenticationTokenAudience"]);
  });

  it("takes tokens for the classic audience too", async () => {
    const token = await session.test.token("admin", "https://management.core.windows.net");
    const answer = await session.test.ask("GET", `${ARM}/subscriptions?api-version=2022-12-01`, { token });
    expect(answer.status).toBe(200);
  });

  it("gives every answer request ids and rate-limit headers, and echoes the client's id on request", async () => {
    const token = await session.test.token("admin", ARM);
    const answer = await session.test.ask("GET", `${ARM}${GROUP}?api-version=2025-04-01`, {
      token,
      headers: { "x-ms-client-request-id": "my-id", "x-ms-return-client-request-id": "true" },
    });
    expect(answer.status).toBe(404);
    expect(answer.headers["x-ms-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers["x-ms-correlation-request-id"]).toBeDefined();
    expect(Number(answer.headers["x-ms-ratelimit-remaining-subscription-global-reads"])).toBeGreaterThan(0);
    expect(answer.headers["x-ms-client-request-id"]).toBe("my-id");
  });

  it("answers 404 to unknown paths, types and namespaces", async () => {
    const codes = [];
    for (const path of [
      "/nothing",
      `${GROUP}/providers/Microsoft.HealthBot/cats/c`,
      `${GROUP}/providers/Contoso.X/y/z`,
    ]) {
      const answer = await session.arm("GET", path, "2025-04-01");
      expect(answer.status).toBe(404);
      codes.push(answer.body.error.code);
    }
    expect(codes).toEqual(["NotFound", "InvalidResourceType", "InvalidResourceNamespace"]);
  });
});

describe("subscriptions", () => {
  it("lists those of the tenant the caller has a role on", async () => {
    const admin = await session.arm("GET", "/subscriptions", "2022-12-01");
    expect(admin.body.value.map((one: { subscriptionId: string }) => one.subscriptionId)).toEqual(
      SUBSCRIPTIONS.map((one) => one.id),
    );
    expect(admin.body.value[0]).toMatchObject({ tenantId: TENANT.id, state: "Enabled" });
    const reader = await session.arm("GET", "/subscriptions", "2022-12-01", undefined, "reader");
    expect(reader.body.value).toEqual([]);
  });

  it("tells an unknown subscription from one of another tenant", async () => {
    const unknown = await session.arm(
      "GET",
      "/subscriptions/00000000-0000-4000-8000-000000000000",
      "2022-12-01",
    );
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "SubscriptionNotFound"]);
    const foreign = await session.arm(
      "GET",
      `/subscriptions/${SUBSCRIPTION_OF_ANOTHER_TENANT}/resourceGroups`,
      "2025-04-01",
    );
    expect([foreign.status, foreign.body.error.code]).toEqual([401, "InvalidAuthenticationTokenTenant"]);
  });

  it("names its regions", async () => {
    const answer = await session.arm("GET", `/subscriptions/${SUBSCRIPTION}/locations`, "2022-12-01");
    const names = answer.body.value.map((one: { name: string }) => one.name);
    expect(names).toContain("eastus");
    expect(names).toContain("westeurope");
  });
});

describe("resource providers", () => {
  it("starts with the providers of the landing zone not registered, in every subscription", async () => {
    for (const { id } of SUBSCRIPTIONS) {
      const list = await session.arm("GET", `/subscriptions/${id}/providers`, "2025-04-01");
      const states = Object.fromEntries(
        list.body.value.map((one: { namespace: string; registrationState: string }) => [
          one.namespace,
          one.registrationState,
        ]),
      );
      expect(states).toMatchObject({
        "Microsoft.Authorization": "Registered",
        "Microsoft.Resources": "Registered",
        "Microsoft.HealthBot": "NotRegistered",
        "Microsoft.Insights": "NotRegistered",
        "Microsoft.OperationalInsights": "NotRegistered",
      });
    }
  });

  it("registers one subscription only, and unregisters", async () => {
    const [first, second] = SUBSCRIPTIONS.map(
      (one) => `/subscriptions/${one.id}/providers/Microsoft.Insights`,
    );
    await session.register("Microsoft.Insights");
    const state = async (path = "") => (await session.arm("GET", path, "2025-04-01")).body.registrationState;
    expect([await state(first), await state(second)]).toEqual(["Registered", "NotRegistered"]);
    const leaving = await session.arm("POST", `${first}/unregister`, "2025-04-01");
    expect(leaving.body.registrationState).toBe("Unregistering");
    await session.advance(61);
    expect(await state(first)).toBe("Unregistered");
  });
});

describe("resource groups", () => {
  it("are made with 201, changed with 200, patched, and found without regard to case", async () => {
    expect((await group("HEAD")).status).toBe(404);
    const made = await group("PUT", { location: "East US", tags: { workload: "psc" } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      id: GROUP,
      type: "Microsoft.Resources/resourceGroups",
      location: "eastus",
      tags: { workload: "psc" },
      properties: { provisioningState: "Succeeded" },
    });
    expect((await group("PUT", { location: "eastus" }, "2021-04-01")).status).toBe(200);
    expect((await group("GET")).body.tags).toBeUndefined();
    expect((await group("PATCH", { tags: { stage: "dev" } })).body.tags).toEqual({ stage: "dev" });
    expect((await group("HEAD")).status).toBe(204);
    const other = await session.arm("GET", GROUP.toUpperCase(), "2025-04-01");
    expect(other.body.name).toBe("rg-psc");
    const listed = await session.arm(
      "GET",
      `/subscriptions/${SUBSCRIPTION}/resourcegroups?$filter=${encodeURIComponent("tagName eq 'stage' and tagValue eq 'dev'")}`,
      "2025-04-01",
    );
    expect(listed.body.value).toHaveLength(1);
  });

  it("stay in their region", async () => {
    await group("PUT", { location: "eastus" });
    const moved = await group("PUT", { location: "westus2" });
    expect([moved.status, moved.body.error.code]).toEqual([409, "InvalidResourceGroupLocation"]);
  });

  it("list what is in them", async () => {
    await session.group();
    await session.register("Microsoft.OperationalInsights");
    const workspace = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/law-psc`;
    await session.arm("PUT", workspace, "2023-09-01", { location: "eastus", properties: {} });
    const listed = await session.arm("GET", `${GROUP}/resources`, "2025-04-01");
    expect(listed.body.value.map((one: { id: string }) => one.id)).toEqual([workspace]);
    const missing = await session.arm(
      "GET",
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/nope/resources`,
      "2025-04-01",
    );
    expect(missing.body.error.code).toBe("ResourceGroupNotFound");
  });

  it("are deleted with everything in them behind a Location that answers 202 until it is done", async () => {
    await session.group();
    await session.register("Microsoft.OperationalInsights");
    const workspace = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces/law-psc`;
    await session.arm("PUT", workspace, "2023-09-01", { location: "eastus", properties: {} });
    const policy = `${GROUP}/providers/Microsoft.Authorization/policyAssignments/regions`;
    const properties = { policyDefinitionId: "/providers/Microsoft.Authorization/policyDefinitions/x" };
    expect((await session.arm("PUT", policy, "2025-03-01", { properties })).status).toBe(201);
    const gone = await group("DELETE");
    expect(gone.status).toBe(202);
    const url = gone.headers["location"] ?? "";
    expect((await session.follow(url)).status).toBe(202);
    const late = await session.arm("PUT", workspace, "2023-09-01", { location: "eastus", properties: {} });
    expect([late.status, late.body.error.code]).toEqual([409, "ResourceGroupBeingDeleted"]);
    await session.advance(61);
    expect((await session.follow(url)).status).toBe(200);
    expect((await group("GET")).status).toBe(404);
    await session.group();
    expect((await session.arm("GET", workspace, "2023-09-01")).status).toBe(404);
    expect((await session.arm("GET", policy, "2025-03-01")).status).toBe(404);
  });
});
