import { subscriptionId } from "../../resources/azure/resource-ids.ts";
import { defineProbe } from "../probe.ts";

interface Setting {
  readonly name?: string;
  readonly properties: {
    readonly workspaceId?: string | null;
    readonly logs?: readonly {
      readonly category?: string | null;
      readonly categoryGroup?: string | null;
      readonly enabled: boolean;
    }[];
  };
}

/** Exports of the subscription's activity log that somebody else has made; where the spec has its own, nobody asks. */
export const activityLogExports = defineProbe<
  readonly { readonly name: string; readonly workspace: string; readonly categories: readonly string[] }[]
>({
  id: "activity-log-exports",
  summary: "where the subscription's activity log goes, when the spec does not say",
  api: "Azure Resource Manager Microsoft.Insights/diagnosticSettings (subscription)",
  persona: "Subscription Contributor",
  permissions: ["Microsoft.Insights/diagnosticSettings/read"],
  sources: [
    "Azure/azure-rest-api-specs:specification/monitor (Subscription Diagnostic Settings - List, 2021-05-01-preview)",
  ],
  dependsOn: () => [],
  async read({ spec, services }) {
    if (spec.azure.monitoring.activityLog.length > 0) return undefined;
    const found = await services.arm.list<Setting>(
      `${subscriptionId(spec)}/providers/Microsoft.Insights/diagnosticSettings`,
    );
    return found.map(({ name = "", properties: { workspaceId, logs } }) => ({
      name,
      workspace: workspaceId ?? "",
      categories: (logs ?? []).flatMap(({ category, categoryGroup, enabled }) =>
        enabled ? [category ?? categoryGroup ?? ""] : [],
      ),
    }));
  },
});
