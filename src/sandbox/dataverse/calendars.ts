import { dropRow, findRow, insertRow, rowsOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";

/**
 * Calendars: an outer calendar holds recurrence rules, each pointing at an inner calendar whose rules hold the times
 * ("Calendar entities", Power Apps developer guide; values as in the default calendar procedure and in exports by
 * DIGITALLNature/DigitallPower).
 */

/** Marks every weekly working-hours rule. */
export const WEEKLY_DESIGNATOR = "FC5769FC-4DE9-445D-8F4E-6E9869E60857";
export const OPEN_END = "9999-12-30T00:00:00Z";

export interface WorkPart {
  /** Minutes after local midnight. */
  readonly offset: number;
  /** Minutes. */
  readonly duration: number;
  readonly effort: number | null;
  readonly timecode: number;
  readonly subcode: number;
}

export interface WeeklyBlock {
  /** `MO,TU,…` */
  readonly days: string;
  readonly timeZoneCode: number;
  /** Moment in the first day (ms). */
  readonly from: number;
  readonly until?: string;
  readonly work: readonly WorkPart[];
  readonly varied?: boolean;
}

function midnight(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 10)}T00:00:00Z`;
}

export function createCalendar(session: Session, values: Row): Row {
  const root = rowsOf(session.organization, "businessunit").find(
    (unit) => (unit["_parentbusinessunitid_value"] ?? null) === null,
  );
  return insertRow(session, "calendar", {
    ...values,
    _businessunitid_value: textOf(root, "businessunitid"),
  });
}

export function rulesOf(session: Session, calendarId: string): Row[] {
  return rowsOf(session.organization, "calendarrule").filter(
    (rule) => rule["_calendarid_value"] === calendarId,
  );
}

/** The inner calendar that holds the times of a day. */
export function innerCalendar(session: Session, name: string | undefined, work: readonly WorkPart[]): Row {
  const inner = createCalendar(session, { type: -1, ...(name === undefined ? {} : { name }) });
  for (const part of work)
    insertRow(session, "calendarrule", {
      _calendarid_value: textOf(inner, "calendarid"),
      offset: part.offset,
      duration: part.duration,
      effort: part.effort,
      timecode: part.timecode,
      subcode: part.subcode,
      rank: 0,
      issimple: true,
      timezonecode: -1,
    });
  return inner;
}

export function weeklyRule(session: Session, calendarId: string, block: WeeklyBlock): Row {
  const inner = innerCalendar(session, undefined, block.work);
  return insertRow(session, "calendarrule", {
    _calendarid_value: calendarId,
    _innercalendarid_value: textOf(inner, "calendarid"),
    description: "Weekly Single Rule",
    pattern: `FREQ=WEEKLY;INTERVAL=1;BYDAY=${block.days}`,
    duration: 1440,
    rank: 2,
    timezonecode: block.timeZoneCode,
    starttime: midnight(block.from),
    effectiveintervalend: block.until ?? OPEN_END,
    groupdesignator: WEEKLY_DESIGNATOR,
    isvaried: block.varied ?? false,
    isselected: true,
  });
}

/** A single day: a time off, or a working day that differs from the week. */
export function singleDayRule(
  session: Session,
  calendarId: string,
  day: {
    readonly start: string;
    readonly end: string;
    readonly timeZoneCode: number;
    readonly name: string | undefined;
    readonly working: boolean;
    readonly work: readonly WorkPart[];
  },
): Row {
  const inner = innerCalendar(session, day.name, day.work);
  return insertRow(session, "calendarrule", {
    _calendarid_value: calendarId,
    _innercalendarid_value: textOf(inner, "calendarid"),
    pattern: "FREQ=DAILY;INTERVAL=1;COUNT=1",
    duration: 1440,
    rank: 0,
    extentcode: day.working ? 1 : 2,
    timezonecode: day.timeZoneCode,
    starttime: day.start,
    effectiveintervalend: day.end,
    isvaried: false,
    isselected: true,
  });
}

export function removeRule(session: Session, rule: Row): void {
  dropRow(session, "calendarrule", textOf(rule, "calendarruleid"));
  const innerId = textOf(rule, "_innercalendarid_value");
  const inner = findRow(session.organization, "calendar", innerId);
  if (inner === undefined || inner["type"] !== -1) return;
  deleteCalendarTree(session, innerId);
  dropRow(session, "calendar", innerId);
}

export function deleteCalendarTree(session: Session, calendarId: string): void {
  for (const rule of rulesOf(session, calendarId)) removeRule(session, rule);
}
