import { type OpenHours, WEEKDAYS, type Weekday } from "../../spec/model.ts";

/** Opening times in the form that plans show and that two sources can be compared by. */

export interface Interval {
  /** Minutes after local midnight. */
  readonly start: number;
  readonly end: number;
}

export type WeeklyHours = ReadonlyMap<Weekday, readonly Interval[]>;

/** Days that keep the same hours. */
export interface DayGroup {
  readonly days: readonly Weekday[];
  readonly intervals: readonly Interval[];
}

function merged(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.start - b.start);
  const result: Interval[] = [];
  for (const next of sorted) {
    const last = result.at(-1);
    if (last !== undefined && next.start <= last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
    else result.push(next);
  }
  return result;
}

/** What is left of the working intervals when the breaks are taken out. */
export function withoutBreaks(work: readonly Interval[], breaks: readonly Interval[]): Interval[] {
  let left = merged(work);
  for (const pause of breaks) {
    left = left.flatMap(({ start, end }) => [
      ...(pause.start > start ? [{ start, end: Math.min(end, pause.start) }] : []),
      ...(pause.end < end ? [{ start: Math.max(start, pause.end), end }] : []),
    ]);
  }
  return left.filter(({ start, end }) => end > start);
}

export function weeklyHours(parts: readonly DayGroup[]): WeeklyHours {
  const week = new Map<Weekday, Interval[]>();
  for (const { days, intervals } of parts)
    for (const day of days) week.set(day, merged([...(week.get(day) ?? []), ...intervals]));
  return week;
}

export function hoursOfSpec(open: readonly OpenHours[]): WeeklyHours {
  return weeklyHours(
    open.map(({ days, startMinutes, endMinutes }) => ({
      days,
      intervals: [{ start: startMinutes, end: endMinutes }],
    })),
  );
}

/** Days of the same hours, in week order. */
export function dayGroups(week: WeeklyHours): DayGroup[] {
  const groups = new Map<string, { days: Weekday[]; intervals: readonly Interval[] }>();
  for (const day of WEEKDAYS) {
    const intervals = week.get(day) ?? [];
    if (intervals.length === 0) continue;
    const key = JSON.stringify(intervals);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { days: [day], intervals });
    else known.days.push(day);
  }
  return [...groups.values()];
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function dayNames(days: readonly Weekday[]): string {
  const indexes = days.map((day) => WEEKDAYS.indexOf(day));
  const consecutive = indexes.every((value, at) => at === 0 || value === (indexes[at - 1] ?? 0) + 1);
  return consecutive && days.length > 2 ? `${days[0]}-${days.at(-1)}` : days.join(",");
}

/** Such as `mon-fri 08:00-18:00`, one entry per group of days. */
export function shownHours(week: WeeklyHours): string[] {
  return dayGroups(week).map(
    ({ days, intervals }) =>
      `${dayNames(days)} ${intervals.map(({ start, end }) => `${clock(start)}-${clock(end)}`).join(" ")}`,
  );
}
