import type { Resource } from "../../../src/engine/resource.ts";
import { activityLogExportResources } from "../../../src/resources/azure/activity-log-export.ts";
import { applicationInsightsResources } from "../../../src/resources/azure/application-insights.ts";
import { eligibleRoleAssignmentResources } from "../../../src/resources/azure/eligible-role-assignment.ts";
import { locationResources } from "../../../src/resources/azure/location.ts";
import { logAnalyticsWorkspaceResources } from "../../../src/resources/azure/log-analytics-workspace.ts";
import { resourceGroupResources } from "../../../src/resources/azure/resource-group.ts";
import { resourceProviderResources } from "../../../src/resources/azure/resource-provider.ts";
import { roleAssignmentResources } from "../../../src/resources/azure/role-assignment.ts";
import { applicationResources } from "../../../src/resources/entra/application.ts";
import { deployerResources } from "../../../src/resources/entra/deployer.ts";
import { groupResources } from "../../../src/resources/entra/group.ts";
import { licencesResources } from "../../../src/resources/entra/licences.ts";
import { omnichannelConsentResources } from "../../../src/resources/entra/omnichannel-consent.ts";
import { servicePrincipalResources } from "../../../src/resources/entra/service-principal.ts";
import { tenantResources } from "../../../src/resources/entra/tenant.ts";
import { accountResources } from "../../../src/resources/health-bot/account.ts";
import { bridgeResources } from "../../../src/resources/health-bot/bridge.ts";
import { channelResources } from "../../../src/resources/health-bot/channel.ts";
import { configurationResources } from "../../../src/resources/health-bot/configuration.ts";
import { scenarioResources } from "../../../src/resources/health-bot/scenario.ts";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";

export function entraResources(spec: EnvironmentSpec): Resource[] {
  return [
    ...tenantResources(spec),
    ...licencesResources(),
    ...deployerResources(spec),
    ...groupResources(spec),
    ...omnichannelConsentResources(),
    ...applicationResources(spec),
    ...servicePrincipalResources(spec),
  ];
}

/** Everything an environment has in Azure, the bot included, with the groups it is shared with. */
export function azureResources(spec: EnvironmentSpec): Resource[] {
  return [
    ...tenantResources(spec),
    ...locationResources(spec),
    ...resourceProviderResources(spec),
    ...groupResources(spec),
    ...resourceGroupResources(spec),
    ...logAnalyticsWorkspaceResources(spec),
    ...applicationInsightsResources(spec),
    ...activityLogExportResources(spec),
    ...accountResources(spec),
    ...roleAssignmentResources(spec),
    ...eligibleRoleAssignmentResources(spec),
  ];
}

export function healthBotResources(spec: EnvironmentSpec): Resource[] {
  return [
    ...azureResources(spec),
    ...configurationResources(spec),
    ...scenarioResources(spec),
    ...bridgeResources(spec),
    ...channelResources(spec),
  ];
}
