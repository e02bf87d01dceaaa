import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { capacityProfile } from "./capacity-profile.ts";
import { workstream } from "./workstream.ts";

export interface WorkstreamCapacityProps {
  readonly workstream: string;
  readonly profile: string;
}

const TABLE = "msdyn_liveworkstreamcapacityprofile";
const WORKSTREAM = "msdyn_liveworkstream";
const UNITS = 192350000;
const PROFILES = 192360000;

function linksOf(client: Dataverse, workstreamId: string): Promise<readonly Row[] | undefined> {
  return client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "_msdyn_capacityprofile_id_value"],
    filter: `_msdyn_workstream_id_value eq ${workstreamId}`,
  });
}

async function profileName(client: Dataverse, id: string, context: Context): Promise<string> {
  const ours = context.spec.omnichannel.capacityProfiles.find(
    ({ name }) => capacityProfile.data(context, name)?.id === id,
  );
  if (ours !== undefined) return ours.name;
  const row = await client.get(`msdyn_capacityprofiles(${id})`, { select: ["msdyn_name"] });
  return textAt(row, "msdyn_name") || id;
}

async function read(props: WorkstreamCapacityProps, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const id = workstream.data(context, props.workstream)?.id;
  if (id === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const [row, links] = await Promise.all([
    client.get(`${WORKSTREAM}s(${id})`, { select: ["msdyn_capacityformat"] }),
    linksOf(client, id),
  ]);
  if (row === undefined || links === undefined) return ABSENT_TABLE;
  if (links.length === 0) return { status: "absent" };
  const profiles = await Promise.all(
    links.map((link) => profileName(client, textAt(link, "_msdyn_capacityprofile_id_value"), context)),
  );
  return {
    status: "present",
    id,
    fields: {
      counts: numberAt(row, "msdyn_capacityformat") === PROFILES ? "profiles" : "units",
      profiles,
    },
    data: undefined,
  };
}

async function write(props: WorkstreamCapacityProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) throw missingDependency(`workstream "${props.workstream}"`);
  const profileId = capacityProfile.data(context, props.profile)?.id;
  if (profileId === undefined) throw missingDependency(`capacity profile "${props.profile}"`);
  await client.update(`${WORKSTREAM}s`, workstreamId, { msdyn_capacityformat: PROFILES });
  const links = (await linksOf(client, workstreamId)) ?? [];
  const linked = (link: Row): boolean => textAt(link, "_msdyn_capacityprofile_id_value") === profileId;
  if (!links.some(linked))
    await client.create(`${TABLE}s`, {
      // As the admin center names it.
      msdyn_name: `${props.profile.slice(0, 60)}-${profileId}`,
      ...(await client.lookup(TABLE, "msdyn_workstream_id", WORKSTREAM, workstreamId)),
      ...(await client.lookup(TABLE, "msdyn_capacityprofile_id", "msdyn_capacityprofile", profileId)),
    });
  for (const link of links.filter((one) => !linked(one)))
    await client.delete(`${TABLE}s`, textAt(link, `${TABLE}id`));
  return undefined;
}

/** The workstream counts units again; a link that points nowhere would block the profile's deletion. */
async function giveBack(id: string, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const row = await client.get(`${WORKSTREAM}s(${id})`, { select: [`${WORKSTREAM}id`] });
  if (row !== undefined) await client.update(`${WORKSTREAM}s`, id, { msdyn_capacityformat: UNITS });
  for (const link of (await linksOf(client, id)) ?? [])
    await client.delete(`${TABLE}s`, textAt(link, `${TABLE}id`));
  return undefined;
}

export const workstreamCapacity = defineKind<WorkstreamCapacityProps, undefined>({
  kind: "omnichannel.workstream-capacity",
  summary: "Capacity profile that conversations of a workstream count against, in place of units",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, `prvRead${WORKSTREAM}`],
    write: [`prvCreate${TABLE}`, `prvDelete${TABLE}`, `prvWrite${WORKSTREAM}`],
  },
  sources: [
    "Customer Service: Create and manage capacity profiles",
    `Dataverse table reference: ${TABLE}, ${WORKSTREAM} (msdyn_capacityformat)`,
    "ameijers/PrometheanCCaaSToolbox:tools",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: (props) => `capacity of "${props.workstream}"`,
  detail: ({ profile }) => profile,
  declared: ({ profile }) => ({ counts: "profiles", profiles: [profile] }),
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
  destroy: (_props, { id }, context) => giveBack(id, context),
});

export function workstreamCapacityResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.flatMap(({ name, capacityProfile: profile }) =>
    profile === undefined
      ? []
      : [
          workstreamCapacity.resource({
            name,
            props: { workstream: name, profile },
            dependsOn: [workstream.address(name), capacityProfile.address(profile)],
          }),
        ],
  );
}
