/**
 * api-versions per type, newest first: the versions published in Azure/azure-rest-api-specs for the operations
 * the sandbox serves. ARM knows more old versions; a client must not depend on those either.
 */
export const API_VERSIONS = {
  "Microsoft.Resources/subscriptions": ["2022-12-01", "2021-01-01", "2020-01-01", "2019-11-01", "2016-06-01"],
  "Microsoft.Resources/providers": ["2025-04-01", "2024-11-01", "2022-09-01", "2021-04-01", "2016-02-01"],
  "Microsoft.Resources/resourceGroups": [
    "2025-04-01",
    "2024-11-01",
    "2022-09-01",
    "2021-04-01",
    "2021-01-01",
    "2020-06-01",
    "2019-10-01",
  ],
  "Microsoft.OperationalInsights/workspaces": [
    "2025-07-01",
    "2025-02-01",
    "2023-09-01",
    "2022-10-01",
    "2021-06-01",
    "2020-10-01",
    "2020-08-01",
  ],
  "Microsoft.Insights/activityLogAlerts": ["2020-10-01"],
  "Microsoft.Insights/actionGroups": ["2023-01-01"],
  "Microsoft.Insights/components": ["2020-02-02", "2020-02-02-preview", "2018-05-01-preview"],
  "microsoft.aadiam/diagnosticSettings": ["2017-04-01", "2017-04-01-preview"],
  "Microsoft.Insights/diagnosticSettings": ["2021-05-01-preview", "2017-05-01-preview"],
  "Microsoft.Insights/diagnosticSettingsCategories": ["2021-05-01-preview", "2017-05-01-preview"],
  "Microsoft.HealthBot/healthBots": [
    "2025-11-01",
    "2025-05-25",
    "2024-02-01",
    "2023-05-01",
    "2022-08-08",
    "2021-08-24",
    "2021-06-10",
    "2020-12-08",
    "2020-12-08-preview",
    "2020-10-20",
    "2020-10-20-preview",
  ],
  // The two actions on secrets came with 2022-08-08.
  "Microsoft.HealthBot/healthBots/listSecrets": [
    "2025-11-01",
    "2025-05-25",
    "2024-02-01",
    "2023-05-01",
    "2022-08-08",
  ],
  "Microsoft.Authorization/roleDefinitions": ["2022-05-01-preview", "2022-04-01", "2018-07-01", "2015-07-01"],
  "Microsoft.Authorization/roleAssignments": [
    "2022-04-01",
    "2020-10-01-preview",
    "2020-08-01-preview",
    "2020-04-01-preview",
    "2018-07-01",
    "2015-07-01",
  ],
  "Microsoft.Authorization/permissions": ["2022-05-01-preview", "2022-04-01", "2018-07-01", "2015-07-01"],
  "Microsoft.Authorization/roleManagement": ["2020-10-01", "2020-10-01-preview"],
  "Microsoft.Authorization/policyAssignments": [
    "2025-03-01",
    "2024-05-01",
    "2023-04-01",
    "2022-06-01",
    "2019-09-01",
  ],
  "Microsoft.Authorization/locks": ["2020-05-01", "2017-04-01", "2016-09-01"],
} as const satisfies Record<string, readonly string[]>;

export type VersionedType = keyof typeof API_VERSIONS;
