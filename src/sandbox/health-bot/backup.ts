import type { Json, JsonObject } from "../exchange.ts";

/**
 * The content of a fresh bot, in the shape of a real export: microsoft/ClinicalTrialsBlueprint:
 * bot-templates/ctm-bot.json. Which values a new bot starts with is not published; these are the off positions.
 */
export function emptyBackup(): JsonObject {
  return {
    skills: [],
    files: [],
    configuration: {
      instrumentationKey: "",
      customTelemetryPHI: false,
      dataRetentionDays: 0,
      localizationSettings: { isLocalizationEnabled: false },
      language_understanding: {
        luis_models: [],
        intent_handler_map: [],
        custom_regexp_recognizers: [],
        builtin_recognizers: [],
        clu_recognizers: [],
      },
      conversation: { auto_welcome_message: "" },
      handoff: { enable: false },
      environment_variables: { variables: [] },
    },
    authenticationProviders: [],
    dataConnections: [],
    localization: { system: [], custom: [] },
    scenarios: [],
  };
}

/** The member lists that every backup has. */
const LISTS = ["skills", "files", "authenticationProviders", "dataConnections", "scenarios"] as const;

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads the text of `hbs`: JSON with the known members in their known types. Unknown members are kept as they are.
 * Undefined when it is no backup.
 */
export function parseBackup(text: string): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const backup = value as JsonObject;
  if (!isObject(backup["configuration"])) return undefined;
  const listsAreLists = LISTS.every((name) => backup[name] === undefined || Array.isArray(backup[name]));
  return listsAreLists ? backup : undefined;
}

/** A list of objects in the backup; made when the backup lacks it. */
export function listIn(owner: JsonObject, name: string): JsonObject[] {
  const list = owner[name];
  if (Array.isArray(list)) return list as JsonObject[];
  const made: JsonObject[] = [];
  owner[name] = made;
  return made;
}

export function objectInBackup(owner: JsonObject, name: string): JsonObject {
  const member = owner[name];
  if (isObject(member)) return member;
  const made: JsonObject = {};
  owner[name] = made;
  return made;
}
