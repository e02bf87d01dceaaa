import type { Portal } from "../../kinds/portal.ts";

const ARM = "https://management.azure.com";

/** The full example's bot. */
export const BOT =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-contoso-health-full/providers/Microsoft.HealthBot/healthBots/bot-contoso-full";

/** What the administrator does at Azure Resource Manager. */
export async function atAzure(
  { place: { sandbox } }: Portal,
  method: string,
  path: string,
  version: string,
  properties: object,
): Promise<void> {
  const token = await sandbox.token("admin", ARM);
  const url = `${ARM}${path}?api-version=${version}`;
  const answer = await sandbox.ask(method, url, { token, body: { properties } });
  if (answer.status >= 300) throw new Error(answer.text);
}

/** Rules of a role of the bot in Privileged Identity Management, changed by `set`. */
export async function changeActivation(
  { place: { sandbox } }: Portal,
  id: string,
  set: object,
): Promise<void> {
  const token = await sandbox.token("admin", ARM);
  const at = `${ARM}${BOT}/providers/Microsoft.Authorization`;
  const role = "f1082fec-a70f-419f-9230-885d2550fb38";
  const filter = encodeURIComponent(`roleDefinitionId eq '${role}'`);
  const found = await sandbox.ask(
    "GET",
    `${at}/roleManagementPolicyAssignments?api-version=2020-10-01&$filter=${filter}`,
    { token },
  );
  const policy = found.body.value.find((one: { properties: { roleDefinitionId: string } }) =>
    one.properties.roleDefinitionId.endsWith(role),
  ).properties;
  const rule = policy.effectiveRules.find((one: { id: string }) => one.id === id);
  const answer = await sandbox.ask("PATCH", `${ARM}${policy.policyId}?api-version=2020-10-01`, {
    token,
    body: { properties: { rules: [{ ...rule, ...set }] } },
  });
  if (answer.status >= 300) throw new Error(answer.text);
}
