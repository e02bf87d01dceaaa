import { notSimulated } from "./not-simulated.ts";
import { rowsOf, stableId, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";

/** Time that the platform shows for what nobody has overwritten. */
const NEVER = "1900-01-01T00:00:00Z";

function layer(role: Row, solution: string, publisher: string, order: number, overwritten: string): Row {
  const id = textOf(role, "roleid");
  return {
    msdyn_componentlayerid: stableId("component layer", id, solution),
    msdyn_componentid: id,
    msdyn_solutioncomponentname: "Role",
    msdyn_name: textOf(role, "name"),
    msdyn_solutionname: solution,
    msdyn_publishername: publisher,
    msdyn_order: order,
    msdyn_overwritetime: overwritten,
    msdyn_changes: null,
    msdyn_children: null,
    msdyn_componentjson: null,
  };
}

/**
 * Solution layers of the security roles, from the bottom up ("Solution layers", "msdyn_componentlayer table/entity
 * reference"). Whoever edits a managed role puts the layer `Active` of the unmanaged customizations on top; here that is
 * a role that was modified after it came. Assumption: the solution that brings a role bears the name `System`.
 */
function roleLayers(session: Session): Row[] {
  return rowsOf(session.organization, "role").flatMap((role) => {
    const active = (order: number): Row =>
      layer(role, "Active", "Default Publisher", order, textOf(role, "modifiedon") || NEVER);
    if (role["ismanaged"] !== true) return [active(1)];
    const isEdited = Date.parse(textOf(role, "modifiedon")) > Date.parse(textOf(role, "createdon"));
    return [layer(role, "System", "Microsoft Dynamics 365", 1, NEVER), ...(isEdited ? [active(2)] : [])];
  });
}

/** The real service wants both id and kind of one component in the filter; roles are the only kind the sandbox layers. */
export function componentLayers(session: Session, url: URL): Row[] {
  if (!/msdyn_solutioncomponentname eq 'Role'/i.test(url.searchParams.get("$filter") ?? ""))
    throw notSimulated("the layers of other components than security roles");
  return roleLayers(session);
}
