import type { JsonObject } from "../exchange.ts";
import {
  ADMIN_USER,
  AGENT_USERS,
  BARE_APP,
  EMERGENCY_USER,
  PIPELINE_APP,
  PLAIN_USER,
  PUBLIC_CLIENT_APP_ID,
  TENANT,
} from "../seed.ts";
import type { World } from "../world.ts";
import { DIRECTORY_ROLES } from "./directory-roles.ts";
import {
  applicationValue,
  firstPartyOrigin,
  graphTime,
  servicePrincipalValue,
  userValue,
} from "./directory-values.ts";
import {
  type DirectoryKind,
  type DirectoryObject,
  type DirectoryState,
  digestOf,
  type PermissionGrant,
  textOf,
} from "./entra-state.ts";
import { derivedGuid, FIRST_PARTY_APPS, GRAPH_APP_ID } from "./first-party-apps.ts";
import { appRoleAssignmentId, permissionGrantId } from "./object-ids.ts";
import { INTERACTIVE_GRAPH_SCOPES, PIPELINE_GRAPH_ROLES } from "./permission-catalogue.ts";
import { seededPolicies } from "./policies.ts";
import {
  CUSTOMER_SERVICE_SKU,
  DIGITAL_MESSAGING_SKU,
  HEALTHCARE_SKU,
  seededSkus,
} from "./subscribed-skus.ts";

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** The tenant's own registration of psc for interactive sign-in. */
const PUBLIC_CLIENT_APP = {
  appId: PUBLIC_CLIENT_APP_ID,
  objectId: derivedGuid("application public client"),
  servicePrincipalId: derivedGuid("service principal public client"),
  displayName: "psc interactive",
};

function stored(kind: DirectoryKind, value: JsonObject): DirectoryObject {
  return { kind, id: textOf(value, "id"), value, readableAt: 0, listedAt: 0 };
}

function registration(
  app: { appId: string; objectId: string; servicePrincipalId: string; displayName: string },
  createdAt: number,
  given: JsonObject,
): DirectoryObject[] {
  const origin = {
    appId: app.appId,
    displayName: app.displayName,
    ownerTenantId: TENANT.id,
    identifiers: [],
    scopes: [],
    roles: [],
    signInAudience: "AzureADMyOrg",
  };
  return [
    stored(
      "application",
      applicationValue(app.objectId, app.appId, createdAt, { displayName: app.displayName, ...given }),
    ),
    stored("servicePrincipal", servicePrincipalValue(app.servicePrincipalId, origin, {})),
  ];
}

function secretOf(app: { objectId: string; appId: string; secret: string }, now: number) {
  const keyId = derivedGuid(`secret ${app.appId}`);
  return {
    stored: { applicationId: app.objectId, keyId, digest: digestOf(app.secret), endsAt: now + 2 * YEAR_MS },
    shown: {
      customKeyIdentifier: null,
      displayName: "sandbox",
      endDateTime: graphTime(now + 2 * YEAR_MS),
      hint: app.secret.slice(0, 3),
      keyId,
      secretText: null,
      startDateTime: graphTime(now),
    } satisfies JsonObject,
  };
}

function firstPartyServicePrincipalId(appId: string): string {
  return derivedGuid(`service principal ${appId}`);
}

/** Tenant-wide consent of the sandbox's public client: every scope a resource publishes, and psc's list for Graph. */
function interactiveGrants(): PermissionGrant[] {
  return FIRST_PARTY_APPS.filter((app) => app.inEveryTenant).map((app) => {
    const resourceId = firstPartyServicePrincipalId(app.appId);
    const clientId = PUBLIC_CLIENT_APP.servicePrincipalId;
    return {
      id: permissionGrantId(clientId, resourceId, null),
      clientId,
      consentType: "AllPrincipals",
      principalId: null,
      resourceId,
      scope: (app.appId === GRAPH_APP_ID
        ? INTERACTIVE_GRAPH_SCOPES
        : app.scopes.map((scope) => scope.value)
      ).join(" "),
    };
  });
}

function roleAssignment(principalId: string, roleDefinitionId: string) {
  return {
    id: `${derivedGuid(`role ${roleDefinitionId} ${principalId}`).replaceAll("-", "")}-1`,
    principalId,
    roleDefinitionId,
    directoryScopeId: "/",
  };
}

/** The tenant as a new sandbox finds it: people, registrations, first-party service principals, roles and licences. */
export function seedDirectory(world: World): DirectoryState {
  const now = world.now();
  const createdAt = now - YEAR_MS;
  const pipelineSecret = secretOf(PIPELINE_APP, now);
  const bareSecret = secretOf(BARE_APP, now);
  const people = [ADMIN_USER, PLAIN_USER, EMERGENCY_USER, ...AGENT_USERS];
  const skus = seededSkus();
  const skuId = (partNumber: string): string =>
    textOf(skus.find((sku) => sku["skuPartNumber"] === partNumber) ?? {}, "skuId");
  const licences = [
    ...[CUSTOMER_SERVICE_SKU, DIGITAL_MESSAGING_SKU, HEALTHCARE_SKU].map((partNumber) => ({
      userId: ADMIN_USER.id,
      skuId: skuId(partNumber),
    })),
    ...AGENT_USERS.flatMap((agent) =>
      [CUSTOMER_SERVICE_SKU, DIGITAL_MESSAGING_SKU].map((partNumber) => ({
        userId: agent.id,
        skuId: skuId(partNumber),
      })),
    ),
  ];
  for (const sku of skus)
    sku["consumedUnits"] = licences.filter((licence) => licence.skuId === sku["skuId"]).length;
  const graphRoles = FIRST_PARTY_APPS.filter((app) => app.appId === GRAPH_APP_ID).flatMap(
    (app) => firstPartyOrigin(app).roles,
  );
  return {
    objects: [
      ...people.map((person) => {
        const assigned = licences.filter((licence) => licence.userId === person.id);
        return stored("user", {
          ...userValue(person, createdAt),
          assignedLicenses: assigned.map((licence) => ({ disabledPlans: [], skuId: licence.skuId })),
        });
      }),
      ...registration(PIPELINE_APP, createdAt, { passwordCredentials: [pipelineSecret.shown] }),
      ...registration(BARE_APP, createdAt, { passwordCredentials: [bareSecret.shown] }),
      ...registration(PUBLIC_CLIENT_APP, createdAt, {
        isFallbackPublicClient: true,
        publicClient: { redirectUris: ["http://localhost"] },
      }),
      ...FIRST_PARTY_APPS.filter((app) => app.inEveryTenant).map((app) =>
        stored(
          "servicePrincipal",
          servicePrincipalValue(firstPartyServicePrincipalId(app.appId), firstPartyOrigin(app), {}),
        ),
      ),
    ],
    members: [],
    owners: [],
    permissionGrants: interactiveGrants(),
    appRoleAssignments: PIPELINE_GRAPH_ROLES.map((value) => ({
      id: appRoleAssignmentId(PIPELINE_APP.servicePrincipalId),
      appRoleId: textOf(graphRoles.find((role) => role["value"] === value) ?? {}, "id"),
      createdDateTime: graphTime(createdAt),
      principalId: PIPELINE_APP.servicePrincipalId,
      principalType: "ServicePrincipal" as const,
      resourceId: firstPartyServicePrincipalId(GRAPH_APP_ID),
    })),
    roleAssignments: [
      roleAssignment(ADMIN_USER.id, DIRECTORY_ROLES.globalAdministrator.templateId),
      roleAssignment(ADMIN_USER.id, DIRECTORY_ROLES.powerPlatformAdministrator.templateId),
      roleAssignment(EMERGENCY_USER.id, DIRECTORY_ROLES.globalAdministrator.templateId),
    ],
    secrets: [pipelineSecret.stored, bareSecret.stored],
    licences,
    subscribedSkus: skus,
    policies: seededPolicies(now),
  };
}
