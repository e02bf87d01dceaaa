import { tableOf } from "../azure/tracked-resources.ts";
import { Refusal } from "../exchange.ts";
import type { World } from "../world.ts";
import { botIdOf, findAccountOf, type HealthBotAccount, healthBotState } from "./accounts.ts";

/** A bot as the contact centre sees it. */
export interface KnownBot {
  readonly resourceId: string;
  readonly tenantName: string;
  readonly botId: string;
  readonly channels: { readonly teams: boolean; readonly omnichannel: boolean };
  /** Whether replies are bridged to Omnichannel. */
  readonly bridgeEnabled: boolean;
  /** The bot's content: scenarios, configuration … as exported. */
  readonly backup: Readonly<Record<string, unknown>>;
}

function requireAccount(world: World, resourceId: string): HealthBotAccount {
  const account = findAccountOf(world, resourceId);
  if (account === undefined)
    throw new Refusal({
      status: 404,
      body: {
        error: {
          code: "SandboxControl",
          message: `there is no provisioned Health Bot ${resourceId}, so nobody can open its portal`,
        },
      },
    });
  return account;
}

/**
 * What a person does in the Health Bot management portal: Integration > Channels > Microsoft Teams and Omnichannel.
 * Returns the bot id shown there, the same for every channel and every time (MicrosoftLearning/
 * IC-001T00-Microsoft-Cloud-for-Healthcare:Instructions/Labs/Lab02A_Azure Health_bot.md).
 */
export function activateBotChannels(world: World, resourceId: string): string {
  const account = requireAccount(world, resourceId);
  account.channels = { teams: true, omnichannel: true };
  account.botId = botIdOf(account);
  return account.botId;
}

/**
 * Configuration > Conversation > Human Handoff > Dynamics 365 Omnichannel > Bridge Messages. The toggle is kept beside
 * the bot's content: which key it has in a backup is not published.
 */
export function enableBridge(world: World, resourceId: string): void {
  requireAccount(world, resourceId).bridgeEnabled = true;
}

/** What ARM shows where access is not managed in Azure. Assumption: no public source has the word. */
const ACCESS_IN_THE_PORTAL = "Legacy";

/**
 * Users > Manage > Microsoft Entra Access Management, which an administrator of the bot switches on and off ("Assign
 * user access to healthcare agent service management portal", Microsoft Learn). Bots made since July 2025 have it on.
 * Assumption: ARM shows the change at once, and the switch of a newer bot can be moved too.
 */
export function toggleEntraAccess(world: World, resourceId: string, isOn: boolean): void {
  requireAccount(world, resourceId);
  const bot = tableOf(world, "Microsoft.HealthBot/healthBots")[resourceId.toLowerCase()];
  if (bot !== undefined)
    bot.properties = {
      ...bot.properties,
      accessControlMethod: isOn ? "AzureRBAC" : ACCESS_IN_THE_PORTAL,
    };
}

/** The bot that a person activated under this bot id. */
export function findBotByBotId(world: World, botId: string): KnownBot | undefined {
  const account = Object.values(healthBotState(world).accounts).find(
    (candidate) => candidate.botId?.toLowerCase() === botId.toLowerCase(),
  );
  if (account === undefined || account.botId === null) return undefined;
  const { resourceId, tenantName, channels, bridgeEnabled, backup } = account;
  return { resourceId, tenantName, botId: account.botId, channels, bridgeEnabled, backup };
}
