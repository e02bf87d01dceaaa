import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { type ArmResource, bearsMark, markedTags, put, remove } from "./arm-resource.ts";
import { resourceGroup } from "./resource-group.ts";
import { resourceGroupId } from "./resource-ids.ts";
import { resourceProvider } from "./resource-provider.ts";

export interface ActionGroupProps {
  readonly id: string;
  readonly name: string;
  readonly email: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

interface EmailReceiver {
  readonly name: string;
  readonly emailAddress: string;
  readonly useCommonAlertSchema?: boolean;
}

interface ActionGroupProperties {
  readonly groupShortName?: string;
  readonly enabled?: boolean;
  readonly emailReceivers?: readonly EmailReceiver[];
  readonly [name: string]: unknown;
}

/** Stands in text messages; 12 characters at most. */
const SHORT_NAME = "psc";

export function actionGroupId(spec: Pick<EnvironmentSpec, "azure" | "name">): string {
  return `${resourceGroupId(spec)}/providers/Microsoft.Insights/actionGroups/ag-${spec.name}`;
}

function receiversOf(email: readonly string[]): readonly EmailReceiver[] {
  return email.map((address) => ({ name: address, emailAddress: address, useCommonAlertSchema: true }));
}

export const actionGroup = defineKind<ActionGroupProps, ActionGroupProperties>({
  kind: "azure.action-group",
  summary: "who is told when an alert fires",
  step: 13,
  api: "Azure Resource Manager Microsoft.Insights/actionGroups",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.Insights/actionGroups/read"],
    write: ["Microsoft.Insights/actionGroups/write", "Microsoft.Insights/actionGroups/delete"],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/monitor (Action Groups - Create Or Update, 2023-01-01)",
  ],
  nature: "managed",
  label: ({ name }) => `action group "${name}"`,
  detail: ({ email }) => email.join(", "),
  declared: ({ email }) => ({ enabled: true, email }),
  async read({ id }, context) {
    if (resourceGroup.data(context) === undefined)
      return { status: "absent", reason: "the resource group does not exist" };
    const found = await context.services.arm.get<ArmResource<ActionGroupProperties>>(id);
    if (found === undefined) return { status: "absent" };
    const { enabled, emailReceivers = [] } = found.properties;
    return {
      status: "present",
      id: found.id,
      fields: {
        enabled: enabled !== false,
        email: emailReceivers.map(({ emailAddress }) => emailAddress),
        tags: found.tags ?? {},
      },
      data: found.properties,
    };
  },
  async create({ id, email, tags }, context) {
    await put(
      id,
      {
        location: "Global",
        tags: markedTags(tags, context),
        properties: { groupShortName: SHORT_NAME, enabled: true, emailReceivers: receiversOf(email) },
      },
      context,
    );
    return undefined;
  },
  // Other ways of telling people, such as text messages, stay as they are.
  async update({ id, email, tags }, { data, fields }, _changes, context) {
    const before = fields["tags"];
    await context.services.arm.send("PUT", id, {
      body: {
        location: "Global",
        tags: { ...(typeof before === "object" ? before : {}), ...tags },
        properties: { ...data, enabled: true, emailReceivers: receiversOf(email) },
      },
    });
    return undefined;
  },
  destroy: ({ id, name }, _present, context) => remove(id, `action group "${name}"`, context),
  isMarked: (_props, { fields }, context) => bearsMark(fields["tags"], context),
});

export function actionGroupResources(spec: EnvironmentSpec): Resource[] {
  const { alerts } = spec.azure.monitoring;
  if (alerts === undefined) return [];
  return [
    actionGroup.resource({
      props: {
        id: actionGroupId(spec),
        name: `ag-${spec.name}`,
        email: alerts.email,
        tags: spec.azure.tags,
      },
      dependsOn: [resourceGroup.address(), resourceProvider.address("Microsoft.Insights")],
    }),
  ];
}
