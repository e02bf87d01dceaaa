import { findRow, textOf } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";
import { findBotByBotId, type KnownBot } from "../health-bot/portal.ts";
import { holdsRole, isEnabled } from "./people.ts";

/**
 * The bot's side of a chat: whether it can take part, and what it says. What a Health Bot understands is up to its
 * language models; the sandbox's bot recognises a few words and the phrases of the deployed scenarios.
 */

const PUSH = 192350000;
const BOT_APPLICATION_USER = 192350001;
const BOT_ROLE = "Omnichannel agent";

export type BotReadiness =
  | { readonly ready: true; readonly bot: KnownBot }
  | { readonly ready: false; readonly reason: string };

/**
 * Whether Omnichannel can give a conversation to this bot user ("Integrate an Azure bot", "Escalate and end bot
 * conversation": push workstreams only; Omnichannel agent role; the bot's own id on the user; the bot's Omnichannel
 * channel).
 */
export function botReadiness(session: Session, botUserId: string, workstream: Row): BotReadiness {
  const refuse = (reason: string): BotReadiness => ({ ready: false, reason });
  const user = findRow(session.organization, "systemuser", botUserId);
  if (user === undefined) return refuse(`there is no user ${botUserId}`);
  const name = textOf(user, "fullname");
  if (!isEnabled(user)) return refuse(`bot user "${name}" is disabled`);
  if (user["msdyn_agentType"] !== BOT_APPLICATION_USER)
    return refuse(`user "${name}" is no bot application user`);
  if (!holdsRole(session, botUserId, [BOT_ROLE]))
    return refuse(`bot user "${name}" does not hold the role ${BOT_ROLE}`);
  if (workstream["msdyn_workdistributionmode"] !== PUSH)
    return refuse("bots take conversations from push workstreams only");
  const botId = textOf(user, "msdyn_botapplicationid");
  const bot = findBotByBotId(session.world, botId);
  if (bot === undefined) return refuse(`no bot answers under the bot id ${botId} of user "${name}"`);
  if (!bot.channels.omnichannel) return refuse(`bot ${bot.tenantName} has no active Omnichannel channel`);
  return { ready: true, bot };
}

/** What a bot's activity asks Omnichannel to do (`channelData.tags`). */
export interface BotTags {
  readonly type: "Escalate" | "EndConversation";
  readonly context: Readonly<Record<string, unknown>>;
}

export interface BotReply {
  readonly text: string;
  readonly tags?: BotTags;
  /** Name of the scenario that answered. */
  readonly scenario?: string;
}

interface BotScenario {
  readonly name: string;
  /** What the patient says to reach it, in small letters. */
  readonly phrases: readonly string[];
  readonly reply: BotReply;
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function stepsOf(code: unknown): Record<string, unknown>[] {
  try {
    const value: unknown = typeof code === "string" ? JSON.parse(code) : code;
    return listOf((value as { steps?: unknown } | null)?.steps);
  } catch {
    return [];
  }
}

/** A literal of the action code as JSON: single quotes and bare names are allowed there. */
function literal(source: string): unknown {
  const json = source
    .replace(/'((?:[^'\\]|\\.)*)'/g, (_, text: string) => JSON.stringify(text.replaceAll("\\'", "'")))
    .replace(/([{,]\s*)([A-Za-z_$][\w$]*)\s*:/g, '$1"$2":');
  for (const candidate of [source, json]) {
    try {
      return JSON.parse(candidate);
    } catch {}
  }
  return undefined;
}

const SEND =
  /session\.sendChannelData\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*,\s*\{\s*["']?tags["']?\s*:\s*JSON\.stringify\((\{[\s\S]*?\})\)\s*\}/;

/** The action code of the lab hands over by sending tags as JSON text (Lab02B_Configuring Omnichannel.md). */
function readSend(script: unknown): BotReply | undefined {
  const [, text, tags] = SEND.exec(typeof script === "string" ? script : "") ?? [];
  if (text === undefined || tags === undefined) return undefined;
  const said = literal(text);
  const asked = literal(tags) as { type?: unknown; context?: unknown } | undefined;
  if (asked?.type !== "Escalate" && asked?.type !== "EndConversation") return undefined;
  const context = typeof asked.context === "object" && asked.context !== null ? asked.context : {};
  return {
    text: typeof said === "string" ? said : "",
    tags: { type: asked.type, context: context as Record<string, unknown> },
  };
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** Assumption: the phrase is what follows the last colon of the description; name and trigger lead there as well. */
function phrasesOf(scenario: Record<string, unknown>): string[] {
  const description = String(scenario["description"] ?? "");
  const words = [
    description.slice(description.lastIndexOf(":") + 1),
    String(scenario["name"] ?? ""),
    String(scenario["scenario_trigger"] ?? ""),
  ];
  return words.map(plain).filter((phrase) => phrase !== "");
}

function scenariosOf(bot: KnownBot): BotScenario[] {
  return listOf(bot.backup["scenarios"])
    .filter((scenario) => scenario["active"] !== false)
    .flatMap((scenario) => {
      const reply = stepsOf(scenario["code"])
        .map((step) => readSend(step["onInit"]))
        .find((found) => found !== undefined);
      const name = String(scenario["name"] ?? "");
      return reply === undefined
        ? []
        : [{ name, phrases: phrasesOf(scenario), reply: { ...reply, scenario: name } }];
    });
}

function handoffIsOn(bot: KnownBot): boolean {
  const configuration = bot.backup["configuration"] as { handoff?: { enable?: unknown } } | undefined;
  return configuration?.handoff?.enable === true;
}

const SMALL_TALK: readonly (readonly [words: RegExp, answer: string])[] = [
  [
    /\b(open|opening|hours?|closed?)\b/,
    "Our care team is there on weekdays. I can answer simple questions at any time.",
  ],
  [
    /\b(appointment|appointments|book|booking)\b/,
    "You can book, move or cancel an appointment in the patient portal.",
  ],
  [/\b(prescription|refill|medication)\b/, "You can ask for a prescription refill in the patient portal."],
  [/\b(hello|hi|good morning|good evening)\b/, "Hello! What can I do for you?"],
  [/\b(thanks|thank you)\b/, "You are welcome."],
];

export function greeting(widgetTitle: string): string {
  return `Hello, this is the virtual assistant${widgetTitle === "" ? "" : ` of ${widgetTitle}`}. How can I help you?`;
}

/** The bot's answer to what the patient wrote, with a sentence for the trail where something was in its way. */
export function answerOf(bot: KnownBot, said: string): { reply: BotReply; remark?: string } {
  const words = ` ${plain(said)} `;
  const scenario = scenariosOf(bot).find(({ phrases }) =>
    phrases.some((phrase) => words.includes(` ${phrase} `)),
  );
  if (scenario !== undefined && handoffIsOn(bot)) return { reply: scenario.reply };
  const found = SMALL_TALK.find(([pattern]) => pattern.test(words));
  const text = found?.[1] ?? "I am sorry, I did not understand that. Could you put it in other words?";
  return scenario === undefined
    ? { reply: { text } }
    : { reply: { text }, remark: `human handoff is switched off in bot ${bot.tenantName}` };
}

export function botOfUser(session: Session, botUserId: string): KnownBot | undefined {
  const user = findRow(session.organization, "systemuser", botUserId);
  return findBotByBotId(session.world, textOf(user, "msdyn_botapplicationid"));
}
