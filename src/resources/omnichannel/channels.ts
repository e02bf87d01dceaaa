import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, textAt } from "../../services/json-reading.ts";
import type { Channel, EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { ABSENT_ENVIRONMENT, organization } from "../dataverse/organization.ts";
import { environment } from "../power-platform/environment.ts";

/** How Dataverse numbers the channels (`msdyn_streamsource`). The one of Teams really has eight digits. */
export const STREAM_SOURCES: Readonly<Record<Channel, number>> = {
  chat: 192360000,
  sms: 192340000,
  teams: 19241000,
};

/** The solution each channel brings. It stays when the channel is switched off, so it does not prove that it is on. */
const SOLUTIONS: Readonly<Record<Channel, string>> = {
  chat: "OmnichannelPrimeChatAnchor",
  sms: "OmnichannelPrimeSMSAnchor",
  teams: "OmnichannelPrimeTeams",
};

export interface ChannelsProps {
  readonly channels: readonly Channel[];
}

/** Where to find the admin center, as far as an organisation's apps tell. */
const adminCenters = new WeakMap<Dataverse, string>();

async function findAdminCenter(client: Dataverse): Promise<void> {
  if (adminCenters.has(client)) return;
  const apps = await client.list("appmodules", {
    select: ["appmoduleid", "name"],
    filter: "contains(name,'admin center')",
  });
  // Three product names are in use for the same app; whichever serves customer service comes first.
  const service = (apps ?? []).find((app) => /service|contact/i.test(textAt(app, "name"))) ?? apps?.[0];
  const id = textAt(service, "appmoduleid");
  if (id !== "") adminCenters.set(client, `${client.origin}/main.aspx?appid=${id}`);
}

/** Link to the Customer Service admin center, or to the list of apps when it is not known which app that is. */
export function adminCenterLink(context: Context): string {
  const client = organization(context);
  if (client === undefined) return context.services.cloud.adminCenter;
  return adminCenters.get(client) ?? `${client.origin}/main.aspx?forceUCI=1&pagetype=apps`;
}

/** The channels that are not provably on. */
export async function missingChannels(client: Dataverse, channels: readonly Channel[]): Promise<Channel[]> {
  const [solutions, rows] = await Promise.all([
    client.list("solutions", {
      select: ["uniquename"],
      filter: channels.map((channel) => `uniquename eq ${quoted(SOLUTIONS[channel])}`).join(" or "),
    }),
    client.list("msdyn_occhannelconfigurations", { select: ["msdyn_name", "msdyn_streamsource"] }),
  ]);
  const installed = new Set((solutions ?? []).map((row) => textAt(row, "uniquename").toLowerCase()));
  const active = new Set((rows ?? []).map((row) => numberAt(row, "msdyn_streamsource")));
  return channels.filter(
    (channel) => !installed.has(SOLUTIONS[channel].toLowerCase()) || !active.has(STREAM_SOURCES[channel]),
  );
}

async function read(
  { channels }: ChannelsProps,
  context: Context,
): Promise<Observation<Record<string, never>>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const missing = await missingChannels(client, channels);
  const seen = missing.length === 0;
  if (seen || context.confirmation("omnichannel.channels")?.how === "confirmed")
    return {
      status: "present",
      id: channels.join(","),
      fields: {},
      data: {},
      ...(seen ? {} : { onWord: true as const }),
    };
  await findAdminCenter(client);
  return { status: "absent", reason: `${missing.join(", ")} not provisioned yet` };
}

export const channels = defineKind<ChannelsProps, Record<string, never>>({
  kind: "omnichannel.channels",
  summary: "Omnichannel channels provisioned; no public API switches them on",
  step: 5,
  api: "Dataverse Web API: solutions, msdyn_occhannelconfigurations (read only)",
  persona: "System Administrator",
  permissions: {
    read: ["prvReadSolution", "prvReadAppModule", "prvReadmsdyn_occhannelconfiguration"],
    write: ["System Administrator of the root business unit, licences for each channel"],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-contact-center:contact-center/implement/provision-channels.md",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service (uninstall omnichannel solutions)",
  ],
  nature: "gate",
  partOf: "power-platform.environment",
  label: (props) => `channels ${props.channels.join(", ")}`,
  detail: ({ channels: { length } }) => `a person ticks ${length === 1 ? "one box" : `${length} boxes`}`,
  read,
  instructions: (props, context) => ({
    steps: [
      "Open the Customer Service admin center (also called Copilot Service or Contact Center admin center)",
      "Choose Customer support > Channels > Manage channels",
      `Tick ${props.channels.map((channel) => ({ chat: "Chat", sms: "SMS", teams: "Microsoft Teams" })[channel]).join(", ")}, accept the terms where asked, and save`,
      "Leave the page open until it reports no error; provisioning goes on in the background",
    ],
    link: adminCenterLink(context),
    probe: "the solution and the channel configuration row of each channel appear in Dataverse",
    usualMinutes: 15,
    simulation: {
      action: "omnichannel-channels",
      payload: {
        organizationUrl: environment.data(context)?.instanceUrl ?? "",
        channels: props.channels,
      },
    },
  }),
});

export function channelsResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const wanted = spec.omnichannel.channels;
  if (wanted.length === 0) return [];
  const base = manifest.packages.filter(({ step }) => step <= 4);
  return [
    channels.resource({
      props: { channels: wanted },
      dependsOn: [
        environment.address(),
        ...base.map(({ uniqueName }) => `power-platform.application-package[${JSON.stringify(uniqueName)}]`),
      ],
    }),
  ];
}

/** What everything in Omnichannel stands on: the environment, its packages up to step 4, and the channels. */
export function omnichannelBase(spec: EnvironmentSpec, manifest: Manifest): string[] {
  const base = manifest.packages.filter(({ step }) => step <= 4);
  return [
    environment.address(),
    ...base.map(({ uniqueName }) => `power-platform.application-package[${JSON.stringify(uniqueName)}]`),
    ...(spec.omnichannel.channels.length > 0 ? [channels.address()] : []),
  ];
}
