import type { World } from "../world.ts";
import { refuseArm, refuseMissingResource } from "./arm-errors.ts";
import { type ArmState, armState, type ResourceGroup, type TrackedResource } from "./arm-state.ts";
import { type ArmCall, subscriptionIn } from "./pipeline.ts";
import { findRegion, normalizeLocation, REGIONS } from "./regions.ts";

/** The types that live in resource groups, and the table each is kept in. */
const TABLES = {
  "Microsoft.OperationalInsights/workspaces": "workspaces",
  "Microsoft.Insights/components": "components",
  "Microsoft.HealthBot/healthBots": "healthBots",
  "Microsoft.Insights/activityLogAlerts": "activityLogAlerts",
  "Microsoft.Insights/actionGroups": "actionGroups",
} as const satisfies Record<string, keyof ArmState>;

export type TrackedType = keyof typeof TABLES;

export function groupId(subscription: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${name}`;
}

export function requireGroup(world: World, subscription: string, name: string): ResourceGroup {
  const found = armState(world).resourceGroups[groupId(subscription, name).toLowerCase()];
  if (found === undefined)
    return refuseArm(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`, {
      gateway: true,
    });
  return found;
}

/** The group for a write: it must exist and not be on its way out. */
export function requireWritableGroup(world: World, subscription: string, name: string): ResourceGroup {
  const group = requireGroup(world, subscription, name);
  if (group.deleting !== null)
    refuseArm(
      409,
      "ResourceGroupBeingDeleted",
      `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
      { gateway: true },
    );
  return group;
}

export function tableOf(world: World, type: TrackedType): Record<string, TrackedResource> {
  return armState(world)[TABLES[type]];
}

/** Everything in a resource group, or in a whole subscription. */
export function resourcesUnder(world: World, ancestor: string): TrackedResource[] {
  const prefix = `${ancestor.toLowerCase()}/`;
  return (Object.keys(TABLES) as TrackedType[]).flatMap((type) =>
    Object.values(tableOf(world, type)).filter((resource) => resource.id.toLowerCase().startsWith(prefix)),
  );
}

/** Takes everything out of a resource group; answers the ids of what was there. */
export function dropResourcesUnder(world: World, ancestor: string): string[] {
  const ids = resourcesUnder(world, ancestor).map((resource) => resource.id);
  for (const type of Object.keys(TABLES) as TrackedType[])
    for (const id of ids) delete tableOf(world, type)[id.toLowerCase()];
  return ids;
}

/** Id of the resource a path names, with the type's and the group's own spelling. */
export function resourceIdOf(call: ArmCall, type: TrackedType, group: ResourceGroup, name: string): string {
  return `/subscriptions/${call.param("subscription")}/resourceGroups/${group.name}/providers/${type}/${name}`;
}

export function findResource(call: ArmCall, type: TrackedType): TrackedResource | undefined {
  const id = `${groupId(call.param("subscription"), call.param("group"))}/providers/${type}/${call.param("name")}`;
  return tableOf(call.world, type)[id.toLowerCase()];
}

export function requireResource(call: ArmCall, type: TrackedType): TrackedResource {
  const found = findResource(call, type);
  if (found === undefined) {
    requireGroup(call.world, call.param("subscription"), call.param("group"));
    return refuseMissingResource(type, call.param("name"), call.param("group"));
  }
  return found;
}

/** Checks the location of a resource to be written; answers its normalized name. */
export function requireLocation(
  value: unknown,
  type: TrackedType,
  existing: TrackedResource | undefined,
  groupName: string,
): string {
  if (typeof value !== "string" || value === "")
    return refuseArm(400, "LocationRequired", "The location property is required for this definition.", {
      gateway: true,
    });
  const region = findRegion(value);
  if (region === undefined || (type === "Microsoft.HealthBot/healthBots" && !region.healthBot)) {
    const offered = REGIONS.filter(
      (candidate) => type !== "Microsoft.HealthBot/healthBots" || candidate.healthBot,
    );
    return refuseArm(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${value}' is not available for resource type '${type}'. List of available regions for the resource type is '${offered.map((candidate) => candidate.name).join(",")}'.`,
      { gateway: true },
    );
  }
  if (existing !== undefined && normalizeLocation(existing.location) !== region.name)
    refuseArm(
      409,
      "InvalidResourceLocation",
      `The resource '${existing.name}' already exists in location '${existing.location}' in resource group '${groupName}'. A resource with the same name cannot be created in location '${region.name}'. Please select a new resource name.`,
      { gateway: true },
    );
  return region.name;
}

/** An extension resource's scope must exist: its subscription (checked before), its group, its resource. */
export function requireScope(world: World, scope: string): void {
  const subscription = subscriptionIn(scope);
  const group = /\/resourceGroups\/([^/]+)/i.exec(scope)?.[1];
  if (subscription === undefined || group === undefined) return;
  requireGroup(world, subscription, group);
  const resource = /\/providers\/(.+)$/i.exec(scope)?.[1];
  if (resource === undefined) return;
  const known = resourcesUnder(world, groupId(subscription, group)).some(
    (candidate) => candidate.id.toLowerCase() === scope.toLowerCase(),
  );
  if (!known) {
    const name = resource.split("/").at(-1) ?? "";
    refuseMissingResource(resource.slice(0, -name.length - 1), name, group);
  }
}
