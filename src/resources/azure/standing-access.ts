import { defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { account } from "../health-bot/account.ts";
import { activeRoles, isStanding, type RoleHolding } from "./role-holdings.ts";

/** Roles that reach the bot's secrets or can give access to it ("Azure built-in roles"; ids are the same everywhere). */
const POWERFUL: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
};

/**
 * Who can always do everything to the bot. The guide wants nobody to: access is eligible, and is activated when it is
 * needed. psc takes nothing away: these roles reach further than the bot. Accounts that the spec names for emergencies
 * are whom a hospital calls at night, and applications do not activate anything.
 */
export const standingAccess = defineKind<{ readonly bot: string }, { readonly standing: readonly string[] }>({
  kind: "azure.standing-access",
  summary:
    "which people and groups hold Owner, Contributor or User Access Administrator on the bot for good, accounts for emergencies left out",
  step: 7,
  api: "Azure Resource Manager Microsoft.Authorization/roleAssignmentScheduleInstances",
  persona: "Subscription Owner",
  permissions: { read: ["Microsoft.Authorization/roleAssignmentScheduleInstances/read"], write: [] },
  sources: [
    "Azure REST: Role Assignment Schedule Instances - List For Scope (2020-10-01)",
    "microsoft/industry:healthcare/solutions/patientServiceCenter/readme.md (no standing access to the Health Bot service, owners included)",
  ],
  nature: "check",
  label: ({ bot }) => `standing access to bot "${bot}"`,
  async read(_props, context) {
    const bot = account.data(context);
    if (bot === undefined) return { status: "not-needed", reason: "the bot does not exist yet" };
    let active: readonly RoleHolding[];
    try {
      active = await activeRoles(bot.resourceId, context);
    } catch (error) {
      // A tenant without the licence for Privileged Identity Management has no such list: nothing to deploy hangs on it.
      if (isServiceError(error, 400, 403))
        return {
          status: "not-needed",
          reason: "the tenant does not say who holds roles for good",
          unseen: true,
        };
      throw error;
    }
    const standing = active.filter(isStanding).flatMap(({ properties }) => {
      // An application activates nothing.
      if (/^serviceprincipal$/i.test(properties.principalType ?? "")) return [];
      const role = POWERFUL[properties.roleDefinitionId.split("/").at(-1)?.toLowerCase() ?? ""];
      if (role === undefined) return [];
      const { principal, scope } = properties.expandedProperties ?? {};
      const who = principal?.email ?? principal?.displayName ?? properties.principalId;
      // Accounts for emergencies are meant to have it.
      if (context.spec.verify.breakGlass.some((name) => name.toLowerCase() === who.toLowerCase())) return [];
      return [`${who} (${role} of the ${scope?.type ?? "scope"} ${scope?.displayName ?? ""})`];
    });
    return {
      status: "present",
      id: bot.resourceId,
      fields: {},
      data: { standing },
      ...(standing.length === 0
        ? {}
        : {
            concern: `standing access to the bot, which the guide wants to be eligible: ${standing.join(", ")}`,
          }),
    };
  },
});

/** Where the spec leaves access standing, a warning of the spec says so already. */
export function standingAccessResources(spec: EnvironmentSpec): Resource[] {
  if (spec.healthBot.access.activation === undefined) return [];
  return [standingAccess.resource({ props: { bot: spec.healthBot.name }, dependsOn: [account.address()] })];
}
