import { isWithheld } from "../withheld.ts";
import { dataverseError } from "./errors.ts";
import type { Table } from "./metadata/model.ts";
import { objectTypeCodeOf } from "./metadata/object-type-codes.ts";
import { ACCESSES, type Access, DEPTHS, type Depth, SYSTEM_ADMINISTRATOR } from "./role-grants.ts";
import { type Granted, grantedBy, privilegeId } from "./role-privileges.ts";
import { findRow, rowsOf, textOf } from "./rows.ts";
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

/** Tables that every user may read: links, and what the system itself defines. Which these are is an assumption. */
function isOpenToAll(table: Table): boolean {
  return table.intersect || table.logicalName === "timezonedefinition" || table.logicalName === "privilege";
}

/** Privileges that belong to no table, by the names of the "Miscellaneous privileges" list. */
const OTHER_PRIVILEGES = [
  "prvImportCustomization",
  "prvExportCustomization",
  "prvPublishCustomization",
  "prvActOnBehalfOfAnotherUser",
  "prvBypassCustomPlugins",
  "prvBypassCustomBusinessLogic",
  "prvReadEntity",
  "prvReadAttribute",
  "prvReadRelationship",
] as const;

type GeneralPrivilege = (typeof OTHER_PRIVILEGES)[number];

/** Definitions of tables: every shipped role has these. */
const OF_EVERY_SHIPPED_ROLE: readonly GeneralPrivilege[] = [
  "prvReadEntity",
  "prvReadAttribute",
  "prvReadRelationship",
];

export interface HeldPrivilege {
  readonly name: string;
  readonly depth: Depth;
}

function tablePrivileges(session: Session): { access: Access; table: Table; name: string }[] {
  return [...session.model.tables.values()]
    .filter((table) => !table.intersect)
    .flatMap((table) => ACCESSES.map((access) => ({ access, table, name: privilegeName(access, table) })));
}

/** How far the widest grant reaches; undefined when there is none. */
function depthOf({ grants, given }: Granted, access: Access, table: Table): Depth | undefined {
  const reached = grants
    .filter((grant) => grant.access.includes(access) && grant.covers(table))
    .map((grant) => DEPTHS.indexOf(grant.depth ?? "Global"));
  const own = given.get(privilegeId(privilegeName(access, table)));
  if (own !== undefined) reached.push(DEPTHS.indexOf(own));
  return reached.length === 0 ? undefined : DEPTHS[Math.max(...reached)];
}

/** What roles grant on tables; System Administrator everything. */
export function rolePrivileges(
  session: Session,
  roles: readonly Row[],
  administrator: boolean,
): HeldPrivilege[] {
  const granted = grantedBy(session.organization, roles);
  return tablePrivileges(session).flatMap(({ access, table, name }) => {
    const depth = administrator ? "Global" : depthOf(granted, access, table);
    return depth === undefined ? [] : [{ name, depth }];
  });
}

const CUSTOMIZER = "System Customizer";

function generalPrivileges(session: Session, roles: readonly Row[], administrator: boolean): HeldPrivilege[] {
  const customizer = roles.some((role) => role["name"] === CUSTOMIZER);
  const { given, hasShippedRole } = grantedBy(session.organization, roles);
  return OTHER_PRIVILEGES.filter(
    (name) =>
      administrator ||
      (customizer && name.endsWith("Customization")) ||
      (hasShippedRole && OF_EVERY_SHIPPED_ROLE.includes(name)) ||
      given.has(privilegeId(name)),
  ).map((name) => ({ name, depth: "Global" }));
}

/** Everything that one role grants. */
export function privilegesOfRoles(session: Session, roles: readonly Row[]): HeldPrivilege[] {
  const administrator = roles.some((role) => role["name"] === SYSTEM_ADMINISTRATOR);
  return [
    ...rolePrivileges(session, roles, administrator),
    ...generalPrivileges(session, roles, administrator),
  ];
}

export function privilegesOf(session: Session, userId: string): HeldPrivilege[] {
  const administrator = isSystemAdministrator(session.organization, userId);
  const roles = rolesOf(session.organization, userId);
  return [
    ...rolePrivileges(session, roles, administrator),
    ...generalPrivileges(session, roles, administrator),
  ];
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

/** Name of a privilege, by its id. */
export function findPrivilege(session: Session, id: string): string | undefined {
  const wanted = id.toLowerCase();
  const row = privilegeRows(session).find((candidate) => candidate["privilegeid"] === wanted);
  return row === undefined ? undefined : textOf(row, "name");
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
export function requireGeneralPrivilege(session: Session, name: GeneralPrivilege): void {
  const { organization, userId } = session;
  const roles = rolesOf(organization, userId);
  const administrator = isSystemAdministrator(organization, userId);
  const held = generalPrivileges(session, roles, administrator);
  if (!withholds(session, name) && held.some((one) => one.name === name)) return;
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
  if (access === "Read" && isOpenToAll(table)) return;
  const name = `prv${access}${PRIVILEGE_NAMES[table.logicalName] ?? table.logicalName}`;
  const roles = rolesOf(organization, userId);
  const holds =
    isSystemAdministrator(organization, userId) ||
    depthOf(grantedBy(organization, roles), access, table) !== undefined;
  if (holds && !withholds(session, name)) return;
  const accessMode = findRow(organization, "systemuser", userId)?.["accessmode"] ?? 0;
  throw dataverseError(
    403,
    "0x80040220",
    `Principal user (Id=${userId}, type=8, roleCount=${roles.length}, privilegeCount=${privilegesOf(session, userId).length}, accessMode=${String(accessMode)}), is missing ${name} privilege (Id=${privilegeId(name)}) on OTC=${objectTypeCodeOf(table.logicalName)} for entity '${table.logicalName}'. context.Caller=${userId}`,
  );
}
