import type { Answer } from "../../harness/sandbox.ts";
import { API } from "./dataverse-people-rows.ts";
import type { RecordedRow } from "./rows.ts";
import type { Situation } from "./situation.ts";

const NO_CONTENT = "the mocks answer 200; the Web API answers 204 unless asked for the row";
const SELECTED = ["@odata.context", "PrimaryIdAttribute", "LogicalCollectionName", "MetadataId"];

const contact = ({ row }: Situation): Promise<string> => row("contacts", { firstname: "A", lastname: "B" });
const account = ({ row }: Situation): Promise<string> => row("accounts", { name: "A" });

async function linkedContact(situation: Situation): Promise<{ answer: Answer; path: string }> {
  const path = `accounts(${await account(situation)})/contact_customer_accounts`;
  const body = { "@odata.id": `${situation.instanceUrl}api/data/v9.2/contacts(${await contact(situation)})` };
  return { path, answer: await situation.dataverse("POST", `${path}/$ref`, { body }) };
}

/** A POST and a PATCH that the mocks answer with 200 and the row's address. */
const written = (
  set: string,
  make: (situation: Situation) => Promise<string>,
  body: object,
): RecordedRow[] => [
  {
    route: `POST ${API}/${set}`,
    status: 200,
    ask: ({ dataverse }) => dataverse("POST", set, { body }),
    deviations: { status: NO_CONTENT },
  },
  {
    route: `PATCH ${API}/${set}({id})`,
    status: 200,
    ask: async (situation) => situation.dataverse("PATCH", `${set}(${await make(situation)})`, { body }),
    deviations: { status: NO_CONTENT },
  },
];

const businessUnit = async ({ row, first }: Situation): Promise<string> => {
  const parent = await first("businessunits", "businessunitid", "parentbusinessunitid eq null");
  return row("businessunits", {
    name: `Unit ${Math.random()}`,
    "parentbusinessunitid@odata.bind": `/businessunits(${parent})`,
  });
};

const definition = ({ row }: Situation): Promise<string> =>
  row("environmentvariabledefinitions", {
    schemaname: `rec_Variable${Math.floor(Math.random() * 1e9)}`,
    displayname: "Variable",
    type: 100000000,
  });

const variable = async (situation: Situation): Promise<string> =>
  situation.row("environmentvariablevalues", {
    schemaname: `rec_Value${Math.floor(Math.random() * 1e9)}`,
    value: "a",
    "EnvironmentVariableDefinitionId@odata.bind": `/environmentvariabledefinitions(${await definition(situation)})`,
  });

/** Rows of tables and their metadata: services/data_record, rest and environment_variable. */
export const TABLE_ROWS: readonly RecordedRow[] = [
  ...written("contacts", contact, { firstname: "A", lastname: "C" }),
  ...written("accounts", account, { name: "C" }),
  ...written("businessunits", businessUnit, { name: "Renamed" }),
  {
    route: `POST ${API}/accounts`,
    status: 201,
    situation: "asking for the row",
    kind: "table rows",
    ask: ({ dataverse }) =>
      dataverse("POST", "accounts?$select=name,accountid", {
        body: { name: "A" },
        headers: { Prefer: "return=representation" },
      }),
  },
  {
    route: `GET ${API}/accounts({id})`,
    status: 201,
    kind: "table rows",
    ask: async (situation) =>
      situation.dataverse("GET", `accounts(${await account(situation)})?$select=name,accountid`),
    deviations: { status: "the mock answers a read with 201; the Web API answers 200" },
  },
  {
    route: `GET ${API}/contacts({id})`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => situation.dataverse("GET", `contacts(${await contact(situation)})`),
  },
  {
    route: `GET ${API}/accounts({id})`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => situation.dataverse("GET", `accounts(${await account(situation)})`),
  },
  {
    route: `GET ${API}/contacts`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => {
      await contact(situation);
      return situation.dataverse("GET", "contacts?$select=fullname,firstname,lastname&$count=true");
    },
  },
  {
    route: `GET ${API}/accounts`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => {
      await account(situation);
      return situation.dataverse(
        "GET",
        "accounts?$select=name,accountid&$expand=primarycontactid($select=contactid,firstname,lastname),owningbusinessunit($select=createdon,name)",
      );
    },
  },
  ...["accounts({id})", "{id}"].map(
    (path): RecordedRow => ({
      route: `DELETE ${API}/${path}`,
      status: 204,
      ask: async (situation) => situation.dataverse("DELETE", `accounts(${await account(situation)})`),
    }),
  ),
  {
    route: `POST ${API}/accounts({id})/contact_customer_accounts/$ref`,
    status: 200,
    ask: async (situation) => (await linkedContact(situation)).answer,
    deviations: {
      status: NO_CONTENT,
      "OData-EntityId": "one of three mocks copies it from a creation; an association creates no row",
    },
  },
  {
    route: `GET ${API}/accounts({id})/contact_customer_accounts/$ref`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => situation.dataverse("GET", `${(await linkedContact(situation)).path}/$ref`),
  },
  {
    route: `GET ${API}/accounts({id})/contact_customer_accounts`,
    status: 200,
    kind: "table rows",
    ask: async (situation) =>
      situation.dataverse("GET", `${(await linkedContact(situation)).path}?$select=createdon`),
  },
  {
    route: `GET ${API}/businessunits({id})`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => situation.dataverse("GET", `businessunits(${await businessUnit(situation)})`),
    deviations: { "OData-EntityId": "the mock copies it from a creation; a read carries none" },
  },
  ...["contact", "account", "businessunit"].map(
    (table): RecordedRow => ({
      route: `GET ${API}/EntityDefinitions(LogicalName='${table}')`,
      status: 200,
      selected: SELECTED,
      kind: "table rows",
      ask: ({ dataverse }) =>
        dataverse(
          "GET",
          `EntityDefinitions(LogicalName='${table}')?$select=PrimaryIdAttribute,LogicalCollectionName`,
        ),
    }),
  ),
  {
    route: `GET ${API}/EntityDefinitions(LogicalName='businessunit')/Attributes`,
    status: 200,
    kind: "table rows",
    ask: ({ dataverse }) =>
      dataverse("GET", "EntityDefinitions(LogicalName='businessunit')/Attributes?$select=LogicalName"),
  },
  {
    route: `GET ${API}/environmentvariabledefinitions`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => {
      const id = await definition(situation);
      return situation.dataverse(
        "GET",
        `environmentvariabledefinitions?$select=environmentvariabledefinitionid,schemaname,displayname,description,defaultvalue,type,valueschema,secretstore,ismanaged&$filter=environmentvariabledefinitionid eq ${id}`,
      );
    },
  },
  {
    route: `GET ${API}/environmentvariabledefinitions`,
    status: 403,
    situation: "a caller who is not in the organization",
    ask: ({ dataverse }) =>
      dataverse("GET", "environmentvariabledefinitions?$select=schemaname,ismanaged", { as: "reader" }),
  },
  {
    route: `GET ${API}/environmentvariablevalues`,
    status: 200,
    kind: "table rows",
    ask: async (situation) => {
      await variable(situation);
      return situation.dataverse(
        "GET",
        "environmentvariablevalues?$select=environmentvariablevalueid,schemaname,value",
      );
    },
  },
  {
    route: `POST ${API}/environmentvariablevalues`,
    status: 204,
    ask: async (situation) =>
      situation.dataverse("POST", "environmentvariablevalues", {
        body: {
          schemaname: "rec_Posted",
          value: "a",
          "EnvironmentVariableDefinitionId@odata.bind": `/environmentvariabledefinitions(${await definition(situation)})`,
        },
      }),
  },
  {
    route: `GET ${API}/environmentvariablevalues({id})`,
    status: 200,
    kind: "table rows",
    ask: async (situation) =>
      situation.dataverse(
        "GET",
        `environmentvariablevalues(${await variable(situation)})?$select=environmentvariablevalueid,schemaname,value`,
      ),
  },
  {
    route: `PATCH ${API}/environmentvariablevalues({id})`,
    status: 204,
    ask: async (situation) =>
      situation.dataverse("PATCH", `environmentvariablevalues(${await variable(situation)})`, {
        body: { value: "b" },
      }),
  },
  {
    route: `DELETE ${API}/environmentvariablevalues({id})`,
    status: 204,
    ask: async (situation) =>
      situation.dataverse("DELETE", `environmentvariablevalues(${await variable(situation)})`),
  },
];
