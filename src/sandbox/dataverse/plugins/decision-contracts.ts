import { findRowBy, insertRow, textOf } from "../rows.ts";
import type { Session } from "../session.ts";
import type { Row } from "../state.ts";

/**
 * Decision contracts name the inputs and outputs of rulesets. A workstream and a queue each get an own one with the
 * unique name `new_` and 36 characters (ameijers/PrometheanCCaaSToolbox, tools/*, read back from a live organization).
 */
export function createOwnContract(session: Session, definition: string): Row {
  const name = `new_${session.world.newId().replaceAll("-", "_")}`;
  return insertRow(session, "msdyn_decisioncontract", {
    msdyn_name: name,
    msdyn_uniquename: name,
    msdyn_contractdefinition: definition,
  });
}

export const CONVERSATION_CONTRACT =
  '<contract version="1"><entity logical-name="msdyn_ocliveworkitem" key="msdyn_ocliveworkitem" /><complex key="liveworkitemcontext" /></contract>';

export function systemContractId(session: Session, uniqueName: string): string | undefined {
  const contract = findRowBy(session.organization, "msdyn_decisioncontract", {
    msdyn_uniquename: uniqueName,
  });
  return contract === undefined ? undefined : textOf(contract, "msdyn_decisioncontractid");
}
