import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { BotStringsSpec, EnvironmentSpec } from "../../spec/model.ts";
import { account } from "./account.ts";
import { configuration } from "./configuration.ts";
import { isOpening, management, stillClosed } from "./management.ts";

interface LocalizationProps {
  readonly strings: readonly BotStringsSpec[];
}

async function read({ strings }: LocalizationProps, context: Context): Promise<Observation<undefined>> {
  const bot = account.data(context);
  const api = await management(context);
  if (bot === undefined || api === undefined) return { status: "absent", reason: "the bot does not exist" };
  const present = await api.getStrings();
  if (present === undefined) {
    if (!isOpening(bot, context)) throw stillClosed(bot);
    return { status: "in-progress", what: "the bot's management API is opening" };
  }
  const fields: Record<string, Record<string, string>> = {};
  for (const { id, texts } of strings) {
    const found = present.find(({ stringId }) => stringId === id);
    if (found === undefined) continue;
    fields[id] = Object.fromEntries(
      Object.keys(texts).flatMap((language) => {
        const words = found[language];
        return words === undefined ? [] : [[language, words]];
      }),
    );
  }
  if (Object.keys(fields).length === 0) return { status: "absent" };
  return { status: "present", id: api.tenantName, fields, data: undefined };
}

async function write({ strings }: LocalizationProps, context: Context): Promise<undefined> {
  const api = await management(context);
  if (api === undefined) throw new Error("the bot was not observed");
  await api.postStrings(strings.map(({ id, texts }) => ({ stringId: id, ...texts })));
  return undefined;
}

export const localization = defineKind<LocalizationProps, undefined>({
  kind: "health-bot.localization",
  summary: "The bot's own strings by language; strings that the file does not name are left alone",
  step: 8,
  api: "Health Bot management API: GET /localization, POST /localization",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.HealthBot/healthBots/listSecrets/action"],
    write: ["Microsoft.HealthBot/healthBots/listSecrets/action"],
  },
  sources: ["microsoft/HealthBotCodeSnippets:HealthAgentAPI/README.md"],
  nature: "managed",
  partOf: "health-bot.account",
  staysBecause: "the management API deletes no strings; unused ones do no harm",
  label: () => "strings of the bot",
  detail: ({ strings }) => `${strings.length} strings`,
  declared: ({ strings }) => Object.fromEntries(strings.map(({ id, texts }) => [id, texts])),
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
});

export function localizationResources(spec: EnvironmentSpec): Resource[] {
  const { strings } = spec.healthBot;
  if (strings.length === 0) return [];
  return [
    localization.resource({ props: { strings }, dependsOn: [account.address(), configuration.address()] }),
  ];
}
