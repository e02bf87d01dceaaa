import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, SkillSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  missingDependency,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { addressesOf, principalsOf, written } from "../dataverse/principals.ts";
import {
  bookableResources,
  linkResources,
  named,
  namesOfLinked,
  type ResourceLinks,
} from "./bookable-resources.ts";
import { omnichannelBase } from "./channels.ts";

const TABLE = "characteristic";
const SKILL = 1;
const LINKS: ResourceLinks = {
  table: "bookableresourcecharacteristic",
  resourceColumn: "resource",
  column: TABLE,
  target: TABLE,
};

async function read(props: SkillSpec, context: Context): Promise<Observation<{ readonly id: string }>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const rows = await client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "description"],
    filter: `${named("name", props.name)} and characteristictype eq ${SKILL}`,
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

async function readUsers(props: SkillSpec, context: Context): Promise<Observation<undefined>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const id = skill.data(context, props.name)?.id;
  if (id === undefined) return { status: "absent", reason: "the skill does not exist yet" };
  const users = await namesOfLinked(client, LINKS, id, principalsOf(props.users, context), context);
  if (users === undefined) return ABSENT_TABLE;
  return { status: "present", id, fields: { users }, data: undefined };
}

async function addUsers(props: SkillSpec, context: Context): Promise<undefined> {
  const id = skill.data(context, props.name)?.id;
  if (id === undefined) throw missingDependency(`skill "${props.name}"`);
  const principals = principalsOf(props.users, context);
  await linkResources(requireOrganization(context), LINKS, id, principals, () => ({}), context);
  return undefined;
}

export const skillUsers = defineKind<SkillSpec, undefined>({
  kind: "omnichannel.skill-users",
  summary: "Agents who have a skill; others who have it are left alone",
  step: 11,
  api: `Dataverse Web API: ${LINKS.table}s, bookableresources`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: ["prvReadBookableResourceCharacteristic", "prvReadBookableResource"],
    write: ["prvCreateBookableResourceCharacteristic", "prvCreateBookableResource"],
  },
  sources: [
    "Customer Service: Set up skill-based routing",
    `Dataverse table reference: ${LINKS.table}, bookableresource`,
  ],
  nature: "managed",
  staysBecause: "who has a skill goes with it",
  label: ({ name }) => `agents with skill "${name}"`,
  detail: ({ users }) => users.map(written).join(", "),
  declared: ({ users }, context) => ({ users: principalsOf(users, context).map(({ name }) => name) }),
  read: readUsers,
  create: addUsers,
  update: (props, _present, _changes, context) => addUsers(props, context),
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
