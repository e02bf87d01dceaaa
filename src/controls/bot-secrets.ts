/**
 * What it takes to read a bot's content. The secret that Azure lists opens everything in the bot, for writing too, so
 * `verify` asks for it only when it is told to: an auditor who may only read needs no more than a reader has.
 */
export const BOT_SECRETS = "Microsoft.HealthBot/healthBots/listSecrets/action";

/** Why the bot's content was not read. */
export const BOT_NOT_ASKED = `it stands in the bot's own content, and verify asks for the secret that opens it only with --with-bot-secrets (${BOT_SECRETS})`;
