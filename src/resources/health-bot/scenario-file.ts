import { createHash } from "node:crypto";
import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type Backup, type Scenario, scenariosIn } from "../../services/health-bot.ts";
import type { Services } from "../../services/services.ts";
import type { BotScenarioSpec, EnvironmentSpec } from "../../spec/model.ts";
import { account } from "./account.ts";
import { configuration } from "./configuration.ts";
import { isOpening, management, stillClosed } from "./management.ts";

export interface ScenarioFileData {
  readonly name: string;
  /** Somebody changed it in the portal after psc wrote it, or wrote it by hand. */
  readonly isEdited: boolean;
  readonly isOurs: boolean;
}

/** JSON with its members in one order, so that equal contents are equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

function codeOf(code: unknown): Record<string, unknown> {
  try {
    const value: unknown = typeof code === "string" ? JSON.parse(code) : code;
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, 12);
}

interface Content {
  readonly trigger: string;
  readonly description: string;
  readonly active: boolean;
  readonly code: unknown;
}

/** Of everything a person can edit. */
function markOf({ trigger, description, active, code }: Content): string {
  return digestOf({ trigger, description, active, code: codeOf(code) });
}

function stepsOf(code: unknown): number {
  const { steps } = codeOf(code);
  return Array.isArray(steps) ? steps.length : 0;
}

/** Ends the description of a scenario that psc wrote: by it psc knows what it wrote, on every machine. */
const MARK = / ?\[psc ([0-9a-f]{12})\]$/;

function namedIn(backup: Backup, name: string): Scenario | undefined {
  const found = scenariosIn(backup).filter((one) => one.name === name);
  if (found.length > 1)
    throw new PscError({
      code: "PSC-E401",
      message: `the bot has ${found.length} scenarios called "${name}", with triggers ${found.map(({ scenario_trigger }) => scenario_trigger).join(", ")}`,
      remedy: "rename all but one of them in the bot's management portal",
      persona: "Health Bot Administrator",
    });
  return found[0];
}

async function read(props: BotScenarioSpec, context: Context): Promise<Observation<ScenarioFileData>> {
  const bot = account.data(context);
  const api = await management(context);
  if (bot === undefined || api === undefined) return { status: "absent", reason: "the bot does not exist" };
  const backup = await api.getBackup();
  if (backup === undefined) {
    if (!isOpening(bot, context)) throw stillClosed(bot);
    return { status: "in-progress", what: "the bot's management API is opening" };
  }
  const found = namedIn(backup, props.name);
  if (found === undefined) return { status: "absent" };
  const written = MARK.exec(found.description ?? "")?.[1];
  const content: Content = {
    trigger: found.scenario_trigger,
    description: (found.description ?? "").replace(MARK, ""),
    active: found.active !== false,
    code: found.code,
  };
  return {
    status: "present",
    id: props.name,
    fields: {
      trigger: content.trigger,
      description: content.description,
      active: content.active,
      steps: stepsOf(content.code),
      content: digestOf(codeOf(content.code)),
    },
    data: {
      name: props.name,
      isEdited: written !== markOf(content),
      isOurs: written !== undefined,
    },
  };
}

async function post(props: BotScenarioSpec, context: Context): Promise<undefined> {
  const api = await management(context);
  if (api === undefined) throw new Error("the bot was not observed");
  const mark = `[psc ${markOf(props)}]`;
  await api.postScenarios([
    {
      name: props.name,
      scenario_trigger: props.trigger,
      description: props.description === "" ? mark : `${props.description} ${mark}`,
      active: props.active,
      code: props.code,
    },
  ]);
  return undefined;
}

/** A restore replaces the whole bot, so that two of them at once would undo each other. */
const restoring = new WeakMap<Services, Promise<unknown>>();

async function oneAtATime(context: Context, work: () => Promise<void>): Promise<void> {
  const before = restoring.get(context.services) ?? Promise.resolve();
  const mine = before.then(work, work);
  restoring.set(
    context.services,
    mine.catch(() => {}),
  );
  await mine;
}

/** Nothing deletes one scenario: the bot's content goes back without it. */
async function remove(props: BotScenarioSpec, context: Context): Promise<undefined> {
  const api = await management(context);
  if (api === undefined) return undefined;
  await oneAtATime(context, async () => {
    const backup = await api.getBackup();
    if (backup === undefined || namedIn(backup, props.name) === undefined) return;
    const scenarios = scenariosIn(backup).filter(({ name }) => name !== props.name);
    await api.restoreBackup({ ...backup, scenarios });
  });
  return undefined;
}

function edited(name: string): PscError {
  return new PscError({
    code: "PSC-E449",
    message: `the scenario "${name}" was edited in the bot's portal, and its file says something else`,
    remedy:
      "export it there and put it into the file, or run psc deploy with --force to overwrite what was edited",
    persona: "Health Bot Administrator",
    side: "user",
  });
}

/**
 * A scenario whose author keeps it in a file. Assumption: the code comes back as it was sent, apart from the order of
 * its members; where it does not, psc asks for `--force` instead of overwriting.
 */
export const scenarioFile = defineKind<BotScenarioSpec, ScenarioFileData>({
  kind: "health-bot.scenario-file",
  summary: "Scenario of the bot that is kept in a file; edits made in the portal are not overwritten unasked",
  step: 8,
  api: "Health Bot management API: GET /backup, POST /scenarios",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.HealthBot/healthBots/listSecrets/action"],
    write: ["Microsoft.HealthBot/healthBots/listSecrets/action"],
  },
  sources: [
    "microsoft/HealthBotCodeSnippets:HealthAgentAPI/README.md",
    "microsoft/ClinicalTrialsBlueprint:bot-templates/ctm-bot.json",
  ],
  nature: "managed",
  partOf: "health-bot.account",
  label: ({ name }) => `scenario "${name}" from a file`,
  detail: ({ trigger, code }) => `${trigger}, ${stepsOf(code)} steps`,
  declared: ({ trigger, description, active, code }) => ({
    trigger,
    description,
    active,
    steps: stepsOf(code),
    content: digestOf(codeOf(code)),
  }),
  read,
  create: post,
  async update(props, { data }, _changes, context) {
    if (data.isEdited && !context.force) throw edited(props.name);
    return post(props, context);
  },
  destroy: (props, _present, context) => remove(props, context),
  isMarked: (_props, { data }) => data.isOurs,
});

export function scenarioFileResources(spec: EnvironmentSpec): Resource[] {
  return spec.healthBot.scenarios.map((declared) =>
    scenarioFile.resource({
      name: declared.name,
      props: declared,
      // The configuration is written by restoring a whole backup: a scenario posted meanwhile would be lost.
      dependsOn: [account.address(), configuration.address()],
    }),
  );
}
