import { membersOf } from "../entra/directory.ts";
import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { PRESENCE_OPERATIONS } from "../live-chat/presence-operations.ts";
import { requireRow } from "./addressing.ts";
import { deleteCalendarRule, saveCalendar } from "./calendar-actions.ts";
import { ROLE_ACTIONS } from "./custom-roles.ts";
import {
  badQuery,
  dataverseError,
  methodNotAllowed,
  rowNotFound,
  segmentNotFound,
  unknownProperty,
} from "./errors.ts";
import { presentRow } from "./expand.ts";
import { unknownTable } from "./fetch-query.ts";
import type { Table } from "./metadata/model.ts";
import { isRealOperation, notSimulated } from "./not-simulated.ts";
import { createKnowledgeArticleVersion } from "./plugins/knowledge-articles.ts";
import {
  type HeldPrivilege,
  isPrivilege,
  privilegesOf,
  privilegesOfRoles,
  rolesOf,
  rolesOfTeam,
} from "./privileges.ts";
import { functionArguments, guidOf, type Key, type Segment } from "./resource-path.ts";
import { privilegeId } from "./role-privileges.ts";
import { changeRow, findRow, findRowBy, insertRow, rowsOf, tableOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import { downloadExport, startExport } from "./solution-export.ts";
import {
  deleteAndPromote,
  importResult,
  refuseDuringImport,
  stageSolution,
  startImport,
} from "./solution-import.ts";
import type { Row } from "./state.ts";
import { inTransaction } from "./transactions.ts";

/** Functions and actions of the platform ("Use Web API functions", "Use Web API actions"). */

export const DATAVERSE_VERSION = "9.2.25111.00152";

type Operation = (
  session: Session,
  parameters: ReadonlyMap<string, string>,
  url: URL,
  body: JsonObject,
) => SandboxResponse;

function answer(session: Session, type: string, members: JsonObject): SandboxResponse {
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata#Microsoft.Dynamics.CRM.${type}`,
      ...members,
    },
  };
}

function whoAmI(session: Session): SandboxResponse {
  const user = findRow(session.organization, "systemuser", session.userId);
  return answer(session, "WhoAmIResponse", {
    BusinessUnitId: textOf(user, "_businessunitid_value"),
    UserId: session.userId,
    OrganizationId: session.organization.organizationId,
  });
}

function currentOrganization(session: Session): SandboxResponse {
  const { organization } = session;
  const url = organization.url;
  return answer(session, "RetrieveCurrentOrganizationResponse", {
    Detail: {
      OrganizationId: organization.organizationId,
      FriendlyName: organization.friendlyName,
      OrganizationVersion: DATAVERSE_VERSION,
      EnvironmentId: organization.environmentId,
      Geo: "NA",
      UrlName: organization.domainName,
      UniqueName: organization.domainName,
      State: "Enabled",
      Endpoints: {
        Count: 2,
        IsReadOnly: false,
        Keys: ["WebApplication", "OrganizationDataService"],
        Values: [url, `${url}XRMServices/2011/OrganizationData.svc`],
      },
    },
  });
}

/** Roles a member of Entra groups gets through group teams, signed in or not. */
function aadUserRoles(session: Session, parameters: ReadonlyMap<string, string>, url: URL): SandboxResponse {
  const objectId = guidOf(parameters.get("DirectoryObjectId") ?? "");
  if (objectId === undefined) throw badQuery("Resource not found for the segment 'RetrieveAadUserRoles'.");
  const { organization, world } = session;
  const ids = new Set<string>();
  const user = findRowBy(organization, "systemuser", { azureactivedirectoryobjectid: objectId });
  if (user !== undefined)
    for (const role of rolesOf(organization, textOf(user, "systemuserid"))) ids.add(textOf(role, "roleid"));
  for (const team of rowsOf(organization, "team")) {
    const groupId = textOf(team, "azureactivedirectoryobjectid");
    if (groupId === "" || !membersOf(world, groupId).includes(objectId)) continue;
    for (const link of rowsOf(organization, "teamroles"))
      if (link["teamid"] === team["teamid"]) ids.add(textOf(link, "roleid"));
  }
  const table = tableOf(session, "role");
  const select = url.searchParams.get("$select")?.split(",");
  for (const name of select ?? [])
    if (!table.properties.has(name)) throw unknownProperty(name, table.logicalName);
  const rows = [...ids].map((id) => findRow(organization, "role", id)).filter((row) => row !== undefined);
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata#roles${select === undefined ? "" : `(${select.join(",")})`}`,
      value: rows.map((row) => presentRow(session, table, row, { select, expand: [] })),
    },
  };
}

/** Settings whose meaning is known; others answer 200 with null, as the service does. */
function settingValue(session: Session, name: string): string | undefined {
  const stored = findRowBy(session.organization, "organizationsetting", { uniquename: name });
  if (stored !== undefined) return textOf(stored, "value");
  const provisioned = Object.values(session.organization.channels).includes("done");
  if (name === "msdyn_IsCCaaSProvisioned" && provisioned) return "true";
  return undefined;
}

/** 0 number, 1 string, 2 boolean. */
function dataTypeOf(value: string): number {
  if (value === "true" || value === "false") return 2;
  return /^-?\d+(\.\d+)?$/.test(value) ? 0 : 1;
}

function retrieveSetting(session: Session, parameters: ReadonlyMap<string, string>): SandboxResponse {
  const name = parameters.get("SettingName") ?? "";
  const value = settingValue(session, name);
  return answer(session, "RetrieveSettingResponse", {
    SettingDetail: value === undefined ? null : { Name: name, Value: value, DataType: dataTypeOf(value) },
  });
}

function saveSetting(
  session: Session,
  _parameters: ReadonlyMap<string, string>,
  _url: URL,
  body: JsonObject,
): SandboxResponse {
  if (typeof body["SettingName"] !== "string" || typeof body["Value"] !== "string")
    throw dataverseError(400, "0x80040203", "Invalid argument.");
  const name = body["SettingName"];
  const value = body["Value"];
  const known = findRowBy(session.organization, "organizationsetting", { uniquename: name });
  if (known === undefined) insertRow(session, "organizationsetting", { uniquename: name, value });
  else changeRow(session, tableOf(session, "organizationsetting"), known, { value });
  return { status: 204 };
}

function publish(
  session: Session,
  _parameters: ReadonlyMap<string, string>,
  _url: URL,
  body: JsonObject,
): SandboxResponse {
  if (typeof body["ParameterXml"] !== "string" || !body["ParameterXml"].includes("<importexportxml"))
    throw dataverseError(400, "0x80040203", "Invalid argument.");
  for (const [, name = ""] of body["ParameterXml"].matchAll(/<entity>([^<]+)<\/entity>/g))
    if (!session.model.tables.has(name)) throw dataverseError(400, "0x80040203", "Invalid argument.");
  refuseDuringImport(session, "Publish");
  return { status: 204 };
}

function settingList(session: Session): SandboxResponse {
  const names = new Set(
    rowsOf(session.organization, "organizationsetting").map((row) => textOf(row, "uniquename")),
  );
  names.add("msdyn_IsCCaaSProvisioned");
  return answer(session, "RetrieveSettingListResponse", {
    SettingDetailCollection: [...names].flatMap((name) => {
      const value = settingValue(session, name);
      return value === undefined ? [] : [{ Name: name, Value: value, DataType: dataTypeOf(value) }];
    }),
  });
}

function requireGuid(parameters: ReadonlyMap<string, string>, name: string): string {
  const id = guidOf(parameters.get(name) ?? "");
  if (id === undefined) throw dataverseError(400, "0x80040203", "Expected non-empty Guid.");
  return id;
}

function privilegesOfRole(session: Session, parameters: ReadonlyMap<string, string>): SandboxResponse {
  const id = requireGuid(parameters, "RoleId");
  const role = findRow(session.organization, "role", id);
  if (role === undefined) throw rowNotFound("role", id);
  const held = privilegesOfRoles(session, [role]);
  return privilegeList(session, "RetrieveRolePrivilegesRoleResponse", role, held);
}

function totalRecordCount(session: Session, parameters: ReadonlyMap<string, string>): SandboxResponse {
  let names: unknown;
  try {
    names = JSON.parse((parameters.get("EntityNames") ?? "").replaceAll("'", '"'));
  } catch {
    names = undefined;
  }
  if (!Array.isArray(names) || names.length === 0)
    throw dataverseError(400, "0x80040203", "Invalid argument.");
  const tables = names.map((name) => {
    const table = session.model.tables.get(String(name));
    if (table === undefined) throw unknownTable(String(name));
    return table.logicalName;
  });
  return answer(session, "RetrieveTotalRecordCountResponse", {
    EntityRecordCountCollection: {
      Count: tables.length,
      IsReadOnly: false,
      Keys: tables,
      Values: tables.map((name) => rowsOf(session.organization, name).length),
    },
  });
}

const FUNCTIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({
    WhoAmI: whoAmI,
    RetrieveVersion: (session) => answer(session, "RetrieveVersionResponse", { Version: DATAVERSE_VERSION }),
    RetrieveCurrentOrganization: currentOrganization,
    RetrieveAadUserRoles: aadUserRoles,
    RetrieveSetting: retrieveSetting,
    RetrieveSettingList: settingList,
    RetrieveRolePrivilegesRole: privilegesOfRole,
    RetrieveTotalRecordCount: totalRecordCount,
    RetrieveSolutionImportResult: (session, parameters) =>
      answer(
        session,
        "RetrieveSolutionImportResultResponse",
        importResult(session, requireGuid(parameters, "ImportJobId")),
      ),
  } satisfies Record<string, Operation>),
);

function publishAll(session: Session): SandboxResponse {
  refuseDuringImport(session, "PublishAll");
  return { status: 204 };
}

const ACTIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({
    PublishXml: publish,
    PublishAllXml: publishAll,
    SaveSettingValue: saveSetting,
    CreateKnowledgeArticleVersion: (session, _parameters, _url, body) =>
      createKnowledgeArticleVersion(session, body),
    StageSolution: (session, _parameters, _url, body) =>
      answer(session, "StageSolutionResponse", stageSolution(session, body)),
    ImportSolutionAsync: (session, _parameters, _url, body) =>
      answer(session, "ImportSolutionAsyncResponse", startImport(session, false, body)),
    StageAndUpgradeAsync: (session, _parameters, _url, body) =>
      answer(session, "StageAndUpgradeAsyncResponse", startImport(session, true, body)),
    ExportSolutionAsync: (session, _parameters, _url, body) =>
      answer(session, "ExportSolutionAsyncResponse", startExport(session, body)),
    DownloadSolutionExportData: (session, _parameters, _url, body) =>
      answer(session, "DownloadSolutionExportDataResponse", downloadExport(session, body)),
    DeleteAndPromote: (session, _parameters, _url, body) =>
      answer(session, "DeleteAndPromoteResponse", deleteAndPromote(session, body)),
  } satisfies Record<string, Operation>),
);

/** Actions that come with Universal Resource Scheduling, here together with Omnichannel. */
const OMNICHANNEL_ACTIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({
    msdyn_SaveCalendar: (session, _parameters, _url, body) => saveCalendar(session, body),
    msdyn_DeleteCalendar: (session, _parameters, _url, body) => deleteCalendarRule(session, body),
  } satisfies Record<string, Operation>),
);

/** Runs an unbound operation; undefined when the segment names none. */
export function callOperation(
  session: Session,
  method: string,
  segment: Segment,
  url: URL,
  body: () => JsonObject,
): SandboxResponse | undefined {
  const omnichannel = session.organization.features.includes("omnichannel");
  const presence = omnichannel ? PRESENCE_OPERATIONS.get(segment.name) : undefined;
  if (presence !== undefined) {
    if (method !== presence.method) throw methodNotAllowed(method);
    return presence.call(session, body);
  }
  const action =
    ACTIONS.get(segment.name) ?? (omnichannel ? OMNICHANNEL_ACTIONS.get(segment.name) : undefined);
  const function_ = FUNCTIONS.get(segment.name);
  if (function_ !== undefined) {
    if (method !== "GET") throw methodNotAllowed(method);
    if (segment.key === undefined && segment.name !== "WhoAmI" && segment.name !== "RetrieveVersion")
      throw segmentNotFound(segment.name);
    return function_(session, functionArguments(segment.key ?? "", url.searchParams), url, {});
  }
  if (action === undefined) {
    if (isRealOperation(segment.name) && (omnichannel || !segment.name.startsWith("msdyn_")))
      throw notSimulated(`the operation ${segment.name}`);
    return undefined;
  }
  if (method !== "POST") throw methodNotAllowed(method);
  return action(session, new Map(), url, body());
}

/** Privileges as every function of this family reports them; `owner` has the business unit. */
function privilegeList(
  session: Session,
  type: string,
  owner: Row,
  held: readonly HeldPrivilege[],
): SandboxResponse {
  return answer(session, type, {
    RolePrivileges: held.map(({ name, depth }) => ({
      Depth: depth,
      PrivilegeId: privilegeId(name),
      BusinessUnitId: textOf(owner, "_businessunitid_value"),
      PrivilegeName: name,
      RecordFilterId: "00000000-0000-0000-0000-000000000000",
      RecordFilterUniqueName: "",
    })),
  });
}

/** Functions bound to a row of a table. */
const BOUND: Readonly<Record<string, readonly string[]>> = {
  systemuser: ["RetrieveUserPrivileges", "RetrieveUserPrivilegeByPrivilegeName"],
  team: ["RetrieveTeamPrivileges"],
};

/** Functions and actions bound to a row, addressed as `set(id)/Microsoft.Dynamics.CRM.Name(…)`. */
export function callBoundOperation(
  session: Session,
  method: string,
  table: Table,
  key: Key,
  segment: Segment,
  url: URL,
  body: () => JsonObject,
): SandboxResponse {
  const name = segment.name.replace("Microsoft.Dynamics.CRM.", "");
  const action = table.logicalName === "role" ? ROLE_ACTIONS[name] : undefined;
  if (action !== undefined) {
    if (method !== "POST") throw methodNotAllowed(method);
    const role = requireRow(session, table, key);
    return inTransaction(session.organization, () => action(session, role, body()));
  }
  if (!BOUND[table.logicalName]?.includes(name)) {
    if (isRealOperation(name)) throw notSimulated(`the operation ${name}`);
    throw segmentNotFound(segment.name);
  }
  if (method !== "GET") throw methodNotAllowed(method);
  const row = requireRow(session, table, key);
  if (table.logicalName === "team") {
    const held = privilegesOfRoles(session, rolesOfTeam(session.organization, textOf(row, "teamid")));
    return privilegeList(session, "RetrieveTeamPrivilegesResponse", row, held);
  }
  const held = privilegesOf(session, textOf(row, "systemuserid"));
  if (name === "RetrieveUserPrivileges")
    return privilegeList(session, "RetrieveUserPrivilegesResponse", row, held);
  const wanted = functionArguments(segment.key ?? "", url.searchParams).get("PrivilegeName") ?? "";
  if (!isPrivilege(session, wanted)) throw dataverseError(400, "0x80040203", "Invalid argument.");
  const found = held.filter((privilege) => privilege.name.toLowerCase() === wanted.toLowerCase());
  return privilegeList(session, "RetrieveUserPrivilegesResponse", row, found);
}
