import type { KindInfo } from "../engine/resource.ts";
import { knowledgeArticle } from "./agent-experience/knowledge-article.ts";
import { macro } from "./agent-experience/macro.ts";
import { notificationTemplate } from "./agent-experience/notification-template.ts";
import { profile } from "./agent-experience/profile.ts";
import { quickReply } from "./agent-experience/quick-reply.ts";
import { realTimeAnalytics } from "./agent-experience/real-time-analytics.ts";
import { script } from "./agent-experience/script.ts";
import { scriptSteps } from "./agent-experience/script-steps.ts";
import { sentiment } from "./agent-experience/sentiment.ts";
import { sessionTemplate } from "./agent-experience/session-template.ts";
import { smartAssist } from "./agent-experience/smart-assist.ts";
import { smartAssistBot } from "./agent-experience/smart-assist-bot.ts";
import { supervision } from "./agent-experience/supervision.ts";
import { tag } from "./agent-experience/tag.ts";
import { workstreamNotification } from "./agent-experience/workstream-notification.ts";
import { workstreamSession } from "./agent-experience/workstream-session.ts";
import { actionGroup } from "./azure/action-group.ts";
import { activityLogAlert } from "./azure/activity-log-alert.ts";
import { activityLogExport } from "./azure/activity-log-export.ts";
import { applicationInsights } from "./azure/application-insights.ts";
import { eligibleRoleAssignment } from "./azure/eligible-role-assignment.ts";
import { entraLogExport } from "./azure/entra-log-export.ts";
import { location } from "./azure/location.ts";
import { logAnalyticsWorkspace } from "./azure/log-analytics-workspace.ts";
import { policyAssignment } from "./azure/policy-assignment.ts";
import { resourceGroup } from "./azure/resource-group.ts";
import { resourceLock } from "./azure/resource-lock.ts";
import { resourceProvider } from "./azure/resource-provider.ts";
import { roleAssignment as azureRoleAssignment } from "./azure/role-assignment.ts";
import { standingAccess } from "./azure/standing-access.ts";
import { applicationUser } from "./dataverse/application-user.ts";
import { auditing } from "./dataverse/auditing.ts";
import { groupTeam } from "./dataverse/group-team.ts";
import { roleAssignment as dataverseRoleAssignment } from "./dataverse/role-assignment.ts";
import { solution } from "./dataverse/solution.ts";
import { adminConsent } from "./entra/admin-consent.ts";
import { application } from "./entra/application.ts";
import { certificate } from "./entra/certificate.ts";
import { clientSecret } from "./entra/client-secret.ts";
import { deployer } from "./entra/deployer.ts";
import { federatedCredential } from "./entra/federated-credential.ts";
import { group } from "./entra/group.ts";
import { licences } from "./entra/licences.ts";
import { omnichannelConsent } from "./entra/omnichannel-consent.ts";
import { permissionGrant } from "./entra/permission-grant.ts";
import { servicePrincipal } from "./entra/service-principal.ts";
import { tenant } from "./entra/tenant.ts";
import { accessMode } from "./health-bot/access-mode.ts";
import { account } from "./health-bot/account.ts";
import { bridge } from "./health-bot/bridge.ts";
import { channel } from "./health-bot/channel.ts";
import { configuration } from "./health-bot/configuration.ts";
import { localization } from "./health-bot/localization.ts";
import { scenario } from "./health-bot/scenario.ts";
import { scenarioFile } from "./health-bot/scenario-file.ts";
import { bookableResources } from "./omnichannel/bookable-resources.ts";
import { capacityProfile, capacityProfileUsers } from "./omnichannel/capacity-profile.ts";
import { channels } from "./omnichannel/channels.ts";
import { contextVariable } from "./omnichannel/context-variable.ts";
import { masking } from "./omnichannel/masking.ts";
import { maskingRule } from "./omnichannel/masking-rule.ts";
import { operatingHours } from "./omnichannel/operating-hours.ts";
import { overflow } from "./omnichannel/overflow.ts";
import { preChatSurvey } from "./omnichannel/pre-chat-survey.ts";
import { presence } from "./omnichannel/presence.ts";
import { queue } from "./omnichannel/queue.ts";
import { queueMembers } from "./omnichannel/queue-members.ts";
import { routing } from "./omnichannel/routing.ts";
import { signIn } from "./omnichannel/sign-in.ts";
import { skill, skillUsers } from "./omnichannel/skill.ts";
import { smsChannel } from "./omnichannel/sms-channel.ts";
import { smsNumber } from "./omnichannel/sms-number.ts";
import { teamsAccount } from "./omnichannel/teams-account.ts";
import { widget } from "./omnichannel/widget.ts";
import { workstream } from "./omnichannel/workstream.ts";
import { workstreamBot } from "./omnichannel/workstream-bot.ts";
import { workstreamCapacity } from "./omnichannel/workstream-capacity.ts";
import { portalAccess } from "./portal/access.ts";
import { portalPerson } from "./portal/person.ts";
import { portalRestart } from "./portal/restart.ts";
import { portalChat, portalSetting } from "./portal/setting.ts";
import { portalBinding, portalSite } from "./portal/site.ts";
import { portalTelemetry } from "./portal/telemetry.ts";
import { adminApplication } from "./power-platform/admin-application.ts";
import { applicationPackage } from "./power-platform/application-package.ts";
import { backupRetention } from "./power-platform/backup-retention.ts";
import { dataExport } from "./power-platform/data-export.ts";
import { dataPolicy } from "./power-platform/data-policy.ts";
import { dataPolicyCoverage } from "./power-platform/data-policy-coverage.ts";
import { environment } from "./power-platform/environment.ts";
import { managedEnvironment } from "./power-platform/managed-environment.ts";
import { pac } from "./power-platform/pac.ts";
import { packageOffer } from "./power-platform/package-offer.ts";
import { region } from "./power-platform/region.ts";
import { securityGroup } from "./power-platform/security-group.ts";
import { creationByAdmins, tenantSettings } from "./power-platform/tenant-settings.ts";

/** Every kind of resource, in the order of the guide: for `psc explain` and the documents made from it. */
export const KINDS: readonly KindInfo[] = [
  tenant.info,
  deployer.info,
  licences.info,
  region.info,
  location.info,
  packageOffer.info,
  pac.info,
  adminApplication.info,
  resourceProvider.info,
  group.info,
  environment.info,
  securityGroup.info,
  dataExport.info,
  managedEnvironment.info,
  backupRetention.info,
  dataPolicy.info,
  dataPolicyCoverage.info,
  tenantSettings.info,
  creationByAdmins.info,
  auditing.info,
  omnichannelConsent.info,
  applicationPackage.info,
  channels.info,
  resourceGroup.info,
  logAnalyticsWorkspace.info,
  applicationInsights.info,
  activityLogExport.info,
  entraLogExport.info,
  account.info,
  azureRoleAssignment.info,
  eligibleRoleAssignment.info,
  actionGroup.info,
  activityLogAlert.info,
  policyAssignment.info,
  resourceLock.info,
  standingAccess.info,
  accessMode.info,
  configuration.info,
  scenario.info,
  scenarioFile.info,
  localization.info,
  bridge.info,
  channel.info,
  application.info,
  servicePrincipal.info,
  federatedCredential.info,
  certificate.info,
  clientSecret.info,
  permissionGrant.info,
  adminConsent.info,
  applicationUser.info,
  operatingHours.info,
  presence.info,
  bookableResources.info,
  capacityProfile.info,
  capacityProfileUsers.info,
  skill.info,
  skillUsers.info,
  masking.info,
  maskingRule.info,
  queue.info,
  queueMembers.info,
  overflow.info,
  workstream.info,
  workstreamCapacity.info,
  contextVariable.info,
  routing.info,
  workstreamBot.info,
  widget.info,
  signIn.info,
  preChatSurvey.info,
  smsNumber.info,
  smsChannel.info,
  teamsAccount.info,
  groupTeam.info,
  dataverseRoleAssignment.info,
  solution.info,
  portalPerson.info,
  portalSite.info,
  portalBinding.info,
  portalSetting.info,
  portalChat.info,
  portalRestart.info,
  portalAccess.info,
  portalTelemetry.info,
  tag.info,
  quickReply.info,
  sessionTemplate.info,
  workstreamSession.info,
  notificationTemplate.info,
  workstreamNotification.info,
  macro.info,
  script.info,
  scriptSteps.info,
  profile.info,
  knowledgeArticle.info,
  smartAssist.info,
  smartAssistBot.info,
  sentiment.info,
  supervision.info,
  realTimeAnalytics.info,
];
