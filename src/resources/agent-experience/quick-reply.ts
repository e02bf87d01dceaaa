import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { numberAt, type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import { lcidOf } from "../../spec/index.ts";
import type { EnvironmentSpec, Manifest, QuickReplySpec } from "../../spec/model.ts";
import { linkExactly } from "../dataverse/links.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";
import { workstream } from "../omnichannel/workstream.ts";
import { tag } from "./tag.ts";

export interface QuickReplyData {
  readonly id: string;
  readonly tagIds: readonly string[];
  readonly workstreamIds: readonly string[];
}

const TABLE = "msdyn_cannedmessage";
const TAGS = "msdyn_msdyn_cannedmessage_msdyn_octag";
const WORKSTREAMS = "msdyn_msdyn_cannedmessage_liveworkstream";

/** All quick replies with their links, so that any number of them is read by one request. */
function allReplies(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_title", "msdyn_message", "msdyn_locale_field"],
    expand: `${TAGS}($select=msdyn_octagid,msdyn_name),${WORKSTREAMS}($select=msdyn_liveworkstreamid,msdyn_name)`,
  });
}

async function read(props: QuickReplySpec, context: Context): Promise<Observation<QuickReplyData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await allReplies(client);
  if (rows === undefined) return ABSENT_TABLE;
  const locale = lcidOf(props.language);
  const same = rows.filter(
    (candidate) =>
      textAt(candidate, "msdyn_title") === props.title &&
      numberAt(candidate, "msdyn_locale_field") === locale,
  );
  const row = onlyRow(same, `${TABLE}id`, `quick reply "${props.title}" in ${props.language}`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  const tags = rowsAt(row, TAGS);
  const workstreams = rowsAt(row, WORKSTREAMS);
  return {
    status: "present",
    id,
    fields: {
      text: textAt(row, "msdyn_message"),
      tags: tags.map((one) => textAt(one, "msdyn_name")),
      workstreams: workstreams.map((one) => textAt(one, "msdyn_name")),
    },
    data: {
      id,
      tagIds: tags.map((one) => textAt(one, "msdyn_octagid")),
      workstreamIds: workstreams.map((one) => textAt(one, "msdyn_liveworkstreamid")),
    },
  };
}

function tagIdsOf(names: readonly string[], context: Context): string[] {
  return names.map((name) => {
    const id = tag.data(context, name)?.id;
    if (id === undefined) throw missingDependency(`tag "${name}"`);
    return id;
  });
}

function workstreamIdsOf(names: readonly string[], context: Context): string[] {
  return names.map((name) => {
    const id = workstream.data(context, name)?.id;
    if (id === undefined) throw missingDependency(`workstream "${name}"`);
    return id;
  });
}

async function link(props: QuickReplySpec, present: QuickReplyData, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const path = `${TABLE}s(${present.id})`;
  await linkExactly(client, path, TAGS, {
    entitySet: "msdyn_octags",
    present: present.tagIds,
    wanted: tagIdsOf(props.tags, context),
  });
  await linkExactly(client, path, WORKSTREAMS, {
    entitySet: "msdyn_liveworkstreams",
    present: present.workstreamIds,
    wanted: workstreamIdsOf(props.workstreams, context),
  });
  return undefined;
}

function localeOf({ language }: QuickReplySpec): number {
  const lcid = lcidOf(language);
  if (lcid !== undefined) return lcid;
  throw new PscError({ code: "PSC-E053", message: `"${language}" is not a language of Dataverse` });
}

export const quickReply = defineKind<QuickReplySpec, QuickReplyData>({
  kind: "agent-experience.quick-reply",
  summary: "Quick reply: a text agents send, found by its tags",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, "prvReadmsdyn_octag", "prvReadmsdyn_liveworkstream"],
    write: [
      `prvCreate${TABLE}`,
      `prvWrite${TABLE}`,
      `prvAppend${TABLE}`,
      `prvDelete${TABLE}`,
      "prvAppendTomsdyn_octag",
      "prvAppendTomsdyn_liveworkstream",
    ],
  },
  sources: [
    "Customer Service: Create quick replies",
    `Dataverse table reference: ${TABLE} (relationships ${TAGS}, ${WORKSTREAMS})`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ title, language }) => `quick reply "${title}" (${language})`,
  detail: ({ tags, workstreams }) => [...tags, ...workstreams.map((name) => `in ${name}`)].join(", "),
  declared: ({ text, tags, workstreams }) => ({ text, tags, workstreams }),
  read,
  async create(props, context) {
    const client = requireOrganization(context);
    const id = await client.create(`${TABLE}s`, {
      msdyn_title: props.title,
      msdyn_message: props.text,
      msdyn_locale_field: localeOf(props),
    });
    return link(props, { id, tagIds: [], workstreamIds: [] }, context);
  },
  async update(props, { data }, changes, context) {
    if (changes.some(({ path }) => path === "text"))
      await requireOrganization(context).update(`${TABLE}s`, data.id, { msdyn_message: props.text });
    return link(props, data, context);
  },
  destroy: deletesRow(`${TABLE}s`),
});

export function quickReplyResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.quickReplies.map((declared) =>
    quickReply.resource({
      name: `${declared.title}/${declared.language}`,
      props: declared,
      dependsOn: [
        ...omnichannelBase(spec, manifest),
        ...declared.tags.map((name) => tag.address(name)),
        ...declared.workstreams.map((name) => workstream.address(name)),
      ],
    }),
  );
}
