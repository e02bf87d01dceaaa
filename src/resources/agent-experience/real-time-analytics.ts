import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { numberAt, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { ABSENT_ENVIRONMENT, ABSENT_TABLE, organization } from "../dataverse/organization.ts";
import { adminCenterLink, omnichannelBase } from "../omnichannel/channels.ts";
import { environment } from "../power-platform/environment.ts";

const TABLE = "msdyn_datainsightsandanalyticsfeature";
const PROVISIONED = 192350000;
const REAL_TIME = /real[- ]?time/i;

async function read(_props: undefined, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_name", "msdyn_isenabled", "msdyn_provisionstatus"],
  });
  if (rows === undefined) return ABSENT_TABLE;
  const row = rows.find(
    (one) =>
      REAL_TIME.test(textAt(one, "msdyn_name")) &&
      valueAt(one, "msdyn_isenabled") === true &&
      numberAt(one, "msdyn_provisionstatus") === PROVISIONED,
  );
  if (row === undefined) return { status: "absent" };
  return { status: "present", id: textAt(row, `${TABLE}id`), fields: {}, data: undefined };
}

/**
 * The reports are provisioned by the service when somebody switches them on; which rows it writes for that is not
 * published. Assumption: the row of the feature has "real-time" in its name.
 */
export const realTimeAnalytics = defineKind<undefined, undefined>({
  kind: "agent-experience.real-time-analytics",
  summary: "Real-time analytics for supervisors, the successor of intraday insights",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s (read only)`,
  persona: "Omnichannel Administrator",
  permissions: { read: [`prvRead${TABLE}`], write: ["Omnichannel administrator"] },
  sources: ["Customer Service: Configure real-time analytics reports", `Dataverse table reference: ${TABLE}`],
  nature: "gate",
  partOf: "power-platform.environment",
  label: () => "real-time analytics",
  detail: () => "a person switches it on in the admin center",
  read,
  instructions: (_props, context) => ({
    steps: [
      "Open the Customer Service admin center and choose Operations > Insights",
      "At Real-time analytics choose Manage, switch Enable Real-time analytics on, and save",
    ],
    link: adminCenterLink(context),
    probe: "the feature's row in Dataverse says that it is enabled and provisioned",
    usualMinutes: 5,
    simulation: {
      action: "real-time-analytics",
      payload: { organizationUrl: environment.data(context)?.instanceUrl ?? "" },
    },
  }),
});

export function realTimeAnalyticsResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.realTimeAnalytics === true
    ? [realTimeAnalytics.resource({ props: undefined, dependsOn: omnichannelBase(spec, manifest) })]
    : [];
}
