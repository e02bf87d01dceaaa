import { Agent } from "node:https";
import { connect } from "node:tls";
import { DynamicsWebApi } from "dynamics-web-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../harness/fidelity.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

const DOMAIN = "clinic";
const ORIGIN = `https://${DOMAIN}.crm.dynamics.com`;

let cloud: TlsSandbox;
let api: DynamicsWebApi;
let ownConnections: typeof Agent.prototype.createConnection;

/** The client makes agents of its own and takes none: every agent of this process leads to the sandbox, as hosts lines would. */
beforeAll(async () => {
  cloud = await startTlsSandbox({ speed: 1 });
  ownConnections = Agent.prototype.createConnection;
  Agent.prototype.createConnection = ({ host }) =>
    connect({
      host: "127.0.0.1",
      port: cloud.tls.port,
      ca: cloud.tls.caPem,
      ...(host == null ? {} : { servername: host }),
    });
  const seeded = await cloud.control("POST", "environments", { displayName: "Clinic", domainName: DOMAIN });
  if (seeded.status !== 201) throw new Error(`seeding answered ${seeded.status}: ${seeded.text}`);
  await cloud.control("POST", "clock", { advanceMs: 60_000 });
  const token = await cloud.token("admin", ORIGIN);
  api = new DynamicsWebApi({
    serverUrl: ORIGIN,
    dataApi: { version: "9.2" },
    onTokenRefresh: async () => token,
  });
});
afterAll(async () => {
  Agent.prototype.createConnection = ownConnections;
  await cloud.close();
});

function proven(...operations: string[]): void {
  prove(
    ...operations.map((operation) => ({
      api: "Dataverse Web API",
      operation,
      proof: "independent client" as const,
      source: "dynamics-web-api",
    })),
  );
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("the request was not refused");
}

interface Contact {
  contactid?: string;
  lastname?: string | null;
  firstname?: string | null;
}

const addContact = (lastname: string, more: object = {}): Promise<string> =>
  api.create<object, string>({ collection: "contacts", data: { lastname, ...more } });

describe("dynamics-web-api", () => {
  it("creates, reads, changes and deletes a row", async () => {
    const id = await addContact("Adams", { firstname: "Zoe" });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const made = await api.create({
      collection: "contacts",
      data: { lastname: "Baker" },
      returnRepresentation: true,
      select: ["lastname"],
    });
    expect(made).toMatchObject({ lastname: "Baker", contactid: expect.any(String) });
    expect(await api.retrieve({ collection: "contacts", key: id, select: ["firstname"] })).toMatchObject({
      firstname: "Zoe",
      contactid: id,
    });
    expect(await api.update({ collection: "contacts", key: id, data: { firstname: "Zora" } })).toBe(true);
    await api.updateSingleProperty({
      collection: "contacts",
      key: id,
      fieldValuePair: { description: "allergic" },
    });
    expect(
      await api.retrieve({ collection: "contacts", key: id, select: ["firstname", "description"] }),
    ).toMatchObject({ firstname: "Zora", description: "allergic" });
    await api.deleteRecord({ collection: "contacts", key: id });
    expect(await failure(api.retrieve({ collection: "contacts", key: id }))).toMatchObject({
      status: 404,
      code: "0x80040217",
    });
    expect(await failure(api.deleteRecord({ collection: "contacts", key: id }))).toMatchObject({
      status: 404,
    });
    proven(
      "POST /{set}",
      "GET /{set}({id})",
      "PATCH /{set}({id})",
      "PUT /{set}({id})/{column}",
      "DELETE /{set}({id})",
    );
  });

  it("lists with annotations, follows pages and counts", async () => {
    for (let index = 0; index < 7; index += 1)
      await addContact(`Page ${index}`, { gendercode: (index % 2) + 1 });
    const query = {
      collection: "contacts",
      select: ["lastname", "gendercode"],
      filter: "startswith(lastname,'Page')",
      orderBy: ["lastname desc"],
      includeAnnotations: "*",
      maxPageSize: 3,
      count: true,
    };
    const first = await api.retrieveMultiple<Contact>(query);
    expect(first.value.map((row) => row.lastname)).toEqual(["Page 6", "Page 5", "Page 4"]);
    expect(first.oDataCount).toBe(7);
    expect(first.value[0]).toMatchObject({ gendercode_Formatted: "Male" });
    const second = await api.retrieveMultiple<Contact>(query, first.oDataNextLink);
    expect(second.value.map((row) => row.lastname)).toEqual(["Page 3", "Page 2", "Page 1"]);
    const all = await api.retrieveAll<Contact>(query);
    expect(all.value).toHaveLength(7);
    expect(await api.count({ collection: "contacts", filter: "startswith(lastname,'Page')" })).toBe(7);
    proven("GET /{set} with $filter, $orderby, $count", "GET /{set} with pages", "GET /{set}/$count");
  });

  it("creates by upsert what is missing, and neither when a condition forbids it", async () => {
    const id = "11111111-2222-4333-8444-555555555555";
    const send = (data: object, condition: object = {}) =>
      api.upsert({ collection: "contacts", key: id, data, ...condition });
    await send({ lastname: "Carter" });
    await send({ firstname: "Una" });
    expect(await api.retrieve({ collection: "contacts", key: id })).toMatchObject({
      lastname: "Carter",
      firstname: "Una",
    });
    // The client turns 412 on create-only into null.
    expect(await send({ firstname: "Ute" }, { ifnonematch: "*" })).toBeNull();
    const missing = "11111111-2222-4333-8444-666666666666";
    expect(
      await api.upsert({ collection: "contacts", key: missing, data: { lastname: "No" }, ifmatch: "*" }),
    ).toBeNull();
    expect(
      await failure(api.update({ collection: "contacts", key: missing, data: { lastname: "No" } })),
    ).toMatchObject({ status: 404, code: "0x80040217" });
    proven("PATCH /{set}({id}) as upsert", "PATCH with If-None-Match", "PATCH with If-Match: *");
  });

  it("refuses a write to a row that changed meanwhile", async () => {
    const id = await addContact("Dunn");
    const before = await api.retrieve<Contact & { "@odata.etag": string }>({
      collection: "contacts",
      key: id,
      select: ["lastname"],
    });
    await api.update({ collection: "contacts", key: id, data: { lastname: "Dunne" } });
    const ifmatch = before["@odata.etag"];
    // Without propagateErrors the client says false for 412.
    expect(await api.update({ collection: "contacts", key: id, data: { lastname: "Dune" }, ifmatch })).toBe(
      false,
    );
    expect(await api.deleteRecord({ collection: "contacts", key: id, ifmatch })).toBe(false);
    const unchanged = await api.retrieve<Contact & { "@odata.etag": string }>({
      collection: "contacts",
      key: id,
      select: ["lastname"],
    });
    expect(unchanged.lastname).toBe("Dunne");
    expect(
      await api.retrieve({ collection: "contacts", key: id, ifnonematch: unchanged["@odata.etag"] }),
    ).toBeUndefined();
    proven("PATCH with If-Match", "DELETE with If-Match", "GET with If-None-Match");
  });

  it("associates and disassociates, by collection and by lookup", async () => {
    const account = await api.create<object, string>({ collection: "accounts", data: { name: "Clinic" } });
    const contact = await addContact("Evans", {
      "parentcustomerid_account@odata.bind": `/accounts(${account})`,
    });
    const readAccount = () =>
      api.retrieve({ collection: "accounts", key: account, select: ["_primarycontactid_value"] });
    await api.associateSingleValued({
      collection: "accounts",
      primaryKey: account,
      navigationProperty: "primarycontactid",
      relatedCollection: "contacts",
      relatedKey: contact,
    });
    expect(await readAccount()).toMatchObject({ _primarycontactid_value: contact });
    await api.disassociateSingleValued({
      collection: "accounts",
      primaryKey: account,
      navigationProperty: "primarycontactid",
    });
    expect(await readAccount()).toMatchObject({ _primarycontactid_value: null });
    const expanded = await api.retrieve({
      collection: "contacts",
      key: contact,
      select: ["lastname"],
      expand: [{ property: "parentcustomerid_account", select: ["name"] }],
    });
    expect(expanded).toMatchObject({ parentcustomerid_account: { name: "Clinic" } });

    const team = await api.create<object, string>({ collection: "teams", data: { name: "Front desk" } });
    const { UserId } = await api.callFunction<{ UserId: string }>("WhoAmI");
    const link = {
      collection: "teams",
      primaryKey: team,
      relationshipName: "teammembership_association",
      relatedKey: UserId,
    };
    await api.associate({ ...link, relatedCollection: "systemusers" });
    expect(await failure(api.associate({ ...link, relatedCollection: "systemusers" }))).toMatchObject({
      status: 412,
      code: "0x80040237",
    });
    await api.disassociate(link);
    proven(
      "POST /{set}({id})/{collection}/$ref",
      "PUT /{set}({id})/{lookup}/$ref",
      "DELETE $ref",
      "GET with $expand",
    );
  });

  it("sends a batch with a change set, which is undone as a whole", async () => {
    api.startBatch();
    api.create({ collection: "contacts", data: { lastname: "Foster" }, contentId: "1" });
    api.create({
      collection: "accounts",
      data: { name: "Foster's", "primarycontactid@odata.bind": "$1" },
    });
    api.retrieveMultiple({
      collection: "accounts",
      select: ["name"],
      filter: "name eq 'Foster''s'",
      inChangeSet: false,
    });
    const [contact, account, list] = await api.executeBatch();
    expect(contact).toMatch(/^[0-9a-f-]{36}$/);
    expect(account).toMatch(/^[0-9a-f-]{36}$/);
    expect(list.value).toHaveLength(1);

    api.startBatch();
    api.create({ collection: "contacts", data: { lastname: "Undone" } });
    api.create({ collection: "contacts", data: { surname: "x" } });
    const refused = await failure(api.executeBatch());
    expect(refused).toMatchObject([{ status: 400, error: { code: "0x80048d19" } }]);
    expect(await api.count({ collection: "contacts", filter: "lastname eq 'Undone'" })).toBe(0);
    proven("POST /$batch");
  });

  it("calls functions and actions, bound and unbound", async () => {
    const who = await api.callFunction<Record<string, string>>("WhoAmI");
    expect(Object.keys(who)).toEqual(expect.arrayContaining(["BusinessUnitId", "UserId", "OrganizationId"]));
    expect(
      await api.callFunction({
        collection: "systemusers",
        key: who["UserId"] ?? "",
        name: "Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName",
        parameters: { PrivilegeName: "prvReadContact" },
      }),
    ).toMatchObject({ RolePrivileges: [{ PrivilegeName: "prvReadContact", Depth: "Global" }] });
    await api.callAction({
      actionName: "SaveSettingValue",
      action: { SettingName: "sandbox_colour", Value: "blue" },
    });
    expect(
      await api.callFunction({ name: "RetrieveSetting", parameters: { SettingName: "sandbox_colour" } }),
    ).toMatchObject({ SettingDetail: { Name: "sandbox_colour", Value: "blue", DataType: 1 } });
    expect(await failure(api.callFunction("RetrieveMissingDependencies"))).toMatchObject({
      status: 501,
      code: "NotSimulated",
    });
    proven("GET /WhoAmI()", "GET bound function", "POST /SaveSettingValue", "GET /RetrieveSetting()");
  });

  it("fetches with FetchXML, pages by cookie and joins", async () => {
    const account = await api.create<object, string>({
      collection: "accounts",
      data: { name: "Fetch clinic" },
    });
    for (let index = 0; index < 5; index += 1)
      await addContact(`Fetch ${index}`, { "parentcustomerid_account@odata.bind": `/accounts(${account})` });
    const fetchXml = `<fetch count="2"><entity name="contact"><attribute name="lastname" /><order attribute="lastname" />
      <filter><condition attribute="lastname" operator="like" value="Fetch%" /></filter>
      <link-entity name="account" from="accountid" to="parentcustomerid" link-type="inner" alias="a"><attribute name="name" /></link-entity></entity></fetch>`;
    const request = { collection: "contacts", fetchXml, includeAnnotations: "*" };
    const first = await api.fetch<Record<string, string>>(request);
    expect(first.value.map((row) => [row["lastname"], row["a.name"]])).toEqual([
      ["Fetch 0", "Fetch clinic"],
      ["Fetch 1", "Fetch clinic"],
    ]);
    expect(first.PagingInfo).toMatchObject({ page: 1, nextPage: 2 });
    const all = await api.fetchAll<Record<string, string>>(request);
    expect(all.value.map((row) => row["lastname"])).toEqual([0, 1, 2, 3, 4].map((index) => `Fetch ${index}`));
    expect(
      await failure(
        api.fetch({
          collection: "contacts",
          fetchXml: '<fetch><entity name="contact"><attribute name="x" /></entity></fetch>',
        }),
      ),
    ).toMatchObject({ status: 400, code: "0x80041103" });
    proven("GET /{set}?fetchXml", "GET /{set}?fetchXml with pages");
  });

  it("takes a long query as a batch, as the client sends it", async () => {
    const filter = Array.from({ length: 120 }, (_, index) => `lastname eq 'Long ${index}'`).join(" or ");
    await addContact("Long 7");
    const found = await api.retrieveMultiple<Contact>({
      collection: "contacts",
      select: ["lastname"],
      filter,
    });
    expect(found.value.map((row) => row.lastname)).toEqual(["Long 7"]);
    proven("GET in /$batch");
  });

  it("reads metadata by the client's own functions", async () => {
    const entities = await api.retrieveEntities<{ LogicalName: string; EntitySetName: string }>({
      select: ["LogicalName", "EntitySetName"],
      filter: "LogicalName eq 'contact'",
    });
    expect(entities.value).toMatchObject([{ LogicalName: "contact", EntitySetName: "contacts" }]);
    const csdl = await api.retrieveCsdlMetadata();
    expect(csdl).toContain('EntityType Name="contact"');
    proven("GET /EntityDefinitions", "GET /$metadata");
  });
});
