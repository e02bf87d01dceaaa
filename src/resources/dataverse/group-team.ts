import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { rowsAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { group } from "../entra/group.ts";
import { environment } from "../power-platform/environment.ts";
import {
  ABSENT_ENVIRONMENT,
  deletesRow,
  missingDependency,
  organization,
  requireOrganization,
  rootBusinessUnit,
} from "./organization.ts";
import { solutionAddresses } from "./principals.ts";
import { roleInBusinessUnit } from "./roles.ts";

export interface GroupTeamProps {
  /** Key of `identity.groups`. */
  readonly key: string;
  /** Display name of the group; the team takes it. */
  readonly name: string;
  readonly roles: readonly string[];
}

export interface GroupTeamData {
  readonly teamId: string;
  readonly businessUnitId: string;
  /** Names in lower case. */
  readonly roles: readonly string[];
}

const ENTRA_SECURITY_GROUP = 2;
const MEMBERS_AND_GUESTS = 0;

async function read(props: GroupTeamProps, context: Context): Promise<Observation<GroupTeamData>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const groupId = group.data(context, props.key)?.id;
  if (groupId === undefined) return { status: "absent", reason: "the Entra group does not exist yet" };
  const row = await client.get(
    `teams(azureactivedirectoryobjectid=${groupId},membershiptype=${MEMBERS_AND_GUESTS})`,
    {
      select: ["teamid", "name", "_businessunitid_value"],
      expand: "teamroles_association($select=roleid,name)",
    },
  );
  if (row === undefined) return { status: "absent" };
  const held = rowsAt(row, "teamroles_association").map((role) => textAt(role, "name").toLowerCase());
  return {
    status: "present",
    id: textAt(row, "teamid"),
    fields: { roles: props.roles.filter((role) => held.includes(role.toLowerCase())) },
    data: {
      teamId: textAt(row, "teamid"),
      businessUnitId: textAt(row, "_businessunitid_value"),
      roles: held,
    },
  };
}

async function grant(props: GroupTeamProps, team: GroupTeamData, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  for (const role of props.roles) {
    if (team.roles.includes(role.toLowerCase())) continue;
    const roleId = await roleInBusinessUnit(client, role, team.businessUnitId);
    await client.associate(`teams(${team.teamId})`, "teamroles_association", `roles(${roleId})`);
  }
  return undefined;
}

async function create(props: GroupTeamProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const groupId = group.data(context, props.key)?.id;
  if (groupId === undefined) throw missingDependency(`group "${props.name}"`);
  const businessUnitId = (await rootBusinessUnit(client)).id;
  const administrator = (await client.whoAmI()).userId;
  const teamId = await client.create("teams", {
    name: props.name,
    teamtype: ENTRA_SECURITY_GROUP,
    membershiptype: MEMBERS_AND_GUESTS,
    azureactivedirectoryobjectid: groupId,
    ...(await client.lookup("team", "businessunitid", "businessunit", businessUnitId)),
    ...(await client.lookup("team", "administratorid", "systemuser", administrator)),
  });
  return grant(props, { teamId, businessUnitId, roles: [] }, context);
}

export const groupTeam = defineKind<GroupTeamProps, GroupTeamData>({
  kind: "dataverse.group-team",
  summary: "Entra group as a Dataverse group team that holds security roles",
  step: 12,
  api: "Dataverse Web API: teams",
  persona: "System Administrator",
  permissions: {
    read: ["prvReadTeam", "prvReadRole"],
    write: ["prvReadBusinessUnit", "prvCreateTeam", "prvWriteTeam", "prvDeleteTeam", "prvAssignRole"],
  },
  sources: [
    "Dataverse: Work with Microsoft Entra ID group teams",
    "Power Platform: Manage group teams",
    "d365collaborative/d365bap.tools:Add-PpacTeamOnSecurityGroup",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  label: ({ name }) => `group team "${name}"`,
  detail: ({ roles }) => roles.join(", "),
  declared: ({ roles }) => ({ roles }),
  read,
  create,
  update: (props, { data }, _changes, context) => grant(props, data, context),
  destroy: deletesRow("teams"),
});

export function groupTeamResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.identity.groups.flatMap(({ key, name }) => {
    const roles = spec.roles
      .filter(({ by, to }) => by === "team" && to.kind === "group" && to.group === key)
      .map(({ role }) => role);
    if (roles.length === 0) return [];
    return [
      groupTeam.resource({
        name: key,
        props: { key, name, roles },
        dependsOn: [environment.address(), ...solutionAddresses(spec, manifest, roles), group.address(key)],
      }),
    ];
  });
}
