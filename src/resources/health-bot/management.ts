import type { Context } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type SecretValue, secretValue } from "../../secret-value.ts";
import type { HealthBotManagement } from "../../services/health-bot.ts";
import type { Services } from "../../services/services.ts";
import { type AccountData, account } from "./account.ts";

interface Secrets {
  readonly secrets?: readonly { readonly keyName: string; readonly value: string }[];
}

/** Secrets live in memory and only as long as the run; they are asked for once per bot. */
const known = new WeakMap<Services, Map<string, Promise<SecretValue>>>();

async function askForSecret(resourceId: string, services: Services): Promise<SecretValue> {
  const response = await services.arm.send("POST", `${resourceId}/listSecrets`);
  const { secrets } = (response.body ?? {}) as Secrets;
  // By name: the order of the three is not the same everywhere, and one has changed its name.
  const found = (secrets ?? []).find(({ keyName }) => keyName === "API_JWT_SECRET");
  if (found === undefined) {
    throw new PscError({
      code: "PSC-E437",
      message: `Azure lists no API_JWT_SECRET for ${resourceId}`,
      remedy: "open Integration > Secrets in the bot's management portal and see whether it is there",
      side: "service",
    });
  }
  return secretValue(found.value);
}

/** A new bot's management API opens about half a minute after Azure reports success; this long is given. */
const OPENS_WITHIN_MS = 15 * 60_000;

/** True while a bot is so new that its management API may still be closed. */
export function isOpening({ createdAt }: AccountData, context: Context): boolean {
  const created = Date.parse(createdAt ?? "");
  return !Number.isNaN(created) && context.clock.now() - created < OPENS_WITHIN_MS;
}

export function stillClosed(bot: AccountData): PscError {
  return new PscError({
    code: "PSC-E437",
    message: `the management API of the bot does not answer at ${new URL(bot.managementPortalLink).host}`,
    remedy: "open the bot's management portal from the Azure portal; when it works there, run again",
    side: "service",
  });
}

/** The management API of the environment's bot; undefined while there is no bot. */
export async function management(context: Context): Promise<HealthBotManagement | undefined> {
  const bot = account.data(context);
  if (bot === undefined) return undefined;
  const { services } = context;
  const secrets = known.get(services) ?? new Map<string, Promise<SecretValue>>();
  known.set(services, secrets);
  const secret = secrets.get(bot.resourceId) ?? askForSecret(bot.resourceId, services);
  secrets.set(bot.resourceId, secret);
  secret.catch(() => secrets.delete(bot.resourceId));
  return services.healthBot(bot.managementPortalLink, await secret);
}
