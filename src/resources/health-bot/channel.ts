import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { healthBotId } from "../azure/resource-ids.ts";
import { applicationId } from "../entra/application.ts";
import { environment } from "../power-platform/environment.ts";
import { account } from "./account.ts";

export interface ChannelProps {
  readonly bot: string;
  readonly resourceId: string;
  /** Name of the psc environment. */
  readonly environment: string;
}

export interface ChannelData {
  /** Application id of the bot, shown in its portal only. */
  readonly botId: string;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface BotUser {
  /** Client id of its application, lower case. */
  readonly application: string;
  /** Lower case. */
  readonly botId: string;
}

/**
 * Users of the environment that stand for a bot; none while they cannot be read, which proves nothing. A privilege that
 * is missing has to be granted.
 */
async function botUsers(context: Context): Promise<readonly BotUser[]> {
  const organization = environment.data(context)?.instanceUrl;
  if (organization === undefined) return [];
  try {
    const users = await context.services.dataverse(organization).list("systemusers", {
      select: ["applicationid", "msdyn_botapplicationid"],
      filter: "msdyn_botapplicationid ne null",
    });
    const text = (value: unknown): string => (typeof value === "string" ? value.toLowerCase() : "");
    return (users ?? []).map((user) => ({
      application: text(user["applicationid"]),
      botId: text(user["msdyn_botapplicationid"]),
    }));
  } catch (error) {
    if (isServiceError(error) && error.permission === undefined) return [];
    throw error;
  }
}

/** The bot id that Dataverse already holds: of the user whose application is this environment's, else the only one there is. */
async function botIdAmong(
  bots: readonly BotUser[],
  props: ChannelProps,
  context: Context,
): Promise<string | undefined> {
  if (bots.length === 0) return undefined;
  const own = await applicationId(props.environment, context);
  const match = bots.find(({ application }) => own !== undefined && application === own.toLowerCase());
  const found = match?.botId ?? (bots.length === 1 ? bots[0]?.botId : undefined);
  return found !== undefined && GUID.test(found) ? found : undefined;
}

/** Teams and Omnichannel channels of the bot. Only its portal switches them on, and only there stands the bot id. */
export const channel = defineKind<ChannelProps, ChannelData>({
  kind: "health-bot.channel",
  summary: "the bot's Teams and Omnichannel channels, and its bot id",
  step: 9,
  api: "none: the bot's management portal; the bot id is read back from Dataverse systemusers",
  persona: "Health Bot Administrator",
  permissions: { read: ["prvReadUser"], write: ["Healthcare Agent Admin on the bot"] },
  sources: [
    "learn.microsoft.com/azure/health-bot/omnichannel",
    "MicrosoftLearning/IC-001T00-Microsoft-Cloud-for-Healthcare:Instructions/Labs/Lab02A_Azure Health_bot.md",
  ],
  nature: "gate",
  partOf: "health-bot.account",
  label: ({ bot }) => `channels of bot "${bot}"`,
  detail: () => "a person switches two channels on and reads the bot id",
  async read(props, context): Promise<Observation<ChannelData>> {
    if (account.data(context) === undefined) return { status: "absent", reason: "the bot does not exist" };
    const confirmed = context.confirmation(channel.address())?.value?.trim().toLowerCase();
    const bots = await botUsers(context);
    if (confirmed !== undefined && GUID.test(confirmed)) {
      const present = { status: "present" as const, id: confirmed, fields: {}, data: { botId: confirmed } };
      return bots.some(({ botId }) => botId === confirmed) ? present : { ...present, onWord: true };
    }
    const botId = await botIdAmong(bots, props, context);
    return botId === undefined
      ? { status: "absent", reason: "the bot id is not known yet" }
      : { status: "present", id: botId, fields: {}, data: { botId } };
  },
  instructions: ({ bot, resourceId }, context) => ({
    steps: [
      `Open the management portal of bot "${bot}"`,
      "Go to Integration > Channels, switch Microsoft Teams on and choose Create",
      "Switch Omnichannel on and choose Create",
      "Copy the Bot ID that both show",
    ],
    link: account.data(context)?.managementPortalLink ?? context.services.cloud.azurePortal,
    probe: "the bot's user in Dataverse holds a bot application id",
    value: { name: "botId", pattern: GUID, hint: "the Bot ID shown beside the channel, a GUID" },
    usualMinutes: 5,
    simulation: {
      action: "health-bot-channel",
      payload: { resourceId: account.data(context)?.resourceId ?? resourceId },
    },
  }),
});

export function channelResources(spec: EnvironmentSpec): Resource[] {
  return [
    channel.resource({
      props: { bot: spec.healthBot.name, resourceId: healthBotId(spec), environment: spec.name },
      dependsOn: [account.address(), environment.address()],
    }),
  ];
}
