import { isWithheld } from "../withheld.ts";
import { dataverseError } from "./errors.ts";
import type { Table } from "./metadata/model.ts";
import { objectTypeCodeOf } from "./metadata/object-type-codes.ts";
import { ACCESSES, type Access, type Depth, grantsOf, SYSTEM_ADMINISTRATOR } from "./role-grants.ts";
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

export function rolesOfTeam(organization: OrganizationState, teamId: string): Row[] {
  return rowsOf(organization, "teamroles")
    .filter((link) => link["teamid"] === teamId)
    .map((link) => findRow(organization, "role", textOf(link, "roleid")))
    .filter((role) => role !== undefined);
}

export function isSystemAdministrator(organization: OrganizationState, userId: string): boolean {
  return (
    userId === SYSTEM_USER ||
    rolesOf(organization, userId).some((role) => role["name"] === SYSTEM_ADMINISTRATOR)
  );
}

/** Tables whose privileges bear another name ("Security roles and privileges", table reference of systemuser). */
const PRIVILEGE_NAMES: Readonly<Record<string, string>> = { systemuser: "User" };

export function privilegeName(access: Access, table: Table): string {
  return `prv${access}${PRIVILEGE_NAMES[table.logicalName] ?? table.schemaName}`;
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
  readonly depth: Depth;
}

function tablePrivileges(session: Session): { access: Access; table: Table; name: string }[] {
  return [...session.model.tables.values()]
    .filter((table) => !table.intersect)
    .flatMap((table) => ACCESSES.map((access) => ({ access, table, name: privilegeName(access, table) })));
}

const DEPTHS: readonly Depth[] = ["Basic", "Local", "Deep", "Global"];

/** How far the widest grant of one of the roles reaches; undefined when there is none. */
function depthOf(roles: readonly Row[], access: Access, table: Table): Depth | undefined {
  const reached = roles
    .flatMap((role) => grantsOf(textOf(role, "name")))
    .filter((grant) => grant.access.includes(access) && grant.covers(table))
    .map((grant) => DEPTHS.indexOf(grant.depth ?? "Global"));
  return reached.length === 0 ? undefined : DEPTHS[Math.max(...reached)];
}

/** What roles grant on tables; System Administrator everything. */
export function rolePrivileges(
  session: Session,
  roles: readonly Row[],
  administrator: boolean,
): HeldPrivilege[] {
  return tablePrivileges(session).flatMap(({ access, table, name }) => {
    const depth = administrator ? "Global" : depthOf(roles, access, table);
    return depth === undefined ? [] : [{ name, depth }];
  });
}

const CUSTOMIZER = "System Customizer";

function generalPrivileges(roles: readonly Row[], administrator: boolean): HeldPrivilege[] {
  const customizer = roles.some((role) => role["name"] === CUSTOMIZER);
  return OTHER_PRIVILEGES.filter(
    (name) => administrator || (customizer && name.endsWith("Customization")),
  ).map((name) => ({ name, depth: "Global" }));
}

export function privilegesOf(session: Session, userId: string): HeldPrivilege[] {
  const administrator = isSystemAdministrator(session.organization, userId);
  const roles = rolesOf(session.organization, userId);
  return [...rolePrivileges(session, roles, administrator), ...generalPrivileges(roles, administrator)];
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

/** The platform's own work is refused nothing. */
function withholds({ world, userId }: Session, name: string): boolean {
  return userId !== SYSTEM_USER && isWithheld(world, name);
}

/** Refuses unless the session's user holds a privilege that belongs to no table. */
export function requireGeneralPrivilege(session: Session, name: (typeof OTHER_PRIVILEGES)[number]): void {
  const { organization, userId } = session;
  if (!withholds(session, name) && privilegesOf(session, userId).some((held) => held.name === name)) return;
  const roles = rolesOf(organization, userId);
  const accessMode = findRow(organization, "systemuser", userId)?.["accessmode"] ?? 0;
  throw dataverseError(
    403,
    "0x80040220",
    `Principal user (Id=${userId}, type=8, roleCount=${roles.length}, privilegeCount=${privilegesOf(session, userId).length}, accessMode=${String(accessMode)}), is missing ${name} privilege (Id=${privilegeId(name)}). context.Caller=${userId}`,
  );
}

/** Refuses with 0x80040220 unless the session's user holds the privilege on the table. */
export function requirePrivilege(session: Session, access: Access, table: Table): void {
  const { organization, userId } = session;
  const name = `prv${access}${PRIVILEGE_NAMES[table.logicalName] ?? table.logicalName}`;
  const roles = rolesOf(organization, userId);
  const holds = isSystemAdministrator(organization, userId) || depthOf(roles, access, table) !== undefined;
  if (holds && !withholds(session, name)) return;
  const accessMode = findRow(organization, "systemuser", userId)?.["accessmode"] ?? 0;
  throw dataverseError(
    403,
    "0x80040220",
    `Principal user (Id=${userId}, type=8, roleCount=${roles.length}, privilegeCount=${privilegesOf(session, userId).length}, accessMode=${String(accessMode)}), is missing ${name} privilege (Id=${privilegeId(name)}) on OTC=${objectTypeCodeOf(table.logicalName)} for entity '${table.logicalName}'. context.Caller=${userId}`,
  );
}
