import type { Context } from "../../engine/resource.ts";
import { HEALTH_BOT_ROLES } from "../../resources/azure/health-bot-roles.ts";
import { isStanding, type RoleHolding, roleHoldings } from "../../resources/azure/role-holdings.ts";
import { account } from "../../resources/health-bot/account.ts";
import { defineProbe } from "../probe.ts";

export type HeldRole = {
  readonly principalId: string;
  /** `User`, `Group`; service principals are left out. */
  readonly principalType: string;
  /** Name of the person or group, as far as Azure tells it. */
  readonly who: string;
  readonly role: string;
  /** Where it was given: `the resourcegroup rg-contoso`. */
  readonly scope: string;
  /** One of the three roles of the bot's own portal. */
  readonly botRole: boolean;
};

export type BotAccess = {
  /** For good: neither activated nor with an end. */
  readonly standing: readonly HeldRole[];
  readonly eligible: readonly HeldRole[];
};

/** Built-in roles with which one reads the bot's secrets, signs in to it or gives access to it; ids are the same everywhere. */
const REACHING: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
  ...Object.fromEntries(HEALTH_BOT_ROLES.map(({ id, name }) => [id, name])),
};
/** The commonest that only look: asked about by nobody. */
const HARMLESS = new Set([
  "acdd72a7-3385-48ef-bd42-f606fba81ae7", // Reader
  "43d0d8ad-25c7-4714-9337-8ba259a9fe05", // Monitoring Reader
  "39bc4728-0917-49c7-9d2c-d95423bc2eb4", // Security Reader
]);
const BOT_ROLES = new Set(HEALTH_BOT_ROLES.map(({ id }) => id));

/** What somebody must not be able to do by a role that nobody thought of. */
const DANGERS = [
  "microsoft.healthbot/healthbots/write",
  "microsoft.healthbot/healthbots/listsecrets/action",
  "microsoft.authorization/roleassignments/write",
];

interface Permission {
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly dataActions?: readonly string[];
}

function matches(pattern: string, action: string): boolean {
  const plain = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
  const expression = pattern.toLowerCase().split("*").map(plain).join(".*");
  return new RegExp(`^${expression}$`).test(action);
}

/** Whether a role's permissions reach the bot ("Understand Azure role definitions": actions less what notActions names). */
export function reachesBot(permissions: readonly Permission[]): boolean {
  return permissions.some(({ actions = [], notActions = [], dataActions = [] }) => {
    const may = (action: string): boolean =>
      actions.some((pattern) => matches(pattern, action)) &&
      !notActions.some((pattern) => matches(pattern, action));
    return DANGERS.some(may) || dataActions.some((pattern) => /^(\*|microsoft\.healthbot\/)/i.test(pattern));
  });
}

const lastSegment = (id: string): string => id.split("/").at(-1)?.toLowerCase() ?? "";

/** Name of the role when it reaches the bot. A role that cannot be read is taken for one that does. */
async function reachingRole(roleDefinitionId: string, context: Context): Promise<string | undefined> {
  const id = lastSegment(roleDefinitionId);
  if (REACHING[id] !== undefined || HARMLESS.has(id)) return REACHING[id];
  const role = await context.services.arm.get<{
    readonly properties?: { readonly roleName?: string; readonly permissions?: readonly Permission[] };
  }>(roleDefinitionId);
  const { roleName = `role ${id}`, permissions } = role?.properties ?? {};
  return permissions === undefined || reachesBot(permissions) ? roleName : undefined;
}

async function held(instances: readonly RoleHolding[], context: Context): Promise<readonly HeldRole[]> {
  const found = await Promise.all(
    instances.map(async ({ properties }): Promise<HeldRole | undefined> => {
      const { principal, scope } = properties.expandedProperties ?? {};
      const principalType = properties.principalType ?? principal?.type ?? "User";
      if (/serviceprincipal/i.test(principalType)) return undefined;
      const role = await reachingRole(properties.roleDefinitionId, context);
      if (role === undefined) return undefined;
      return {
        principalId: properties.principalId.toLowerCase(),
        principalType,
        who: principal?.email ?? principal?.displayName ?? properties.principalId,
        role,
        scope:
          scope === undefined
            ? (properties.scope ?? "")
            : `the ${scope.type ?? "scope"} ${scope.displayName ?? ""}`.trim(),
        botRole: BOT_ROLES.has(lastSegment(properties.roleDefinitionId)),
      };
    }),
  );
  return found.filter((one) => one !== undefined);
}

/** People and groups whose roles reach the bot, given there or above. */
export const botAccess = defineProbe<BotAccess>({
  id: "bot-access",
  summary: "people and groups whose Azure roles reach the bot, for good or by activation",
  api: "Azure Resource Manager Microsoft.Authorization/roleAssignmentScheduleInstances, roleEligibilitySchedules",
  persona: "Subscription Owner",
  permissions: [
    "Microsoft.Authorization/roleAssignmentScheduleInstances/read",
    "Microsoft.Authorization/roleEligibilitySchedules/read",
    "Microsoft.Authorization/roleDefinitions/read",
  ],
  sources: [
    "Azure REST: Role Assignment Schedule Instances - List For Scope; Role Eligibility Schedules - List For Scope (2020-10-01)",
    "Azure: Understand Azure role definitions; Azure built-in roles",
  ],
  dependsOn: () => [account.address()],
  async read(context) {
    const bot = account.data(context);
    if (bot === undefined) return undefined;
    const { assigned, eligible } = await roleHoldings(bot.resourceId, context);
    return {
      standing: await held(assigned.filter(isStanding), context),
      eligible: await held(eligible, context),
    };
  },
});
