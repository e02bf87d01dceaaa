import { changeRow, findRow, insertRow, rowsOf, tableOf, textOf, timestamp } from "../dataverse/rows.ts";
import { type Session, systemSession } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";
import type { World } from "../world.ts";
import { type Conversation, organizationOf, type WorkItemState } from "./conversation-state.ts";
import { variablesOf } from "./routing.ts";

/**
 * The rows that the runtime keeps of a conversation: `msdyn_ocliveworkitem` with one `msdyn_ocsession` per holder.
 * Columns and option values: classes generated from a live organization (phuocle/Dynamics-Crm-DevKit) and Microsoft's
 * table reference. That the chat SDK's ConversationId is the row's `activityid` is an assumption.
 */

const STATUS: Readonly<Record<WorkItemState, readonly [statecode: number, statuscode: number]>> = {
  New: [0, 1],
  Open: [0, 1],
  Active: [0, 2],
  Waiting: [0, 3],
  WrapUp: [0, 5],
  Closed: [1, 4],
};

export const CLOSURE = {
  botTransferToAgent: 192350026,
  botEndConversation: 192350027,
  agentEndConversation: 192350021,
  customerEndConversation: 192350022,
  overflowEndConversation: 192350016,
} as const;

export const CHANGE = {
  awaitingAgentAssignment: 192350001,
  inConversation: 192350003,
  customerMovedToWrapUp: 192350007,
  endedByAgent: 192350008,
  closedDueToOverflow: 192350011,
  customerLeftOpenConversation: 192350012,
  endedByBot: 192350013,
} as const;

export const CREATION = { default: 192350000, escalated: 192350016, queueTransfer: 192350002 } as const;

const LIVE_CHAT = 192360000;

/** The platform's own session in the conversation's organization. */
export function sessionFor(world: World, conversation: Conversation): Session {
  const organization = organizationOf(world, conversation);
  if (organization === undefined)
    throw new Error(`conversation ${conversation.id} has lost its organization`);
  return systemSession(world, organization);
}

export function widgetOf(session: Session, widgetAppId: string): Row | undefined {
  return rowsOf(session.organization, "msdyn_livechatconfig").find(
    (widget) =>
      textOf(widget, "msdyn_widgetappid").toLowerCase() === widgetAppId.toLowerCase() &&
      (widget["statecode"] ?? 0) === 0,
  );
}

export function workstreamOf(session: Session, widget: Row | undefined): Row | undefined {
  return findRow(
    session.organization,
    "msdyn_liveworkstream",
    textOf(widget, "_msdyn_liveworkstreamid_value"),
  );
}

export function workItemOf(session: Session, conversation: Conversation): Row | undefined {
  return findRow(session.organization, "msdyn_ocliveworkitem", conversation.id);
}

export function insertWorkItem(
  session: Session,
  conversation: Conversation,
  workstream: Row,
  title: string,
): Row {
  const now = timestamp(session);
  return insertRow(session, "msdyn_ocliveworkitem", {
    activityid: conversation.id,
    activitytypecode: "msdyn_ocliveworkitem",
    msdyn_ocliveworkitemid: conversation.id,
    subject: title,
    msdyn_title: title,
    msdyn_channel: String(LIVE_CHAT),
    _msdyn_liveworkstreamid_value: textOf(workstream, "msdyn_liveworkstreamid"),
    msdyn_workstreamworkdistributionmode: workstream["msdyn_workdistributionmode"] ?? null,
    msdyn_createdon: now,
    msdyn_startedon: now,
    msdyn_initiatedon: now,
    msdyn_statusupdatedon: now,
    msdyn_escalationcount: 0,
    msdyn_transfercount: 0,
    msdyn_isagentaccepted: false,
    msdyn_isagentsession: false,
    msdyn_isoutbound: false,
    statecode: 0,
    statuscode: 1,
  });
}

export function changeWorkItem(
  session: Session,
  conversation: Conversation,
  reason: number | undefined,
  changes: Row = {},
): void {
  const row = workItemOf(session, conversation);
  if (row === undefined) return;
  const [statecode, statuscode] = STATUS[conversation.state];
  changeRow(session, tableOf(session, "msdyn_ocliveworkitem"), row, {
    ...changes,
    statecode,
    statuscode,
    _msdyn_cdsqueueid_value: conversation.queueId,
    _msdyn_activeagentid_value: conversation.agentUserId ?? conversation.botUserId,
    _msdyn_lastsessionid_value: conversation.sessionId,
    msdyn_statusupdatedon: timestamp(session),
    msdyn_modifiedon: timestamp(session),
    ...(reason === undefined ? {} : { msdyn_statuschangereason: reason }),
    ...(conversation.state === "Closed" ? { msdyn_closedon: timestamp(session) } : {}),
    ...(conversation.state === "WrapUp" ? { msdyn_wrapupinitiatedon: timestamp(session) } : {}),
  });
}

/** Opens a session for the conversation's present queue; the former one must be closed before. */
export function openOcSession(session: Session, conversation: Conversation, creationReason: number): void {
  const now = timestamp(session);
  const row = insertRow(session, "msdyn_ocsession", {
    activitytypecode: "msdyn_ocsession",
    subject: textOf(workItemOf(session, conversation), "subject"),
    msdyn_channel: LIVE_CHAT,
    _msdyn_liveworkitemid_value: conversation.id,
    _msdyn_cdsqueueid_value: conversation.queueId,
    msdyn_queueassignedon: now,
    msdyn_sessioncreatedon: now,
    msdyn_sessioncreationreason: creationReason,
    msdyn_queueassignedreason: creationReason,
    msdyn_state: 192350003,
    statecode: 0,
    statuscode: 1,
  });
  conversation.sessionId = textOf(row, "activityid");
  changeRow(session, tableOf(session, "msdyn_ocsession"), row, { msdyn_sessionid: conversation.sessionId });
}

function ocSessionOf(session: Session, conversation: Conversation): Row | undefined {
  return findRow(session.organization, "msdyn_ocsession", conversation.sessionId ?? "");
}

/** Somebody took the session: its state and who takes part in it. */
export function acceptOcSession(session: Session, conversation: Conversation, userId: string): void {
  const row = ocSessionOf(session, conversation);
  if (row === undefined) return;
  const now = timestamp(session);
  changeRow(session, tableOf(session, "msdyn_ocsession"), row, {
    msdyn_state: 192350001,
    msdyn_agentassignedon: now,
    msdyn_agentacceptedon: now,
  });
  insertRow(session, "msdyn_sessionparticipant", {
    msdyn_name: textOf(findRow(session.organization, "systemuser", userId), "fullname"),
    _msdyn_agentid_value: userId,
    _msdyn_omnichannelsession_value: conversation.sessionId,
    _msdyn_cdsqueueid_value: conversation.queueId,
    msdyn_mode: 192350002,
    msdyn_addedon: now,
    msdyn_joinedon: now,
  });
}

export function closeOcSession(session: Session, conversation: Conversation, reason: number): void {
  const row = ocSessionOf(session, conversation);
  if (row === undefined || row["msdyn_state"] === 192350002) return;
  const now = timestamp(session);
  changeRow(session, tableOf(session, "msdyn_ocsession"), row, {
    msdyn_state: 192350002,
    msdyn_closurereason: reason,
    msdyn_sessionclosedon: now,
    statecode: 1,
    statuscode: 2,
  });
  for (const participant of rowsOf(session.organization, "msdyn_sessionparticipant"))
    if (participant["_msdyn_omnichannelsession_value"] === conversation.sessionId)
      changeRow(session, tableOf(session, "msdyn_sessionparticipant"), participant, { msdyn_lefton: now });
}

/** Keeps the value of a declared context variable beside the conversation ("Context item value"). */
export function storeContextItem(
  session: Session,
  conversation: Conversation,
  workstream: Row,
  name: string,
): void {
  const variable = variablesOf(session, textOf(workstream, "msdyn_liveworkstreamid")).find(
    (candidate) => candidate["msdyn_name"] === name,
  );
  if (variable === undefined) return;
  const value = String(conversation.context[name]);
  const known = rowsOf(session.organization, "msdyn_ocliveworkitemcontextitem").find(
    (item) => item["_msdyn_ocliveworkitemid_value"] === conversation.id && item["msdyn_name"] === name,
  );
  if (known !== undefined) {
    changeRow(session, tableOf(session, "msdyn_ocliveworkitemcontextitem"), known, { msdyn_value: value });
    return;
  }
  insertRow(session, "msdyn_ocliveworkitemcontextitem", {
    msdyn_name: name,
    msdyn_value: value,
    msdyn_datatype: variable["msdyn_datatype"] ?? null,
    msdyn_isdisplayable: variable["msdyn_isdisplayable"] ?? true,
    _msdyn_ocliveworkitemid_value: conversation.id,
    _msdyn_ocliveworkstreamcontextvariableid_value: textOf(
      variable,
      "msdyn_ocliveworkstreamcontextvariableid",
    ),
  });
}
