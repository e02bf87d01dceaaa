import type { FieldChange, Fields, Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, WidgetSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { operatingHours } from "./operating-hours.ts";
import { workstream } from "./workstream.ts";

export interface WidgetProps {
  readonly workstream: string;
  readonly widget: WidgetSpec;
}

/** What a web page needs to show the chat; empty texts while the service has not made them. */
export interface WidgetData {
  readonly id: string;
  readonly appId: string;
  readonly snippet: string;
  readonly orgUrl: string;
  readonly orgId: string;
}

const TABLE = "msdyn_livechatconfig";
const POSITIONS: Readonly<Record<WidgetSpec["position"], number>> = { right: 192236010, left: 192236011 };
const LIVE_CHAT = 192350000;
const ALWAYS = "always";

function declared({ widget }: WidgetProps): Fields {
  return {
    title: widget.title,
    subtitle: widget.subtitle,
    language: widget.language,
    attachments: widget.attachments,
    position: widget.position,
    operatingHours: widget.operatingHours ?? ALWAYS,
  };
}

function attachmentsOf(row: Row): WidgetSpec["attachments"] {
  const customers = row["msdyn_enablefileattachmentsforcustomers"] === true;
  const agents = row["msdyn_enablefileattachmentsforagents"] === true;
  if (customers && agents) return "both";
  return customers ? "customers" : agents ? "agents" : "none";
}

/** Locale codes of the organisation's widget languages by id: a short list that never changes. */
async function languageTags(client: Dataverse): Promise<ReadonlyMap<string, string>> {
  const rows = await client.list("msdyn_oclanguages", { select: ["msdyn_oclanguageid", "msdyn_localecode"] });
  return new Map(
    (rows ?? []).map((row) => [textAt(row, "msdyn_oclanguageid"), textAt(row, "msdyn_localecode")]),
  );
}

async function hoursName(
  client: Dataverse,
  id: string,
  props: WidgetProps,
  context: Context,
): Promise<string> {
  if (id === "") return ALWAYS;
  const wanted = props.widget.operatingHours;
  if (wanted !== undefined && operatingHours.data(context, wanted)?.id === id) return wanted;
  const row = await client.get(`msdyn_operatinghours(${id})`, { select: ["msdyn_name"] });
  return textAt(row, "msdyn_name") || id;
}

function attribute(snippet: string, name: string): string {
  return new RegExp(`${name}\\s*=\\s*["']([^"']*)["']`).exec(snippet)?.[1] ?? "";
}

async function read(props: WidgetProps, context: Context): Promise<Observation<WidgetData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const workstreamId = workstream.data(context, props.workstream)?.id;
  if (workstreamId === undefined) return { status: "absent", reason: "the workstream does not exist yet" };
  const languages = languageTags(client);
  languages.catch(() => {});
  const rows = await client.list("msdyn_livechatconfigs", {
    select: [
      "msdyn_livechatconfigid",
      "msdyn_name",
      "msdyn_widgettitle",
      "msdyn_widgetsubtitle",
      "msdyn_widgetposition",
      "msdyn_enablefileattachmentsforcustomers",
      "msdyn_enablefileattachmentsforagents",
      "msdyn_widgetappid",
      "msdyn_widgetsnippet",
      "_msdyn_ocwidgetlanguage_value",
      "_msdyn_operatinghourid_value",
    ],
    filter: `_msdyn_liveworkstreamid_value eq ${workstreamId} and msdyn_name eq ${quoted(props.widget.name)}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  const row = onlyRow(rows, "msdyn_livechatconfigid", `chat widget "${props.widget.name}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, "msdyn_livechatconfigid");
  const snippet = textAt(row, "msdyn_widgetsnippet");
  const languageId = textAt(row, "_msdyn_ocwidgetlanguage_value");
  const [tags, hours] = await Promise.all([
    languages,
    hoursName(client, textAt(row, "_msdyn_operatinghourid_value"), props, context),
  ]);
  const language = languageId === "" ? null : tags.get(languageId) || languageId;
  return {
    status: "present",
    id,
    fields: {
      title: textAt(row, "msdyn_widgettitle"),
      subtitle: textAt(row, "msdyn_widgetsubtitle"),
      language,
      attachments: attachmentsOf(row),
      position: numberAt(row, "msdyn_widgetposition") === POSITIONS.left ? "left" : "right",
      operatingHours: hours,
    },
    data: {
      id,
      snippet,
      appId: textAt(row, "msdyn_widgetappid") || attribute(snippet, "data-app-id"),
      orgUrl: attribute(snippet, "data-org-url"),
      orgId: attribute(snippet, "data-org-id"),
    },
  };
}

/** Languages are rows that the organisation brings; nobody may create one. */
async function languageColumn(client: Dataverse, tag: string): Promise<Row> {
  const rows = await client.list("msdyn_oclanguages", {
    select: ["msdyn_oclanguageid", "msdyn_localecode"],
    filter: `msdyn_localecode eq ${quoted(tag)}`,
  });
  const id = textAt(rows?.[0], "msdyn_oclanguageid");
  if (id !== "") return client.lookup(TABLE, "msdyn_ocwidgetlanguage", "msdyn_oclanguage", id);
  const all = await client.list("msdyn_oclanguages", { select: ["msdyn_localecode"] });
  throw new PscError({
    code: "PSC-E445",
    message: `Omnichannel has no widget language "${tag}"`,
    remedy: `use one of: ${(all ?? [])
      .map((row) => textAt(row, "msdyn_localecode"))
      .sort()
      .join(", ")}`,
  });
}

async function columnsFor(
  client: Dataverse,
  { widget }: WidgetProps,
  wanted: (field: string) => boolean,
  context: Context,
): Promise<Row> {
  const hours = widget.operatingHours;
  const hoursId = hours === undefined ? null : operatingHours.data(context, hours)?.id;
  if (hoursId === undefined) throw missingDependency(`operating hours "${hours}"`);
  const both = widget.attachments === "both";
  return {
    ...(wanted("title") ? { msdyn_widgettitle: widget.title } : {}),
    ...(wanted("subtitle") ? { msdyn_widgetsubtitle: widget.subtitle } : {}),
    ...(wanted("position") ? { msdyn_widgetposition: POSITIONS[widget.position] } : {}),
    ...(wanted("attachments")
      ? {
          msdyn_enablefileattachmentsforcustomers: both || widget.attachments === "customers",
          msdyn_enablefileattachmentsforagents: both || widget.attachments === "agents",
        }
      : {}),
    ...(wanted("language") ? await languageColumn(client, widget.language) : {}),
    ...(wanted("operatingHours")
      ? await client.lookup(TABLE, "msdyn_operatinghourid", "msdyn_operatinghour", hoursId)
      : {}),
  };
}

export const widget = defineKind<WidgetProps, WidgetData>({
  kind: "omnichannel.widget",
  summary: "Chat widget of a workstream and the script tag for web pages",
  step: 11,
  api: "Dataverse Web API: msdyn_livechatconfigs",
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadmsdyn_livechatconfig", "prvReadmsdyn_oclanguage"],
    write: ["prvCreatemsdyn_livechatconfig", "prvWritemsdyn_livechatconfig", "prvDeletemsdyn_livechatconfig"],
  },
  sources: [
    "Customer Service: Configure a chat widget",
    "Customer Service: Migrate live chat configuration",
    "microsoft/omnichannel-chat-sdk:src/types/config.d.ts",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: (props) => `chat widget "${props.widget.name}"`,
  detail: (props) => `${props.widget.title}, ${props.widget.language}`,
  declared,
  read,
  async create(props, context) {
    const client = requireOrganization(context);
    const workstreamId = workstream.data(context, props.workstream)?.id;
    if (workstreamId === undefined) throw missingDependency(`workstream "${props.workstream}"`);
    await client.create("msdyn_livechatconfigs", {
      msdyn_name: props.widget.name,
      msdyn_conversationmode: LIVE_CHAT,
      ...(await client.lookup(TABLE, "msdyn_liveworkstreamid", "msdyn_liveworkstream", workstreamId)),
      ...(await columnsFor(
        client,
        props,
        (field) => field !== "operatingHours" || props.widget.operatingHours !== undefined,
        context,
      )),
    });
    return undefined;
  },
  async update(props, { id }, changes: readonly FieldChange[], context) {
    const client = requireOrganization(context);
    const wanted = (field: string): boolean => changes.some(({ path }) => path === field);
    await client.update("msdyn_livechatconfigs", id, await columnsFor(client, props, wanted, context));
    return undefined;
  },
  destroy: deletesRow("msdyn_livechatconfigs"),
});

export function widgetResources(spec: EnvironmentSpec): Resource[] {
  return spec.workstreams.flatMap(({ name, widget: declaredWidget }) =>
    declaredWidget === undefined
      ? []
      : [
          widget.resource({
            name: declaredWidget.name,
            props: { workstream: name, widget: declaredWidget },
            dependsOn: [
              workstream.address(name),
              ...(declaredWidget.operatingHours === undefined
                ? []
                : [operatingHours.address(declaredWidget.operatingHours)]),
            ],
          }),
        ],
  );
}
