import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AGENT_USERS, BARE_APP, PIPELINE_APP } from "../../../src/sandbox/seed.ts";
import { API, ORIGIN, startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
let root: string;
beforeEach(async () => {
  organization = await startOrganization();
  root = await organization.idOf("businessunits", "parentbusinessunitid eq null", "businessunitid");
});
afterEach(() => organization.close());

const addApplication = (appId: string, extra: object = {}) =>
  organization.ask("POST", "systemusers", {
    body: {
      applicationid: appId,
      accessmode: 4,
      "businessunitid@odata.bind": `/businessunits(${root})`,
      ...extra,
    },
  });

const roleId = (name: string, unit = root): Promise<string> =>
  organization.idOf("roles", `name eq '${name}' and _businessunitid_value eq ${unit}`, "roleid");

const link = (path: string, target: string) =>
  organization.ask("POST", `${path}/$ref`, { body: { "@odata.id": `${API}${target}` } });

async function bareUser(...roles: string[]): Promise<string> {
  const added = await addApplication(BARE_APP.appId);
  expect(added.status).toBe(204);
  const id = await organization.idOf("systemusers", `applicationid eq ${BARE_APP.appId}`, "systemuserid");
  for (const name of roles)
    await link(`systemusers(${id})/systemuserroles_association`, `roles(${await roleId(name)})`);
  return id;
}

describe("callers", () => {
  it("refuses tokens that are missing or for another audience, and hosts without an organization", async () => {
    expect((await organization.cloud.ask("GET", `${API}WhoAmI()`)).status).toBe(401);
    const token = await organization.cloud.token("admin", "https://graph.microsoft.com");
    expect((await organization.cloud.ask("GET", `${API}WhoAmI()`, { token })).status).toBe(401);
    const other = "https://nobody.crm.dynamics.com";
    const elsewhere = await organization.cloud.token("admin", other);
    const answer = await organization.cloud.ask("GET", `${other}/api/data/v9.2/WhoAmI()`, {
      token: elsewhere,
    });
    expect(answer.status).toBe(404);
  });

  it("knows only its members, and lets in only those with a role", async () => {
    const stranger = await organization.ask("GET", "WhoAmI()", { as: "bare" });
    expect([stranger.status, stranger.body.error.code]).toEqual([403, "0x80072560"]);
    await bareUser();
    const roleless = await organization.ask("GET", "WhoAmI()", { as: "bare" });
    expect([roleless.status, roleless.body.error.code]).toEqual([403, "0x80042f09"]);
  });

  it("refuses a disabled user, whoever disabled it", async () => {
    const id = await bareUser("Basic User");
    expect((await organization.ask("GET", "WhoAmI()", { as: "bare" })).body.UserId).toBe(id);
    await organization.edit("systemuser", { systemuserid: id }, { set: { isdisabled: true } });
    const answer = await organization.ask("GET", "WhoAmI()", { as: "bare" });
    expect([answer.status, answer.body.error.code]).toEqual([403, "0x80040225"]);
  });

  it("lets only System Administrators change a table: 403 in the words of metadata", async () => {
    await bareUser("Basic User");
    const table = "EntityDefinitions(LogicalName='contact')";
    const { body } = await organization.get(table);
    const answer = await organization.ask("PUT", table, { as: "bare", body });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: {
        code: "0x80048306",
        message:
          "Not enough privilege to access the Microsoft Dynamics 365 object or perform the requested operation.",
      },
    });
  });

  it("names the missing privilege, the table and the caller", async () => {
    const id = await bareUser("Basic User");
    expect((await organization.ask("GET", "queues?$top=1", { as: "bare" })).status).toBe(200);
    const answer = await organization.ask("POST", "queues", { as: "bare", body: { name: "x" } });
    expect([answer.status, answer.body.error.code]).toEqual([403, "0x80040220"]);
    expect(answer.body.error.message).toMatch(
      new RegExp(
        `^Principal user \\(Id=${id}, type=8, roleCount=1, privilegeCount=\\d+, accessMode=4\\), is missing prvCreatequeue privilege \\(Id=[0-9a-f-]{36}\\) on OTC=2020 for entity 'queue'\\. context\\.Caller=${id}$`,
      ),
    );
  });

  it("lets an administrator act for another user, and nobody else", async () => {
    const id = await bareUser("Basic User");
    const acted = await organization.get("WhoAmI()", { mscrmcallerid: id });
    expect(acted.body.UserId).toBe(id);
    const byObject = await organization.get("WhoAmI()", { callerobjectid: BARE_APP.servicePrincipalId });
    expect(byObject.body.UserId).toBe(id);
    const me = await organization.get("WhoAmI()");
    const refused = await organization.ask("GET", "WhoAmI()", {
      as: "bare",
      headers: { mscrmcallerid: me.body.UserId },
    });
    expect([refused.status, refused.body.error.code]).toEqual([403, "0x8004a110"]);
  });

  it("tells privileges by user and by name", async () => {
    const id = await bareUser("Basic User");
    const bound = `systemusers(${id})/Microsoft.Dynamics.CRM.`;
    const all = await organization.get(`${bound}RetrieveUserPrivileges`);
    const held = all.body.RolePrivileges.map((entry: { PrivilegeName: string }) => entry.PrivilegeName);
    expect(held).toContain("prvReadQueue");
    expect(held).not.toContain("prvCreateQueue");
    const one = (name: string) =>
      organization.get(`${bound}RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='${name}')`);
    expect((await one("prvReadQueue")).body.RolePrivileges).toHaveLength(1);
    expect((await one("prvCreateQueue")).body.RolePrivileges).toEqual([]);
    expect((await one("prvNothing")).status).toBe(400);
  });

  it("holds back a new organization's creator for a while", async () => {
    const seeded = await organization.cloud.control("POST", "environments", {
      displayName: "Fresh",
      domainName: "fresh",
      createdTime: new Date(
        Date.parse((await organization.cloud.control("GET", "clock")).body.iso),
      ).toISOString(),
    });
    expect(seeded.status).toBe(201);
    const url = "https://fresh.crm.dynamics.com/api/data/v9.2/WhoAmI()";
    const token = await organization.cloud.token("admin", "https://fresh.crm.dynamics.com");
    const early = await organization.cloud.ask("GET", url, { token });
    expect([early.status, early.body.error.code]).toEqual([403, "0x80072560"]);
    await organization.pass(30_000);
    expect((await organization.cloud.ask("GET", url, { token })).status).toBe(200);
  });
});

describe("application users", () => {
  it("follow the service principal of the tenant", async () => {
    const unknown = await addApplication("99999999-0000-4000-8000-000000000001");
    expect([unknown.status, unknown.body.error.code]).toEqual([400, "0x8004f510"]);
    const id = await bareUser();
    const row = await organization.get(
      `systemusers(${id})?$select=fullname,azureactivedirectoryobjectid,accessmode,deletedstate`,
    );
    expect(row.body).toMatchObject({
      fullname: `# ${BARE_APP.displayName}`,
      azureactivedirectoryobjectid: BARE_APP.servicePrincipalId,
      accessmode: 4,
      deletedstate: 0,
    });
    const second = await addApplication(BARE_APP.appId);
    expect([second.status, second.body.error.code]).toEqual([412, "0x8004f511"]);
  });

  it("are deleted in two steps, after being disabled; the first step blocks a new one", async () => {
    const id = await bareUser();
    expect((await organization.ask("DELETE", `systemusers(${id})`)).status).toBe(400);
    await organization.ask("PATCH", `systemusers(${id})`, {
      body: { isdisabled: true, applicationid: BARE_APP.appId },
    });
    expect((await organization.ask("DELETE", `systemusers(${id})`)).status).toBe(204);
    expect((await organization.get(`systemusers(${id})?$select=deletedstate`)).body.deletedstate).toBe(1);
    expect((await addApplication(BARE_APP.appId)).status).toBe(412);
    expect((await organization.ask("DELETE", `systemusers(${id})`)).status).toBe(204);
    expect((await organization.get(`systemusers(${id})`)).status).toBe(404);
    expect((await addApplication(BARE_APP.appId)).status).toBe(204);
  });

  it("keep their application and directory object", async () => {
    const id = await bareUser();
    const other = await organization.ask("PATCH", `systemusers(${id})`, {
      body: { applicationid: PIPELINE_APP.appId },
    });
    expect(other.body.error.code).toBe("0x8004f512");
    const object = await organization.ask("PATCH", `systemusers(${id})`, {
      body: { azureactivedirectoryobjectid: PIPELINE_APP.servicePrincipalId },
    });
    expect(object.body.error.code).toBe("0x80041d4f");
  });
});

describe("roles", () => {
  it("links once, repeats with 412, unlinks by address", async () => {
    const id = await bareUser("Basic User");
    const path = `systemusers(${id})/systemuserroles_association`;
    const role = await roleId("Basic User");
    const repeated = await link(path, `roles(${role})`);
    expect([repeated.status, repeated.body.error.code]).toEqual([412, "0x80040237"]);
    const links = await organization.get(`${path}/$ref`);
    expect(links.body.value).toEqual([{ "@odata.id": `${API}roles(${role})` }]);
    const target = encodeURIComponent(`${API}roles(${role})`);
    expect((await organization.ask("DELETE", `${path}/$ref?$id=${target}`)).status).toBe(204);
    expect((await organization.get(`${path}/$ref`)).body.value).toEqual([]);
  });

  it("refuses a relative address on a collection, an unknown role and a missing target", async () => {
    const id = await bareUser();
    const path = `systemusers(${id})/systemuserroles_association/$ref`;
    const relative = await organization.ask("POST", path, {
      body: { "@odata.id": `roles(${await roleId("Basic User")})` },
    });
    expect(relative.status).toBe(400);
    expect(relative.body.error.message).toContain("odata.context");
    const unknown = await organization.ask("POST", path, { body: { "@odata.id": `${API}roles(${root})` } });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "0x80040217"]);
    expect((await organization.ask("POST", path, { body: {} })).status).toBe(400);
    expect(
      (await organization.ask("PUT", path, { body: { "@odata.id": `${API}roles(${root})` } })).status,
    ).toBe(405);
  });

  it("exist once per business unit, and only the principal's own copy fits", async () => {
    const unit = await organization.create("businessunits", {
      name: "East",
      "parentbusinessunitid@odata.bind": `/businessunits(${root})`,
    });
    const [rootRole, copy] = [await roleId("Basic User"), await roleId("Basic User", unit)];
    const row = await organization.get(`roles(${copy})?$select=_parentrootroleid_value,_parentroleid_value`);
    expect(row.body).toMatchObject({ _parentrootroleid_value: rootRole, _parentroleid_value: rootRole });
    const team = await organization.create("teams", {
      name: "East agents",
      "businessunitid@odata.bind": `/businessunits(${unit})`,
    });
    const wrong = await link(`teams(${team})/teamroles_association`, `roles(${rootRole})`);
    expect([wrong.status, wrong.body.error.code]).toEqual([400, "0x8004140d"]);
    expect((await link(`teams(${team})/teamroles_association`, `roles(${copy})`)).status).toBe(204);
    const user = await link(`systemusers(${await bareUser()})/systemuserroles_association`, `roles(${copy})`);
    expect(user.body.error.code).toBe("0x80041409");
    const own = await organization.idOf(
      "teams",
      `isdefault eq true and _businessunitid_value eq ${unit}`,
      "teamid",
    );
    const undeletable = await organization.ask("DELETE", `teams(${own})`);
    expect(undeletable.body.error.code).toBe("0x80048307");
  });

  it("protects the last System Administrator", async () => {
    const me = await organization.get("WhoAmI()");
    const role = await roleId("System Administrator");
    const answer = await organization.ask(
      "DELETE",
      `systemusers(${me.body.UserId})/systemuserroles_association(${role})/$ref`,
    );
    expect(answer.body.error.code).toBe("0x80041d30");
    const disabled = await organization.ask("PATCH", `systemusers(${me.body.UserId})`, {
      body: { isdisabled: true },
    });
    expect(disabled.body.error.code).toBe("0x80041d2f");
  });
});

describe("group teams", () => {
  async function createGroup(members: readonly string[]): Promise<string> {
    const token = await organization.cloud.token("admin", "https://graph.microsoft.com");
    const graph = (path: string, body: object) =>
      organization.cloud.ask("POST", `https://graph.microsoft.com/v1.0/${path}`, { token, body });
    const group = await graph("groups", {
      displayName: "Contoso Health Users",
      mailEnabled: false,
      mailNickname: "health-users",
      securityEnabled: true,
    });
    expect(group.status).toBe(201);
    await organization.pass(120_000);
    for (const member of members)
      await graph(`groups/${group.body.id}/members/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${member}`,
      });
    await organization.pass(120_000);
    return group.body.id;
  }

  const teamBody = (groupId: string): object => ({
    name: "Health users",
    teamtype: 2,
    membershiptype: 0,
    azureactivedirectoryobjectid: groupId,
    "businessunitid@odata.bind": `/businessunits(${root})`,
  });

  it("exist once per group and membership type, addressed by both", async () => {
    const nobody = await organization.ask("POST", "teams", { body: teamBody(root) });
    expect(nobody.status).toBe(400);
    const groupId = await createGroup([]);
    const key = `teams(azureactivedirectoryobjectid=${groupId},membershiptype=0)`;
    expect((await organization.get(key)).body.error.code).toBe("0x80060891");
    const id = await organization.create("teams", teamBody(groupId));
    expect((await organization.get(`${key}?$select=name`)).body.teamid).toBe(id);
    const again = await organization.ask("POST", "teams", { body: { ...teamBody(groupId), name: "Other" } });
    expect(again.status).toBe(412);
    const moved = await organization.ask("PATCH", `teams(${id})`, {
      body: { azureactivedirectoryobjectid: root },
    });
    expect(moved.body.error.code).toBe("0x80041d4f");
    const role = await roleId("Basic User");
    expect((await link(`${key}/teamroles_association`, `roles(${role})`)).status).toBe(204);
  });

  it("give their roles to members, visible before anybody signs in", async () => {
    const [agent] = AGENT_USERS;
    const groupId = await createGroup([agent.id, BARE_APP.servicePrincipalId]);
    const team = await organization.create("teams", teamBody(groupId));
    await link(`teams(${team})/teamroles_association`, `roles(${await roleId("Basic User")})`);
    const members = await organization.get(`teams(${team})/teammembership_association/$count`);
    expect(members.text).toBe("0");
    const roles = await organization.get(`RetrieveAadUserRoles(DirectoryObjectId=${agent.id})?$select=name`);
    expect(roles.body.value).toEqual([expect.objectContaining({ name: "Basic User" })]);
    await bareUser();
    expect((await organization.ask("GET", "WhoAmI()", { as: "bare" })).status).toBe(200);
    const joined = await organization.get(`teams(${team})/teammembership_association?$select=applicationid`);
    expect(joined.body.value).toEqual([expect.objectContaining({ applicationid: BARE_APP.appId })]);
  });
});

it("takes the origin's audience with and without a slash", async () => {
  const token = await organization.cloud.token("admin", `${ORIGIN}/`);
  expect((await organization.cloud.ask("GET", `${API}WhoAmI()`, { token })).status).toBe(200);
});
