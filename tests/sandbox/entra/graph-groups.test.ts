import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ADMIN_USER, AGENT_USERS, PIPELINE_APP } from "../../../src/sandbox/seed.ts";
import { filter, GRAPH, type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeEach(async () => {
  tenant = await startGraphTenant();
});
afterEach(() => tenant.close());

const BODY = {
  displayName: "O'Brien's agents",
  mailEnabled: false,
  mailNickname: "psc-agents",
  securityEnabled: true,
};
const reference = (id: string) => ({ "@odata.id": `${GRAPH}/directoryObjects/${id}` });
const [AMARA, BEN] = AGENT_USERS;

async function createGroup(body: object = BODY): Promise<string> {
  const answer = await tenant.ask("POST", "/groups", { body });
  expect(answer.status).toBe(201);
  await tenant.replicate();
  return answer.body.id;
}

describe("groups", () => {
  test("get a security identifier computed from their id", async () => {
    const answer = await tenant.ask("POST", "/groups", { body: BODY });
    const hex = Buffer.from(answer.body.id.replaceAll("-", ""), "hex");
    const lastWord = hex.readUInt32LE(12);
    expect(answer.body.securityIdentifier).toMatch(new RegExp(`^S-1-12-1-\\d+-\\d+-\\d+-${lastWord}$`));
    expect(answer.body).toMatchObject({ ...BODY, groupTypes: [], uniqueName: null });
  });

  test("are found by a display name with a quote once the index has them", async () => {
    const answer = await tenant.ask("POST", "/groups", { body: BODY });
    const path = `/groups?${filter("displayName eq 'O''Brien''s agents'")}&$select=id`;
    expect((await tenant.ask("GET", path)).body.value).toEqual([]);
    await tenant.replicate();
    expect((await tenant.ask("GET", path)).body.value).toEqual([{ id: answer.body.id }]);
  });

  test.each([
    ["mailNickname", { displayName: "x", mailEnabled: false, securityEnabled: true }],
    ["securityEnabled", { displayName: "x", mailEnabled: false, mailNickname: "x" }],
  ])("need %s", async (property, body) => {
    const answer = await tenant.ask("POST", "/groups", { body });
    expect([answer.status, answer.body.error.message]).toEqual([
      400,
      `A value is required for property '${property}' of resource 'Group'.`,
    ]);
  });

  test.each(["psc agents", "psc@agents", "psc,agents", "ä"])(
    "refuse the nickname %s",
    async (mailNickname) => {
      const answer = await tenant.ask("POST", "/groups", { body: { ...BODY, mailNickname } });
      expect(answer.status).toBe(400);
    },
  );

  test("can be upserted, and the same body again changes nothing", async () => {
    const path = "/groups(uniqueName='psc-agents')";
    const headers = { prefer: "create-if-missing" };
    const body = { ...BODY, groupTypes: [], isAssignableToRole: false };
    expect((await tenant.ask("PATCH", path, { body, headers })).status).toBe(201);
    expect((await tenant.ask("PATCH", path, { body, headers })).status).toBe(204);
    const read = await tenant.ask("GET", path);
    expect(read.body).toMatchObject({ ...BODY, uniqueName: "psc-agents" });
  });

  test("are gone for good when deleted", async () => {
    const id = await createGroup({ ...BODY, uniqueName: "gone" });
    expect((await tenant.ask("DELETE", `/groups/${id}`)).status).toBe(204);
    expect((await tenant.ask("GET", `/groups/${id}`)).status).toBe(404);
    expect((await tenant.ask("POST", "/groups", { body: { ...BODY, uniqueName: "gone" } })).status).toBe(201);
  });
});

describe("members", () => {
  test("are added with 204, once, and removed with 204, once", async () => {
    const id = await createGroup();
    const add = () => tenant.ask("POST", `/groups/${id}/members/$ref`, { body: reference(AMARA.id) });
    expect((await add()).status).toBe(204);
    const again = await add();
    expect([again.status, again.body.error.message]).toEqual([
      400,
      "One or more added object references already exist for the following modified properties: 'members'.",
    ]);
    const remove = () => tenant.ask("DELETE", `/groups/${id}/members/${AMARA.id}/$ref`);
    expect((await remove()).status).toBe(204);
    expect((await remove()).body.error.code).toBe("Request_ResourceNotFound");
  });

  test("bound in one request are added all or not at all", async () => {
    const id = await createGroup();
    await tenant.ask("POST", `/groups/${id}/members/$ref`, { body: reference(AMARA.id) });
    const bind = (...ids: string[]) =>
      tenant.ask("PATCH", `/groups/${id}`, {
        body: { "members@odata.bind": ids.map((member) => `${GRAPH}/directoryObjects/${member}`) },
      });
    expect((await bind(BEN.id, AMARA.id)).status).toBe(400);
    const unknown = await bind(BEN.id, "12345678-0000-4000-8000-000000000000");
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
    const members = async () =>
      (await tenant.ask("GET", `/groups/${id}/members?$select=id`)).body.value.map(
        (member: { id: string }) => member.id,
      );
    expect(await members()).toEqual([AMARA.id]);
    expect((await bind(BEN.id)).status).toBe(204);
    expect(await members()).toEqual([AMARA.id, BEN.id]);
    const tooMany = Array.from({ length: 21 }, () => AGENT_USERS[2].id);
    expect((await bind(...tooMany)).status).toBe(400);
  });

  test("that are not replicated yet answer 404", async () => {
    const id = await createGroup();
    const nested = await tenant.ask("POST", "/groups", { body: { ...BODY, mailNickname: "nested" } });
    const add = () => tenant.ask("POST", `/groups/${id}/members/$ref`, { body: reference(nested.body.id) });
    const early = await add();
    expect([early.status, early.body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
    await tenant.replicate();
    expect((await add()).status).toBe(204);
    await tenant.ask("POST", `/groups/${nested.body.id}/members/$ref`, { body: reference(BEN.id) });
    const transitive = await tenant.ask("GET", `/groups/${id}/transitiveMembers?$select=id`);
    expect(transitive.body.value.map((member: { id: string }) => member.id)).toEqual([
      nested.body.id,
      BEN.id,
    ]);
  });

  test("come in pages when asked to, with next links on the real host", async () => {
    const id = await createGroup({
      ...BODY,
      "members@odata.bind": AGENT_USERS.map((agent) => `${GRAPH}/users/${agent.id}`),
    });
    const seen: string[] = [];
    let next: string | undefined = `/groups/${id}/members?$select=id&$top=2`;
    let pages = 0;
    while (next !== undefined) {
      const page = await tenant.ask("GET", next);
      expect(page.status).toBe(200);
      seen.push(...page.body.value.map((member: { id: string }) => member.id));
      next = page.body["@odata.nextLink"];
      if (next !== undefined) expect(next).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/groups\//);
      pages += 1;
    }
    expect(pages).toBe(2);
    expect(seen).toEqual(AGENT_USERS.map((agent) => agent.id));
  });

  test("are not what a DELETE without $ref removes: that needs the right to delete users", async () => {
    const id = await createGroup();
    await tenant.ask("POST", `/groups/${id}/members/$ref`, { body: reference(AMARA.id) });
    expect((await tenant.ask("DELETE", `/groups/${id}/members/${AMARA.id}`)).status).toBe(403);
    expect((await tenant.ask("GET", `/users/${AMARA.id}`)).status).toBe(200);
  });
});

describe("owners", () => {
  test("include the person who creates the group, who may not name himself", async () => {
    const id = await createGroup();
    const owners = await tenant.ask("GET", `/groups/${id}/owners?$select=id`);
    expect(owners.body.value.map((owner: { id: string }) => owner.id)).toEqual([ADMIN_USER.id]);
    const twice = await tenant.ask("POST", "/groups", {
      body: { ...BODY, "owners@odata.bind": [`${GRAPH}/users/${ADMIN_USER.id}`] },
    });
    expect([twice.status, twice.body.error.message]).toEqual([
      400,
      "Request contains a property with duplicate values",
    ]);
  });

  test("of a group made by an application are those it names", async () => {
    const answer = await tenant.ask("POST", "/groups", {
      as: "pipeline",
      body: {
        ...BODY,
        "owners@odata.bind": [`${GRAPH}/servicePrincipals/${PIPELINE_APP.servicePrincipalId}`],
      },
    });
    await tenant.replicate();
    const owners = await tenant.ask("GET", `/groups/${answer.body.id}/owners`);
    expect(owners.body.value).toEqual([
      expect.objectContaining({
        "@odata.type": "#microsoft.graph.servicePrincipal",
        id: PIPELINE_APP.servicePrincipalId,
      }),
    ]);
  });
});
