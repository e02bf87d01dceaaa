import { businessUnitPlugin, rolePlugin } from "./business-units.ts";
import { deletesAlong } from "./cascades.ts";
import { chatWidgetPlugin } from "./chat-widgets.ts";
import { knowledgeArticlePlugin } from "./knowledge-articles.ts";
import { authenticationSettingsPlugin, maskingRulePlugin } from "./omnichannel-settings.ts";
import { calendarPlugin, operatingHourPlugin } from "./operating-hours.ts";
import type { LinkPlugin, Plugin } from "./plugin.ts";
import { queuePlugin } from "./queues.ts";
import { roleOnTeamPlugin, roleOnUserPlugin } from "./role-links.ts";
import { rulesetPlugin } from "./rulesets.ts";
import { teamMembershipPlugin, teamPlugin } from "./teams.ts";
import { systemUserPlugin } from "./users.ts";
import { workstreamPlugin } from "./workstreams.ts";

/** Which plug-ins run for which table, in the order they run. */
const PLUGINS: Readonly<Record<string, readonly Plugin[]>> = {
  businessunit: [businessUnitPlugin],
  role: [rolePlugin],
  systemuser: [systemUserPlugin],
  team: [teamPlugin],
  queue: [queuePlugin],
  calendar: [calendarPlugin],
  environmentvariabledefinition: [
    deletesAlong(
      "environmentvariabledefinition",
      "environmentvariablevalue",
      "environmentvariabledefinitionid",
    ),
  ],
  knowledgearticle: [knowledgeArticlePlugin],
  // Assumption: no public page shows the delete behaviour of this relationship.
  characteristic: [deletesAlong("characteristic", "bookableresourcecharacteristic", "characteristic")],
  msdyn_capacityprofile: [
    deletesAlong("msdyn_capacityprofile", "msdyn_bookableresourcecapacityprofile", "msdyn_capacityprofileid"),
  ],
  msdyn_productivityagentscript: [
    deletesAlong("msdyn_productivityagentscript", "msdyn_productivityagentscriptstep", "msdyn_agentscriptid"),
  ],
  msdyn_operatinghour: [operatingHourPlugin],
  msdyn_liveworkstream: [workstreamPlugin],
  msdyn_livechatconfig: [chatWidgetPlugin],
  msdyn_decisionruleset: [rulesetPlugin],
  msdyn_authenticationsettings: [authenticationSettingsPlugin],
  msdyn_maskingrule: [maskingRulePlugin],
};

const LINK_PLUGINS: Readonly<Record<string, LinkPlugin>> = {
  systemuserroles_association: roleOnUserPlugin,
  teamroles_association: roleOnTeamPlugin,
  teammembership_association: teamMembershipPlugin,
};

export function pluginsOf(table: string): readonly Plugin[] {
  return PLUGINS[table] ?? [];
}

export function linkPluginOf(relationship: string): LinkPlugin | undefined {
  return LINK_PLUGINS[relationship];
}
