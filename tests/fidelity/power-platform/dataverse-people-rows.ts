import { ADMIN_USER, BARE_APP } from "../../../src/sandbox/seed.ts";
import type { Answer, ParsedJson } from "../../harness/sandbox.ts";
import { ADMIN_ENVIRONMENTS } from "../../sandbox/power-platform/tenant-admin.ts";
import type { RecordedRow } from "./rows.ts";
import type { Situation } from "./situation.ts";

export const API = "https://{organization}/api/data/{version}";
const USERS =
  "$select=applicationid,azureactivedirectoryobjectid,userpuid,systemuserid,fullname,isdisabled,deletedstate,_businessunitid_value&$expand=systemuserroles_association($select=roleid,name,_businessunitid_value)";

export const NO_CONTENT =
  'the mock answers 200; the Web API answers 204 ("Create a table row using the Web API")';

const SHORT_ERROR = "left out by hand in the recording; every Web API error has a code";

const ROLES_OF_USER =
  "$expand=systemuserroles_association($select=roleid,name,ismanaged,_businessunitid_value)";

const COLUMNS_LEFT_OUT =
  "entityimage entityimage_url entityimage_timestamp stageid processid traversedpath".split(" ");

/** Image and process columns of users, which the sandbox's metadata leaves out. */
const leftOut = (path: string): Record<string, string> =>
  Object.fromEntries(
    COLUMNS_LEFT_OUT.map((name) => [`${path}${name}`, "a column the sandbox's metadata leaves out"]),
  );

const person = ({ admin, environmentId }: Situation): Promise<Answer> =>
  admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${environmentId}/addUser`, { objectId: ADMIN_USER.id });

const root = ({ first }: Situation): Promise<string> =>
  first("businessunits", "businessunitid", "parentbusinessunitid eq null");

/** Id of the application user of the bare application, made when it is not there. */
async function applicationUser(situation: Situation): Promise<string> {
  const found = await situation.dataverse(
    "GET",
    `systemusers?$select=systemuserid&$filter=applicationid eq ${BARE_APP.appId}`,
  );
  return (
    found.body.value[0]?.systemuserid ?? situation.row("systemusers", await applicationUserBody(situation))
  );
}

async function applicationUserBody(situation: Situation): Promise<object> {
  return {
    applicationid: BARE_APP.appId,
    accessmode: 4,
    isdisabled: false,
    "businessunitid@odata.bind": `/businessunits(${await root(situation)})`,
  };
}

async function withoutApplicationUser(situation: Situation, ends: "deleted" | "purged"): Promise<void> {
  const id = await applicationUser(situation);
  await situation.dataverse("PATCH", `systemusers(${id})`, { body: { isdisabled: true } });
  for (let times = ends === "deleted" ? 1 : 2; times > 0; times -= 1)
    await situation.dataverse("DELETE", `systemusers(${id})`);
}

async function role(situation: Situation): Promise<string> {
  return situation.first("roles", "roleid", `_businessunitid_value eq ${await root(situation)}`);
}

async function assignRole(situation: Situation): Promise<Answer> {
  const [user, roleId] = [await applicationUser(situation), await role(situation)];
  return situation.dataverse("POST", `systemusers(${user})/systemuserroles_association/$ref`, {
    body: { "@odata.id": `${situation.instanceUrl}api/data/v9.2/roles(${roleId})` },
  });
}

/** People, roles and business units: services/application and services/authorization of the recording provider. */
export const PEOPLE_ROWS: readonly RecordedRow[] = [
  {
    route: `GET ${API}/WhoAmI`,
    status: 200,
    ask: ({ dataverse }) => dataverse("GET", "WhoAmI"),
  },
  {
    route: `GET ${API}/businessunits`,
    status: 200,
    ask: ({ dataverse }) =>
      dataverse("GET", "businessunits?$select=businessunitid,name&$filter=parentbusinessunitid eq null"),
  },
  {
    route: `POST ${API}/systemusers`,
    status: 204,
    ask: async (situation) => {
      await withoutApplicationUser(situation, "purged");
      return situation.dataverse("POST", "systemusers", { body: await applicationUserBody(situation) });
    },
  },
  {
    route: `POST ${API}/systemusers`,
    status: 412,
    situation: "a deleted application user is in the way",
    deviations: { "error.code": SHORT_ERROR },
    ask: async (situation) => {
      await withoutApplicationUser(situation, "deleted");
      const answer = await situation.dataverse("POST", "systemusers", {
        body: await applicationUserBody(situation),
      });
      await withoutApplicationUser(situation, "purged").catch(() => undefined);
      return answer;
    },
  },
  {
    route: `POST ${API}/systemusers`,
    status: 400,
    situation: "the application user exists",
    deviations: {
      status: "recorded with both statuses; a row with the same key answers 412, so this one does",
      "error.code": SHORT_ERROR,
    },
    ask: async (situation) => {
      await applicationUser(situation);
      return situation.dataverse("POST", "systemusers", { body: await applicationUserBody(situation) });
    },
  },
  {
    route: `GET ${API}/systemusers`,
    status: 200,
    situation: "application users",
    like: (_body: ParsedJson, { source }) => source.startsWith("application/"),
    kind: "table rows",
    ask: async (situation) => {
      await applicationUser(situation);
      return situation.dataverse("GET", `systemusers?${USERS}&$filter=applicationid eq ${BARE_APP.appId}`);
    },
  },
  {
    route: `GET ${API}/systemusers`,
    status: 404,
    ask: ({ dataverse }) => dataverse("GET", "v9.0/systemusers(00000000-0000-0000-0000-000000000099)"),
  },
  {
    route: `PATCH ${API}/systemusers`,
    status: 204,
    ask: async (situation) =>
      situation.dataverse("PATCH", `systemusers(${await applicationUser(situation)})`, {
        body: { isdisabled: false },
      }),
  },
  {
    route: `PATCH ${API}/systemusers`,
    status: 404,
    ask: ({ dataverse }) =>
      dataverse("PATCH", "v9.0/systemusers(00000000-0000-0000-0000-000000000099)", {
        body: { isdisabled: true },
        headers: { "If-Match": "*" },
      }),
  },
  ...["systemusers", "systemusers({id})"].map(
    (path): RecordedRow => ({
      route: `DELETE ${API}/${path}`,
      status: 204,
      ask: async (situation) => {
        const id = await applicationUser(situation);
        await situation.dataverse("PATCH", `systemusers(${id})`, { body: { isdisabled: true } });
        const answer = await situation.dataverse("DELETE", `systemusers(${id})`);
        await situation.dataverse("DELETE", `systemusers(${id})`);
        return answer;
      },
    }),
  ),
  {
    route: `DELETE ${API}/systemusers`,
    status: 404,
    ask: ({ dataverse }) => dataverse("DELETE", "systemusers(00000000-0000-0000-0000-000000000099)"),
  },
  {
    route: `GET ${API}/systemusers({id})`,
    status: 200,
    deviations: leftOut(""),
    kind: "table rows",
    ask: async (situation) => {
      await person(situation);
      const { dataverse, first } = situation;
      const id = await first(
        "systemusers",
        "systemuserid",
        `azureactivedirectoryobjectid eq ${ADMIN_USER.id}`,
      );
      return dataverse("GET", `systemusers(${id})?${ROLES_OF_USER}`);
    },
  },
  {
    route: `GET ${API}/systemusers`,
    status: 200,
    situation: "a person by object id",
    deviations: leftOut("value[]."),
    like: (_body, { source }) => source.startsWith("authorization/"),
    kind: "table rows",
    ask: async (situation) => {
      await person(situation);
      return situation.dataverse(
        "GET",
        `systemusers?${ROLES_OF_USER}&$filter=azureactivedirectoryobjectid eq ${ADMIN_USER.id}`,
      );
    },
  },
  { route: `POST ${API}/systemusers({id})/systemuserroles_association/$ref`, status: 204, ask: assignRole },
  {
    route: `DELETE ${API}/systemusers({id})/systemuserroles_association/$ref`,
    status: 204,
    ask: async (situation) => {
      await assignRole(situation);
      const [user, roleId] = [await applicationUser(situation), await role(situation)];
      return situation.dataverse(
        "DELETE",
        `systemusers(${user})/systemuserroles_association/$ref?$id=${situation.instanceUrl}api/data/v9.2/roles(${roleId})`,
      );
    },
  },
  {
    route: `DELETE ${API}/systemusers({id})/systemuserroles_association/$ref`,
    status: 404,
    situation: "a user that is not there",
    ask: async (situation) =>
      situation.dataverse(
        "DELETE",
        `systemusers(00000000-0000-0000-0000-000000000099)/systemuserroles_association/$ref?$id=${situation.instanceUrl}api/data/v9.2/roles(${await role(situation)})`,
      ),
  },
  {
    route: `GET ${API}/roles`,
    status: 200,
    kind: "table rows",
    ask: ({ dataverse }) => dataverse("GET", "roles"),
  },
];
