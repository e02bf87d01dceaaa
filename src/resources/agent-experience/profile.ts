import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { Dataverse } from "../../services/dataverse.ts";
import { type Row, rowsAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, ProfileSpec } from "../../spec/model.ts";
import {
  ABSENT_ENVIRONMENT,
  ABSENT_TABLE,
  deletesRow,
  onlyRow,
  organization,
  requireOrganization,
} from "../dataverse/organization.ts";
import { addressesOf, ensureUsers, findUsers, principalsOf } from "../dataverse/principals.ts";
import { omnichannelBase } from "../omnichannel/channels.ts";
import { templateAddresses, templateNamed } from "./session-template.ts";

export interface ProfileData {
  readonly id: string;
}

const TABLE = "msdyn_appconfiguration";
const TEMPLATES = "msdyn_appconfiguration_sessiontemplate";
const USERS = "msdyn_appconfiguration_systemuser";
/** Unique name of the Customer Service workspace app. */
const WORKSPACE = "CustomerServiceApps";

function allProfiles(client: Dataverse): Promise<readonly Row[] | undefined> {
  return client.list(`${TABLE}s`, {
    select: [`${TABLE}id`, "msdyn_name", "msdyn_uniquename", "msdyn_description"],
    expand: `${TEMPLATES}($select=msdyn_sessiontemplateid,msdyn_name),${USERS}($select=systemuserid)`,
  });
}

async function read(props: ProfileSpec, context: Context): Promise<Observation<ProfileData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const principals = principalsOf(props.users, context);
  const [rows, users] = await Promise.all([allProfiles(client), findUsers(client, principals, context)]);
  if (rows === undefined) return ABSENT_TABLE;
  const same = rows.filter(
    (candidate) => textAt(candidate, "msdyn_uniquename").toLowerCase() === props.uniqueName.toLowerCase(),
  );
  const row = onlyRow(same, `${TABLE}id`, `experience profile ${props.uniqueName}`);
  if (row === undefined) return { status: "absent" };
  const id = textAt(row, `${TABLE}id`);
  const templates = new Set(rowsAt(row, TEMPLATES).map((one) => textAt(one, "msdyn_name")));
  const inside = new Set(rowsAt(row, USERS).map((one) => textAt(one, "systemuserid")));
  return {
    status: "present",
    id,
    fields: {
      name: textAt(row, "msdyn_name"),
      description: textAt(row, "msdyn_description"),
      sessionTemplates: props.sessionTemplates.filter((name) => templates.has(name)),
      users: principals.map(({ name }) => name).filter((name) => inside.has(users.get(name)?.id ?? "")),
    },
    data: { id },
  };
}

/** Adds what is missing. Others stay: a profile may serve more people than the spec knows. */
async function link(props: ProfileSpec, id: string, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const path = `${TABLE}s(${id})`;
  for (const name of props.sessionTemplates) {
    const template = await templateNamed(client, name);
    await client.associate(
      path,
      TEMPLATES,
      `msdyn_sessiontemplates(${textAt(template, "msdyn_sessiontemplateid")})`,
    );
  }
  const users = await ensureUsers(client, principalsOf(props.users, context), context);
  for (const user of users.values()) await client.associate(path, USERS, `systemusers(${user.id})`);
  return undefined;
}

export const profile = defineKind<ProfileSpec, ProfileData>({
  kind: "agent-experience.profile",
  summary: "Experience profile of the workspace app: session templates, and who has them",
  step: 15,
  api: `Dataverse Web API: ${TABLE}s`,
  persona: "Omnichannel Administrator",
  permissions: {
    read: [`prvRead${TABLE}`, "prvReadmsdyn_sessiontemplate", "prvReadUser", "prvReadRole"],
    write: [
      `prvCreate${TABLE}`,
      `prvWrite${TABLE}`,
      `prvAppend${TABLE}`,
      `prvDelete${TABLE}`,
      "prvAppendTomsdyn_sessiontemplate",
      "prvAppendToUser",
    ],
  },
  sources: [
    "Customer Service: Create and manage agent experience profiles",
    `Dataverse table reference: ${TABLE} (relationships ${TEMPLATES}, ${USERS})`,
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `experience profile "${name}"`,
  detail: ({ sessionTemplates }) => sessionTemplates.join(", "),
  declared: (props, context) => ({
    name: props.name,
    description: props.description,
    sessionTemplates: props.sessionTemplates,
    users: principalsOf(props.users, context).map(({ name }) => name),
  }),
  read,
  async create(props, context) {
    const id = await requireOrganization(context).create(`${TABLE}s`, {
      msdyn_name: props.name,
      msdyn_uniquename: props.uniqueName,
      msdyn_description: props.description,
      msdyn_appmoduleuniquename: WORKSPACE,
    });
    return link(props, id, context);
  },
  async update(props, { data }, changes, context) {
    if (changes.some(({ path }) => path === "name" || path === "description"))
      await requireOrganization(context).update(`${TABLE}s`, data.id, {
        msdyn_name: props.name,
        msdyn_description: props.description,
      });
    return link(props, data.id, context);
  },
  destroy: deletesRow(`${TABLE}s`),
});

export function profileResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.agentExperience.profiles.map((declared) =>
    profile.resource({
      name: declared.name,
      props: declared,
      dependsOn: [
        ...omnichannelBase(spec, manifest),
        ...templateAddresses(spec, declared.sessionTemplates),
        ...addressesOf(declared.users),
      ],
    }),
  );
}
