import { createCalendar, deleteCalendarTree, weeklyRule } from "../calendars.ts";
import { setColumns, tableOf, textOf } from "../rows.ts";
import type { Plugin } from "./plugin.ts";

/**
 * A new operating hour comes with a calendar filled with 08:00–17:00 ("Create and manage operating hours", Customer
 * Service administration guide describes it after the first save). That the row's own creation fills it, the days
 * and the zone are assumptions.
 */
export const operatingHourPlugin: Plugin = {
  afterCreate(session, hour) {
    if (textOf(hour, "msdyn_calendarid") !== "") return;
    const calendar = createCalendar(session, { type: 0 });
    weeklyRule(session, textOf(calendar, "calendarid"), {
      days: "MO,TU,WE,TH,FR",
      timeZoneCode: 92,
      from: session.world.now(),
      work: [{ offset: 8 * 60, duration: 9 * 60, effort: 1, timecode: 0, subcode: 1 }],
    });
    setColumns(session, tableOf(session, "msdyn_operatinghour"), hour, {
      msdyn_calendarid: textOf(calendar, "calendarid"),
    });
  },
};

/** A calendar's rules and inner calendars go with it. */
export const calendarPlugin: Plugin = {
  beforeDelete(session, calendar) {
    deleteCalendarTree(session, textOf(calendar, "calendarid"));
    return undefined;
  },
};
