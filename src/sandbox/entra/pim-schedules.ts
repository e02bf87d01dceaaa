import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { directoryOf, type PimArea, type PimKind, type PimSchedule, pimOf, sameText } from "./entra-state.ts";

/** Name of the event that ends a schedule. */
export const PIM_END = "graph.pim-schedule-ends";

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** Schedules that have not ended and are shown by now. */
export function visibleSchedules(world: World, area: PimArea, kind: PimKind): PimSchedule[] {
  const now = world.now();
  return pimOf(world).schedules.filter(
    (schedule) =>
      schedule.area === area &&
      schedule.kind === kind &&
      schedule.visibleAt <= now &&
      (schedule.endsAt === null || schedule.endsAt > now),
  );
}

/** The members that say who is in what, in the words of roles or of groups. */
export function subjectMembers({
  area,
  principalId,
  target,
  within,
}: Pick<PimSchedule, "area" | "principalId" | "target" | "within">): JsonObject {
  return area === "role"
    ? { principalId, roleDefinitionId: target, directoryScopeId: within, appScopeId: null }
    : { principalId, groupId: target, accessId: within };
}

export function scheduleValue(schedule: PimSchedule): JsonObject {
  const { area, kind, startsAt, endsAt } = schedule;
  const assignmentType = area === "role" ? schedule.assignmentType : schedule.assignmentType.toLowerCase();
  return {
    id: schedule.id,
    ...subjectMembers(schedule),
    createdUsing: schedule.createdUsing,
    createdDateTime: iso(schedule.createdAt),
    modifiedDateTime: iso(schedule.modifiedAt),
    status: "Provisioned",
    memberType: area === "role" ? "Direct" : "direct",
    ...(kind === "assignment" ? { assignmentType } : {}),
    scheduleInfo: {
      startDateTime: iso(startsAt),
      recurrence: null,
      expiration: {
        type: endsAt === null ? "noExpiration" : "afterDateTime",
        endDateTime: iso(endsAt),
        duration: null,
      },
    },
  };
}

export function instanceValue(schedule: PimSchedule): JsonObject {
  const { area, kind } = schedule;
  const assignmentType = area === "role" ? schedule.assignmentType : schedule.assignmentType.toLowerCase();
  const role = kind === "eligibility" ? "roleEligibilityScheduleId" : "roleAssignmentScheduleId";
  const group = kind === "eligibility" ? "eligibilityScheduleId" : "assignmentScheduleId";
  return {
    id: `${schedule.id}_instance`,
    ...subjectMembers(schedule),
    memberType: area === "role" ? "Direct" : "direct",
    ...(kind === "assignment" ? { assignmentType } : {}),
    ...(area === "role" && kind === "assignment" ? { roleAssignmentOriginId: schedule.id } : {}),
    startDateTime: iso(schedule.startsAt),
    endDateTime: iso(schedule.endsAt),
    [area === "role" ? role : group]: schedule.id,
  };
}

/** An active schedule is a membership or a role assignment like any other while it lasts. */
export function takeEffect(world: World, schedule: PimSchedule): void {
  if (schedule.kind !== "assignment") return;
  const directory = directoryOf(world);
  if (schedule.area === "role") {
    directory.roleAssignments.push({
      id: schedule.id,
      principalId: schedule.principalId,
      roleDefinitionId: schedule.target,
      directoryScopeId: schedule.within,
    });
    return;
  }
  const links = schedule.within === "owner" ? directory.owners : directory.members;
  const { target, principalId } = schedule;
  if (!links.some(({ from, to }) => sameText(from, target) && sameText(to, principalId)))
    links.push({ from: target, to: principalId });
}

/** Takes a schedule away, with what it gave. */
export function endSchedule(world: World, schedule: PimSchedule): void {
  const { schedules } = pimOf(world);
  const at = schedules.indexOf(schedule);
  if (at < 0) return;
  schedules.splice(at, 1);
  if (schedule.kind !== "assignment") return;
  const directory = directoryOf(world);
  const remove = <T>(list: T[], matches: (entry: T) => boolean): void => {
    const found = list.findIndex(matches);
    if (found >= 0) list.splice(found, 1);
  };
  if (schedule.area === "role") remove(directory.roleAssignments, ({ id }) => id === schedule.id);
  else
    remove(
      schedule.within === "owner" ? directory.owners : directory.members,
      ({ from, to }) => sameText(from, schedule.target) && sameText(to, schedule.principalId),
    );
}

/** Handler of PIM_END: a schedule that was prolonged meanwhile stays. */
export function endWhenDue(payload: JsonObject, world: World): void {
  const schedule = pimOf(world).schedules.find(({ id }) => id === payload["id"]);
  if (schedule?.endsAt !== null && schedule !== undefined && schedule.endsAt <= world.now())
    endSchedule(world, schedule);
}
