import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";

/** Who asked for something, as the admin APIs echo it in `createdBy` and `requestedBy`. */
export interface Principal {
  readonly objectId: string;
  readonly appId: string;
  readonly kind: "user" | "application";
  /** User principal name, or the application's display name. */
  readonly name: string;
}

/** The Dataverse database of an environment; the rest of it belongs to the Dataverse fake. */
export interface LinkedDatabase {
  /** Dataverse organization id, `resourceId` on the wire. */
  readonly organizationId: string;
  domainName: string;
  readonly uniqueName: string;
  /** `https://contoso.crm.dynamics.com/`, with the trailing slash. */
  instanceUrl: string;
  readonly baseLanguage: number;
  readonly currencyCode: string;
  readonly createdTime: number;
  /** Until this moment the admin API leaves `linkedEnvironmentMetadata` out although the operation has succeeded. */
  readonly visibleFrom: number;
  /** Until this moment `backgroundOperationsState` is not `Enabled`. */
  backgroundOperationsFrom: number;
}

/** Where the data of generative AI features may go. */
export interface CopilotPolicies {
  crossGeoCopilotDataMovementEnabled: boolean;
  crossBoundaryCopilotDataMovementEnabled: boolean;
}

/** One environment. Members are flat so that the control API can edit them (drift made behind a client's back). */
export interface EnvironmentRecord {
  readonly id: string;
  displayName: string;
  description: string | null;
  readonly location: string;
  readonly azureRegion: string;
  sku: string;
  readonly isDefault: boolean;
  readonly createdTime: number;
  lastModifiedTime: number;
  readonly createdBy: Principal;
  provisioningState: "Succeeded" | "LinkedDatabaseProvisioning";
  runtimeState: "Enabled" | "AdminMode";
  cadence: "Frequent" | "Moderate";
  clusterCategory: string;
  billingPolicyId: string | null;
  /** Entra group that restricts access; null when nobody is shut out. */
  securityGroupId: string | null;
  /** Generative AI features with web search. Assumption: switched on until somebody chooses, as recorded. */
  bingChatEnabled: boolean;
  /** Null while nobody has chosen. */
  copilotPolicies: CopilotPolicies | null;
  /** Environment group it was created in; the groups themselves are not part of the sandbox. */
  environmentGroupId: string | null;
  protectionLevel: "Basic" | "Standard";
  governanceSettings: JsonObject | null;
  /** How long back-ups are kept, such as `P28D`; a week while nobody has chosen. */
  backupRetention: string | null;
  database: LinkedDatabase | null;
}

export type OperationType =
  | "Create"
  | "Provision"
  | "Edit"
  | "Convert"
  | "Delete"
  | "EnableGovernanceConfiguration"
  | "UpdateGovernanceConfiguration"
  | "DisableGovernanceConfiguration";

export interface LifecycleOperation {
  readonly id: string;
  readonly type: OperationType;
  readonly environmentId: string;
  readonly requestedBy: Principal;
  readonly startedAt: number;
  readonly endsAt: number;
  /** `Running` until the event at `endsAt` settles it. */
  state: "Running" | "Succeeded" | "Failed";
  /** What the operation will do when it ends, in the words of the request. */
  readonly change: JsonObject;
}

export interface EnvironmentRoleAssignment {
  readonly id: string;
  readonly environmentId: string;
  readonly roleName: "EnvironmentAdmin" | "EnvironmentMaker";
  readonly principalId: string;
  readonly displayName: string;
  readonly email: string | null;
}

/** A data policy as the sandbox keeps it. */
export interface DataPolicyRecord {
  readonly id: string;
  displayName: string;
  /** Group of the connectors that no group names. */
  defaultGroup: string;
  /** Connectors by group, in the service's own shape. */
  connectorGroups: JsonObject[];
  environmentType: string;
  environments: JsonObject[];
  connectorConfigurations: JsonObject | null;
  urlPatterns: JsonObject;
  readonly createdBy: string;
  readonly createdTime: number;
  lastModifiedBy: string;
  lastModifiedTime: number;
  etag: string;
}

/** Which tenants may be connected with; isolation leaves out those that are allowed. */
export interface TenantIsolation {
  isDisabled: boolean;
  /** `{tenantId, direction: {inbound, outbound}}`; the tenant `*` stands for all. */
  allowedTenants: JsonObject[];
}

export interface BapState {
  environments: Record<string, EnvironmentRecord>;
  operations: Record<string, LifecycleOperation>;
  managementApplications: { applicationId: string }[];
  environmentRoleAssignments: EnvironmentRoleAssignment[];
  /** Domain names that organizations of other tenants hold. */
  domainsOfOtherTenants: string[];
  /** Tenant-wide Dataverse database capacity that is still free. */
  capacity: { capacityType: "Database"; availableMb: number };
  tenantSettings: JsonObject;
  /** Absent in a tenant that was saved before there was one. */
  tenantIsolation?: TenantIsolation;
  /** By id; absent until somebody asks for one. */
  dataPolicies?: Record<string, DataPolicyRecord>;
  /** Switches for tests and demonstrations, set through the control API (`path: "bap"`, `where: {switch: …}`). */
  nextCreate: { switch: "nextCreate"; outcome: "Succeeded" | "Failed" };
  nextProvision: { switch: "nextProvision"; answer: "Accepted" | "ClientClosed" };
  nextDelete: { switch: "nextDelete"; answer: "Accepted" | "Conflict" };
  takenDomain: { switch: "takenDomain"; behaviour: "refuse" | "substitute" };
}

/** An application package as the catalogues describe it. */
export interface CatalogueRow {
  readonly uniqueName: string;
  readonly id: string;
  version: string;
  localizedName: string;
  localizedDescription: string | null;
  applicationId: string;
  applicationName: string;
  applicationDescription: string | null;
  publisherName: string;
  publisherId: string;
  learnMoreUrl: string;
  catalogVisibility: string;
  applicationVisibility: string;
  errorDetails: JsonObject | null;
  startDateUtc: string;
  endDateUtc: string;
  supportedCountries: string[];
}

/** A package in one environment, once anybody has asked for it. */
export interface InstancePackage {
  readonly uniqueName: string;
  readonly environmentId: string;
  readonly instancePackageId: string;
  state: "InstallRequested" | "Installing" | "Installed" | "InstallFailed";
  version: string;
  lastError: JsonObject | null;
  lastOperationId: string | null;
}

export interface InstallOperation {
  readonly operationId: string;
  readonly environmentId: string;
  /** The other environment GUID that the service writes into `Operation-Location`. */
  readonly routingEnvironmentId: string;
  readonly uniqueName: string;
  readonly instancePackageId: string;
  readonly requestedAt: number;
  readonly endsAt: number;
  status: "NotStarted" | "Running" | "Succeeded" | "Failed";
  /** How often the status was asked for; one early poll meets a 409. */
  polls: number;
  error: JsonObject | null;
}

export interface RoleAssignment {
  readonly roleAssignmentId: string;
  readonly scope: string;
  readonly principalType: string;
  readonly principalObjectId: string;
  readonly roleDefinitionId: string;
  readonly createdByPrincipalType: string;
  readonly createdByPrincipalObjectId: string;
  readonly createdOn: string;
  readonly expiresOn: string | null;
}

export interface IpAddressRule {
  readonly IpAddress: string;
  readonly IpAddressType: string;
}

/** A Power Pages site as the admin API sees it. */
export interface WebsiteRecord {
  readonly id: string;
  readonly environmentId: string;
  name: string;
  readonly templateName: string;
  readonly subdomain: string;
  readonly selectedBaseLanguage: number;
  readonly websiteRecordId: string;
  readonly applicationUserAadAppId: string;
  readonly ownerId: string;
  readonly createdAt: number;
  readonly readyAt: number;
  state: "started" | "stopped";
  siteVisibility: string;
  /** Web application firewall. */
  firewall: "off" | "on";
  /** Until this moment a change of the firewall is going on. */
  firewallBusyUntil: number;
  ipAddressRules: IpAddressRule[];
}

export interface PowerPlatformState {
  /** Keyed by unique name. Deleting a row withdraws the package from the tenant's and every environment's catalogue. */
  catalogue: Record<string, CatalogueRow>;
  /** Keyed by `{environmentId}/{uniqueName}`. */
  packages: Record<string, InstancePackage>;
  installs: Record<string, InstallOperation>;
  roleAssignments: Record<string, RoleAssignment>;
  websites: Record<string, WebsiteRecord>;
  /** Switch for tests and demonstrations (`path: "powerPlatform"`, `where: {switch: "nextInstall"}`). */
  nextInstall: { switch: "nextInstall"; outcome: "Succeeded" | "Failed" };
}

export const bapState = (world: World): BapState => world.slice<BapState>("bap");

export const powerPlatformState = (world: World): PowerPlatformState =>
  world.slice<PowerPlatformState>("powerPlatform");

/** The admin APIs write times with seven fractional digits: `2023-09-27T07:08:27.6057592Z`. */
export function ticks(ms: number): string {
  const below = String((Math.floor(ms) * 7919) % 10_000).padStart(4, "0");
  return new Date(ms).toISOString().replace("Z", `${below}Z`);
}

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
