import { refuseGraph } from "./graph-errors.ts";

/*
 * What Microsoft Graph v1.0 has and the sandbox does not play. Names: microsoftgraph/msgraph-metadata
 * `schemas/v1.0-Prod.csdl` (entity sets and singletons; navigation properties, actions and functions of the types).
 */

const names = (text: string): ReadonlySet<string> => new Set(text.trim().toLowerCase().split(/\s+/));

/** First segments of v1.0. */
export const GRAPH_ROOTS = names(`
  admin agreementAcceptances agreements appCatalogs appRoleAssignments applicationTemplates applications auditLogs
  authenticationMethodConfigurations authenticationMethodsPolicy certificateBasedAuthConfiguration chats
  communications compliance connections contacts contracts copilot dataPolicyOperations deviceAppManagement
  deviceManagement devices directory directoryObjects directoryRoleTemplates directoryRoles domainDnsRecords domains
  drive drives education employeeExperience external filterOperators functions groupLifecyclePolicies
  groupSettingTemplates groupSettings groups identity identityGovernance identityProtection identityProviders
  informationProtection invitations me oauth2PermissionGrants organization permissionGrants places planner policies
  print privacy reports roleManagement schemaExtensions scopedRoleMemberships search security servicePrincipals shares
  sites solutions storage subscribedSkus subscriptions teams teamsTemplates teamwork tenantRelationships users`);

const OBJECT_OPERATIONS = `
  checkMemberGroups checkMemberObjects delta getAvailableExtensionProperties getByIds getMemberGroups
  getMemberObjects restore validateProperties`;

const USER_MEMBERS = `${OBJECT_OPERATIONS}
  activities adhocCalls agreementAcceptances appRoleAssignments authentication calendar calendarGroups calendarView
  calendars chats cloudClipboard cloudPCs contactFolders contacts createdObjects dataSecurityAndGovernance
  deviceManagementTroubleshootingEvents directReports drive drives employeeExperience events extensions followedSites
  inferenceClassification insights joinedTeams licenseDetails mailFolders managedAppRegistrations managedDevices
  manager memberOf messages oauth2PermissionGrants onPremisesSyncBehavior onenote onlineMeetings outlook ownedDevices
  ownedObjects people permissionGrants photo photos planner presence registeredDevices scopedRoleMemberOf settings
  solutions sponsorOf sponsors teamwork todo transitiveMemberOf assignLicense changePassword
  exportDeviceAndAppManagementData exportPersonalData findMeetingTimes getMailTips
  getManagedAppDiagnosticStatuses getManagedAppPolicies getManagedDevicesWithAppFailures reminderView
  removeAllDevicesFromManagement reprocessLicenseAssignment retryServiceProvisioning revokeSignInSessions sendMail
  translateExchangeIds wipeManagedAppRegistrationsByDeviceTag`;

/** What may follow the collections the sandbox plays in part: the type's navigation properties and operations. */
export const GRAPH_MEMBERS: Readonly<Record<string, { readonly type: string; names: ReadonlySet<string> }>> =
  {
    applications: {
      type: "application",
      names: names(`${OBJECT_OPERATIONS}
        appManagementPolicies createdOnBehalfOf extensionProperties federatedIdentityCredentials
        homeRealmDiscoveryPolicies owners synchronization tokenIssuancePolicies tokenLifetimePolicies addKey
        addPassword removeKey removePassword setVerifiedPublisher unsetVerifiedPublisher`),
    },
    serviceprincipals: {
      type: "servicePrincipal",
      names: names(`${OBJECT_OPERATIONS}
        appManagementPolicies appRoleAssignedTo appRoleAssignments claimsMappingPolicies createdObjects
        delegatedPermissionClassifications endpoints federatedIdentityCredentials homeRealmDiscoveryPolicies memberOf
        oauth2PermissionGrants ownedObjects owners remoteDesktopSecurityConfiguration synchronization
        tokenIssuancePolicies tokenLifetimePolicies transitiveMemberOf addKey addPassword addTokenSigningCertificate
        removeKey removePassword`),
    },
    groups: {
      type: "group",
      names: names(`${OBJECT_OPERATIONS}
        acceptedSenders appRoleAssignments calendar calendarView conversations createdOnBehalfOf drive drives events
        extensions groupLifecyclePolicies memberOf members membersWithLicenseErrors onPremisesSyncBehavior onenote
        owners permissionGrants photo photos planner rejectedSenders settings sites team threads transitiveMemberOf
        transitiveMembers addFavorite assignLicense checkGrantedPermissionsForApp removeFavorite renew
        resetUnseenCount retryServiceProvisioning subscribeByMail unsubscribeByMail`),
    },
    users: { type: "user", names: names(USER_MEMBERS) },
    me: { type: "user", names: names(USER_MEMBERS) },
    organization: {
      type: "organization",
      names: names(`${OBJECT_OPERATIONS}
        branding certificateBasedAuthConfiguration extensions setMobileDeviceManagementAuthority`),
    },
    directory: {
      type: "directory",
      names: names(`
        administrativeUnits attributeSets customSecurityAttributeDefinitions deletedItems deviceLocalCredentials
        federationConfigurations onPremisesSynchronization publicKeyInfrastructure recovery remoteTenantGroups
        subscriptions`),
    },
    directoryobjects: { type: "directoryObject", names: names(OBJECT_OPERATIONS) },
    oauth2permissiongrants: { type: "oAuth2PermissionGrant", names: names("delta") },
    subscribedskus: { type: "subscribedSku", names: new Set<string>() },
    rolemanagement: { type: "roleManagement", names: names("directory entitlementManagement") },
  };

/** Below `/roleManagement/directory`. */
export const ROLE_MANAGEMENT_MEMBERS = names(`
  resourceNamespaces roleAssignmentScheduleInstances roleAssignmentScheduleRequests roleAssignmentSchedules
  roleAssignments roleDefinitions roleEligibilityScheduleInstances roleEligibilityScheduleRequests
  roleEligibilitySchedules`);

/** Known only to the beta version (GD `api-reference/beta/`: "b2cUserFlow", "trustFrameworkPolicy"). */
const BETA_PATHS = [
  /^\/identity\/b2cUserFlows(\/|$)/i,
  /^\/trustFramework(\/|$)/i,
  /^\/roleManagement\/\w+\/transitiveRoleAssignments/i,
];

/** Writes that the real Graph takes where the sandbox only reads; "Specified HTTP method is not allowed" would be wrong. */
const UNPLAYED_WRITES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/users\/?$/i, ["POST"]],
  [/^\/users\/[^/]+\/?$/i, ["PATCH", "DELETE"]],
  [/^\/me\/?$/i, ["PATCH"]],
  [/^\/organization\/[^/]+\/?$/i, ["PATCH"]],
  [/^\/directoryObjects\/[^/]+\/?$/i, ["DELETE"]],
  [/^\/roleManagement\/directory\/(roleAssignments|roleDefinitions)\/?$/i, ["POST"]],
  [/^\/roleManagement\/directory\/roleDefinitions\/[^/]+\/?$/i, ["PATCH", "DELETE"]],
  [/^\/policies\/roleManagementPolicies\/[^/]+\/?$/i, ["PATCH"]],
  [/^\/identity\/b2xUserFlows\/[^/]+\/?$/i, ["PATCH"]],
];

function isKnown(path: string, version: string): boolean {
  if (version === "beta" && BETA_PATHS.some((pattern) => pattern.test(path))) return true;
  const segments = path.split("/").filter((segment) => segment !== "");
  const root = (segments[0] ?? "").toLowerCase();
  if (root === "$metadata" && segments.length === 1) return true;
  if (!GRAPH_ROOTS.has(root)) return false;
  if (version !== "beta" && BETA_PATHS.some((pattern) => pattern.test(path))) return false;
  const members = Object.hasOwn(GRAPH_MEMBERS, root) ? GRAPH_MEMBERS[root] : undefined;
  if (members === undefined) return true;
  const second = (segments[1] ?? "").replace(/\(.*$/, "").toLowerCase();
  if (root === "rolemanagement" && second === "directory")
    return segments[2] === undefined || ROLE_MANAGEMENT_MEMBERS.has(segments[2].toLowerCase());
  if (["me", "directory", "rolemanagement"].includes(root)) return members.names.has(second);
  // After the collection comes an operation or a key, after the key a member.
  if (segments.length <= 2) return true;
  return members.names.has((segments[2] ?? "").replace(/\(.*$/, "").toLowerCase());
}

function refuse(method: string, path: string): never {
  return refuseGraph(
    501,
    "NotSimulated",
    `The sandbox does not simulate ${method} ${path} of Microsoft Graph.`,
  );
}

/** Refuses with 501 what the real Graph knows; returns for a path it does not know either. */
export function refuseUnsimulatedPath(method: string, path: string, version: string): void {
  if (isKnown(path, version)) refuse(method, path);
}

/** Operations of a collection, which would otherwise be taken for keys of it. */
const COLLECTION_OPERATION =
  /^\/(applications|servicePrincipals|groups|users|directoryObjects|oauth2PermissionGrants)\/(delta|validateProperties|getAvailableExtensionProperties)(\/\(\))?\/?$/i;

/** Refuses with 501 operations on whole collections, such as `delta`. */
export function refuseUnsimulatedOperation(method: string, path: string): void {
  if (COLLECTION_OPERATION.test(path)) refuse(method, path);
}

/** Refuses with 501 a write that the real Graph takes at a path the sandbox only reads. */
export function refuseUnsimulatedWrite(method: string, path: string): void {
  if (UNPLAYED_WRITES.some(([pattern, methods]) => pattern.test(path) && methods.includes(method)))
    refuse(method, path);
}
