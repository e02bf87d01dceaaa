import { createHash } from "node:crypto";
import type { JsonObject } from "../exchange.ts";
import { GRAPH_PERMISSIONS } from "./permission-catalogue.ts";

/** Microsoft's tenant that owns first-party applications. */
export const MICROSOFT_TENANT_ID = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";
export const DATAVERSE_APP_ID = "00000007-0000-0000-c000-000000000000";
export const POWER_PLATFORM_API_APP_ID = "8578e004-a5c6-46e7-913e-12f58912df43";
export const POWERAPPS_SERVICE_APP_ID = "475226c6-020e-4fb2-8a90-7a972cbfc1d4";
export const ADMIN_ANALYTICS_APP_ID = "7dcff627-a295-4553-9229-b1f3513f82a8";
export const AZURE_MANAGEMENT_APP_ID = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
export const KEY_VAULT_APP_ID = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
export const OMNICHANNEL_PROVISIONING_APP_ID = "3957683c-3a48-4a6c-8706-a6e2d6883b02";
export const OMNICHANNEL_CRM_APP_ID = "d9ce8cfa-8bd8-4ff1-b39b-5e5dd5742935";
export const OMNICHANNEL_ACS_APP_ID = "a950df6d-e658-48fc-b494-ec69d8d9731b";

interface PublishedScope {
  readonly value: string;
  /** Absent when the id is not published; the sandbox then derives a stable one. */
  readonly id?: string;
}

export interface FirstPartyApp {
  readonly appId: string;
  readonly displayName: string;
  /** Identifiers besides the appId under which tokens for this resource are requested. */
  readonly identifiers: readonly string[];
  readonly scopes: readonly PublishedScope[];
  /** True when every tenant has the service principal from the start. */
  readonly inEveryTenant: boolean;
}

/**
 * Applications known to Microsoft, whether or not this tenant has a service principal for them. App ids: "Verify
 * first-party Microsoft applications in sign-in reports" and merill/microsoft-info `_info/MicrosoftApps.json`;
 * published scopes of the Omnichannel pair: maciejporebski/azure-ad-first-party-apps-permissions `apps/`.
 */
export const FIRST_PARTY_APPS: readonly FirstPartyApp[] = [
  {
    appId: GRAPH_APP_ID,
    displayName: "Microsoft Graph",
    identifiers: ["https://graph.microsoft.com"],
    scopes: [],
    inEveryTenant: true,
  },
  {
    appId: DATAVERSE_APP_ID,
    displayName: "Dataverse",
    identifiers: [],
    scopes: [{ value: "user_impersonation", id: "78ce3f0f-a1ce-49c2-8cde-64b5c0896db4" }],
    inEveryTenant: true,
  },
  {
    appId: POWER_PLATFORM_API_APP_ID,
    displayName: "Power Platform API",
    identifiers: ["https://api.powerplatform.com"],
    scopes: [
      { value: "user_impersonation" },
      { value: "AppManagement.ApplicationPackages.Install", id: "3f4998a4-cbb8-4e1e-9ea0-fd7fc110bb74" },
      { value: "AppManagement.ApplicationPackages.Read" },
      { value: "Authorization.RoleAssignments.Write", id: "a53c8130-3c33-407c-a1ba-ec806fdc55ca" },
      { value: "EnvironmentManagement.Environments.Read" },
      { value: "EnvironmentManagement.Settings.ReadWrite" },
      { value: "PowerPages.Websites.Read" },
      { value: "PowerPages.Websites.Write" },
    ],
    inEveryTenant: true,
  },
  {
    appId: POWERAPPS_SERVICE_APP_ID,
    displayName: "PowerApps Service",
    identifiers: ["https://service.powerapps.com"],
    scopes: [{ value: "User" }, { value: "user_impersonation" }],
    inEveryTenant: true,
  },
  {
    appId: ADMIN_ANALYTICS_APP_ID,
    // Assumption: the name of the service principal is not published.
    displayName: "Power Platform Admin Analytics",
    identifiers: ["https://adminanalytics.powerplatform.microsoft.com"],
    scopes: [{ value: "user_impersonation" }],
    inEveryTenant: true,
  },
  {
    appId: AZURE_MANAGEMENT_APP_ID,
    displayName: "Windows Azure Service Management API",
    identifiers: ["https://management.azure.com", "https://management.core.windows.net"],
    scopes: [{ value: "user_impersonation" }],
    inEveryTenant: true,
  },
  {
    appId: KEY_VAULT_APP_ID,
    displayName: "Azure Key Vault",
    identifiers: ["https://vault.azure.net"],
    scopes: [{ value: "user_impersonation" }],
    inEveryTenant: true,
  },
  {
    appId: OMNICHANNEL_PROVISIONING_APP_ID,
    displayName: "Omnichannel for CS Provisioning App Primary",
    identifiers: [],
    scopes: [{ value: "user_impersonation", id: "95ea053f-3e2e-4197-bc02-f7dc90cf5530" }],
    inEveryTenant: false,
  },
  {
    appId: OMNICHANNEL_CRM_APP_ID,
    displayName: "Omnichannel for CS CRM ClientApp Primary",
    identifiers: ["https://microsoft.onmicrosoft.com/383f5965-1c8e-465d-8d4d-5d617a65a383"],
    scopes: [{ value: "user_impersonation", id: "8d2dc28a-7275-409e-a256-85643fe230db" }],
    inEveryTenant: false,
  },
  {
    appId: OMNICHANNEL_ACS_APP_ID,
    displayName: "Omnichannel for Customer Service",
    identifiers: [],
    scopes: [],
    inEveryTenant: false,
  },
];

/** A GUID that is the same in every sandbox, for things whose real id differs from tenant to tenant. */
export function derivedGuid(text: string): string {
  const hex = createHash("sha256").update(`psc sandbox ${text}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function scopeValue(value: string, id: string): JsonObject {
  return {
    adminConsentDescription: value,
    adminConsentDisplayName: value,
    id,
    isEnabled: true,
    type: "Admin",
    userConsentDescription: null,
    userConsentDisplayName: null,
    value,
  };
}

function roleValue(value: string, id: string): JsonObject {
  return {
    allowedMemberTypes: ["Application"],
    description: value,
    displayName: value,
    id,
    isEnabled: true,
    origin: "Application",
    value,
  };
}

/** Delegated scopes and application roles that a first-party resource publishes, in Graph's shapes. */
export function publishedPermissions(app: FirstPartyApp): { scopes: JsonObject[]; roles: JsonObject[] } {
  if (app.appId !== GRAPH_APP_ID)
    return {
      scopes: app.scopes.map((scope) =>
        scopeValue(scope.value, scope.id ?? derivedGuid(`scope ${app.appId} ${scope.value}`)),
      ),
      roles: [],
    };
  return {
    scopes: GRAPH_PERMISSIONS.flatMap((permission) =>
      permission.scopeId === undefined ? [] : [scopeValue(permission.value, permission.scopeId)],
    ),
    roles: GRAPH_PERMISSIONS.flatMap((permission) =>
      permission.roleId === undefined ? [] : [roleValue(permission.value, permission.roleId)],
    ),
  };
}
