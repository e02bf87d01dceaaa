import { dataverseError } from "../dataverse/errors.ts";
import { findRow, textOf } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { agentStatusOf, setPresence } from "./agents.ts";
import { AGENT_ROLES, holdsRole, nameOf, SUPERVISOR_ROLES } from "./people.ts";

/**
 * Presence of agents through the Web API: `CCaaS_GetPresence` and `CCaaS_ModifyAgentPresence`
 * (MicrosoftDocs/dynamics-365-contact-center:contact-center/extend/api/ccaas_getpresence.md and
 * ccaas_modifyagentpresence.md).
 */

export interface PresenceOperation {
  readonly method: "GET" | "POST";
  call(session: Session, body: () => JsonObject): SandboxResponse;
}

/** Assumption: the pages name the roles and the statuses 400 and 404, not the codes and texts. */
function requireRole(session: Session, roles: readonly string[]): void {
  if (!holdsRole(session, session.userId, roles))
    throw dataverseError(403, "0x80040220", `The caller needs one of the roles ${roles.join(", ")}.`);
}

function getPresence(session: Session): SandboxResponse {
  requireRole(session, AGENT_ROLES);
  const user = findRow(session.organization, "systemuser", session.userId);
  const status = agentStatusOf(session, session.userId);
  const presence = findRow(
    session.organization,
    "msdyn_presence",
    textOf(status, "_msdyn_currentpresenceid_value"),
  );
  if (status === undefined || presence === undefined)
    throw dataverseError(404, "0x80040217", "The agent has no presence.");
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata#Microsoft.Dynamics.CRM.CCaaS_GetPresenceResponse`,
      ActiveBrowserSessions: status["msdyn_isagentloggedin"] === true ? 1 : 0,
      AgentId: session.userId,
      AgentName: nameOf(user),
      Timestamp: Math.floor(Date.parse(textOf(status, "msdyn_presencemodifiedon")) / 1000),
      AllowedChannels: [],
      CurrentPresenceStatusInfo: textOf(presence, "msdyn_presencestatustext"),
      DisabledChannels: [],
      PresenceId: textOf(presence, "msdyn_presenceid"),
    },
  };
}

function modifyPresence(session: Session, body: () => JsonObject): SandboxResponse {
  requireRole(session, SUPERVISOR_ROLES);
  const { ApiVersion, AgentId, PresenceId } = body();
  const presence = findRow(session.organization, "msdyn_presence", String(PresenceId));
  if (ApiVersion !== "1.0" || typeof AgentId !== "string" || presence === undefined)
    throw dataverseError(400, "0x80040203", "Invalid argument.");
  const user = findRow(session.organization, "systemuser", AgentId);
  if (user === undefined)
    throw dataverseError(404, "0x80040217", `systemuser With Id = ${AgentId} Does Not Exist`);
  setPresence(session, user, textOf(presence, "msdyn_presenceid"));
  return { status: 200 };
}

export const PRESENCE_OPERATIONS: ReadonlyMap<string, PresenceOperation> = new Map<string, PresenceOperation>(
  [
    ["CCaaS_GetPresence", { method: "GET", call: getPresence }],
    ["CCaaS_ModifyAgentPresence", { method: "POST", call: modifyPresence }],
  ],
);
