import type { Resource } from "../engine/resource.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import { knowledgeArticleResources } from "./agent-experience/knowledge-article.ts";
import { macroResources } from "./agent-experience/macro.ts";
import { notificationTemplateResources } from "./agent-experience/notification-template.ts";
import { profileResources } from "./agent-experience/profile.ts";
import { quickReplyResources } from "./agent-experience/quick-reply.ts";
import { realTimeAnalyticsResources } from "./agent-experience/real-time-analytics.ts";
import { scriptResources } from "./agent-experience/script.ts";
import { scriptStepsResources } from "./agent-experience/script-steps.ts";
import { sentimentResources } from "./agent-experience/sentiment.ts";
import { sessionTemplateResources } from "./agent-experience/session-template.ts";
import { smartAssistResources } from "./agent-experience/smart-assist.ts";
import { smartAssistBotResources } from "./agent-experience/smart-assist-bot.ts";
import { supervisionResources } from "./agent-experience/supervision.ts";
import { tagResources } from "./agent-experience/tag.ts";
import { workstreamNotificationResources } from "./agent-experience/workstream-notification.ts";
import { workstreamSessionResources } from "./agent-experience/workstream-session.ts";
import { actionGroupResources } from "./azure/action-group.ts";
import { activityLogAlertResources } from "./azure/activity-log-alert.ts";
import { activityLogExportResources } from "./azure/activity-log-export.ts";
import { applicationInsightsResources } from "./azure/application-insights.ts";
import { eligibleRoleAssignmentResources } from "./azure/eligible-role-assignment.ts";
import { entraLogExportResources } from "./azure/entra-log-export.ts";
import { locationResources } from "./azure/location.ts";
import { logAnalyticsWorkspaceResources } from "./azure/log-analytics-workspace.ts";
import { policyAssignmentResources } from "./azure/policy-assignment.ts";
import { resourceGroupResources } from "./azure/resource-group.ts";
import { resourceLockResources } from "./azure/resource-lock.ts";
import { resourceProviderResources } from "./azure/resource-provider.ts";
import { roleAssignmentResources as azureRoleAssignmentResources } from "./azure/role-assignment.ts";
import { standingAccessResources } from "./azure/standing-access.ts";
import { applicationUserResources } from "./dataverse/application-user.ts";
import { auditingResources } from "./dataverse/auditing.ts";
import { groupTeamResources } from "./dataverse/group-team.ts";
import { roleAssignmentResources } from "./dataverse/role-assignment.ts";
import { solutionResources } from "./dataverse/solution.ts";
import { adminConsentResources } from "./entra/admin-consent.ts";
import { applicationResources } from "./entra/application.ts";
import { certificateResources } from "./entra/certificate.ts";
import { clientSecretResources } from "./entra/client-secret.ts";
import { deployerResources } from "./entra/deployer.ts";
import { federatedCredentialResources } from "./entra/federated-credential.ts";
import { groupResources } from "./entra/group.ts";
import { licencesResources } from "./entra/licences.ts";
import { omnichannelConsentResources } from "./entra/omnichannel-consent.ts";
import { permissionGrantResources } from "./entra/permission-grant.ts";
import { servicePrincipalResources } from "./entra/service-principal.ts";
import { tenantResources } from "./entra/tenant.ts";
import { accessModeResources } from "./health-bot/access-mode.ts";
import { accountResources } from "./health-bot/account.ts";
import { bridgeResources } from "./health-bot/bridge.ts";
import { channelResources } from "./health-bot/channel.ts";
import { configurationResources } from "./health-bot/configuration.ts";
import { localizationResources } from "./health-bot/localization.ts";
import { scenarioResources } from "./health-bot/scenario.ts";
import { scenarioFileResources } from "./health-bot/scenario-file.ts";
import { bookableResourcesResources } from "./omnichannel/bookable-resources.ts";
import { capacityProfileResources } from "./omnichannel/capacity-profile.ts";
import { channelsResources } from "./omnichannel/channels.ts";
import { contextVariableResources } from "./omnichannel/context-variable.ts";
import { maskingResources } from "./omnichannel/masking.ts";
import { maskingRuleResources } from "./omnichannel/masking-rule.ts";
import { operatingHoursResources } from "./omnichannel/operating-hours.ts";
import { overflowResources } from "./omnichannel/overflow.ts";
import { preChatSurveyResources } from "./omnichannel/pre-chat-survey.ts";
import { presenceResources } from "./omnichannel/presence.ts";
import { queueResources } from "./omnichannel/queue.ts";
import { queueMembersResources } from "./omnichannel/queue-members.ts";
import { routingResources } from "./omnichannel/routing.ts";
import { signInResources } from "./omnichannel/sign-in.ts";
import { skillResources } from "./omnichannel/skill.ts";
import { smsChannelResources } from "./omnichannel/sms-channel.ts";
import { smsNumberResources } from "./omnichannel/sms-number.ts";
import { teamsAccountResources } from "./omnichannel/teams-account.ts";
import { widgetResources } from "./omnichannel/widget.ts";
import { workstreamResources } from "./omnichannel/workstream.ts";
import { workstreamBotResources } from "./omnichannel/workstream-bot.ts";
import { workstreamCapacityResources } from "./omnichannel/workstream-capacity.ts";
import { portalAccessResources } from "./portal/access.ts";
import { portalPersonResources } from "./portal/person.ts";
import { portalRestartResources } from "./portal/restart.ts";
import { portalSettingResources } from "./portal/setting.ts";
import { portalSiteResources } from "./portal/site.ts";
import { portalTelemetryResources } from "./portal/telemetry.ts";
import { adminApplicationResources } from "./power-platform/admin-application.ts";
import { applicationPackageResources } from "./power-platform/application-package.ts";
import { backupRetentionResources } from "./power-platform/backup-retention.ts";
import { dataExportResources } from "./power-platform/data-export.ts";
import { dataPolicyResources } from "./power-platform/data-policy.ts";
import { environmentResources } from "./power-platform/environment.ts";
import { managedEnvironmentResources } from "./power-platform/managed-environment.ts";
import { pacResources } from "./power-platform/pac.ts";
import { packageOfferResources } from "./power-platform/package-offer.ts";
import { regionResources } from "./power-platform/region.ts";
import { securityGroupResources } from "./power-platform/security-group.ts";
import { tenantSettingsResources } from "./power-platform/tenant-settings.ts";

/**
 * Every resource an environment needs, in the documented order of Microsoft's guide (microsoft/industry
 * `healthcare/solutions/patientServiceCenter/readme.md`). A new kind is one more line here.
 */
export function resourcesOf(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const landingZone = [
    ...resourceGroupResources(spec),
    ...logAnalyticsWorkspaceResources(spec),
    ...applicationInsightsResources(spec),
    ...activityLogExportResources(spec),
    ...accountResources(spec),
    ...azureRoleAssignmentResources(spec),
    ...eligibleRoleAssignmentResources(spec),
    ...actionGroupResources(spec),
    ...activityLogAlertResources(spec),
    ...policyAssignmentResources(spec),
  ];
  return [
    // 0 Prerequisites: what must hold, then what everything else stands on.
    ...tenantResources(spec),
    ...deployerResources(spec),
    ...licencesResources(),
    ...regionResources(spec),
    ...locationResources(spec),
    ...packageOfferResources(spec, manifest),
    ...pacResources(spec, manifest),
    ...adminApplicationResources(spec),
    ...resourceProviderResources(spec),
    ...groupResources(spec),
    // 1 The Power Platform environment with Dataverse.
    ...environmentResources(spec),
    ...securityGroupResources(spec),
    ...managedEnvironmentResources(spec),
    ...backupRetentionResources(spec),
    ...dataPolicyResources(spec),
    ...tenantSettingsResources(spec),
    ...auditingResources(spec),
    // 3 Consent, a gate.
    ...omnichannelConsentResources(),
    // 2 CRM Hub, 4 Omnichannel, 6 the solution: packages of the manifest, each with its own step, and solutions of one's own.
    ...applicationPackageResources(spec, manifest),
    ...solutionResources(spec, manifest),
    // 5 Channels, a gate.
    ...channelsResources(spec, manifest),
    // 7 The Health Bot in its landing zone; a lock is made when everything it protects is there.
    ...landingZone,
    ...resourceLockResources(spec, landingZone),
    ...standingAccessResources(spec),
    ...accessModeResources(spec),
    // 8 Human handoff; the bridge is a gate.
    ...configurationResources(spec),
    ...scenarioResources(spec),
    ...scenarioFileResources(spec),
    ...localizationResources(spec),
    ...bridgeResources(spec),
    // 9 The bot's channels and its id, a gate.
    ...channelResources(spec),
    // 10 The application and the user the bot acts as.
    ...applicationResources(spec),
    ...servicePrincipalResources(spec),
    ...federatedCredentialResources(spec),
    ...certificateResources(spec),
    ...clientSecretResources(spec),
    ...permissionGrantResources(spec),
    ...adminConsentResources(spec),
    ...applicationUserResources(spec),
    // 11 Queues, workstreams, routing, channels of the workstreams.
    ...operatingHoursResources(spec, manifest),
    ...presenceResources(spec, manifest),
    ...bookableResourcesResources(spec, manifest),
    ...capacityProfileResources(spec, manifest),
    ...skillResources(spec, manifest),
    ...maskingResources(spec, manifest),
    ...maskingRuleResources(spec, manifest),
    ...queueResources(spec, manifest),
    ...queueMembersResources(spec, manifest),
    ...overflowResources(spec),
    ...workstreamResources(spec, manifest),
    ...workstreamCapacityResources(spec),
    ...contextVariableResources(spec),
    ...routingResources(spec),
    ...workstreamBotResources(spec),
    ...widgetResources(spec),
    ...signInResources(spec),
    ...preChatSurveyResources(spec),
    ...smsNumberResources(spec),
    ...smsChannelResources(spec),
    ...teamsAccountResources(spec),
    // 12 Roles.
    ...groupTeamResources(spec, manifest),
    ...roleAssignmentResources(spec, manifest),
    // 13 The tenant's logs and the environment's telemetry; the latter is a gate.
    ...entraLogExportResources(spec),
    ...dataExportResources(spec),
    // 14 The portal: what only a person's sign-in can do comes first and last.
    ...portalPersonResources(spec, manifest),
    ...portalSiteResources(spec),
    ...portalSettingResources(spec),
    ...portalRestartResources(spec),
    ...portalAccessResources(spec),
    ...portalTelemetryResources(spec),
    // 15 What agents and supervisors have at hand.
    ...tagResources(spec, manifest),
    ...quickReplyResources(spec, manifest),
    ...sessionTemplateResources(spec, manifest),
    ...workstreamSessionResources(spec),
    ...notificationTemplateResources(spec, manifest),
    ...workstreamNotificationResources(spec),
    ...macroResources(spec, manifest),
    ...scriptResources(spec, manifest),
    ...scriptStepsResources(spec),
    ...profileResources(spec, manifest),
    ...knowledgeArticleResources(spec, manifest),
    ...smartAssistResources(spec, manifest),
    ...smartAssistBotResources(spec, manifest),
    ...sentimentResources(spec, manifest),
    ...supervisionResources(spec, manifest),
    ...realTimeAnalyticsResources(spec, manifest),
  ];
}
