import type { Observation } from "../../engine/observation.ts";
import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { healthBotId } from "../azure/resource-ids.ts";
import { wordOf } from "../word-of-a-person.ts";
import { account } from "./account.ts";
import { configuration } from "./configuration.ts";

export interface BridgeProps {
  readonly bot: string;
  readonly resourceId: string;
}

/** The switch that passes the bot's messages on to Omnichannel. It has no API and no documented key in the backup. */
export const bridge = defineKind<BridgeProps, undefined>({
  kind: "health-bot.bridge",
  summary: "Dynamics 365 Omnichannel bridge messages of the bot",
  step: 8,
  api: "none: the bot's management portal",
  persona: "Health Bot Administrator",
  permissions: { read: [], write: ["Healthcare Agent Admin on the bot"] },
  sources: [
    "learn.microsoft.com/azure/health-bot/omnichannel",
    "MicrosoftLearning/IC-001T00-Microsoft-Cloud-for-Healthcare:Instructions/Labs/Lab02A_Azure Health_bot.md",
  ],
  nature: "gate",
  partOf: "health-bot.account",
  label: ({ bot }) => `bridge messages of bot "${bot}"`,
  detail: () => "a person enables one switch",
  async read(_props, context): Promise<Observation<undefined>> {
    const bot = account.data(context);
    if (bot === undefined) return { status: "absent", reason: "the bot does not exist" };
    return wordOf(bridge.address(), bot.createdAt, "no API shows the switch", context);
  },
  instructions: ({ bot, resourceId }, context) => ({
    steps: [
      `Open the management portal of bot "${bot}"; when access has to be activated, activate Healthcare Agent Admin first`,
      "Go to Configuration > Conversation > Human Handoff",
      "Under Dynamics 365 Omnichannel set Bridge Messages to Enabled",
      "Choose Save",
    ],
    link: account.data(context)?.managementPortalLink ?? context.services.cloud.azurePortal,
    usualMinutes: 3,
    simulation: {
      action: "health-bot-bridge",
      payload: { resourceId: account.data(context)?.resourceId ?? resourceId },
    },
  }),
});

export function bridgeResources(spec: EnvironmentSpec): Resource[] {
  return [
    bridge.resource({
      props: { bot: spec.healthBot.name, resourceId: healthBotId(spec) },
      dependsOn: [account.address(), configuration.address()],
    }),
  ];
}
