import type { SpecCode } from "../codes.ts";
import { formatPath, type SpecPath } from "../node.ts";

/**
 * Words people know from older guides, and what became of them.
 * Source: "Deprecations in Customer Service" (Dynamics 365 Customer Service).
 */
const GONE_KEYS: Readonly<Record<string, string>> = {
  intradayInsights: "remove it: intraday insights ended on 2024-04-30; real-time analytics took their place",
  powerBiTemplates: "remove it: the Power BI templates ended on 2024-04-30; analytics are built in",
  unifiedServiceDesk: "remove it: Unified Service Desk for Omnichannel ended in October 2025",
  botId: "remove it: a person reads the bot id from the bot's Teams channel, and psc asks for it once",
  password: "remove it: psc takes no passwords; it signs in with your Azure credentials",
  clientSecret: "remove it: psc takes no client secrets; it signs in with your Azure credentials",
};

export function hintForKey(key: string): string | undefined {
  return Object.hasOwn(GONE_KEYS, key) ? GONE_KEYS[key] : undefined;
}

interface WordHint {
  readonly code: SpecCode;
  readonly message: string;
  readonly remedy: string;
}

const OTHER_CHANNELS: Readonly<Record<string, string>> = {
  wechat: "use chat, sms or teams; Microsoft removed WeChat on 2024-10-08",
  voice: "use chat, sms or teams; psc does not deploy the voice channel",
  facebook: "use chat, sms or teams; psc does not deploy social channels",
  whatsapp: "use chat, sms or teams; psc does not deploy social channels",
};

/** Advice for a word that is wrong for a reason worth telling. */
export function hintForWord(path: SpecPath, word: string): WordHint | undefined {
  const field = path.at(-1);
  if (formatPath(path) === "healthBot.sku" && word.toUpperCase() === "S1")
    return {
      code: "PSC-E073",
      message: "the Health Bot tier S1 is retired",
      remedy: "use C1 (agent tier) or C0 (standard); F0 is free and limited",
    };
  const channel = word.toLowerCase();
  const isChannel = field === "channel" || (path[0] === "omnichannel" && path[1] === "channels");
  const remedy = isChannel && Object.hasOwn(OTHER_CHANNELS, channel) ? OTHER_CHANNELS[channel] : undefined;
  return remedy === undefined
    ? undefined
    : { code: "PSC-E014", message: `"${word}" is not offered as a channel`, remedy };
}
