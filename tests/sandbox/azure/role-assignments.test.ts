import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_USER, AGENT_USERS, PIPELINE_APP, PLAIN_USER } from "../../../src/sandbox/seed.ts";
import { type ArmSession, BOT_VERSION, SUBSCRIPTION, startArmSession } from "./arm-session.ts";

const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const VERSION = "2022-04-01";
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const AGENT_ADMIN = "f1082fec-a70f-419f-9230-885d2550fb38";
const roleId = (role: string) => `${ROOT}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
const name = (digit: number) => `88888888-0000-4000-8000-00000000000${digit}`;

let session: ArmSession;
let group: string;
beforeEach(async () => {
  session = await startArmSession();
  group = await session.group();
});
afterEach(() => session.close());

const assign = (
  scope: string,
  digit: number,
  role: string,
  principalId: string,
  more: object = {},
  as: "admin" | "reader" | "pipeline" = "admin",
) =>
  session.arm(
    "PUT",
    `${scope}/providers/Microsoft.Authorization/roleAssignments/${name(digit)}`,
    VERSION,
    { properties: { roleDefinitionId: roleId(role), principalId, ...more } },
    as,
  );

async function list(
  scope: string,
  filter?: string,
): Promise<{ id: string; properties: { principalId: string; scope: string } }[]> {
  const query = filter === undefined ? "" : `?$filter=${encodeURIComponent(filter)}`;
  const answer = await session.arm(
    "GET",
    `${scope}/providers/Microsoft.Authorization/roleAssignments${query}`,
    VERSION,
  );
  return answer.body.value;
}

describe("role definitions", () => {
  it("are found by name and by GUID, under the subscription asked", async () => {
    const filter = encodeURIComponent("roleName eq 'Healthcare Agent Admin'");
    const byName = await session.arm(
      "GET",
      `${ROOT}/providers/Microsoft.Authorization/roleDefinitions?$filter=${filter}`,
      VERSION,
    );
    expect(byName.body.value).toHaveLength(1);
    expect(byName.body.value[0]).toMatchObject({
      id: roleId(AGENT_ADMIN),
      name: AGENT_ADMIN,
      properties: { type: "BuiltInRole", permissions: [{ actions: [] }] },
    });
    const byId = await session.arm("GET", roleId(AGENT_ADMIN), VERSION);
    expect(byId.body.properties.roleName).toBe("Healthcare Agent Admin");
    expect((await session.arm("GET", roleId(name(9)), VERSION)).body.error.code).toBe(
      "RoleDefinitionDoesNotExist",
    );
  });
});

describe("authorization", () => {
  it("refuses who has no role, naming client, action and scope", async () => {
    const answer = await session.arm(
      "PUT",
      `${ROOT}/resourceGroups/rg-x`,
      "2025-04-01",
      { location: "eastus" },
      "reader",
    );
    expect(answer.status).toBe(403);
    expect(answer.body.error).toEqual({
      code: "AuthorizationFailed",
      message: `The client '${PLAIN_USER.userPrincipalName}' with object id '${PLAIN_USER.id}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '${ROOT}/resourceGroups/rg-x' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    });
  });

  it("lets a Reader read and not write, below the scope of the assignment only", async () => {
    expect((await assign(group, 1, READER, PLAIN_USER.id)).status).toBe(201);
    expect((await session.arm("GET", group, "2025-04-01", undefined, "reader")).status).toBe(200);
    expect((await session.arm("PATCH", group, "2025-04-01", { tags: {} }, "reader")).status).toBe(403);
    expect(
      (await session.arm("GET", `${ROOT}/resourceGroups`, "2025-04-01", undefined, "reader")).status,
    ).toBe(403);
    const seen = await session.arm("GET", "/subscriptions", "2022-12-01", undefined, "reader");
    expect(seen.body.value).toHaveLength(1);
  });

  it("keeps role assignments from a Contributor, and secrets from the bot's own data roles", async () => {
    await assign(group, 1, CONTRIBUTOR, PLAIN_USER.id);
    const denied = await assign(group, 2, READER, AGENT_USERS[0].id, {}, "reader");
    expect([denied.status, denied.body.error.code]).toEqual([403, "AuthorizationFailed"]);
    await session.register("Microsoft.HealthBot");
    const bot = `${group}/providers/Microsoft.HealthBot/healthBots/b1`;
    await session.arm("PUT", bot, BOT_VERSION, { location: "eastus", sku: { name: "F0" } });
    await session.advance(60);
    expect((await session.arm("POST", `${bot}/listSecrets`, BOT_VERSION, undefined, "reader")).status).toBe(
      200,
    );
    await session.arm(
      "DELETE",
      `${group}/providers/Microsoft.Authorization/roleAssignments/${name(1)}`,
      VERSION,
    );
    await assign(bot, 3, AGENT_ADMIN, PLAIN_USER.id);
    expect((await session.arm("POST", `${bot}/listSecrets`, BOT_VERSION, undefined, "reader")).status).toBe(
      403,
    );
  });

  it("seeds the pipeline as Contributor and Role Based Access Control Administrator", async () => {
    const roles = (await list(ROOT, `principalId eq '${PIPELINE_APP.servicePrincipalId}'`)).length;
    expect(roles).toBe(2);
    expect((await assign(group, 4, READER, PLAIN_USER.id, {}, "pipeline")).status).toBe(201);
    expect((await session.arm("PATCH", group, "2025-04-01", { tags: { a: "b" } }, "pipeline")).status).toBe(
      200,
    );
  });

  it("tells a caller what they may do", async () => {
    const ask = (as: "admin" | "reader") =>
      session.arm("GET", `${group}/providers/Microsoft.Authorization/permissions`, VERSION, undefined, as);
    expect((await ask("admin")).body.value).toEqual([
      { actions: ["*"], notActions: [], dataActions: [], notDataActions: [] },
    ]);
    expect((await ask("reader")).body.value).toEqual([]);
  });
});

describe("role assignments", () => {
  it("conflict with the same role for the same principal under another name", async () => {
    const made = await assign(group, 1, READER, PLAIN_USER.id, { principalType: "User" });
    expect(made.body.properties).toMatchObject({ scope: group, principalType: "User", condition: null });
    expect((await assign(group, 1, READER, PLAIN_USER.id)).status).toBe(200);
    const twice = await assign(group, 2, READER, PLAIN_USER.id);
    expect([twice.status, twice.body.error.code]).toEqual([409, "RoleAssignmentExists"]);
    expect(twice.body.error.message).toContain(name(1).replaceAll("-", ""));
    const changed = await assign(group, 1, CONTRIBUTOR, PLAIN_USER.id);
    expect(changed.body.error.code).toBe("RoleAssignmentUpdateNotPermitted");
  });

  it("refuse unknown principals, wrong principal types and unknown roles", async () => {
    expect((await assign(group, 1, READER, name(7))).body.error.code).toBe("PrincipalNotFound");
    const wrong = await assign(group, 1, READER, PLAIN_USER.id, { principalType: "Group" });
    expect([wrong.status, wrong.body.error.code]).toEqual([400, "UnmatchedPrincipalType"]);
    expect((await assign(group, 1, name(8), PLAIN_USER.id)).status).toBe(400);
    expect((await assign(`${ROOT}/resourceGroups/nope`, 1, READER, PLAIN_USER.id)).body.error.code).toBe(
      "ResourceGroupNotFound",
    );
  });

  it("find a new group only after its directory has replicated to ARM", async () => {
    const token = await session.test.token("admin", "https://graph.microsoft.com");
    const made = await session.test.ask("POST", "https://graph.microsoft.com/v1.0/groups", {
      token,
      body: {
        displayName: "Bot admins",
        mailEnabled: false,
        mailNickname: "botadmins",
        securityEnabled: true,
      },
    });
    const id = made.body.id as string;
    const early = await assign(group, 1, AGENT_ADMIN, id, { principalType: "Group" });
    expect([early.status, early.body.error.code]).toEqual([400, "PrincipalNotFound"]);
    await session.advance(120);
    expect((await assign(group, 1, AGENT_ADMIN, id, { principalType: "Group" })).status).toBe(201);
  });

  it("reach members through a group", async () => {
    const token = await session.test.token("admin", "https://graph.microsoft.com");
    const made = await session.test.ask("POST", "https://graph.microsoft.com/v1.0/groups", {
      token,
      body: {
        displayName: "Readers",
        mailEnabled: false,
        mailNickname: "readers",
        securityEnabled: true,
        "members@odata.bind": [`https://graph.microsoft.com/v1.0/directoryObjects/${PLAIN_USER.id}`],
      },
    });
    await session.advance(120);
    await assign(group, 1, READER, made.body.id, { principalType: "Group" });
    expect((await session.arm("GET", group, "2025-04-01", undefined, "reader")).status).toBe(200);
    await session.advance(30);
    expect(await list(group, `assignedTo('${PLAIN_USER.id}')`)).toHaveLength(1);
    expect(await list(group, `principalId eq '${PLAIN_USER.id}'`)).toHaveLength(0);
  });

  it("flicker in reads for some seconds and are stable then", async () => {
    await assign(group, 1, READER, PLAIN_USER.id);
    const path = `${group}/providers/Microsoft.Authorization/roleAssignments/${name(1)}`;
    const early = [];
    for (let index = 0; index < 4; index += 1) early.push((await session.arm("GET", path, VERSION)).status);
    expect(new Set(early)).toEqual(new Set([200, 404]));
    await session.advance(11);
    for (let index = 0; index < 4; index += 1)
      expect((await session.arm("GET", path, VERSION)).status).toBe(200);
  });

  it("are listed at, above and below a scope; atScope() leaves out what is below", async () => {
    await assign(group, 1, READER, PLAIN_USER.id);
    await session.advance(30);
    const scopes = (rows: { properties: { scope: string } }[]) =>
      new Set(rows.map((row) => row.properties.scope));
    expect(scopes(await list(group, "atScope()"))).toEqual(new Set([ROOT, group]));
    expect(scopes(await list(ROOT))).toEqual(new Set([ROOT, group]));
    expect(scopes(await list(ROOT, "atScope()"))).toEqual(new Set([ROOT]));
    expect(await list(group, `principalId eq '${ADMIN_USER.id}'`)).toHaveLength(1);
    const odd = await session.arm(
      "GET",
      `${ROOT}/providers/Microsoft.Authorization/roleAssignments?$filter=${encodeURIComponent("name eq 'x'")}`,
      VERSION,
    );
    expect(odd.status).toBe(400);
  });

  it("answer a delete with the old body, then 204", async () => {
    await assign(group, 1, READER, PLAIN_USER.id);
    const path = `${group}/providers/Microsoft.Authorization/roleAssignments/${name(1)}`;
    const gone = await session.arm("DELETE", path, VERSION);
    expect([gone.status, gone.body.name]).toEqual([200, name(1)]);
    expect((await session.arm("DELETE", path, VERSION)).status).toBe(204);
  });
});

describe("policy assignments and locks", () => {
  it("keep an assignment and know no locks", async () => {
    const path = `${ROOT}/providers/Microsoft.Authorization/policyAssignments/hipaa`;
    const body = {
      location: "eastus",
      identity: { type: "SystemAssigned" },
      properties: {
        policyDefinitionId:
          "/providers/Microsoft.Authorization/policySetDefinitions/a169a624-5599-4385-a696-c8d643089fab",
      },
    };
    const made = await session.arm("PUT", path, "2025-03-01", body);
    expect(made.status).toBe(201);
    expect(made.body.identity.principalId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await session.arm("GET", path, "2025-03-01")).body.properties.enforcementMode).toBe("Default");
    expect((await session.arm("PUT", path, "2025-03-01", body, "reader")).status).toBe(403);
    const locks = await session.arm("GET", `${group}/providers/Microsoft.Authorization/locks`, "2020-05-01");
    expect(locks.body).toEqual({ value: [] });
  });

  it("list assignments around a scope, those that apply there, those made there, those of one definition", async () => {
    const definition = (name: string) => `/providers/Microsoft.Authorization/policyDefinitions/${name}`;
    for (const [scope, name] of [
      [ROOT, "above"],
      [group, "here"],
    ] as const)
      await session.arm(
        "PUT",
        `${scope}/providers/Microsoft.Authorization/policyAssignments/${name}`,
        "2025-03-01",
        { properties: { policyDefinitionId: definition(name) } },
      );
    const listed = async (scope: string, filter?: string) => {
      const query = filter === undefined ? "" : `?$filter=${encodeURIComponent(filter)}`;
      const list = `${scope}/providers/Microsoft.Authorization/policyAssignments${query}`;
      const { status, body } = await session.arm("GET", list, "2025-03-01");
      return status === 200 ? body.value.map((one: { name: string }) => one.name).sort() : body.error.code;
    };
    expect(await listed(ROOT)).toEqual(["above", "here"]);
    expect(await listed(ROOT, "atScope()")).toEqual(["above"]);
    expect(await listed(group, "atScope()")).toEqual(["above", "here"]);
    expect(await listed(group, "atExactScope()")).toEqual(["here"]);
    expect(await listed(group, `policyDefinitionId eq '${definition("above")}'`)).toEqual(["above"]);
    expect(await listed(group, "name eq 'here'")).toBe("InvalidFilter");
  });
});
