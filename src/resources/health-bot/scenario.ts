import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { scenariosIn } from "../../services/health-bot.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { account } from "./account.ts";
import { configuration } from "./configuration.ts";
import { escalationScenario, type Handoff, readEscalation, triggerOf } from "./escalation-scenario.ts";
import { isOpening, management, stillClosed } from "./management.ts";

export interface ScenarioProps {
  readonly handoff: Handoff;
}

export interface ScenarioData {
  readonly trigger: string;
}

async function post({ handoff }: ScenarioProps, context: Context): Promise<undefined> {
  const api = await management(context);
  if (api === undefined) throw new Error("the bot was not observed");
  await api.postScenarios([escalationScenario(handoff)]);
  return undefined;
}

/** The bot's side of the handoff: says a sentence and asks Omnichannel for a person. */
export const scenario = defineKind<ScenarioProps, ScenarioData>({
  kind: "health-bot.scenario",
  summary: "the scenario that hands a conversation to a human agent",
  step: 8,
  api: "Health Bot management API: GET /backup, POST /scenarios",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.HealthBot/healthBots/listSecrets/action"],
    write: ["Microsoft.HealthBot/healthBots/listSecrets/action"],
  },
  sources: [
    "microsoft/HealthBotCodeSnippets:HealthAgentAPI/README.md",
    "MicrosoftLearning/IC-001T00-Microsoft-Cloud-for-Healthcare:Instructions/Labs/Lab02B_Configuring Omnichannel.md",
  ],
  nature: "managed",
  partOf: "health-bot.account",
  label: ({ handoff }) => `scenario "${handoff.scenario}"`,
  detail: ({ handoff }) => `“${handoff.phrase}” sets ${handoff.sets} = ${handoff.value}`,
  declared: ({ handoff: { scenario: name, phrase, message, sets, value } }) => ({
    trigger: triggerOf(name),
    phrase,
    message,
    sets,
    value,
    active: true,
  }),
  async read({ handoff }, context) {
    const bot = account.data(context);
    const api = await management(context);
    if (bot === undefined || api === undefined) return { status: "absent", reason: "the bot does not exist" };
    // The backup holds them too, and the configuration reads it anyway.
    const backup = await api.getBackup();
    if (backup === undefined) {
      if (!isOpening(bot, context)) throw stillClosed(bot);
      return { status: "in-progress", what: "the bot's management API is opening" };
    }
    const named = scenariosIn(backup).filter(({ name }) => name === handoff.scenario);
    if (named.length > 1) {
      throw new PscError({
        code: "PSC-E401",
        message: `the bot has ${named.length} scenarios called "${handoff.scenario}", with triggers ${named.map(({ scenario_trigger }) => scenario_trigger).join(", ")}`,
        remedy: "rename all but one of them in the bot's management portal",
        persona: "Health Bot Administrator",
      });
    }
    const [found] = named;
    if (found === undefined) return { status: "absent" };
    const { trigger, ...rest } = readEscalation(found);
    return {
      status: "present",
      id: trigger,
      fields: { trigger, ...rest },
      data: { trigger },
    };
  },
  create: post,
  update: (props, _present, _changes, context) => post(props, context),
});

export function scenarioResources(spec: EnvironmentSpec): Resource[] {
  const { handoff } = spec.healthBot;
  return [
    scenario.resource({
      name: handoff.scenario,
      props: { handoff },
      // The configuration is written by restoring a whole backup: a scenario posted meanwhile would be lost.
      dependsOn: [account.address(), configuration.address()],
    }),
  ];
}
