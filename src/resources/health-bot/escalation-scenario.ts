import { createHash } from "node:crypto";
import type { Scenario, ScenarioCode, ScenarioImport } from "../../services/health-bot.ts";
import type { HealthBotSpec } from "../../spec/model.ts";

export type Handoff = HealthBotSpec["handoff"];

/** What an escalation scenario does, in the spec's terms; null where a scenario does something else. */
export interface Escalation {
  readonly trigger: string;
  readonly phrase: string | null;
  readonly message: string | null;
  readonly sets: string | null;
  readonly value: number | null;
  readonly active: boolean;
}

const PHRASE_LEAD = "A patient reaches a person by saying: ";

export function triggerOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
}

/** Step ids are 12-16-4 hex digits in every published export; the same scenario keeps the same ids. */
function stepId(scenario: string, step: string): string {
  const hex = createHash("sha256").update(`${scenario}/${step}`).digest("hex");
  return `${hex.slice(0, 12)}-${hex.slice(12, 28)}-${hex.slice(28, 32)}`;
}

/**
 * The scenario that hands a conversation to Omnichannel: an action step whose activity carries the tags Omnichannel
 * routes by, as JSON text. Sources: MicrosoftLearning/IC-001T00-Microsoft-Cloud-for-Healthcare:Instructions/Labs/
 * Lab02B_Configuring Omnichannel.md (script); microsoft/ClinicalTrialsBlueprint:bot-templates/ctm-bot.json (steps).
 *
 * Assumption: how a bot maps a spoken phrase to a scenario (its language models) is published without an example, so
 * the phrase stands in the scenario's description and the bot's own language model has to lead to the trigger.
 */
export function escalationScenario(handoff: Handoff): ScenarioImport & { readonly code: ScenarioCode } {
  const tags = { type: "Escalate", context: { [handoff.sets]: handoff.value } };
  const code: ScenarioCode = {
    interrupting: false,
    breaking: false,
    returningMessage: "",
    version: 3,
    steps: [
      {
        id: stepId(handoff.scenario, "escalate"),
        type: "action",
        label: "Escalate",
        designer: { xLocation: 100, yLocation: 0 },
        onInit: `session.sendChannelData(${JSON.stringify(handoff.message)}, {tags: JSON.stringify(${JSON.stringify(tags)})});`,
      },
    ],
  };
  return {
    name: handoff.scenario,
    scenario_trigger: triggerOf(handoff.scenario),
    description: `${PHRASE_LEAD}${handoff.phrase}`,
    code,
  };
}

function parsedCode(code: unknown): { steps?: readonly Record<string, unknown>[] } {
  try {
    const value: unknown = typeof code === "string" ? JSON.parse(code) : code;
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** A string literal of JavaScript in either kind of quotes; undefined when it is none. */
function literalText(source: string | undefined): string | undefined {
  if (source === undefined) return undefined;
  const double = source.startsWith("'")
    ? `"${source.slice(1, -1).replaceAll("\\'", "'").replaceAll('"', '\\"')}"`
    : source;
  try {
    return JSON.parse(double) as string;
  } catch {
    return undefined;
  }
}

const CALL = /session\.sendChannelData\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*,([\s\S]*)\)/;
const ESCALATES = /["']?type["']?\s*:\s*["']Escalate["']/;
const CONTEXT = /["']?context["']?\s*:\s*\{\s*["']?([A-Za-z_]\w*)["']?\s*:\s*(-?\d+(?:\.\d+)?)\s*\}/;

/** Reads a scenario by what it does, so that what the service or a person adds around it is no difference. */
export function readEscalation(scenario: Scenario): Escalation {
  const script = (parsedCode(scenario.code).steps ?? [])
    .map((step) => (step["type"] === "action" ? String(step["onInit"] ?? "") : ""))
    .find((text) => CALL.test(text) && ESCALATES.test(text));
  const [, text, content] = CALL.exec(script ?? "") ?? [];
  const [, variable, value] = CONTEXT.exec(content ?? "") ?? [];
  const description = scenario.description ?? "";
  return {
    trigger: scenario.scenario_trigger,
    phrase: description.startsWith(PHRASE_LEAD) ? description.slice(PHRASE_LEAD.length) : null,
    message: literalText(text) ?? null,
    sets: variable ?? null,
    value: value === undefined ? null : Number(value),
    active: scenario.active !== false,
  };
}
