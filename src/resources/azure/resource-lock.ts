import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { type ArmResource, remove } from "./arm-resource.ts";
import { resourceGroup } from "./resource-group.ts";
import { resourceGroupId } from "./resource-ids.ts";

export interface ResourceLockProps {
  readonly id: string;
  readonly group: string;
}

interface LockProperties {
  readonly level?: string;
  readonly notes?: string;
}

/** Deleting is refused; changing what is there is not, so that psc and people can go on working. */
const LEVEL = "CanNotDelete";

/** Locks have no tags: whose they are stands in their notes. */
function notes({ spec }: Context): string {
  return `psc-environment: ${spec.name}`;
}

export const resourceLock = defineKind<ResourceLockProps, LockProperties>({
  kind: "azure.resource-lock",
  summary: "a lock that refuses the deletion of the resource group and of everything in it",
  step: 7,
  api: "Azure Resource Manager Microsoft.Authorization/locks",
  persona: "Subscription Owner",
  permissions: {
    read: ["Microsoft.Authorization/locks/read"],
    write: ["Microsoft.Authorization/locks/write", "Microsoft.Authorization/locks/delete"],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/resources (Management Locks - Create Or Update By Scope, 2020-05-01)",
    "learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
  ],
  nature: "managed",
  // What psc deletes with a DELETE inside the group; eligible roles end by a request, which a lock lets pass.
  protects: [
    "azure.log-analytics-workspace",
    "azure.application-insights",
    "health-bot.account",
    "azure.role-assignment",
    "azure.action-group",
    "azure.activity-log-alert",
    "azure.policy-assignment",
  ],
  label: ({ group }) => `lock on resource group "${group}"`,
  detail: () => "nothing in it can be deleted",
  declared: () => ({ level: LEVEL }),
  async read({ id }, context) {
    if (resourceGroup.data(context) === undefined)
      return { status: "absent", reason: "the resource group does not exist" };
    const found = await context.services.arm.get<ArmResource<LockProperties>>(id);
    if (found === undefined) return { status: "absent" };
    return {
      status: "present",
      id: found.id,
      fields: { level: found.properties.level ?? null },
      data: found.properties,
    };
  },
  async create({ id }, context) {
    await context.services.arm.send("PUT", id, {
      body: { properties: { level: LEVEL, notes: notes(context) } },
    });
    return undefined;
  },
  async update({ id }, { data }, _changes, context) {
    await context.services.arm.send("PUT", id, { body: { properties: { ...data, level: LEVEL } } });
    return undefined;
  },
  destroy: ({ id }, _present, context) => remove(id, "the lock", context),
  isMarked: (_props, { data }, context) => data.notes === notes(context),
});

/** @param inside what the lock protects. It is made after all of it, and when everything is taken down it goes first. */
export function resourceLockResources(spec: EnvironmentSpec, inside: readonly Resource[]): Resource[] {
  if (!spec.azure.lock) return [];
  return [
    resourceLock.resource({
      props: {
        id: `${resourceGroupId(spec)}/providers/Microsoft.Authorization/locks/psc-${spec.name}`,
        group: spec.azure.resourceGroup,
      },
      dependsOn: inside.map(({ address }) => address),
    }),
  ];
}
