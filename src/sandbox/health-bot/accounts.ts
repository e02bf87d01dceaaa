import { createHash, randomBytes } from "node:crypto";
import { stableGuid } from "../azure/arm-state.ts";
import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { emptyBackup } from "./backup.ts";

export interface BotSecret extends JsonObject {
  keyName: string;
  value: string;
}

/** What stands behind a bot's management portal. It exists from the moment ARM accepts the bot. */
export interface HealthBotAccount extends JsonObject {
  /** `{bot name}-{7 letters and digits}`, the last segment of the portal link. */
  tenantName: string;
  resourceId: string;
  /** `eastus.healthbot.microsoft.com`. */
  host: string;
  /** Sandbox ms of ARM's success. */
  provisionedAt: number;
  /** Sandbox ms from which the management API answers. */
  opensAt: number;
  secrets: BotSecret[];
  /** The bot's content exactly as the management API exports it. */
  backup: JsonObject;
  /** Integration > Channels; set by hand only, in no backup. */
  channels: { teams: boolean; omnichannel: boolean };
  /** Microsoft App id that the channel dialog shows; null until a person opened it. */
  botId: string | null;
  /**
   * Configuration > Conversation > Human Handoff > Dynamics 365 Omnichannel > Bridge Messages. No public source names
   * the setting's key in a backup, so it is kept here and never exported.
   */
  bridgeEnabled: boolean;
}

export interface HealthBotState {
  /** By tenant name in lower case. */
  readonly accounts: Record<string, HealthBotAccount>;
}

/**
 * The management API does not answer right after ARM reports success: microsoft/ClinicalTrialsBlueprint:
 * scripts/MainRestore.ps1 waits 30 seconds before its first call.
 */
const OPENING_MS = 30_000;

export function healthBotState(world: World): HealthBotState {
  return world.slice<HealthBotState>("healthBot");
}

function newSecret(): string {
  return randomBytes(48).toString("base64url");
}

/** A number that depends only on the words: which variant of the API a bot shows. */
function variant(words: string, of: number): number {
  return createHash("sha256").update(words).digest().readUInt32BE(0) % of;
}

/**
 * The three secrets. Their order differs from bot to bot, and the first is called `APP_SECRET` in the published
 * example and `AUTH_JWT_SECRET` in microsoft/HealthBotContainerSample: a client must select by name.
 */
function newSecrets(resourceId: string): BotSecret[] {
  const key = resourceId.toLowerCase();
  const secrets: BotSecret[] = [
    { keyName: variant(`${key}#name`, 2) === 0 ? "APP_SECRET" : "AUTH_JWT_SECRET", value: newSecret() },
    { keyName: "WEBCHAT_SECRET", value: newSecret() },
    { keyName: "API_JWT_SECRET", value: newSecret() },
  ];
  const turn = variant(`${key}#order`, secrets.length);
  return [...secrets.slice(turn), ...secrets.slice(0, turn)];
}

/** Called by ARM when it accepts a new bot; `at` is the sandbox moment at which it will be provisioned. */
export function openAccount(
  world: World,
  bot: { readonly resourceId: string; readonly name: string; readonly region: string },
  at: number,
): HealthBotAccount {
  const suffix = BigInt(`0x${world.newId().replaceAll("-", "")}`)
    .toString(36)
    .slice(-7);
  const tenantName = `${bot.name}-${suffix}`;
  const account: HealthBotAccount = {
    tenantName,
    resourceId: bot.resourceId,
    host: `${bot.region}.healthbot.microsoft.com`,
    provisionedAt: at,
    opensAt: at + OPENING_MS,
    secrets: newSecrets(bot.resourceId),
    backup: emptyBackup(),
    channels: { teams: false, omnichannel: false },
    botId: null,
    bridgeEnabled: false,
  };
  healthBotState(world).accounts[tenantName.toLowerCase()] = account;
  return account;
}

export function findAccount(world: World, tenantName: string): HealthBotAccount | undefined {
  return healthBotState(world).accounts[tenantName.toLowerCase()];
}

function accountOf(world: World, resourceId: string): HealthBotAccount | undefined {
  return Object.values(healthBotState(world).accounts).find(
    (account) => account.resourceId.toLowerCase() === resourceId.toLowerCase(),
  );
}

/** The account of a bot that ARM has provisioned. */
export function findAccountOf(world: World, resourceId: string): HealthBotAccount | undefined {
  const account = accountOf(world, resourceId);
  return account !== undefined && account.provisionedAt <= world.now() ? account : undefined;
}

export function removeAccountOf(world: World, resourceId: string): void {
  const account = accountOf(world, resourceId);
  if (account !== undefined) delete healthBotState(world).accounts[account.tenantName.toLowerCase()];
}

/** Replaces `API_JWT_SECRET`; tokens signed with the old one are refused from then on. */
export function regenerateApiJwtSecret(account: HealthBotAccount): BotSecret | undefined {
  const secret = account.secrets.find((candidate) => candidate.keyName === "API_JWT_SECRET");
  if (secret !== undefined) secret.value = newSecret();
  return secret;
}

/** The Microsoft App id of a bot: the same whichever channel dialog shows it. */
export function botIdOf(account: HealthBotAccount): string {
  return stableGuid("bot", account.tenantName);
}
