import type { Observation } from "../../engine/observation.ts";
import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec, Manifest, PrincipalRef } from "../../spec/model.ts";
import { environment } from "../power-platform/environment.ts";
import { ABSENT_ENVIRONMENT, organization, requireOrganization } from "./organization.ts";
import {
  addressesOf,
  ensureUsers,
  findUsers,
  principalsOf,
  solutionAddresses,
  written,
} from "./principals.ts";
import { roleInBusinessUnit } from "./roles.ts";

export interface RoleAssignmentProps {
  readonly role: string;
  readonly to: PrincipalRef;
}

function holders({ to }: RoleAssignmentProps, context: Context): string[] {
  return principalsOf([to], context).map(({ name }) => name);
}

async function read(
  props: RoleAssignmentProps,
  context: Context,
): Promise<Observation<Record<string, never>>> {
  const client = organization(context);
  if (client === undefined) return ABSENT_ENVIRONMENT;
  const principals = principalsOf([props.to], context);
  const users = await findUsers(client, principals, context);
  const role = props.role.toLowerCase();
  const holding = principals
    .map(({ name }) => name)
    .filter((name) => users.get(name)?.roles.has(role) === true);
  if (holding.length === 0 && principals.length > 0)
    return { status: "absent", reason: "nobody it is for holds the role" };
  return { status: "present", id: props.role, fields: { holders: holding }, data: {} };
}

async function assign(props: RoleAssignmentProps, context: Context): Promise<undefined> {
  const client = requireOrganization(context);
  const users = await ensureUsers(client, principalsOf([props.to], context), context);
  const role = props.role.toLowerCase();
  for (const user of users.values()) {
    if (user.roles.has(role)) continue;
    const roleId = await roleInBusinessUnit(client, props.role, user.businessUnitId);
    await client.associate(`systemusers(${user.id})`, "systemuserroles_association", `roles(${roleId})`);
  }
  return undefined;
}

export const roleAssignment = defineKind<RoleAssignmentProps, Record<string, never>>({
  kind: "dataverse.role-assignment",
  summary:
    "Security role held directly, as Omnichannel demands: by the bot, a user, or every member of a group",
  step: 12,
  api: "Dataverse Web API: systemuserroles_association",
  persona: "System Administrator",
  permissions: {
    read: ["prvReadUser", "prvReadRole"],
    write: ["prvAssignRole", "prvReadRole", "prvAppendToRole", "prvWriteUser"],
  },
  sources: [
    "microsoft/terraform-provider-power-platform:internal/services/authorization",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/role-persona-mapping.md",
  ],
  nature: "managed",
  partOf: "power-platform.environment",
  staysBecause:
    "psc takes no role from anybody, because another rule may have given it too: take it away in the Power Platform admin center when it is not needed",
  label: ({ role, to }) => `role "${role}" for ${written(to)}`,
  declared: (props, context) => ({ holders: holders(props, context) }),
  read,
  create: assign,
  update: (props, _present, _changes, context) => assign(props, context),
});

/** Address part of an assignment: `Omnichannel agent → group/agents`. */
export function roleAssignmentName({ role, to }: RoleAssignmentProps): string {
  return `${role} → ${written(to)}`;
}

export function roleAssignmentResources(spec: EnvironmentSpec, manifest: Manifest): Resource[] {
  return spec.roles
    .filter(({ by }) => by === "direct")
    .map(({ role, to }) =>
      roleAssignment.resource({
        name: roleAssignmentName({ role, to }),
        props: { role, to },
        dependsOn: [
          environment.address(),
          ...solutionAddresses(spec, manifest, [role]),
          ...addressesOf([to]),
        ],
      }),
    );
}
