import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { group } from "../entra/group.ts";
import { account } from "../health-bot/account.ts";
import { deterministicGuid } from "./deterministic-guid.ts";
import { grantsOf, type HealthBotGrant, isRole, roleDefinitionId } from "./health-bot-roles.ts";
import { sameId, subscriptionId } from "./resource-ids.ts";

export interface RoleAssignmentProps extends HealthBotGrant {
  /** Display name of the group. */
  readonly groupName: string;
  readonly subscription: string;
}

interface RoleAssignment {
  readonly id: string;
  readonly properties: { readonly scope: string; readonly roleDefinitionId: string };
}

/** Azure learns of a new group with a delay of minutes. */
const KNOWN_WITHIN_MS = 15 * 60_000;
const LOOK_EVERY_MS = 10_000;
/** For some seconds one read shows a new assignment and the next one does not: only several in a row are a proof. */
const STEADY_READS = 5;
const STEADY_EVERY_MS = 3_000;

async function find(
  { role, group: key }: RoleAssignmentProps,
  context: Context,
): Promise<RoleAssignment | undefined> {
  const bot = account.data(context);
  const principal = group.data(context, key);
  if (bot === undefined || principal === undefined) return undefined;
  const found = await context.services.arm.list<RoleAssignment>(
    `${bot.resourceId}/providers/Microsoft.Authorization/roleAssignments`,
    { $filter: `principalId eq '${principal.id}'` },
  );
  return found.find(
    ({ properties }) => sameId(properties.scope, bot.resourceId) && isRole(properties.roleDefinitionId, role),
  );
}

/** Standing access of a group to the bot; used when the spec asks for no activation. */
export const roleAssignment = defineKind<RoleAssignmentProps, { readonly id: string }>({
  kind: "azure.role-assignment",
  summary: "a group's standing role on the bot",
  step: 7,
  api: "Azure Resource Manager Microsoft.Authorization/roleAssignments",
  persona: "Subscription Owner",
  permissions: {
    read: ["Microsoft.Authorization/roleAssignments/read"],
    write: [
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleAssignments/delete",
    ],
  },
  sources: [
    "Azure REST: Role Assignments - Create; List For Scope (2022-04-01)",
    "hashicorp/terraform-provider-azurerm:internal/services/authorization/role_assignment_resource.go (PrincipalNotFound; five good reads in a row)",
  ],
  nature: "managed",
  label: ({ role, groupName }) => `role ${role.name} for "${groupName}"`,
  async read(props, context) {
    const bot = account.data(context);
    if (bot === undefined || group.data(context, props.group) === undefined)
      return { status: "absent", reason: `the ${bot === undefined ? "bot" : "group"} does not exist` };
    const match = await find(props, context);
    return match === undefined
      ? { status: "absent" }
      : { status: "present", id: match.id, fields: {}, data: { id: match.id } };
  },
  async create(props, context) {
    const { role, group: key, subscription } = props;
    const bot = account.data(context);
    const principal = group.data(context, key);
    if (bot === undefined || principal === undefined) throw new Error("bot or group was not observed");
    const name = deterministicGuid(bot.resourceId, role.id, principal.id);
    await context.wait(
      "Azure to know the group",
      { everyMs: LOOK_EVERY_MS, atMostMs: KNOWN_WITHIN_MS },
      async () => {
        try {
          await context.services.arm.send(
            "PUT",
            `${bot.resourceId}/providers/Microsoft.Authorization/roleAssignments/${name}`,
            {
              body: {
                properties: {
                  roleDefinitionId: roleDefinitionId(subscription, role),
                  principalId: principal.id,
                  // Naming the type is what lets Azure accept a principal it has not seen yet.
                  principalType: "Group",
                },
              },
            },
          );
        } catch (error) {
          if (isServiceError(error, 400) && error.refusal.serviceCode === "PrincipalNotFound")
            return { done: false };
          if (!isServiceError(error, 409) || error.refusal.serviceCode !== "RoleAssignmentExists")
            throw error;
        }
        return { done: true, value: undefined };
      },
    );
    let inARow = 0;
    await context.wait(
      "every read to show the role",
      { everyMs: STEADY_EVERY_MS, atMostMs: KNOWN_WITHIN_MS },
      async () => {
        inARow = (await find(props, context)) === undefined ? 0 : inARow + 1;
        return inARow < STEADY_READS ? { done: false } : { done: true, value: undefined };
      },
    );
    return undefined;
  },
  async delete(_props, present, context) {
    await context.services.arm.send("DELETE", present.data.id, { expect: [404] });
    return undefined;
  },
  isMarked({ role, group: key }, { data }, context) {
    const bot = account.data(context);
    const principal = group.data(context, key);
    if (bot === undefined || principal === undefined) return false;
    return data.id.toLowerCase().endsWith(deterministicGuid(bot.resourceId, role.id, principal.id));
  },
});

/** Address parts of a grant: `Healthcare Agent Admin → botAdmins`. */
export function grantName({ role, group: key }: HealthBotGrant): string {
  return `${role.name} → ${key}`;
}

export function grantProps(spec: EnvironmentSpec, grant: HealthBotGrant): RoleAssignmentProps {
  return {
    ...grant,
    groupName: spec.identity.groups.find(({ key }) => key === grant.group)?.name ?? grant.group,
    subscription: subscriptionId(spec),
  };
}

export function roleAssignmentResources(spec: EnvironmentSpec): Resource[] {
  const { access } = spec.healthBot;
  if (access.activation !== undefined) return [];
  return grantsOf(access).map((grant) =>
    roleAssignment.resource({
      name: grantName(grant),
      props: grantProps(spec, grant),
      dependsOn: [account.address(), group.address(grant.group)],
    }),
  );
}
