import description from "./tables.json" with { type: "json" };

/** Type codes of platform tables (Microsoft table reference, "ObjectTypeCode"). */
const KNOWN: Readonly<Record<string, number>> = {
  account: 1,
  contact: 2,
  annotation: 5,
  systemuser: 8,
  team: 9,
  businessunit: 10,
  incident: 112,
  organization: 1019,
  privilege: 1023,
  role: 1036,
  queue: 2020,
  queueitem: 2029,
  calendar: 4003,
  calendarrule: 4004,
  sdkmessage: 4606,
  asyncoperation: 4700,
  workflow: 4703,
  timezonedefinition: 4810,
  solution: 7100,
  publisher: 7101,
  transactioncurrency: 9105,
};

const NAMES = Object.keys(description.tables);

/** Codes of other tables differ between organizations and start at 10000. */
export function objectTypeCodeOf(logicalName: string): number {
  return KNOWN[logicalName] ?? 10_000 + NAMES.indexOf(logicalName);
}
