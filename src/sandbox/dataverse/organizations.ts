import type { World } from "../world.ts";

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
  /** The principal that created the environment; becomes System Administrator. */
  readonly createdBy: {
    readonly objectId: string;
    readonly kind: "user" | "application";
    readonly appId: string;
    readonly name: string;
  };
}

export function createOrganization(_world: World, _organization: NewOrganization): void {
  throw new Error("unset");
}

export function deleteOrganization(_world: World, _organizationId: string): void {
  throw new Error("unset");
}

/** What an installed application package brings: managed solutions, tables, roles, app modules. */
export function installPackage(_world: World, _organizationId: string, _packageUniqueName: string): void {
  throw new Error("unset");
}

/** `addAppUser` of the admin API: application user with the System Administrator role. */
export function addApplicationUser(_world: World, _organizationId: string, _appId: string): void {
  throw new Error("unset");
}
