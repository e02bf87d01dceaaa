import type { World } from "../world.ts";
import {
  type DirectoryObject,
  directoryOf,
  liveObject,
  liveObjectBy,
  sameText,
  textOf,
} from "./entra-state.ts";

/** Read-only view of the directory for the other fakes. */
export interface DirectoryPrincipal {
  readonly id: string;
  readonly kind: "user" | "servicePrincipal" | "group";
  readonly displayName: string;
  /** Sandbox time (ms) from which Entra itself finds it; other services' copies of the directory follow later. */
  readonly readableAt: number;
  /** Service principals only. */
  readonly appId?: string;
  /** Users only. */
  readonly userPrincipalName?: string;
  /** Groups only. */
  readonly securityEnabled?: boolean;
}

function principalOf(object: DirectoryObject | undefined): DirectoryPrincipal | undefined {
  if (object === undefined || object.kind === "application") return undefined;
  const { id, kind, value } = object;
  return {
    id,
    kind,
    displayName: textOf(value, "displayName"),
    readableAt: object.readableAt,
    ...(kind === "servicePrincipal" ? { appId: textOf(value, "appId") } : {}),
    ...(kind === "user" ? { userPrincipalName: textOf(value, "userPrincipalName") } : {}),
    ...(kind === "group" ? { securityEnabled: value["securityEnabled"] === true } : {}),
  };
}

/** The user, group or service principal with this object id, once the directory has replicated it. */
export function findPrincipal(world: World, objectId: string): DirectoryPrincipal | undefined {
  const object = liveObject(world, objectId);
  return object !== undefined && object.readableAt <= world.now() ? principalOf(object) : undefined;
}

/** The service principal of an application in this tenant. */
export function findServicePrincipal(world: World, appId: string): DirectoryPrincipal | undefined {
  return principalOf(liveObjectBy(world, "servicePrincipal", "appId", appId));
}

/** Object ids of the direct members of a group. */
export function membersOf(world: World, groupId: string): readonly string[] {
  return directoryOf(world)
    .members.filter((link) => sameText(link.from, groupId))
    .map((link) => link.to);
}

/** Part numbers of the SKUs assigned to a user and names of the service plans in them. */
export function licencesOf(world: World, userId: string): readonly string[] {
  const { licences, subscribedSkus } = directoryOf(world);
  const names = licences
    .filter((licence) => sameText(licence.userId, userId))
    .flatMap((licence) => {
      const sku = subscribedSkus.find((candidate) => candidate["skuId"] === licence.skuId);
      if (sku === undefined) return [];
      const plans = Array.isArray(sku["servicePlans"]) ? sku["servicePlans"] : [];
      return [
        textOf(sku, "skuPartNumber"),
        ...plans.flatMap((plan) =>
          typeof plan === "object" && plan !== null && !Array.isArray(plan)
            ? [textOf(plan, "servicePlanName")]
            : [],
        ),
      ];
    });
  return [...new Set(names)];
}
