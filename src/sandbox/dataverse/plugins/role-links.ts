import { dataverseError, teamInWrongBusinessUnit } from "../errors.ts";
import { SYSTEM_ADMINISTRATOR } from "../role-grants.ts";
import { textOf } from "../rows.ts";
import type { LinkPlugin } from "./plugin.ts";
import { refuseLosingLastAdministrator } from "./users.ts";

/** A role is given as the copy of the principal's own business unit ("Web service error codes": 0x80041409, 0x8004140d). */
export const roleOnUserPlugin: LinkPlugin = {
  beforeLink(_session, user, role) {
    const userUnit = textOf(user, "_businessunitid_value");
    const roleUnit = textOf(role, "_businessunitid_value");
    if (userUnit !== roleUnit)
      throw dataverseError(
        400,
        "0x80041409",
        `The user with id=${textOf(user, "systemuserid")} belongs to a different business unit=${userUnit} than the role with roleId=${textOf(role, "roleid")} and rolebusinessUnit=${roleUnit}.`,
      );
  },
  beforeUnlink(session, user, role) {
    if (role["name"] === SYSTEM_ADMINISTRATOR)
      refuseLosingLastAdministrator(session, textOf(user, "systemuserid"), false);
  },
};

export const roleOnTeamPlugin: LinkPlugin = {
  beforeLink(_session, team, role) {
    if (team["teamtype"] === 1)
      throw dataverseError(400, "0x80048331", "Cannot assign roles or profiles to an access team.");
    const teamUnit = textOf(team, "_businessunitid_value");
    const roleUnit = textOf(role, "_businessunitid_value");
    if (teamUnit !== roleUnit)
      throw teamInWrongBusinessUnit({
        team: textOf(team, "teamid"),
        teamUnit,
        role: textOf(role, "roleid"),
        roleUnit,
      });
  },
};
