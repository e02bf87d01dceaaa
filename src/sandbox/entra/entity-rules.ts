import {
  computed,
  type EntityRules,
  flag,
  guid,
  integer,
  listOf,
  object,
  onCreate,
  oneOf,
  text,
  writable,
} from "./entity-body.ts";

/*
 * Properties and enumerations of Microsoft Graph v1.0 (microsoftgraph/msgraph-metadata `schemas/v1.0-Prod.csdl`);
 * which of them can be written and their limits: the resource pages and microsoftgraph/msgraph-bicep-types
 * `generated/microsoftgraph/microsoft.graph/v1.0/1.0.0/types.md`.
 */

const redirectUris = object({ redirectUris: listOf(text()) });

const keyCredential = object({
  customKeyIdentifier: text(),
  displayName: text(),
  endDateTime: text(),
  key: text(),
  keyId: guid,
  startDateTime: text(),
  type: text(),
  usage: oneOf("Verify", "Sign"),
});

const appRole = object({
  allowedMemberTypes: listOf(oneOf("User", "Application")),
  description: text(),
  displayName: text(),
  id: guid,
  isEnabled: flag,
  origin: text(),
  value: text(),
});

const permissionScope = object({
  adminConsentDescription: text(),
  adminConsentDisplayName: text(),
  id: guid,
  isEnabled: flag,
  origin: text(),
  type: oneOf("User", "Admin"),
  userConsentDescription: text(),
  userConsentDisplayName: text(),
  value: text(),
});

const informationalUrl = object({
  logoUrl: text(),
  marketingUrl: text(),
  privacyStatementUrl: text(),
  supportUrl: text(),
  termsOfServiceUrl: text(),
});

const optionalClaim = object({
  additionalProperties: listOf(text()),
  essential: flag,
  name: text(),
  source: text(),
});

export const APPLICATION_RULES: EntityRules = {
  resource: "Application",
  properties: {
    id: computed(guid),
    deletedDateTime: computed(text()),
    appId: computed(guid),
    applicationTemplateId: computed(text()),
    disabledByMicrosoftStatus: computed(text()),
    createdDateTime: computed(text()),
    publisherDomain: computed(text()),
    certification: computed(object({})),
    passwordCredentials: computed(listOf(object({}))),
    verifiedPublisher: computed(object({})),
    displayName: writable(text(256)),
    description: writable(text(1024)),
    groupMembershipClaims: writable(text()),
    identifierUris: writable(listOf(text())),
    isDeviceOnlyAuthSupported: writable(flag),
    isFallbackPublicClient: writable(flag),
    notes: writable(text()),
    serviceManagementReference: writable(text()),
    signInAudience: writable(
      oneOf(
        "AzureADMyOrg",
        "AzureADMultipleOrgs",
        "AzureADandPersonalMicrosoftAccount",
        "PersonalMicrosoftAccount",
      ),
    ),
    tags: writable(listOf(text(256))),
    tokenEncryptionKeyId: writable(guid),
    uniqueName: writable(text()),
    samlMetadataUrl: writable(text()),
    defaultRedirectUri: writable(text()),
    optionalClaims: writable(
      object({
        accessToken: listOf(optionalClaim),
        idToken: listOf(optionalClaim),
        saml2Token: listOf(optionalClaim),
      }),
    ),
    requestSignatureVerification: writable(
      object({ isSignedRequestRequired: flag, allowedWeakAlgorithms: text() }),
    ),
    addIns: writable(
      listOf(
        object({
          id: guid,
          type: text(),
          properties: listOf(object({ key: text(), value: text() })),
        }),
      ),
    ),
    api: writable(
      object({
        acceptMappedClaims: flag,
        knownClientApplications: listOf(guid),
        requestedAccessTokenVersion: integer,
        oauth2PermissionScopes: listOf(permissionScope),
        preAuthorizedApplications: listOf(object({ appId: text(), delegatedPermissionIds: listOf(text()) })),
      }),
    ),
    appRoles: writable(listOf(appRole)),
    info: writable(informationalUrl),
    keyCredentials: writable(listOf(keyCredential)),
    parentalControlSettings: writable(
      object({ countriesBlockedForMinors: listOf(text()), legalAgeGroupRule: text() }),
    ),
    publicClient: writable(redirectUris),
    requiredResourceAccess: writable(
      listOf(
        object({
          resourceAppId: guid,
          resourceAccess: listOf(object({ id: guid, type: oneOf("Scope", "Role") }), 400),
        }),
        50,
      ),
    ),
    web: writable(
      object({
        homePageUrl: text(),
        logoutUrl: text(),
        redirectUris: listOf(text()),
        implicitGrantSettings: object({ enableAccessTokenIssuance: flag, enableIdTokenIssuance: flag }),
        redirectUriSettings: listOf(object({ index: integer, uri: text() })),
      }),
    ),
    spa: writable(redirectUris),
  },
};

export const SERVICE_PRINCIPAL_RULES: EntityRules = {
  resource: "ServicePrincipal",
  properties: {
    id: computed(guid),
    deletedDateTime: computed(text()),
    appId: onCreate(guid),
    appDisplayName: computed(text()),
    appDescription: computed(text()),
    applicationTemplateId: computed(text()),
    appOwnerOrganizationId: computed(guid),
    disabledByMicrosoftStatus: computed(text()),
    passwordCredentials: computed(listOf(object({}))),
    resourceSpecificApplicationPermissions: computed(listOf(object({}))),
    signInAudience: computed(text()),
    verifiedPublisher: computed(object({})),
    accountEnabled: writable(flag),
    addIns: writable(listOf(object({ id: guid, type: text() }))),
    alternativeNames: writable(listOf(text())),
    appRoleAssignmentRequired: writable(flag),
    appRoles: writable(listOf(appRole)),
    description: writable(text(1024)),
    displayName: writable(text(256)),
    homepage: writable(text()),
    info: writable(informationalUrl),
    keyCredentials: writable(listOf(keyCredential)),
    loginUrl: writable(text()),
    logoutUrl: writable(text()),
    notes: writable(text(1024)),
    notificationEmailAddresses: writable(listOf(text())),
    oauth2PermissionScopes: writable(listOf(permissionScope)),
    preferredSingleSignOnMode: writable(text()),
    preferredTokenSigningKeyThumbprint: writable(text()),
    replyUrls: writable(listOf(text())),
    samlSingleSignOnSettings: writable(object({ relayState: text() })),
    servicePrincipalNames: writable(listOf(text())),
    servicePrincipalType: writable(text()),
    tags: writable(listOf(text(256))),
    tokenEncryptionKeyId: writable(guid),
  },
};

export const GROUP_RULES: EntityRules = {
  resource: "Group",
  properties: {
    id: computed(guid),
    deletedDateTime: computed(text()),
    createdDateTime: computed(text()),
    expirationDateTime: computed(text()),
    mail: computed(text()),
    onPremisesLastSyncDateTime: computed(text()),
    onPremisesProvisioningErrors: computed(listOf(object({}))),
    onPremisesSecurityIdentifier: computed(text()),
    onPremisesSyncEnabled: computed(flag),
    proxyAddresses: computed(listOf(text())),
    renewedDateTime: computed(text()),
    securityIdentifier: computed(text()),
    classification: writable(text()),
    description: writable(text(1024)),
    displayName: writable(text(256)),
    groupTypes: onCreate(listOf(oneOf("Unified", "DynamicMembership"))),
    isAssignableToRole: onCreate(flag),
    mailEnabled: writable(flag),
    mailNickname: writable(text(64)),
    membershipRule: writable(text()),
    membershipRuleProcessingState: writable(oneOf("On", "Paused")),
    preferredDataLocation: writable(text()),
    preferredLanguage: writable(text()),
    resourceBehaviorOptions: onCreate(listOf(text())),
    resourceProvisioningOptions: onCreate(listOf(text())),
    securityEnabled: writable(flag),
    theme: writable(text()),
    uniqueName: writable(text()),
    visibility: writable(oneOf("Private", "Public", "HiddenMembership")),
  },
};
