import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { tenant } from "../entra/tenant.ts";
import { type ArmResource, bearsMark, markedTags, remove } from "./arm-resource.ts";
import { asDeclared, resourceGroupId } from "./resource-ids.ts";

export interface ResourceGroupProps {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ResourceGroupData {
  readonly id: string;
}

/** One of the resources in a group ("Resources - List By Resource Group", Azure REST). */
interface Tagged {
  readonly name: string;
  readonly type: string;
  readonly tags?: Readonly<Record<string, string>> | null;
}

/** Deleting a group takes minutes, with much in it half an hour. */
const GONE_WITHIN_MS = 60 * 60_000;

export const resourceGroup = defineKind<ResourceGroupProps, ResourceGroupData>({
  kind: "azure.resource-group",
  summary: "the resource group of the bot and its monitoring",
  step: 7,
  api: "Azure Resource Manager resource groups",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.Resources/subscriptions/resourceGroups/read"],
    write: [
      "Microsoft.Resources/subscriptions/resourceGroups/write",
      "Microsoft.Resources/subscriptions/resourceGroups/delete",
    ],
  },
  sources: [
    "Azure REST: Resource Groups - Create Or Update; Update; Delete; Resources - List By Resource Group",
  ],
  nature: "managed",
  label: ({ name }) => `resource group "${name}"`,
  detail: ({ location }) => location,
  declared: ({ location, tags }) => ({ location, ...(Object.keys(tags).length === 0 ? {} : { tags }) }),
  // A group's location is fixed; a difference is reported instead of replaced.
  replaceOn: ["location"],
  async read(props, context) {
    const found = await context.services.arm.get<ArmResource<unknown>>(props.id);
    if (found === undefined) return { status: "absent" };
    return {
      status: "present",
      id: found.id,
      fields: { location: asDeclared(found.location ?? "", props.location), tags: found.tags ?? {} },
      data: { id: found.id },
    };
  },
  async create({ id, location, tags }, context) {
    await context.services.arm.send("PUT", id, { body: { location, tags: markedTags(tags, context) } });
    return undefined;
  },
  async update({ id, tags }, present, _changes, context) {
    const before = present.fields["tags"];
    await context.services.arm.send("PATCH", id, {
      body: { tags: { ...(typeof before === "object" ? before : {}), ...tags } },
    });
    return undefined;
  },
  destroy: ({ id, name }, _present, context) =>
    remove(id, `resource group "${name}"`, context, GONE_WITHIN_MS),
  isMarked: (_props, { fields }, context) => bearsMark(fields["tags"], context),
  async keeps({ id }, _present, context) {
    const inside = await context.services.arm.list<Tagged>(`${id}/resources`);
    const foreign = inside.filter(({ tags }) => !bearsMark(tags, context));
    if (foreign.length === 0) return undefined;
    return `it holds what psc did not make: ${foreign.map(({ name, type }) => `${name} (${type})`).join(", ")}`;
  },
});

export function resourceGroupResources(spec: EnvironmentSpec): Resource[] {
  return [
    resourceGroup.resource({
      props: {
        id: resourceGroupId(spec),
        name: spec.azure.resourceGroup,
        location: spec.azure.location,
        tags: spec.azure.tags,
      },
      dependsOn: [tenant.address()],
    }),
  ];
}
