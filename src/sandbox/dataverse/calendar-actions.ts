import type { JsonObject, SandboxResponse } from "../exchange.ts";
import {
  createCalendar,
  deleteCalendarTree,
  innerCalendar,
  OPEN_END,
  removeRule,
  rulesOf,
  singleDayRule,
  type WorkPart,
  weeklyRule,
} from "./calendars.ts";
import { dataverseError, pluginRefusal } from "./errors.ts";
import { changeRow, dropRow, findRow, setColumns, storeRow, tableOf, textOf } from "./rows.ts";
import type { Session } from "./session.ts";
import type { Json, Row } from "./state.ts";
import { inTransaction } from "./transactions.ts";

/**
 * `msdyn_SaveCalendar` and `msdyn_DeleteCalendar` ("Edit work hour calendars by using APIs", Dynamics 365 Field
 * Service). That they take `msdyn_operatinghour` is an assumption: the documented tables are the other four.
 */

const TABLES = new Set([
  "bookableresource",
  "msdyn_resourcerequirement",
  "msdyn_workhourtemplate",
  "msdyn_project",
  "msdyn_operatinghour",
]);

const UNREADABLE =
  "There was an error deserializing the object of type Microsoft.Dynamics.UCICalendar.Plugins.SaveCalendarContract+CalendarEventInfo.";

const DAY_MS = 86_400_000;
const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"] as const;

/** Time code and subcode of a work-hour type: working, break, non-working, time off. */
const WORK_HOUR_CODES: readonly (readonly [timecode: number, subcode: number])[] = [
  [0, 1],
  [2, 4],
  [2, 0],
  [2, 6],
];

interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly type: number;
  readonly effort: number | null;
}

interface EventInfo {
  readonly calendarId: string;
  readonly timeZoneCode: number;
  readonly edit: boolean;
  readonly observeClosure: boolean;
  readonly innerCalendarId: string | undefined;
  readonly name: string | undefined;
  readonly until: string | undefined;
  readonly varied: boolean;
  readonly recurrences: readonly {
    readonly pattern: string | undefined;
    readonly rules: readonly Occurrence[];
  }[];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const flag = (value: Json | undefined): boolean => value === true || value === "true";
const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function readOccurrence(value: Json): Occurrence {
  if (!isObject(value)) throw pluginRefusal(UNREADABLE);
  const start = Date.parse(String(value["StartTime"]));
  const end = Date.parse(String(value["EndTime"]));
  if (Number.isNaN(start) || Number.isNaN(end)) throw pluginRefusal(UNREADABLE);
  if (start >= end) throw pluginRefusal("StartTime cannot be greater or equal to EndTime");
  const type = typeof value["WorkHourType"] === "number" ? value["WorkHourType"] : 0;
  const effort = typeof value["Effort"] === "number" ? value["Effort"] : null;
  return { start, end, type, effort };
}

function readEvent(body: JsonObject): JsonObject {
  const source = body["CalendarEventInfo"];
  let info: Json | undefined;
  try {
    info = typeof source === "string" ? (JSON.parse(source) as Json) : undefined;
  } catch {
    info = undefined;
  }
  if (!isObject(info)) throw pluginRefusal(UNREADABLE);
  if (!TABLES.has(String(info["EntityLogicalName"])))
    throw pluginRefusal("not enabled for given entity logical name");
  return info;
}

function readInfo(session: Session, body: JsonObject): EventInfo {
  const info = readEvent(body);
  const calendarId = String(info["CalendarId"] ?? "").toLowerCase();
  if (findRow(session.organization, "calendar", calendarId) === undefined)
    throw dataverseError(400, "0x80044d00", "The calendar is invalid.");
  const list = info["RulesAndRecurrences"];
  if (!Array.isArray(list) || list.length === 0) throw pluginRefusal(UNREADABLE);
  const recurrences = list.map((entry) => {
    if (!isObject(entry) || !Array.isArray(entry["Rules"])) throw pluginRefusal(UNREADABLE);
    const pattern = text(entry["RecurrencePattern"]);
    if (pattern !== undefined && !/^FREQ=WEEKLY;INTERVAL=\d+;BYDAY=[A-Z]{2}(,[A-Z]{2})*$/.test(pattern))
      throw pluginRefusal("Invalid recurrence pattern");
    return { pattern, rules: entry["Rules"].map(readOccurrence) };
  });
  const first = list[0];
  const inner =
    text(info["InnerCalendarId"]) ?? (isObject(first) ? text(first["InnerCalendarId"]) : undefined);
  const timeZone = info["TimeZoneCode"];
  return {
    calendarId,
    timeZoneCode: typeof timeZone === "number" ? timeZone : 92,
    edit: flag(info["IsEdit"]),
    observeClosure: flag(info["ObserveClosure"]),
    innerCalendarId: inner?.toLowerCase(),
    name: text(info["InnerCalendarDescription"]),
    until: text(info["RecurrenceEndDate"]),
    varied: flag(info["IsVaried"]),
    recurrences,
  };
}

const midnightOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;
const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function partsOf(rules: readonly Occurrence[]): WorkPart[] {
  return rules.map(({ start, end, type, effort }) => {
    const [timecode, subcode] = WORK_HOUR_CODES[type] ?? [0, 1];
    const offset = (start - midnightOf(start)) / 60_000;
    return { offset, duration: (end - start) / 60_000, effort, timecode, subcode };
  });
}

/** The exclusive next midnight after the inclusive last day; a time up to 08:00 counts as the day before. */
function effectiveEnd(until: string | undefined): string {
  if (until === undefined || until.startsWith("9999")) return OPEN_END;
  const moment = Date.parse(until);
  const early = moment - midnightOf(moment) <= 8 * 3_600_000;
  return isoSeconds(midnightOf(moment) + (early ? 0 : DAY_MS));
}

const daysOf = (pattern: string): string[] => (/BYDAY=([A-Z,]+)/.exec(pattern)?.[1] ?? "").split(",");

/** Ends older weekly rules the day before; weekdays the new rule does not name go on as a rule of their own. */
function giveWay(session: Session, calendarId: string, start: number, days: readonly string[]): void {
  const table = tableOf(session, "calendarrule");
  for (const rule of rulesOf(session, calendarId)) {
    const pattern = textOf(rule, "pattern");
    if (!pattern.startsWith("FREQ=WEEKLY")) continue;
    const end = Date.parse(textOf(rule, "effectiveintervalend") || OPEN_END);
    if (end <= start) continue;
    const others = daysOf(pattern).filter((day) => !days.includes(day));
    if (others.length > 0) {
      const inner = textOf(rule, "_innercalendarid_value");
      weeklyRule(session, calendarId, {
        days: DAYS.filter((day) => others.includes(day)).join(","),
        timeZoneCode: Number(rule["timezonecode"] ?? 92),
        from: start,
        until: isoSeconds(end),
        work: leafParts(session, inner),
      });
    }
    if (Date.parse(textOf(rule, "starttime")) >= start) removeRule(session, rule);
    else changeRow(session, table, rule, { effectiveintervalend: isoSeconds(start) });
  }
}

function leafParts(session: Session, innerId: string): WorkPart[] {
  return rulesOf(session, innerId).map((leaf) => ({
    offset: Number(leaf["offset"] ?? 0),
    duration: Number(leaf["duration"] ?? 0),
    effort: typeof leaf["effort"] === "number" ? leaf["effort"] : null,
    timecode: Number(leaf["timecode"] ?? 0),
    subcode: Number(leaf["subcode"] ?? 1),
  }));
}

function ruleWithInner(session: Session, calendarId: string, innerId: string): Row {
  const rule = rulesOf(session, calendarId).find(
    (candidate) => candidate["_innercalendarid_value"] === innerId,
  );
  if (rule === undefined) throw dataverseError(400, "0x80045100", "The calendar rule does not exist.");
  return rule;
}

/** Edits a weekly block in place: same rule and inner calendar, new days and times. */
function editInPlace(
  session: Session,
  info: EventInfo,
  rule: Row,
  pattern: string,
  work: readonly WorkPart[],
): void {
  const innerId = textOf(rule, "_innercalendarid_value");
  deleteCalendarTree(session, innerId);
  const fresh = innerCalendar(session, undefined, work);
  const freshId = textOf(fresh, "calendarid");
  for (const leaf of rulesOf(session, freshId))
    setColumns(session, tableOf(session, "calendarrule"), leaf, { _calendarid_value: innerId });
  dropRow(session, "calendar", freshId);
  changeRow(session, tableOf(session, "calendarrule"), rule, {
    pattern,
    timezonecode: info.timeZoneCode,
    ...(info.until === undefined ? {} : { effectiveintervalend: effectiveEnd(info.until) }),
  });
}

function saveRecurrence(
  session: Session,
  info: EventInfo,
  pattern: string,
  rules: readonly Occurrence[],
): string {
  const work = partsOf(rules);
  if (info.innerCalendarId !== undefined) {
    const rule = ruleWithInner(session, info.calendarId, info.innerCalendarId);
    if (info.edit) {
      editInPlace(session, info, rule, pattern, work);
      return info.innerCalendarId;
    }
    removeRule(session, rule);
  }
  const start = midnightOf(Math.min(...rules.map((rule) => rule.start)));
  giveWay(session, info.calendarId, start, daysOf(pattern));
  const rule = weeklyRule(session, info.calendarId, {
    days: daysOf(pattern).join(","),
    timeZoneCode: info.timeZoneCode,
    from: start,
    until: effectiveEnd(info.until),
    work,
    varied: info.varied,
  });
  return textOf(rule, "_innercalendarid_value");
}

function saveDay(session: Session, info: EventInfo, rules: readonly Occurrence[]): string {
  if (info.innerCalendarId !== undefined)
    removeRule(session, ruleWithInner(session, info.calendarId, info.innerCalendarId));
  const start = Math.min(...rules.map((rule) => rule.start));
  const end = Math.max(...rules.map((rule) => rule.end));
  const first = midnightOf(start);
  const rule = singleDayRule(session, info.calendarId, {
    start: isoSeconds(first),
    end: isoSeconds(Math.max(first + DAY_MS, Math.ceil(end / DAY_MS) * DAY_MS)),
    timeZoneCode: info.timeZoneCode,
    name: info.name,
    working: rules.some((occurrence) => occurrence.type === 0),
    work: partsOf(rules),
  });
  return textOf(rule, "_innercalendarid_value");
}

/** The organization's closures are one calendar that others point at; one more pointer with every save. */
function addClosureRule(session: Session, calendarId: string): void {
  const { organization } = session;
  const closures =
    findRow(organization, "calendar", organization.organizationId) ??
    createCalendar(session, {
      calendarid: organization.organizationId,
      type: 2,
      name: "Business Closure Calendar",
    });
  const id = session.world.newId();
  storeRow(session, "calendarrule", id, {
    calendarruleid: id,
    _calendarid_value: calendarId,
    _innercalendarid_value: textOf(closures, "calendarid"),
    pattern: "FREQ=YEARLY;INTERVAL=1",
    rank: 1,
    extentcode: 2,
    timezonecode: -1,
    effectiveintervalend: OPEN_END,
  });
}

export function saveCalendar(session: Session, body: JsonObject): SandboxResponse {
  const info = readInfo(session, body);
  const inner = inTransaction(session.organization, () => {
    const ids = info.recurrences.map(({ pattern, rules }) =>
      pattern === undefined ? saveDay(session, info, rules) : saveRecurrence(session, info, pattern, rules),
    );
    if (info.observeClosure) addClosureRule(session, info.calendarId);
    return ids;
  });
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata#Microsoft.Dynamics.CRM.msdyn_SaveCalendarResponse`,
      InnerCalendarIds: JSON.stringify(inner),
    },
  };
}

export function deleteCalendarRule(session: Session, body: JsonObject): SandboxResponse {
  const info = readEvent(body);
  const calendarId = String(info["CalendarId"] ?? "").toLowerCase();
  const innerId = String(info["InnerCalendarId"] ?? "").toLowerCase();
  inTransaction(session.organization, () => removeRule(session, ruleWithInner(session, calendarId, innerId)));
  return { status: 204 };
}
