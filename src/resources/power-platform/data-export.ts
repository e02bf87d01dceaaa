import type { Observation } from "../../engine/observation.ts";
import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { applicationInsights } from "../azure/application-insights.ts";
import { applicationInsightsId } from "../azure/resource-ids.ts";
import { wordOf } from "../word-of-a-person.ts";
import { environment } from "./environment.ts";

export interface DataExportProps {
  readonly environment: string;
  readonly applicationInsights: string;
  readonly componentId: string;
}

const ADMIN_CENTER = "https://admin.powerplatform.microsoft.com";

/**
 * Export of the environment's telemetry. There is no public API to create one, and the list that the admin center
 * reads is neither documented nor open to applications of one's own: a person confirms it.
 */
export const dataExport = defineKind<DataExportProps, undefined>({
  kind: "power-platform.data-export",
  summary: "Export of Dataverse's telemetry to Application Insights",
  step: 13,
  api: "none: the Power Platform admin center",
  persona: "Power Platform Administrator",
  permissions: {
    read: [],
    write: ["Power Platform Administrator", "Contributor on the Application Insights"],
  },
  sources: ["Power Platform: Export data to Application Insights"],
  nature: "gate",
  partOf: "power-platform.environment",
  label: ({ environment: name }) => `telemetry export of "${name}"`,
  detail: ({ applicationInsights: name }) => `to ${name}`,
  async read(_props, context): Promise<Observation<undefined>> {
    const made = environment.data(context);
    return made === undefined
      ? { status: "absent", reason: "the environment does not exist" }
      : wordOf(dataExport.address(), made.createdTime, "no public API shows the export", context);
  },
  instructions: (props, context) => ({
    steps: [
      "Open the Power Platform admin center and choose Data export > App Insights > New data export",
      "Name it, choose the export type Dataverse diagnostics and performance, and go on",
      `Choose the environment "${props.environment}"`,
      `Choose the subscription, the resource group and the Application Insights "${props.applicationInsights}", and create the export`,
    ],
    link: ADMIN_CENTER,
    usualMinutes: 5,
    simulation: {
      action: "data-export",
      payload: {
        environmentId: environment.data(context)?.id ?? "",
        componentId: props.componentId,
        packageName: `psc-${props.environment}`,
        resourceProvider: "dataverse",
      },
    },
  }),
});

export function dataExportResources(spec: EnvironmentSpec): Resource[] {
  return spec.azure.monitoring.dataverse
    ? [
        dataExport.resource({
          props: {
            environment: spec.environment.displayName,
            applicationInsights: spec.azure.monitoring.applicationInsights,
            componentId: applicationInsightsId(spec),
          },
          dependsOn: [environment.address(), applicationInsights.address()],
        }),
      ]
    : [];
}
