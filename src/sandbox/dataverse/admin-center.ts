import { Refusal } from "../exchange.ts";
import type { JsonObject, World } from "../world.ts";
import type { Feature } from "./metadata/model.ts";
import { changeRow, findRow, findRowBy, insertRow, tableOf, textOf } from "./rows.ts";
import { type Session, systemSession } from "./session.ts";
import { addSolutions, CHANNEL_SOLUTIONS } from "./solutions.ts";
import { type OrganizationState, organizationByHost } from "./state.ts";

/** What a person does in the Customer Service admin center, where no public API exists. */

/** Sandbox time until ticked channels are usable. Microsoft prints no figure; this one is the sandbox's own. */
export const CHANNEL_PROVISIONING_MS = 15 * 60_000;

const STREAM_SOURCES: Readonly<Record<string, readonly [feature: Feature, source: number, name: string]>> = {
  chat: ["chat", 192360000, "Live chat"],
  sms: ["sms", 192340000, "SMS"],
  teams: ["teams", 19241000, "Microsoft Teams"],
};

function cannot(message: string): never {
  throw new Refusal({ status: 409, body: { error: { code: "AdminCenter", message } } });
}

function requireOrganization(world: World, organizationUrl: string): OrganizationState {
  const host = URL.canParse(organizationUrl) ? new URL(organizationUrl).host : "";
  return organizationByHost(world, host) ?? cannot(`there is no organization at ${organizationUrl}`);
}

function requireFeature(organization: OrganizationState, feature: Feature, what: string): void {
  if (!organization.features.includes(feature)) cannot(`${what} is not there before ${feature} is installed`);
}

/** What a person does in the Customer Service admin center: Channels > Manage channels. Takes sandbox minutes in the background. */
export function provisionChannels(world: World, organizationUrl: string, channels: readonly string[]): void {
  const organization = requireOrganization(world, organizationUrl);
  requireFeature(organization, "omnichannel", "Manage channels");
  const unknown = channels.filter((channel) => STREAM_SOURCES[channel] === undefined);
  if (unknown.length > 0) cannot(`Manage channels has no box for ${unknown.join(", ")}`);
  const wanted = channels.filter((channel) => organization.channels[channel] === undefined);
  if (wanted.length === 0) return;
  for (const channel of wanted) organization.channels[channel] = "in progress";
  world.schedule(CHANNEL_PROVISIONING_MS, CHANNELS_PROVISIONED, {
    domainName: organization.domainName,
    channels: [...wanted],
  });
}

export const CHANNELS_PROVISIONED = "dataverse.channels-provisioned";

/** The end of channel provisioning: tables, solutions, a configuration row per channel. */
export function finishChannels(payload: JsonObject, world: World): void {
  const { organizations } = world.slice<{ organizations: Record<string, OrganizationState> }>("dataverse");
  const organization = organizations[String(payload["domainName"])];
  if (organization === undefined) return;
  const channels = (payload["channels"] as string[] | undefined) ?? [];
  for (const channel of channels) {
    const [feature] = STREAM_SOURCES[channel] ?? [];
    if (feature !== undefined && !organization.features.includes(feature))
      organization.features.push(feature);
    organization.channels[channel] = "done";
  }
  const session = systemSession(world, organization);
  addSolutions(session, CHANNEL_SOLUTIONS["common"] ?? []);
  for (const channel of channels) {
    addSolutions(session, CHANNEL_SOLUTIONS[channel] ?? []);
    const [, source, name] = STREAM_SOURCES[channel] ?? [];
    if (source === undefined || name === undefined) continue;
    if (findRowBy(organization, "msdyn_occhannelconfiguration", { msdyn_streamsource: source }) === undefined)
      insertRow(session, "msdyn_occhannelconfiguration", { msdyn_name: name, msdyn_streamsource: source });
  }
}

function acsProvider(session: Session): string {
  const known = findRowBy(session.organization, "msdyn_occommunicationprovidersetting", {
    msdyn_occommunicationprovider: 192350000,
  });
  const row =
    known ??
    insertRow(session, "msdyn_occommunicationprovidersetting", {
      msdyn_name: "Azure Communication Services",
      msdyn_occommunicationprovider: 192350000,
    });
  return textOf(row, "msdyn_occommunicationprovidersettingid");
}

/**
 * Phone numbers > Sync from Azure, after as many numbers were bought there that so many are free. Returns the first free
 * one.
 */
export function syncSmsNumbers(world: World, organizationUrl: string, wanted: number): string {
  const organization = requireOrganization(world, organizationUrl);
  requireFeature(organization, "sms", "Sync from Azure");
  const session = systemSession(world, organization);
  const free: string[] = [];
  for (let line = 100; free.length < wanted; line += 1) {
    const number = `+18445550${line}`;
    const known = findRowBy(organization, "msdyn_ocphonenumber", { msdyn_phonenumber: number });
    const row =
      known ??
      insertRow(session, "msdyn_ocphonenumber", {
        msdyn_name: number,
        msdyn_phonenumber: number,
        msdyn_ocphonenumbersource: 192350000,
        msdyn_type: 192350001,
        msdyn_smsinboundenabled: true,
        msdyn_smsoutboundenabled: true,
        msdyn_countryisocode: "US",
        _msdyn_occommunicationprovidersettingid_value: acsProvider(session),
      });
    const _msdyn_phonenumberid_value = textOf(row, "msdyn_ocphonenumberid");
    if (findRowBy(organization, "msdyn_ocsmschannelsetting", { _msdyn_phonenumberid_value }) === undefined)
      free.push(number);
  }
  return free[0] ?? "";
}

/** Workstream > Microsoft Teams > add account. */
export function registerTeamsAccount(
  world: World,
  organizationUrl: string,
  workstreamId: string,
  name: string,
): void {
  const organization = requireOrganization(world, organizationUrl);
  requireFeature(organization, "teams", "Microsoft Teams");
  if (findRow(organization, "msdyn_liveworkstream", workstreamId) === undefined)
    cannot(`there is no workstream ${workstreamId}`);
  if (findRowBy(organization, "msdyn_octeamschannelconfig", { msdyn_teamsappname: name }) !== undefined)
    return;
  insertRow(systemSession(world, organization), "msdyn_octeamschannelconfig", {
    msdyn_name: name,
    msdyn_teamsappname: name,
    msdyn_botid: world.newId(),
    _msdyn_liveworkstreamid_value: workstreamId.toLowerCase(),
  });
}

/** Productivity > Macros > New, and saved. Assumption: a new macro is a definition of category 9000 without a table. */
export function buildMacro(world: World, organizationUrl: string, name: string): void {
  const organization = requireOrganization(world, organizationUrl);
  requireFeature(organization, "omnichannel", "Macros");
  if (findRowBy(organization, "workflow", { name, category: 9000 }) !== undefined) return;
  insertRow(systemSession(world, organization), "workflow", {
    name,
    category: 9000,
    type: 1,
    primaryentity: "none",
  });
}

/**
 * Operations > Insights > Real-time analytics > Enable. Assumption: the name of the row; that it is enabled and
 * provisioned is documented for the table (msdyn_datainsightsandanalyticsfeature).
 */
export function enableRealTimeAnalytics(world: World, organizationUrl: string): void {
  const organization = requireOrganization(world, organizationUrl);
  requireFeature(organization, "chat", "Real-time analytics");
  const session = systemSession(world, organization);
  const name = "Real-time analytics";
  const table = "msdyn_datainsightsandanalyticsfeature";
  const known =
    findRowBy(organization, table, { msdyn_name: name }) ??
    insertRow(session, table, { msdyn_name: name, msdyn_templateid: world.newId() });
  changeRow(session, tableOf(session, table), known, {
    msdyn_isenabled: true,
    msdyn_provisionstatus: 192350000,
  });
}
