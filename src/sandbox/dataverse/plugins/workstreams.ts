import { dependentRows } from "../errors.ts";
import { addLink, findRow, insertRow, rowsOf, setColumns, tableOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import { CONVERSATION_CONTRACT, createOwnContract } from "./decision-contracts.ts";
import type { Plugin } from "./plugin.ts";

const LIVE_CHAT = 192360000;
const ENTITY_RECORDS = 192350000;

/** Template names by channel; those of SMS and Teams are not public. */
function templateNames(streamSource: unknown): Row {
  if (streamSource === LIVE_CHAT)
    return {
      msdyn_sessiontemplate_default: "msdyn_chat_session",
      msdyn_notificationtemplate_incoming_unauth: "msdyn_chat_incoming_unauthenticated",
    };
  if (streamSource === ENTITY_RECORDS)
    return {
      msdyn_sessiontemplate_default: "msdyn_entityrouting_session",
      msdyn_notificationtemplate_incoming_auth: "msdyn_entityrouting_assigned",
    };
  return {};
}

/** A bot on a workstream gets its own queue and rule; both columns are described as filled by the system. */
function followBot(session: Session, workstream: Row): void {
  const botId = workstream["_msdyn_bot_user_value"];
  const table = tableOf(session, "msdyn_liveworkstream");
  if (typeof botId !== "string") {
    setColumns(session, table, workstream, { _msdyn_bot_queue_value: null, msdyn_bot_rule: null });
    return;
  }
  const bot = findRow(session.organization, "systemuser", botId);
  const queue = insertRow(session, "queue", {
    name: `${textOf(workstream, "msdyn_name")} - ${textOf(bot, "fullname")}`,
    msdyn_isomnichannelqueue: true,
    msdyn_queuetype: 192350000,
    msdyn_assignmentstrategy: 192350000,
    msdyn_priority: 1,
    queueviewtype: 1,
  });
  addLink(session, "queuemembership_association", textOf(queue, "queueid"), botId);
  setColumns(session, table, workstream, {
    _msdyn_bot_queue_value: textOf(queue, "queueid"),
    msdyn_bot_rule: session.world.newId(),
  });
}

/**
 * What a workstream gets when it is created by plain POST: a contract, template names, the record identification
 * rule; no routing configuration (ameijers/PrometheanCCaaSToolbox, voice workstream builder, read back live).
 */
export const workstreamPlugin: Plugin = {
  afterCreate(session, workstream) {
    const filled: Row = {
      ...templateNames(workstream["msdyn_streamsource"]),
      msdyn_recordidentificationrule: "<RecordIdentificationRuleSet />",
    };
    for (const property of Object.keys(filled))
      if ((workstream[property] ?? null) !== null) delete filled[property];
    if (typeof workstream["_msdyn_routingcontractid_value"] !== "string")
      filled["_msdyn_routingcontractid_value"] = textOf(
        createOwnContract(session, CONVERSATION_CONTRACT),
        "msdyn_decisioncontractid",
      );
    setColumns(session, tableOf(session, "msdyn_liveworkstream"), workstream, filled);
    if (typeof workstream["_msdyn_bot_user_value"] === "string") followBot(session, workstream);
  },
  afterUpdate(session, workstream, changes) {
    if (changes["_msdyn_bot_user_value"] !== undefined) followBot(session, workstream);
  },
  beforeDelete(session, workstream) {
    const id = textOf(workstream, "msdyn_liveworkstreamid");
    const widgets = rowsOf(session.organization, "msdyn_livechatconfig");
    if (widgets.some((widget) => widget["_msdyn_liveworkstreamid_value"] === id)) throw dependentRows();
    return undefined;
  },
};
