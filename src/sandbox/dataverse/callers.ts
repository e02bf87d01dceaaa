import { licencesOf, membersOf } from "../entra/directory.ts";
import type { SandboxRequest } from "../exchange.ts";
import type { World } from "../world.ts";
import { dataverseError, noRolesAssigned, notMemberOfOrganization, userNotEnabled } from "./errors.ts";
import { modelOf } from "./metadata/model.ts";
import { isSystemAdministrator, rolesOf } from "./privileges.ts";
import { addLink, findRow, rowsOf, textOf } from "./rows.ts";
import { readPreferences, type Session, systemSession } from "./session.ts";
import type { OrganizationState, Row } from "./state.ts";
import { synchroniseUser } from "./users.ts";

/** Who calls: the `systemuser` row of the token's object id ("Authentication" and "Impersonation", Web API guide). */

/** The creator's own row is not usable for a while after the organization answers (observed by provisioning clients). */
export const MEMBERSHIP_LAG_MS = 20_000;

function rowOfObject(organization: OrganizationState, objectId: string): Row | undefined {
  return rowsOf(organization, "systemuser").find(
    (user) => user["azureactivedirectoryobjectid"] === objectId.toLowerCase() && user["deletedstate"] !== 1,
  );
}

function callingUser(request: SandboxRequest, world: World, organization: OrganizationState): Row {
  const { caller } = request;
  if (caller === undefined) throw notMemberOfOrganization();
  if (world.now() < organization.createdAt + MEMBERSHIP_LAG_MS) throw notMemberOfOrganization();
  const known = rowOfObject(organization, caller.objectId);
  if (known !== undefined) return known;
  // A licensed user is added at the first visit ("Add users to an environment", administration guide).
  if (caller.kind === "user" && licencesOf(world, caller.objectId).length > 0)
    return synchroniseUser(systemSession(world, organization), caller.objectId, caller.name);
  throw notMemberOfOrganization();
}

/** Members of an Entra group get their place in its team when they call ("Manage group teams"). */
function joinGroupTeams(world: World, organization: OrganizationState, user: Row): void {
  const objectId = textOf(user, "azureactivedirectoryobjectid");
  const session = systemSession(world, organization);
  for (const team of rowsOf(organization, "team")) {
    const groupId = textOf(team, "azureactivedirectoryobjectid");
    if (groupId !== "" && membersOf(world, groupId).includes(objectId))
      addLink(session, "teammembership_association", textOf(team, "teamid"), textOf(user, "systemuserid"));
  }
}

function impersonated(
  request: SandboxRequest,
  organization: OrganizationState,
  userId: string,
): Row | undefined {
  const objectId = request.headers["callerobjectid"];
  const systemUserId = request.headers["mscrmcallerid"];
  if (objectId === undefined && systemUserId === undefined) return undefined;
  if (!isSystemAdministrator(organization, userId))
    throw dataverseError(
      403,
      "0x8004a110",
      "User does not have the privilege to act on behalf another user.",
    );
  const row =
    objectId === undefined
      ? findRow(organization, "systemuser", systemUserId ?? "")
      : rowOfObject(organization, objectId);
  if (row === undefined) throw notMemberOfOrganization();
  return row;
}

/** Opens the caller's session, or refuses: no member, disabled, no role. */
export function openSession(
  request: SandboxRequest,
  world: World,
  organization: OrganizationState,
  version: string,
): Session {
  const caller = callingUser(request, world, organization);
  const user = impersonated(request, organization, textOf(caller, "systemuserid")) ?? caller;
  if (user["isdisabled"] === true) throw userNotEnabled();
  const userId = textOf(user, "systemuserid");
  joinGroupTeams(world, organization, user);
  if (rolesOf(organization, userId).length === 0) throw noRolesAssigned();
  return {
    world,
    organization,
    model: modelOf(organization.features),
    userId,
    baseUrl: `https://${request.host}/api/data/${version}`,
    preferences: readPreferences(request.headers["prefer"]),
  };
}
