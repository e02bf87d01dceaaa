import { WEEKDAYS, type Weekday } from "../model.ts";

const MINUTES_OF_A_DAY = 24 * 60;

/** `08:00-18:00` as minutes after midnight, or undefined. 24:00 is the end of the day. */
export function parseTimeRange(text: string): { startMinutes: number; endMinutes: number } | undefined {
  const match = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(text.replaceAll(/\s/g, ""));
  if (match === null) return undefined;
  const [startHour = 0, startMinute = 0, endHour = 0, endMinute = 0] = match.slice(1).map(Number);
  if (startMinute > 59 || endMinute > 59) return undefined;
  const startMinutes = startHour * 60 + startMinute;
  const endMinutes = endHour * 60 + endMinute;
  if (startMinutes >= endMinutes || endMinutes > MINUTES_OF_A_DAY) return undefined;
  return { startMinutes, endMinutes };
}

function asWeekday(text: string): Weekday | undefined {
  return WEEKDAYS.find((day) => day === text);
}

/** `mon`, `mon-fri`, `mon,wed,fri` or a mixture as days in week order, or undefined. `sat-mon` runs over the weekend. */
export function parseDays(text: string): readonly Weekday[] | undefined {
  const days = new Set<Weekday>();
  for (const part of text.toLowerCase().replaceAll(/\s/g, "").split(",")) {
    const [from, to, ...rest] = part.split("-");
    const first = asWeekday(from ?? "");
    const last = to === undefined ? first : asWeekday(to);
    if (first === undefined || last === undefined || rest.length > 0) return undefined;
    for (let i = WEEKDAYS.indexOf(first); ; i = (i + 1) % WEEKDAYS.length) {
      const day = WEEKDAYS[i];
      if (day !== undefined) days.add(day);
      if (day === last) break;
    }
  }
  return WEEKDAYS.filter((day) => days.has(day));
}

/** True for IANA zones; abbreviations and fixed offsets, which know no daylight saving, are refused. */
export function isTimeZone(name: string): boolean {
  if (name === "UTC") return true;
  if (!/^[A-Z][A-Za-z_]+\/[A-Za-z0-9_+\-/]+$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function timeZoneNames(): readonly string[] {
  return Intl.supportedValuesOf("timeZone");
}

export function formatMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return `${String(hours).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
