import { findPrincipal } from "../entra/directory.ts";
import type { JsonObject } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { activeOperation } from "./lifecycle-operations.ts";
import { findLocation, regionalHost } from "./locations.ts";
import {
  type EnvironmentRecord,
  type LinkedDatabase,
  type Principal,
  ticks,
} from "./power-platform-state.ts";

const DAY = 24 * 60 * 60 * 1_000;
const DATAVERSE_VERSION = "9.2.24034.00218";

/** Which of BAP's three addresses of an environment a body is written for. */
export type EnvironmentScope = "admin" | "member" | "service";

const ID_PREFIX: Readonly<Record<EnvironmentScope, string>> = {
  admin: "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/",
  member: "/providers/Microsoft.BusinessAppPlatform/environments/",
  service: "/providers/Microsoft.BusinessAppPlatform/scopes/service/environments/",
};

/**
 * `createdBy` of a person carries mail and user principal name; of an application only
 * `{id, displayName: "ServicePrincipal", type: "ServicePrincipal", tenantId}`
 * (microsoft/terraform-provider-power-platform issue 692; "List environments", Power Platform documentation).
 */
export function principalBody(world: World, principal: Principal): object {
  if (principal.kind === "application")
    return {
      id: principal.objectId,
      displayName: "ServicePrincipal",
      type: "ServicePrincipal",
      tenantId: TENANT.id,
    };
  const person = findPrincipal(world, principal.objectId);
  return {
    id: principal.objectId,
    displayName: person?.displayName ?? principal.name,
    email: principal.name,
    type: "User",
    tenantId: TENANT.id,
    userPrincipalName: principal.name,
  };
}

function linkedEnvironmentMetadata(world: World, environment: EnvironmentRecord): object | null {
  const database = environment.database;
  if (database === null || world.now() < database.visibleFrom) return null;
  const host = new URL(database.instanceUrl).hostname;
  const code = findLocation(environment.location)?.code ?? "NA";
  const scale = { NA: "NAM", EMEA: "EUR" }[code] ?? code;
  return {
    resourceId: database.organizationId,
    friendlyName: environment.displayName,
    uniqueName: database.uniqueName,
    domainName: database.domainName,
    version: DATAVERSE_VERSION,
    instanceUrl: database.instanceUrl,
    instanceApiUrl: `https://${host.replace(".", ".api.")}`,
    baseLanguage: database.baseLanguage,
    instanceState: "Ready",
    createdTime: new Date(database.createdTime).toISOString(),
    backgroundOperationsState: backgroundOperationsState(world, database),
    scaleGroup: `${scale}CRMLIVESG705`,
    platformSku: "Standard",
    schemaType: "Standard",
    // Present only when a group restricts the environment: 4 of 165 recordings have the member.
    ...(environment.securityGroupId === null ? {} : { securityGroupId: environment.securityGroupId }),
  };
}

/** Assumption: `Disabled` is the other value; only `Enabled` is recorded. */
export function backgroundOperationsState(world: World, database: LinkedDatabase): "Enabled" | "Disabled" {
  return world.now() < database.backgroundOperationsFrom ? "Disabled" : "Enabled";
}

function capacity(environment: EnvironmentRecord, updatedOn: number): object[] {
  const figures: readonly (readonly [string, number, number])[] =
    environment.database === null
      ? []
      : [
          ["Database", 885.0391, 1024],
          ["File", 1187.142, 1187.142],
          ["Log", 0, 0],
          ["FinOpsDatabase", 0, 0],
          ["FinOpsFile", 0, 0],
        ];
  return figures.map(([capacityType, actualConsumption, ratedConsumption]) => ({
    capacityType,
    actualConsumption,
    ratedConsumption,
    capacityUnit: "MB",
    updatedOn: `${new Date(updatedOn).toISOString().slice(0, 19)}Z`,
  }));
}

function runtimeEndpoints(location: string, uriSuffix: string): object {
  return {
    "microsoft.BusinessAppPlatform": `https://${regionalHost(location)}`,
    "microsoft.CommonDataModel": `https://${location}.api.cds.microsoft.com`,
    "microsoft.PowerApps": `https://${location}.api.powerapps.com`,
    "microsoft.PowerAppsAdvisor": `https://${location}.api.advisor.powerapps.com`,
    "microsoft.PowerVirtualAgents": `https://powervamg.${uriSuffix}.powerapps.com`,
    "microsoft.ApiManagement": `https://management.${location}.azure-apihub.net`,
    "microsoft.Flow": `https://${location}.api.flow.microsoft.com`,
  };
}

type Reason = { readonly message: string; readonly type: string } | undefined;

/**
 * What may be done with the environment now. Assumption: two recordings show the reasons used here; the choice for
 * the other combinations follows them.
 */
function operationsEnforcement(environment: EnvironmentRecord): object {
  const noDatabase = (operation: string): Reason => ({
    message: `${operation} cannot be performed because there is no linked CDS instance or the CDS instance version is not supported.`,
    type: "CdsLink",
  });
  const wrongSku = (operation: string): Reason => ({
    message: `${operation} cannot be performed on environment of type ${environment.sku}.`,
    type: "EnvironmentSkuType",
  });
  const governance = (operation: string): Reason => ({
    message: `${operation} cannot be performed on Power Platform environment because of the governance configuration.`,
    type: "GovernanceConfig",
  });
  const linked = environment.database !== null;
  const managed = environment.protectionLevel === "Standard";
  const rules: readonly (readonly [string, boolean, (operation: string) => Reason])[] = [
    ["Backup", linked, noDatabase],
    ["Convert", linked, noDatabase],
    ["Copy", linked, noDatabase],
    ["Delete", !environment.isDefault, wrongSku],
    ["Edit", true, wrongSku],
    ["Recover", true, wrongSku],
    ["Reset", linked, noDatabase],
    ["Restore", linked, noDatabase],
    ["Enable", true, wrongSku],
    ["Disable", true, wrongSku],
    ["Provision", !linked, noDatabase],
    ["Promote", false, wrongSku],
    ["EnableGovernanceConfiguration", linked && !managed, governance],
    ["DisableGovernanceConfiguration", managed, governance],
    ["UpdateGovernanceConfiguration", managed, governance],
  ];
  return {
    allowedOperations: rules.filter(([, allowed]) => allowed).map(([id]) => ({ type: { id } })),
    disallowedOperations: rules
      .filter(([, allowed]) => !allowed)
      .map(([id, , reason]) => ({ type: { id }, reason: reason(id) })),
  };
}

function governanceConfiguration(environment: EnvironmentRecord): JsonObject {
  return environment.governanceSettings === null
    ? { protectionLevel: environment.protectionLevel }
    : { protectionLevel: environment.protectionLevel, settings: environment.governanceSettings };
}

/**
 * An environment as BAP returns it: member set, nesting, time formats and absences after 165 recorded bodies
 * (services/environment/tests of microsoft/terraform-provider-power-platform). `templates` is never returned.
 * @param expand the request's `$expand`; `properties.capacity` and `properties/copilotPolicies` change the body
 */
export function environmentBody(
  world: World,
  environment: EnvironmentRecord,
  scope: EnvironmentScope,
  expand = "",
): object {
  const location = findLocation(environment.location);
  const geoShortName = location?.geoShortName ?? "US";
  const uriSuffix = `${geoShortName.toLowerCase()}-il107.gateway.prod.island`;
  const created = principalBody(world, environment.createdBy);
  const retentionPeriod = environment.backupRetention ?? "P7D";
  const busy = activeOperation(world, environment.id) !== undefined;
  return {
    id: `${ID_PREFIX[scope]}${environment.id}`,
    type: `Microsoft.BusinessAppPlatform${scope === "member" ? "" : "/scopes"}/environments`,
    location: environment.location,
    name: environment.id,
    properties: {
      tenantId: TENANT.id,
      ...(scope === "service"
        ? {
            apiManagementAccountResourceId: `subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/apihub-power-${environment.location}-001/providers/Microsoft.Web/apiManagementAccounts/${environment.location}-001`,
            apiManagementEndpoint: `https://${environment.location}-001.admin.azure-apihub.net`,
          }
        : {}),
      azureRegion: environment.azureRegion,
      displayName: environment.displayName,
      ...(environment.description === null ? {} : { description: environment.description }),
      createdTime: ticks(environment.createdTime),
      createdBy: created,
      ...(scope === "service" ? {} : { billingPolicy: { id: environment.billingPolicyId ?? "" } }),
      lastModifiedTime: ticks(environment.lastModifiedTime),
      ...(scope === "service" ? { lastModifiedBy: created } : {}),
      provisioningState: environment.provisioningState,
      creationType: "User",
      environmentSku: environment.sku,
      isDefault: environment.isDefault,
      bingChatEnabled: environment.bingChatEnabled,
      ...(environment.copilotPolicies !== null && /copilotPolicies/i.test(expand)
        ? { copilotPolicies: environment.copilotPolicies }
        : {}),
      ...(/properties[./]capacity/i.test(expand) ? { capacity: capacity(environment, world.now()) } : {}),
      ...(scope === "service" ? {} : { addons: [] }),
      clientUris: {
        admin: `https://admin.powerplatform.microsoft.com/environments/environment/${environment.id}/hub`,
        maker: `https://make.powerapps.com/environments/${environment.id}/home`,
      },
      runtimeEndpoints: runtimeEndpoints(environment.location, uriSuffix),
      databaseType: "CommonDataService",
      linkedEnvironmentMetadata: linkedEnvironmentMetadata(world, environment),
      trialScenarioType: "None",
      notificationMetadata: { state: "NotSpecified", branding: "NotSpecific" },
      retentionPeriod,
      ...(scope === "service" ? { lifecycleAuthority: "Environment" } : {}),
      states: {
        management: { id: busy ? "Running" : "Ready" },
        runtime: {
          runtimeReasonCode: "NotSpecified",
          requestedBy: { displayName: "SYSTEM", type: "NotSpecified" },
          id: environment.runtimeState,
        },
      },
      updateCadence: { id: environment.cadence },
      retentionDetails: {
        retentionPeriod,
        backupsAvailableFromDateTime: ticks(
          Math.max(
            environment.createdTime,
            world.now() - Number.parseInt(retentionPeriod.slice(1), 10) * DAY,
          ),
        ),
      },
      protectionStatus: { keyManagedBy: "Microsoft" },
      cluster: {
        category: environment.clusterCategory,
        number: "107",
        uriSuffix,
        geoShortName,
        environment: "Prod",
      },
      connectedGroups: [],
      ...(environment.environmentGroupId === null
        ? {}
        : { parentEnvironmentGroup: { id: environment.environmentGroupId } }),
      lifecycleOperationsEnforcement: operationsEnforcement(environment),
      governanceConfiguration: governanceConfiguration(environment),
    },
  };
}
