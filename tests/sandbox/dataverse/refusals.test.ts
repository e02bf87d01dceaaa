import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { API, DOMAIN, startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
let root: string;
let admin: string;
let branch: string;
let frontDesk: string;
let defaultTeam: string;
let queue: string;
let account: string;
let accessTeam: string;
let role: string;
beforeAll(async () => {
  organization = await startOrganization();
  root = await organization.idOf("businessunits", "parentbusinessunitid eq null", "businessunitid");
  admin = (await organization.get("WhoAmI()")).body.UserId;
  branch = await organization.create("businessunits", { name: "Branch" });
  await organization.create("businessunits", {
    name: "Twig",
    "parentbusinessunitid@odata.bind": `/businessunits(${branch})`,
  });
  await organization.ask("PATCH", `businessunits(${branch})`, { body: { isdisabled: true } });
  frontDesk = await organization.create("teams", { name: "Front desk" });
  defaultTeam = await organization.idOf(
    "teams",
    `isdefault eq true and _businessunitid_value eq ${root}`,
    "teamid",
  );
  await organization.create("accounts", { name: "Owned", "ownerid@odata.bind": `/teams(${frontDesk})` });
  accessTeam = await organization.create("teams", { name: "Access", teamtype: 1 });
  role = await organization.idOf(
    "roles",
    `name eq 'Basic User' and _businessunitid_value eq ${root}`,
    "roleid",
  );
  account = await organization.create("accounts", { name: "Clinic" });
  queue = await organization.create("queues", { name: "Full" });
  await organization.create("queueitems", { "queueid@odata.bind": `/queues(${queue})` });
});
afterAll(() => organization.close());

type Attempt = readonly [
  what: string,
  status: number,
  code: string,
  words: string,
  () => readonly [string, string, object?],
];

const ATTEMPTS: readonly Attempt[] = [
  [
    "a role for an access team",
    400,
    "0x80048331",
    "Cannot assign roles or profiles to an access team.",
    () => [
      "POST",
      `teams(${accessTeam})/teamroles_association/$ref`,
      { "@odata.id": `${API}roles(${role})` },
    ],
  ],
  [
    "reading calendar rules alone",
    400,
    "0x80040800",
    "does not support entities of type 'calendarrule'",
    () => ["GET", "calendarrules"],
  ],
  [
    "a role of the same name",
    400,
    "0x80041403",
    "A role with the specified name 'Basic User' already exists",
    () => ["POST", "roles", { name: "Basic User" }],
  ],
  [
    "a team without a name",
    400,
    "0x80041d0b",
    "The team name was unexpectedly missing.",
    () => ["POST", "teams", {}],
  ],
  [
    "deleting a user that is enabled",
    400,
    "0x80041d48",
    "cannot not be updated",
    () => ["DELETE", `systemusers(${admin})`],
  ],
  [
    "deleting a business unit that is enabled",
    400,
    "0x80041d60",
    "Not disabled business unit cannot be deleted.",
    () => ["DELETE", `businessunits(${root})`],
  ],
  [
    "deleting a business unit with another below",
    400,
    "0x80041d61",
    "has a child business unit",
    () => ["DELETE", `businessunits(${branch})`],
  ],
  [
    "disabling the root business unit",
    400,
    "0x80041d63",
    "Root Business unit cannot be disabled.",
    () => ["PATCH", `businessunits(${root})`, { isdisabled: true }],
  ],
  [
    "an integer out of range",
    400,
    "0x8004432f",
    "An integer provided is outside of the allowed values",
    () => ["POST", "accounts", { numberofemployees: -1 }],
  ],
  [
    "renaming a default team",
    400,
    "0x8004830a",
    "name can't be updated",
    () => ["PATCH", `teams(${defaultTeam})`, { name: "Other" }],
  ],
  [
    "a member for a default team",
    400,
    "0x8004830b",
    "Can't add members",
    () => [
      "POST",
      `teams(${defaultTeam})/teammembership_association/$ref`,
      { "@odata.id": `${API}systemusers(${admin})` },
    ],
  ],
  [
    "removing a default team's member",
    400,
    "0x8004830c",
    "Can't remove members",
    () => ["DELETE", `teams(${defaultTeam})/teammembership_association(${admin})/$ref`],
  ],
  [
    "deleting a team that owns rows",
    400,
    "0x8004830e",
    "Can't delete a team which owns records.",
    () => ["DELETE", `teams(${frontDesk})`],
  ],
  [
    "deleting a queue with items",
    400,
    "0x80631117",
    "has items assigned to it",
    () => ["DELETE", `queues(${queue})`],
  ],
  [
    "a reference on a column",
    400,
    "0x8006088a",
    "is invalid after the segment 'name'",
    () => ["PUT", `accounts(${account})/name/$ref`, { "@odata.id": `${API}accounts(${account})` }],
  ],
  [
    "a verb a collection does not take",
    405,
    "0x80060888",
    "does not support http method 'PATCH'",
    () => ["PATCH", "accounts", {}],
  ],
  [
    "a function by POST",
    405,
    "0x80060888",
    "does not support http method 'POST'",
    () => ["POST", "WhoAmI()", {}],
  ],
  [
    "the empty id",
    400,
    "0x80040203",
    "Expected non-empty Guid.",
    () => ["POST", "accounts", { accountid: "00000000-0000-0000-0000-000000000000" }],
  ],
];

describe("refusals", () => {
  it.each(ATTEMPTS)("%s", async (what, status, code, words, attempt) => {
    const [method, path, body] = attempt();
    const answer = await organization.ask(method, path, body === undefined ? {} : { body });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toContain(words);
    expect(Object.keys(answer.body)).toEqual(["error"]);
    expect(Object.keys(answer.body.error)).toEqual(["code", "message"]);
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    expect(answer.headers["req_id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers["odata-version"]).toBe("4.0");
    prove({ api: "Dataverse Web API", operation: `refusal of ${what}`, proof: "documentation" });
  });

  it("aggregating more than 50,000 rows", async () => {
    await organization.cloud.control("POST", "state", {
      path: "dataverse/organizations",
      where: { domainName: DOMAIN },
      set: { limits: { requests: 1e9, executionMs: 1e12 } },
    });
    const part = `--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nPOST ${API}contacts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"lastname":"Many"}\r\n`;
    const body = `${part.repeat(1000)}--b--\r\n`;
    const headers = { "content-type": "multipart/mixed; boundary=b" };
    for (let sent = 0; sent < 51; sent += 1)
      expect((await organization.ask("POST", "$batch", { body, headers })).status).toBe(200);
    const answer = await organization.get("contacts?$apply=aggregate($count as n)");
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: {
        code: "0x8004E023",
        message: "AggregateQueryRecordLimit exceeded. Cannot perform this operation.",
      },
    });
    const counted = await organization.get("contacts/$count");
    expect(counted.text).toBe("5000");
  });
});
