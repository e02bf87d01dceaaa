import type { World } from "../world.ts";

/** Read-only view of the directory for the other fakes. */
export interface DirectoryPrincipal {
  readonly id: string;
  readonly kind: "user" | "servicePrincipal" | "group";
  readonly displayName: string;
  /** Service principals only. */
  readonly appId?: string;
  /** Users only. */
  readonly userPrincipalName?: string;
  /** Groups only. */
  readonly securityEnabled?: boolean;
}

export function findPrincipal(_world: World, _objectId: string): DirectoryPrincipal | undefined {
  return undefined;
}

export function findServicePrincipal(_world: World, _appId: string): DirectoryPrincipal | undefined {
  return undefined;
}

/** Object ids of the direct members of a group. */
export function membersOf(_world: World, _groupId: string): readonly string[] {
  return [];
}

/** Service plan or SKU part numbers assigned to a user. */
export function licencesOf(_world: World, _userId: string): readonly string[] {
  return [];
}
