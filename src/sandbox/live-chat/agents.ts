import { changeRow, findRow, insertRow, rowsOf, tableOf, textOf, timestamp } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";
import { Refusal } from "../exchange.ts";
import type { World } from "../world.ts";
import {
  acceptOcSession,
  CHANGE,
  changeWorkItem,
  sessionFor,
  widgetOf,
  workstreamOf,
} from "./conversation-rows.ts";
import {
  addMessage,
  type Conversation,
  communicationId,
  conversationsOf,
  join,
  sayAsSystem,
} from "./conversation-state.ts";
import { endByAgent } from "./conversations.ts";
import { holdsAgentRole, isBot, isEnabled, membersOfQueue, nameOf } from "./people.ts";

/** What a representative does in the agent desktop, driven through the control API. */

/**
 * Units an agent has when no capacity stands on the user. The product's own default is not published; an agent with
 * the shipped settings can take several chats of 30 units.
 */
const DEFAULT_CAPACITY = 100;

function cannot(message: string): never {
  throw new Refusal({ status: 409, body: { error: { code: "SandboxControl", message } } });
}

/** Finds a user by user principal name, display name or `systemuserid`. */
export function requireUser(session: Session, agent: string): Row {
  const wanted = agent.toLowerCase();
  const user = rowsOf(session.organization, "systemuser").find((candidate) =>
    ["domainname", "fullname", "systemuserid"].some(
      (column) => textOf(candidate, column).toLowerCase() === wanted,
    ),
  );
  if (user === undefined) cannot(`there is no user "${agent}" in the organization`);
  return user;
}

function presenceRow(session: Session, name: string): Row {
  const wanted = name.toLowerCase();
  const row = rowsOf(session.organization, "msdyn_presence").find((presence) =>
    ["msdyn_name", "msdyn_presenceid"].some((column) => textOf(presence, column).toLowerCase() === wanted),
  );
  if (row === undefined) cannot(`there is no presence "${name}"`);
  return row;
}

export function agentStatusOf(session: Session, userId: string): Row | undefined {
  return rowsOf(session.organization, "msdyn_agentstatus").find(
    (status) => status["_msdyn_agentid_value"] === userId,
  );
}

/** Sets a presence, as the agent does beside the own picture, or `CCaaS_ModifyAgentPresence`. */
export function setPresence(session: Session, user: Row, presence: string): void {
  const row = presenceRow(session, presence);
  const userId = textOf(user, "systemuserid");
  const values: Row = {
    _msdyn_currentpresenceid_value: textOf(row, "msdyn_presenceid"),
    msdyn_presencemodifiedon: timestamp(session),
    msdyn_isagentloggedin: row["msdyn_basepresencestatus"] !== 192360004,
  };
  const known = agentStatusOf(session, userId);
  if (known !== undefined) changeRow(session, tableOf(session, "msdyn_agentstatus"), known, values);
  else
    insertRow(session, "msdyn_agentstatus", {
      ...values,
      msdyn_name: nameOf(user),
      _msdyn_agentid_value: userId,
    });
}

function presenceOf(session: Session, userId: string): Row | undefined {
  const status = agentStatusOf(session, userId);
  return findRow(session.organization, "msdyn_presence", textOf(status, "_msdyn_currentpresenceid_value"));
}

/** What decides who may take a conversation. */
type Placed = Pick<Conversation, "queueId" | "widgetAppId">;

function unitsOf(session: Session, conversation: Placed): number {
  const workstream = workstreamOf(session, widgetOf(session, conversation.widgetAppId));
  return Number(workstream?.["msdyn_capacityrequired"] ?? 0);
}

function busyUnits(session: Session, userId: string): number {
  return conversationsOf(session.world)
    .filter(
      (other) =>
        other.agentUserId === userId &&
        other.organizationId === session.organization.organizationId &&
        (other.state === "Active" || other.state === "WrapUp"),
    )
    .reduce((sum, other) => sum + unitsOf(session, other), 0);
}

/** Why this user cannot be given the conversation; undefined when nothing is in the way. */
export function obstacle(session: Session, conversation: Placed, user: Row): string | undefined {
  const userId = textOf(user, "systemuserid");
  const name = nameOf(user);
  if (isBot(user)) return `"${name}" is a bot`;
  if (!isEnabled(user)) return `user "${name}" is disabled`;
  if (!holdsAgentRole(session, userId)) return `"${name}" does not hold the role Omnichannel agent directly`;
  const queueId = conversation.queueId ?? "";
  const queue = findRow(session.organization, "queue", queueId);
  if (!membersOfQueue(session, queueId).some((member) => member["systemuserid"] === userId))
    return `"${name}" is no member of queue "${textOf(queue, "name")}"`;
  const presence = presenceOf(session, userId);
  const workstream = workstreamOf(session, widgetOf(session, conversation.widgetAppId));
  const allowed = textOf(workstream, "msdyn_allowedpresences");
  const base = String(presence?.["msdyn_basepresencestatus"] ?? "");
  if (presence === undefined) return `"${name}" is not signed in`;
  if (allowed !== "" && !allowed.split(",").includes(base))
    return `presence "${textOf(presence, "msdyn_name")}" of "${name}" is not among the workstream's allowed presences`;
  const capacity = Number(user["msdyn_capacity"] ?? DEFAULT_CAPACITY);
  if (busyUnits(session, userId) + unitsOf(session, conversation) > capacity)
    return `"${name}" has no capacity left (${capacity} units)`;
  return undefined;
}

/** Agents of the queue who could take the conversation now. */
export function availableAgents(session: Session, queueId: string, widgetAppId: string): Row[] {
  return membersOfQueue(session, queueId).filter(
    (user) => obstacle(session, { queueId, widgetAppId }, user) === undefined,
  );
}

/** The agent accepts. Somebody who was not signed in signs in with this, as Available. */
export function acceptByAgent(world: World, conversation: Conversation, agent: string): void {
  const session = sessionFor(world, conversation);
  const user = requireUser(session, agent);
  const userId = textOf(user, "systemuserid");
  if (conversation.state !== "Open")
    cannot(`the conversation is ${conversation.state}: only one that waits in a queue can be accepted`);
  if (agentStatusOf(session, userId) === undefined) setPresence(session, user, "Available");
  const reason = obstacle(session, conversation, user);
  if (reason !== undefined) cannot(reason);
  conversation.agentUserId = userId;
  conversation.agentAcceptedOn = world.iso();
  conversation.state = "Active";
  conversation.trail.push(`"${nameOf(user)}" accepted the conversation`);
  acceptOcSession(session, conversation, userId);
  changeWorkItem(session, conversation, CHANGE.inConversation, {
    msdyn_isagentaccepted: true,
    msdyn_isagentsession: true,
    msdyn_activeagentassignedon: timestamp(session),
  });
  join(world, conversation, {
    id: communicationId(conversation, userId),
    displayName: nameOf(user),
    kind: "agent",
  });
  sayAsSystem(world, conversation, `${nameOf(user)} has joined the conversation.`);
}

function requireHolder(session: Session, conversation: Conversation, agent: string): Row {
  const user = requireUser(session, agent);
  if (user["systemuserid"] !== conversation.agentUserId)
    cannot(`"${nameOf(user)}" does not have the conversation`);
  return user;
}

export function sayByAgent(world: World, conversation: Conversation, agent: string, text: string): void {
  const session = sessionFor(world, conversation);
  const user = requireHolder(session, conversation, agent);
  if (conversation.state !== "Active") cannot(`the conversation is ${conversation.state}`);
  addMessage(world, conversation, {
    type: "text",
    senderId: communicationId(conversation, textOf(user, "systemuserid")),
    senderDisplayName: nameOf(user),
    content: text,
    metadata: { deliveryMode: "bridged", tags: "public" },
  });
}

export function endByHolder(world: World, conversation: Conversation, agent: string): void {
  requireHolder(sessionFor(world, conversation), conversation, agent);
  if (conversation.state !== "Active" && conversation.state !== "WrapUp")
    cannot(`the conversation is ${conversation.state}`);
  endByAgent(world, conversation);
}
