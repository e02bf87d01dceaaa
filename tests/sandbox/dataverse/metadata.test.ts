import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startOrganization({ packages: ["OmnichannelPrimeAnchor"] });
});
afterAll(() => organization.close());

const LIVEWORKSTREAM = "EntityDefinitions(LogicalName='msdyn_liveworkstream')";

describe("table definitions", () => {
  it("give sets, keys and names", async () => {
    const answer = await organization.get(
      `${LIVEWORKSTREAM}?$select=LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute`,
    );
    expect(answer.body).toMatchObject({
      LogicalName: "msdyn_liveworkstream",
      EntitySetName: "msdyn_liveworkstreams",
      PrimaryIdAttribute: "msdyn_liveworkstreamid",
      PrimaryNameAttribute: "msdyn_name",
      MetadataId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const byId = await organization.get(`EntityDefinitions(${answer.body.MetadataId})?$select=LogicalName`);
    expect(byId.body.LogicalName).toBe("msdyn_liveworkstream");
    expect((await organization.get("EntityDefinitions(LogicalName='msdyn_nothing')")).status).toBe(404);
    expect((await organization.get(`${LIVEWORKSTREAM}?$select=Nonsense`)).status).toBe(400);
  });

  it("are found by filter, and never paged", async () => {
    const one = await organization.get(
      "EntityDefinitions?$select=LogicalName&$filter=LogicalCollectionName eq 'contacts'",
    );
    expect(one.body.value).toEqual([expect.objectContaining({ LogicalName: "contact" })]);
    const all = await organization.get("EntityDefinitions?$select=LogicalName", {
      prefer: "odata.maxpagesize=5",
    });
    expect(all.body.value.length).toBeGreaterThan(50);
    expect(all.body["@odata.nextLink"]).toBeUndefined();
    const owned = await organization.get(
      "EntityDefinitions?$select=LogicalName&$filter=OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'BusinessOwned'",
    );
    expect(owned.body.value.map((table: { LogicalName: string }) => table.LogicalName)).toContain(
      "systemuser",
    );
    expect((await organization.get("EntityDefinitions?$top=1")).status).toBe(400);
  });

  it("tell the navigation property of a lookup, which is not always its column", async () => {
    const path =
      "ManyToOneRelationships?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName";
    const queue = await organization.get(`EntityDefinitions(LogicalName='queue')/${path}`);
    expect(queue.body.value).toContainEqual(
      expect.objectContaining({
        ReferencingAttribute: "msdyn_assignmentinputcontractid",
        ReferencedEntity: "msdyn_decisioncontract",
        ReferencingEntityNavigationPropertyName: "msdyn_routingcontractid",
      }),
    );
    const expanded = await organization.get(
      `${LIVEWORKSTREAM}?$select=LogicalName&$expand=ManyToOneRelationships($select=ReferencingAttribute,ReferencingEntityNavigationPropertyName)`,
    );
    expect(expanded.body.ManyToOneRelationships).toContainEqual(
      expect.objectContaining({
        ReferencingAttribute: "msdyn_botfailureactionconfig",
        ReferencingEntityNavigationPropertyName: "msdyn_BotFailureActionConfig",
      }),
    );
    const links = await organization.get(
      "EntityDefinitions(LogicalName='msdyn_sessiontemplate')/ManyToManyRelationships?$select=SchemaName,IntersectEntityName,Entity1NavigationPropertyName",
    );
    expect(links.body.value).toContainEqual(
      expect.objectContaining({
        IntersectEntityName: "msdyn_msdyn_prod_agentscript_msdyn_sessiontempl",
        Entity1NavigationPropertyName: "msdyn_msdyn_prod_agentscript_msdyn_sessiontemplat",
      }),
    );
  });

  it("list columns, choices and keys", async () => {
    const columns = await organization.get(`${LIVEWORKSTREAM}/Attributes?$select=LogicalName`);
    const names = columns.body.value.map((column: { LogicalName: string }) => column.LogicalName);
    expect(names).toEqual(expect.arrayContaining(["msdyn_streamsource", "createdon", "ownerid"]));
    expect(names).not.toContain("msdyn_smsprovider");
    const choices = await organization.get(
      `${LIVEWORKSTREAM}/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet&$filter=LogicalName eq 'msdyn_streamsource'`,
    );
    const values = choices.body.value[0].OptionSet.Options.map((option: { Value: number }) => option.Value);
    expect(values).toEqual(expect.arrayContaining([192360000, 192340000, 19241000]));
    const keys = await organization.get(
      "EntityDefinitions(LogicalName='team')/Keys?$select=KeyAttributes,EntityKeyIndexStatus",
    );
    expect(keys.body.value[0]).toMatchObject({
      KeyAttributes: ["azureactivedirectoryobjectid", "membershiptype"],
      EntityKeyIndexStatus: "Active",
    });
  });

  it("appear in the service document and in $metadata with the same names", async () => {
    const sets = await organization.get("");
    expect(sets.body.value).toContainEqual({
      name: "msdyn_authenticationsettingses",
      kind: "EntitySet",
      url: "msdyn_authenticationsettingses",
    });
    const csdl = await organization.get("$metadata");
    expect(csdl.headers["content-type"]).toContain("application/xml");
    expect(csdl.text).toContain('<NavigationProperty Name="msdyn_BotFailureActionConfig"');
    expect(csdl.text).toContain('<Property Name="msdyn_agentType" Type="Edm.Int32" />');
  });
});

describe("auditing", () => {
  it("of a table is switched by putting back its whole definition", async () => {
    const path = "EntityDefinitions(LogicalName='contact')";
    const before = await organization.get(path);
    expect(before.body.IsAuditEnabled).toEqual({
      Value: false,
      CanBeChanged: true,
      ManagedPropertyLogicalName: "canmodifyauditsettings",
    });
    const changed = { ...before.body, IsAuditEnabled: { ...before.body.IsAuditEnabled, Value: true } };
    expect((await organization.ask("PATCH", path, { body: changed })).status).toBe(405);
    expect((await organization.ask("PUT", path, { body: { IsAuditEnabled: true } })).status).toBe(400);
    const put = await organization.ask("PUT", path, {
      body: changed,
      headers: { "mscrm.mergelabels": "true" },
    });
    expect(put.status).toBe(204);
    expect((await organization.get(`${path}?$select=IsAuditEnabled`)).body.IsAuditEnabled.Value).toBe(true);
    const audited = await organization.get(
      "EntityDefinitions?$select=LogicalName,IsAuditEnabled&$filter=IsAuditEnabled/Value eq true and IsPrivate eq false",
    );
    expect(audited.body.value.map((table: { LogicalName: string }) => table.LogicalName)).toEqual([
      "contact",
    ]);
    const publish = await organization.ask("POST", "PublishXml", {
      body: {
        ParameterXml: "<importexportxml><entities><entity>contact</entity></entities></importexportxml>",
      },
    });
    expect(publish.status).toBe(204);
  });

  it("of a column likewise", async () => {
    const path = "EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='lastname')";
    const column = (await organization.get(path)).body;
    expect(column["@odata.type"]).toBe("#Microsoft.Dynamics.CRM.StringAttributeMetadata");
    const changed = { ...column, IsAuditEnabled: { ...column.IsAuditEnabled, Value: false } };
    expect((await organization.ask("PUT", path, { body: changed })).status).toBe(204);
    expect((await organization.get(path)).body.IsAuditEnabled.Value).toBe(false);
  });

  it("of the organization is off at first and kept in its only row", async () => {
    const columns = "$select=isauditenabled,isuseraccessauditenabled,auditretentionperiodv2";
    const list = await organization.get(`organizations?${columns}`);
    expect(list.body.value).toHaveLength(1);
    const [row] = list.body.value;
    expect(row).toMatchObject({ isauditenabled: false, auditretentionperiodv2: 30 });
    expect(row.organizationid).toBe(organization.organizationId);
    const path = `organizations(${row.organizationid})`;
    const patched = await organization.ask("PATCH", path, {
      body: { isauditenabled: true, auditretentionperiodv2: 365 },
      headers: { "if-match": "*" },
    });
    expect(patched.status).toBe(204);
    const after = await organization.get(`${path}?${columns}`);
    expect(after.body).toMatchObject({ isauditenabled: true, auditretentionperiodv2: 365 });
    expect((await organization.ask("POST", "organizations", { body: { name: "second" } })).status).toBe(405);
  });
});

describe("column security", () => {
  const column = (table: string, name: string) =>
    `EntityDefinitions(LogicalName='${table}')/Attributes(LogicalName='${name}')`;

  it("is on for the secrets that Omnichannel ships, and off for the rest", async () => {
    const secured = async (path: string): Promise<unknown> =>
      (await organization.get(`${path}?$select=LogicalName,IsSecured`)).body.IsSecured;
    expect(await secured(column("msdyn_authenticationsettings", "msdyn_authenticationclientsecret"))).toBe(
      true,
    );
    expect(await secured(column("msdyn_ocbotchannelregistrationsecret", "msdyn_securemsappsecret"))).toBe(
      true,
    );
    expect(await secured(column("msdyn_authenticationsettings", "msdyn_name"))).toBe(false);
    const all = await organization.get(
      "EntityDefinitions(LogicalName='msdyn_authenticationsettings')/Attributes?$select=LogicalName&$filter=IsSecured eq true",
    );
    expect(all.body.value.map(({ LogicalName }: { LogicalName: string }) => LogicalName)).toEqual([
      "msdyn_authenticationclientsecret",
    ]);
  });

  it("is switched with the column's whole definition", async () => {
    const path = column("msdyn_authenticationsettings", "msdyn_authenticationclientsecret");
    const definition = (await organization.get(path)).body;
    const changed = { ...definition, IsSecured: false };
    expect((await organization.ask("PUT", path, { body: changed, as: "reader" })).status).toBe(403);
    expect((await organization.ask("PUT", path, { body: changed })).status).toBe(204);
    expect((await organization.get(path)).body.IsSecured).toBe(false);
    expect((await organization.get(column("msdyn_liveworkstream", "msdyn_name"))).body.IsSecured).toBe(false);
  });
});

it("answers an unknown setting with 200 and null", async () => {
  const answer = await organization.get("RetrieveSetting(SettingName='nothing')");
  expect([answer.status, answer.body.SettingDetail]).toEqual([200, null]);
});
