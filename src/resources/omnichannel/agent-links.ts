import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Kind, type KindInfo } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { type Row, textAt } from "../../services/json-reading.ts";
import type { PrincipalRef } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { type Principal, principalsOf, written } from "../dataverse/principals.ts";
import { findBookableResources } from "./bookable-resources.ts";

/** A table that ties bookable resources to something they have, one row a tie. */
export interface ResourceLinks {
  readonly table: string;
  readonly resourceColumn: string;
  /** Column and table of what they have. */
  readonly column: string;
  readonly target: string;
}

function linkRows(
  client: Dataverse,
  links: ResourceLinks,
  targetId: string,
): Promise<readonly Row[] | undefined> {
  return client.list(`${links.table}s`, {
    select: [`${links.table}id`, `_${links.resourceColumn}_value`],
    filter: `_${links.column}_value eq ${targetId}`,
  });
}

/** Names of the principals that have it; undefined while the table is missing. */
async function namesOfLinked(
  client: Dataverse,
  links: ResourceLinks,
  targetId: string,
  principals: readonly Principal[],
  context: Context,
): Promise<readonly string[] | undefined> {
  const [rows, resources] = await Promise.all([
    linkRows(client, links, targetId),
    findBookableResources(client, principals, context),
  ]);
  const linked = new Set(rows?.map((row) => textAt(row, `_${links.resourceColumn}_value`)));
  return rows && principals.map(({ name }) => name).filter((name) => linked.has(resources.get(name) ?? ""));
}

/** Adds the ties that are missing. Others stay: supervisors give and take them by hand too. */
async function linkResources(
  client: Dataverse,
  links: ResourceLinks,
  targetId: string,
  principals: readonly Principal[],
  row: (principal: string) => Row,
  context: Context,
): Promise<void> {
  const resources = await findBookableResources(client, principals, context);
  const present = new Set(
    (await linkRows(client, links, targetId))?.map((one) => textAt(one, `_${links.resourceColumn}_value`)),
  );
  for (const [name, resourceId] of resources) {
    if (present.has(resourceId)) continue;
    await client.create(`${links.table}s`, {
      ...row(name),
      ...(await client.lookup(links.table, links.resourceColumn, "bookableresource", resourceId)),
      ...(await client.lookup(links.table, links.column, links.target, targetId)),
    });
  }
}

interface WithAgents {
  readonly name: string;
  readonly users: readonly PrincipalRef[];
}

/** A kind for the agents who have a skill or a capacity profile. */
export function defineAgentLinks<P extends WithAgents>(about: {
  readonly kind: string;
  readonly summary: string;
  /** What they have, such as `skill`. */
  readonly what: string;
  readonly links: ResourceLinks;
  /** Of the table in privileges, such as `BookableResourceCharacteristic`. */
  readonly privilege: string;
  readonly source: string;
  idOf(context: Context, name: string): string | undefined;
  /** Further columns of a tie. */
  row?(props: P, user: string): Row;
}): Kind<P, undefined> {
  const { what, links, privilege } = about;
  const permissions: KindInfo["permissions"] = {
    read: [`prvRead${privilege}`, "prvReadBookableResource", "prvReadUser", "prvReadRole"],
    write: [`prvCreate${privilege}`, "prvCreateBookableResource"],
  };

  async function read(props: P, context: Context): Promise<Observation<undefined>> {
    const client = organization(context);
    if (client === undefined) return ABSENT_ENVIRONMENT;
    const id = about.idOf(context, props.name);
    if (id === undefined) return { status: "absent", reason: `the ${what} does not exist yet` };
    const users = await namesOfLinked(client, links, id, principalsOf(props.users, context), context);
    return users === undefined ? ABSENT_TABLE : { status: "present", id, fields: { users }, data: undefined };
  }

  async function add(props: P, context: Context): Promise<undefined> {
    const id = about.idOf(context, props.name);
    if (id === undefined) throw missingDependency(`${what} "${props.name}"`);
    const row = (user: string): Row => about.row?.(props, user) ?? {};
    const principals = principalsOf(props.users, context);
    await linkResources(requireOrganization(context), links, id, principals, row, context);
    return undefined;
  }

  return defineKind<P, undefined>({
    kind: about.kind,
    summary: about.summary,
    step: 11,
    api: `Dataverse Web API: ${links.table}s, bookableresources`,
    persona: "Omnichannel Administrator",
    permissions,
    sources: [about.source, `Dataverse table reference: ${links.table}, bookableresource`],
    nature: "managed",
    staysBecause: `who has a ${what} goes with it`,
    label: ({ name }) => `agents with ${what} "${name}"`,
    detail: ({ users }) => users.map(written).join(", "),
    declared: ({ users }, context) => ({ users: principalsOf(users, context).map(({ name }) => name) }),
    read,
    create: add,
    update: (props, _present, _changes, context) => add(props, context),
  });
}
