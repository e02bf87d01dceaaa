import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, QueueSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { addressesOf, ensureUsers, findUsers, principalsOf, written } from "../dataverse/principals.ts";
import { omnichannelBase } from "./channels.ts";
import { queue } from "./queue.ts";

async function memberIds(queueId: string, context: Context): Promise<ReadonlySet<string>> {
  const rows = await requireOrganization(context).list("queuememberships", {
    select: ["queueid", "systemuserid"],
    filter: `queueid eq ${queueId}`,
  });
  return new Set((rows ?? []).map((row) => textAt(row, "systemuserid")));
}

async function read(props: QueueSpec, context: Context): Promise<Observation<Record<string, never>>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const queueId = queue.data(context, props.name)?.id;
  if (queueId === undefined) return { status: "absent", reason: "the queue does not exist yet" };
  const principals = principalsOf(props.members, context);
  const [users, members] = await Promise.all([
    findUsers(client, principals, context),
    memberIds(queueId, context),
  ]);
  const inside = principals
    .map(({ name }) => name)
    .filter((name) => {
      const user = users.get(name);
      return user !== undefined && members.has(user.id);
    });
  return { status: "present", id: queueId, fields: { members: inside }, data: {} };
}

/** Adds who is missing. Others stay: supervisors move people between queues all day. */
async function addMissing(props: QueueSpec, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const queueId = queue.data(context, props.name)?.id;
  if (queueId === undefined) throw missingDependency(`queue "${props.name}"`);
  const users = await ensureUsers(client, principalsOf(props.members, context), context);
  const members = await memberIds(queueId, context);
  for (const user of users.values()) {
    if (!members.has(user.id))
      await client.associate(`queues(${queueId})`, "queuemembership_association", `systemusers(${user.id})`);
  }
  return undefined;
}

export const queueMembers = defineKind<QueueSpec, Record<string, never>>({
  kind: "omnichannel.queue-members",
  summary: "Users in a queue; members that the spec does not name are left alone",
  step: 11,
  api: "Dataverse Web API: queuemembership_association",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadQueue", "prvReadUser", "prvReadRole"],
    write: ["prvAppendQueue", "prvAppendToUser"],
  },
  sources: ["Dataverse table reference: queue", "Customer Service: Create and manage queues"],
  nature: "managed",
  partOf: "power-platform.environment",
  staysBecause: "supervisors move people between queues all day: psc takes nobody out of one",
  label: ({ name }) => `members of queue "${name}"`,
  detail: ({ members }) => members.map(written).join(", "),
  declared: ({ members }, context) => ({ members: principalsOf(members, context).map(({ name }) => name) }),
  read,
  create: addMissing,
  update: (props, _present, _changes, context) => addMissing(props, context),
});

export function queueMembersResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.queues
    .filter(({ members }) => members.length > 0)
    .map((declared) =>
      queueMembers.resource({
        name: declared.name,
        props: declared,
        within: queue.address(declared.name),
        dependsOn: [
          ...omnichannelBase(spec, manifest),
          queue.address(declared.name),
          ...addressesOf(declared.members),
        ],
      }),
    );
}
