import { dataverseError, dependentRows } from "../errors.ts";
import { privilegesGivenTo } from "../role-privileges.ts";
import {
  addLink,
  changeRow,
  dropRow,
  findRowBy,
  insertRow,
  rowsOf,
  setColumns,
  tableOf,
  textOf,
} from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import type { Plugin } from "./plugin.ts";

export function rootBusinessUnit(session: Session): Row {
  const root = rowsOf(session.organization, "businessunit").find(
    (unit) =>
      unit["_parentbusinessunitid_value"] === undefined || unit["_parentbusinessunitid_value"] === null,
  );
  if (root === undefined) throw new Error("the organization has no root business unit");
  return root;
}

/** The copy of a role that belongs to a child business unit. */
export function copyRole(session: Session, rootRole: Row, parentCopy: Row, businessUnitId: string): Row {
  return insertRow(session, "role", {
    name: textOf(rootRole, "name"),
    _businessunitid_value: businessUnitId,
    _parentroleid_value: textOf(parentCopy, "roleid"),
    _parentrootroleid_value: textOf(rootRole, "roleid"),
    isinherited: rootRole["isinherited"] ?? 1,
    ismanaged: rootRole["ismanaged"] ?? false,
  });
}

/** Every business unit has a team of its own name that holds all its users. */
export function createDefaultTeam(session: Session, unit: Row): Row {
  return insertRow(session, "team", {
    name: textOf(unit, "name"),
    teamtype: 0,
    membershiptype: 0,
    isdefault: true,
    _businessunitid_value: textOf(unit, "businessunitid"),
    _administratorid_value: session.userId,
  });
}

export function joinDefaultTeam(session: Session, userId: string, businessUnitId: string): void {
  const team = findRowBy(session.organization, "team", {
    isdefault: true,
    _businessunitid_value: businessUnitId,
  });
  if (team !== undefined) addLink(session, "teammembership_association", textOf(team, "teamid"), userId);
}

/**
 * A new business unit gets its default team and a copy of every role ("Create or edit business units", Power
 * Platform administration guide; copies as in delegateas/XrmMockup Security.cs).
 */
export const businessUnitPlugin: Plugin = {
  beforeCreate(session, values) {
    values["_parentbusinessunitid_value"] ??= textOf(rootBusinessUnit(session), "businessunitid");
  },
  afterCreate(session, unit) {
    createDefaultTeam(session, unit);
    const parentId = textOf(unit, "_parentbusinessunitid_value");
    for (const parentCopy of rowsOf(session.organization, "role")) {
      if (parentCopy["_businessunitid_value"] !== parentId) continue;
      const rootRole =
        findRowBy(session.organization, "role", {
          roleid: parentCopy["_parentrootroleid_value"] ?? null,
        }) ?? parentCopy;
      copyRole(session, rootRole, parentCopy, textOf(unit, "businessunitid"));
    }
  },
  beforeUpdate(session, unit, changes) {
    if (changes["isdisabled"] === true && unit === rootBusinessUnit(session))
      throw dataverseError(400, "0x80041d63", "Root Business unit cannot be disabled.");
    if (typeof changes["name"] !== "string") return;
    const team = findRowBy(session.organization, "team", {
      isdefault: true,
      _businessunitid_value: textOf(unit, "businessunitid"),
    });
    if (team !== undefined) changeRow(session, tableOf(session, "team"), team, { name: changes["name"] });
  },
  beforeDelete(session, unit) {
    const id = textOf(unit, "businessunitid");
    const { organization } = session;
    if (unit["isdisabled"] !== true)
      throw dataverseError(400, "0x80041d60", "Not disabled business unit cannot be deleted.");
    if (rowsOf(organization, "businessunit").some((row) => row["_parentbusinessunitid_value"] === id))
      throw dataverseError(
        400,
        "0x80041d61",
        "Business unit has a child business unit and cannot be deleted.",
      );
    const belongs = (row: Row): boolean => row["_businessunitid_value"] === id;
    if (rowsOf(organization, "systemuser").some(belongs)) throw dependentRows();
    if (rowsOf(organization, "team").some((team) => belongs(team) && team["isdefault"] !== true))
      throw dependentRows();
    for (const table of ["role", "team"]) {
      for (const row of rowsOf(organization, table).filter(belongs))
        dropRow(session, table, textOf(row, `${table}id`));
    }
    return undefined;
  },
};

/** A role made by hand is copied into the business units below its own. */
export const rolePlugin: Plugin = {
  beforeCreate(session, values) {
    values["_businessunitid_value"] ??= textOf(rootBusinessUnit(session), "businessunitid");
    const twin = rowsOf(session.organization, "role").find(
      (role) =>
        role["_businessunitid_value"] === values["_businessunitid_value"] &&
        textOf(role, "name").toLowerCase() === textOf(values, "name").toLowerCase(),
    );
    if (twin !== undefined)
      throw dataverseError(
        400,
        "0x80041403",
        `A role with the specified name '${textOf(values, "name")}' already exists on business unit ${textOf(values, "_businessunitid_value")} and Solution Id ${textOf(twin, "solutionid")}. Role id: ${textOf(twin, "roleid")}`,
      );
  },
  afterCreate(session, role) {
    setColumns(session, tableOf(session, "role"), role, { _parentrootroleid_value: textOf(role, "roleid") });
    const copyBelow = (parentUnit: string, parentCopy: Row): void => {
      for (const unit of rowsOf(session.organization, "businessunit")) {
        if (unit["_parentbusinessunitid_value"] !== parentUnit) continue;
        const copy = copyRole(session, role, parentCopy, textOf(unit, "businessunitid"));
        copyBelow(textOf(unit, "businessunitid"), copy);
      }
    };
    copyBelow(textOf(role, "_businessunitid_value"), role);
  },
  beforeDelete(session, role) {
    // What the root role was given goes with it.
    if (textOf(role, "_parentroleid_value") !== "") return undefined;
    for (const row of privilegesGivenTo(session.organization, role))
      dropRow(session, "roleprivileges", textOf(row, "roleprivilegeid"));
    return undefined;
  },
};
