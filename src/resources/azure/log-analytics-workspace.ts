import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { type ArmResource, bearsMark, isWorking, markedTags, pick, put, remove } from "./arm-resource.ts";
import { resourceGroup } from "./resource-group.ts";
import { asDeclared, workspaceId } from "./resource-ids.ts";
import { resourceProvider } from "./resource-provider.ts";

export interface WorkspaceProps {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly retentionDays: number;
}

export interface WorkspaceData {
  readonly id: string;
}

interface WorkspaceProperties {
  readonly provisioningState?: string;
  readonly retentionInDays?: number;
  readonly features?: { readonly enableLogAccessUsingOnlyResourcePermissions?: boolean };
}

/** Properties of a workspace that its PUT takes; the rest is read-only. */
const WRITABLE = [
  "sku",
  "retentionInDays",
  "workspaceCapping",
  "publicNetworkAccessForIngestion",
  "publicNetworkAccessForQuery",
  "forceCmkForQuery",
  "features",
  "defaultDataCollectionRuleResourceId",
];
const CREATED_WITHIN_MS = 30 * 60_000;

export const logAnalyticsWorkspace = defineKind<WorkspaceProps, WorkspaceData>({
  kind: "azure.log-analytics-workspace",
  summary: "the workspace that keeps activity log and telemetry",
  step: 7,
  api: "Azure Resource Manager Microsoft.OperationalInsights/workspaces",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.OperationalInsights/workspaces/read"],
    write: [
      "Microsoft.OperationalInsights/workspaces/write",
      "Microsoft.OperationalInsights/workspaces/delete",
    ],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/operationalinsights (Workspaces - Create Or Update)",
    "learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure",
    "microsoft/industry:healthcare/solutions/healthcareApis/infra/logAnalytics.json (PerGB2018, resource permissions)",
  ],
  nature: "managed",
  usualMinutes: 1,
  label: ({ name }) => `Log Analytics workspace "${name}"`,
  detail: ({ retentionDays }) => `${retentionDays} days`,
  declared: ({ location, retentionDays, tags }) => ({
    location,
    retentionDays,
    resourcePermissions: true,
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  }),
  replaceOn: ["location"],
  async read(props, context) {
    if (resourceGroup.data(context) === undefined)
      return { status: "absent", reason: "its resource group does not exist" };
    const found = await context.services.arm.get<ArmResource<WorkspaceProperties>>(props.id);
    if (found === undefined) return { status: "absent" };
    const { provisioningState, retentionInDays, features } = found.properties;
    if (isWorking(provisioningState))
      return { status: "in-progress", what: `the workspace is ${provisioningState}` };
    return {
      status: "present",
      id: found.id,
      fields: {
        location: asDeclared(found.location ?? "", props.location),
        retentionDays: retentionInDays ?? null,
        resourcePermissions: features?.enableLogAccessUsingOnlyResourcePermissions === true,
        tags: found.tags ?? {},
      },
      data: { id: found.id },
    };
  },
  async create(props, context) {
    const { arm } = context.services;
    const response = await put(
      props.id,
      {
        location: props.location,
        tags: markedTags(props.tags, context),
        properties: {
          sku: { name: "PerGB2018" },
          retentionInDays: props.retentionDays,
          features: { enableLogAccessUsingOnlyResourcePermissions: true },
        },
      },
      context,
    );
    await arm.untilDone(response, props.id, "the workspace", (what, options, look) =>
      context.wait(what, { ...options, atMostMs: CREATED_WITHIN_MS }, look),
    );
    return undefined;
  },
  async update(props, _present, _changes, context) {
    const { arm } = context.services;
    const before = await arm.get<ArmResource<WorkspaceProperties>>(props.id);
    const kept = pick(before?.properties, WRITABLE);
    const response = await arm.send("PUT", props.id, {
      body: {
        location: before?.location ?? props.location,
        tags: { ...before?.tags, ...props.tags },
        properties: {
          ...kept,
          retentionInDays: props.retentionDays,
          features: { ...kept.features, enableLogAccessUsingOnlyResourcePermissions: true },
        },
      },
    });
    await arm.untilDone(response, props.id, "the workspace", context.wait);
    return undefined;
  },
  // Without `force`: Azure keeps what is in it for 14 days, and a new one of that name gets it back.
  destroy: ({ id }, _present, context) => remove(id, "the workspace", context),
  isMarked: (_props, { fields }, context) => bearsMark(fields["tags"], context),
});

export function logAnalyticsWorkspaceResources(spec: EnvironmentSpec): Resource[] {
  return [
    logAnalyticsWorkspace.resource({
      props: {
        id: workspaceId(spec),
        name: spec.azure.monitoring.workspace,
        location: spec.azure.location,
        tags: spec.azure.tags,
        retentionDays: spec.azure.monitoring.retentionDays,
      },
      dependsOn: [resourceGroup.address(), resourceProvider.address("Microsoft.OperationalInsights")],
    }),
  ];
}
