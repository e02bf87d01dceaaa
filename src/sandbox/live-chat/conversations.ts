import { findRow, textOf } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";
import type { World } from "../world.ts";
import { answerOf, type BotReply, botOfUser, botReadiness, greeting } from "./bot.ts";
import {
  acceptOcSession,
  CHANGE,
  CLOSURE,
  CREATION,
  changeWorkItem,
  closeOcSession,
  insertWorkItem,
  openOcSession,
  sessionFor,
  storeContextItem,
  widgetOf,
  workItemOf,
  workstreamOf,
} from "./conversation-rows.ts";
import {
  addMessage,
  type Conversation,
  communicationId,
  join,
  leave,
  patientOf,
  sayAsSystem,
} from "./conversation-state.ts";
import { isBot, membersOfQueue, nameOf } from "./people.ts";
import { routeToQueue, variablesOf } from "./routing.ts";

/** The life of a conversation: start, bot, escalation, queue, end. */

interface Stage {
  readonly world: World;
  readonly session: Session;
  readonly widget: Row;
  readonly workstream: Row;
  readonly conversation: Conversation;
}

function stageOf(world: World, conversation: Conversation): Stage | undefined {
  const session = sessionFor(world, conversation);
  const widget = widgetOf(session, conversation.widgetAppId);
  const workstream = workstreamOf(session, widget);
  if (widget === undefined || workstream === undefined) return undefined;
  return { world, session, widget, workstream, conversation };
}

/**
 * Sets context variables. Names are case-sensitive and must be declared on the workstream; values are whole numbers
 * or text ("Escalate and end bot conversation", Customer Service developer guide).
 */
function setContext(stage: Stage, values: Readonly<Record<string, unknown>>): void {
  const { session, workstream, conversation } = stage;
  const declared = new Set(
    variablesOf(session, textOf(workstream, "msdyn_liveworkstreamid")).map((row) =>
      textOf(row, "msdyn_name"),
    ),
  );
  for (const [name, value] of Object.entries(values)) {
    if (!declared.has(name)) {
      conversation.trail.push(`context variable ${name} is not declared on the workstream: dropped`);
      continue;
    }
    if (typeof value !== "string" && !Number.isInteger(value)) {
      conversation.trail.push(`context variable ${name} takes whole numbers and text only: dropped`);
      continue;
    }
    conversation.context[name] = value as string | number;
    conversation.trail.push(`context variable ${name} = ${String(value)}`);
    storeContextItem(session, conversation, workstream, name);
  }
}

/** The bot speaks; without bridge messages nobody hears it. */
function sayAsBot(stage: Stage, botUserId: string, text: string): void {
  const { world, session, conversation } = stage;
  if (text === "") return;
  const bot = botOfUser(session, botUserId);
  if (bot?.bridgeEnabled !== true) {
    conversation.trail.push("the bot spoke, but its Omnichannel bridge messages are switched off");
    return;
  }
  addMessage(world, conversation, {
    type: "text",
    senderId: communicationId(conversation, botUserId),
    senderDisplayName: nameOf(findRow(session.organization, "systemuser", botUserId)),
    content: text,
    metadata: { deliveryMode: "bridged" },
  });
}

/** Gives the conversation to a bot user if the bot can take it; the trail says why not. */
function giveToBot(stage: Stage, botUserId: string, queueId: string | null, creation: number): boolean {
  const { world, session, workstream, widget, conversation } = stage;
  const readiness = botReadiness(session, botUserId, workstream);
  if (!readiness.ready) {
    conversation.trail.push(readiness.reason);
    return false;
  }
  const name = nameOf(findRow(session.organization, "systemuser", botUserId));
  conversation.queueId = queueId;
  conversation.botUserId = botUserId;
  conversation.state = "Active";
  conversation.trail.push(`bot "${name}" has the conversation`);
  openOcSession(session, conversation, creation);
  acceptOcSession(session, conversation, botUserId);
  changeWorkItem(session, conversation, CHANGE.inConversation);
  join(world, conversation, {
    id: communicationId(conversation, botUserId),
    displayName: name,
    kind: "bot",
  });
  sayAsBot(stage, botUserId, greeting(textOf(widget, "msdyn_widgettitle")));
  return true;
}

/** Routes by the rules. In a queue with a bot among its members the bot takes the conversation. */
function route(stage: Stage, creation: number, formerBot: string | null): void {
  const { world, session, workstream, conversation } = stage;
  const workItem = workItemOf(session, conversation) ?? {};
  const routed = routeToQueue(session, workstream, workItem, conversation.context);
  conversation.trail.push(...routed.reasons);
  const queueId = textOf(routed.queue, "queueid");
  conversation.queueId = queueId === "" ? null : queueId;
  conversation.state = "Open";
  if (routed.ended) {
    openOcSession(session, conversation, creation);
    close(world, conversation, CLOSURE.overflowEndConversation, CHANGE.closedDueToOverflow);
    return;
  }
  for (const member of membersOfQueue(session, queueId)) {
    const userId = textOf(member, "systemuserid");
    if (!isBot(member)) continue;
    if (userId === formerBot) {
      conversation.trail.push("routing led back to the queue of the bot that escalated");
      continue;
    }
    if (giveToBot(stage, userId, queueId, creation)) return;
  }
  openOcSession(session, conversation, creation);
  changeWorkItem(session, conversation, CHANGE.awaitingAgentAssignment);
  conversation.trail.push(`waiting for an agent in queue "${textOf(routed.queue, "name")}"`);
  sayAsSystem(world, conversation, "You are in the queue. A representative will be with you shortly.");
}

/** A new conversation: to the workstream's bot first, else by the rules. False when the widget leads nowhere. */
export function begin(
  world: World,
  conversation: Conversation,
  context: Readonly<Record<string, unknown>>,
): boolean {
  const stage = stageOf(world, conversation);
  if (stage === undefined) return false;
  const { session, workstream, widget } = stage;
  conversation.state = "Open";
  insertWorkItem(session, conversation, workstream, `Visitor: ${textOf(widget, "msdyn_name")}`);
  setContext(stage, context);
  const botUserId = textOf(workstream, "_msdyn_bot_user_value");
  const botQueue = textOf(workstream, "_msdyn_bot_queue_value");
  if (botUserId !== "" && giveToBot(stage, botUserId, botQueue || null, CREATION.default)) return true;
  route(stage, CREATION.default, null);
  return true;
}

function obey(stage: Stage, reply: BotReply): void {
  const { world, session, conversation } = stage;
  const { tags } = reply;
  const botUserId = conversation.botUserId;
  if (tags === undefined || botUserId === null) return;
  if (tags.type === "EndConversation") {
    conversation.trail.push(`scenario "${reply.scenario}" ended the conversation`);
    close(world, conversation, CLOSURE.botEndConversation, CHANGE.endedByBot);
    return;
  }
  const workItem = workItemOf(session, conversation);
  conversation.trail.push(`scenario "${reply.scenario}" escalated`);
  setContext(stage, tags.context);
  closeOcSession(session, conversation, CLOSURE.botTransferToAgent);
  leave(world, conversation, communicationId(conversation, botUserId));
  conversation.botUserId = null;
  changeWorkItem(session, conversation, undefined, {
    msdyn_escalationcount: Number(workItem?.["msdyn_escalationcount"] ?? 0) + 1,
    msdyn_transfercount: Number(workItem?.["msdyn_transfercount"] ?? 0) + 1,
  });
  route(stage, CREATION.escalated, botUserId);
}

/** What follows a patient's message: the bot answers when it has the conversation. */
export function afterPatientSpoke(world: World, conversation: Conversation, said: string): void {
  const stage = stageOf(world, conversation);
  if (stage === undefined || conversation.botUserId === null) return;
  const bot = botOfUser(stage.session, conversation.botUserId);
  if (bot === undefined) return;
  const { reply, remark } = answerOf(bot, said);
  if (remark !== undefined) conversation.trail.push(remark);
  sayAsBot(stage, conversation.botUserId, reply.text);
  // Tags travel with the bridged activity: without the bridge Omnichannel never sees them.
  if (bot.bridgeEnabled) obey(stage, reply);
}

function close(world: World, conversation: Conversation, closure: number, change: number): void {
  const session = sessionFor(world, conversation);
  closeOcSession(session, conversation, closure);
  conversation.state = "Closed";
  changeWorkItem(session, conversation, change);
  for (const { id } of [...conversation.participants]) leave(world, conversation, id);
}

function wrapUp(world: World, conversation: Conversation, closure: number, change: number): void {
  const session = sessionFor(world, conversation);
  const patient = patientOf(conversation);
  if (patient !== undefined) leave(world, conversation, patient.id);
  closeOcSession(session, conversation, closure);
  conversation.state = "WrapUp";
  changeWorkItem(session, conversation, change);
}

/** The patient leaves: an agent keeps the conversation for wrap-up, otherwise it is closed. */
export function endByPatient(world: World, conversation: Conversation): void {
  if (conversation.state === "Closed" || conversation.state === "WrapUp") return;
  conversation.trail.push("the patient ended the conversation");
  if (conversation.agentUserId === null)
    close(world, conversation, CLOSURE.customerEndConversation, CHANGE.customerLeftOpenConversation);
  else wrapUp(world, conversation, CLOSURE.customerEndConversation, CHANGE.customerMovedToWrapUp);
}

/** The agent ends: the conversation goes to wrap-up, a second time closes it. */
export function endByAgent(world: World, conversation: Conversation): void {
  if (conversation.state === "WrapUp") {
    conversation.trail.push("wrap-up is over");
    close(world, conversation, CLOSURE.agentEndConversation, CHANGE.endedByAgent);
    return;
  }
  conversation.trail.push("the agent ended the conversation");
  sayAsSystem(world, conversation, "The representative has ended the conversation.");
  wrapUp(world, conversation, CLOSURE.agentEndConversation, CHANGE.endedByAgent);
}
