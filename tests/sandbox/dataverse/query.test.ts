import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
let clinic: string;
beforeAll(async () => {
  organization = await startOrganization();
  clinic = await organization.create("accounts", { name: "O'Brien Clinic" });
  for (const [lastname, firstname, gendercode] of [
    ["Adams", "Zoe", 2],
    ["Baker", "Yan", 1],
    ["adamson", "Xia", null],
    ["Clark", null, 1],
  ] as const)
    await organization.create("contacts", {
      lastname,
      firstname,
      gendercode,
      birthdate: lastname === "Baker" ? "1980-05-01" : null,
      ...(lastname === "Adams" ? { "parentcustomerid_account@odata.bind": `/accounts(${clinic})` } : {}),
    });
});
afterAll(() => organization.close());

async function names(filter: string, extra = ""): Promise<string[]> {
  const answer = await organization.get(
    `contacts?$select=lastname&$orderby=createdon,lastname&$filter=${encodeURIComponent(filter)}${extra}`,
  );
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.value.map((row: { lastname: string }) => row.lastname);
}

describe("$filter", () => {
  it.each([
    ["lastname eq 'ADAMS'", ["Adams"]],
    ["startswith(lastname,'adam')", ["Adams", "adamson"]],
    ["not startswith(lastname,'adam')", ["Baker", "Clark"]],
    ["contains(lastname,'ark')", ["Clark"]],
    ["contains(lastname,'%a_am%')", ["Adams", "adamson"]],
    ["endswith(lastname,'er') or gendercode eq 2", ["Adams", "Baker"]],
    ["gendercode eq 1 and firstname eq null", ["Clark"]],
    ["gendercode ne 1", ["Adams", "adamson"]],
    ["(gendercode ge 1 and gendercode le 1) and firstname ne null", ["Baker"]],
    ["birthdate gt 1970-01-01", ["Baker"]],
    [
      "Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=['Baker','Clark'])",
      ["Baker", "Clark"],
    ],
    ["parentcustomerid_account/name eq 'O''Brien Clinic'", ["Adams"]],
    ["parentcustomerid_account ne null", ["Adams"]],
    ["_parentcustomerid_value eq null and gendercode eq null", ["adamson"]],
    ["createdby/fullname eq 'Alex Admin' and lastname eq 'Clark'", ["Clark"]],
  ])("%s", async (filter, expected) => {
    expect((await names(filter)).sort()).toEqual([...expected].sort());
  });

  it("compares lookups with GUIDs, bare or quoted, and takes parameter aliases", async () => {
    expect(await names(`_parentcustomerid_value eq ${clinic}`)).toEqual(["Adams"]);
    expect(await names(`_parentcustomerid_value eq '${clinic}'`)).toEqual(["Adams"]);
    expect(await names("lastname eq @p1", "&@p1='Clark'")).toEqual(["Clark"]);
  });

  it("reaches through collections with any and all", async () => {
    const users = async (filter: string): Promise<string[]> => {
      const answer = await organization.get(
        `systemusers?$select=fullname&$filter=${encodeURIComponent(filter)}`,
      );
      return answer.body.value.map((row: { fullname: string }) => row.fullname);
    };
    expect(await users("systemuserroles_association/any(r:r/name eq 'System Administrator')")).toEqual([
      "Alex Admin",
    ]);
    expect(await users("not systemuserroles_association/any() and fullname ne 'SYSTEM'")).toEqual(
      expect.arrayContaining(["Amara Agent", "Ben Agent", "Sofia Supervisor"]),
    );
    expect(await users("systemuserroles_association/all(r:r/name eq 'System Administrator')")).toContain(
      "Ben Agent",
    );
  });

  it.each([
    ["lastname eq 'O'Brien'", "There is an unterminated literal at position 21 in"],
    ["surname eq 'x'", "Could not find a property named 'surname' on type 'Microsoft.Dynamics.CRM.contact'."],
    ["parentcustomerid eq null", "Could not find a property named 'parentcustomerid'"],
    ["lastname eq 5", "A binary operator with incompatible types was detected"],
    ["contactid eq 'abc'", "A binary operator with incompatible types was detected"],
    ["lastname in ('a','b')", "Syntax error at position"],
    ["lastname eq 'a' and", "Syntax error at position"],
    ["tolower(lastname) eq 'a'", "An unknown function with name 'tolower' was found."],
  ])("refuses %s", async (filter, message) => {
    const answer = await organization.get(`contacts?$filter=${encodeURIComponent(filter)}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, "0x80060888"]);
    expect(answer.body.error.message).toContain(message);
  });
});

describe("shaping", () => {
  it("selects, always with the key; unset columns and lookups are null", async () => {
    const answer = await organization.get(
      "contacts?$select=firstname,_parentcustomerid_value&$filter=lastname eq 'Clark'",
    );
    const [row] = answer.body.value;
    expect(Object.keys(row).sort()).toEqual(
      ["@odata.etag", "_parentcustomerid_value", "contactid", "firstname"].sort(),
    );
    expect(row).toMatchObject({ firstname: null, _parentcustomerid_value: null });
    expect(answer.body["@odata.context"]).toMatch(/#contacts\(firstname,_parentcustomerid_value\)$/);
  });

  it("annotates only when it is asked to", async () => {
    const path = "contacts?$select=gendercode,_parentcustomerid_value&$filter=lastname eq 'Adams'";
    const plain = await organization.get(path);
    expect(
      Object.keys(plain.body.value[0])
        .filter((name) => name.includes("@"))
        .sort(),
    ).toEqual(["@odata.etag"]);
    const annotated = await organization.get(path, { prefer: 'odata.include-annotations="*"' });
    expect(annotated.headers["preference-applied"]).toBe('odata.include-annotations="*"');
    expect(annotated.body.value[0]).toMatchObject({
      "gendercode@OData.Community.Display.V1.FormattedValue": "Female",
      "_parentcustomerid_value@OData.Community.Display.V1.FormattedValue": "O'Brien Clinic",
      "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account",
      "_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":
        "parentcustomerid_account",
    });
    const some = await organization.get(path, {
      prefer: 'odata.include-annotations="Microsoft.Dynamics.CRM.*"',
    });
    expect(Object.keys(some.body.value[0])).not.toContain(
      "gendercode@OData.Community.Display.V1.FormattedValue",
    );
  });

  it("sorts, takes the top and counts", async () => {
    const answer = await organization.get(
      "contacts?$select=lastname&$orderby=lastname desc&$top=2&$count=true",
    );
    expect(answer.body.value.map((row: { lastname: string }) => row.lastname)).toEqual(["Clark", "Baker"]);
    expect(answer.body["@odata.count"]).toBe(4);
    expect(answer.body["@odata.nextLink"]).toBeUndefined();
    expect((await organization.get("contacts/$count")).text).toBe("4");
  });

  it("pages by the preferred size, with an opaque link, and ignores $top then", async () => {
    const seen: string[] = [];
    let next: string | undefined = "contacts?$select=lastname&$orderby=lastname&$top=1";
    let pages = 0;
    while (next !== undefined && pages < 9) {
      const answer = await organization.get(next, { prefer: "odata.maxpagesize=3" });
      seen.push(...answer.body.value.map((row: { lastname: string }) => row.lastname));
      next = answer.body["@odata.nextLink"];
      pages += 1;
    }
    expect(pages).toBe(2);
    expect(seen).toEqual(["Adams", "adamson", "Baker", "Clark"]);
  });

  it("expands lookups and collections with nested options", async () => {
    const one = await organization.get(
      "contacts?$select=lastname&$filter=lastname eq 'Adams'&$expand=parentcustomerid_account($select=name;$expand=createdby($select=fullname))",
    );
    expect(one.body.value[0].parentcustomerid_account).toMatchObject({
      name: "O'Brien Clinic",
      createdby: { fullname: "Alex Admin" },
    });
    const many = await organization.get(
      "systemusers?$select=fullname&$filter=fullname eq 'Alex Admin'&$expand=systemuserroles_association($select=name;$filter=name eq 'System Administrator';$orderby=name;$top=1)",
    );
    expect(many.body.value[0].systemuserroles_association).toEqual([
      expect.objectContaining({ name: "System Administrator" }),
    ]);
    const reference = await organization.get(
      "contacts?$select=lastname&$filter=lastname eq 'Adams'&$expand=parentcustomerid_account/$ref",
    );
    expect(reference.body.value[0].parentcustomerid_account["@odata.id"]).toContain(`accounts(${clinic})`);
  });

  it.each([
    ["contacts?$skip=1", "Skip Clause is not supported in CRM"],
    ["contacts?$search=x", "The query parameter $search is not supported"],
    ["contacts?$select=LastName", "Could not find a property named 'LastName'"],
    ["contacts?$orderby=nothing", "Could not find a property named 'nothing'"],
    ["contacts?$expand=owner", "Could not find a property named 'owner'"],
    ["contacts?$expand=createdby($top=1)", "Only $select and $filter clause can be provided"],
    ["contacts?$expand=createdby($skip=1)", "The query parameter $skip is not supported"],
    [
      "contacts?$expand=createdby($expand=systemuserroles_association)",
      "Only many-to-one relationships are supported for nested expansion.",
    ],
    ["contacts?$top=x", "requires a non-negative integer value"],
  ])("refuses %s", async (path, message) => {
    const answer = await organization.get(path);
    expect([answer.status, answer.body.error.code]).toEqual([400, "0x80060888"]);
    expect(answer.body.error.message).toContain(message);
  });
});
