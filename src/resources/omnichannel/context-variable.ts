import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { quoted } from "../../services/dataverse.ts";
import { numberAt, textAt } from "../../services/json-reading.ts";
import type { ContextVariableSpec, EnvironmentSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { workstream } from "./workstream.ts";

export interface ContextVariableProps {
  readonly workstream: string;
  readonly variable: ContextVariableSpec;
}

const TABLE = "msdyn_ocliveworkstreamcontextvariable";
const DATA_TYPES: Readonly<Record<ContextVariableSpec["type"], number>> = {
  text: 192350000,
  number: 192350001,
};

function typeName(value: number | undefined): string | null {
  const known = Object.entries(DATA_TYPES).find(([, number]) => number === value)?.[0];
  return known ?? (value === undefined ? null : `other (${value})`);
}

async function read(
  { workstream: owner, variable }: ContextVariableProps,
  context: Context,
): Promise<Observation<{ readonly id: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const workstreamId = workstream.data(context, owner)?.id;
  if (workstreamId === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const rows = await client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_name", "msdyn_datatype"],
    filter: `_msdyn_liveworkstreamid_value eq ${workstreamId} and msdyn_name eq ${quoted(variable.name)}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  // Filters ignore case, bots do not.
  const exact = rows.filter((row) => textAt(row, "msdyn_name") === variable.name);
  const row = onlyRow(exact, `${TABLE}id`, `context variable "${variable.name}" of "${owner}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  return {
    status: "present",
    id,
    fields: { type: typeName(numberAt(row, "msdyn_datatype")) },
    data: { id },
  };
}

async function create(
  { workstream: owner, variable }: ContextVariableProps,
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  const workstreamId = workstream.data(context, owner)?.id;
  if (workstreamId === undefined) throw missingDependency(`workstream "${owner}"`);
  await client.create(`${TABLE}s`, {
    msdyn_name: variable.name,
    msdyn_displayname: variable.name,
    msdyn_datatype: DATA_TYPES[variable.type],
    msdyn_issystemdefined: false,
    msdyn_isdisplayable: true,
    msdyn_ismodifiable: true,
    ...(await client.lookup(TABLE, "msdyn_liveworkstreamid", "msdyn_liveworkstream", workstreamId)),
  });
  return undefined;
}

export const contextVariable = defineKind<ContextVariableProps, { readonly id: string }>({
  kind: "omnichannel.context-variable",
  summary: "Context variable of a workstream, which bots set and rules read",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`],
    write: [`prvCreate${TABLE}`, `prvAppend${TABLE}`, `prvDelete${TABLE}`],
  },
  sources: ["Customer Service: Manage context variables", `Dataverse table reference: ${TABLE}`],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ workstream: owner, variable }) => `context variable "${variable.name}" of "${owner}"`,
  detail: ({ variable }) => variable.type,
  declared: ({ variable }) => ({ type: variable.type }),
  replaceOn: ["type"],
  read,
  create,
  destroy: deletesRow(`${TABLE}s`),
});

export function contextVariableResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.flatMap(({ name, variables }) =>
    variables.map((variable) =>
      contextVariable.resource({
        name: `${name}/${variable.name}`,
        props: { workstream: name, variable },
        dependsOn: [workstream.address(name)],
      }),
    ),
  );
}
