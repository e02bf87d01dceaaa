import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
let clinic: string;
beforeAll(async () => {
  organization = await startOrganization();
  clinic = await organization.create("accounts", { name: "Clinic", numberofemployees: 12 });
  await organization.create("accounts", { name: "Lab", numberofemployees: 3 });
  for (const [lastname, gendercode, owner] of [
    ["Adams", 2, clinic],
    ["Baker", 1, clinic],
    ["Clark", null, undefined],
    ["Dunn", 1, undefined],
  ] as const)
    await organization.create("contacts", {
      lastname,
      gendercode,
      ...(owner === undefined ? {} : { "parentcustomerid_account@odata.bind": `/accounts(${owner})` }),
    });
});
afterAll(() => organization.close());

const fetchPath = (set: string, xml: string): string => `${set}?fetchXml=${encodeURIComponent(xml)}`;
const contacts = (inside: string, attributes = ""): string =>
  fetchPath(
    "contacts",
    `<fetch ${attributes}><entity name="contact"><attribute name="lastname" />${inside}<order attribute="lastname" /></entity></fetch>`,
  );
const condition = (text: string): string => `<filter><condition ${text} /></filter>`;

async function names(path: string): Promise<string[]> {
  const answer = await organization.get(path);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.value.map((row: Record<string, string>) => row["lastname"]);
}

describe("fetchXml", () => {
  it.each([
    [condition('attribute="lastname" operator="eq" value="ADAMS"'), ["Adams"]],
    [condition('attribute="lastname" operator="like" value="%a%"'), ["Adams", "Baker", "Clark"]],
    [condition('attribute="lastname" operator="not-like" value="%a%"'), ["Dunn"]],
    [condition('attribute="lastname" operator="begins-with" value="d"'), ["Dunn"]],
    [condition('attribute="gendercode" operator="null"'), ["Clark"]],
    [condition('attribute="gendercode" operator="not-null"'), ["Adams", "Baker", "Dunn"]],
    [
      condition(
        'attribute="gendercode" operator="between"><value>2</value><value>3</value></condition><condition attribute="lastname" operator="not-null"',
      ),
      ["Adams"],
    ],
    [
      '<filter><condition attribute="lastname" operator="in"><value>Adams</value><value>Dunn</value></condition></filter>',
      ["Adams", "Dunn"],
    ],
    [
      '<filter type="or"><condition attribute="gendercode" operator="eq" value="2" /><filter><condition attribute="lastname" operator="ge" value="d" /></filter></filter>',
      ["Adams", "Dunn"],
    ],
    [condition('attribute="ownerid" operator="eq-userid"'), ["Adams", "Baker", "Clark", "Dunn"]],
    [
      '<link-entity name="account" from="accountid" to="parentcustomerid" alias="a"><filter><condition attribute="name" operator="eq" value="Clinic" /></filter></link-entity>',
      ["Adams", "Baker"],
    ],
    [
      '<link-entity name="account" from="accountid" to="parentcustomerid" link-type="outer" alias="a" /><filter><condition entityname="a" attribute="accountid" operator="null" /></filter>',
      ["Clark", "Dunn"],
    ],
  ])("%s", async (inside, expected) => {
    expect(await names(contacts(inside))).toEqual(expected);
  });

  it("leaves out columns without a value, names linked columns by alias, adds the key", async () => {
    const answer = await organization.get(
      contacts(
        '<attribute name="gendercode" /><attribute name="parentcustomerid" /><link-entity name="account" from="accountid" to="parentcustomerid" link-type="outer" alias="a"><attribute name="name" /></link-entity>',
      ),
    );
    const [adams, , clark] = answer.body.value;
    expect(adams).toMatchObject({ gendercode: 2, "a.name": "Clinic", _parentcustomerid_value: clinic });
    expect(Object.keys(clark).sort()).toEqual(["@odata.etag", "contactid", "lastname"]);
    prove({
      api: "Dataverse Web API",
      operation: "GET /{set}?fetchXml with link-entity",
      proof: "documentation",
    });
  });

  it("pages by number and tells by annotation whether there is more", async () => {
    const prefer = { prefer: 'odata.include-annotations="*"' };
    const first = await organization.get(contacts("", 'count="3" page="1"'), prefer);
    expect(first.body["@Microsoft.Dynamics.CRM.morerecords"]).toBe(true);
    expect(first.body["@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"]).toMatch(
      /^<cookie pagenumber="2" pagingcookie="%253c|^<cookie pagenumber="2" pagingcookie="%253C/,
    );
    const second = await organization.get(contacts("", 'count="3" page="2"'), prefer);
    expect(second.body.value).toMatchObject([{ lastname: "Dunn" }]);
    expect(second.body["@Microsoft.Dynamics.CRM.morerecords"]).toBe(false);
    expect(await names(contacts("", 'top="2"'))).toEqual(["Adams", "Baker"]);
  });

  it("aggregates and groups", async () => {
    const grouped = await organization.get(
      fetchPath(
        "contacts",
        '<fetch aggregate="true"><entity name="contact"><attribute name="gendercode" alias="gender" groupby="true" /><attribute name="contactid" alias="n" aggregate="count" /><order alias="n" descending="true" /></entity></fetch>',
      ),
    );
    expect(grouped.body.value).toEqual([{ gender: 1, n: 2 }, { gender: 2, n: 1 }, { n: 1 }]);
  });

  it.each([
    ["text that is no XML", "<fetch>", 400, "0x80040201", "Invalid XML."],
    [
      "an unknown table",
      '<fetch><entity name="patient" /></fetch>',
      400,
      "0x80041102",
      "The entity with a name = 'patient' with namemapping = 'Logical' was not found in the MetadataCache.",
    ],
    [
      "an unknown column",
      '<fetch><entity name="contact"><attribute name="surname" /></entity></fetch>',
      400,
      "0x80041103",
      "'contact' entity doesn't contain attribute with Name = 'surname' and NameMapping = 'Logical'.",
    ],
    [
      "top together with page",
      '<fetch top="2" page="1"><entity name="contact" /></fetch>',
      400,
      "0x80040203",
      "The top attribute can't be specified with paging attribute page",
    ],
    [
      "another table than that of the set",
      '<fetch><entity name="account" /></fetch>',
      400,
      "0x80040203",
      "The entity 'account' of the query differs from the entity set 'contacts'.",
    ],
    [
      "an operator that does not exist",
      '<fetch><entity name="contact"><filter><condition attribute="lastname" operator="is" value="a" /></filter></entity></fetch>',
      400,
      "0x80040203",
      "Invalid Operator: is",
    ],
  ])("refuses %s", async (_what, xml, status, code, message) => {
    const answer = await organization.get(fetchPath("contacts", xml));
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: { code, message } });
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  });
});

describe("$apply", () => {
  it.each([
    ["aggregate($count as n)", [{ n: 4 }]],
    [
      "groupby((gendercode),aggregate($count as n))",
      [
        { gendercode: 2, n: 1 },
        { gendercode: 1, n: 2 },
        { gendercode: null, n: 1 },
      ],
    ],
    ["filter(gendercode ne null)/groupby((gendercode))", [{ gendercode: 2 }, { gendercode: 1 }]],
    [
      "aggregate(gendercode with sum as s,gendercode with max as m,gendercode with countdistinct as d)",
      [{ s: 4, m: 2, d: 2 }],
    ],
    ["filter(parentcustomerid_account/name eq 'Clinic')/aggregate($count as n)", [{ n: 2 }]],
  ])("%s", async (text, expected) => {
    const answer = await organization.get(`contacts?$apply=${encodeURIComponent(text)}`);
    expect([answer.status, answer.body.value]).toEqual([200, expected]);
  });

  it.each([
    "groupby(gendercode)",
    "aggregate(gendercode with median as m)",
    "sum(gendercode)",
    "groupby((nothing))",
  ])("refuses %s", async (text) => {
    const answer = await organization.get(`contacts?$apply=${encodeURIComponent(text)}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, "0x80060888"]);
  });
});

describe("queries that cannot be", () => {
  it.each([
    ["contacts?$skip=1", "Skip Clause is not supported in CRM"],
    ["contacts?$search=a", "The query parameter $search is not supported"],
    ["contacts?$top=a", "Invalid value 'a' for $top query option found."],
    ["contacts?$count=maybe", "Invalid value 'maybe' for $count query option found."],
    ["contacts?$select=lastname&$select=firstname", "Query option '$select' was specified more than once"],
    ["contacts?$orderby=lastname up", "Syntax error at position"],
    ["contacts?$skiptoken=%25", "Malformed XML in the Paging Cookie"],
    [
      "contacts?$filter=contains(gendercode,'a')",
      "No function signature for the function with name 'contains'",
    ],
    [
      `contacts?$filter=${"(".repeat(900)}lastname eq 'a'${")".repeat(900)}`,
      "Recursion depth exceeded allowed limit.",
    ],
    ["contacts?$expand=parentcustomerid_account($select=name", "Syntax error at position"],
  ])("%s", async (path, message) => {
    const answer = await organization.get(path);
    expect([answer.status, answer.body.error.code]).toEqual([400, "0x80060888"]);
    expect(answer.body.error.message).toContain(message);
    expect(Object.keys(answer.body)).toEqual(["error"]);
  });

  it("names of JavaScript's own are names like others", async () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      const set = await organization.get(name);
      expect([set.status, set.body.error.code]).toEqual([404, "0x80060888"]);
      const column = await organization.get(`contacts?$select=${name}`);
      expect([column.status, column.body.error.code]).toEqual([400, "0x80060888"]);
    }
  });
});
