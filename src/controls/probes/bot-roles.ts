import { HEALTH_BOT_ROLES, isRole } from "../../resources/azure/health-bot-roles.ts";
import { type RoleHolding, roleHoldings } from "../../resources/azure/role-holdings.ts";
import { account } from "../../resources/health-bot/account.ts";
import { defineProbe } from "../probe.ts";

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

function holdersOf(holdings: readonly RoleHolding[], how: string): BotRoleHolder[] {
  return holdings.flatMap(({ properties }) => {
    const role = HEALTH_BOT_ROLES.find((one) => isRole(properties.roleDefinitionId, one));
    if (role === undefined) return [];
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
    const { assigned, eligible } = await roleHoldings(bot.resourceId, context);
    return [...holdersOf(assigned, "standing"), ...holdersOf(eligible, "eligible")];
  },
});
