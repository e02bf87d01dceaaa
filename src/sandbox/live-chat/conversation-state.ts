import { dataverseState, type OrganizationState } from "../dataverse/state.ts";
import type { World } from "../world.ts";

/** Live chats between patients, the bot and agents, as the sandbox keeps them. */

export const LIVE_CHAT = "liveChat";

/** `getliveworkitemdetails` knows these words (microsoft/omnichannel-chat-sdk:src/core/LiveWorkItemState.ts). */
export type WorkItemState = "New" | "Open" | "Active" | "Waiting" | "WrapUp" | "Closed";

export interface Participant {
  /** `8:acs:{resource}_{user}`. */
  readonly id: string;
  readonly displayName: string;
  readonly kind: "patient" | "bot" | "agent";
  /** ISO time from which the participant sees messages. */
  readonly sharedSince: string;
}

export interface Message {
  /** Milliseconds since the epoch, as Azure Communication Services numbers messages. */
  readonly id: string;
  readonly sequenceId: string;
  readonly type: "text" | "html" | "participantAdded" | "participantRemoved";
  readonly senderId: string;
  readonly senderDisplayName: string;
  content: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdOn: string;
  editedOn?: string;
  deletedOn?: string;
}

export interface ReadReceipt {
  readonly senderId: string;
  readonly chatMessageId: string;
  readonly readOn: string;
}

export interface Conversation {
  /** Also `activityid` of the row in `msdyn_ocliveworkitems`. */
  readonly id: string;
  readonly organizationId: string;
  readonly requestId: string;
  /** `msdyn_widgetappid`. */
  readonly widgetAppId: string;
  /** `19:…@thread.v2`. */
  readonly threadId: string;
  readonly sessionHeader: string;
  state: WorkItemState;
  /** Values of context variables by name. */
  context: Record<string, string | number>;
  /** `systemuserid` of the bot or agent who has the conversation. */
  botUserId: string | null;
  agentUserId: string | null;
  queueId: string | null;
  agentAcceptedOn: string | null;
  /** `activityid` of the current row in `msdyn_ocsessions`. */
  sessionId: string | null;
  participants: Participant[];
  messages: Message[];
  readReceipts: ReadReceipt[];
  /** Why the conversation is where it is, oldest first. */
  trail: string[];
}

export interface LiveChatState {
  /** Signs chat tokens. */
  readonly signingKey: string;
  readonly conversations: Record<string, Conversation>;
}

/** Host of an organization's Azure Communication Services resource. The name is the sandbox's own. */
export function communicationHost(organizationId: string): string {
  return `oc-${organizationId}.unitedstates.communication.azure.com`;
}

/** Hosts that a patient's client asks for. */
export function chatHosts({ organizationId, features }: OrganizationState): readonly string[] {
  if (!features.includes("chat")) return [];
  return [`m-${organizationId}.us.omnichannelengagementhub.com`, communicationHost(organizationId)];
}

export function liveChatState(world: World): LiveChatState {
  return world.slice<LiveChatState>(LIVE_CHAT);
}

/** Conversations of organizations that still exist: the others went with their environment. */
export function conversationsOf(world: World): Conversation[] {
  return Object.values(liveChatState(world).conversations).filter(
    (conversation) => organizationOf(world, conversation) !== undefined,
  );
}

export function findConversation(world: World, id: string): Conversation | undefined {
  return conversationsOf(world).find((conversation) => conversation.id === id.toLowerCase());
}

export function conversationOfRequest(
  world: World,
  organizationId: string,
  requestId: string,
): Conversation | undefined {
  // The latest one: an ended chat may be started anew with the same id.
  return conversationsOf(world).findLast(
    (conversation) =>
      conversation.organizationId === organizationId &&
      conversation.requestId.toLowerCase() === requestId.toLowerCase(),
  );
}

export function conversationOfThread(world: World, threadId: string): Conversation | undefined {
  return conversationsOf(world).find((conversation) => conversation.threadId === threadId);
}

export function organizationOf(world: World, conversation: Conversation): OrganizationState | undefined {
  return Object.values(dataverseState(world).organizations).find(
    ({ organizationId }) => organizationId === conversation.organizationId,
  );
}

export function patientOf(conversation: Conversation): Participant | undefined {
  return conversation.participants.find(({ kind }) => kind === "patient");
}

/** Identity of a Dataverse user in the chat thread. */
export function communicationId(conversation: Pick<Conversation, "organizationId">, userId: string): string {
  return `8:acs:${conversation.organizationId}_${userId}`;
}

/** Adds a message to the thread; ids are unique because no two messages share a millisecond. */
export function addMessage(
  world: World,
  conversation: Conversation,
  message: Pick<Message, "type" | "senderId" | "senderDisplayName" | "content" | "metadata">,
): Message {
  const last = conversation.messages.at(-1);
  const id = Math.max(world.now(), Number(last?.id ?? 0) + 1);
  const added: Message = {
    ...message,
    id: String(id),
    sequenceId: String(conversation.messages.length + 1),
    createdOn: new Date(id).toISOString(),
  };
  conversation.messages.push(added);
  return added;
}

export function join(
  world: World,
  conversation: Conversation,
  participant: Omit<Participant, "sharedSince">,
): void {
  if (conversation.participants.some(({ id }) => id === participant.id)) return;
  conversation.participants.push({ ...participant, sharedSince: new Date(0).toISOString() });
  addMessage(world, conversation, {
    type: "participantAdded",
    senderId: participant.id,
    senderDisplayName: participant.displayName,
    content: participant.id,
    metadata: {},
  });
}

export function leave(world: World, conversation: Conversation, id: string): void {
  const gone = conversation.participants.find((participant) => participant.id === id);
  if (gone === undefined) return;
  conversation.participants = conversation.participants.filter((participant) => participant !== gone);
  addMessage(world, conversation, {
    type: "participantRemoved",
    senderId: gone.id,
    senderDisplayName: gone.displayName,
    content: gone.id,
    metadata: {},
  });
}

/** A message of the service itself; the widget shows it apart from what people write. */
export function sayAsSystem(world: World, conversation: Conversation, content: string): void {
  addMessage(world, conversation, {
    type: "text",
    senderId: communicationId(conversation, conversation.organizationId),
    senderDisplayName: "__system__",
    content,
    metadata: { deliveryMode: "bridged", tags: "system" },
  });
}
