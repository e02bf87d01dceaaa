import { isServiceError } from "../../errors.ts";
import { HEALTH_BOT_ROLES, isRole } from "../../resources/azure/health-bot-roles.ts";
import { account } from "../../resources/health-bot/account.ts";
import type { Arm } from "../../services/arm.ts";
import { defineProbe } from "../probe.ts";

interface Holding {
  readonly properties: {
    readonly roleDefinitionId: string;
    readonly principalId: string;
    readonly principalType?: string;
    readonly assignmentType?: string;
    readonly expandedProperties?: {
      readonly principal?: {
        readonly displayName?: string;
        readonly email?: string | null;
        readonly type?: string;
      };
    };
  };
}

export interface BotRoleHolder {
  /** Key of the role: `admins`, `editors` or `readers`. */
  readonly role: string;
  /** Its name in Azure. */
  readonly roleName: string;
  readonly principalId: string;
  readonly principal: string;
  /** `User`, `Group` or `ServicePrincipal`. */
  readonly type: string;
  /** `standing` or `eligible`. */
  readonly how: string;
  readonly [name: string]: string;
}

/** Who holds what; a tenant without Privileged Identity Management refuses its lists with 400. */
async function listed(arm: Arm, id: string): Promise<readonly Holding[] | undefined> {
  try {
    return await arm.list<Holding>(id, { $filter: "atScope()" });
  } catch (error) {
    if (isServiceError(error, 400)) return undefined;
    throw error;
  }
}

function holdersOf(holdings: readonly Holding[], how: string): BotRoleHolder[] {
  return holdings.flatMap(({ properties }) => {
    const role = HEALTH_BOT_ROLES.find((one) => isRole(properties.roleDefinitionId, one));
    // An activation is what an eligibility is for, and ends by itself.
    if (role === undefined || properties.assignmentType === "Activated") return [];
    const { principal } = properties.expandedProperties ?? {};
    return [
      {
        role: role.key,
        roleName: role.name,
        principalId: properties.principalId,
        principal: principal?.email ?? principal?.displayName ?? properties.principalId,
        type: properties.principalType ?? principal?.type ?? "",
        how,
      },
    ];
  });
}

/** Who holds a role of the bot's management portal, for good or by activation. */
export const botRoles = defineProbe<readonly BotRoleHolder[]>({
  id: "bot-roles",
  summary: "holders of the three roles of the bot's management portal",
  api: "Azure Resource Manager Microsoft.Authorization/roleAssignmentScheduleInstances, roleEligibilitySchedules",
  persona: "Subscription Owner",
  permissions: [
    "Microsoft.Authorization/roleAssignmentScheduleInstances/read",
    "Microsoft.Authorization/roleEligibilitySchedules/read",
  ],
  sources: [
    "Azure REST: Role Assignment Schedule Instances, Role Eligibility Schedules - List For Scope (2020-10-01)",
    "Azure REST: Role Assignments - List For Scope (2022-04-01)",
  ],
  dependsOn: () => [account.address()],
  async read(context) {
    const bot = account.data(context);
    if (bot === undefined) return undefined;
    const { arm } = context.services;
    const at = `${bot.resourceId}/providers/Microsoft.Authorization`;
    const [standing, eligible] = await Promise.all([
      listed(arm, `${at}/roleAssignmentScheduleInstances`),
      listed(arm, `${at}/roleEligibilitySchedules`),
    ]);
    const plain = standing ?? (await arm.list<Holding>(`${at}/roleAssignments`, { $filter: "atScope()" }));
    return [...holdersOf(plain, "standing"), ...holdersOf(eligible ?? [], "eligible")];
  },
});
