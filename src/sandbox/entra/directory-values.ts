import type { JsonObject } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import { type FirstPartyApp, MICROSOFT_TENANT_ID, publishedPermissions } from "./first-party-apps.ts";

/** `2026-11-25T08:00:00Z`, the form in which Graph prints moments of directory objects. */
export function graphTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A complete `application` with the defaults that Graph fills in (Microsoft Graph v1.0, "application resource type"). */
export function applicationValue(
  id: string,
  appId: string,
  createdAt: number,
  given: JsonObject,
): JsonObject {
  return {
    id,
    deletedDateTime: null,
    appId,
    applicationTemplateId: null,
    disabledByMicrosoftStatus: null,
    createdDateTime: graphTime(createdAt),
    displayName: null,
    description: null,
    groupMembershipClaims: null,
    identifierUris: [],
    isDeviceOnlyAuthSupported: null,
    isFallbackPublicClient: null,
    notes: null,
    publisherDomain: TENANT.domain,
    serviceManagementReference: null,
    signInAudience: "AzureADMyOrg",
    tags: [],
    tokenEncryptionKeyId: null,
    uniqueName: null,
    samlMetadataUrl: null,
    defaultRedirectUri: null,
    certification: null,
    optionalClaims: null,
    requestSignatureVerification: null,
    addIns: [],
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
    },
    appRoles: [],
    info: {
      logoUrl: null,
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    },
    keyCredentials: [],
    parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
    passwordCredentials: [],
    publicClient: { redirectUris: [] },
    requiredResourceAccess: [],
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    web: {
      homePageUrl: null,
      logoutUrl: null,
      redirectUris: [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
      redirectUriSettings: [],
    },
    spa: { redirectUris: [] },
    ...given,
  };
}

export interface ServicePrincipalOrigin {
  readonly appId: string;
  readonly displayName: string;
  readonly ownerTenantId: string;
  readonly identifiers: readonly string[];
  readonly scopes: JsonObject[];
  readonly roles: JsonObject[];
  readonly signInAudience: string;
}

export function firstPartyOrigin(app: FirstPartyApp): ServicePrincipalOrigin {
  return {
    appId: app.appId,
    displayName: app.displayName,
    ownerTenantId: MICROSOFT_TENANT_ID,
    identifiers: app.identifiers,
    ...publishedPermissions(app),
    signInAudience: "AzureADMultipleOrgs",
  };
}

/** A complete `servicePrincipal` (Microsoft Graph v1.0, "servicePrincipal resource type"). */
export function servicePrincipalValue(
  id: string,
  origin: ServicePrincipalOrigin,
  given: JsonObject,
): JsonObject {
  return {
    id,
    deletedDateTime: null,
    accountEnabled: true,
    alternativeNames: [],
    appDisplayName: origin.displayName,
    appDescription: null,
    appId: origin.appId,
    applicationTemplateId: null,
    appOwnerOrganizationId: origin.ownerTenantId,
    appRoleAssignmentRequired: false,
    description: null,
    disabledByMicrosoftStatus: null,
    displayName: origin.displayName,
    homepage: null,
    loginUrl: null,
    logoutUrl: null,
    notes: null,
    notificationEmailAddresses: [],
    preferredSingleSignOnMode: null,
    preferredTokenSigningKeyThumbprint: null,
    replyUrls: [],
    servicePrincipalNames: [origin.appId, ...origin.identifiers],
    servicePrincipalType: "Application",
    signInAudience: origin.signInAudience,
    tags: [],
    tokenEncryptionKeyId: null,
    samlSingleSignOnSettings: null,
    addIns: [],
    appRoles: origin.roles,
    info: {
      logoUrl: null,
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    },
    keyCredentials: [],
    oauth2PermissionScopes: origin.scopes,
    passwordCredentials: [],
    resourceSpecificApplicationPermissions: [],
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    ...given,
  };
}

/** A complete `user`; Graph returns only a default set of these unless `$select` names more. */
export function userValue(
  person: { readonly id: string; readonly userPrincipalName: string; readonly displayName: string },
  createdAt: number,
): JsonObject {
  const [givenName = "", surname = ""] = person.displayName.split(" ");
  return {
    id: person.id,
    deletedDateTime: null,
    accountEnabled: true,
    assignedLicenses: [],
    businessPhones: [],
    createdDateTime: graphTime(createdAt),
    displayName: person.displayName,
    givenName,
    jobTitle: null,
    mail: person.userPrincipalName,
    mailNickname: person.userPrincipalName.split("@")[0] ?? "",
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname,
    usageLocation: TENANT.countryCode,
    userPrincipalName: person.userPrincipalName,
    userType: "Member",
  };
}
