import { dataverseError } from "./errors.ts";
import type { Table } from "./metadata/model.ts";
import { objectTypeCodeOf } from "./metadata/object-type-codes.ts";
import { ACCESSES, type Access, grantsOf, SYSTEM_ADMINISTRATOR } from "./role-grants.ts";
import { findRow, rowsOf, stableId, textOf } from "./rows.ts";
import { type Session, SYSTEM_USER } from "./session.ts";
import type { OrganizationState, Row } from "./state.ts";

/** What a user may do ("How access to a record is determined", Power Platform administration guide). */

/** Roles a user has directly and through teams. */
export function rolesOf(organization: OrganizationState, userId: string): Row[] {
  const ids = new Set<string>();
  for (const link of rowsOf(organization, "systemuserroles"))
    if (link["systemuserid"] === userId) ids.add(textOf(link, "roleid"));
  const teams = new Set(
    rowsOf(organization, "teammembership")
      .filter((link) => link["systemuserid"] === userId)
      .map((link) => textOf(link, "teamid")),
  );
  for (const link of rowsOf(organization, "teamroles"))
    if (teams.has(textOf(link, "teamid"))) ids.add(textOf(link, "roleid"));
  return [...ids].map((id) => findRow(organization, "role", id)).filter((role) => role !== undefined);
}

export function isSystemAdministrator(organization: OrganizationState, userId: string): boolean {
  return (
    userId === SYSTEM_USER ||
    rolesOf(organization, userId).some((role) => role["name"] === SYSTEM_ADMINISTRATOR)
  );
}

export function privilegeName(access: Access, table: Table): string {
  return `prv${access}${table.schemaName}`;
}

/** Privileges that belong to no table, by the names of the "Miscellaneous privileges" list. */
const OTHER_PRIVILEGES = [
  "prvImportCustomization",
  "prvExportCustomization",
  "prvPublishCustomization",
  "prvActOnBehalfOfAnotherUser",
  "prvBypassCustomPlugins",
  "prvBypassCustomBusinessLogic",
] as const;

export interface HeldPrivilege {
  readonly name: string;
  readonly depth: "Basic" | "Local" | "Deep" | "Global";
}

function tablePrivileges(session: Session): { access: Access; table: Table; name: string }[] {
  return [...session.model.tables.values()]
    .filter((table) => !table.intersect)
    .flatMap((table) => ACCESSES.map((access) => ({ access, table, name: privilegeName(access, table) })));
}

/** True when one of the roles grants the access. */
function isGranted(roles: readonly Row[], access: Access, table: Table): boolean {
  return roles.some((role) =>
    grantsOf(textOf(role, "name")).some((grant) => grant.access.includes(access) && grant.covers(table)),
  );
}

export function privilegesOf(session: Session, userId: string): HeldPrivilege[] {
  const administrator = isSystemAdministrator(session.organization, userId);
  const roles = rolesOf(session.organization, userId);
  const held: HeldPrivilege[] = tablePrivileges(session)
    .filter(({ access, table }) => administrator || isGranted(roles, access, table))
    .map(({ name }) => ({ name, depth: "Global" }));
  if (administrator) held.push(...OTHER_PRIVILEGES.map((name) => ({ name, depth: "Global" as const })));
  return held;
}

export function privilegeId(name: string): string {
  return stableId("privilege", name.toLowerCase());
}

/** Rows of the `privileges` table; they follow from the metadata and are not stored. */
export function privilegeRows(session: Session): Row[] {
  return [...tablePrivileges(session).map(({ name }) => name), ...OTHER_PRIVILEGES].map((name) => ({
    privilegeid: privilegeId(name),
    name,
    canbebasic: true,
    canbelocal: true,
    canbedeep: true,
    canbeglobal: true,
  }));
}

export function isPrivilege(session: Session, name: string): boolean {
  const wanted = name.toLowerCase();
  return privilegeRows(session).some((row) => textOf(row, "name").toLowerCase() === wanted);
}

/** Refuses with 0x80040220 unless the session's user holds the privilege on the table. */
export function requirePrivilege(session: Session, access: Access, table: Table): void {
  const { organization, userId } = session;
  if (isSystemAdministrator(organization, userId)) return;
  const roles = rolesOf(organization, userId);
  if (isGranted(roles, access, table)) return;
  const name = `prv${access}${table.logicalName}`;
  const accessMode = findRow(organization, "systemuser", userId)?.["accessmode"] ?? 0;
  throw dataverseError(
    403,
    "0x80040220",
    `Principal user (Id=${userId}, type=8, roleCount=${roles.length}, privilegeCount=${privilegesOf(session, userId).length}, accessMode=${String(accessMode)}), is missing ${name} privilege (Id=${privilegeId(name)}) on OTC=${objectTypeCodeOf(table.logicalName)} for entity '${table.logicalName}'. context.Caller=${userId}`,
  );
}
