import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { badPayload, dataverseError } from "./errors.ts";
import { notSimulated } from "./not-simulated.ts";
import { findPrivilege, requirePrivilege } from "./privileges.ts";
import { DEPTHS, type Depth } from "./role-grants.ts";
import { isShippedRole, privilegeId, privilegesGivenTo, rootRoleId } from "./role-privileges.ts";
import { dropRow, insertRow, tableOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";

/** What a role grants is changed by actions bound to it ("AddPrivilegesRole", "RemovePrivilegeRole", "ReplacePrivilegesRole", Web API reference). */

/** An enumeration's member by its name, by its number, or by its number as text: all are seen in use. */
function depthOf(value: unknown): Depth | undefined {
  const text = String(value ?? "");
  return DEPTHS.find((depth, index) => depth === text || String(index) === text);
}

function notAParameter(name: string, operation: string): never {
  throw badPayload(
    "crmbaseentity",
    `The parameter '${name}' in the request payload is not a valid parameter for the operation '${operation}'.`,
  );
}

interface Wanted {
  readonly name: string;
  readonly depth: Depth;
}

function wantedIn(session: Session, body: JsonObject, operation: string): Wanted[] {
  for (const name of Object.keys(body)) if (name !== "Privileges") notAParameter(name, operation);
  const listed = body["Privileges"];
  if (!Array.isArray(listed)) throw dataverseError(400, "0x80040203", "Expected non-empty Privileges.");
  return listed.map((entry): Wanted => {
    const { PrivilegeId: id, Depth: depth } = (entry ?? {}) as { PrivilegeId?: unknown; Depth?: unknown };
    const name = findPrivilege(session, String(id ?? ""));
    const reach = depthOf(depth ?? "Basic");
    if (name === undefined)
      throw dataverseError(404, "0x80040217", `privilege With Id = ${String(id ?? "")} Does Not Exist`);
    if (reach === undefined) throw dataverseError(400, "0x80040203", "Invalid argument.");
    return { name, depth: reach };
  });
}

function give(session: Session, role: Row, { name, depth }: Wanted): void {
  take(session, role, privilegeId(name));
  insertRow(session, "roleprivileges", {
    roleid: rootRoleId(role),
    privilegeid: privilegeId(name),
    // "RolePrivileges table reference": 1 own rows, 2 the business unit's, 4 those below as well, 8 all.
    privilegedepthmask: 2 ** DEPTHS.indexOf(depth),
  });
}

/** False when the role was not given the privilege. */
function take(session: Session, role: Row, id: string): boolean {
  const found = privilegesGivenTo(session.organization, role).find((row) => row["privilegeid"] === id);
  if (found !== undefined) dropRow(session, "roleprivileges", textOf(found, "roleprivilegeid"));
  return found !== undefined;
}

function mayChange(session: Session): void {
  requirePrivilege(session, "Write", tableOf(session, "role"));
}

type BoundAction = (session: Session, role: Row, body: JsonObject) => SandboxResponse;

export const ROLE_ACTIONS: Readonly<Record<string, BoundAction>> = {
  AddPrivilegesRole(session, role, body) {
    mayChange(session);
    for (const one of wantedIn(session, body, "AddPrivilegesRole")) give(session, role, one);
    return { status: 204 };
  },
  ReplacePrivilegesRole(session, role, body) {
    mayChange(session);
    const wanted = wantedIn(session, body, "ReplacePrivilegesRole");
    if (isShippedRole(role)) throw notSimulated("taking privileges from a role that was shipped");
    for (const row of privilegesGivenTo(session.organization, role))
      dropRow(session, "roleprivileges", textOf(row, "roleprivilegeid"));
    for (const one of wanted) give(session, role, one);
    return { status: 204 };
  },
  RemovePrivilegeRole(session, role, body) {
    mayChange(session);
    for (const name of Object.keys(body))
      if (name !== "Privilege") notAParameter(name, "RemovePrivilegeRole");
    const { privilegeid } = (body["Privilege"] ?? {}) as { privilegeid?: unknown };
    const id = String(privilegeid ?? "").toLowerCase();
    if (findPrivilege(session, id) === undefined)
      throw dataverseError(404, "0x80040217", `privilege With Id = ${id} Does Not Exist`);
    if (!take(session, role, id) && isShippedRole(role))
      throw notSimulated("taking privileges from a role that was shipped");
    return { status: 204 };
  },
};
