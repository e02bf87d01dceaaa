import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, PrincipalRef } from "../../spec/model.ts";
import { ABSENT_ENVIRONMENT, organization, requireOrganization } from "../dataverse/organization.ts";
import {
  addressesOf,
  type DataverseUser,
  ensureUsers,
  findUsers,
  type Principal,
  principalsOf,
  written,
} from "../dataverse/principals.ts";
import { omnichannelBase } from "./channels.ts";

interface BookableUsers {
  readonly users: readonly PrincipalRef[];
}

/**
 * People as Omnichannel's capacity and skills see them: a `bookableresource` of type User beside the user row.
 * Source: Dataverse table reference, bookableresource; "Create and manage capacity profiles" (Customer Service).
 */

const TABLE = "bookableresource";
const USER = 3;
const FILTERS_AT_ONCE = 20;

/** Ids of bookable resources by id of the user behind them. */
async function resourcesOf(client: Dataverse, userIds: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let start = 0; start < userIds.length; start += FILTERS_AT_ONCE) {
    const part = userIds.slice(start, start + FILTERS_AT_ONCE);
    const rows = await client.list(`${TABLE}s`, {
      select: [`${TABLE}id`, "_userid_value"],
      filter: `resourcetype eq ${USER} and (${part.map((id) => `_userid_value eq ${id}`).join(" or ")})`,
    });
    // Somebody with two of them is known by the same one in every run.
    const inOrder = (rows ?? []).map(
      (row) => [textAt(row, "_userid_value"), textAt(row, `${TABLE}id`)] as const,
    );
    for (const [user, id] of inOrder.sort(([, a], [, b]) => (a < b ? 1 : -1))) found.set(user, id);
  }
  return found;
}

function byPrincipal(
  users: ReadonlyMap<string, DataverseUser>,
  resources: ReadonlyMap<string, string>,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, { id }] of users) {
    const resource = resources.get(id);
    if (resource !== undefined) found.set(name, resource);
  }
  return found;
}

/** Ids of the principals' bookable resources, by principal name; those without one are left out. */
export async function findBookableResources(
  client: Dataverse,
  principals: readonly Principal[],
  context: Context,
): Promise<ReadonlyMap<string, string>> {
  const users = await findUsers(client, principals, context);
  const ids = [...users.values()].map(({ id }) => id);
  return byPrincipal(users, ids.length === 0 ? new Map() : await resourcesOf(client, ids));
}

async function read(props: BookableUsers, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const principals = principalsOf(props.users, context);
  const found = await findBookableResources(client, principals, context);
  const users = principals.map(({ name }) => name).filter((name) => found.has(name));
  if (users.length === 0) return { status: "absent" };
  return { status: "present", id: "users", fields: { users }, data: undefined };
}

async function makeMissing(props: BookableUsers, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const users = await ensureUsers(client, principalsOf(props.users, context), context);
  const present = await resourcesOf(
    client,
    [...users.values()].map(({ id }) => id),
  );
  for (const [name, { id }] of users) {
    if (present.has(id)) continue;
    await client.create(`${TABLE}s`, {
      name: name.slice(0, 100),
      resourcetype: USER,
      ...(await client.lookup(TABLE, "userid", "systemuser", id)),
    });
  }
  return undefined;
}

/** Everybody who needs one gets it here: two resources that each made what they miss would make twins. */
export const bookableResources = defineKind<BookableUsers, undefined>({
  kind: "omnichannel.bookable-resources",
  summary: "Agents as capacity profiles and skills know them: a bookable resource for each user",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadBookableResource", "prvReadUser", "prvReadRole"],
    write: ["prvCreateBookableResource"],
  },
  sources: ["Customer Service: Create and manage capacity profiles", `Dataverse table reference: ${TABLE}`],
  nature: "managed",
  partOf: "power-platform.environment",
  staysBecause: "scheduling and other applications use the same bookable resources",
  label: () => "bookable resources of agents",
  detail: ({ users }) => users.map(written).join(", "),
  declared: ({ users }, context) => ({ users: principalsOf(users, context).map(({ name }) => name) }),
  read,
  create: makeMissing,
  update: (props, _present, _changes, context) => makeMissing(props, context),
});

export function bookableResourcesResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const { capacityProfiles, skills } = spec.omnichannel;
  const byName = new Map(
    [...capacityProfiles, ...skills].flatMap(({ users }) => users).map((user) => [written(user), user]),
  );
  const users = [...byName.values()];
  if (users.length === 0) return [];
  return [
    bookableResources.resource({
      props: { users },
      dependsOn: [...omnichannelBase(spec, manifest), ...addressesOf(users)],
    }),
  ];
}
