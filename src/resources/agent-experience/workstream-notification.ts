import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  missingDependency,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { workstream } from "../omnichannel/workstream.ts";
import {
  allNotificationTemplates,
  notificationAddresses,
  notificationTemplateNamed,
  WORKSTREAM_COLUMNS,
} from "./notification-template.ts";
import { nameOfTemplate } from "./templates.ts";

export interface WorkstreamNotificationProps {
  readonly workstream: string;
  readonly template: string;
}

const TABLE = "msdyn_liveworkstream";

async function read(props: WorkstreamNotificationProps, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const [row, templates] = await Promise.all([
    client.get(`${TABLE}s(${workstreamId})`, { select: Object.values(WORKSTREAM_COLUMNS) }),
    allNotificationTemplates(client),
  ]);
  if (row === undefined || templates === undefined) return ABSENT_TABLE;
  const nameOf = (column: string): string =>
    nameOfTemplate(templates, textAt(row, column)) || "the product's own";
  return {
    status: "present",
    id: workstreamId,
    fields: {
      signedIn: nameOf(WORKSTREAM_COLUMNS.signedIn),
      notSignedIn: nameOf(WORKSTREAM_COLUMNS.notSignedIn),
    },
    data: undefined,
  };
}

async function write(props: WorkstreamNotificationProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) throw missingDependency(`workstream "${props.workstream}"`);
  const unique = textAt(await notificationTemplateNamed(client, props.template), "msdyn_uniquename");
  await client.update(`${TABLE}s`, workstreamId, {
    [WORKSTREAM_COLUMNS.signedIn]: unique,
    [WORKSTREAM_COLUMNS.notSignedIn]: unique,
  });
  return undefined;
}

export const workstreamNotification = defineKind<WorkstreamNotificationProps, undefined>({
  kind: "agent-experience.workstream-notification",
  summary: "Notification template by which agents are offered the conversations of a workstream",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, "prvReadmsdyn_notificationtemplate", "prvReadmsdyn_notificationfield"],
    write: [`prvWrite${TABLE}`],
  },
  sources: [
    "Customer Service: Manage notification templates",
    `Dataverse table reference: ${TABLE} (${Object.values(WORKSTREAM_COLUMNS).join(", ")})`,
  ],
  nature: "managed",
  staysBecause: "a workstream keeps its notification template until that one goes",
  label: (props) => `notification of "${props.workstream}"`,
  detail: ({ template }) => template,
  declared: ({ template }) => ({ signedIn: template, notSignedIn: template }),
  read,
  create: write,
  update: (props, _present, _changes, context) => write(props, context),
});

export function workstreamNotificationResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.flatMap(({ name, notificationTemplate }) =>
    notificationTemplate === undefined
      ? []
      : [
          workstreamNotification.resource({
            name,
            props: { workstream: name, template: notificationTemplate },
            within: workstream.address(name),
            dependsOn: [workstream.address(name), ...notificationAddresses(spec, notificationTemplate)],
          }),
        ],
  );
}
