import type { Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, OperatingHoursSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { createCalendar, readCalendar, saveByActions } from "./calendar.ts";
import { adminCenterLink, omnichannelBase } from "./channels.ts";
import { windowsZone } from "./time-zones.ts";
import { hoursOfSpec, shownHours } from "./weekly-hours.ts";

export interface OperatingHoursData {
  readonly id: string;
  readonly calendarId: string;
}

function declared(props: OperatingHoursSpec): Fields {
  return { timeZone: props.timeZone, open: shownHours(hoursOfSpec(props.open)) };
}

async function zoneName(client: Dataverse, code: number): Promise<string> {
  const rows = await client.list("timezonedefinitions", {
    select: ["timezonecode", "standardname"],
    filter: `timezonecode eq ${code}`,
  });
  return textAt(rows?.[0], "standardname") || `time zone ${code}`;
}

async function zoneCode(client: Dataverse, ianaZone: string): Promise<number> {
  const name = windowsZone(ianaZone);
  const rows = await client.list("timezonedefinitions", {
    select: ["timezonecode", "standardname"],
    filter: `standardname eq ${quoted(name)}`,
  });
  const code = numberAt(rows?.[0], "timezonecode");
  if (code === undefined) throw missingDependency(`time zone "${name}"`);
  return code;
}

async function fieldsOf(
  client: Dataverse,
  props: OperatingHoursSpec,
  calendarId: string,
  now: number,
): Promise<Fields> {
  const [calendar, wantedCode] = await Promise.all([
    calendarId === "" ? undefined : readCalendar(client, calendarId, now),
    zoneCode(client, props.timeZone).catch(() => undefined),
  ]);
  if (calendar === undefined) return { timeZone: null, open: [] };
  const codes = calendar.timeZoneCodes;
  const same = codes.length === 1 && codes[0] === wantedCode;
  const zones = same ? [] : await Promise.all(codes.map((code) => zoneName(client, code)));
  return {
    timeZone: same ? props.timeZone : zones.join(", ") || null,
    open: [...shownHours(calendar.hours), ...calendar.unknown.map((rule) => `unknown rule ${rule}`)],
  };
}

async function read(props: OperatingHoursSpec, context: Context): Promise<Observation<OperatingHoursData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list("msdyn_operatinghours", {
    select: ["msdyn_operatinghourid", "msdyn_name", "msdyn_calendarid"],
    filter: `msdyn_name eq ${quoted(props.name)}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  const row = onlyRow(rows, "msdyn_operatinghourid", `operating hours "${props.name}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, "msdyn_operatinghourid");
  const calendarId = textAt(row, "msdyn_calendarid");
  return {
    status: "present",
    id,
    fields: await fieldsOf(client, props, calendarId, context.clock.now()),
    data: { id, calendarId },
  };
}

/** The calendar that a plug-in gives to new operating hours; empty when it does not come within a minute. */
async function calendarOf(client: Dataverse, id: string, context: Context): Promise<string> {
  const started = context.clock.now();
  return context.wait<string>("the calendar of the operating hours", { everyMs: 5_000 }, async () => {
    const row = await client.get(`msdyn_operatinghours(${id})`, { select: ["msdyn_calendarid"] });
    const calendarId = textAt(row, "msdyn_calendarid");
    const late = context.clock.now() - started > 60_000;
    return calendarId !== "" || late ? { done: true, value: calendarId } : { done: false };
  });
}

/**
 * Brings the calendar to the declared hours: by the calendar actions, and where the organisation refuses those, by a
 * new calendar that takes the place of the old one. Read back either way.
 * @throws PscError PSC-E444 when neither route shows the declared hours afterwards.
 */
async function writeCalendar(
  client: Dataverse,
  props: OperatingHoursSpec,
  id: string,
  calendarId: string,
  context: Context,
): Promise<undefined> {
  const hours = hoursOfSpec(props.open);
  const code = await zoneCode(client, props.timeZone);
  const wanted = JSON.stringify(declared(props));
  const present = calendarId === "" ? undefined : await readCalendar(client, calendarId, context.clock.now());
  const isRight = async (calendar: string): Promise<boolean> =>
    JSON.stringify(await fieldsOf(client, props, calendar, context.clock.now())) === wanted;
  if (present !== undefined) {
    if (await isRight(calendarId)) return undefined;
    const saved = await saveByActions(client, calendarId, present, hours, code, context);
    if (saved && (await isRight(calendarId))) return undefined;
    context.note("the calendar actions do not serve operating hours here; writing a new calendar instead");
  }
  const made = await createCalendar(client, props.name, hours, code, context);
  await client.update("msdyn_operatinghours", id, { msdyn_calendarid: made });
  if (await isRight(made)) return undefined;
  throw new PscError({
    code: "PSC-E444",
    message: `the hours of "${props.name}" could not be written to this environment`,
    remedy: `set them by hand: ${adminCenterLink(context)}, then Operations > Calendar > "${props.name}"`,
    side: "service",
  });
}

export const operatingHours = defineKind<OperatingHoursSpec, OperatingHoursData>({
  kind: "omnichannel.operating-hours",
  summary: "Operating hours with their weekly calendar",
  step: 11,
  api: "Dataverse Web API: msdyn_operatinghours, calendars, msdyn_SaveCalendar",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadmsdyn_operatinghour", "prvReadCalendar"],
    write: [
      "prvCreatemsdyn_operatinghour",
      "prvWritemsdyn_operatinghour",
      "prvDeletemsdyn_operatinghour",
      "prvWriteCalendar",
    ],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/field-service/field-service-work-hours-calendar-api.md",
    "Customer Service: Create and manage operating hours",
    "DIGITALLNature/DigitallPower:src/modules/dgt.power.import",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `operating hours "${name}"`,
  detail: (props) => `${shownHours(hoursOfSpec(props.open)).join("; ")} ${props.timeZone}`,
  declared,
  read,
  async create(props, context) {
    const client = requireOrganization(context);
    // Refused here, before anything is written, when psc does not know the zone.
    windowsZone(props.timeZone);
    const id = await client.create("msdyn_operatinghours", { msdyn_name: props.name });
    return writeCalendar(client, props, id, await calendarOf(client, id, context), context);
  },
  update: (props, { data }, _changes, context) =>
    writeCalendar(requireOrganization(context), props, data.id, data.calendarId, context),
  destroy: deletesRow("msdyn_operatinghours"),
});

export function operatingHoursResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.operatingHours.map((hours) =>
    operatingHours.resource({
      name: hours.name,
      props: hours,
      dependsOn: omnichannelBase(spec, manifest),
    }),
  );
}
