import { defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { type ArmResource, bearsMark, markedTags, pick, put, remove } from "./arm-resource.ts";
import { logAnalyticsWorkspace } from "./log-analytics-workspace.ts";
import { resourceGroup } from "./resource-group.ts";
import { applicationInsightsId, asDeclared, sameId, workspaceId } from "./resource-ids.ts";
import { resourceProvider } from "./resource-provider.ts";

/** Days Application Insights accepts (Azure/azure-rest-api-specs, components 2020-02-02). */
export const RETENTION_DAYS = [30, 60, 90, 120, 180, 270, 365, 550, 730] as const;

export interface ApplicationInsightsProps {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly workspaceId: string;
  readonly workspace: string;
  readonly retentionDays: number;
}

export interface ApplicationInsightsData {
  readonly id: string;
}

interface ComponentProperties {
  readonly WorkspaceResourceId?: string;
  readonly RetentionInDays?: number;
  readonly IngestionMode?: string;
}

/** Properties of a component that its PUT takes; the rest is read-only. */
const WRITABLE = [
  "Application_Type",
  "Flow_Type",
  "Request_Source",
  "HockeyAppId",
  "SamplingPercentage",
  "RetentionInDays",
  "DisableIpMasking",
  "ImmediatePurgeDataOn30Days",
  "WorkspaceResourceId",
  "publicNetworkAccessForIngestion",
  "publicNetworkAccessForQuery",
  "IngestionMode",
  "DisableLocalAuth",
  "ForceCustomerStorageForProfiler",
];

function checkedRetention(days: number): number {
  if ((RETENTION_DAYS as readonly number[]).includes(days)) return days;
  throw new PscError({
    code: "PSC-E436",
    message: `Application Insights cannot keep data for ${days} days`,
    remedy: `set \`azure.monitoring.retentionDays\` to one of ${RETENTION_DAYS.join(", ")}`,
  });
}

/** Where the bot's telemetry goes; workspace-based, one per environment. */
export const applicationInsights = defineKind<ApplicationInsightsProps, ApplicationInsightsData>({
  kind: "azure.application-insights",
  summary: "the Application Insights component of the bot, kept in the workspace",
  step: 7,
  api: "Azure Resource Manager Microsoft.Insights/components",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.Insights/components/read"],
    write: ["Microsoft.Insights/components/write", "Microsoft.Insights/components/delete"],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/applicationinsights (Components - Create Or Update, 2020-02-02)",
    "learn.microsoft.com/azure/health-bot/custom_telemetry",
  ],
  nature: "managed",
  label: ({ name }) => `Application Insights "${name}"`,
  detail: ({ workspace }) => `in workspace ${workspace}`,
  declared: ({ location, workspace, retentionDays, tags }) => ({
    location,
    workspace,
    retentionDays: checkedRetention(retentionDays),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  }),
  replaceOn: ["location"],
  async read(props, context) {
    if (logAnalyticsWorkspace.data(context) === undefined)
      return { status: "absent", reason: "its workspace does not exist" };
    const found = await context.services.arm.get<ArmResource<ComponentProperties>>(props.id);
    if (found === undefined) return { status: "absent" };
    const { WorkspaceResourceId, RetentionInDays, IngestionMode } = found.properties;
    return {
      status: "present",
      id: found.id,
      fields: {
        location: asDeclared(found.location ?? "", props.location),
        // A component made without a workspace is put into a default one, so the name alone would not do.
        workspace: sameId(WorkspaceResourceId, props.workspaceId)
          ? props.workspace
          : (WorkspaceResourceId ?? null),
        retentionDays: RetentionInDays ?? null,
        ingestion: IngestionMode ?? null,
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
        kind: "web",
        tags: markedTags(props.tags, context),
        properties: {
          Application_Type: "web",
          Flow_Type: "Bluefield",
          Request_Source: "rest",
          WorkspaceResourceId: props.workspaceId,
          IngestionMode: "LogAnalytics",
          RetentionInDays: props.retentionDays,
          // The bot can send by instrumentation key only, which local authentication stands for.
          DisableLocalAuth: false,
        },
      },
      context,
    );
    await arm.untilDone(response, props.id, "Application Insights", context.wait);
    return undefined;
  },
  async update(props, _present, _changes, context) {
    const { arm } = context.services;
    const before = await arm.get<ArmResource<ComponentProperties> & { readonly kind?: string }>(props.id);
    const response = await arm.send("PUT", props.id, {
      body: {
        location: before?.location ?? props.location,
        kind: before?.kind ?? "web",
        tags: { ...before?.tags, ...props.tags },
        properties: {
          ...pick(before?.properties, WRITABLE),
          WorkspaceResourceId: props.workspaceId,
          IngestionMode: "LogAnalytics",
          RetentionInDays: props.retentionDays,
        },
      },
    });
    await arm.untilDone(response, props.id, "Application Insights", context.wait);
    return undefined;
  },
  destroy: ({ id }, _present, context) => remove(id, "Application Insights", context),
  isMarked: (_props, { fields }, context) => bearsMark(fields["tags"], context),
});

export function applicationInsightsResources(spec: EnvironmentSpec): Resource[] {
  return [
    applicationInsights.resource({
      props: {
        id: applicationInsightsId(spec),
        name: spec.azure.monitoring.applicationInsights,
        location: spec.azure.location,
        tags: spec.azure.tags,
        workspaceId: workspaceId(spec),
        workspace: spec.azure.monitoring.workspace,
        retentionDays: spec.azure.monitoring.retentionDays,
      },
      dependsOn: [
        resourceGroup.address(),
        logAnalyticsWorkspace.address(),
        resourceProvider.address("Microsoft.Insights"),
      ],
    }),
  ];
}
