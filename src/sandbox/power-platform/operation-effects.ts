import { createOrganization, deleteOrganization } from "../dataverse/organizations.ts";
import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { forgetPackages, markInstalled } from "./installed-packages.ts";
import { findLocation } from "./locations.ts";
import { objectMember, textMember } from "./power-platform-errors.ts";
import {
  bapState,
  type EnvironmentRecord,
  type LifecycleOperation,
  MINUTE,
  type Principal,
  powerPlatformState,
  SECOND,
} from "./power-platform-state.ts";

/** What a request asks Dataverse for; kept in the operation until the database is there. */
export interface DatabaseRequest {
  readonly domainName: string;
  readonly baseLanguage: number;
  readonly currencyCode: string;
}

/** Rated consumption of an empty Dataverse database, in MB: what a creation takes from the tenant's capacity. */
export const DATABASE_MB = 1024;

/** After success `linkedEnvironmentMetadata` stays away this long (microsoft/terraform-provider-power-platform PR 1231). */
const METADATA_LAG = 20 * SECOND;
/** After success background operations stay off this long (microsoft/terraform-provider-power-platform issue 1103). */
const BACKGROUND_LAG = 3 * MINUTE;

/** Environments created from this day on come with the CRM Hub. */
export const CRM_HUB_INCLUDED_FROM = Date.parse("2021-10-01T00:00:00Z");

export const NO_GROUP = "00000000-0000-0000-0000-000000000000";
/** Far beyond any sandbox clock: background operations that somebody has switched off. */
const NEVER = 8.64e15;

/** Creates the organization of an environment and tells the Dataverse fake. */
export function attachDatabase(
  world: World,
  environment: EnvironmentRecord,
  wanted: DatabaseRequest,
  creator: Principal,
  readyAt: number,
  lags: { readonly metadata: number; readonly background: number } = {
    metadata: METADATA_LAG,
    background: BACKGROUND_LAG,
  },
): void {
  const suffix = findLocation(environment.location)?.crm ?? "crm";
  const organizationId = world.newId();
  environment.database = {
    organizationId,
    domainName: wanted.domainName,
    uniqueName: `unq${world.newId().replaceAll("-", "").slice(0, 29)}`,
    instanceUrl: `https://${wanted.domainName}.${suffix}.dynamics.com/`,
    baseLanguage: wanted.baseLanguage,
    currencyCode: wanted.currencyCode,
    createdTime: readyAt,
    visibleFrom: readyAt + lags.metadata,
    backgroundOperationsFrom: readyAt + lags.background,
  };
  environment.provisioningState = "Succeeded";
  environment.lastModifiedTime = readyAt;
  bapState(world).capacity.availableMb -= DATABASE_MB;
  createOrganization(world, {
    organizationId,
    environmentId: environment.id,
    url: environment.database.instanceUrl,
    friendlyName: environment.displayName,
    domainName: wanted.domainName,
    baseLanguage: wanted.baseLanguage,
    currencyCode: wanted.currencyCode,
    createdAt: readyAt,
    createdBy: creator,
  });
  if (environment.createdTime >= CRM_HUB_INCLUDED_FROM)
    markInstalled(world, environment.id, organizationId, "msdynce_CRMHub");
}

/** Takes an environment away, with everything the two admin APIs know about it. */
function removeEnvironment(world: World, environment: EnvironmentRecord): void {
  const state = bapState(world);
  delete state.environments[environment.id];
  state.environmentRoleAssignments = state.environmentRoleAssignments.filter(
    (assignment) => assignment.environmentId !== environment.id,
  );
  forgetPackages(world, environment.id);
  const websites = powerPlatformState(world).websites;
  for (const website of Object.values(websites))
    if (website.environmentId === environment.id) delete websites[website.id];
  if (environment.database === null) return;
  state.capacity.availableMb += DATABASE_MB;
  deleteOrganization(world, environment.database.organizationId);
}

function applyEdit(environment: EnvironmentRecord, properties: JsonObject): void {
  if (properties["becomesManaged"] === true) environment.protectionLevel = "Standard";
  const displayName = textMember(properties, "displayName");
  if (displayName !== undefined) environment.displayName = displayName;
  if (typeof properties["description"] === "string") environment.description = properties["description"];
  const runtime = objectMember(objectMember(properties, "states") ?? {}, "runtime");
  const runtimeId = runtime === undefined ? undefined : textMember(runtime, "id");
  if (runtimeId === "AdminMode" || runtimeId === "Enabled") environment.runtimeState = runtimeId;
  const cadence = textMember(objectMember(properties, "updateCadence") ?? {}, "id");
  if (cadence === "Frequent" || cadence === "Moderate") environment.cadence = cadence;
  const billing = objectMember(properties, "billingPolicy");
  if (billing !== undefined) {
    const id = textMember(billing, "id");
    environment.billingPolicyId = id === undefined || id === NO_GROUP ? null : id;
  }
  const retention = textMember(objectMember(properties, "retentionDetails") ?? {}, "retentionPeriod");
  if (retention !== undefined) environment.backupRetention = retention;
  const linked = objectMember(properties, "linkedEnvironmentMetadata");
  if (linked === undefined) return;
  const group = linked["securityGroupId"];
  if (typeof group === "string" || group === null) environment.securityGroupId = groupOf(group);
  const background = textMember(linked, "backgroundOperationsState");
  if (background !== undefined && environment.database !== null)
    environment.database.backgroundOperationsFrom = background === "Disabled" ? NEVER : 0;
}

/** No restriction is written as the zero GUID (docs/resources/environment.md of microsoft/terraform-provider-power-platform). */
export function groupOf(securityGroupId: string | null | undefined): string | null {
  return securityGroupId === undefined ||
    securityGroupId === null ||
    securityGroupId === "" ||
    securityGroupId === NO_GROUP
    ? null
    : securityGroupId.toLowerCase();
}

function succeed(world: World, operation: LifecycleOperation, environment: EnvironmentRecord): void {
  const { change } = operation;
  switch (operation.type) {
    case "Create":
    case "Provision":
      attachDatabase(
        world,
        environment,
        change["database"] as unknown as DatabaseRequest,
        operation.requestedBy,
        operation.endsAt,
      );
      return;
    case "Edit":
      applyEdit(environment, change);
      break;
    case "Convert":
      environment.sku = String(change["environmentSku"]);
      break;
    case "Delete":
      removeEnvironment(world, environment);
      return;
    case "EnableGovernanceConfiguration":
    case "UpdateGovernanceConfiguration":
      environment.protectionLevel = "Standard";
      environment.governanceSettings = objectMember(change, "settings") ?? environment.governanceSettings;
      break;
    case "DisableGovernanceConfiguration":
      environment.protectionLevel = "Basic";
      environment.governanceSettings = null;
      break;
  }
  environment.lastModifiedTime = operation.endsAt;
}

/** Handler of the event that settles an operation. */
export function endOperation(payload: JsonObject, world: World): void {
  const state = bapState(world);
  const operation = state.operations[String(payload["operationId"])];
  if (operation === undefined || operation.state !== "Running") return;
  const environment = state.environments[operation.environmentId];
  if (operation.change["outcome"] === "Failed" || environment === undefined) {
    operation.state = "Failed";
    if (environment !== undefined && operation.type === "Create") removeEnvironment(world, environment);
    return;
  }
  operation.state = "Succeeded";
  succeed(world, operation, environment);
}
