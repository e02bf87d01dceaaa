import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { numberAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { smsNumber } from "./sms-number.ts";
import { workstream } from "./workstream.ts";

export interface SmsChannelProps {
  readonly workstream: string;
  /** LCID of the environment's language. */
  readonly language: number;
}

export interface SmsChannelData {
  readonly id: string;
}

const TABLE = "msdyn_ocsmschannelsetting";

async function read(props: SmsChannelProps, context: Context): Promise<Observation<SmsChannelData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const rows = await client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_name"],
    filter: `_msdyn_liveworkstreamid_value eq ${workstreamId}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  // Several numbers on one workstream are fine; one is what the spec asks for.
  const id = textAt(rows[0], `${TABLE}id`);
  return id === "" ? { status: "absent" } : { status: "present", id, fields: {}, data: { id } };
}

async function create(props: SmsChannelProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const workstreamId = workstream.data(context, props.workstream)?.id;
  const number = smsNumber.data(context, props.workstream);
  if (workstreamId === undefined || number === undefined) throw missingDependency("the SMS number");
  const languages = await client.list("msdyn_oclanguages", {
    select: ["msdyn_oclanguageid", "msdyn_localeid"],
    filter: `msdyn_localeid eq ${props.language}`,
  });
  const language = onlyRow(
    (languages ?? []).filter((row) => numberAt(row, "msdyn_localeid") === props.language),
    "msdyn_oclanguageid",
    `Omnichannel language ${props.language}`,
  );
  if (language === undefined) throw missingDependency(`the Omnichannel language ${props.language}`);
  await client.create(`${TABLE}s`, {
    msdyn_name: number.phoneNumber,
    ...(await client.lookup(TABLE, "msdyn_liveworkstreamid", "msdyn_liveworkstream", workstreamId)),
    ...(await client.lookup(TABLE, "msdyn_phonenumberid", "msdyn_ocphonenumber", number.phoneNumberId)),
    ...(await client.lookup(
      TABLE,
      "msdyn_language",
      "msdyn_oclanguage",
      textAt(language, "msdyn_oclanguageid"),
    )),
  });
  return undefined;
}

export const smsChannel = defineKind<SmsChannelProps, SmsChannelData>({
  kind: "omnichannel.sms-channel",
  summary: "SMS number on its workstream",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, "prvReadmsdyn_oclanguage"],
    write: [`prvCreate${TABLE}`, `prvAppend${TABLE}`, `prvDelete${TABLE}`],
  },
  sources: ["microsoft/Dynamics365-Apps-Samples:customer-service/omnichannel (configuration schema)"],
  nature: "managed",
  partOf: "power-platform.environment",
  label: (props) => `SMS channel of "${props.workstream}"`,
  read,
  create,
  destroy: deletesRow(`${TABLE}s`),
});

export function smsChannelResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams
    .filter(({ channel }) => channel === "sms")
    .map(({ name }) =>
      smsChannel.resource({
        name,
        props: { workstream: name, language: spec.environment.language },
        dependsOn: [workstream.address(name), smsNumber.address(name)],
      }),
    );
}
