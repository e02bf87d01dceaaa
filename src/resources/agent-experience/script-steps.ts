import type { FieldValue, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { AgentScriptSpec, EnvironmentSpec, ScriptStepSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { macro } from "./macro.ts";
import { allScripts, script } from "./script.ts";

const TABLE = "msdyn_productivityagentscriptstep";
const TEXT = 192350000;
const MACRO = 192350001;
const SCRIPT = 192350002;
const SCRIPT_ID = "msdyn_productivityagentscriptid";

/** Steps of all scripts, so that any number of scripts is read by one request. */
async function stepsOf(client: Dataverse, scriptId: string): Promise<readonly Row[] | undefined> {
  const rows = await client.list(`${TABLE}s`, {
    select: [
      `${TABLE}id`,
      "msdyn_name",
      "msdyn_order",
      "msdyn_actiontype",
      "msdyn_textinstruction",
      "_msdyn_agentscriptid_value",
      "_msdyn_routeactionid_value",
      "_msdyn_macroactionid_value",
    ],
  });
  return rows
    ?.filter((row) => textAt(row, "_msdyn_agentscriptid_value") === scriptId)
    .sort((a, b) => (numberAt(a, "msdyn_order") ?? 0) - (numberAt(b, "msdyn_order") ?? 0));
}

/** By its row, not by its name: a flow may be called as the macro is, and the step would run that. */
async function macroName(client: Dataverse, id: string, context: Context): Promise<string> {
  const { macros } = context.spec.agentExperience;
  const ours = macros.find(({ name }) => macro.data(context, name)?.id === id);
  if (ours !== undefined) return ours.name;
  const name = textAt(await client.get(`workflows(${id})`, { select: ["name"] }), "name");
  return name === "" ? `deleted macro ${id}` : `another process, "${name}"`;
}

/** By the spec's name where it is one of the spec's, whatever it is called in the environment now. */
function scriptName(id: string, scripts: readonly Row[], context: Context): string {
  const ours = context.spec.agentExperience.scripts.find(({ name }) => script.data(context, name)?.id === id);
  if (ours !== undefined) return ours.name;
  return textAt(
    scripts.find((one) => textAt(one, SCRIPT_ID) === id),
    "msdyn_name",
  );
}

async function shown(
  client: Dataverse,
  row: Row,
  scripts: readonly Row[],
  context: Context,
): Promise<FieldValue> {
  const name = textAt(row, "msdyn_name");
  switch (numberAt(row, "msdyn_actiontype")) {
    case SCRIPT: {
      const opened = scriptName(textAt(row, "_msdyn_routeactionid_value"), scripts, context);
      return { name, script: opened || "no script" };
    }
    case MACRO: {
      const id = textAt(row, "_msdyn_macroactionid_value");
      return { name, macro: id === "" ? "no macro" : await macroName(client, id, context) };
    }
    default:
      return { name, text: textAt(row, "msdyn_textinstruction") };
  }
}

function declaredStep({ name, text, script: opened, macro: run }: ScriptStepSpec): FieldValue {
  if (opened !== undefined) return { name, script: opened };
  return run === undefined ? { name, text: text ?? "" } : { name, macro: run };
}

async function read(props: AgentScriptSpec, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const scriptId = script.data(context, props.name)?.id;
  if (scriptId === undefined) return { status: "absent", reason: "the script does not exist yet" };
  const [rows, scripts] = await Promise.all([stepsOf(client, scriptId), allScripts(client)]);
  if (rows === undefined || scripts === undefined) return ABSENT_TABLE;
  if (rows.length === 0) return { status: "absent" };
  return {
    status: "present",
    id: scriptId,
    fields: { steps: await Promise.all(rows.map((row) => shown(client, row, scripts, context))) },
    data: undefined,
  };
}

/** What a step's row holds; lookups that it must not have are cleared where it may have had one. */
async function columnsOf(
  client: Dataverse,
  step: ScriptStepSpec,
  order: number,
  isNew: boolean,
  context: Context,
): Promise<Row> {
  const opened = step.script === undefined ? undefined : script.data(context, step.script)?.id;
  if (step.script !== undefined && opened === undefined)
    throw missingDependency(`agent script "${step.script}"`);
  const run = step.macro === undefined ? undefined : macro.data(context, step.macro)?.id;
  if (step.macro !== undefined && run === undefined) throw missingDependency(`macro "${step.macro}"`);
  const bind = async (column: string, target: string, id: string | undefined): Promise<Row> =>
    id === undefined && isNew ? {} : client.lookup(TABLE, column, target, id ?? null);
  return {
    msdyn_name: step.name,
    msdyn_order: order,
    msdyn_actiontype: opened === undefined ? (run === undefined ? TEXT : MACRO) : SCRIPT,
    msdyn_textinstruction: step.text ?? null,
    ...(await bind("msdyn_routeactionid", "msdyn_productivityagentscript", opened)),
    ...(await bind("msdyn_macroactionid", "workflow", run)),
  };
}

/** Steps are told apart by their place: each is written where it stands, and what is left over goes. */
async function write(props: AgentScriptSpec, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const scriptId = script.data(context, props.name)?.id;
  if (scriptId === undefined) throw missingDependency(`agent script "${props.name}"`);
  const rows = (await stepsOf(client, scriptId)) ?? [];
  for (const [index, step] of props.steps.entries()) {
    const existing = rows[index];
    const columns = await columnsOf(client, step, index + 1, existing === undefined, context);
    if (existing !== undefined) await client.update(`${TABLE}s`, textAt(existing, `${TABLE}id`), columns);
    else
      await client.create(`${TABLE}s`, {
        ...columns,
        msdyn_uniquename: `${props.uniqueName}_step${index + 1}`,
        ...(await client.lookup(TABLE, "msdyn_agentscriptid", "msdyn_productivityagentscript", scriptId)),
      });
  }
  for (const row of rows.slice(props.steps.length))
    await client.delete(`${TABLE}s`, textAt(row, `${TABLE}id`));
  return undefined;
}

export const scriptSteps = defineKind<AgentScriptSpec, undefined>({
  kind: "agent-experience.script-steps",
  summary: "Steps of an agent script, in their order: texts, other scripts, macros",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`],
    write: [`prvCreate${TABLE}`, `prvWrite${TABLE}`, `prvAppend${TABLE}`, `prvDelete${TABLE}`],
  },
  sources: ["Customer Service: Guide agents with scripts", `Dataverse table reference: ${TABLE}`],
  nature: "managed",
  label: ({ name }) => `steps of "${name}"`,
  detail: ({ steps }) => steps.map(({ name }) => name).join("; "),
  declared: ({ steps }) => ({ steps: steps.map(declaredStep) }),
  ordered: ["steps"],
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
});

export function scriptStepsResources(spec: EnvironmentSpec): Resource[] {
  const { scripts } = spec.agentExperience;
  return scripts
    .filter(({ steps }) => steps.length > 0)
    .map((declared) =>
      scriptSteps.resource({
        name: declared.name,
        props: declared,
        within: script.address(declared.name),
        dependsOn: [
          script.address(declared.name),
          ...new Set(
            declared.steps.flatMap(({ script: opened, macro: run }) => [
              ...(opened === undefined || opened === declared.name ? [] : [script.address(opened)]),
              ...(run === undefined ? [] : [macro.address(run)]),
            ]),
          ),
        ],
      }),
    );
}
