import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP } from "../../../src/sandbox/seed.ts";
import { API, startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
let role: string;
let branchCopy: string;
beforeAll(async () => {
  organization = await startOrganization();
  const root = await organization.idOf("businessunits", "parentbusinessunitid eq null", "businessunitid");
  await organization.create("businessunits", {
    name: "Branch",
    "parentbusinessunitid@odata.bind": `/businessunits(${root})`,
  });
  role = await organization.create("roles", { name: "Auditor" });
  branchCopy = await organization.idOf("roles", `name eq 'Auditor' and roleid ne ${role}`, "roleid");
  const user = await organization.create("systemusers", {
    applicationid: BARE_APP.appId,
    accessmode: 4,
    "businessunitid@odata.bind": `/businessunits(${root})`,
  });
  const linked = await organization.ask("POST", `systemusers(${user})/systemuserroles_association/$ref`, {
    body: { "@odata.id": `${API}roles(${role})` },
  });
  expect(linked.status).toBe(204);
});
afterAll(() => organization.close());

const call = (action: string, body: object, as: "admin" | "bare" = "admin", id = role) =>
  organization.ask("POST", `roles(${id})/Microsoft.Dynamics.CRM.${action}`, { body, as });
const idOf = (name: string) => organization.idOf("privileges", `name eq '${name}'`, "privilegeid");
const look = (path: string) => organization.ask("GET", path, { as: "bare" });

async function held(id = role): Promise<[string, string][]> {
  const { body } = await organization.get(`RetrieveRolePrivilegesRole(RoleId=${id})`);
  return body.RolePrivileges.map((one: { PrivilegeName: string; Depth: string }) => [
    one.PrivilegeName,
    one.Depth,
  ]);
}

const ACCEPTED = [
  ["a name", "Global"],
  ["a number", 3],
  ["a number as text", "3"],
] as const;

describe("a role that somebody made", () => {
  it("grants nothing until it is given something", async () => {
    expect(await held()).toEqual([]);
    const refused = await look("queues");
    expect([refused.status, refused.body.error.code]).toEqual([403, "0x80040220"]);
    expect(refused.body.error.message).toContain("is missing prvReadqueue privilege");
    expect((await look("systemusers")).body.error.message).toContain("is missing prvReadUser privilege");
    // Links and what the system defines are open to everybody.
    expect((await look("timezonedefinitions?$top=1")).status).toBe(200);
    expect((await look("queuememberships?$top=1")).status).toBe(200);
  });

  it.each(ACCEPTED)("is given a privilege, its depth written as %s", async (_, depth) => {
    const added = await call("AddPrivilegesRole", {
      Privileges: [{ PrivilegeId: await idOf("prvReadQueue"), Depth: depth }],
    });
    expect(added.status).toBe(204);
    expect(await held()).toEqual([["prvReadQueue", "Global"]]);
    expect(await held(branchCopy)).toEqual([["prvReadQueue", "Global"]]);
    expect((await look("queues")).status).toBe(200);
    const created = await organization.ask("POST", "queues", { body: { name: "Mine" }, as: "bare" });
    expect(created.status).toBe(403);
  });

  it("reads an expanded table only with the privilege on it", async () => {
    const path = "queues?$select=name&$expand=createdby($select=fullname)";
    expect((await look(path)).body.error.message).toContain("prvReadUser");
    await call("AddPrivilegesRole", {
      Privileges: [{ PrivilegeId: await idOf("prvReadUser"), Depth: "Global" }],
    });
    expect((await look(path)).status).toBe(200);
  });

  it("reads definitions of tables with privileges of their own", async () => {
    const definition = "EntityDefinitions(LogicalName='queue')";
    const paths = [
      `${definition}?$select=LogicalName`,
      `${definition}/Attributes?$select=LogicalName`,
      `${definition}/ManyToOneRelationships?$select=SchemaName`,
    ];
    const refusals = ["prvReadEntity", "prvReadAttribute", "prvReadRelationship"];
    for (const [index, path] of paths.entries()) {
      expect((await look(path)).body.error.message).toContain(`is missing ${refusals[index]} privilege`);
      await call("AddPrivilegesRole", {
        Privileges: [{ PrivilegeId: await idOf(refusals[index] ?? ""), Depth: "Global" }],
      });
      expect((await look(path)).status).toBe(200);
    }
  });

  it("loses one, or everything for others", async () => {
    const removed = await call("RemovePrivilegeRole", {
      Privilege: {
        "@odata.type": "Microsoft.Dynamics.CRM.privilege",
        privilegeid: await idOf("prvReadUser"),
      },
    });
    expect(removed.status).toBe(204);
    expect((await look("systemusers")).status).toBe(403);
    const replaced = await call("ReplacePrivilegesRole", {
      Privileges: [{ PrivilegeId: await idOf("prvReadTeam"), Depth: "Basic" }],
    });
    expect(replaced.status).toBe(204);
    expect(await held()).toEqual([["prvReadTeam", "Basic"]]);
  });

  it("is refused what is not there, what is no parameter, and callers who may not", async () => {
    const nobody = "00000000-0000-4000-8000-0000000000ff";
    const unknown = await call("AddPrivilegesRole", {
      Privileges: [{ PrivilegeId: nobody, Depth: "Global" }],
    });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "0x80040217"]);
    const depth = await call("AddPrivilegesRole", {
      Privileges: [{ PrivilegeId: await idOf("prvReadTeam"), Depth: "Everything" }],
    });
    expect(depth.status).toBe(400);
    const named = await call("RemovePrivilegeRole", { PrivilegeId: await idOf("prvReadTeam") });
    expect([named.status, named.body.error.message]).toEqual([
      400,
      expect.stringContaining("The parameter 'PrivilegeId' in the request payload is not a valid parameter"),
    ]);
    const oneself = await call("AddPrivilegesRole", { Privileges: [] }, "bare");
    expect(oneself.body.error.message).toContain("is missing prvWriterole privilege");
    expect((await call("AddPrivilegesRole", { Privileges: [] }, "admin", nobody)).status).toBe(404);
    expect((await organization.get(`roles(${role})/Microsoft.Dynamics.CRM.AddPrivilegesRole`)).status).toBe(
      405,
    );
  });

  it("adds to shipped roles, whose own privileges stay", async () => {
    const basic = await organization.idOf(
      "roles",
      "name eq 'Basic User' and _parentroleid_value eq null",
      "roleid",
    );
    const privilege = await idOf("prvReadIncident");
    await call(
      "AddPrivilegesRole",
      { Privileges: [{ PrivilegeId: privilege, Depth: "Local" }] },
      "admin",
      basic,
    );
    expect((await held(basic)).find(([, reach]) => reach === "Local")).toBeDefined();
    const taken = await call(
      "RemovePrivilegeRole",
      { Privilege: { privilegeid: privilege } },
      "admin",
      basic,
    );
    expect(taken.status).toBe(204);
    const own = await call(
      "RemovePrivilegeRole",
      { Privilege: { privilegeid: await idOf("prvReadQueue") } },
      "admin",
      basic,
    );
    expect(own.status).toBe(501);
  });

  it("takes its privileges along when it is deleted", async () => {
    expect((await organization.ask("DELETE", `roles(${role})`)).status).toBe(204);
    const rows = await organization.get("roleprivilegescollection");
    expect(rows.body.value).toEqual([]);
  });
});
