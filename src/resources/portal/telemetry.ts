import type { Observation } from "../../engine/observation.ts";
import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { applicationInsights } from "../azure/application-insights.ts";
import { environment } from "../power-platform/environment.ts";
import { wordOf } from "../word-of-a-person.ts";
import { portalSite } from "./site.ts";

export interface PortalTelemetryProps {
  readonly subdomain: string;
  readonly applicationInsights: string;
}

/**
 * Microsoft's guide wants the portal's metrics in the environment's Application Insights. No page says by which setting
 * a site sends them, and no API shows that it does: a person puts the script into the site and says so.
 */
export const portalTelemetry = defineKind<PortalTelemetryProps, undefined>({
  kind: "portal.telemetry",
  summary: "Telemetry of the site to Application Insights",
  step: 14,
  api: "none: the site's pages",
  persona: "System Administrator",
  permissions: { read: [], write: ["System Administrator"] },
  sources: ["microsoft/industry:healthcare/solutions/patientServiceCenter/readme.md (Monitoring)"],
  nature: "gate",
  partOf: "portal.site",
  label: ({ subdomain }) => `telemetry of site ${subdomain}`,
  detail: ({ applicationInsights: name }) => `to ${name}`,
  async read(_props, context): Promise<Observation<undefined>> {
    if (portalSite.data(context) === undefined)
      return { status: "absent", reason: "the site does not exist yet" };
    // A site tells no date, and goes with its environment.
    const since = environment.data(context)?.createdTime;
    return wordOf(portalTelemetry.address(), since, "no API shows what the site sends", context);
  },
  instructions: ({ subdomain, applicationInsights: name }) => ({
    steps: [
      `In the Azure portal open the Application Insights "${name}" and copy its connection string`,
      `In Power Pages open the site ${subdomain} and put the JavaScript of Application Insights with that connection string into the page that all pages share`,
      "When the site has a content security policy of its own, let it load and send to the addresses that the script names",
      "Restart the site, open a page, and look for it under page views in Application Insights",
    ],
    link: "https://make.powerpages.microsoft.com",
    usualMinutes: 15,
    simulation: { action: "portal-telemetry", payload: { subdomain } },
  }),
});

export function portalTelemetryResources(spec: EnvironmentSpec): Resource[] {
  return spec.portal?.telemetry === true
    ? [
        portalTelemetry.resource({
          props: {
            subdomain: spec.portal.subdomain,
            applicationInsights: spec.azure.monitoring.applicationInsights,
          },
          dependsOn: [portalSite.address(), applicationInsights.address()],
        }),
      ]
    : [];
}
