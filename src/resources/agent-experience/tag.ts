import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";

export interface TagProps {
  readonly name: string;
}

const TABLE = "msdyn_octag";

async function read({ name }: TagProps, context: Context): Promise<Observation<{ readonly id: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, { select: [`${TABLE}id`, "msdyn_name"] });
  if (rows === undefined) return ABSENT_TABLE;
  const same = rows.filter((row) => textAt(row, "msdyn_name") === name);
  const id = textAt(onlyRow(same, `${TABLE}id`, `tag "${name}"`), `${TABLE}id`);
  return id === "" ? { status: "absent" } : { status: "present", id, fields: {}, data: { id } };
}

export const tag = defineKind<TagProps, { readonly id: string }>({
  kind: "agent-experience.tag",
  summary: "Tag of quick replies; one of the same name is used, whoever made it",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: { read: [`prvRead${TABLE}`], write: [`prvCreate${TABLE}`, `prvDelete${TABLE}`] },
  sources: ["Customer Service: Create quick replies", `Dataverse table reference: ${TABLE}`],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `tag "${name}"`,
  read,
  async create({ name }, context) {
    await requireOrganization(context).create(`${TABLE}s`, { msdyn_name: name });
    return undefined;
  },
  destroy: deletesRow(`${TABLE}s`),
});

export function tagResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  const names = new Set(spec.agentExperience.quickReplies.flatMap(({ tags }) => tags));
  return [...names].map((name) =>
    tag.resource({ name, props: { name }, dependsOn: omnichannelBase(spec, manifest) }),
  );
}
