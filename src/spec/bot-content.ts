import type { BotScenarioSpec, BotStringsSpec } from "./model.ts";

/**
 * Files that hold what a Health Bot says: scenarios as the portal exports them and as the management API lists them,
 * and localized strings in the form of its localization endpoint (microsoft/HealthBotCodeSnippets:HealthAgentAPI).
 */

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined when the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function scenarioOf(value: unknown): BotScenarioSpec | string {
  if (!isObject(value)) return "an entry that is no object";
  const name = textOf(value["name"]).trim();
  if (name === "") return "a scenario without a name";
  const code = typeof value["code"] === "string" ? parsed(value["code"]) : value["code"];
  if (!isObject(code) || !Array.isArray(code["steps"]))
    return `the scenario "${name}" without code and steps`;
  const trigger = textOf(value["scenario_trigger"]).trim();
  if (trigger === "") return `the scenario "${name}" without a scenario_trigger`;
  return {
    name,
    trigger,
    description: textOf(value["description"]),
    active: value["active"] !== false,
    code: code as BotScenarioSpec["code"],
  };
}

/** @returns the scenarios of a file (one, a list, or those of a whole backup), or what is wrong with it. */
export function readBotScenarios(text: string): readonly BotScenarioSpec[] | string {
  const value = parsed(text);
  if (value === undefined) return "text that is not JSON";
  const list = isObject(value) && Array.isArray(value["scenarios"]) ? value["scenarios"] : [value].flat();
  const scenarios = list.map(scenarioOf);
  const wrong = scenarios.find((one) => typeof one === "string");
  if (typeof wrong === "string") return wrong;
  return scenarios.length === 0 ? "no scenario" : scenarios.filter((one) => typeof one !== "string");
}

const LANGUAGE = /^[a-z]{2}[-_][a-z]{2}$/i;

/** @returns the strings of a file, or what is wrong with it. */
export function readBotStrings(text: string): readonly BotStringsSpec[] | string {
  const value = parsed(text);
  if (value === undefined) return "text that is not JSON";
  const list = isObject(value) ? value["custom"] : value;
  if (!Array.isArray(list)) return "neither a list of strings nor { custom: [ … ] }";
  const strings: BotStringsSpec[] = [];
  for (const entry of list) {
    const id = isObject(entry) ? textOf(entry["stringId"]) : "";
    if (!isObject(entry) || id === "") return "a string without a stringId";
    const texts = Object.entries(entry).filter(([key]) => LANGUAGE.test(key));
    if (texts.some(([, words]) => typeof words !== "string"))
      return `the string "${id}" with a text that is none`;
    strings.push({
      id,
      texts: Object.fromEntries(
        texts.map(([key, words]) => [key.toLowerCase().replace("_", "-"), textOf(words)]),
      ),
    });
  }
  return strings;
}
