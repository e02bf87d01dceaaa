import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import type { AgentScriptSpec, EnvironmentSpec, Manifest } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";
import { templateAddresses, templateNamed } from "./session-template.ts";

export interface AgentScriptData {
  readonly id: string;
}

const TABLE = "msdyn_productivityagentscript";
// Ends in "templat" in every organisation; the table between them ends in "templ".
const TEMPLATES = "msdyn_msdyn_prod_agentscript_msdyn_sessiontemplat";

/** All scripts, so that any number of them is read by one request. */
export function allScripts(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_name", "msdyn_uniquename", "msdyn_description", "msdyn_language"],
    expand: `${TEMPLATES}($select=msdyn_sessiontemplateid,msdyn_name)`,
  });
}

function findScript(rows: readonly Row[], { uniqueName }: AgentScriptSpec): Row | undefined {
  const same = rows.filter(
    (row) => textAt(row, "msdyn_uniquename").toLowerCase() === uniqueName.toLowerCase(),
  );
  return onlyRow(same, `${TABLE}id`, `agent script ${uniqueName}`);
}

async function read(props: AgentScriptSpec, context: Context): Promise<Observation<AgentScriptData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await allScripts(client);
  if (rows === undefined) return ABSENT_TABLE;
  const row = findScript(rows, props);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  const linked = new Set(rowsAt(row, TEMPLATES).map((template) => textAt(template, "msdyn_name")));
  return {
    status: "present",
    id,
    fields: {
      name: textAt(row, "msdyn_name"),
      description: textAt(row, "msdyn_description"),
      language: numberAt(row, "msdyn_language") ?? null,
      sessionTemplates: props.sessionTemplates.filter((name) => linked.has(name)),
    },
    data: { id },
  };
}

/** Adds what is missing: others may offer the script elsewhere too. */
async function offer(props: AgentScriptSpec, id: string, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  for (const name of props.sessionTemplates) {
    const template = await templateNamed(client, name);
    await client.associate(
      `${TABLE}s(${id})`,
      TEMPLATES,
      `msdyn_sessiontemplates(${textAt(template, "msdyn_sessiontemplateid")})`,
    );
  }
  return undefined;
}

export const script = defineKind<AgentScriptSpec, AgentScriptData>({
  kind: "agent-experience.script",
  summary: "Agent script, and the session templates that offer it",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, "prvReadmsdyn_sessiontemplate"],
    write: [
      `prvCreate${TABLE}`,
      `prvWrite${TABLE}`,
      `prvAppend${TABLE}`,
      `prvDelete${TABLE}`,
      "prvAppendTomsdyn_sessiontemplate",
    ],
  },
  sources: [
    "Customer Service: Guide agents with scripts",
    `Dataverse table reference: ${TABLE} (relationship ${TEMPLATES})`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `agent script "${name}"`,
  detail: ({ steps, sessionTemplates }) =>
    [`${steps.length} ${steps.length === 1 ? "step" : "steps"}`, ...sessionTemplates].join(", "),
  declared: ({ name, description, language, sessionTemplates }) => ({
    name,
    description,
    language,
    sessionTemplates,
  }),
  read,
  async create(props, context) {
    const id = await requireOrganization(context).create(`${TABLE}s`, {
      msdyn_name: props.name,
      msdyn_uniquename: props.uniqueName,
      msdyn_description: props.description,
      msdyn_language: props.language,
    });
    return offer(props, id, context);
  },
  async update(props, { data }, changes, context) {
    if (changes.some(({ path }) => path !== "sessionTemplates"))
      await requireOrganization(context).update(`${TABLE}s`, data.id, {
        msdyn_name: props.name,
        msdyn_description: props.description,
        msdyn_language: props.language,
      });
    return offer(props, data.id, context);
  },
  destroy: deletesRow(`${TABLE}s`),
});

export function scriptResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.scripts.map((declared) =>
    script.resource({
      name: declared.name,
      props: declared,
      dependsOn: [...omnichannelBase(spec, manifest), ...templateAddresses(spec, declared.sessionTemplates)],
    }),
  );
}
