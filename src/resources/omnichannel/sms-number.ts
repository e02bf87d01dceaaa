import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { ABSENT_ENVIRONMENT, ABSENT_TABLE, organization } from "../dataverse/organization.ts";
import { environment } from "../power-platform/environment.ts";
import { adminCenterLink } from "./channels.ts";
import { workstream } from "./workstream.ts";

export interface SmsNumberProps {
  readonly workstream: string;
  /** SMS workstreams that the spec names earlier: each takes a number of its own first. */
  readonly after: readonly string[];
}

export interface SmsNumberData {
  /** Row of `msdyn_ocphonenumber` that the workstream uses or may use. */
  readonly phoneNumberId: string;
  readonly phoneNumber: string;
}

async function read(props: SmsNumberProps, context: Context): Promise<Observation<SmsNumberData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const [numbers, settings] = await Promise.all([
    client.list("msdyn_ocphonenumbers", {
      select: ["msdyn_ocphonenumberid", "msdyn_phonenumber", "msdyn_smsinboundenabled"],
    }),
    client.list("msdyn_ocsmschannelsettings", {
      select: ["_msdyn_phonenumberid_value", "_msdyn_liveworkstreamid_value"],
    }),
  ]);
  if (numbers === undefined || settings === undefined) return ABSENT_TABLE;
  const settingOf = (name: string): Row | undefined => {
    const id = workstream.data(context, name)?.id;
    return id === undefined
      ? undefined
      : settings.find((row) => textAt(row, "_msdyn_liveworkstreamid_value") === id);
  };
  const mine = settingOf(props.workstream);
  const taken = new Set(settings.map((row) => textAt(row, "_msdyn_phonenumberid_value")));
  const free = numbers
    .filter(
      (row) => row["msdyn_smsinboundenabled"] === true && !taken.has(textAt(row, "msdyn_ocphonenumberid")),
    )
    .toSorted((a, b) => textAt(a, "msdyn_phonenumber").localeCompare(textAt(b, "msdyn_phonenumber")));
  const number =
    mine === undefined
      ? free[props.after.filter((name) => settingOf(name) === undefined).length]
      : numbers.find(
          (row) => textAt(row, "msdyn_ocphonenumberid") === textAt(mine, "_msdyn_phonenumberid_value"),
        );
  if (number === undefined) return { status: "absent" };
  const phoneNumberId = textAt(number, "msdyn_ocphonenumberid");
  return {
    status: "present",
    id: phoneNumberId,
    fields: {},
    data: { phoneNumberId, phoneNumber: textAt(number, "msdyn_phonenumber") },
  };
}

export const smsNumber = defineKind<SmsNumberProps, SmsNumberData>({
  kind: "omnichannel.sms-number",
  summary: "Phone number of Azure Communication Services, synchronised into Omnichannel",
  step: 11,
  api: "Dataverse Web API: msdyn_ocphonenumbers (read only)",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadmsdyn_ocphonenumber", "prvReadmsdyn_ocsmschannelsetting"],
    write: ["Omnichannel administrator, and Contributor on the Azure Communication Services resource"],
  },
  sources: [
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/configure-sms-channel-acs.md",
  ],
  nature: "gate",
  partOf: "power-platform.environment",
  label: (props) => `SMS number for "${props.workstream}"`,
  detail: () => "a person synchronises it from Azure Communication Services",
  read,
  instructions: (props, context) => ({
    steps: [
      "Open the Customer Service admin center and choose Customer support > Channels > Phone numbers",
      "Connect the Azure Communication Services resource if that has not happened yet",
      ...(props.after.length === 0
        ? []
        : [
            `See that the resource has a number for each SMS workstream: "${props.workstream}" shares none with ${props.after.map((name) => `"${name}"`).join(", ")}`,
          ]),
      `Choose Sync from Azure; psc puts the number that can receive SMS on "${props.workstream}"`,
    ],
    link: adminCenterLink(context),
    probe: "a phone number with inbound SMS that no other workstream uses appears in Dataverse",
    usualMinutes: 10,
    simulation: {
      action: "sms-number",
      payload: {
        organizationUrl: environment.data(context)?.instanceUrl ?? "",
        numbers: props.after.length + 1,
      },
    },
  }),
});

export function smsNumberResources(spec: EnvironmentSpec): Resource[] {
  const names = spec.workstreams.filter(({ channel }) => channel === "sms").map(({ name }) => name);
  return names.map((name, i) =>
    smsNumber.resource({
      name,
      props: { workstream: name, after: names.slice(0, i) },
      dependsOn: [workstream.address(name)],
    }),
  );
}
