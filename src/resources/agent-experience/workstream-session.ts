import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { workstream } from "../omnichannel/workstream.ts";
import { allTemplates, DEFAULT_OF_WORKSTREAM, templateAddresses, templateNamed } from "./session-template.ts";
import { nameOfTemplate } from "./templates.ts";

export interface WorkstreamSessionProps {
  readonly workstream: string;
  readonly template: string;
}

const TABLE = "msdyn_liveworkstream";

async function read(
  props: WorkstreamSessionProps,
  context: Context,
): Promise<Observation<Record<string, never>>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const [row, templates] = await Promise.all([
    client.get(`${TABLE}s(${workstreamId})`, { select: [DEFAULT_OF_WORKSTREAM] }),
    allTemplates(client),
  ]);
  if (row === undefined || templates === undefined) return ABSENT_TABLE;
  const unique = textAt(row, DEFAULT_OF_WORKSTREAM);
  if (unique === "") return { status: "absent", reason: "the workstream has no session template of its own" };
  return {
    status: "present",
    id: workstreamId,
    fields: { template: nameOfTemplate(templates, unique) },
    data: {},
  };
}

async function write(props: WorkstreamSessionProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) throw missingDependency(`workstream "${props.workstream}"`);
  const template = await templateNamed(client, props.template);
  await client.update(`${TABLE}s`, workstreamId, {
    [DEFAULT_OF_WORKSTREAM]: textAt(template, "msdyn_uniquename"),
  });
  return undefined;
}

export const workstreamSession = defineKind<WorkstreamSessionProps, Record<string, never>>({
  kind: "agent-experience.workstream-session",
  summary: "Session template that conversations of a workstream open with",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, "prvReadmsdyn_sessiontemplate", "prvReadmsdyn_applicationtabtemplate"],
    write: [`prvWrite${TABLE}`],
  },
  sources: [
    "Customer Service: Manage session templates",
    `Dataverse table reference: ${TABLE} (${DEFAULT_OF_WORKSTREAM})`,
  ],
  nature: "managed",
  staysBecause: "a workstream keeps its session template until that one goes",
  label: (props) => `session template of "${props.workstream}"`,
  detail: ({ template }) => template,
  declared: ({ template }) => ({ template }),
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
});

export function workstreamSessionResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.flatMap(({ name, sessionTemplate }) =>
    sessionTemplate === undefined
      ? []
      : [
          workstreamSession.resource({
            name,
            props: { workstream: name, template: sessionTemplate },
            within: workstream.address(name),
            dependsOn: [workstream.address(name), ...templateAddresses(spec, [sessionTemplate])],
          }),
        ],
  );
}
