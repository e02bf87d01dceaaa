import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { group } from "../entra/group.ts";
import { account } from "../health-bot/account.ts";
import { deterministicGuid } from "./deterministic-guid.ts";
import { grantsOf, isRole, roleDefinitionId } from "./health-bot-roles.ts";
import { sameId } from "./resource-ids.ts";
import { grantName, grantProps, type RoleAssignmentProps } from "./role-assignment.ts";
import {
  type Activation,
  activationOf,
  ensureActivation,
  longestEligibility,
  rolePolicy,
} from "./role-management-policy.ts";

export interface EligibleRoleProps extends RoleAssignmentProps {
  readonly activation: Activation;
}

interface EligibilitySchedule {
  readonly id: string;
  readonly properties: {
    readonly scope: string;
    readonly principalId: string;
    readonly roleDefinitionId: string;
    readonly memberType?: string;
  };
}

/** A schedule shows some seconds to minutes after its request; a group psc has just made is known after minutes. */
const VISIBLE_WITHIN_MS = 15 * 60_000;
const LOOK_EVERY_MS = 10_000;

interface Place {
  readonly scope: string;
  readonly principalId: string;
}

/** Where the role is held; undefined while bot or group are not there. */
function placeOf({ group: key }: EligibleRoleProps, context: Context): Place | undefined {
  const bot = account.data(context);
  const principal = group.data(context, key);
  return bot === undefined || principal === undefined
    ? undefined
    : { scope: bot.resourceId, principalId: principal.id };
}

async function findSchedule(
  { role }: EligibleRoleProps,
  { scope, principalId }: Place,
  context: Context,
): Promise<EligibilitySchedule | undefined> {
  const schedules = await context.services.arm.list<EligibilitySchedule>(
    `${scope}/providers/Microsoft.Authorization/roleEligibilitySchedules`,
    // One list for the roles of all groups, and for whoever else asks who may activate a role of the bot.
    { $filter: "atScope()" },
  );
  return schedules.find(
    ({ properties }) =>
      sameId(properties.scope, scope) &&
      sameId(properties.principalId, principalId) &&
      isRole(properties.roleDefinitionId, role) &&
      (properties.memberType ?? "Direct").toLowerCase() === "direct",
  );
}

/** Asks for a change of eligibility. Requests are kept for 45 days, so each needs a name of its own. */
async function request(
  props: EligibleRoleProps,
  { scope, principalId }: Place,
  requestType: "AdminAssign" | "AdminRemove",
  content: object,
  context: Context,
): Promise<void> {
  // The same within an hour, so that a repeated PUT is recognised; another one when access is given anew later.
  const hour = new Date(context.clock.now()).toISOString().slice(0, 13);
  const name = deterministicGuid(scope, props.role.id, principalId, requestType, hour);
  await context.services.arm.send(
    "PUT",
    `${scope}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/${name}`,
    {
      body: {
        properties: {
          principalId,
          roleDefinitionId: roleDefinitionId(props.subscription, props.role),
          requestType,
          justification: `psc: access to the bot of ${context.spec.name} by activation`,
          ...content,
        },
      },
    },
  );
}

/** Codes of a request whose wish is granted already or on its way. */
const ALREADY = ["RoleAssignmentExists", "RoleAssignmentRequestExists", "PendingRoleAssignmentRequest"];

/** A group may activate a role on the bot, for a limited time and under the demands of the spec; nothing stands. */
export const eligibleRoleAssignment = defineKind<EligibleRoleProps, { readonly id: string }>({
  kind: "azure.eligible-role-assignment",
  summary: "a group's role on the bot that has to be activated (Privileged Identity Management)",
  step: 7,
  api: "Azure Resource Manager Microsoft.Authorization/roleEligibilityScheduleRequests, roleManagementPolicies",
  persona: "Subscription Owner",
  permissions: {
    read: [
      "Microsoft.Authorization/roleEligibilitySchedules/read",
      "Microsoft.Authorization/roleManagementPolicyAssignments/read",
    ],
    write: [
      "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
      "Microsoft.Authorization/roleManagementPolicies/write",
    ],
  },
  sources: [
    "Azure REST: Role Eligibility Schedule Requests - Create; Role Management Policies - Update (2020-10-01)",
    "hashicorp/terraform-provider-azurerm:internal/services/authorization/pim_eligible_role_assignment_resource.go",
  ],
  nature: "managed",
  usualMinutes: 1,
  label: ({ role, groupName }) => `eligible role ${role.name} for "${groupName}"`,
  detail: ({ activation: { maxHours, require } }) =>
    `at most ${maxHours} h${require.length === 0 ? "" : `; ${require.join(", ")}`}`,
  declared: ({ activation: { maxHours, require } }) => ({ maxHours, require }),
  async read(props, context) {
    const place = placeOf(props, context);
    if (place === undefined) return { status: "absent", reason: "bot or group does not exist" };
    const schedule = await findSchedule(props, place, context);
    if (schedule === undefined) return { status: "absent" };
    const policy = await rolePolicy(place.scope, roleDefinitionId(props.subscription, props.role), context);
    return {
      status: "present",
      id: schedule.id,
      fields: activationOf(policy),
      data: { id: schedule.id },
    };
  },
  async create(props, context) {
    const place = placeOf(props, context);
    if (place === undefined) throw new Error("bot or group was not observed");
    const policy = await rolePolicy(place.scope, roleDefinitionId(props.subscription, props.role), context);
    await ensureActivation(policy, props.activation, context);
    const longest = longestEligibility(policy);
    const scheduleInfo = {
      startDateTime: new Date(context.clock.now()).toISOString(),
      expiration:
        longest === undefined ? { type: "NoExpiration" } : { type: "AfterDuration", duration: longest },
    };
    await context.wait(
      "Privileged Identity Management to know the group",
      { everyMs: LOOK_EVERY_MS, atMostMs: VISIBLE_WITHIN_MS },
      async () => {
        try {
          await request(props, place, "AdminAssign", { scheduleInfo }, context);
        } catch (error) {
          if (isServiceError(error, 400, 404) && error.refusal.serviceCode === "SubjectNotFound")
            return { done: false };
          if (!isServiceError(error, 400, 409) || !ALREADY.includes(error.refusal.serviceCode)) throw error;
        }
        return { done: true, value: undefined };
      },
    );
    await context.wait(
      "the eligibility to be listed",
      { everyMs: LOOK_EVERY_MS, atMostMs: VISIBLE_WITHIN_MS },
      async () =>
        (await findSchedule(props, place, context)) === undefined
          ? { done: false }
          : { done: true, value: undefined },
    );
    return undefined;
  },
  async update(props, _present, _changes, context) {
    const place = placeOf(props, context);
    if (place === undefined) throw new Error("bot or group was not observed");
    const policy = await rolePolicy(place.scope, roleDefinitionId(props.subscription, props.role), context);
    await ensureActivation(policy, props.activation, context);
    return undefined;
  },
  async delete(props, _present, context) {
    const place = placeOf(props, context);
    if (place === undefined) return undefined;
    await context.wait(
      "the eligibility to be old enough to be taken back",
      { everyMs: 60_000, atMostMs: VISIBLE_WITHIN_MS },
      async () => {
        try {
          await request(props, place, "AdminRemove", {}, context);
        } catch (error) {
          if (!isServiceError(error)) throw error;
          if (error.refusal.serviceCode === "ActiveDurationTooShort") return { done: false };
          if (error.refusal.serviceCode !== "RoleAssignmentDoesNotExist") throw error;
        }
        return { done: true, value: undefined };
      },
    );
    return undefined;
  },
});

export function eligibleRoleAssignmentResources(spec: EnvironmentSpec): Resource[] {
  const { access } = spec.healthBot;
  const { activation } = access;
  if (activation === undefined) return [];
  return grantsOf(access).map((grant) =>
    eligibleRoleAssignment.resource({
      name: grantName(grant),
      props: { ...grantProps(spec, grant), activation },
      dependsOn: [account.address(), group.address(grant.group)],
    }),
  );
}
