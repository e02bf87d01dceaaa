import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { type DirectoryKind, type DirectoryObject, directoryOf, liveObjects } from "./entra-state.ts";

/**
 * Entra is eventually consistent: a new object can be read by its id after a few seconds, and lists and `$filter`,
 * which run on an index, show it later still ("Advanced query capabilities on Microsoft Entra ID objects"). Duplicate
 * checks and alternate keys see it at once. The delays come from the object's id, so a run can be repeated.
 */
function replicationOf(id: string): { readable: number; listed: number } {
  const spread = Number.parseInt(id.slice(0, 4), 16) / 0xffff;
  return { readable: 3_000 + Math.round(spread * 7_000), listed: 12_000 + Math.round(spread * 18_000) };
}

/** Adds a new object that becomes visible bit by bit. */
export function addObject(world: World, kind: DirectoryKind, id: string, value: JsonObject): DirectoryObject {
  const delay = replicationOf(id);
  const object: DirectoryObject = {
    kind,
    id,
    value,
    readableAt: world.now() + delay.readable,
    listedAt: world.now() + delay.listed,
  };
  directoryOf(world).objects.push(object);
  return object;
}

/** Objects of a kind that lists show now. */
export function listedValues(world: World, kind: DirectoryKind): JsonObject[] {
  return liveObjects(world, kind)
    .filter((object) => object.listedAt <= world.now())
    .map((object) => object.value);
}

function removeWhere<T>(list: T[], gone: (entry: T) => boolean): void {
  for (let index = list.length - 1; index >= 0; index -= 1) {
    const entry = list[index];
    if (entry !== undefined && gone(entry)) list.splice(index, 1);
  }
}

/** Takes away everything that refers to an object: memberships, ownerships, grants and assignments. */
function removeReferences(world: World, id: string): void {
  const directory = directoryOf(world);
  removeWhere(directory.members, (link) => link.from === id || link.to === id);
  removeWhere(directory.owners, (link) => link.from === id || link.to === id);
  removeWhere(
    directory.permissionGrants,
    (grant) => grant.clientId === id || grant.resourceId === id || grant.principalId === id,
  );
  removeWhere(
    directory.appRoleAssignments,
    (assignment) => assignment.principalId === id || assignment.resourceId === id,
  );
  removeWhere(directory.roleAssignments, (assignment) => assignment.principalId === id);
  removeWhere(directory.licences, (licence) => licence.userId === id);
}

/** Removes an object for good. */
export function purgeObject(world: World, object: DirectoryObject): void {
  const directory = directoryOf(world);
  removeWhere(directory.objects, (candidate) => candidate === object);
  removeWhere(directory.secrets, (secret) => secret.applicationId === object.id);
  removeReferences(world, object.id);
}

/** Moves an object to the deleted items, where it waits 30 days ("List deletedItems (directory objects)"). */
export function softDeleteObject(world: World, object: DirectoryObject): void {
  object.deletedAt = world.now();
  object.value["deletedDateTime"] = `${world.iso().slice(0, 19)}Z`;
  if (object.kind !== "application") removeReferences(world, object.id);
}
