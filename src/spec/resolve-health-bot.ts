import { readBotScenarios, readBotStrings } from "./bot-content.ts";
import type { IncludedFiles } from "./included-files.ts";
import type { BotStringsSpec, GroupSpec, HealthBotSpec } from "./model.ts";
import { declaredGroup, keyOfGroup } from "./resolve-groups.ts";
import { DEFAULTS } from "./schema/defaults.ts";
import type { SpecDocument } from "./schema.ts";
import { languageTagOf } from "./terms/languages.ts";

type Given = NonNullable<SpecDocument["healthBot"]>;

function resolveWelcome(given: NonNullable<Given["welcome"]>, language: number): Record<string, string> {
  const usual = languageTagOf(language) ?? DEFAULTS.language;
  const texts = typeof given === "string" ? { [usual]: given } : given;
  return Object.fromEntries(Object.entries(texts).map(([tag, words]) => [tag.toLowerCase(), words]));
}

function resolveStrings(text: string | undefined): readonly BotStringsSpec[] {
  const strings = text === undefined ? [] : readBotStrings(text);
  return typeof strings === "string" ? [] : strings;
}

/** @param language LCID of the environment. */
export function resolveHealthBot(
  given: Given,
  name: string,
  language: number,
  groups: readonly GroupSpec[],
  included: IncludedFiles,
): HealthBotSpec {
  const activation = given.access?.activation === "none" ? undefined : (given.access?.activation ?? {});
  return {
    name: given.name ?? `bot-${name}`,
    sku: given.sku ?? DEFAULTS.sku,
    handoff: {
      phrase: given.handoff?.phrase ?? DEFAULTS.handoffPhrase,
      sets: given.handoff?.sets ?? DEFAULTS.handoffVariable,
      value: given.handoff?.value ?? DEFAULTS.handoffValue,
      scenario: given.handoff?.scenario ?? DEFAULTS.handoffScenario,
      message: given.handoff?.message ?? DEFAULTS.handoffMessage,
    },
    customerManagedKey: given.customerManagedKey && {
      vault: `${(given.customerManagedKey.vault ?? "").replace(/\/$/, "")}/`,
      key: given.customerManagedKey.key ?? "",
      version: given.customerManagedKey.version ?? "",
      identity: given.customerManagedKey.identity ?? "",
    },
    keep: {
      conversationsDays: given.keep?.conversationsDays ?? DEFAULTS.conversationsDays,
      messageTextInTelemetry: given.keep?.messageTextInTelemetry ?? DEFAULTS.messageTextInTelemetry,
    },
    access: {
      admins: keyOfGroup(given.access?.admins) ?? declaredGroup(groups, "botAdmins"),
      editors: keyOfGroup(given.access?.editors),
      readers: keyOfGroup(given.access?.readers),
      activation: activation && {
        maxHours: activation.maxHours ?? DEFAULTS.activationHours,
        require: activation.require ?? DEFAULTS.activationRequire,
      },
    },
    variables: Object.entries(given.variables ?? {}).map(([variable, value]) => ({ name: variable, value })),
    welcome: given.welcome === undefined ? undefined : resolveWelcome(given.welcome, language),
    scenarios: (given.scenarios ?? []).flatMap((_file, i) => {
      const scenarios = readBotScenarios(included.textAt(["healthBot", "scenarios", i]) ?? "");
      return typeof scenarios === "string" ? [] : scenarios;
    }),
    strings: resolveStrings(included.textAt(["healthBot", "localization"])),
    dataConnections: (given.dataConnections ?? []).map((connection) => ({
      name: connection.name,
      description: connection.description ?? "",
      baseUrl: connection.baseUrl ?? "",
      headers: Object.entries(connection.headers ?? {}).map(([header, value]) => ({ name: header, value })),
    })),
    capacity: given.capacity ?? DEFAULTS.botCapacity,
  };
}
