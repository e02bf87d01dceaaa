import type { Context } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import { WEEKDAYS, type Weekday } from "../../spec/model.ts";
import { rootBusinessUnit } from "../dataverse/organization.ts";
import {
  type DayGroup,
  dayGroups,
  type Interval,
  type WeeklyHours,
  weeklyHours,
  withoutBreaks,
} from "./weekly-hours.ts";

/**
 * Calendars of operating hours. An outer calendar holds recurrence rules, each of which points at an inner calendar
 * whose rules hold the times of a day. Sources: "Calendar entities" (Dataverse developer guide),
 * MicrosoftDocs/dynamics-365-customer-engagement:ce/field-service/field-service-work-hours-calendar-api.md
 * (msdyn_SaveCalendar), DIGITALLNature/DigitallPower:src/modules/dgt.power.import (rows).
 */

export interface CalendarReading {
  readonly hours: WeeklyHours;
  /** Time-zone codes of the weekly rules; one when all is well. */
  readonly timeZoneCodes: readonly number[];
  /** Inner calendars of the weekly rules. */
  readonly innerCalendarIds: readonly string[];
  /** Rules of a shape psc does not know: their hours cannot be told. */
  readonly unknown: readonly string[];
}

const CODES: Readonly<Record<Weekday, string>> = {
  mon: "MO",
  tue: "TU",
  wed: "WE",
  thu: "TH",
  fri: "FR",
  sat: "SA",
  sun: "SU",
};
/** The documented order of days in a recurrence. */
const SUNDAY_FIRST: readonly Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKLY_DESIGNATOR = "FC5769FC-4DE9-445D-8F4E-6E9869E60857";
const OPEN_END = "9999-12-30T00:00:00Z";
const WORK = 0;
const BREAK = 4;
const UNAVAILABLE = 2;

const RULE_COLUMNS = [
  "calendarruleid",
  "pattern",
  "starttime",
  "effectiveintervalstart",
  "effectiveintervalend",
  "timezonecode",
  "offset",
  "duration",
  "timecode",
  "subcode",
  "_innercalendarid_value",
];

/** One calendar per request: a query over calendars answers with empty rules. */
async function rulesOf(client: Dataverse, calendarId: string): Promise<readonly Row[] | undefined> {
  const row = await client.get(`calendars(${calendarId})`, {
    select: ["calendarid"],
    expand: `calendar_calendar_rules($select=${RULE_COLUMNS.join(",")})`,
  });
  return row === undefined ? undefined : rowsAt(row, "calendar_calendar_rules");
}

function daysOf(pattern: string): Weekday[] {
  const codes = /BYDAY=([A-Z,]+)/.exec(pattern)?.[1]?.split(",") ?? [];
  return WEEKDAYS.filter((day) => codes.includes(CODES[day]));
}

/** A weekly rule that was replaced ends in the past. */
function isOver(rule: Row, now: number): boolean {
  const end = Date.parse(textAt(rule, "effectiveintervalend"));
  return !Number.isNaN(end) && end <= now;
}

async function leafIntervals(client: Dataverse, innerId: string): Promise<Interval[]> {
  const leaves = (await rulesOf(client, innerId)) ?? [];
  const part = (wanted: (leaf: Row) => boolean): Interval[] =>
    leaves.filter(wanted).map((leaf) => {
      const start = numberAt(leaf, "offset") ?? 0;
      return { start, end: start + (numberAt(leaf, "duration") ?? 0) };
    });
  return withoutBreaks(
    part((leaf) => numberAt(leaf, "timecode") === WORK),
    part((leaf) => numberAt(leaf, "timecode") === UNAVAILABLE && numberAt(leaf, "subcode") === BREAK),
  );
}

/** Reads the weekly hours of a calendar. Holidays and single days are nobody's business here. */
export async function readCalendar(
  client: Dataverse,
  calendarId: string,
  now: number,
): Promise<CalendarReading | undefined> {
  const rules = await rulesOf(client, calendarId);
  if (rules === undefined) return undefined;
  const weekly = rules.filter(
    (rule) => textAt(rule, "pattern").startsWith("FREQ=WEEKLY") && !isOver(rule, now),
  );
  const unknown = rules.filter((rule) => {
    const pattern = textAt(rule, "pattern");
    const singleDay = pattern.startsWith("FREQ=DAILY") && pattern.includes("COUNT=1");
    const everyWeek = /^FREQ=WEEKLY;(INTERVAL=1;)?BYDAY=/.test(pattern);
    return !isOver(rule, now) && !everyWeek && !singleDay && !pattern.startsWith("FREQ=YEARLY");
  });
  const groups: DayGroup[] = await Promise.all(
    weekly.map(async (rule) => ({
      days: daysOf(textAt(rule, "pattern")),
      intervals: await leafIntervals(client, textAt(rule, "_innercalendarid_value")),
    })),
  );
  return {
    hours: weeklyHours(groups),
    timeZoneCodes: [...new Set(weekly.map((rule) => numberAt(rule, "timezonecode") ?? -1))],
    innerCalendarIds: weekly.map((rule) => textAt(rule, "_innercalendarid_value")),
    unknown: unknown.map((rule) => textAt(rule, "pattern") || textAt(rule, "calendarruleid")),
  };
}

function recurrence(days: readonly Weekday[]): string {
  const codes = SUNDAY_FIRST.filter((day) => days.includes(day)).map((day) => CODES[day]);
  return `FREQ=WEEKLY;INTERVAL=1;BYDAY=${codes.join(",")}`;
}

/** Local date of the first day of the recurrence; the actions read times as local times of the zone. */
function firstDay(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

function localTime(day: string, minutes: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + minutes * 60_000).toISOString();
}

const ENTITY = "msdyn_operatinghour";

/**
 * Writes weekly hours by the documented calendar actions.
 * @returns false when the organisation does not have the actions or refuses them for operating hours. That it accepts
 * `msdyn_operatinghour` is an assumption: the documentation names four other tables.
 */
export async function saveByActions(
  client: Dataverse,
  calendarId: string,
  present: CalendarReading,
  hours: WeeklyHours,
  timeZoneCode: number,
  context: Context,
): Promise<boolean> {
  const action = async (name: string, info: Row): Promise<boolean> => {
    try {
      const answer = await client.callAction(name, {
        CalendarEventInfo: JSON.stringify({ EntityLogicalName: ENTITY, CalendarId: calendarId, ...info }),
      });
      return answer !== undefined;
    } catch (error) {
      if (isServiceError(error, 400) && /not enabled for/i.test(error.refusal.serviceMessage)) return false;
      throw error;
    }
  };
  const groups = dayGroups(hours);
  const day = firstDay(context.clock.now());
  const body = ({ days, intervals }: DayGroup): Row => ({
    TimeZoneCode: timeZoneCode,
    ObserveClosure: false,
    RulesAndRecurrences: [
      {
        Rules: intervals.map(({ start, end }) => ({
          StartTime: localTime(day, start),
          EndTime: localTime(day, end),
          WorkHourType: 0,
          Effort: 1,
        })),
        RecurrencePattern: recurrence(days),
      },
    ],
  });
  for (const innerId of present.innerCalendarIds) {
    if (!(await action("msdyn_DeleteCalendar", { InnerCalendarId: innerId, IsVaried: false }))) return false;
  }
  for (const group of groups) if (!(await action("msdyn_SaveCalendar", body(group)))) return false;
  return true;
}

/** Writes a new calendar as rows and returns its id: rules of a calendar can only be written together with it. */
export async function createCalendar(
  client: Dataverse,
  name: string,
  hours: WeeklyHours,
  timeZoneCode: number,
  context: Context,
): Promise<string> {
  const start = `${firstDay(context.clock.now())}T00:00:00Z`;
  return client.create("calendars", {
    name: `${name} (psc)`,
    type: 1,
    ...(await client.lookup(
      "calendar",
      "businessunitid",
      "businessunit",
      (
        await rootBusinessUnit(client)
      ).id,
    )),
    calendar_calendar_rules: dayGroups(hours).map(({ days, intervals }) => ({
      name: "Weekly",
      description: "Weekly Single Rule",
      pattern: recurrence(days),
      duration: 1440,
      rank: 2,
      timezonecode: timeZoneCode,
      starttime: start,
      effectiveintervalend: OPEN_END,
      groupdesignator: WEEKLY_DESIGNATOR,
      isvaried: false,
      isselected: true,
      innercalendarid: {
        type: -1,
        calendar_calendar_rules: intervals.map((interval) => ({
          offset: interval.start,
          duration: interval.end - interval.start,
          timecode: 0,
          subcode: 1,
          effort: 1,
          rank: 0,
          issimple: true,
          timezonecode: -1,
        })),
      },
    })),
  });
}
