import { inside } from "../../kinds/mutations/azure-and-entra.ts";
import type { Portal } from "../../kinds/portal.ts";
import type { Break } from "./break.ts";
import { drifted } from "./drifted.ts";

const ARM = "https://management.azure.com";
const SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111";
const BOT = `${SUBSCRIPTION}/resourceGroups/rg-contoso-health-full/providers/Microsoft.HealthBot/healthBots/bot-contoso-full`;
const READER = "eb5a76d5-50e7-4c33-a449-070e7c9c4cf2";

/** Gives one person a role of the bot's portal for good. */
async function giveRole({ place: { sandbox } }: Portal): Promise<void> {
  const users = await sandbox.control("GET", `state?path=${encodeURIComponent("graph/objects")}`);
  const objects = Object.values(
    users.body as Record<string, { kind: string; value: Record<string, string> }>,
  );
  const amara = objects.find(
    ({ kind, value }) => kind === "user" && value["userPrincipalName"]?.startsWith("amara@"),
  );
  const answer = await sandbox.ask(
    "PUT",
    `${ARM}${BOT}/providers/Microsoft.Authorization/roleAssignments/77777777-7777-4777-8777-777777777777?api-version=2022-04-01`,
    {
      token: await sandbox.token("admin", ARM),
      body: {
        properties: {
          roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${READER}`,
          principalId: amara?.value["id"],
          principalType: "User",
        },
      },
    },
  );
  if (answer.status !== 201) throw new Error(answer.text);
}

export const BOT_BREAKS: readonly Break[] = [
  {
    control: "PSC-BOT-01",
    what: "the bot is in another region",
    does: drifted("health-bot.account.location"),
  },
  {
    control: "PSC-BOT-02",
    what: "the production bot is put on the free SKU",
    does: (portal) => portal.edit("arm/healthBots", () => ({ sku: { name: "F0" } })),
    spec: "stage: prod\n",
  },
  {
    control: "PSC-BOT-03",
    what: "the bot's portal has a list of users of its own",
    does: (portal) =>
      portal.edit(
        "arm/healthBots",
        inside("properties", () => ({ accessControlMethod: "Legacy" })),
      ),
  },
  {
    control: "PSC-BOT-04",
    what: "the bot goes back to Microsoft's key",
    does: drifted("health-bot.account.encryption"),
    to: "warning",
    spec: `healthBot:
  customerManagedKey:
    vault: https://contoso-health.vault.azure.net/
    key: bot
    identity: ${SUBSCRIPTION}/resourceGroups/rg-shared/providers/Microsoft.ManagedIdentity/userAssignedIdentities/bot-key
`,
  },
  {
    control: "PSC-BOT-07",
    what: "Dataverse holds another bot id",
    does: drifted("dataverse.application-user.botId"),
    also: ["PSC-OC-02"],
  },
  {
    control: "PSC-BOT-10",
    what: "a person is given a role of the bot's portal",
    does: giveRole,
    also: ["PSC-IAM-09", "PSC-IAM-10"],
  },
  {
    control: "PSC-BOT-11",
    what: "the lock on production is taken away",
    does: (portal) => portal.edit("arm/locks", () => "gone"),
    to: "warning",
    spec: "stage: prod\n",
  },
  {
    control: "PSC-BOT-12",
    what: "message text goes to telemetry",
    does: drifted("health-bot.configuration.messageTextInTelemetry"),
  },
];

export const BOT_UNBREAKABLE: Readonly<Record<string, string>> = {
  "PSC-BOT-05": "inherited: Microsoft attests it",
  "PSC-BOT-06": "manual at best: no API shows the bridge; unasked.test.ts switches handoff off",
  "PSC-BOT-08": "manual: no API shows the bot's channels",
  "PSC-BOT-09": "a subscription of another tenant refuses every read; bot.test.ts judges such facts",
};
