import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { put } from "./arm-resource.ts";
import { logAnalyticsWorkspace } from "./log-analytics-workspace.ts";
import { sameId, subscriptionId, workspaceId } from "./resource-ids.ts";
import { resourceProvider } from "./resource-provider.ts";

export interface ActivityLogExportProps {
  readonly subscription: string;
  /** Name of the diagnostic setting. */
  readonly name: string;
  readonly workspaceId: string;
  readonly workspace: string;
  readonly categories: readonly string[];
}

interface DiagnosticSetting {
  readonly name?: string;
  readonly properties: {
    readonly workspaceId?: string | null;
    readonly logs?: readonly { readonly category?: string | null; readonly enabled: boolean }[];
  };
}

function idOf({ subscription, name }: ActivityLogExportProps): string {
  return `${subscription}/providers/Microsoft.Insights/diagnosticSettings/${name}`;
}

/**
 * Sends the subscription's activity log to the workspace, where it outlives the 90 days Azure keeps it. The bot has no
 * diagnostic settings of its own: this is where changes to it are recorded.
 */
export const activityLogExport = defineKind<ActivityLogExportProps, { readonly name: string }>({
  kind: "azure.activity-log-export",
  summary: "the subscription's activity log, exported to the workspace",
  step: 7,
  api: "Azure Resource Manager Microsoft.Insights/diagnosticSettings (subscription)",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.Insights/diagnosticSettings/read"],
    write: [
      "Microsoft.Insights/diagnosticSettings/write",
      "Microsoft.Insights/diagnosticSettings/delete",
      "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
    ],
  },
  sources: [
    "Azure/azure-rest-api-specs:specification/monitor (Subscription Diagnostic Settings, 2021-05-01-preview)",
    "learn.microsoft.com/azure/azure-monitor/essentials/activity-log",
  ],
  nature: "managed",
  label: ({ name }) => `activity log export "${name}"`,
  detail: ({ categories, workspace }) => `${categories.join(", ")} → ${workspace}`,
  declared: ({ workspace, categories }) => ({ workspace, categories }),
  async read(props, context) {
    // The answer carries an id of another provider and no type, so it is asked for and judged by name.
    const found = await context.services.arm.get<DiagnosticSetting>(idOf(props));
    if (found === undefined) return { status: "absent" };
    const { workspaceId: target, logs } = found.properties;
    return {
      status: "present",
      id: idOf(props),
      fields: {
        workspace: sameId(target ?? undefined, props.workspaceId) ? props.workspace : (target ?? null),
        categories: (logs ?? []).flatMap(({ category, enabled }) =>
          enabled && typeof category === "string" ? [category] : [],
        ),
      },
      data: { name: props.name },
    };
  },
  create: async (props, context) => write(props, context),
  update: async (props, _present, _changes, context) => write(props, context),
  async delete(props, _present, context) {
    await context.services.arm.send("DELETE", idOf(props), { expect: [404] });
    return undefined;
  },
  // Its name is psc's own and names the environment.
  isMarked: () => true,
});

async function write(props: ActivityLogExportProps, context: Context): Promise<undefined> {
  await put(
    idOf(props),
    {
      properties: {
        workspaceId: props.workspaceId,
        logs: props.categories.map((category) => ({ category, enabled: true })),
      },
    },
    context,
  );
  return undefined;
}

export function activityLogExportResources(spec: EnvironmentSpec): Resource[] {
  if (spec.azure.monitoring.activityLog.length === 0) return [];
  return [
    activityLogExport.resource({
      props: {
        subscription: subscriptionId(spec),
        name: `psc-${spec.name}`,
        workspaceId: workspaceId(spec),
        workspace: spec.azure.monitoring.workspace,
        categories: spec.azure.monitoring.activityLog,
      },
      dependsOn: [logAnalyticsWorkspace.address(), resourceProvider.address("Microsoft.Insights")],
    }),
  ];
}
