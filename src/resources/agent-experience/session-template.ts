import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import {
  CHANNELS,
  type Channel,
  type EnvironmentSpec,
  type Manifest,
  type PanelState,
  type SessionTemplateSpec,
} from "../../spec/model.ts";
import { linkExactly } from "../dataverse/links.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase, STREAM_SOURCES } from "../omnichannel/channels.ts";
import { templateCalled, withUniqueName } from "./templates.ts";

export interface SessionTemplateData {
  readonly id: string;
  readonly tabIds: readonly string[];
}

const TABLE = "msdyn_sessiontemplate";
const TABS = "msdyn_sessiontemplate_applicationtab";
const TAB_TABLE = "msdyn_applicationtabtemplate";
/** For conversations; an entity session belongs to records of one table. */
const GENERIC = 0;
const PANELS: Readonly<Record<PanelState, number>> = {
  minimized: 162450000,
  hidden: 162450001,
  docked: 162450002,
};

function panelName(value: number | undefined): string | null {
  const known = Object.entries(PANELS).find(([, number]) => number === value)?.[0];
  return known ?? (value === undefined ? null : `other (${value})`);
}

/** Column of a workstream that names the template its conversations open with. */
export const DEFAULT_OF_WORKSTREAM = "msdyn_sessiontemplate_default";

/** What the service gives a new workstream, by name ("Manage session templates": default templates). */
const SHIPPED: Readonly<Record<Channel, string>> = {
  chat: "Chat session - default",
  sms: "SMS session - default",
  teams: "Teams session - default",
};

/** All session templates with their tabs, so that any number of them is read by one request. */
export function allTemplates(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_name", "msdyn_uniquename", "msdyn_title", "msdyn_panelstate"],
    expand: `${TABS}($select=${TAB_TABLE}id,msdyn_name)`,
  });
}

/**
 * A template of the environment, whoever made it.
 * @throws PscError PSC-E447 naming those there are.
 */
export async function templateNamed(client: Dataverse, name: string): Promise<Row> {
  return templateCalled((await allTemplates(client)) ?? [], `${TABLE}id`, "session template", name);
}

async function tabIdsOf(client: Dataverse, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const rows = (await client.list(`${TAB_TABLE}s`, { select: [`${TAB_TABLE}id`, "msdyn_name"] })) ?? [];
  return names.map((name) => {
    const found = onlyRow(
      rows.filter((row) => textAt(row, "msdyn_name") === name),
      `${TAB_TABLE}id`,
      `application tab "${name}"`,
    );
    if (found !== undefined) return textAt(found, `${TAB_TABLE}id`);
    throw new PscError({
      code: "PSC-E447",
      message: `the environment has no application tab "${name}"`,
      remedy: `use one that is there: ${rows
        .map((row) => textAt(row, "msdyn_name"))
        .sort()
        .join(", ")}`,
      side: "user",
    });
  });
}

async function read(props: SessionTemplateSpec, context: Context): Promise<Observation<SessionTemplateData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await allTemplates(client);
  if (rows === undefined) return ABSENT_TABLE;
  const same = withUniqueName(rows, props.uniqueName);
  const row = onlyRow(same, `${TABLE}id`, `session template ${props.uniqueName}`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  const tabs = rowsAt(row, TABS);
  return {
    status: "present",
    id,
    fields: {
      name: textAt(row, "msdyn_name"),
      title: textAt(row, "msdyn_title"),
      panel: panelName(numberAt(row, "msdyn_panelstate")),
      tabs: tabs.map((tab) => textAt(tab, "msdyn_name")),
    },
    data: { id, tabIds: tabs.map((tab) => textAt(tab, `${TAB_TABLE}id`)) },
  };
}

function columnsOf({ name, title, panel }: SessionTemplateSpec): Row {
  return { msdyn_name: name, msdyn_title: title, msdyn_panelstate: PANELS[panel] };
}

async function linkTabs(
  props: SessionTemplateSpec,
  present: SessionTemplateData,
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  await linkExactly(client, `${TABLE}s(${present.id})`, TABS, {
    entitySet: `${TAB_TABLE}s`,
    present: present.tabIds,
    wanted: await tabIdsOf(client, props.tabs),
  });
  return undefined;
}

export const sessionTemplate = defineKind<SessionTemplateSpec, SessionTemplateData>({
  kind: "agent-experience.session-template",
  summary: "What opens with a conversation: title, panel, application tabs",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, `prvRead${TAB_TABLE}`],
    write: [
      `prvCreate${TABLE}`,
      `prvWrite${TABLE}`,
      `prvAppend${TABLE}`,
      `prvDelete${TABLE}`,
      `prvAppendTo${TAB_TABLE}`,
      "prvWritemsdyn_liveworkstream",
    ],
  },
  sources: [
    "Customer Service: Manage session templates",
    `Dataverse table reference: ${TABLE} (relationship ${TABS})`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `session template "${name}"`,
  detail: ({ panel, tabs }) => [`panel ${panel}`, ...tabs].join(", "),
  declared: ({ name, title, panel, tabs }) => ({ name, title, panel, tabs }),
  read,
  async create(props, context) {
    const id = await requireOrganization(context).create(`${TABLE}s`, {
      ...columnsOf(props),
      msdyn_uniquename: props.uniqueName,
      msdyn_sessiontype: GENERIC,
    });
    return linkTabs(props, { id, tabIds: [] }, context);
  },
  async update(props, { data }, changes, context) {
    if (changes.some(({ path }) => path !== "tabs"))
      await requireOrganization(context).update(`${TABLE}s`, data.id, columnsOf(props));
    return linkTabs(props, data, context);
  },
  async destroy({ uniqueName }, { data }, context) {
    await putBack(uniqueName, context);
    await requireOrganization(context).delete(`${TABLE}s`, data.id);
    return undefined;
  },
});

/** Gives workstreams that open with this template the product's own again: they name it by text, which nothing keeps true. */
async function putBack(uniqueName: string, context: Context): Promise<void> {
  const client = requireOrganization(context);
  const using =
    (await client.list("msdyn_liveworkstreams", {
      select: ["msdyn_liveworkstreamid", "msdyn_streamsource"],
      filter: `${DEFAULT_OF_WORKSTREAM} eq ${quoted(uniqueName)}`,
    })) ?? [];
  if (using.length === 0) return;
  const templates = (await allTemplates(client)) ?? [];
  for (const row of using) {
    const source = numberAt(row, "msdyn_streamsource");
    const channel = CHANNELS.find((name) => STREAM_SOURCES[name] === source);
    const shipped = templates.find((one) => channel && textAt(one, "msdyn_name") === SHIPPED[channel]);
    await client.update("msdyn_liveworkstreams", textAt(row, "msdyn_liveworkstreamid"), {
      [DEFAULT_OF_WORKSTREAM]: textAt(shipped, "msdyn_uniquename") || null,
    });
  }
}

/** Address of a template of the spec, for whoever builds on it; nothing for one that is there already. */
export function templateAddresses(spec: EnvironmentSpec, names: readonly string[]): string[] {
  return spec.agentExperience.sessionTemplates
    .filter(({ name }) => names.includes(name))
    .map(({ name }) => sessionTemplate.address(name));
}

export function sessionTemplateResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.sessionTemplates.map((declared) =>
    sessionTemplate.resource({
      name: declared.name,
      props: declared,
      dependsOn: omnichannelBase(spec, manifest),
    }),
  );
}
