import { rulesOf } from "../dataverse/calendars.ts";
import { findRow, textOf } from "../dataverse/rows.ts";
import type { Session } from "../dataverse/session.ts";
import type { Row } from "../dataverse/state.ts";
import { TIME_ZONES } from "../dataverse/time-zones.ts";

/**
 * Whether operating hours are open. A week's rule points at an inner calendar with minutes of the day; a single day
 * overrides it ("Calendar entities", Power Apps developer guide). Rows without operating hours are always open
 * ("Create and manage operating hours", Customer Service administration guide).
 */

/** Zones by Windows name (Unicode CLDR, supplemental data windowsZones); only those with daylight saving matter. */
const IANA: Readonly<Record<string, string>> = {
  "Hawaiian Standard Time": "Pacific/Honolulu",
  "Alaskan Standard Time": "America/Anchorage",
  "Pacific Standard Time": "America/Los_Angeles",
  "Mountain Standard Time": "America/Denver",
  "US Mountain Standard Time": "America/Phoenix",
  "Central Standard Time": "America/Chicago",
  "Eastern Standard Time": "America/New_York",
  "US Eastern Standard Time": "America/Indiana/Indianapolis",
  "Atlantic Standard Time": "America/Halifax",
  "Newfoundland Standard Time": "America/St_Johns",
  "Azores Standard Time": "Atlantic/Azores",
  "GMT Standard Time": "Europe/London",
  "Central Europe Standard Time": "Europe/Budapest",
  "Central European Standard Time": "Europe/Warsaw",
  "Romance Standard Time": "Europe/Paris",
  "W. Europe Standard Time": "Europe/Berlin",
  "Egypt Standard Time": "Africa/Cairo",
  "FLE Standard Time": "Europe/Kyiv",
  "GTB Standard Time": "Europe/Bucharest",
  "Israel Standard Time": "Asia/Jerusalem",
  "Cen. Australia Standard Time": "Australia/Adelaide",
  "AUS Eastern Standard Time": "Australia/Sydney",
  "New Zealand Standard Time": "Pacific/Auckland",
};

const DAY_MS = 86_400_000;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"] as const;

/** The wall clock of a zone as if it were UTC. */
function localTime(at: number, timeZoneCode: unknown): number {
  const zone = TIME_ZONES.find(([code]) => code === timeZoneCode);
  const [, name = "UTC", bias = 0] = zone ?? [];
  const iana = IANA[name];
  if (iana === undefined) return at - bias * 60_000;
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: iana,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((candidate) => candidate.type === type)?.value ?? 0);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

function worksAt(session: Session, rule: Row, minute: number): boolean {
  const leaves = rulesOf(session, textOf(rule, "_innercalendarid_value")).filter((leaf) => {
    const offset = Number(leaf["offset"] ?? 0);
    return offset <= minute && minute < offset + Number(leaf["duration"] ?? 0);
  });
  return leaves.length > 0 && leaves.every((leaf) => Number(leaf["timecode"] ?? 0) === 0);
}

const moment = (rule: Row, property: string, otherwise: number): number => {
  const value = Date.parse(textOf(rule, property));
  return Number.isNaN(value) ? otherwise : value;
};

function calendarIsOpen(session: Session, calendar: Row, at: number): boolean {
  const own = rulesOf(session, textOf(calendar, "calendarid"));
  const holidays = rulesOf(session, textOf(calendar, "_holidayschedulecalendarid_value"));
  const zone = own.find((rule) => textOf(rule, "pattern").startsWith("FREQ=WEEKLY"))?.["timezonecode"];
  const dayOf = (rule: Row): boolean => {
    const local = localTime(at, Number(rule["timezonecode"] ?? -1) >= 0 ? rule["timezonecode"] : zone);
    const start = moment(rule, "starttime", Number.NaN);
    return local >= start && local < moment(rule, "effectiveintervalend", start + DAY_MS);
  };
  const single = own.find((rule) => textOf(rule, "pattern").startsWith("FREQ=DAILY") && dayOf(rule));
  if (single !== undefined) {
    const local = localTime(at, single["timezonecode"]);
    return single["extentcode"] !== 2 && worksAt(session, single, Math.floor((local % DAY_MS) / 60_000));
  }
  if (holidays.some(dayOf)) return false;
  return own.some((rule) => {
    const pattern = textOf(rule, "pattern");
    if (!pattern.startsWith("FREQ=WEEKLY")) return false;
    const local = localTime(at, rule["timezonecode"]);
    const days = /BYDAY=([A-Z,]+)/.exec(pattern)?.[1]?.split(",") ?? [];
    const today = WEEKDAYS[new Date(local).getUTCDay()] ?? "";
    const inForce =
      local >= moment(rule, "starttime", 0) && local < moment(rule, "effectiveintervalend", Infinity);
    return days.includes(today) && inForce && worksAt(session, rule, Math.floor((local % DAY_MS) / 60_000));
  });
}

/** Whether a widget or queue is within its operating hours at this moment of the sandbox's clock. */
export function isWithinOperatingHours(session: Session, owner: Row): boolean {
  const hour = findRow(
    session.organization,
    "msdyn_operatinghour",
    textOf(owner, "_msdyn_operatinghourid_value"),
  );
  const calendar = findRow(session.organization, "calendar", textOf(hour, "msdyn_calendarid"));
  return calendar === undefined || calendarIsOpen(session, calendar, session.world.now());
}
