import { dataverseError, dependentRows } from "../errors.ts";
import { insertRow, rowsOf, setColumns, tableOf, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";
import { CONVERSATION_CONTRACT, createOwnContract, systemContractId } from "./decision-contracts.ts";
import type { Plugin } from "./plugin.ts";

const OUT_OF_HOURS_RULES =
  '<decision hit-policy="all" version="1"><rules><rule id="{id}" name="Out of operation hours"><condition operator="=="><lhs type="attribute">queue_prequeue.iswithinoperatinghour</lhs><rhs type="staticvalue">false</rhs></condition><action><setattribute><lhs type="attribute">overflowaction.msdyn_overflowactionconfig.msdyn_overflowactionconfigid</lhs><rhs type="staticvalue">{action}</rhs></setattribute></action></rule></rules></decision>';

function isOmnichannelQueue(row: Row): boolean {
  return row["msdyn_isomnichannelqueue"] === true;
}

/**
 * Operating hours on a queue bring a default "Out of operation hours: assign to queue anyway" condition with them
 * ("Manage overflow of work items", Customer Service administration guide).
 */
function addOutOfHoursCondition(session: Session, queue: Row): void {
  if (typeof queue["_msdyn_operatinghourid_value"] !== "string") return;
  if (typeof queue["_msdyn_prequeueoverflowrulesetid_value"] === "string") return;
  const id = textOf(queue, "queueid");
  const action = insertRow(session, "msdyn_overflowactionconfig", {
    msdyn_name: `Default_${id}`,
    msdyn_overflowactiontype: 192350000,
  });
  const name = `queue_prequeue_${id}`;
  const ruleset = insertRow(session, "msdyn_decisionruleset", {
    msdyn_name: name,
    msdyn_uniquename: name,
    msdyn_rulesettype: 192350000,
    msdyn_authoringmode: 192350000,
    msdyn_rulesetdefinition: OUT_OF_HOURS_RULES.replace("{id}", session.world.newId()).replace(
      "{action}",
      `{${textOf(action, "msdyn_overflowactionconfigid")}}`,
    ),
    _msdyn_inputcontractid_value: systemContractId(session, "msdyn_queueoverflowrulesetinput") ?? null,
    _msdyn_outputcontractid_value: systemContractId(session, "msdyn_queueoverflowrulesetoutput") ?? null,
  });
  setColumns(session, tableOf(session, "queue"), queue, {
    _msdyn_prequeueoverflowrulesetid_value: textOf(ruleset, "msdyn_decisionrulesetid"),
  });
}

/** Side effects of queues; outside Omnichannel a queue has none. */
export const queuePlugin: Plugin = {
  afterCreate(session, queue) {
    if (!session.organization.features.includes("omnichannel") || !isOmnichannelQueue(queue)) return;
    if (typeof queue["_msdyn_assignmentinputcontractid_value"] !== "string")
      setColumns(session, tableOf(session, "queue"), queue, {
        _msdyn_assignmentinputcontractid_value: textOf(
          createOwnContract(session, CONVERSATION_CONTRACT),
          "msdyn_decisioncontractid",
        ),
      });
    addOutOfHoursCondition(session, queue);
  },
  afterUpdate(session, queue) {
    if (isOmnichannelQueue(queue)) addOutOfHoursCondition(session, queue);
  },
  beforeDelete(session, queue) {
    const id = textOf(queue, "queueid");
    if (rowsOf(session.organization, "queueitem").some((item) => item["_queueid_value"] === id))
      throw dataverseError(
        400,
        "0x80631117",
        "You can't delete this queue because it has items assigned to it. Assign these items to another user, team, or queue and try again.",
      );
    const usedBy = (workstream: Row): boolean =>
      workstream["_msdyn_defaultqueue_value"] === id || workstream["_msdyn_bot_queue_value"] === id;
    if (queue["msdyn_isdefaultqueue"] === true) throw dependentRows();
    if (rowsOf(session.organization, "msdyn_liveworkstream").some(usedBy)) throw dependentRows();
    return undefined;
  },
};
