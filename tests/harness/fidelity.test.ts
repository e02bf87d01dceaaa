import { expect, test } from "vitest";
import { rowOf } from "./fidelity.ts";

const ARM = "Azure Resource Manager";
const ROOT = "/subscriptions/11111111-1111-4111-8111-111111111111";

test.each([
  ["/subscriptions", "/subscriptions"],
  [ROOT, "/subscriptions/{id}"],
  [`${ROOT}/locations`, "/subscriptions/{id}/locations"],
  [`${ROOT}/providers`, "/subscriptions/{id}/providers"],
  [`${ROOT}/providers/Microsoft.HealthBot`, "/subscriptions/{id}/providers/{namespace}"],
  [`${ROOT}/providers/Microsoft.HealthBot/register`, "/subscriptions/{id}/providers/{namespace}/register"],
  [`${ROOT}/resourcegroups?$top=1`, "/subscriptions/{id}/resourceGroups"],
  [`${ROOT}/resourceGroups/rg-psc/resources`, "/subscriptions/{id}/resourceGroups/{name}/resources"],
  [`${ROOT}/resourceGroups/rg-psc`, "/subscriptions/{id}/resourceGroups/{name}"],
  ["/subscriptions/{id}/resourceGroups/{name}", "/subscriptions/{id}/resourceGroups/{name}"],
  [
    `${ROOT}/resourceGroups/rg-psc/providers/Microsoft.HealthBot/healthBots/bot/listSecrets`,
    "Microsoft.HealthBot/healthBots/{name}/listSecrets",
  ],
  [`${ROOT}/providers/Microsoft.HealthBot/healthBots`, "Microsoft.HealthBot/healthBots"],
  ["/providers/Microsoft.HealthBot/operations", "Microsoft.HealthBot/operations"],
  ["Microsoft.Authorization/roleDefinitions/{id}", "Microsoft.Authorization/roleDefinitions/{name}"],
  [
    `${ROOT}/resourceGroups/rg/providers/Microsoft.HealthBot/healthBots/bot/providers/Microsoft.Authorization/locks/keep`,
    "Microsoft.Authorization/locks/{name}",
  ],
])("an Azure operation has one row, whatever it was called: %s", (path, row) => {
  expect(rowOf(ARM, `GET ${path}`)).toBe(`GET ${row}`);
});

test.each([
  ["GET /users/ada%40contoso.onmicrosoft.com/licenseDetails", "GET /users/{id}/licenseDetails"],
  ["GET /groups/11111111-1111-4111-8111-111111111111", "GET /groups/{id}"],
  [
    "GET /EntityDefinitions(LogicalName='account')/Attributes → 404",
    "GET /EntityDefinitions(LogicalName={name})/Attributes → 404",
  ],
  ["PATCH /groups(uniqueName)", "PATCH /groups(uniqueName)"],
  ["refusal: POST /groups without a required property", "refusal: POST /groups without a required property"],
  ["429 throttling", "429 throttling"],
])("so has an operation of another service: %s", (operation, row) => {
  expect(rowOf("Microsoft Graph", operation)).toBe(row);
});
