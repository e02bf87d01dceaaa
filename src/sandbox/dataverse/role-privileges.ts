import { DEPTHS, type Depth, type Grant, grantsOf } from "./role-grants.ts";
import { rowsOf, stableId, textOf } from "./rows.ts";
import { HEALTHCARE_ROLES, OMNICHANNEL_ROLES, PLATFORM_ROLES } from "./shipped-roles.ts";
import type { OrganizationState, Row } from "./state.ts";

/** What a role grants: shipped ones by the compact matrices, every role by what somebody added to it. */

const SHIPPED = new Set(
  [...PLATFORM_ROLES, ...OMNICHANNEL_ROLES, ...HEALTHCARE_ROLES].map(({ name }) => name.toLowerCase()),
);

/** Managed roles came with a solution, whose file the sandbox does not read that far: they grant what all roles do. */
export function isShippedRole(role: Row): boolean {
  return role["ismanaged"] === true || SHIPPED.has(textOf(role, "name").toLowerCase());
}

/** Copies in other business units grant what the root role does. */
export function rootRoleId(role: Row): string {
  return textOf(role, "_parentrootroleid_value") || textOf(role, "roleid");
}

/** Rows of `roleprivileges`. */
export function privilegesGivenTo(organization: OrganizationState, role: Row): Row[] {
  const id = rootRoleId(role);
  return rowsOf(organization, "roleprivileges").filter((row) => row["roleid"] === id);
}

export function privilegeId(name: string): string {
  return stableId("privilege", name.toLowerCase());
}

export interface Granted {
  /** Compact grants of all the roles. */
  readonly grants: readonly Grant[];
  /** Depth by privilege id. */
  readonly given: ReadonlyMap<string, Depth>;
  readonly hasShippedRole: boolean;
}

/** Everything that roles grant together: the widest depth counts. */
export function grantedBy(organization: OrganizationState, roles: readonly Row[]): Granted {
  const given = new Map<string, Depth>();
  for (const role of roles)
    for (const row of privilegesGivenTo(organization, role)) {
      const id = textOf(row, "privilegeid");
      const depth = DEPTHS[Math.log2(Number(row["privilegedepthmask"]))];
      if (depth === undefined) continue;
      if (DEPTHS.indexOf(depth) > DEPTHS.indexOf(given.get(id) ?? "Basic") || !given.has(id))
        given.set(id, depth);
    }
  const shipped = roles.filter(isShippedRole);
  return {
    grants: shipped.flatMap((role) => grantsOf(textOf(role, "name"))),
    given,
    hasShippedRole: shipped.length > 0,
  };
}
