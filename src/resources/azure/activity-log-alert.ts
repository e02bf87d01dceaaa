import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { actionGroup, actionGroupId } from "./action-group.ts";
import { type ArmResource, bearsMark, markedTags, put, remove } from "./arm-resource.ts";
import { resourceGroup } from "./resource-group.ts";
import { healthBotId, resourceGroupId, sameId } from "./resource-ids.ts";

export interface ActivityLogAlertProps {
  readonly id: string;
  readonly name: string;
  readonly bot: string;
  readonly botId: string;
  readonly actionGroupId: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface Leaf {
  readonly field?: string;
  readonly equals?: string | null;
}

interface AlertProperties {
  readonly scopes?: readonly string[];
  readonly condition?: { readonly allOf?: readonly (Leaf & { readonly anyOf?: readonly Leaf[] | null })[] };
  readonly actions?: { readonly actionGroups?: readonly { readonly actionGroupId: string }[] };
  readonly enabled?: boolean;
}

/** What is done to a bot that somebody should know of. */
const OPERATIONS = [
  "Microsoft.HealthBot/healthBots/write",
  "Microsoft.HealthBot/healthBots/delete",
  "Microsoft.HealthBot/healthBots/regenerateApiJwtSecret/action",
];

/** Scopes come back with or without their first slash. */
const withSlash = (id: string): string => (id.startsWith("/") ? id : `/${id}`);

function operationsOf({ condition }: AlertProperties): string[] {
  const leaves = (condition?.allOf ?? []).flatMap((one) => [one, ...(one.anyOf ?? [])]);
  return leaves
    .filter(({ field }) => field?.toLowerCase() === "operationname")
    .map(({ equals }) => equals ?? "");
}

function propertiesOf({ botId, actionGroupId: group }: ActivityLogAlertProps): object {
  return {
    scopes: [botId],
    condition: {
      allOf: [
        { field: "category", equals: "Administrative" },
        { anyOf: OPERATIONS.map((operation) => ({ field: "operationName", equals: operation })) },
      ],
    },
    actions: { actionGroups: [{ actionGroupId: group }] },
    enabled: true,
    description: "Somebody changed or deleted the bot of a patient service center",
  };
}

export const activityLogAlert = defineKind<ActivityLogAlertProps, AlertProperties>({
  kind: "azure.activity-log-alert",
  summary: "an alert on every change and deletion of the bot",
  step: 13,
  api: "Azure Resource Manager Microsoft.Insights/activityLogAlerts",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.Insights/activityLogAlerts/read"],
    write: ["Microsoft.Insights/activityLogAlerts/write", "Microsoft.Insights/activityLogAlerts/delete"],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/monitor (Activity Log Alerts - Create Or Update, 2020-10-01)",
  ],
  nature: "managed",
  label: ({ name }) => `alert "${name}"`,
  detail: ({ bot }) => `on changes of ${bot}`,
  declared: ({ bot }) => ({ enabled: true, on: bot, operations: OPERATIONS, tells: true }),
  async read(props, context) {
    if (resourceGroup.data(context) === undefined)
      return { status: "absent", reason: "the resource group does not exist" };
    const found = await context.services.arm.get<ArmResource<AlertProperties>>(props.id);
    if (found === undefined) return { status: "absent" };
    const { scopes = [], actions, enabled } = found.properties;
    const told = (actions?.actionGroups ?? []).map((group) => withSlash(group.actionGroupId));
    return {
      status: "present",
      id: found.id,
      fields: {
        enabled: enabled !== false,
        on: scopes.some((scope) => sameId(withSlash(scope), props.botId)) ? props.bot : scopes.join(", "),
        operations: operationsOf(found.properties),
        tells: told.some((id) => sameId(id, props.actionGroupId)),
        tags: found.tags ?? {},
      },
      data: found.properties,
    };
  },
  async create(props, context) {
    await put(
      props.id,
      { location: "Global", tags: markedTags(props.tags, context), properties: propertiesOf(props) },
      context,
    );
    return undefined;
  },
  async update(props, { fields }, _changes, context) {
    const before = fields["tags"];
    await context.services.arm.send("PUT", props.id, {
      body: {
        location: "Global",
        tags: { ...(typeof before === "object" ? before : {}), ...props.tags },
        properties: propertiesOf(props),
      },
    });
    return undefined;
  },
  destroy: ({ id, name }, _present, context) => remove(id, `alert "${name}"`, context),
  isMarked: (_props, { fields }, context) => bearsMark(fields["tags"], context),
});

export function activityLogAlertResources(spec: EnvironmentSpec): Resource[] {
  if (spec.azure.monitoring.alerts === undefined) return [];
  const name = `alert-${spec.name}-bot`;
  return [
    activityLogAlert.resource({
      props: {
        id: `${resourceGroupId(spec)}/providers/Microsoft.Insights/activityLogAlerts/${name}`,
        name,
        bot: spec.healthBot.name,
        botId: healthBotId(spec),
        actionGroupId: actionGroupId(spec),
        tags: spec.azure.tags,
      },
      dependsOn: [resourceGroup.address(), actionGroup.address()],
    }),
  ];
}
