import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API, ORIGIN, startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startOrganization();
});
afterAll(() => organization.close());

const MISSING = "11111111-1111-4111-8111-00000000abcd";

describe("creating", () => {
  it("answers 204 with the row's address, or 201 with the row when it is preferred", async () => {
    const bare = await organization.ask("POST", "contacts", { body: { lastname: "Moreno" } });
    expect(bare.status).toBe(204);
    expect(bare.text).toBe("");
    expect(bare.headers["odata-entityid"]).toMatch(
      /^https:\/\/clinic\.crm\.dynamics\.com\/api\/data\/v9\.2\/contacts\([0-9a-f-]{36}\)$/,
    );
    expect(bare.headers["odata-version"]).toBe("4.0");
    expect(bare.headers["x-ms-service-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(bare.headers["req_id"]).toBe(bare.headers["x-ms-service-request-id"]);
    expect(Number(bare.headers["x-ms-ratelimit-burst-remaining-xrm-requests"])).toBeGreaterThan(0);

    const full = await organization.ask("POST", "contacts?$select=lastname", {
      body: { lastname: "Silva" },
      headers: { prefer: "return=representation" },
    });
    expect(full.status).toBe(201);
    expect(full.headers["preference-applied"]).toBe("return=representation");
    expect(full.headers["odata-entityid"]).toBeUndefined();
    expect(full.body).toMatchObject({
      lastname: "Silva",
      "@odata.etag": expect.stringMatching(/^W\/"\d+"$/),
    });
    expect(Object.keys(full.body)).not.toContain("firstname");
  });

  it("takes an id the caller chooses, and only once", async () => {
    const body = { contactid: "22222222-2222-4222-8222-222222222222", lastname: "Chosen" };
    const first = await organization.ask("POST", "contacts", { body });
    expect(first.headers["odata-entityid"]).toBe(`${API}contacts(${body.contactid})`);
    const second = await organization.ask("POST", "contacts", { body });
    expect([second.status, second.body.error.code]).toEqual([412, "0x80040237"]);
    const empty = await organization.ask("POST", "contacts", {
      body: { contactid: "00000000-0000-0000-0000-000000000000", lastname: "Nobody" },
    });
    expect([empty.status, empty.body.error.code]).toEqual([400, "0x80040203"]);
  });

  it.each([
    ["an unknown property", { surname: "x" }, "0x80048d19", "The property 'surname' does not exist"],
    ["a name in other case", { LastName: "x" }, "0x80048d19", "The property 'LastName' does not exist"],
    [
      "a number for text",
      { lastname: 5 },
      "0x80048d19",
      "Cannot convert the literal '5' to the expected type",
    ],
    ["text for a choice", { gendercode: "Male" }, "0x80048d19", "to the expected type 'Edm.Int32'"],
    [
      "a choice that does not exist",
      { gendercode: 9 },
      "0x8004431a",
      "outside the valid range. Accepted Values: 1,2",
    ],
    ["text that is too long", { lastname: "x".repeat(51) }, "0x80044331", "maximum allowed length of '50'"],
    [
      "a lookup by its column",
      { _ownerid_value: MISSING },
      "0x80060888",
      "Use Navigation properties instead",
    ],
    [
      "a bind to an unknown navigation",
      { "owner@odata.bind": `/systemusers(${MISSING})` },
      "0x80048d19",
      "An undeclared property 'owner'",
    ],
    [
      "a bind in other case",
      { "OwnerId@odata.bind": `/systemusers(${MISSING})` },
      "0x80048d19",
      "An undeclared property 'OwnerId'",
    ],
  ])("refuses %s", async (_what, body, code, text) => {
    const answer = await organization.ask("POST", "contacts", { body });
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
    expect(answer.body.error.message).toContain(text);
  });

  it("binds by any form of address, to rows that exist and are of an allowed table", async () => {
    const accountId = await organization.create("accounts", { name: "Clinic" });
    const forms = [`/accounts(${accountId})`, `accounts(${accountId})`, `${API}accounts(${accountId})`];
    for (const form of forms) {
      const id = await organization.create("contacts", {
        lastname: "Bound",
        "parentcustomerid_account@odata.bind": form,
      });
      const row = await organization.get(`contacts(${id})?$select=_parentcustomerid_value`);
      expect(row.body._parentcustomerid_value).toBe(accountId);
    }
    const absent = await organization.ask("POST", "contacts", {
      body: { lastname: "x", "parentcustomerid_account@odata.bind": `/accounts(${MISSING})` },
    });
    expect([absent.status, absent.body.error.code]).toEqual([404, "0x80040217"]);
    const wrong = await organization.ask("POST", "contacts", {
      body: { lastname: "x", "parentcustomerid_contact@odata.bind": `/accounts(${accountId})` },
    });
    expect(wrong.status).toBe(400);
  });

  it("leaves nothing behind when a nested row is refused", async () => {
    const before = await organization.get("calendars/$count");
    const answer = await organization.ask("POST", "calendars", {
      body: { name: "Half", calendar_calendar_rules: [{ nonsense: 1 }] },
    });
    expect(answer.status).toBe(400);
    expect((await organization.get("calendars/$count")).text).toBe(before.text);
  });
});

describe("changing", () => {
  it("creates what is missing and updates what is there, with the same answer", async () => {
    const id = "33333333-3333-4333-8333-333333333333";
    const created = await organization.ask("PATCH", `contacts(${id})`, { body: { lastname: "Upserted" } });
    const updated = await organization.ask("PATCH", `contacts(${id})`, { body: { firstname: "Ada" } });
    expect([created.status, updated.status]).toEqual([204, 204]);
    expect(created.headers["odata-entityid"]).toBe(`${API}contacts(${id})`);
    const shown = await organization.ask("PATCH", `contacts(${id})`, {
      body: { firstname: "Eve" },
      headers: { prefer: "return=representation" },
    });
    expect(shown.status).toBe(200);
    expect(shown.body).toMatchObject({ lastname: "Upserted", firstname: "Eve" });
  });

  it("honours If-Match and If-None-Match", async () => {
    const missing = await organization.ask("PATCH", `contacts(${MISSING})`, {
      body: { lastname: "x" },
      headers: { "if-match": "*" },
    });
    expect([missing.status, missing.body.error.code]).toEqual([404, "0x80040217"]);
    const id = await organization.create("contacts", { lastname: "Etag" });
    const there = await organization.ask("PATCH", `contacts(${id})`, {
      body: { lastname: "x" },
      headers: { "if-none-match": "*" },
    });
    expect([there.status, there.body.error.code]).toEqual([412, "0x80040237"]);

    const row = await organization.get(`contacts(${id})?$select=lastname`);
    const etag = row.body["@odata.etag"];
    expect(row.headers["etag"]).toBe(etag);
    const same = await organization.get(`contacts(${id})?$select=lastname`, { "if-none-match": etag });
    expect(same.status).toBe(304);
    const change = (lastname: string) =>
      organization.ask("PATCH", `contacts(${id})`, { body: { lastname }, headers: { "if-match": etag } });
    expect((await change("Mine")).status).toBe(204);
    const lost = await change("Theirs");
    expect([lost.status, lost.body.error.code]).toEqual([412, "0x80060882"]);
    const deleted = await organization.ask("DELETE", `contacts(${id})`, { headers: { "if-match": etag } });
    expect(deleted.status).toBe(412);
  });

  it("writes and clears a single column, and clears a lookup with null", async () => {
    const accountId = await organization.create("accounts", { name: "Clinic" });
    const id = await organization.create("contacts", {
      lastname: "Column",
      "parentcustomerid_account@odata.bind": `/accounts(${accountId})`,
    });
    expect(
      (await organization.ask("PUT", `contacts(${id})/firstname`, { body: { value: "Ada" } })).status,
    ).toBe(204);
    expect((await organization.get(`contacts(${id})/firstname`)).body.value).toBe("Ada");
    expect((await organization.ask("DELETE", `contacts(${id})/firstname`)).status).toBe(204);
    expect((await organization.get(`contacts(${id})/firstname`)).status).toBe(204);
    await organization.ask("PATCH", `contacts(${id})`, {
      body: { "parentcustomerid_account@odata.bind": null },
    });
    const row = await organization.get(`contacts(${id})?$select=_parentcustomerid_value`);
    expect(row.body._parentcustomerid_value).toBeNull();
  });

  it("forgets a deleted row and every lookup that pointed at it", async () => {
    const accountId = await organization.create("accounts", { name: "Gone" });
    const id = await organization.create("contacts", {
      lastname: "Orphan",
      "parentcustomerid_account@odata.bind": `/accounts(${accountId})`,
    });
    expect((await organization.ask("DELETE", `accounts(${accountId})`)).status).toBe(204);
    const gone = await organization.get(`accounts(${accountId})`);
    expect([gone.status, gone.body.error.code]).toEqual([404, "0x80040217"]);
    const row = await organization.get(`contacts(${id})?$select=_parentcustomerid_value`);
    expect(row.body._parentcustomerid_value).toBeNull();
  });
});

describe("addresses and verbs", () => {
  it("finds rows by the platform's alternate keys and refuses others", async () => {
    const who = await organization.get("WhoAmI()");
    const me = await organization.get(`systemusers(${who.body.UserId})?$select=azureactivedirectoryobjectid`);
    const objectId = me.body.azureactivedirectoryobjectid;
    const byKey = await organization.get(
      `systemusers(azureactivedirectoryobjectid=${objectId})?$select=fullname,ownerid`,
    );
    expect(byKey.body).toMatchObject({ systemuserid: who.body.UserId, ownerid: who.body.UserId });
    const absent = await organization.get(`systemusers(azureactivedirectoryobjectid=${MISSING})`);
    expect([absent.status, absent.body.error.code]).toEqual([404, "0x80060891"]);
    const notAKey = await organization.get("systemusers(fullname='Alex Admin')");
    expect(notAKey.status).toBe(400);
    expect(notAKey.body.error.message).toContain("The key in the request URI is not valid for resource");
    expect((await organization.get(`systemusers(systemuserid=${who.body.UserId})`)).status).toBe(400);
  });

  it.each([
    ["PATCH", "contacts", 405],
    ["DELETE", "contacts", 405],
    ["POST", "WhoAmI()", 405],
    ["GET", "PublishAllXml", 405],
    ["GET", "accountz", 404],
    ["GET", "Contacts", 404],
    ["GET", "../v8.2/contacts", 404],
  ])("answers %s %s with %i", async (method, path, status) => {
    const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
    expect((await organization.ask(method, path, body)).status).toBe(status);
  });

  it("serves versions 9.0 to 9.2 with their own addresses", async () => {
    const old = await organization.get(`${ORIGIN}/api/data/v9.0/contacts?$top=1`);
    expect(old.body["@odata.context"]).toContain("/api/data/v9.0/$metadata#contacts");
  });

  it("refuses a body that is not a JSON object", async () => {
    const answer = await organization.ask("POST", "contacts", { body: "{lastname:" });
    expect([answer.status, answer.body.error.code]).toEqual([400, "0x80048d19"]);
  });
});
