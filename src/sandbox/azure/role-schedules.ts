import { findPrincipal } from "../entra/directory.ts";
import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import {
  armState,
  type RoleSchedule,
  type ScheduleKind,
  type ScheduleRequest,
  stableGuid,
} from "./arm-state.ts";
import { isInForce } from "./authorization.ts";
import { subscriptionIn } from "./pipeline.ts";
import { findCustomRole, findRole } from "./roles.ts";

/** ARM's names for the resources of one kind of schedule. */
export const NAMES: Readonly<Record<ScheduleKind, { readonly stem: string; readonly target: string }>> = {
  eligibility: { stem: "RoleEligibility", target: "targetRoleEligibilityScheduleId" },
  assignment: { stem: "RoleAssignment", target: "targetRoleAssignmentScheduleId" },
};

/** `{id, displayName, type}` of a scope, as PIM describes it in expanded properties. */
export function describeScope(world: World, scope: string): JsonObject {
  const segments = scope.split("/");
  const subscription = armState(world).subscriptions[subscriptionIn(scope)?.toLowerCase() ?? ""];
  const isSubscription = segments.length === 3;
  const isGroup = segments.length === 5;
  return {
    id: scope,
    displayName: isSubscription ? (subscription?.displayName ?? "") : (segments.at(-1) ?? ""),
    type: isSubscription ? "subscription" : isGroup ? "resourcegroup" : "resource",
  };
}

interface Expandable {
  readonly scope: string;
  readonly roleDefinitionId: string;
  readonly principalId: string;
  readonly principalType: string;
}

function expandedProperties(world: World, row: Expandable): JsonObject {
  const principal = findPrincipal(world, row.principalId);
  return {
    scope: describeScope(world, row.scope),
    roleDefinition: {
      id: row.roleDefinitionId,
      displayName: findRole(world, row.roleDefinitionId)?.roleName ?? null,
      type: findCustomRole(world, row.roleDefinitionId) === undefined ? "BuiltInRole" : "CustomRole",
    },
    principal: {
      id: row.principalId,
      displayName: principal?.displayName ?? null,
      email: principal?.userPrincipalName ?? null,
      type: row.principalType,
    },
  };
}

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

export function presentRequest(world: World, request: ScheduleRequest): JsonObject {
  const { stem, target } = NAMES[request.kind];
  return {
    properties: {
      [target]: request.targetScheduleId,
      [`${target.slice(0, -2)}InstanceId`]: null,
      scope: request.scope,
      roleDefinitionId: request.roleDefinitionId,
      principalId: request.principalId,
      principalType: request.principalType,
      requestType: request.requestType,
      status: request.status,
      approvalId: null,
      scheduleInfo: request.scheduleInfo,
      ticketInfo: request.ticketInfo,
      justification: request.justification,
      requestorId: request.requestorId,
      createdOn: request.createdOn,
      expandedProperties: expandedProperties(world, request),
    },
    id: `${request.scope}/providers/Microsoft.Authorization/${stem}ScheduleRequests/${request.name}`,
    type: `Microsoft.Authorization/${stem}ScheduleRequests`,
    name: request.name,
  };
}

function common(world: World, schedule: RoleSchedule, memberType: string): JsonObject {
  return {
    scope: schedule.scope,
    roleDefinitionId: schedule.roleDefinitionId,
    principalId: schedule.principalId,
    principalType: schedule.principalType,
    status: "Provisioned",
    startDateTime: time(schedule.startsAt),
    endDateTime: time(schedule.endsAt),
    memberType,
    createdOn: time(schedule.createdAt),
    condition: null,
    conditionVersion: null,
    expandedProperties: expandedProperties(world, schedule),
    ...(schedule.kind === "assignment" ? { assignmentType: schedule.assignmentType } : {}),
  };
}

/** Inherited when it is looked at from below the scope it was made at. */
function memberTypeAt(row: Expandable, scope: string): string {
  return row.scope.toLowerCase() === scope.toLowerCase() ? "Direct" : "Inherited";
}

export function presentSchedule(world: World, schedule: RoleSchedule, from: string): JsonObject {
  const { stem } = NAMES[schedule.kind];
  const base = `${schedule.scope}/providers/Microsoft.Authorization`;
  return {
    properties: {
      ...common(world, schedule, memberTypeAt(schedule, from)),
      [`${stem[0]?.toLowerCase()}${stem.slice(1)}ScheduleRequestId`]: `${base}/${stem}ScheduleRequests/${schedule.requestName}`,
      updatedOn: time(schedule.createdAt),
    },
    id: `${base}/${stem}Schedules/${schedule.name}`,
    type: `Microsoft.Authorization/${stem}Schedules`,
    name: schedule.name,
  };
}

export function presentInstance(world: World, schedule: RoleSchedule, from: string): JsonObject {
  const { stem } = NAMES[schedule.kind];
  const base = `${schedule.scope}/providers/Microsoft.Authorization`;
  return {
    properties: {
      ...common(world, schedule, memberTypeAt(schedule, from)),
      [`${stem[0]?.toLowerCase()}${stem.slice(1)}ScheduleId`]: `${base}/${stem}Schedules/${schedule.name}`,
      ...(schedule.kind === "assignment"
        ? {
            originRoleAssignmentId: schedule.roleAssignmentId,
            linkedRoleEligibilityScheduleId: schedule.linkedEligibilityName,
          }
        : {}),
    },
    id: `${base}/${stem}ScheduleInstances/${schedule.instanceName}`,
    type: `Microsoft.Authorization/${stem}ScheduleInstances`,
    name: schedule.instanceName,
  };
}

/** Schedules that are visible and not over. */
export function liveSchedules(world: World, kind: ScheduleKind): RoleSchedule[] {
  const now = world.now();
  return Object.values(armState(world).roleSchedules).filter(
    (schedule) =>
      schedule.kind === kind &&
      schedule.visibleAt <= now &&
      (schedule.endsAt === null || schedule.endsAt > now),
  );
}

/**
 * What PIM lists as active: its own schedules and every plain role assignment, which it shows as `Assigned` without an
 * end (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2020-10-01/examples/GetRoleAssignmentScheduleInstancesByScope.json).
 */
export function activeSchedules(world: World): RoleSchedule[] {
  const own = liveSchedules(world, "assignment");
  const covered = new Set(
    Object.values(armState(world).roleSchedules)
      .map((schedule) => schedule.roleAssignmentId?.toLowerCase())
      .filter((id) => id !== undefined),
  );
  const standing = Object.values(armState(world).roleAssignments)
    .filter((assignment) => isInForce(world, assignment) && !covered.has(assignment.id.toLowerCase()))
    .map((assignment): RoleSchedule => {
      const name = stableGuid("standing", assignment.id.toLowerCase());
      const since = Date.parse(assignment.createdOn);
      return {
        name,
        kind: "assignment",
        scope: assignment.scope,
        roleDefinitionId: assignment.roleDefinitionId,
        principalId: assignment.principalId,
        principalType: assignment.principalType,
        requestName: name,
        instanceName: assignment.name,
        assignmentType: "Assigned",
        linkedEligibilityName: null,
        roleAssignmentId: assignment.id,
        createdAt: since,
        visibleAt: since,
        startsAt: since,
        endsAt: null,
      };
    });
  return [...own, ...standing];
}
