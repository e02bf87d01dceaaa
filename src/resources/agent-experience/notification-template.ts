import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, rowsAt, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, NotificationTemplateSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";
import { templateCalled, withUniqueName } from "./templates.ts";

export interface NotificationTemplateData {
  readonly id: string;
  readonly fieldIds: readonly string[];
}

const TABLE = "msdyn_notificationtemplate";
const FIELDS = "msdyn_notificationfield";
const LINK = "msdyn_notificationtemplate_notificationfield";
const MODES: Readonly<Record<NotificationTemplateSpec["desktop"], number>> = {
  never: 509180000,
  "in-background": 509180001,
  always: 509180002,
};

/** Columns of a workstream that name the templates of its incoming conversations; empty: the product's own. */
export const WORKSTREAM_COLUMNS = {
  signedIn: "msdyn_notificationtemplate_incoming_auth",
  notSignedIn: "msdyn_notificationtemplate_incoming_unauth",
} as const;

/** All templates with their fields, so that any number of them is read by one request. */
export function allNotificationTemplates(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list(`${TABLE}s`, {
    select: [
      `${TABLE}id`,
      "msdyn_name",
      "msdyn_uniquename",
      "msdyn_title",
      "msdyn_timeout",
      "msdyn_desktopnotificationmode",
      "msdyn_showrejectbutton",
    ],
    expand: `${LINK}($select=${FIELDS}id,msdyn_title,msdyn_value,msdyn_order)`,
  });
}

/**
 * A template of the environment, whoever made it.
 * @throws PscError PSC-E447 naming those there are.
 */
export async function notificationTemplateNamed(client: Dataverse, name: string): Promise<Row> {
  return templateCalled(
    (await allNotificationTemplates(client)) ?? [],
    `${TABLE}id`,
    "notification template",
    name,
  );
}

function fieldsOf(row: Row): readonly Row[] {
  return [...rowsAt(row, LINK)].sort(
    (a, b) => (numberAt(a, "msdyn_order") ?? 0) - (numberAt(b, "msdyn_order") ?? 0),
  );
}

async function read(
  props: NotificationTemplateSpec,
  context: Context,
): Promise<Observation<NotificationTemplateData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await allNotificationTemplates(client);
  if (rows === undefined) return ABSENT_TABLE;
  const row = onlyRow(
    withUniqueName(rows, props.uniqueName),
    `${TABLE}id`,
    `notification template ${props.uniqueName}`,
  );
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  const fields = fieldsOf(row);
  const mode = numberAt(row, "msdyn_desktopnotificationmode");
  return {
    status: "present",
    id,
    fields: {
      name: textAt(row, "msdyn_name"),
      title: textAt(row, "msdyn_title"),
      timeoutSeconds: numberAt(row, "msdyn_timeout") ?? null,
      desktop: Object.entries(MODES).find(([, value]) => value === mode)?.[0] ?? null,
      rejectable: valueAt(row, "msdyn_showrejectbutton") === true,
      fields: fields.map((field) => ({
        title: textAt(field, "msdyn_title"),
        value: textAt(field, "msdyn_value"),
      })),
    },
    data: { id, fieldIds: fields.map((field) => textAt(field, `${FIELDS}id`)) },
  };
}

function columnsOf(props: NotificationTemplateSpec): Row {
  return {
    msdyn_name: props.name,
    msdyn_title: props.title,
    msdyn_timeout: props.timeoutSeconds,
    msdyn_desktopnotificationmode: MODES[props.desktop],
    msdyn_showrejectbutton: props.rejectable,
  };
}

/** Fields are told apart by their place: each is written where it stands, and what is left over goes. */
async function writeFields(
  props: NotificationTemplateSpec,
  { id, fieldIds }: NotificationTemplateData,
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  for (const [index, field] of props.fields.entries()) {
    const columns: Row = { msdyn_title: field.title, msdyn_value: field.value, msdyn_order: index + 1 };
    const present = fieldIds[index];
    if (present !== undefined) await client.update(`${FIELDS}s`, present, columns);
    else {
      const made = await client.create(`${FIELDS}s`, {
        msdyn_name: `${props.name} ${index + 1}`.slice(0, 100),
        msdyn_uniquename: `${props.uniqueName}_field${index + 1}`,
        ...columns,
      });
      await client.associate(`${TABLE}s(${id})`, LINK, `${FIELDS}s(${made})`);
    }
  }
  for (const left of fieldIds.slice(props.fields.length)) await client.delete(`${FIELDS}s`, left);
  return undefined;
}

/** Workstreams that name a template which goes would offer conversations by none. */
async function giveBack(client: Dataverse, uniqueName: string): Promise<void> {
  for (const column of Object.values(WORKSTREAM_COLUMNS)) {
    const rows = await client.list("msdyn_liveworkstreams", {
      select: ["msdyn_liveworkstreamid"],
      filter: `${column} eq ${quoted(uniqueName)}`,
    });
    for (const row of rows ?? [])
      await client.update("msdyn_liveworkstreams", textAt(row, "msdyn_liveworkstreamid"), { [column]: null });
  }
}

export const notificationTemplate = defineKind<NotificationTemplateSpec, NotificationTemplateData>({
  kind: "agent-experience.notification-template",
  summary: "Notification template: how agents are offered a conversation, and what they see of it",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s, ${FIELDS}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, `prvRead${FIELDS}`],
    write: [
      ...[TABLE, FIELDS].flatMap((table) => [`prvCreate${table}`, `prvWrite${table}`, `prvDelete${table}`]),
      `prvAppend${TABLE}`,
      `prvAppendTo${FIELDS}`,
      "prvWritemsdyn_liveworkstream",
    ],
  },
  sources: [
    "Customer Service: Manage notification templates",
    `Dataverse table reference: ${TABLE}, ${FIELDS} (relationship ${LINK})`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `notification template "${name}"`,
  detail: ({ title, timeoutSeconds }) => `"${title}", ${timeoutSeconds} s`,
  declared: ({ name, title, timeoutSeconds, desktop, rejectable, fields }) => ({
    name,
    title,
    timeoutSeconds,
    desktop,
    rejectable,
    fields: fields.map((field) => ({ title: field.title, value: field.value })),
  }),
  ordered: ["fields"],
  read,
  async create(props, context) {
    const id = await requireOrganization(context).create(`${TABLE}s`, {
      msdyn_uniquename: props.uniqueName,
      ...columnsOf(props),
    });
    return writeFields(props, { id, fieldIds: [] }, context);
  },
  async update(props, { data }, changes, context) {
    if (changes.some(({ path }) => !path.startsWith("fields")))
      await requireOrganization(context).update(`${TABLE}s`, data.id, columnsOf(props));
    return changes.some(({ path }) => path.startsWith("fields"))
      ? writeFields(props, data, context)
      : undefined;
  },
  async destroy(props, { data }, context) {
    const client = requireOrganization(context);
    await giveBack(client, props.uniqueName);
    for (const id of data.fieldIds) await client.delete(`${FIELDS}s`, id);
    await client.delete(`${TABLE}s`, data.id);
    return undefined;
  },
});

/** Addresses of the templates among these names that the spec declares. */
export function notificationAddresses(spec: EnvironmentSpec, name: string): string[] {
  return spec.agentExperience.notificationTemplates.some((template) => template.name === name)
    ? [notificationTemplate.address(name)]
    : [];
}

export function notificationTemplateResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.notificationTemplates.map((declared) =>
    notificationTemplate.resource({
      name: declared.name,
      props: declared,
      dependsOn: omnichannelBase(spec, manifest),
    }),
  );
}
