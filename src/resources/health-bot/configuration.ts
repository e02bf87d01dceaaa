import type { FieldValue, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { Backup } from "../../services/health-bot.ts";
import type { EnvironmentSpec, HealthBotSpec, HealthBotVariable } from "../../spec/model.ts";
import { applicationInsights } from "../azure/application-insights.ts";
import { applicationInsightsId } from "../azure/resource-ids.ts";
import { account } from "./account.ts";
import { declaredConnections, observedConnections, withConnections } from "./data-connections.ts";
import { isOpening, management, stillClosed } from "./management.ts";
import { SET, shownValue } from "./shown-value.ts";
import { readWelcome, WELCOME_STRING, withWelcome } from "./welcome.ts";

export interface ConfigurationProps {
  readonly bot: string;
  readonly applicationInsightsId: string;
  readonly keep: HealthBotSpec["keep"];
  readonly variables: readonly HealthBotVariable[];
  readonly welcome: HealthBotSpec["welcome"];
  readonly dataConnections: HealthBotSpec["dataConnections"];
}

interface BotVariable {
  readonly name: string;
  readonly value: string;
}

/** The part of a bot's backup that psc knows; everything else goes back as it came. */
interface Configuration {
  readonly instrumentationKey?: string;
  readonly customTelemetryPHI?: boolean;
  readonly dataRetentionDays?: number;
  readonly conversation?: { readonly auto_welcome_message?: string; readonly [name: string]: unknown };
  readonly handoff?: { readonly enable?: boolean; readonly [name: string]: unknown };
  readonly environment_variables?: { readonly variables?: readonly BotVariable[] };
  readonly [name: string]: unknown;
}

function configurationOf(backup: Backup): Configuration {
  const configuration = backup["configuration"];
  if (typeof configuration === "object" && configuration !== null && !Array.isArray(configuration))
    return configuration as Configuration;
  throw new PscError({
    code: "PSC-E437",
    message: "the bot's backup has no configuration in it",
    remedy: "take a backup in the bot's management portal and see whether it can be restored there",
    side: "service",
  });
}

/** The key the bot has to send telemetry with; undefined while Application Insights does not exist. */
async function telemetryKey(props: ConfigurationProps, context: Context): Promise<string | undefined> {
  if (applicationInsights.data(context) === undefined) return undefined;
  const component = await context.services.arm.get<{
    readonly properties: { readonly InstrumentationKey?: string };
  }>(props.applicationInsightsId);
  return component?.properties.InstrumentationKey;
}

/** Says whether a secret is the right one without giving it away. */
function shown(actual: string | undefined, wanted: string | undefined): string {
  if ((actual ?? "") === "") return "not set";
  return wanted !== undefined && actual?.toLowerCase() === wanted.toLowerCase() ? SET : "another";
}

function variablesOf(configuration: Configuration): readonly BotVariable[] {
  return configuration.environment_variables?.variables ?? [];
}

/** Declared variables as observed: plain values in clear, secret ones only as set, not set or another. */
async function observedVariables(
  declared: readonly HealthBotVariable[],
  configuration: Configuration,
  context: Context,
): Promise<Readonly<Record<string, FieldValue>>> {
  const entries = await Promise.all(
    declared.map(async ({ name, value }): Promise<[string, FieldValue]> => {
      const actual = variablesOf(configuration).find((variable) => variable.name === name)?.value;
      return [name, await shownValue(actual, value, context)];
    }),
  );
  return Object.fromEntries(entries);
}

async function read(props: ConfigurationProps, context: Context): Promise<Observation<undefined>> {
  const bot = account.data(context);
  const api = await management(context);
  if (bot === undefined || api === undefined) return { status: "absent", reason: "the bot does not exist" };
  const backup = await api.getBackup();
  if (backup === undefined) {
    if (!isOpening(bot, context)) throw stillClosed(bot);
    return { status: "in-progress", what: "the bot's management API is opening" };
  }
  const configuration = configurationOf(backup);
  return {
    status: "present",
    id: api.tenantName,
    fields: {
      handoff: configuration.handoff?.enable === true,
      telemetryKey: shown(configuration.instrumentationKey, await telemetryKey(props, context)),
      messageTextInTelemetry: configuration.customTelemetryPHI === true,
      conversationsDays: configuration.dataRetentionDays ?? null,
      ...(props.variables.length === 0
        ? {}
        : { variables: await observedVariables(props.variables, configuration, context) }),
      ...(props.welcome === undefined ? {} : { welcome: readWelcome(backup, props.welcome) }),
      ...(props.dataConnections.length === 0
        ? {}
        : { dataConnections: await observedConnections(props.dataConnections, backup, context) }),
    },
    data: undefined,
  };
}

/** Takes a backup, changes the declared keys and nothing else, and restores it: there is no finer way. */
async function write(props: ConfigurationProps, context: Context): Promise<undefined> {
  const api = await management(context);
  const backup = await api?.getBackup();
  const key = await telemetryKey(props, context);
  if (api === undefined || backup === undefined || key === undefined)
    throw new Error("bot or Application Insights was not observed");
  const before = configurationOf(backup);
  const wanted = await Promise.all(
    props.variables.map(async ({ name, value }) => ({
      name,
      value: typeof value === "string" ? value : (await context.services.secret(value)).reveal(),
    })),
  );
  const others = variablesOf(before).filter(({ name }) => !wanted.some((variable) => variable.name === name));
  const after: Configuration = {
    ...before,
    instrumentationKey: key,
    customTelemetryPHI: props.keep.messageTextInTelemetry,
    dataRetentionDays: props.keep.conversationsDays,
    handoff: { ...before.handoff, enable: true },
    ...(props.welcome === undefined
      ? {}
      : { conversation: { ...before.conversation, auto_welcome_message: WELCOME_STRING } }),
    ...(wanted.length === 0
      ? {}
      : {
          environment_variables: { ...before.environment_variables, variables: [...others, ...wanted] },
        }),
  };
  await api.restoreBackup({
    ...backup,
    configuration: after,
    ...(props.welcome === undefined ? {} : { localization: withWelcome(backup, props.welcome) }),
    ...(props.dataConnections.length === 0
      ? {}
      : { dataConnections: await withConnections(props.dataConnections, backup, context) }),
  });
  return undefined;
}

/**
 * Settings of the bot that only its backup holds. The telemetry key and secret variables are compared in memory and
 * never shown.
 */
export const configuration = defineKind<ConfigurationProps, undefined>({
  kind: "health-bot.configuration",
  summary: "human handoff, telemetry, retention and variables of the bot",
  step: 8,
  api: "Health Bot management API: GET /backup, POST /backup",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.HealthBot/healthBots/listSecrets/action", "Microsoft.Insights/components/read"],
    write: ["Microsoft.HealthBot/healthBots/listSecrets/action"],
  },
  sources: [
    "microsoft/HealthBotCodeSnippets:HealthAgentAPI/README.md (endpoints, token)",
    "microsoft/ClinicalTrialsBlueprint:bot-templates/ctm-bot.json (what a backup holds); scripts/RestoreBot.ps1",
    "learn.microsoft.com/azure/health-bot/handoff; learn.microsoft.com/azure/health-bot/custom_telemetry",
  ],
  nature: "managed",
  partOf: "health-bot.account",
  usualMinutes: 1,
  label: ({ bot }) => `configuration of bot "${bot}"`,
  detail: ({ keep }) =>
    `handoff, telemetry ${keep.messageTextInTelemetry ? "with" : "without"} message text, ${keep.conversationsDays} days`,
  declared: ({ keep, variables, welcome, dataConnections }) => ({
    handoff: true,
    telemetryKey: SET,
    messageTextInTelemetry: keep.messageTextInTelemetry,
    conversationsDays: keep.conversationsDays,
    ...(variables.length === 0
      ? {}
      : {
          variables: Object.fromEntries(
            variables.map(({ name, value }) => [name, typeof value === "string" ? value : SET]),
          ),
        }),
    ...(welcome === undefined ? {} : { welcome }),
    ...(dataConnections.length === 0 ? {} : { dataConnections: declaredConnections(dataConnections) }),
  }),
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
});

export function configurationResources(spec: EnvironmentSpec): Resource[] {
  return [
    configuration.resource({
      props: {
        bot: spec.healthBot.name,
        applicationInsightsId: applicationInsightsId(spec),
        keep: spec.healthBot.keep,
        variables: spec.healthBot.variables,
        welcome: spec.healthBot.welcome,
        dataConnections: spec.healthBot.dataConnections,
      },
      dependsOn: [account.address(), applicationInsights.address()],
    }),
  ];
}
