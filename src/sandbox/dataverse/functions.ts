import { membersOf } from "../entra/directory.ts";
import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { requireRow } from "./addressing.ts";
import { deleteCalendarRule, saveCalendar } from "./calendar-actions.ts";
import { badQuery, dataverseError, methodNotAllowed, segmentNotFound, unknownProperty } from "./errors.ts";
import { presentRow } from "./expand.ts";
import type { Table } from "./metadata/model.ts";
import { isPrivilege, privilegeId, privilegesOf, rolesOf } from "./privileges.ts";
import { functionArguments, guidOf, type Key, type Segment } from "./resource-path.ts";
import { changeRow, findRow, findRowBy, insertRow, rowsOf, tableOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";

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

function retrieveSetting(session: Session, parameters: ReadonlyMap<string, string>): SandboxResponse {
  const name = parameters.get("SettingName") ?? "";
  const value = settingValue(session, name);
  return answer(session, "RetrieveSettingResponse", {
    SettingDetail: value === undefined ? null : { Name: name, Value: value, DataType: 2 },
  });
}

function saveSetting(
  session: Session,
  _parameters: ReadonlyMap<string, string>,
  _url: URL,
  body: JsonObject,
): SandboxResponse {
  const name = String(body["SettingName"] ?? "");
  const value = String(body["Value"] ?? "");
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
  return { status: 204 };
}

const FUNCTIONS: Readonly<Record<string, Operation>> = {
  WhoAmI: whoAmI,
  RetrieveVersion: (session) => answer(session, "RetrieveVersionResponse", { Version: DATAVERSE_VERSION }),
  RetrieveCurrentOrganization: currentOrganization,
  RetrieveAadUserRoles: aadUserRoles,
  RetrieveSetting: retrieveSetting,
};

const ACTIONS: Readonly<Record<string, Operation>> = {
  PublishXml: publish,
  PublishAllXml: () => ({ status: 204 }),
  SaveSettingValue: saveSetting,
};

/** Actions that come with Universal Resource Scheduling, here together with Omnichannel. */
const OMNICHANNEL_ACTIONS: Readonly<Record<string, Operation>> = {
  msdyn_SaveCalendar: (session, _parameters, _url, body) => saveCalendar(session, body),
  msdyn_DeleteCalendar: (session, _parameters, _url, body) => deleteCalendarRule(session, body),
};

/** Runs an unbound operation; undefined when the segment names none. */
export function callOperation(
  session: Session,
  method: string,
  segment: Segment,
  url: URL,
  body: () => JsonObject,
): SandboxResponse | undefined {
  const omnichannel = session.organization.features.includes("omnichannel");
  const action = ACTIONS[segment.name] ?? (omnichannel ? OMNICHANNEL_ACTIONS[segment.name] : undefined);
  const function_ = FUNCTIONS[segment.name];
  if (function_ !== undefined) {
    if (method !== "GET") throw methodNotAllowed(method);
    if (segment.key === undefined && segment.name !== "WhoAmI" && segment.name !== "RetrieveVersion")
      throw segmentNotFound(segment.name);
    return function_(session, functionArguments(segment.key ?? "", url.searchParams), url, {});
  }
  if (action === undefined) return undefined;
  if (method !== "POST") throw methodNotAllowed(method);
  return action(session, new Map(), url, body());
}

function rolePrivileges(session: Session, user: Row, names: readonly string[] | undefined): SandboxResponse {
  const held = privilegesOf(session, textOf(user, "systemuserid"));
  const wanted = names?.map((name) => name.toLowerCase());
  return answer(session, "RetrieveUserPrivilegesResponse", {
    RolePrivileges: held
      .filter(({ name }) => wanted?.includes(name.toLowerCase()) ?? true)
      .map(({ name, depth }) => ({
        Depth: depth,
        PrivilegeId: privilegeId(name),
        BusinessUnitId: textOf(user, "_businessunitid_value"),
        PrivilegeName: name,
        RecordFilterId: "00000000-0000-0000-0000-000000000000",
        RecordFilterUniqueName: "",
      })),
  });
}

/** Functions bound to a row, addressed as `set(id)/Microsoft.Dynamics.CRM.Name(…)`. */
export function callBoundFunction(
  session: Session,
  method: string,
  table: Table,
  key: Key,
  segment: Segment,
  url: URL,
): SandboxResponse {
  const name = segment.name.replace("Microsoft.Dynamics.CRM.", "");
  if (table.logicalName !== "systemuser") throw segmentNotFound(segment.name);
  if (name !== "RetrieveUserPrivileges" && name !== "RetrieveUserPrivilegeByPrivilegeName")
    throw segmentNotFound(segment.name);
  if (method !== "GET") throw methodNotAllowed(method);
  const user = requireRow(session, table, key);
  if (name === "RetrieveUserPrivileges") return rolePrivileges(session, user, undefined);
  const wanted = functionArguments(segment.key ?? "", url.searchParams).get("PrivilegeName") ?? "";
  if (!isPrivilege(session, wanted)) throw dataverseError(400, "0x80040203", "Invalid argument.");
  return rolePrivileges(session, user, [wanted]);
}
