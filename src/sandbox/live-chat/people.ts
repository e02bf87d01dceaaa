import { findRow, rowsOf, textOf } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";

/** Who may take conversations: what Dataverse says about bots and agents. */

export const AGENT_ROLES: readonly string[] = ["Omnichannel agent", "Omnichannel supervisor"];
export const SUPERVISOR_ROLES: readonly string[] = ["Omnichannel supervisor"];

/** Omnichannel counts roles a user holds directly, not those of teams ("Manage users in Omnichannel"). */
export function holdsRole(session: Session, userId: string, roles: readonly string[]): boolean {
  return rowsOf(session.organization, "systemuserroles")
    .filter((link) => link["systemuserid"] === userId)
    .some((link) =>
      roles.includes(textOf(findRow(session.organization, "role", textOf(link, "roleid")), "name")),
    );
}

export function holdsAgentRole(session: Session, userId: string): boolean {
  return holdsRole(session, userId, AGENT_ROLES);
}

export function membersOfQueue(session: Session, queueId: string): Row[] {
  return rowsOf(session.organization, "queuemembership")
    .filter((link) => link["queueid"] === queueId)
    .map((link) => findRow(session.organization, "systemuser", textOf(link, "systemuserid")))
    .filter((user) => user !== undefined);
}

export function isEnabled(user: Row): boolean {
  return user["isdisabled"] !== true && user["deletedstate"] !== 1;
}

export function isBot(user: Row): boolean {
  return textOf(user, "msdyn_botapplicationid") !== "";
}

export function nameOf(user: Row | undefined): string {
  return textOf(user, "fullname");
}
