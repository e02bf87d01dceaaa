import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type RoleSchedule, type ScheduleKind, type ScheduleRequest } from "./arm-state.ts";
import { type ArmCall, armRoute } from "./pipeline.ts";
import {
  activeSchedules,
  liveSchedules,
  NAMES,
  presentInstance,
  presentRequest,
  presentSchedule,
} from "./role-schedules.ts";
import { putScheduleRequest, validateScheduleRequest } from "./schedule-requests.ts";
import { matchesScopeFilter, parseScopeFilter } from "./scope-filter.ts";

const TYPE = "Microsoft.Authorization/roleManagement";

function requireRequest(call: ArmCall, kind: ScheduleKind): ScheduleRequest {
  const found = armState(call.world).scheduleRequests[`${kind}/${call.param("name")}`.toLowerCase()];
  if (found === undefined || found.scope.toLowerCase() !== call.scope().toLowerCase())
    return refuseArm(
      404,
      "RoleAssignmentRequestNotFound",
      `The request '${call.param("name")}' is not found.`,
    );
  return found;
}

function requireSchedule(
  call: ArmCall,
  schedules: readonly RoleSchedule[],
  by: "name" | "instanceName",
): RoleSchedule {
  const found = schedules.find((schedule) => schedule[by] === call.param("name").toLowerCase());
  if (found === undefined)
    return refuseArm(404, "RoleAssignmentScheduleNotFound", `'${call.param("name")}' is not found.`);
  return found;
}

function routesOf(kind: ScheduleKind): Route[] {
  const stem = NAMES[kind].stem.replace(/^R/, "r");
  const base = `/{scope*}/providers/Microsoft.Authorization/${stem}`;
  const at = (call: ArmCall): string => call.scope();
  const reading = (of: "Schedules" | "ScheduleInstances" | "ScheduleRequests"): string =>
    `Microsoft.Authorization/${stem}${of}/read`;
  const rows = (world: World): RoleSchedule[] =>
    kind === "assignment" ? activeSchedules(world) : liveSchedules(world, kind);
  const listOf = (
    call: ArmCall,
    present: (world: World, schedule: RoleSchedule, from: string) => JsonObject,
    started: boolean,
  ): SandboxResponse => {
    const filter = parseScopeFilter(call.request.query.get("$filter"));
    const value = rows(call.world)
      .filter(
        (schedule) =>
          (!started || schedule.startsAt <= call.world.now()) &&
          matchesScopeFilter(call.world, schedule, call.scope(), filter, call.caller.objectId),
      )
      .map((schedule) => present(call.world, schedule, call.scope()));
    return { status: 200, body: { value } };
  };
  return [
    armRoute({
      method: "PUT",
      template: `${base}ScheduleRequests/{name}`,
      type: TYPE,
      handle: (call) => putScheduleRequest(call, kind),
    }),
    armRoute({
      method: "POST",
      template: `${base}ScheduleRequests/{name}/validate`,
      type: TYPE,
      handle: (call) => validateScheduleRequest(call, kind),
    }),
    armRoute({
      method: "GET",
      template: `${base}ScheduleRequests/{name}`,
      type: TYPE,
      action: reading("ScheduleRequests"),
      at,
      handle: (call) => ({ status: 200, body: presentRequest(call.world, requireRequest(call, kind)) }),
    }),
    armRoute({
      method: "GET",
      template: `${base}ScheduleRequests`,
      type: TYPE,
      action: reading("ScheduleRequests"),
      at,
      handle: (call) => {
        const filter = parseScopeFilter(call.request.query.get("$filter"));
        const value = Object.values(armState(call.world).scheduleRequests)
          .filter(
            (request) =>
              request.kind === kind &&
              matchesScopeFilter(call.world, request, call.scope(), filter, call.caller.objectId),
          )
          .map((request) => presentRequest(call.world, request));
        return { status: 200, body: { value } };
      },
    }),
    armRoute({
      method: "GET",
      template: `${base}Schedules`,
      type: TYPE,
      action: reading("Schedules"),
      at,
      handle: (call) => listOf(call, presentSchedule, false),
    }),
    armRoute({
      method: "GET",
      template: `${base}Schedules/{name}`,
      type: TYPE,
      action: reading("Schedules"),
      at,
      handle: (call) => ({
        status: 200,
        body: presentSchedule(call.world, requireSchedule(call, rows(call.world), "name"), call.scope()),
      }),
    }),
    armRoute({
      method: "GET",
      template: `${base}ScheduleInstances`,
      type: TYPE,
      action: reading("ScheduleInstances"),
      at,
      handle: (call) => listOf(call, presentInstance, true),
    }),
    armRoute({
      method: "GET",
      template: `${base}ScheduleInstances/{name}`,
      type: TYPE,
      action: reading("ScheduleInstances"),
      at,
      handle: (call) => ({
        status: 200,
        body: presentInstance(
          call.world,
          requireSchedule(call, rows(call.world), "instanceName"),
          call.scope(),
        ),
      }),
    }),
  ];
}

/**
 * Privileged Identity Management for Azure resources (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2020-10-01/;
 * each kind of resource has a reading action of its own: MicrosoftDocs/azure-docs, "Azure permissions for Management and
 * governance", Microsoft.Authorization;
 * error codes: hashicorp/terraform-provider-azurerm:internal/services/authorization/pim_eligible_role_assignment_resource.go).
 */
export const PRIVILEGED_ACCESS_ROUTES: readonly Route[] = [
  ...routesOf("eligibility"),
  ...routesOf("assignment"),
];
