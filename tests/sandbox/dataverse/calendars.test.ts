import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "../../harness/sandbox.ts";
import { startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startOrganization({ packages: ["OmnichannelPrimeAnchor"] });
});
afterAll(() => organization.close());

type Rule = Record<string, unknown>;

async function rulesOf(calendarId: string): Promise<Rule[]> {
  const answer = await organization.get(
    `calendars(${calendarId})?$select=name,type&$expand=calendar_calendar_rules`,
  );
  expect(answer.status).toBe(200);
  return answer.body.calendar_calendar_rules;
}

const weekly = (rules: readonly Rule[]): Rule[] =>
  rules.filter((rule) => String(rule["pattern"]).startsWith("FREQ=WEEKLY"));

async function timesOf(rule: Rule): Promise<unknown[]> {
  const leaves = await rulesOf(String(rule["_innercalendarid_value"]));
  return leaves.map((leaf) => [leaf["offset"], leaf["duration"], leaf["timecode"], leaf["subcode"]]);
}

const save = (info: object): Promise<Answer> =>
  organization.ask("POST", "msdyn_SaveCalendar", { body: { CalendarEventInfo: JSON.stringify(info) } });

const working = (day: string, from: string, to: string): object => ({
  StartTime: `${day}T${from}:00.000Z`,
  EndTime: `${day}T${to}:00.000Z`,
  WorkHourType: 0,
  Effort: 1,
});

describe("an operating hour's calendar", () => {
  let calendarId: string;
  beforeEach(async () => {
    const id = await organization.create("msdyn_operatinghours", { msdyn_name: "Weekdays" });
    const row = await organization.get(`msdyn_operatinghours(${id})?$select=msdyn_calendarid`);
    calendarId = row.body.msdyn_calendarid;
  });

  const week = (days: string, from = "08:00", to = "18:00", extra: object = {}): object => ({
    EntityLogicalName: "msdyn_operatinghour",
    CalendarId: calendarId,
    TimeZoneCode: 35,
    RulesAndRecurrences: [
      { Rules: [working("2027-01-04", from, to)], RecurrencePattern: `FREQ=WEEKLY;INTERVAL=1;BYDAY=${days}` },
    ],
    ...extra,
  });

  it("comes filled with 08:00 to 17:00", async () => {
    const [rule, ...more] = await rulesOf(calendarId);
    expect(more).toEqual([]);
    expect(rule).toMatchObject({ duration: 1440, rank: 2, effectiveintervalend: "9999-12-30T00:00:00Z" });
    expect(await timesOf(rule ?? {})).toEqual([[480, 540, 0, 1]]);
  });

  it("is edited in place through the inner calendar", async () => {
    const [old] = await rulesOf(calendarId);
    const inner = old?.["_innercalendarid_value"];
    const answer = await save(
      week("MO,TU,WE,TH,FR", "08:00", "18:00", { IsEdit: true, InnerCalendarId: inner }),
    );
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body.InnerCalendarIds)).toEqual([inner]);
    const rules = await rulesOf(calendarId);
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({
      pattern: "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR",
      timezonecode: 35,
    });
    expect(await timesOf(rules[0] ?? {})).toEqual([[480, 600, 0, 1]]);
  });

  it("ends an older recurrence the day before and keeps its other weekdays", async () => {
    expect((await save(week("MO,TU", "10:00", "12:00"))).status).toBe(200);
    const rules = weekly(await rulesOf(calendarId));
    const open = rules.filter((rule) => rule["effectiveintervalend"] === "9999-12-30T00:00:00Z");
    expect(open.map((rule) => rule["pattern"]).sort()).toEqual([
      "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU",
      "FREQ=WEEKLY;INTERVAL=1;BYDAY=WE,TH,FR",
    ]);
    const ended = rules.filter((rule) => rule["effectiveintervalend"] === "2027-01-04T00:00:00Z");
    expect(ended).toHaveLength(1);
  });

  it("takes a single day off, named by its inner calendar, and drops it again", async () => {
    const answer = await save({
      EntityLogicalName: "msdyn_operatinghour",
      CalendarId: calendarId,
      TimeZoneCode: 35,
      InnerCalendarDescription: "New Year",
      RulesAndRecurrences: [
        { Rules: [{ StartTime: "2027-01-01T00:00:00Z", EndTime: "2027-01-02T00:00:00Z", WorkHourType: 3 }] },
      ],
    });
    const [inner] = JSON.parse(answer.body.InnerCalendarIds);
    const day = (await rulesOf(calendarId)).find((rule) => rule["_innercalendarid_value"] === inner);
    expect(day).toMatchObject({ rank: 0, extentcode: 2, starttime: "2027-01-01T00:00:00Z" });
    expect((await organization.get(`calendars(${inner})?$select=name`)).body.name).toBe("New Year");
    const info = { EntityLogicalName: "msdyn_operatinghour", CalendarId: calendarId, InnerCalendarId: inner };
    const dropped = await organization.ask("POST", "msdyn_DeleteCalendar", {
      body: { CalendarEventInfo: JSON.stringify(info) },
    });
    expect(dropped.status).toBeLessThan(300);
    expect(await rulesOf(calendarId)).toHaveLength(1);
    expect((await organization.get(`calendars(${inner})`)).status).toBe(404);
  });

  it("gains one more pointer at the closures with every save that observes them", async () => {
    await save(week("MO", "08:00", "09:00", { ObserveClosure: true }));
    await save(week("MO", "08:00", "09:00", { ObserveClosure: true }));
    const yearly = (await rulesOf(calendarId)).filter((rule) =>
      String(rule["pattern"]).startsWith("FREQ=YEARLY"),
    );
    expect(yearly).toHaveLength(2);
  });

  it("refuses what it cannot read", async () => {
    const refusals = [
      [{ ...week("MO"), EntityLogicalName: "calendar" }, "not enabled for given entity logical name"],
      [{ ...week("MO"), CalendarId: "11111111-1111-4111-8111-111111111111" }, "The calendar is invalid."],
      [week("MO", "18:00", "08:00"), "StartTime cannot be greater or equal to EndTime"],
      [week("MONDAY"), "Invalid recurrence pattern"],
      [{ ...week("MO"), RulesAndRecurrences: [] }, "error deserializing"],
      [
        week("MO", "08:00", "09:00", { InnerCalendarId: calendarId, IsEdit: true }),
        "The calendar rule does not exist.",
      ],
    ] as const;
    for (const [info, message] of refusals) {
      const answer = await save(info);
      expect(answer.status).toBe(400);
      expect(answer.body.error.message).toContain(message);
      const codes: Record<string, string> = {
        "The calendar is invalid.": "0x80044d00",
        "The calendar rule does not exist.": "0x80045100",
      };
      if (codes[message] !== undefined)
        expect(answer.body).toEqual({ error: { code: codes[message], message } });
    }
    const notText = await organization.ask("POST", "msdyn_SaveCalendar", { body: { CalendarEventInfo: {} } });
    expect(notText.status).toBe(400);
    expect(await rulesOf(calendarId)).toHaveLength(1);
  });
});

describe("calendars as rows", () => {
  it("are written whole, with inner calendars and a holiday list, and deleted whole", async () => {
    const root = await organization.idOf("businessunits", "parentbusinessunitid eq null", "businessunitid");
    const holidays = await organization.create("calendars", {
      name: "Holidays",
      type: 2,
      calendar_calendar_rules: [
        {
          name: "New Year",
          pattern: "FREQ=DAILY;INTERVAL=1;COUNT=1",
          starttime: "2027-01-01T00:00:00Z",
          duration: 1440,
          timecode: 2,
          subcode: 5,
        },
      ],
    });
    const id = await organization.create("calendars", {
      name: "Business hours",
      type: 1,
      "businessunitid@odata.bind": `/businessunits(${root})`,
      "holidayschedulecalendarid@odata.bind": `/calendars(${holidays})`,
      calendar_calendar_rules: [
        {
          name: "Weekly",
          pattern: "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU",
          duration: 1440,
          rank: 2,
          timezonecode: 110,
          innercalendarid: {
            type: -1,
            calendar_calendar_rules: [{ offset: 480, duration: 600, timecode: 0, subcode: 1 }],
          },
        },
      ],
    });
    const [rule] = await rulesOf(id);
    expect(rule).toMatchObject({ name: "Weekly", timezonecode: 110 });
    expect(await timesOf(rule ?? {})).toEqual([[480, 600, 0, 1]]);
    const row = await organization.get(`calendars(${id})?$select=_holidayschedulecalendarid_value`);
    expect(row.body._holidayschedulecalendarid_value).toBe(holidays);
    expect((await organization.ask("DELETE", `calendars(${id})`)).status).toBe(204);
    expect((await organization.get(`calendars(${String(rule?.["_innercalendarid_value"])})`)).status).toBe(
      404,
    );
  });

  it("give their rules one calendar at a time, and rules cannot be reached alone", async () => {
    const list = await organization.get("calendars?$select=name&$expand=calendar_calendar_rules&$top=1");
    expect(list.body.value[0].calendar_calendar_rules).toEqual([]);
    expect(list.body.value[0]["calendar_calendar_rules@odata.nextLink"]).toContain(
      "/calendar_calendar_rules",
    );
    const alone = await organization.get("calendarrules");
    expect(alone.status).toBe(400);
    expect(alone.body.error.message).toContain("does not support entities of type 'calendarrule'");
    expect((await organization.ask("POST", "calendarrules", { body: { name: "x" } })).status).toBe(405);
  });
});
