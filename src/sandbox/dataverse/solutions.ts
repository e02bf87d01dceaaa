import { findRowBy, insertRow, timestamp } from "./rows.ts";
import type { Session } from "./session.ts";

/**
 * Unique names of managed solutions ("Uninstall omnichannel solutions", Customer Service administration guide).
 * Versions move weekly in reality; here they only have the right form.
 */
export const CUSTOMER_SERVICE_SOLUTIONS = [
  "msdynce_ServiceAnchor",
  "msdynce_ServiceLevelAgreementAnchor",
  "msdyn_UnifiedRoutingForEntity",
  "UnifiedRouting",
  "MLDecisionEngine",
  "msdyn_OmnichannelBase",
  "msdyn_OmnichannelBaseApp",
  "AgentAvailabilityStatus",
] as const;

export const CHANNEL_SOLUTIONS: Readonly<Record<string, readonly string[]>> = {
  common: [
    "OmnichannelConfiguration",
    "OmnichannelCommunicationBase",
    "OmnichannelEngagementHubPreview",
    "msdyn_OmnichannelMessagingBase",
    "msdyn_UnifiedRoutingForCS",
    "ScenariosAndChannels",
  ],
  chat: ["OmnichannelPrimeChatAnchor", "OmnichannelChat"],
  sms: ["OmnichannelPrimeSMSAnchor", "OmnichannelSMS", "msdyn_OmnichannelSharedSMS"],
  teams: ["OmnichannelPrimeTeams", "OmnichannelTeams"],
};

export function addSolutions(session: Session, uniqueNames: readonly string[]): void {
  for (const uniquename of uniqueNames) {
    if (findRowBy(session.organization, "solution", { uniquename }) !== undefined) continue;
    insertRow(session, "solution", {
      uniquename,
      friendlyname: uniquename,
      version: "9.0.25110.1001",
      ismanaged: true,
      isvisible: true,
      installedon: timestamp(session),
      updatedon: timestamp(session),
    });
  }
}
