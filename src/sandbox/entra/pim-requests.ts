import type { Json, JsonObject, SandboxResponse } from "../exchange.ts";
import { durationMs } from "../iso-duration.ts";
import { DIRECTORY_ROLES } from "./directory-roles.ts";
import {
  directoryOf,
  liveObject,
  type PimArea,
  type PimKind,
  type PimSchedule,
  pimOf,
  sameText,
  textOf,
} from "./entra-state.ts";
import { bodyOf, GRAPH_ROOT, type GraphCall } from "./graph-call.ts";
import { badRequest, refuseGraph, requestDenied } from "./graph-errors.ts";
import { holdsDirectoryRole } from "./graph-permissions.ts";
import { type PolicySubject, rulesOf } from "./pim-policies.ts";
import { endSchedule, PIM_END, subjectMembers, takeEffect, visibleSchedules } from "./pim-schedules.ts";

/** A schedule is shown some time after its request was accepted; sandbox milliseconds, an assumption. */
const SCHEDULE_LAG_MS = 30_000;

const ACTIONS = new Set([
  "adminAssign",
  "adminUpdate",
  "adminRemove",
  "adminExtend",
  "adminRenew",
  "selfActivate",
  "selfDeactivate",
]);

interface Wish extends PolicySubject {
  readonly kind: PimKind;
  readonly action: string;
  readonly principalId: string;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly body: JsonObject;
}

const objectIn = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

function periodOf(body: JsonObject, now: number): { startsAt: number; endsAt: number | null } {
  const info = objectIn(body["scheduleInfo"]);
  const asked = Date.parse(textOf(info, "startDateTime"));
  const startsAt = Number.isNaN(asked) ? now : Math.max(asked, now);
  const expiration = objectIn(info["expiration"]);
  const type = textOf(expiration, "type").toLowerCase();
  if (type === "afterduration") {
    const length = durationMs(textOf(expiration, "duration"));
    if (length === undefined || length === 0)
      return refuseGraph(400, "InvalidScheduleInfo", "The duration of the schedule is not valid.");
    return { startsAt, endsAt: startsAt + length };
  }
  if (type === "afterdatetime") {
    const end = Date.parse(textOf(expiration, "endDateTime"));
    if (Number.isNaN(end) || end <= startsAt)
      return refuseGraph(400, "InvalidScheduleInfo", "The end of the schedule is not valid.");
    return { startsAt, endsAt: end };
  }
  return { startsAt, endsAt: null };
}

/** 404 with PIM's own words right after something was made (hashicorp/terraform-provider-azuread retries on them). */
function requireSubjects(call: GraphCall, area: PimArea, principalId: string, target: string): void {
  const { world } = call;
  const replicated = (id: string): boolean => {
    const object = liveObject(world, id);
    return object !== undefined && object.readableAt <= world.now();
  };
  if (!replicated(principalId)) refuseGraph(404, "SubjectNotFound", "The subject is not found.");
  const known =
    area === "group"
      ? liveObject(world, target, "group") !== undefined && replicated(target)
      : Object.values(DIRECTORY_ROLES).some(({ templateId }) => sameText(templateId, target));
  if (!known)
    refuseGraph(404, area === "group" ? "ResourceNotFound" : "RoleNotFound", "The resource is not found.");
}

function readWish(call: GraphCall, area: PimArea, kind: PimKind): Wish {
  const body = bodyOf(call);
  const action = textOf(body, "action");
  if (!ACTIONS.has(action)) return badRequest("Invalid value specified for property 'action'.");
  const principalId = textOf(body, "principalId");
  const target = textOf(body, area === "role" ? "roleDefinitionId" : "groupId");
  const within = area === "role" ? textOf(body, "directoryScopeId") : textOf(body, "accessId");
  if (area === "group" && within !== "member" && within !== "owner")
    return badRequest("Invalid value specified for property 'accessId'.");
  if (area === "role" && within === "") return badRequest("A directoryScopeId or appScopeId is required.");
  requireSubjects(call, area, principalId, target);
  return { area, kind, action, principalId, target, within, body, ...periodOf(body, call.world.now()) };
}

/** Administering takes a directory role, for a group ownership does as well; for oneself one asks without any. */
function requireAdministrator(call: GraphCall, wish: Wish): void {
  if (call.caller.kind !== "user" || wish.action.startsWith("self")) return;
  const owns =
    wish.area === "group" &&
    directoryOf(call.world).owners.some(
      ({ from, to }) => sameText(from, wish.target) && sameText(to, call.caller.objectId),
    );
  if (!owns && !holdsDirectoryRole(call.caller, [DIRECTORY_ROLES.privilegedRoleAdministrator]))
    requestDenied();
}

function requirePolicy(call: GraphCall, wish: Wish): void {
  const suffix = wish.action.startsWith("self")
    ? "EndUser_Assignment"
    : wish.kind === "eligibility"
      ? "Admin_Eligibility"
      : "Admin_Assignment";
  const rules = rulesOf(call.world, wish);
  const find = (name: string): JsonObject => rules.find(({ id }) => id === `${name}_${suffix}`) ?? {};
  const broken: string[] = [];
  const { isExpirationRequired, maximumDuration } = find("Expiration");
  const longest = durationMs(String(maximumDuration));
  const tooLong = wish.endsAt === null || (longest !== undefined && wish.endsAt - wish.startsAt > longest);
  if (isExpirationRequired === true && tooLong) broken.push("ExpirationRule");
  const enabled = find("Enablement")["enabledRules"];
  const needs = (name: string): boolean => Array.isArray(enabled) && enabled.includes(name);
  if (needs("Justification") && textOf(wish.body, "justification") === "") broken.push("JustificationRule");
  if (needs("Ticketing") && textOf(objectIn(wish.body["ticketInfo"]), "ticketNumber") === "")
    broken.push("TicketingRule");
  if (broken.length > 0) refuseBroken(broken);
}

function refuseBroken(rules: readonly string[]): never {
  return refuseGraph(
    400,
    "RoleAssignmentRequestPolicyValidationFailed",
    `The following policy rules failed: ${JSON.stringify(rules)}`,
  );
}

function standing(call: GraphCall, wish: Wish): PimSchedule | undefined {
  const now = call.world.now();
  return pimOf(call.world).schedules.find(
    (schedule) =>
      schedule.area === wish.area &&
      schedule.kind === wish.kind &&
      (schedule.endsAt === null || schedule.endsAt > now) &&
      sameText(schedule.target, wish.target) &&
      schedule.within === wish.within &&
      sameText(schedule.principalId, wish.principalId),
  );
}

function requireStanding(call: GraphCall, wish: Wish): PimSchedule {
  return (
    standing(call, wish) ??
    refuseGraph(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.")
  );
}

function add(call: GraphCall, wish: Wish, requestId: string): PimSchedule {
  if (standing(call, wish) !== undefined)
    refuseGraph(400, "RoleAssignmentExists", "The Role assignment already exists.");
  requirePolicy(call, wish);
  const { world } = call;
  const now = world.now();
  const schedule: PimSchedule = {
    id: wish.area === "role" ? requestId : `${wish.target}_${wish.within}_${requestId}`,
    area: wish.area,
    kind: wish.kind,
    principalId: wish.principalId,
    target: wish.target,
    within: wish.within,
    assignmentType: wish.action === "selfActivate" ? "Activated" : "Assigned",
    createdUsing: requestId,
    createdAt: now,
    visibleAt: now + SCHEDULE_LAG_MS,
    modifiedAt: null,
    startsAt: wish.startsAt,
    endsAt: wish.endsAt,
  };
  pimOf(world).schedules.push(schedule);
  takeEffect(world, schedule);
  if (schedule.endsAt !== null) world.schedule(schedule.endsAt - now, PIM_END, { id: schedule.id });
  return schedule;
}

/** Activating takes an eligibility of one's own. */
function requireEligibility(call: GraphCall, wish: Wish): void {
  const own = sameText(wish.principalId, call.caller.objectId);
  const eligible = visibleSchedules(call.world, wish.area, "eligibility").some(
    (schedule) =>
      sameText(schedule.principalId, wish.principalId) &&
      sameText(schedule.target, wish.target) &&
      schedule.within === wish.within,
  );
  if (!own || !eligible) refuseBroken(["EligibilityRule"]);
}

function carryOut(call: GraphCall, wish: Wish, requestId: string): PimSchedule {
  switch (wish.action) {
    case "selfActivate":
      requireEligibility(call, wish);
      return add(call, wish, requestId);
    case "adminAssign":
      return add(call, wish, requestId);
    case "adminRemove":
    case "selfDeactivate": {
      const schedule = requireStanding(call, wish);
      endSchedule(call.world, schedule);
      return schedule;
    }
    default: {
      const schedule = requireStanding(call, wish);
      requirePolicy(call, wish);
      schedule.startsAt = wish.startsAt;
      schedule.endsAt = wish.endsAt;
      schedule.modifiedAt = call.world.now();
      if (wish.endsAt !== null)
        call.world.schedule(wish.endsAt - call.world.now(), PIM_END, { id: schedule.id });
      return schedule;
    }
  }
}

/** `POST` of a schedule request; `isValidationOnly` runs the checks and changes nothing. */
export function postRequest(call: GraphCall, area: PimArea, kind: PimKind, context: string): SandboxResponse {
  const wish = readWish(call, area, kind);
  requireAdministrator(call, wish);
  const id = call.world.newId();
  const checkOnly = wish.body["isValidationOnly"] === true;
  if (checkOnly) {
    if (wish.action === "selfActivate") requireEligibility(call, wish);
    requirePolicy(call, wish);
  }
  const schedule = checkOnly ? undefined : carryOut(call, wish, id);
  const removed = wish.action === "adminRemove" || wish.action === "selfDeactivate";
  const value: JsonObject = {
    id,
    status: removed ? "Revoked" : checkOnly ? "Granted" : "Provisioned",
    createdDateTime: call.world.iso(),
    completedDateTime: call.world.iso(),
    approvalId: null,
    customData: null,
    createdBy: {
      application: null,
      device: null,
      user: { displayName: null, id: call.caller.objectId },
    },
    action: wish.action,
    ...subjectMembers(wish),
    isValidationOnly: checkOnly,
    targetScheduleId: schedule?.id ?? null,
    justification: wish.body["justification"] ?? null,
    scheduleInfo: removed ? null : (wish.body["scheduleInfo"] ?? null),
    ticketInfo: { ticketNumber: null, ticketSystem: null, ...objectIn(wish.body["ticketInfo"]) },
  };
  if (!checkOnly) pimOf(call.world).requests.push({ area, kind, value });
  return { status: 201, body: { "@odata.context": `${GRAPH_ROOT}/$metadata#${context}/$entity`, ...value } };
}
