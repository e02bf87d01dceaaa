import type { Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";

type SupervisionProps = EnvironmentSpec["agentExperience"]["supervisors"];

const TABLE = "msdyn_omnichannelconfiguration";
const COLUMNS: Readonly<Record<keyof SupervisionProps, string>> = {
  monitor: "msdyn_enable_supervisor_monitor",
  assign: "msdyn_enable_supervisor_assign",
  transfer: "msdyn_enable_supervisor_transfer",
  forceClose: "msdyn_enable_supervisor_forceclose",
};
const SWITCHES = Object.keys(COLUMNS) as (keyof SupervisionProps)[];

function declared(props: SupervisionProps): Fields {
  return Object.fromEntries(
    SWITCHES.flatMap((name): [string, boolean][] => {
      const value = props[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function read(_props: SupervisionProps, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, { select: [`${TABLE}id`, ...Object.values(COLUMNS)] });
  const row = onlyRow(rows ?? [], `${TABLE}id`, "Omnichannel configuration");
  if (row === undefined)
    return { status: "absent", reason: "its row comes with Omnichannel, which is not ready yet" };
  return {
    status: "present",
    id: textAt(row, `${TABLE}id`),
    fields: Object.fromEntries(SWITCHES.map((name) => [name, valueAt(row, COLUMNS[name]) === true])),
    data: undefined,
  };
}

async function write(props: SupervisionProps, id: string, context: Context): Promise<undefined> {
  const row = Object.fromEntries(
    SWITCHES.flatMap((name): [string, boolean][] => {
      const value = props[name];
      return value === undefined ? [] : [[COLUMNS[name], value]];
    }),
  );
  await requireOrganization(context).update(`${TABLE}s`, id, row);
  return undefined;
}

export const supervision = defineKind<SupervisionProps, undefined>({
  kind: "agent-experience.supervision",
  summary: "What supervisors may do with others' conversations",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: { read: [`prvRead${TABLE}`], write: [`prvWrite${TABLE}`] },
  sources: [
    "Customer Service: Monitor conversations as a supervisor",
    `Dataverse table reference: ${TABLE} (msdyn_enable_supervisor_*)`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  staysBecause: "it is a setting of the environment, not a thing of its own",
  label: () => "rights of supervisors",
  detail: (props) =>
    SWITCHES.filter((name) => props[name] !== undefined)
      .map((name) => `${name} ${props[name] === true ? "on" : "off"}`)
      .join(", "),
  declared,
  read,
  async create(props, context) {
    const seen = await read(props, context);
    if (seen.status !== "present") throw missingDependency("the row of the Omnichannel configuration");
    return write(props, seen.id, context);
  },
  update: (props, { id }, _changes, context) => write(props, id, context),
});

export function supervisionResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const { supervisors } = spec.agentExperience;
  if (Object.values(supervisors).every((value) => value === undefined)) return [];
  return [supervision.resource({ props: supervisors, dependsOn: omnichannelBase(spec, manifest) })];
}
