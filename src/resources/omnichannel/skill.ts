import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { quoted } from "../../services/dataverse.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, SkillSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { addressesOf } from "../dataverse/principals.ts";
import { defineAgentLinks } from "./agent-links.ts";
import { bookableResources } from "./bookable-resources.ts";
import { omnichannelBase } from "./channels.ts";

const TABLE = "characteristic";
const SKILL = 1;

async function read(props: SkillSpec, context: Context): Promise<Observation<{ readonly id: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "description"],
    filter: `name eq ${quoted(props.name)} and characteristictype eq ${SKILL}`,
  });
  if (rows === undefined) return ABSENT_TABLE;
  const row = onlyRow(rows, `${TABLE}id`, `skill "${props.name}"`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  return { status: "present", id, fields: { description: textAt(row, "description") }, data: { id } };
}

export const skill = defineKind<SkillSpec, { readonly id: string }>({
  kind: "omnichannel.skill",
  summary: "Skill that agents have and conversations can ask for",
  step: 11,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadCharacteristic"],
    write: ["prvCreateCharacteristic", "prvWriteCharacteristic", "prvDeleteCharacteristic"],
  },
  sources: ["Customer Service: Set up skill-based routing", `Dataverse table reference: ${TABLE}`],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `skill "${name}"`,
  detail: ({ description }) => description,
  declared: ({ description }) => ({ description }),
  read,
  async create(props, context) {
    await requireOrganization(context).create(`${TABLE}s`, {
      name: props.name,
      characteristictype: SKILL,
      description: props.description,
    });
    return undefined;
  },
  async update(props, { data }, _changes, context) {
    await requireOrganization(context).update(`${TABLE}s`, data.id, { description: props.description });
    return undefined;
  },
  destroy: deletesRow(`${TABLE}s`),
});

export const skillUsers = defineAgentLinks<SkillSpec>({
  kind: "omnichannel.skill-users",
  summary: "Agents who have a skill; others who have it are left alone",
  what: "skill",
  links: {
    table: "bookableresourcecharacteristic",
    resourceColumn: "resource",
    column: TABLE,
    target: TABLE,
  },
  privilege: "BookableResourceCharacteristic",
  source: "Customer Service: Set up skill-based routing",
  idOf: (context, name) => skill.data(context, name)?.id,
});

export function skillResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.omnichannel.skills.flatMap((declared) => [
    skill.resource({ name: declared.name, props: declared, dependsOn: omnichannelBase(spec, manifest) }),
    ...(declared.users.length === 0
      ? []
      : [
          skillUsers.resource({
            name: declared.name,
            props: declared,
            within: skill.address(declared.name),
            dependsOn: [
              skill.address(declared.name),
              bookableResources.address(),
              ...addressesOf(declared.users),
            ],
          }),
        ]),
  ]);
}
