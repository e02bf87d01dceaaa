import { findServicePrincipal } from "../entra/directory.ts";
import { ADMIN_USER, AGENT_USERS } from "../seed.ts";
import type { World } from "../world.ts";
import { applyPackage } from "./packages.ts";
import { SYSTEM_ADMINISTRATOR } from "./role-grants.ts";
import { systemSession } from "./session.ts";
import { addPlatformRows } from "./shipped-rows.ts";
import { DATAVERSE, dataverseState, type OrganizationState, organizationById } from "./state.ts";
import { addAdministratorApplication, giveRole, insertApplicationUser, synchroniseUser } from "./users.ts";

/** A Dataverse database that the Power Platform fake asks for when an environment is provisioned. */
export interface NewOrganization {
  readonly organizationId: string;
  readonly environmentId: string;
  /** `https://contosohealth-dev.crm.dynamics.com/`. */
  readonly url: string;
  readonly friendlyName: string;
  readonly domainName: string;
  readonly baseLanguage: number;
  readonly currencyCode: string;
  /** Sandbox time; now when absent. An organization made in the past has its first lags behind it. */
  readonly createdAt?: number;
  /** The principal that created the environment; becomes System Administrator. */
  readonly createdBy: {
    readonly objectId: string;
    readonly kind: "user" | "application";
    readonly appId: string;
    readonly name: string;
  };
}

function requireOrganization(world: World, organizationId: string): OrganizationState {
  const organization = organizationById(world, organizationId);
  if (organization === undefined) throw new Error(`the sandbox has no organization ${organizationId}`);
  return organization;
}

/**
 * Makes an organization with its shipped rows. Its creator and the tenant's administrator become System
 * Administrators; licensed people of the tenant are synchronised without a role.
 */
export function createOrganization(world: World, organization: NewOrganization): void {
  const { createdBy, currencyCode, ...facts } = organization;
  const state: OrganizationState = {
    ...facts,
    createdAt: organization.createdAt ?? world.now(),
    createdBy: createdBy.objectId,
    version: 1_000_000,
    features: [],
    packages: [],
    channels: {},
    audit: {},
    tables: {},
  };
  dataverseState(world).organizations[organization.domainName] = state;
  const session = systemSession(world, state);
  addPlatformRows(session, currencyCode);
  giveRole(session, synchroniseUser(session, ADMIN_USER.id, ADMIN_USER.displayName), SYSTEM_ADMINISTRATOR);
  for (const agent of AGENT_USERS) synchroniseUser(session, agent.id, agent.displayName);
  if (createdBy.kind === "user")
    giveRole(session, synchroniseUser(session, createdBy.objectId, createdBy.name), SYSTEM_ADMINISTRATOR);
  else {
    const principal = findServicePrincipal(world, createdBy.appId) ?? {
      id: createdBy.objectId,
      displayName: createdBy.name,
    };
    giveRole(session, insertApplicationUser(session, createdBy.appId, principal), SYSTEM_ADMINISTRATOR);
  }
}

export function deleteOrganization(world: World, organizationId: string): void {
  const { organizations } = dataverseState(world);
  for (const [domainName, organization] of Object.entries(organizations))
    if (organization.organizationId === organizationId) {
      delete organizations[domainName];
      world.touch(DATAVERSE, ["organizations", domainName]);
    }
}

/** What an installed application package brings: managed solutions, tables, roles, app modules. */
export function installPackage(world: World, organizationId: string, packageUniqueName: string): void {
  applyPackage(world, requireOrganization(world, organizationId), packageUniqueName);
}

/** `addAppUser` of the admin API: application user with the System Administrator role. */
export function addApplicationUser(world: World, organizationId: string, appId: string): void {
  addAdministratorApplication(systemSession(world, requireOrganization(world, organizationId)), appId);
}

/** `addUser` of the admin API: the Entra user gets a row, without a role. */
export function addUser(world: World, organizationId: string, objectId: string): void {
  synchroniseUser(systemSession(world, requireOrganization(world, organizationId)), objectId, objectId);
}
