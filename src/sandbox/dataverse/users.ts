import { findPrincipal, findServicePrincipal } from "../entra/directory.ts";
import { ADMIN_USER, AGENT_USERS } from "../seed.ts";
import { applicationNotFound } from "./errors.ts";
import { joinDefaultTeam, rootBusinessUnit } from "./plugins/business-units.ts";
import { SYSTEM_ADMINISTRATOR } from "./role-grants.ts";
import { addLink, findRowBy, insertRow, rowsOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";

/** Rows of `systemuser` that come from Entra and not from a caller. */

export function giveRole(session: Session, user: Row, roleName: string): void {
  const role = findRowBy(session.organization, "role", {
    name: roleName,
    _businessunitid_value: user["_businessunitid_value"] ?? null,
  });
  if (role !== undefined)
    addLink(session, "systemuserroles_association", textOf(user, "systemuserid"), textOf(role, "roleid"));
}

/** The row of an Entra user; made when it is missing. */
export function synchroniseUser(session: Session, objectId: string, fallbackName: string): Row {
  const id = objectId.toLowerCase();
  const known = findRowBy(session.organization, "systemuser", { azureactivedirectoryobjectid: id });
  if (known !== undefined) return known;
  const person =
    findPrincipal(session.world, objectId) ??
    [ADMIN_USER, ...AGENT_USERS].find((candidate) => candidate.id === objectId);
  const fullname = person?.displayName ?? fallbackName;
  const [firstname = fullname, ...rest] = fullname.split(" ");
  const userPrincipalName = person?.userPrincipalName ?? fallbackName;
  const businessUnitId = textOf(rootBusinessUnit(session), "businessunitid");
  const user = insertRow(session, "systemuser", {
    azureactivedirectoryobjectid: id,
    fullname,
    firstname,
    lastname: rest.join(" "),
    domainname: userPrincipalName,
    internalemailaddress: userPrincipalName,
    accessmode: 0,
    isdisabled: false,
    islicensed: true,
    issyncwithdirectory: true,
    _businessunitid_value: businessUnitId,
  });
  joinDefaultTeam(session, textOf(user, "systemuserid"), businessUnitId);
  return user;
}

/** An application user with the System Administrator role, as the admin API and environment creation make it. */
export function addAdministratorApplication(session: Session, appId: string): Row {
  const principal = findServicePrincipal(session.world, appId);
  if (principal === undefined) throw applicationNotFound(appId, session.world.newId());
  const known = rowsOf(session.organization, "systemuser").find(
    (user) => user["applicationid"] === appId.toLowerCase() && user["deletedstate"] !== 1,
  );
  const user = known ?? insertApplicationUser(session, appId, principal);
  giveRole(session, user, SYSTEM_ADMINISTRATOR);
  return user;
}

export function insertApplicationUser(
  session: Session,
  appId: string,
  principal: { readonly id: string; readonly displayName: string },
): Row {
  const businessUnitId = textOf(rootBusinessUnit(session), "businessunitid");
  const user = insertRow(session, "systemuser", {
    applicationid: appId.toLowerCase(),
    azureactivedirectoryobjectid: principal.id.toLowerCase(),
    fullname: `# ${principal.displayName}`,
    firstname: "#",
    lastname: principal.displayName,
    accessmode: 4,
    isdisabled: false,
    _businessunitid_value: businessUnitId,
  });
  joinDefaultTeam(session, textOf(user, "systemuserid"), businessUnitId);
  return user;
}
