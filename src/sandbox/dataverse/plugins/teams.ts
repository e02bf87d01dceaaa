import { findPrincipal } from "../../entra/directory.ts";
import { dataverseError, duplicateRecord, immutableDirectoryObjectId } from "../errors.ts";
import { rowsOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import { rootBusinessUnit } from "./business-units.ts";
import type { LinkPlugin, Plugin } from "./plugin.ts";

const SECURITY_GROUP = 2;
const OFFICE_GROUP = 3;

export function isGroupTeam(team: Row): boolean {
  return team["teamtype"] === SECURITY_GROUP || team["teamtype"] === OFFICE_GROUP;
}

function checkGroup(session: Session, values: Row): void {
  const groupId = textOf(values, "azureactivedirectoryobjectid");
  const group = findPrincipal(session.world, groupId);
  if (group?.kind !== "group" || (values["teamtype"] === SECURITY_GROUP && group.securityEnabled === false))
    throw dataverseError(400, "0x80040203", "Invalid argument.");
  values["name"] ??= group.displayName;
}

/**
 * Owner, access and Entra group teams ("Manage group teams", Power Platform administration guide): one team per
 * group and membership type, names unique in a business unit, group and kind fixed.
 */
export const teamPlugin: Plugin = {
  beforeCreate(session, values) {
    const groupId = values["azureactivedirectoryobjectid"];
    values["teamtype"] ??= typeof groupId === "string" ? SECURITY_GROUP : 0;
    values["membershiptype"] ??= 0;
    values["isdefault"] = false;
    const root = textOf(rootBusinessUnit(session), "businessunitid");
    values["_businessunitid_value"] ??= root;
    values["_administratorid_value"] ??= session.userId;
    const teams = rowsOf(session.organization, "team");
    if (typeof groupId === "string") {
      const twin = teams.find(
        (team) =>
          team["azureactivedirectoryobjectid"] === groupId &&
          (team["membershiptype"] ?? 0) === values["membershiptype"],
      );
      if (twin !== undefined) throw duplicateRecord();
    }
    if (isGroupTeam(values)) checkGroup(session, values);
    if (textOf(values, "name") === "")
      throw dataverseError(400, "0x80041d0b", "The team name was unexpectedly missing.");
    const sameName = teams.some(
      (team) =>
        team["_businessunitid_value"] === values["_businessunitid_value"] &&
        textOf(team, "name").toLowerCase() === textOf(values, "name").toLowerCase(),
    );
    if (sameName) throw duplicateRecord();
  },
  beforeUpdate(_session, team, changes) {
    const groupId = changes["azureactivedirectoryobjectid"];
    if (groupId !== undefined && groupId !== team["azureactivedirectoryobjectid"])
      throw immutableDirectoryObjectId();
    delete changes["azureactivedirectoryobjectid"];
    if (team["isdefault"] === true && changes["name"] !== undefined && changes["name"] !== team["name"])
      throw dataverseError(400, "0x8004830a", "The default business unit team name can't be updated.");
  },
  beforeDelete(session, team) {
    if (team["isdefault"] === true)
      throw dataverseError(400, "0x80048307", "The default business unit team can't be deleted.");
    const id = textOf(team, "teamid");
    for (const rows of Object.values(session.organization.tables)) {
      if (Object.values(rows).some((row: Row) => row["_ownerid_value"] === id))
        throw dataverseError(
          400,
          "0x8004830e",
          "Can't delete a team which owns records. Reassign the records and try again.",
        );
    }
    return undefined;
  },
};

/** Members of a default team follow the business unit, those of a group team follow the Entra group. */
export const teamMembershipPlugin: LinkPlugin = {
  beforeLink(_session, team) {
    if (team["isdefault"] === true)
      throw dataverseError(400, "0x8004830b", "Can't add members to the default business unit team.");
    if (isGroupTeam(team)) throw dataverseError(400, "0x80040203", "Invalid argument.");
  },
  beforeUnlink(_session, team) {
    if (team["isdefault"] === true)
      throw dataverseError(400, "0x8004830c", "Can't remove members from the default business unit team.");
    if (isGroupTeam(team)) throw dataverseError(400, "0x80040203", "Invalid argument.");
  },
};
