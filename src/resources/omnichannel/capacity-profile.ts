import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { numberAt, type Row, textAt, valueAt } from "../../services/json-reading.ts";
import type { CapacityProfileSpec, EnvironmentSpec, Manifest } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { addressesOf, principalsOf, written } from "../dataverse/principals.ts";
import {
  bookableResources,
  linkResources,
  named,
  namesOfLinked,
  type ResourceLinks,
} from "./bookable-resources.ts";
import { omnichannelBase } from "./channels.ts";

const TABLE = "msdyn_capacityprofile";
const LINKS: ResourceLinks = {
  table: "msdyn_bookableresourcecapacityprofile",
  resourceColumn: "msdyn_bookableresourceid",
  column: "msdyn_capacityprofileid",
  target: TABLE,
};
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
    filter: named("msdyn_name", props.name),
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

async function readUsers(props: CapacityProfileSpec, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const id = capacityProfile.data(context, props.name)?.id;
  if (id === undefined) return { status: "absent", reason: "the capacity profile does not exist yet" };
  const users = await namesOfLinked(client, LINKS, id, principalsOf(props.users, context), context);
  if (users === undefined) return ABSENT_TABLE;
  return { status: "present", id, fields: { users }, data: undefined };
}

async function addUsers(props: CapacityProfileSpec, context: Context): Promise<undefined> {
  const id = capacityProfile.data(context, props.name)?.id;
  if (id === undefined) throw missingDependency(`capacity profile "${props.name}"`);
  const row = (user: string): Row => ({
    msdyn_name: `${props.name} - ${user}`.slice(0, 100),
    msdyn_maxunits: props.units,
  });
  await linkResources(
    requireOrganization(context),
    LINKS,
    id,
    principalsOf(props.users, context),
    row,
    context,
  );
  return undefined;
}

export const capacityProfileUsers = defineKind<CapacityProfileSpec, undefined>({
  kind: "omnichannel.capacity-profile-users",
  summary: "Agents who have a capacity profile; others who have it are left alone",
  step: 11,
  api: `Dataverse Web API: ${LINKS.table}s, bookableresources`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${LINKS.table}`, "prvReadBookableResource"],
    write: [`prvCreate${LINKS.table}`, "prvCreateBookableResource"],
  },
  sources: [
    "Customer Service: Create and manage capacity profiles",
    `Dataverse table reference: ${LINKS.table}, bookableresource`,
  ],
  nature: "managed",
  staysBecause: "who has a capacity profile goes with it",
  label: ({ name }) => `agents with capacity profile "${name}"`,
  detail: ({ users }) => users.map(written).join(", "),
  declared: ({ users }, context) => ({ users: principalsOf(users, context).map(({ name }) => name) }),
  read: readUsers,
  create: addUsers,
  update: (props, _present, _changes, context) => addUsers(props, context),
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
