import { findServicePrincipal } from "../../entra/directory.ts";
import {
  applicationNotFound,
  dataverseError,
  duplicateApplicationUser,
  immutableDirectoryObjectId,
} from "../errors.ts";
import { isSystemAdministrator } from "../privileges.ts";
import { changeRow, rowsOf, tableOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import { joinDefaultTeam, rootBusinessUnit } from "./business-units.ts";
import type { Plugin } from "./plugin.ts";

function isApplicationUser(row: Row): boolean {
  return textOf(row, "applicationid") !== "";
}

/** Sets what the platform takes from the Entra service principal. */
function fillFromDirectory(session: Session, values: Row): void {
  const appId = textOf(values, "applicationid");
  const principal = findServicePrincipal(session.world, appId);
  if (principal === undefined || principal.readableAt > session.world.now())
    throw applicationNotFound(appId, session.world.newId());
  Object.assign(values, {
    azureactivedirectoryobjectid: principal.id.toLowerCase(),
    fullname: `# ${principal.displayName}`,
    firstname: "#",
    lastname: principal.displayName,
  });
  values["accessmode"] ??= 4;
}

function otherAdministrators(session: Session, userId: string): boolean {
  return rowsOf(session.organization, "systemuser").some(
    (user) =>
      user["systemuserid"] !== userId &&
      user["isdisabled"] !== true &&
      user["deletedstate"] !== 1 &&
      isSystemAdministrator(session.organization, textOf(user, "systemuserid")),
  );
}

export function refuseLosingLastAdministrator(session: Session, userId: string, disabling: boolean): void {
  if (!isSystemAdministrator(session.organization, userId) || otherAdministrators(session, userId)) return;
  throw disabling
    ? dataverseError(
        400,
        "0x80041d2f",
        "A user cannot be disabled if they are the only user that has the System Administrator Role.",
      )
    : dataverseError(
        400,
        "0x80041d30",
        "A user cannot be removed from the System Administrator Role if they are the only user that has the role.",
      );
}

/**
 * Application users: one per Entra application, whose service principal must be in the tenant; deleted in two steps
 * ("Manage application users", Power Platform administration guide; microsoft/terraform-provider-power-platform
 * internal/services/application).
 */
export const systemUserPlugin: Plugin = {
  beforeCreate(session, values) {
    values["_businessunitid_value"] ??= textOf(rootBusinessUnit(session), "businessunitid");
    if (!isApplicationUser(values)) {
      values["fullname"] ??= [textOf(values, "firstname"), textOf(values, "lastname")].join(" ").trim();
      return;
    }
    const appId = textOf(values, "applicationid");
    if (rowsOf(session.organization, "systemuser").some((user) => user["applicationid"] === appId))
      throw duplicateApplicationUser(appId);
    fillFromDirectory(session, values);
  },
  afterCreate(session, user) {
    joinDefaultTeam(session, textOf(user, "systemuserid"), textOf(user, "_businessunitid_value"));
  },
  beforeUpdate(session, user, changes) {
    const objectId = changes["azureactivedirectoryobjectid"];
    if (objectId !== undefined && objectId !== user["azureactivedirectoryobjectid"])
      throw immutableDirectoryObjectId();
    delete changes["azureactivedirectoryobjectid"];
    const appId = changes["applicationid"];
    if (appId !== undefined && appId !== user["applicationid"])
      throw dataverseError(
        400,
        "0x8004f512",
        `Azure applicationid not found. We didn’t find the application ID ${String(appId)} in your CRM database. Correct the application ID and resubmit the update.`,
      );
    if (changes["isdisabled"] === true)
      refuseLosingLastAdministrator(session, textOf(user, "systemuserid"), true);
  },
  beforeDelete(session, user) {
    if (user["deletedstate"] === 1) return undefined;
    if (!isApplicationUser(user) || user["isdisabled"] !== true)
      throw dataverseError(
        400,
        "0x80041d48",
        "The user representing an OAuth application cannot not be updated",
      );
    changeRow(session, tableOf(session, "systemuser"), user, { deletedstate: 1 });
    return true;
  },
};
