import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { ABSENT_ENVIRONMENT, ABSENT_TABLE, organization } from "../dataverse/organization.ts";
import { environment } from "../power-platform/environment.ts";
import { adminCenterLink } from "./channels.ts";
import { workstream } from "./workstream.ts";

export interface TeamsAccountProps {
  readonly workstream: string;
}

export interface TeamsAccountData {
  /** Bot that the Teams app is packaged with. */
  readonly botId: string;
}

async function read(props: TeamsAccountProps, context: Context): Promise<Observation<TeamsAccountData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const rows = await client.list("msdyn_octeamschannelconfigs", {
    select: ["msdyn_octeamschannelconfigid", "msdyn_teamsappname", "msdyn_botid"],
    filter: `_msdyn_liveworkstreamid_value eq ${workstreamId}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  const registered = rows.find((row) => textAt(row, "msdyn_botid") !== "");
  if (registered !== undefined) {
    return {
      status: "present",
      id: textAt(registered, "msdyn_octeamschannelconfigid"),
      fields: {},
      data: { botId: textAt(registered, "msdyn_botid") },
    };
  }
  const confirmed = context.confirmation(teamsAccount.address(props.workstream));
  if (confirmed?.how === "confirmed")
    return { status: "present", id: workstreamId, fields: {}, data: { botId: "" }, onWord: true };
  return {
    status: "absent",
    ...(rows.length > 0 ? { reason: "the account exists, its bot is not registered yet" } : {}),
  };
}

export const teamsAccount = defineKind<TeamsAccountProps, TeamsAccountData>({
  kind: "omnichannel.teams-account",
  summary: "Microsoft Teams account of a workstream; the service registers its bot",
  step: 11,
  api: "Dataverse Web API: msdyn_octeamschannelconfigs (read only)",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadmsdyn_octeamschannelconfig"],
    write: ["Omnichannel administrator, and permission to upload a Teams app"],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/configure-microsoft-teams.md",
  ],
  nature: "gate",
  partOf: "power-platform.environment",
  label: (props) => `Teams account of "${props.workstream}"`,
  detail: () => "a person adds the account and publishes a Teams app",
  read,
  instructions: (props, context) => ({
    steps: [
      "Open the Customer Service admin center and choose Customer support > Workstreams",
      `Open "${props.workstream}", choose Set up Microsoft Teams and add an account`,
      "Copy the bot id from Callback information into the manifest of a Teams app and publish that app",
    ],
    link: adminCenterLink(context),
    probe: "the Teams account of the workstream gets its bot id",
    usualMinutes: 15,
    simulation: {
      action: "teams-account",
      payload: {
        organizationUrl: environment.data(context)?.instanceUrl ?? "",
        workstreamId: workstream.data(context, props.workstream)?.id ?? "",
        name: props.workstream,
      },
    },
  }),
});

export function teamsAccountResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams
    .filter(({ channel }) => channel === "teams")
    .map(({ name }) =>
      teamsAccount.resource({
        name,
        props: { workstream: name },
        dependsOn: [workstream.address(name)],
      }),
    );
}
