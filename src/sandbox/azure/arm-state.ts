import { createHash } from "node:crypto";
import type { JsonObject } from "../exchange.ts";
import { ADMIN_USER, PIPELINE_APP, SUBSCRIPTION_OF_ANOTHER_TENANT, SUBSCRIPTIONS } from "../seed.ts";
import type { World } from "../world.ts";

/** `createdBy…` and `lastModifiedBy…` of a tracked resource (Azure/azure-resource-manager-rpc:v1.0/common-api-contracts.md). */
export interface SystemData extends JsonObject {
  createdBy: string;
  createdByType: string;
  createdAt: string;
  lastModifiedBy: string;
  lastModifiedByType: string;
  lastModifiedAt: string;
}

export interface Subscription extends JsonObject {
  subscriptionId: string;
  displayName: string;
  /** The tenant that owns it; a token of another tenant is refused. */
  tenantId: string;
  state: string;
  /** Lower-case namespace → state and the moment it began (sandbox ms). Absent: registered since ever. */
  registrations: Record<string, { state: string; since: number }>;
}

export interface ResourceGroup extends JsonObject {
  id: string;
  name: string;
  location: string;
  tags: Record<string, string> | null;
  managedBy: string | null;
  /** Operation that deletes it. */
  deleting: string | null;
}

/** A workspace, component, bot … as the sandbox keeps it; `properties` holds what clients may write. */
export interface TrackedResource extends JsonObject {
  id: string;
  name: string;
  type: string;
  location: string;
  tags: Record<string, string> | null;
  sku: JsonObject | null;
  kind: string | null;
  identity: JsonObject | null;
  etag: string;
  systemData: SystemData;
  properties: JsonObject;
  /** Sandbox ms when `provisioningState` turns `Succeeded`. */
  readyAt: number;
}

export interface RoleAssignment extends JsonObject {
  id: string;
  name: string;
  scope: string;
  roleDefinitionId: string;
  principalId: string;
  principalType: string;
  description: string | null;
  condition: string | null;
  conditionVersion: string | null;
  createdOn: string;
  updatedOn: string;
  createdBy: string | null;
  updatedBy: string;
  /** Sandbox ms of creation, for the lag of reads. */
  createdAt: number;
  /** Reads during the lag: the replicas answer in turn. */
  lagReads: number;
  /** Sandbox ms when a time-bound active assignment ends. */
  endsAt: number | null;
}

/** A role that a customer made ("Azure custom roles", learn.microsoft.com). */
export interface CustomRole extends JsonObject {
  /** GUID in lower case. */
  id: string;
  roleName: string;
  description: string;
  actions: string[];
  notActions: string[];
  dataActions: string[];
  notDataActions: string[];
  assignableScopes: string[];
  createdOn: string;
  updatedOn: string;
  createdBy: string;
  updatedBy: string;
}

export type ScheduleKind = "eligibility" | "assignment";

/** A schedule of Privileged Identity Management: who may activate a role (eligibility) or holds it (assignment). */
export interface RoleSchedule extends JsonObject {
  name: string;
  kind: ScheduleKind;
  scope: string;
  roleDefinitionId: string;
  principalId: string;
  principalType: string;
  requestName: string;
  instanceName: string;
  /** `Assigned` or `Activated`; assignments only. */
  assignmentType: string;
  linkedEligibilityName: string | null;
  /** The role assignment an active schedule stands for. */
  roleAssignmentId: string | null;
  createdAt: number;
  visibleAt: number;
  startsAt: number;
  endsAt: number | null;
}

export interface ScheduleRequest extends JsonObject {
  name: string;
  kind: ScheduleKind;
  scope: string;
  roleDefinitionId: string;
  principalId: string;
  principalType: string;
  requestType: string;
  status: string;
  justification: string | null;
  scheduleInfo: JsonObject;
  ticketInfo: JsonObject;
  requestorId: string;
  createdOn: string;
  targetScheduleId: string | null;
}

/** A long-running operation of a resource provider. */
export interface Operation extends JsonObject {
  /** `{guid}*{64 hexadecimal digits}` for Health Bot, an opaque token for resource groups. */
  name: string;
  kind: string;
  resourceId: string;
  region: string;
  startsAt: number;
  endsAt: number;
  done: boolean;
}

export interface ArmState {
  /** Signs status URLs; never leaves the sandbox. */
  readonly signingKey: string;
  readonly subscriptions: Record<string, Subscription>;
  readonly resourceGroups: Record<string, ResourceGroup>;
  readonly workspaces: Record<string, TrackedResource>;
  /** Soft-deleted workspaces: the same name brings the same workspace back. */
  readonly deletedWorkspaces: Record<string, { customerId: string; deletedAt: number }>;
  readonly components: Record<string, TrackedResource>;
  readonly healthBots: Record<string, TrackedResource>;
  readonly activityLogAlerts: Record<string, TrackedResource>;
  readonly actionGroups: Record<string, TrackedResource>;
  readonly diagnosticSettings: Record<string, JsonObject>;
  /** Exports of the tenant's own logs, by name. */
  readonly entraLogSettings: Record<string, JsonObject>;
  readonly policyAssignments: Record<string, JsonObject>;
  readonly locks: Record<string, JsonObject>;
  /** Custom roles by id. */
  readonly roleDefinitions: Record<string, CustomRole>;
  readonly roleAssignments: Record<string, RoleAssignment>;
  readonly roleSchedules: Record<string, RoleSchedule>;
  readonly scheduleRequests: Record<string, ScheduleRequest>;
  /** Rules that somebody changed, by policy id in lower case. */
  readonly roleManagementPolicies: Record<
    string,
    { rules: JsonObject[]; modifiedAt: string; modifiedBy: string }
  >;
  readonly operations: Record<string, Operation>;
}

export const OTHER_TENANT_ID = "99999999-0000-4000-8000-00000000c0de";

/** Providers that a new subscription does not have registered yet. */
const NOT_REGISTERED = ["microsoft.healthbot", "microsoft.insights", "microsoft.operationalinsights"];

const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const USER_ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";

/** A GUID that always comes out the same for the same words. */
export function stableGuid(...words: readonly string[]): string {
  const hex = createHash("sha256").update(words.join("\n")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Tables that begin empty. A new one belongs here: then states that were saved before it still open. */
function emptyTables(): Omit<ArmState, "signingKey" | "subscriptions" | "roleAssignments"> {
  return {
    resourceGroups: {},
    workspaces: {},
    deletedWorkspaces: {},
    components: {},
    healthBots: {},
    activityLogAlerts: {},
    actionGroups: {},
    diagnosticSettings: {},
    entraLogSettings: {},
    policyAssignments: {},
    locks: {},
    roleDefinitions: {},
    roleSchedules: {},
    scheduleRequests: {},
    roleManagementPolicies: {},
    operations: {},
  };
}

export function seedArm(world: World, tenantId: string, signingKey: string): ArmState {
  const subscriptions: Record<string, Subscription> = {};
  const roleAssignments: Record<string, RoleAssignment> = {};
  const since = world.now();
  const createdOn = world.iso();
  const grant = (subscriptionId: string, role: string, principalId: string, principalType: string): void => {
    const scope = `/subscriptions/${subscriptionId}`;
    const name = stableGuid("seed", scope, role, principalId);
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
    roleAssignments[id.toLowerCase()] = {
      id,
      name,
      scope,
      roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      principalId,
      principalType,
      description: null,
      condition: null,
      conditionVersion: null,
      createdOn,
      updatedOn: createdOn,
      createdBy: ADMIN_USER.id,
      updatedBy: ADMIN_USER.id,
      createdAt: 0,
      lagReads: 0,
      endsAt: null,
    };
  };
  for (const { id, displayName } of SUBSCRIPTIONS) {
    subscriptions[id] = {
      subscriptionId: id,
      displayName,
      tenantId,
      state: "Enabled",
      registrations: Object.fromEntries(
        NOT_REGISTERED.map((namespace) => [namespace, { state: "NotRegistered", since }]),
      ),
    };
    grant(id, OWNER, ADMIN_USER.id, "User");
    grant(id, CONTRIBUTOR, PIPELINE_APP.servicePrincipalId, "ServicePrincipal");
    // "PIM APIs" (Microsoft Entra) ask for Owner or User Access Administrator to make somebody eligible.
    grant(id, USER_ACCESS_ADMINISTRATOR, PIPELINE_APP.servicePrincipalId, "ServicePrincipal");
  }
  subscriptions[SUBSCRIPTION_OF_ANOTHER_TENANT] = {
    subscriptionId: SUBSCRIPTION_OF_ANOTHER_TENANT,
    displayName: "Somebody else's subscription",
    tenantId: OTHER_TENANT_ID,
    state: "Enabled",
    registrations: {},
  };
  return { signingKey, subscriptions, roleAssignments, ...emptyTables() };
}

/** The slice of this service; a table that a saved state does not have yet is added empty. */
export function armState(world: World): ArmState {
  const state = world.slice<Record<string, unknown>>("arm");
  for (const [name, table] of Object.entries(emptyTables())) state[name] ??= table;
  return state as unknown as ArmState;
}
