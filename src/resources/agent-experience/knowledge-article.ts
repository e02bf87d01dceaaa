import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { numberAt, type Row, textAt, valueAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, KnowledgeArticleSpec, Manifest } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";

export interface KnowledgeArticleData {
  readonly id: string;
  readonly state: number;
}

const TABLE = "knowledgearticle";
const LANGUAGES = "languagelocale";
const APPROVED = { statecode: 1, statuscode: 5 } as const;
const PUBLISHED = { statecode: 3, statuscode: 7 } as const;
const ARCHIVED = { statecode: 5, statuscode: 12 } as const;
const DISCARDED = 6;
const STATES = ["draft", "approved", "scheduled", "published", "expired", "archived", "discarded"] as const;

/** Markup differs by who wrote it last; what it says does not. */
function normalized(html: string): string {
  return html.replaceAll("\r\n", "\n").replace(/>\s+</g, "><").trim();
}

async function read(
  props: KnowledgeArticleSpec,
  context: Context,
): Promise<Observation<KnowledgeArticleData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, {
    select: [
      `${TABLE}id`,
      "title",
      "content",
      "keywords",
      "description",
      "isinternal",
      "statecode",
      "_rootarticleid_value",
    ],
    expand: "languagelocaleid($select=localeid)",
    filter: `title eq ${quoted(props.title)} and islatestversion eq true and isrootarticle eq false`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  const living = rows.filter((row) => {
    const state = numberAt(row, "statecode") ?? 0;
    const language = numberAt(row, "languagelocaleid", "localeid") ?? props.language;
    return state !== ARCHIVED.statecode && state !== DISCARDED && language === props.language;
  });
  const row = onlyRow(living, `${TABLE}id`, `knowledge article "${props.title}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  const state = numberAt(row, "statecode") ?? 0;
  return {
    status: "present",
    // Versions come and go; the root is the article.
    id: textAt(row, "_rootarticleid_value") || id,
    fields: {
      content: normalized(textAt(row, "content")),
      keywords: textAt(row, "keywords"),
      description: textAt(row, "description"),
      internal: valueAt(row, "isinternal") === true,
      state: STATES[state] ?? `other (${state})`,
    },
    data: { id, state },
  };
}

function columnsOf({ html, keywords, description, internal }: KnowledgeArticleSpec): Row {
  return { content: html, keywords: keywords.join(", "), description, isinternal: internal };
}

async function languageColumn(client: Dataverse, lcid: number): Promise<Row> {
  const rows = await client.list(LANGUAGES, {
    select: [`${LANGUAGES}id`, "localeid"],
    filter: `localeid eq ${lcid}`,
  });
  const id = textAt(rows?.[0], `${LANGUAGES}id`);
  if (id !== "") return client.lookup(TABLE, "languagelocaleid", LANGUAGES, id);
  throw new PscError({
    code: "PSC-E447",
    message: `the environment has no language ${lcid} for knowledge articles`,
    remedy: "enable the language in the environment's settings, or give the article another one",
    side: "user",
  });
}

async function publish(client: Dataverse, id: string): Promise<void> {
  await client.update(`${TABLE}s`, id, APPROVED);
  await client.update(`${TABLE}s`, id, PUBLISHED);
}

/** A published article stays as it is for its readers; a change goes into a new version, which then takes its place. */
async function change(
  props: KnowledgeArticleSpec,
  { id, state }: KnowledgeArticleData,
  context: Context,
): Promise<undefined> {
  const client = requireOrganization(context);
  let version = id;
  if (state === PUBLISHED.statecode) {
    const made = await client.callAction("CreateKnowledgeArticleVersion", {
      Source: { "@odata.type": `Microsoft.Dynamics.CRM.${TABLE}`, [`${TABLE}id`]: id },
      IsMajor: false,
    });
    version = textAt(made, `${TABLE}id`);
    if (version === "")
      throw new PscError({
        code: "PSC-E422",
        message: `Dataverse made a version of "${props.title}" and did not say which`,
        remedy: "run the same command again: psc finds the latest version by the title",
        side: "service",
      });
  }
  await client.update(`${TABLE}s`, version, columnsOf(props));
  await publish(client, version);
  return undefined;
}

export const knowledgeArticle = defineKind<KnowledgeArticleSpec, KnowledgeArticleData>({
  kind: "agent-experience.knowledge-article",
  summary: "Knowledge article from a Markdown file: published; each change is a new version",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s, CreateKnowledgeArticleVersion`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadKnowledgeArticle", "prvReadLanguageLocale"],
    write: [
      "prvCreateKnowledgeArticle",
      "prvWriteKnowledgeArticle",
      "prvPublishArticle (role Knowledge Manager)",
    ],
  },
  sources: [
    "Dataverse Web API: CreateKnowledgeArticleVersion action",
    "Dataverse developer guide: Work with knowledge articles",
    `Dataverse table reference: ${TABLE}`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ title }) => `knowledge article "${title}"`,
  detail: ({ internal, keywords }) => [internal ? "for agents" : "for everybody", ...keywords].join(", "),
  declared: ({ html, keywords, description, internal }) => ({
    content: normalized(html),
    keywords: keywords.join(", "),
    description,
    internal,
    state: "published",
  }),
  read,
  async create(props, context) {
    const client = requireOrganization(context);
    const id = await client.create(`${TABLE}s`, {
      title: props.title,
      ...columnsOf(props),
      ...(await languageColumn(client, props.language)),
    });
    await publish(client, id);
    return undefined;
  },
  update: (props, { data }, _changes, context) => change(props, data, context),
  /** Archived, not deleted: what agents told patients must stay readable for auditors. */
  async destroy(_props, { data }, context) {
    await requireOrganization(context).update(`${TABLE}s`, data.id, ARCHIVED);
    return undefined;
  },
});

export function knowledgeArticleResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const { knowledge } = spec.agentExperience;
  return knowledge.map((declared) => {
    const isOnlyOne = knowledge.filter(({ title }) => title === declared.title).length === 1;
    return knowledgeArticle.resource({
      name: isOnlyOne ? declared.title : `${declared.title} (${declared.language})`,
      props: declared,
      dependsOn: omnichannelBase(spec, manifest),
    });
  });
}
