import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { durationMs } from "../iso-duration.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type RoleSchedule, type ScheduleKind, type ScheduleRequest } from "./arm-state.ts";
import { authorize, reaches } from "./authorization.ts";
import type { RoleDefinition } from "./built-in-roles.ts";
import { type ArmCall, bodyOf, objectIn, subscriptionIn } from "./pipeline.ts";
import { addAssignment, findSame, knownPrincipal, principalTypeOf, requireRole } from "./role-assignments.ts";
import { rulesOf } from "./role-management-policies.ts";
import { liveSchedules, presentRequest } from "./role-schedules.ts";
import { isWithin } from "./scopes.ts";
import { requireScope } from "./tracked-resources.ts";

/** A schedule appears some time after its request was accepted; sandbox milliseconds. */
const SCHEDULE_LAG_MS = 30_000;
/** Nothing is taken back sooner than this after it was given. */
const SHORTEST_MS = 5 * 60_000;

/** Operations of Microsoft.Authorization in "Azure permissions for Management and governance" (learn.microsoft.com). */
const ADMINISTER: Readonly<Record<ScheduleKind, string>> = {
  eligibility: "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
  assignment: "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
};

interface Wish {
  readonly kind: ScheduleKind;
  readonly scope: string;
  readonly role: RoleDefinition;
  readonly roleDefinitionId: string;
  readonly principalId: string;
  readonly principalType: string;
  readonly requestType: string;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly body: JsonObject;
}

/** Start and end that `scheduleInfo` asks for. */
function periodOf(info: JsonObject, now: number): { startsAt: number; endsAt: number | null } {
  const start = typeof info["startDateTime"] === "string" ? Date.parse(info["startDateTime"]) : now;
  const startsAt = Math.max(Number.isNaN(start) ? now : start, now);
  const expiration = objectIn(info["expiration"]);
  const type = String(expiration["type"] ?? "NoExpiration");
  if (type === "AfterDuration") {
    const length = durationMs(String(expiration["duration"]));
    if (length === undefined || length === 0)
      return refuseArm(400, "InvalidScheduleInfo", "The duration of the schedule is not valid.");
    return { startsAt, endsAt: startsAt + length };
  }
  if (type === "AfterDateTime") {
    const end = Date.parse(String(expiration["endDateTime"]));
    if (Number.isNaN(end) || end <= startsAt)
      return refuseArm(400, "InvalidScheduleInfo", "The end of the schedule is not valid.");
    return { startsAt, endsAt: end };
  }
  return { startsAt, endsAt: null };
}

/**
 * Reads and checks a request's body as far as it does not depend on what exists. Administering takes an action that
 * Owner and User Access Administrator have and Role Based Access Control Administrator has not ("Privileged Identity
 * Management APIs", learn.microsoft.com); for oneself one asks without any.
 */
function readWish(call: ArmCall, kind: ScheduleKind): Wish {
  const scope = call.scope();
  const body = objectIn(bodyOf(call)["properties"]);
  if (!String(body["requestType"] ?? "").startsWith("Self"))
    authorize(call.world, call.caller, ADMINISTER[kind], scope);
  requireScope(call.world, scope);
  const roleDefinitionId = String(body["roleDefinitionId"] ?? "");
  const role = requireRole(call.world, roleDefinitionId);
  const subscription = subscriptionIn(scope);
  if (
    subscription !== undefined &&
    subscriptionIn(roleDefinitionId)?.toLowerCase() !== subscription.toLowerCase()
  )
    refuseArm(
      400,
      "ScopeDoesNotMatchRoleDefinition",
      `The scope '${scope}' does not match the role definition '${roleDefinitionId}'.`,
    );
  const principalId = String(body["principalId"] ?? "");
  const principal = knownPrincipal(call.world, principalId, true);
  if (principal === undefined)
    return refuseArm(400, "SubjectNotFound", `The subject '${principalId}' is not found.`);
  return {
    kind,
    scope,
    role,
    roleDefinitionId,
    principalId,
    principalType: principalTypeOf(principal),
    requestType: String(body["requestType"] ?? ""),
    ...periodOf(objectIn(body["scheduleInfo"]), call.world.now()),
    body,
  };
}

/** Names the policy's rules that a request breaks; the wording is reported in MicrosoftDocs/azure-docs issue 80426. */
function requirePolicy(world: World, wish: Wish): void {
  const self = wish.requestType.startsWith("Self");
  const suffix = self
    ? "EndUser_Assignment"
    : wish.kind === "eligibility"
      ? "Admin_Eligibility"
      : "Admin_Assignment";
  const rules = rulesOf(world, wish.scope, wish.role);
  const find = (name: string): JsonObject => rules.find((rule) => rule["id"] === `${name}_${suffix}`) ?? {};
  const broken: string[] = [];
  const expiration = find("Expiration");
  const longest = durationMs(String(expiration["maximumDuration"]));
  if (wish.endsAt === null) {
    if (expiration["isExpirationRequired"] === true) broken.push("ExpirationRule");
  } else if (
    expiration["isExpirationRequired"] === true &&
    longest !== undefined &&
    wish.endsAt - wish.startsAt > longest
  )
    broken.push("ExpirationRule");
  const enablement = find("Enablement")["enabledRules"];
  const enabled = Array.isArray(enablement) ? enablement : [];
  const justification = wish.body["justification"];
  if (enabled.includes("Justification") && (typeof justification !== "string" || justification === ""))
    broken.push("JustificationRule");
  if (enabled.includes("Ticketing") && !objectIn(wish.body["ticketInfo"])["ticketNumber"])
    broken.push("TicketingRule");
  if (broken.length > 0)
    refuseArm(
      400,
      "RoleAssignmentRequestPolicyValidationFailed",
      `The following policy rules failed: ${JSON.stringify(broken)}`,
    );
}

function matching(world: World, wish: Wish): RoleSchedule | undefined {
  const now = world.now();
  return Object.values(armState(world).roleSchedules).find(
    (schedule) =>
      schedule.kind === wish.kind &&
      (schedule.endsAt === null || schedule.endsAt > now) &&
      schedule.scope.toLowerCase() === wish.scope.toLowerCase() &&
      schedule.principalId.toLowerCase() === wish.principalId.toLowerCase() &&
      schedule.roleDefinitionId.split("/").at(-1)?.toLowerCase() === wish.role.id,
  );
}

function refuseDuplicate(world: World, wish: Wish): void {
  const standing =
    wish.kind === "assignment" ? findSame(world, wish.scope, wish.role.id, wish.principalId) : undefined;
  if (matching(world, wish) !== undefined || standing !== undefined)
    refuseArm(400, "RoleAssignmentExists", "The Role assignment already exists.");
}

function addSchedule(call: ArmCall, wish: Wish, requestName: string, linked: string | null): RoleSchedule {
  const { world } = call;
  const now = world.now();
  const name = world.newId();
  const assignment =
    wish.kind === "assignment"
      ? addAssignment(world, { ...wish, name: world.newId(), by: call.caller.objectId })
      : undefined;
  const schedule: RoleSchedule = {
    name,
    kind: wish.kind,
    scope: wish.scope,
    roleDefinitionId: wish.roleDefinitionId,
    principalId: wish.principalId,
    principalType: wish.principalType,
    requestName,
    instanceName: world.newId(),
    assignmentType: linked === null ? "Assigned" : "Activated",
    linkedEligibilityName: linked,
    roleAssignmentId: assignment?.id ?? null,
    createdAt: now,
    visibleAt: now + SCHEDULE_LAG_MS,
    startsAt: wish.startsAt,
    endsAt: wish.endsAt,
  };
  armState(world).roleSchedules[`${wish.kind}/${name}`] = schedule;
  return schedule;
}

function removeSchedule(world: World, wish: Wish): RoleSchedule {
  const schedule = matching(world, wish);
  if (schedule === undefined)
    return refuseArm(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
  if (schedule.createdAt + SHORTEST_MS > world.now())
    refuseArm(
      400,
      "ActiveDurationTooShort",
      "The active duration is too short: it must be at least 5 minutes.",
    );
  delete armState(world).roleSchedules[`${schedule.kind}/${schedule.name}`];
  if (schedule.roleAssignmentId !== null)
    delete armState(world).roleAssignments[schedule.roleAssignmentId.toLowerCase()];
  return schedule;
}

function extendSchedule(world: World, wish: Wish): RoleSchedule {
  const schedule = matching(world, wish);
  if (schedule === undefined)
    return refuseArm(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
  requirePolicy(world, wish);
  schedule.startsAt = wish.startsAt;
  schedule.endsAt = wish.endsAt;
  const assignment = armState(world).roleAssignments[schedule.roleAssignmentId?.toLowerCase() ?? ""];
  if (assignment !== undefined) assignment.endsAt = wish.endsAt;
  return schedule;
}

/** The eligibility a person activates: their own, or that of a group they are in. */
function requireEligibility(call: ArmCall, wish: Wish): RoleSchedule {
  const found = liveSchedules(call.world, "eligibility").find(
    (schedule) =>
      isWithin(wish.scope, schedule.scope) &&
      schedule.roleDefinitionId.split("/").at(-1)?.toLowerCase() === wish.role.id &&
      reaches(call.world, schedule.principalId, call.caller.objectId),
  );
  if (found === undefined || wish.principalId.toLowerCase() !== call.caller.objectId.toLowerCase())
    return refuseArm(
      400,
      "RoleAssignmentRequestPolicyValidationFailed",
      `The following policy rules failed: ${JSON.stringify(["EligibilityRule"])}`,
    );
  return found;
}

/** Does what the request asks; answers the schedule it made or changed. */
function carryOut(call: ArmCall, wish: Wish, requestName: string): RoleSchedule {
  const { world } = call;
  switch (wish.requestType) {
    case "AdminAssign":
      refuseDuplicate(world, wish);
      requirePolicy(world, wish);
      return addSchedule(call, wish, requestName, null);
    case "AdminUpdate":
    case "AdminExtend":
    case "AdminRenew":
      return extendSchedule(world, wish);
    case "AdminRemove":
    case "SelfDeactivate":
      return removeSchedule(world, wish);
    case "SelfActivate": {
      const eligibility = requireEligibility(call, wish);
      refuseDuplicate(world, wish);
      requirePolicy(world, wish);
      return addSchedule(call, wish, requestName, eligibility.name);
    }
    default:
      return refuseArm(400, "InvalidRequestType", `The request type '${wish.requestType}' is not supported.`);
  }
}

function requestOf(
  call: ArmCall,
  wish: Wish,
  status: string,
  targetScheduleId: string | null,
): ScheduleRequest {
  const { body } = wish;
  return {
    name: call.param("name"),
    kind: wish.kind,
    scope: wish.scope,
    roleDefinitionId: wish.roleDefinitionId,
    principalId: wish.principalId,
    principalType: wish.principalType,
    requestType: wish.requestType,
    status,
    justification: typeof body["justification"] === "string" ? body["justification"] : null,
    scheduleInfo: {
      startDateTime: new Date(wish.startsAt).toISOString(),
      expiration: { type: "NoExpiration", ...objectIn(objectIn(body["scheduleInfo"])["expiration"]) },
    },
    ticketInfo: { ticketNumber: null, ticketSystem: null, ...objectIn(body["ticketInfo"]) },
    requestorId: call.caller.objectId,
    createdOn: call.world.iso(),
    targetScheduleId,
  };
}

/** `PUT` of a request: `AdminAssign`, `AdminRemove`, `SelfActivate` and their relatives. */
export function putScheduleRequest(call: ArmCall, kind: ScheduleKind): SandboxResponse {
  const name = call.param("name");
  const requests = armState(call.world).scheduleRequests;
  const key = `${kind}/${name}`.toLowerCase();
  if (requests[key] !== undefined)
    refuseArm(409, "RoleAssignmentRequestExists", `The request '${name}' already exists.`);
  const wish = readWish(call, kind);
  const schedule = carryOut(call, wish, name);
  const removed = wish.requestType === "AdminRemove" || wish.requestType === "SelfDeactivate";
  const request = requestOf(call, wish, removed ? "Revoked" : "Provisioned", schedule.name);
  requests[key] = request;
  return { status: 201, body: presentRequest(call.world, request) };
}

/** `POST …/validate`: the checks of an assignment without the assignment. */
export function validateScheduleRequest(call: ArmCall, kind: ScheduleKind): SandboxResponse {
  const wish = readWish(call, kind);
  refuseDuplicate(call.world, wish);
  requirePolicy(call.world, wish);
  return { status: 200, body: presentRequest(call.world, requestOf(call, wish, "Provisioned", null)) };
}
