import type { Observation } from "../../engine/observation.ts";
import { defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { healthBotId } from "../azure/resource-ids.ts";
import { wordOf } from "../word-of-a-person.ts";
import { account, type BotResource } from "./account.ts";

export interface AccessModeProps {
  readonly bot: string;
  readonly resourceId: string;
  /** Display name of the group that administers the bot; undefined when the spec names none. */
  readonly admins: string | undefined;
}

/** The one published value; what bots of the older mode show instead is not. */
const IN_AZURE = "AzureRBAC";

/**
 * Where the bot's management portal takes its users from. Roles in Azure, which psc assigns, open nothing in a bot that
 * still keeps a list of its own. Bots made since July 2025 take them from Azure; in an older one an administrator moves
 * a switch of the portal, which has no API.
 */
export const accessMode = defineKind<AccessModeProps, undefined>({
  kind: "health-bot.access-mode",
  summary: "The bot's portal takes its users from Azure roles, not from a list of its own",
  step: 7,
  api: "Azure Resource Manager Microsoft.HealthBot/healthBots (read only)",
  persona: "Health Bot Administrator",
  permissions: {
    read: ["Microsoft.HealthBot/healthBots/read"],
    write: ["Healthcare Agent Admin on the bot"],
  },
  sources: [
    "learn.microsoft.com/azure/health-bot/portal-users",
    "Azure/azure-rest-api-specs:specification/healthbot (2025-11-01, accessControlMethod)",
    "Azure/azure-policy: 96561daf-13ae-4008-9300-638df7e6a11a (Health Bot must use Azure RBAC)",
  ],
  nature: "gate",
  partOf: "health-bot.account",
  label: ({ bot }) => `access to bot "${bot}" by Azure roles`,
  detail: () => "a person moves one switch in an older bot",
  async read({ resourceId }, context): Promise<Observation<undefined>> {
    const made = account.data(context);
    if (made === undefined)
      return { status: "not-needed", reason: "a bot that is made now takes its users from Azure" };
    const bot = await context.services.arm.get<BotResource>(resourceId);
    const method = bot?.properties.accessControlMethod;
    if (method === undefined)
      return wordOf(
        accessMode.address(),
        made.createdAt,
        "Azure does not show who may enter the portal",
        context,
      );
    return method.toLowerCase() === IN_AZURE.toLowerCase()
      ? { status: "present", id: IN_AZURE, fields: {}, data: undefined }
      : { status: "absent", reason: `Azure shows access by "${method}", where its roles open nothing` };
  },
  instructions: ({ bot, resourceId, admins }, context) => ({
    steps: [
      `Be a Healthcare Agent Admin of bot "${bot}" in Azure${admins === undefined ? "" : `, by the group "${admins}"`}; when access has to be activated, activate it first`,
      "Open the bot's management portal and go to Users > Manage (User Management)",
      "Switch Microsoft Entra Access Management on; the list of the portal counts no longer, so see that everybody who needs the bot has a role in Azure",
    ],
    link: account.data(context)?.managementPortalLink ?? context.services.cloud.azurePortal,
    probe: "Azure shows accessControlMethod AzureRBAC for the bot",
    usualMinutes: 3,
    simulation: {
      action: "health-bot-access",
      payload: { resourceId: account.data(context)?.resourceId ?? resourceId },
    },
  }),
});

/** Asked only where the spec gives people access: without roles there is nothing that the older mode would shut out. */
export function accessModeResources(spec: EnvironmentSpec): Resource[] {
  const { admins, editors, readers } = spec.healthBot.access;
  if (admins === undefined && editors === undefined && readers === undefined) return [];
  return [
    accessMode.resource({
      props: {
        bot: spec.healthBot.name,
        resourceId: healthBotId(spec),
        admins: spec.identity.groups.find(({ key }) => key === admins)?.name,
      },
      dependsOn: [account.address()],
    }),
  ];
}
