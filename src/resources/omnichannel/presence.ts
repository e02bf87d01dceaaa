import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { numberAt, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, PresenceSpec, PresenceStatus } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "./channels.ts";

const TABLE = "msdyn_presence";
const STATUSES: Readonly<Record<PresenceStatus, number>> = {
  available: 192360000,
  busy: 192360001,
  "do-not-disturb": 192360002,
  away: 192360003,
  offline: 192360004,
};

function statusName(value: number | undefined): string | null {
  const known = Object.entries(STATUSES).find(([, number]) => number === value)?.[0];
  return known ?? (value === undefined ? null : `other (${value})`);
}

async function read(props: PresenceSpec, context: Context): Promise<Observation<{ readonly id: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, {
    select: [
      `${TABLE}id`,
      "msdyn_name",
      "msdyn_presencestatustext",
      "msdyn_basepresencestatus",
      "msdyn_canuserset",
    ],
  });
  if (rows === undefined) return ABSENT_TABLE;
  const same = rows.filter((row) => textAt(row, "msdyn_name") === props.name);
  const row = onlyRow(same, `${TABLE}id`, `presence "${props.name}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  return {
    status: "present",
    id,
    fields: {
      text: textAt(row, "msdyn_presencestatustext"),
      status: statusName(numberAt(row, "msdyn_basepresencestatus")),
      selectable: valueAt(row, "msdyn_canuserset") === true,
    },
    data: { id },
  };
}

function columnsOf({ name, status, selectable }: PresenceSpec): Record<string, unknown> {
  return {
    msdyn_presencestatustext: name,
    msdyn_basepresencestatus: STATUSES[status],
    msdyn_canuserset: selectable,
  };
}

export const presence = defineKind<PresenceSpec, { readonly id: string }>({
  kind: "omnichannel.presence",
  summary: "Presence agents may have besides the product's own",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`],
    write: [`prvCreate${TABLE}`, `prvWrite${TABLE}`, `prvDelete${TABLE}`],
  },
  sources: ["Customer Service: Configure and manage custom presence", `Dataverse table reference: ${TABLE}`],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `presence "${name}"`,
  detail: ({ status, selectable }) => `${status}${selectable ? "" : ", not to be chosen"}`,
  declared: ({ name, status, selectable }) => ({ text: name, status, selectable }),
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

export function presenceResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.omnichannel.presences.map((declared) =>
    presence.resource({
      name: declared.name,
      props: declared,
      dependsOn: omnichannelBase(spec, manifest),
    }),
  );
}
