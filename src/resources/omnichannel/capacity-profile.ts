import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt, valueAt } from "../../services/json-reading.ts";
import type { CapacityProfileSpec, EnvironmentSpec, Manifest } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { addressesOf } from "../dataverse/principals.ts";
import { defineAgentLinks } from "./agent-links.ts";
import { bookableResources } from "./bookable-resources.ts";
import { omnichannelBase } from "./channels.ts";

const TABLE = "msdyn_capacityprofile";
const LINK_TABLE = "msdyn_bookableresourcecapacityprofile";
const RESETS: Readonly<Record<CapacityProfileSpec["reset"], number>> = {
  immediately: 192350000,
  "end-of-day": 192350001,
};

async function read(
  props: CapacityProfileSpec,
  context: Context,
): Promise<Observation<{ readonly id: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_defaultmaxunits", "msdyn_blockassignment", "msdyn_resetduration"],
    filter: `msdyn_name eq ${quoted(props.name)}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  const row = onlyRow(rows, `${TABLE}id`, `capacity profile "${props.name}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  const reset = numberAt(row, "msdyn_resetduration");
  return {
    status: "present",
    id,
    fields: {
      units: numberAt(row, "msdyn_defaultmaxunits") ?? null,
      block: valueAt(row, "msdyn_blockassignment") === true,
      reset: Object.entries(RESETS).find(([, value]) => value === reset)?.[0] ?? null,
    },
    data: { id },
  };
}

function columnsOf({ units, block, reset }: CapacityProfileSpec): Row {
  return {
    msdyn_defaultmaxunits: units,
    msdyn_blockassignment: block,
    msdyn_resetduration: RESETS[reset],
  };
}

export const capacityProfile = defineKind<CapacityProfileSpec, { readonly id: string }>({
  kind: "omnichannel.capacity-profile",
  summary: "Capacity profile: how many conversations of one kind an agent takes at once",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`],
    write: [`prvCreate${TABLE}`, `prvWrite${TABLE}`, `prvDelete${TABLE}`],
  },
  sources: ["Customer Service: Create and manage capacity profiles", `Dataverse table reference: ${TABLE}`],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `capacity profile "${name}"`,
  detail: ({ units, reset }) =>
    `${units} at once, freed ${reset === "immediately" ? reset : "at the end of the day"}`,
  declared: ({ units, block, reset }) => ({ units, block, reset }),
  read,
  async create(props, context) {
    await requireOrganization(context).create(`${TABLE}s`, { msdyn_name: props.name, ...columnsOf(props) });
    return undefined;
  },
  async update(props, { data }, _changes, context) {
    await requireOrganization(context).update(`${TABLE}s`, data.id, columnsOf(props));
    return undefined;
  },
  destroy: deletesRow(`${TABLE}s`),
});

export const capacityProfileUsers = defineAgentLinks<CapacityProfileSpec>({
  kind: "omnichannel.capacity-profile-users",
  summary: "Agents who have a capacity profile; others who have it are left alone",
  what: "capacity profile",
  links: {
    table: LINK_TABLE,
    resourceColumn: "msdyn_bookableresourceid",
    column: "msdyn_capacityprofileid",
    target: TABLE,
  },
  privilege: LINK_TABLE,
  source: "Customer Service: Create and manage capacity profiles",
  idOf: (context, name) => capacityProfile.data(context, name)?.id,
  row: ({ name, units }, user) => ({
    msdyn_name: `${name} - ${user}`.slice(0, 100),
    msdyn_maxunits: units,
  }),
});

export function capacityProfileResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.omnichannel.capacityProfiles.flatMap((declared) => [
    capacityProfile.resource({
      name: declared.name,
      props: declared,
      dependsOn: omnichannelBase(spec, manifest),
    }),
    ...(declared.users.length === 0
      ? []
      : [
          capacityProfileUsers.resource({
            name: declared.name,
            props: declared,
            within: capacityProfile.address(declared.name),
            dependsOn: [
              capacityProfile.address(declared.name),
              bookableResources.address(),
              ...addressesOf(declared.users),
            ],
          }),
        ]),
  ]);
}
