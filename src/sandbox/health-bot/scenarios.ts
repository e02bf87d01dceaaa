import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";

/** The API carries `code` as JSON text, a backup as an object (microsoft/HealthBotCodeSnippets:HealthAgentAPI/healthAgentAPI.js; microsoft/ClinicalTrialsBlueprint:bot-templates/ctm-bot.json). */
export function presentScenario(scenario: JsonObject): JsonObject {
  const code = scenario["code"];
  return { ...scenario, code: typeof code === "string" ? code : JSON.stringify(code ?? {}) };
}

/** A posted scenario as the bot keeps it; undefined when its code is not JSON. */
export function storeScenario(posted: JsonObject, world: World): JsonObject | undefined {
  const code = parseCode(posted["code"]);
  if (code === undefined) return undefined;
  return {
    RowKey: world.newId(),
    name: String(posted["name"]),
    scenario_trigger: posted["scenario_trigger"] ?? "",
    description: posted["description"] ?? "",
    userDisplayName: "Management API",
    active: posted["active"] ?? true,
    version: 1,
    updated: world.iso(),
    snapshots: 0,
    code,
  };
}

function parseCode(code: unknown): JsonObject | undefined {
  let value = code;
  if (typeof code === "string") {
    try {
      value = JSON.parse(code);
    } catch {
      return undefined;
    }
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}
