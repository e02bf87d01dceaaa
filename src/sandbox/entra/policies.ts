import type { JsonObject } from "../exchange.ts";
import { ADMIN_USER, EMERGENCY_USER } from "../seed.ts";
import type { World } from "../world.ts";
import { DIRECTORY_ROLES } from "./directory-roles.ts";
import { graphTime } from "./directory-values.ts";
import { directoryOf, type TenantPolicies, textOf } from "./entra-state.ts";
import { derivedGuid } from "./first-party-apps.ts";
import { type GraphRoute, graphRoute } from "./graph-call.ts";
import { notFound } from "./graph-errors.ts";
import {
  AUTHORIZATION_POLICY_READ,
  CONDITIONAL_ACCESS_READ,
  type Permit,
  SECURITY_DEFAULTS_READ,
} from "./graph-permissions.ts";
import { answerCollection, answerObject, type CollectionShape } from "./graph-query.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Everybody who administers the tenant; Microsoft's template for administrators lists these and some more. */
const ADMINISTRATORS = [
  DIRECTORY_ROLES.globalAdministrator,
  DIRECTORY_ROLES.privilegedRoleAdministrator,
  DIRECTORY_ROLES.applicationAdministrator,
  DIRECTORY_ROLES.cloudApplicationAdministrator,
  DIRECTORY_ROLES.groupsAdministrator,
  DIRECTORY_ROLES.userAdministrator,
  DIRECTORY_ROLES.dynamics365Administrator,
  DIRECTORY_ROLES.powerPlatformAdministrator,
  DIRECTORY_ROLES.licenseAdministrator,
  DIRECTORY_ROLES.securityAdministrator,
].map(({ templateId }) => templateId);

interface Requirement {
  readonly displayName: string;
  readonly users: JsonObject;
  readonly clientAppTypes: string[];
  readonly control: "mfa" | "block";
}

function conditionalAccessPolicy(
  { displayName, users, clientAppTypes, control }: Requirement,
  now: number,
): JsonObject {
  return {
    id: derivedGuid(`conditional access ${displayName}`),
    templateId: null,
    displayName,
    description: null,
    createdDateTime: graphTime(now - 300 * DAY_MS),
    modifiedDateTime: graphTime(now - 200 * DAY_MS),
    deletedDateTime: null,
    state: "enabled",
    sessionControls: null,
    conditions: {
      userRiskLevels: [],
      signInRiskLevels: [],
      servicePrincipalRiskLevels: [],
      insiderRiskLevels: null,
      clientAppTypes,
      platforms: null,
      locations: null,
      devices: null,
      clientApplications: null,
      authenticationFlows: null,
      applications: {
        includeApplications: ["All"],
        excludeApplications: [],
        includeUserActions: [],
        includeAuthenticationContextClassReferences: [],
        applicationFilter: null,
      },
      users: {
        includeUsers: [],
        excludeUsers: [ADMIN_USER.id, EMERGENCY_USER.id],
        includeGroups: [],
        excludeGroups: [],
        includeRoles: [],
        excludeRoles: [],
        includeGuestsOrExternalUsers: null,
        excludeGuestsOrExternalUsers: null,
        ...users,
      },
    },
    grantControls: {
      operator: "OR",
      builtInControls: [control],
      customAuthenticationFactors: [],
      termsOfUse: [],
      authenticationStrength: null,
    },
  };
}

/**
 * Conditional access of a well-kept tenant, and what members may do by themselves. Property names:
 * microsoftgraph/msgraph-metadata `schemas/v1.0-Prod.csdl`; ids of the two policies that a tenant has once: "Get
 * authorizationPolicy", "Get identitySecurityDefaultsEnforcementPolicy" (Microsoft Graph v1.0). The accounts for
 * emergencies are left out of every policy ("Manage emergency access accounts in Microsoft Entra ID").
 */
export function seededPolicies(now: number): TenantPolicies {
  return {
    conditionalAccess: [
      conditionalAccessPolicy(
        {
          displayName: "Require multifactor authentication for administrators",
          users: { includeRoles: ADMINISTRATORS },
          clientAppTypes: ["all"],
          control: "mfa",
        },
        now,
      ),
      conditionalAccessPolicy(
        {
          displayName: "Require multifactor authentication for everybody",
          users: { includeUsers: ["All"] },
          clientAppTypes: ["all"],
          control: "mfa",
        },
        now,
      ),
      conditionalAccessPolicy(
        {
          displayName: "Block legacy authentication",
          users: { includeUsers: ["All"] },
          clientAppTypes: ["exchangeActiveSync", "other"],
          control: "block",
        },
        now,
      ),
    ],
    single: [
      {
        id: "authorizationPolicy",
        deletedDateTime: null,
        displayName: "Authorization Policy",
        description: "What members and guests of the tenant may do by themselves.",
        allowInvitesFrom: "adminsAndGuestInviters",
        allowedToSignUpEmailBasedSubscriptions: false,
        allowedToUseSSPR: true,
        allowEmailVerifiedUsersToJoinOrganization: false,
        allowUserConsentForRiskyApps: false,
        blockMsolPowerShell: true,
        // "Restricted access": guests see nothing but themselves ("Restrict guest access permissions").
        guestUserRoleId: "2af84b1e-32c8-42b7-82bc-daa82404023b",
        defaultUserRolePermissions: {
          allowedToCreateApps: false,
          allowedToCreateSecurityGroups: false,
          allowedToCreateTenants: false,
          allowedToReadBitlockerKeysForOwnedDevice: true,
          allowedToReadOtherUsers: true,
          permissionGrantPoliciesAssigned: [],
        },
      },
      {
        id: "00000000-0000-0000-0000-000000000005",
        deletedDateTime: null,
        displayName: "Security Defaults",
        description: "A basic set of protections for tenants without conditional access.",
        // Conditional access and security defaults exclude each other ("Security defaults in Microsoft Entra ID").
        isEnabled: false,
      },
    ],
  };
}

/** A tenant that was saved before it had them gets those of a new one. */
function policiesOf(world: World): TenantPolicies {
  const directory = directoryOf(world);
  directory.policies ??= seededPolicies(world.now());
  return directory.policies;
}

const CONDITIONAL_ACCESS_SHAPE: CollectionShape = {
  type: "conditionalAccessPolicy",
  context: "identity/conditionalAccess/policies",
  properties: [
    "id",
    "templateId",
    "displayName",
    "description",
    "createdDateTime",
    "modifiedDateTime",
    "deletedDateTime",
    "state",
    "sessionControls",
    "conditions",
    "grantControls",
  ],
  filterable: ["id", "displayName", "state"],
  plain: true,
};

const AUTHORIZATION_SHAPE: CollectionShape = {
  type: "authorizationPolicy",
  context: "policies/authorizationPolicy",
  properties: [
    "id",
    "deletedDateTime",
    "displayName",
    "description",
    "allowInvitesFrom",
    "allowedToSignUpEmailBasedSubscriptions",
    "allowedToUseSSPR",
    "allowEmailVerifiedUsersToJoinOrganization",
    "allowUserConsentForRiskyApps",
    "blockMsolPowerShell",
    "guestUserRoleId",
    "defaultUserRolePermissions",
  ],
  filterable: [],
};

const SECURITY_DEFAULTS_SHAPE: CollectionShape = {
  type: "identitySecurityDefaultsEnforcementPolicy",
  context: "policies/identitySecurityDefaultsEnforcementPolicy",
  properties: ["id", "deletedDateTime", "displayName", "description", "isEnabled"],
  filterable: [],
};

function singleRoute(path: string, permit: Permit, id: string, shape: CollectionShape): GraphRoute {
  return graphRoute("GET", path, permit, (call) => {
    const found = policiesOf(call.world).single.find((policy) => policy["id"] === id);
    return found === undefined ? notFound(id) : answerObject(call, found, shape);
  });
}

/** Policies of the whole tenant, for reading ("conditionalAccessPolicy", "authorizationPolicy", Microsoft Graph v1.0). */
export const POLICY_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", "/identity/conditionalAccess/policies", CONDITIONAL_ACCESS_READ, (call) =>
    answerCollection(call, policiesOf(call.world).conditionalAccess, CONDITIONAL_ACCESS_SHAPE),
  ),
  graphRoute("GET", "/identity/conditionalAccess/policies/{key}", CONDITIONAL_ACCESS_READ, (call) => {
    const id = call.request.params["key"] ?? "";
    const found = policiesOf(call.world).conditionalAccess.find((policy) => textOf(policy, "id") === id);
    return found === undefined ? notFound(id) : answerObject(call, found, CONDITIONAL_ACCESS_SHAPE);
  }),
  singleRoute(
    "/policies/authorizationPolicy",
    AUTHORIZATION_POLICY_READ,
    "authorizationPolicy",
    AUTHORIZATION_SHAPE,
  ),
  singleRoute(
    "/policies/identitySecurityDefaultsEnforcementPolicy",
    SECURITY_DEFAULTS_READ,
    "00000000-0000-0000-0000-000000000005",
    SECURITY_DEFAULTS_SHAPE,
  ),
];
