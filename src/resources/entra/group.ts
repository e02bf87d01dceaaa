import { createHash } from "node:crypto";
import type { Present } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError, ServiceError } from "../../errors.ts";
import { keySegment, literal } from "../../services/graph.ts";
import type { EnvironmentSpec, GroupSpec } from "../../spec/model.ts";
import { naming } from "./denied.ts";
import { LOOK_EVERY_MS, REPLICATED_WITHIN_MS, untilVisible, whenReplicated } from "./replication.ts";
import { tenant } from "./tenant.ts";

export interface GroupMember {
  readonly id: string;
  readonly userPrincipalName: string;
}

export interface GroupData {
  readonly id: string;
  /** Every user in the group, nested groups included. */
  readonly members: readonly GroupMember[];
}

interface EntraGroup {
  readonly id: string;
  readonly displayName: string;
  readonly uniqueName?: string | null;
  readonly securityEnabled?: boolean;
  readonly groupTypes?: readonly string[];
  readonly onPremisesSyncEnabled?: boolean | null;
}

interface DirectoryObject {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly userPrincipalName?: string | null;
}

const READ_PEOPLE = { permission: "User.ReadBasic.All", persona: "Directory Readers" };

const SELECT = "id,displayName,uniqueName,securityEnabled,groupTypes,onPremisesSyncEnabled";
const WRITE = { permission: "Group.ReadWrite.All", persona: "Groups Administrator" };

/**
 * psc's mark on a group. Dev, test and prod of one tenant share their groups, so it names the group and no environment.
 * `uniqueName` can be set once and never changed ("Upsert group", Microsoft Graph).
 */
export function groupUniqueName(displayName: string): string {
  const slug = displayName
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  // Names that differ in more than case and spaces must not meet in one slug.
  const lossless = displayName.toLowerCase().replaceAll(" ", "-") === slug;
  const digest = createHash("sha256").update(displayName.toLowerCase()).digest("hex").slice(0, 8);
  return lossless ? `psc-${slug}` : `psc-${slug === "" ? "group" : slug}-${digest}`;
}

async function find(name: string, context: Context): Promise<EntraGroup | undefined> {
  const { graph } = context.services;
  const marked = await graph.get<EntraGroup>(`/groups${keySegment("uniqueName", groupUniqueName(name))}`, {
    $select: SELECT,
  });
  if (marked !== undefined) return marked;
  const named = await graph.list<EntraGroup>("/groups", {
    $filter: `displayName eq ${literal(name)}`,
    $select: SELECT,
  });
  if (named.length > 1) {
    throw new PscError({
      code: "PSC-E401",
      message: `${named.length} groups are called "${name}": ${named.map(({ id }) => id).join(", ")}`,
      remedy: "rename all but the one to use, or give the spec another name",
      persona: "Groups Administrator",
    });
  }
  return named[0];
}

/** A group that was found by its unique name may be too new for a read by its id: such a 404 passes. */
async function usersOf(id: string, context: Context): Promise<readonly GroupMember[]> {
  const members = await naming({ permission: "GroupMember.Read.All", persona: "Directory Readers" }, () =>
    whenReplicated(context, "the group's members", () =>
      context.services.graph.list<DirectoryObject>(`/groups/${id}/transitiveMembers`, {
        $select: "id,userPrincipalName",
      }),
    ),
  );
  return peopleIn(members);
}

const USER = "#microsoft.graph.user";

/**
 * The users among members or owners. To whom may see the group and not its people, Graph shows these by id alone
 * ("Limited information returned for inaccessible member objects").
 */
function peopleIn(objects: readonly DirectoryObject[]): readonly GroupMember[] {
  return objects
    .filter((object) => (object["@odata.type"] ?? USER) === USER)
    .map(({ id, userPrincipalName }) => {
      if (typeof userPrincipalName === "string") return { id, userPrincipalName };
      throw new PscError({
        code: "PSC-E231",
        message: `Microsoft Graph shows the group's people by their ids only (${id})`,
        permission: READ_PEOPLE.permission,
        persona: READ_PEOPLE.persona,
        remedy: `grant ${READ_PEOPLE.permission}, then run the same command again`,
      });
    });
}

/** The declared people that are there, in the spelling of the spec. */
function declaredIn(declared: readonly string[], there: readonly GroupMember[]): string[] {
  const present = new Set(there.map(({ userPrincipalName }) => userPrincipalName.toLowerCase()));
  return declared.filter((name) => present.has(name.toLowerCase()));
}

async function userId(name: string, context: Context): Promise<string> {
  const user = await naming(READ_PEOPLE, () =>
    context.services.graph.get<{ id: string }>(`/users/${encodeURIComponent(name)}`, { $select: "id" }),
  );
  if (user !== undefined) return user.id;
  throw new PscError({
    code: "PSC-E432",
    message: `no user "${name}" in the tenant`,
    remedy: "correct the user principal name in `identity.groups`, or invite the person first",
    persona: "User Administrator",
  });
}

/** Microsoft Graph's collections of people of a group. */
type Collection = "members" | "owners";

/** Adds who is missing, up to 20 people a request; who nobody declared is left alone. */
async function ensurePeople(
  id: string,
  collection: Collection,
  names: readonly string[],
  context: Context,
): Promise<void> {
  if (names.length === 0) return;
  const { graph } = context.services;
  let missing = await Promise.all(names.map((name) => userId(name, context)));
  const permission = collection === "members" ? "GroupMember.ReadWrite.All" : WRITE.permission;
  await naming({ permission, persona: "Groups Administrator" }, () =>
    context.wait(
      `${collection} of the group`,
      { everyMs: LOOK_EVERY_MS, atMostMs: REPLICATED_WITHIN_MS },
      async () => {
        const asked = missing;
        const answers = await graph.batch(
          asked.map((user) => ({
            method: "POST" as const,
            url: `/groups/${id}/${collection}/$ref`,
            body: { "@odata.id": graph.objectUrl(user) },
          })),
        );
        missing = asked.filter((_, index) => needsAnotherTry(answers[index], id, collection));
        return missing.length === 0 ? { done: true, value: undefined } : { done: false };
      },
    ),
  );
}

/** 404 comes from a group or user that is not replicated yet, 409 from another write at the same moment. */
function needsAnotherTry(
  answer: { readonly status: number; readonly body: unknown } | undefined,
  groupId: string,
  collection: Collection,
): boolean {
  if (answer === undefined || [404, 409, 429, 503, 504].includes(answer.status)) return true;
  if (answer.status < 300) return false;
  const error = (answer.body as { error?: { code?: string; message?: string } } | undefined)?.error;
  if (answer.status === 400 && /references already exist/i.test(error?.message ?? "")) return false;
  throw new ServiceError(
    {
      code: answer.status === 403 ? "PSC-E231" : "PSC-E217",
      message: `Microsoft Graph refused to add to the ${collection} of group ${groupId} (${error?.code ?? `HTTP ${answer.status}`}: ${error?.message ?? ""})`,
      remedy: "mend what Graph names above, then run the same command again",
    },
    {
      service: "graph",
      method: "POST",
      url: `/groups/${groupId}/${collection}/$ref`,
      status: answer.status,
      serviceCode: error?.code ?? "",
      serviceMessage: error?.message ?? "",
      requestId: undefined,
    },
  );
}

/** Owners as the group names them; who is no user, such as the pipeline that made it, is left out. */
async function ownersOf(id: string, context: Context): Promise<readonly GroupMember[]> {
  const owners = await naming({ permission: "GroupMember.Read.All", persona: "Directory Readers" }, () =>
    whenReplicated(context, "the group's owners", () =>
      context.services.graph.list<DirectoryObject>(`/groups/${id}/owners`, {
        $select: "id,userPrincipalName",
      }),
    ),
  );
  return peopleIn(owners);
}

function missingMembers(group: GroupSpec, data: GroupData): readonly string[] {
  const there = declaredIn(group.members, data.members);
  return group.members.filter((name) => !there.includes(name));
}

async function observed(
  { group }: GroupProps,
  found: EntraGroup,
  context: Context,
): Promise<Present<GroupData>> {
  if (found.securityEnabled === false) {
    throw new PscError({
      code: "PSC-E433",
      message: `group "${group.name}" (${found.id}) is not security-enabled and cannot hold roles`,
      remedy: "name a security group in `identity.groups`",
      persona: "Groups Administrator",
    });
  }
  const [members, owners] = await Promise.all([
    usersOf(found.id, context),
    group.owners.length === 0 ? [] : ownersOf(found.id, context),
  ]);
  const present: Present<GroupData> = {
    status: "present",
    id: found.id,
    fields: {
      displayName: found.displayName,
      ...(group.members.length === 0 ? {} : { members: declaredIn(group.members, members) }),
      ...(group.owners.length === 0 ? {} : { owners: declaredIn(group.owners, owners) }),
    },
    data: { id: found.id, members },
  };
  const isDynamic = found.groupTypes?.includes("DynamicMembership") === true;
  if (isDynamic && missingMembers(group, present.data).length > 0) {
    throw new PscError({
      code: "PSC-E433",
      message: `group "${group.name}" has a dynamic membership rule, so psc cannot add ${missingMembers(group, present.data).join(", ")}`,
      remedy: "change the rule of the group, or take the members out of the spec",
      persona: "Groups Administrator",
    });
  }
  // A mark that is there already stays: it cannot be changed, and groups synchronised from Active Directory take none.
  const markable = (found.uniqueName ?? "") === "" && found.onPremisesSyncEnabled !== true;
  return markable ? { ...present, adoptable: "it exists already; psc will put its mark on it" } : present;
}

export interface GroupProps {
  readonly group: GroupSpec;
}

/** A security group, made or adopted by its display name. */
export const group = defineKind<GroupProps, GroupData>({
  kind: "entra.group",
  summary: "a security group of the contact centre's people",
  step: 0,
  api: "Microsoft Graph groups",
  persona: "Groups Administrator",
  permissions: {
    read: ["GroupMember.Read.All", "User.ReadBasic.All"],
    write: ["Group.ReadWrite.All", "GroupMember.ReadWrite.All"],
  },
  sources: [
    "Microsoft Graph v1.0: Upsert group; Add members; List group transitive members",
    "microsoftgraph/microsoft-graph-devx-content:permissions/new/permissions.json",
    "hashicorp/terraform-provider-azuread:internal/services/groups/group_resource.go (replication)",
  ],
  nature: "managed",
  sharedBecause: "other environments may use the group",
  label: ({ group: { name } }) => `group "${name}"`,
  detail: ({ group: { members } }) =>
    members.length === 0 ? "" : `${members.length} ${members.length === 1 ? "member" : "members"}`,
  declared: ({ group: { name, members, owners } }) => ({
    displayName: name,
    ...(members.length === 0 ? {} : { members }),
    ...(owners.length === 0 ? {} : { owners }),
  }),
  async read(props, context) {
    const found = await naming({ permission: "GroupMember.Read.All", persona: "Directory Readers" }, () =>
      find(props.group.name, context),
    );
    return found === undefined ? { status: "absent" } : observed(props, found, context);
  },
  async create(props, context) {
    const { graph } = context.services;
    const { name, members, owners } = props.group;
    const path = `/groups${keySegment("uniqueName", groupUniqueName(name))}`;
    const mailNickname = groupUniqueName(name).slice(0, 64);
    const made = await naming(WRITE, () =>
      graph.upsert<EntraGroup>(path, {
        displayName: name,
        description: "Made by psc; holds access to a patient service center",
        mailEnabled: false,
        mailNickname,
        securityEnabled: true,
        groupTypes: [],
      }),
    );
    const seen = await untilVisible(context, `group "${name}" to be visible`, () =>
      graph.get<EntraGroup>(path, { $select: SELECT }),
    );
    await ensurePeople(made?.id ?? seen.id, "members", members, context);
    await ensurePeople(made?.id ?? seen.id, "owners", owners, context);
    return undefined;
  },
  async update(props, present, changes, context) {
    const { name } = props.group;
    // A group that is changed is adopted on the way, or the next run would have to write again.
    const patch = {
      ...(changes.some(({ path }) => path === "displayName") ? { displayName: name } : {}),
      ...(present.adoptable === undefined ? {} : { uniqueName: groupUniqueName(name) }),
    };
    if (Object.keys(patch).length > 0)
      await naming(WRITE, () => context.services.graph.update(`/groups/${present.id}`, patch));
    await ensurePeople(present.id, "members", missingMembers(props.group, present.data), context);
    if (changes.some(({ path }) => path === "owners")) {
      const there = declaredIn(props.group.owners, await ownersOf(present.id, context));
      const missing = props.group.owners.filter((owner) => !there.includes(owner));
      await ensurePeople(present.id, "owners", missing, context);
    }
    return undefined;
  },
  async destroy(_props, present, context) {
    await naming(WRITE, () => context.services.graph.remove(`/groups/${present.id}`));
    return undefined;
  },
  async adopt({ group: { name } }, present, context) {
    await naming(WRITE, () =>
      context.services.graph.update(`/groups/${present.id}`, { uniqueName: groupUniqueName(name) }),
    );
    return undefined;
  },
});

export function groupResources(spec: EnvironmentSpec): Resource[] {
  return spec.identity.groups.map((declared) =>
    group.resource({ name: declared.key, props: { group: declared }, dependsOn: [tenant.address()] }),
  );
}
