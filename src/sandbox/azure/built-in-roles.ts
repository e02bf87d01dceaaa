/** What a role of Azure RBAC allows, built in or made by a customer. */
export interface RoleDefinition {
  readonly id: string;
  readonly roleName: string;
  readonly description: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly createdOn: string;
  readonly updatedOn: string;
}

function role(
  id: string,
  roleName: string,
  description: string,
  actions: readonly string[],
  notActions: readonly string[] = [],
  createdOn = "2015-02-02T21:55:09.0000000Z",
  updatedOn = createdOn,
): RoleDefinition {
  return { id, roleName, description, actions, notActions, createdOn, updatedOn };
}

/**
 * The built-in roles the sandbox knows, with ids and actions of MicrosoftDocs/azure-docs:
 * articles/role-based-access-control/built-in-roles/ (privileged.md, monitor.md, ai-machine-learning.md). Of the
 * long lists only the actions on providers that the sandbox serves are kept. The Healthcare Agent roles were called
 * "Health Bot …" until 2025-03-13 and grant no control-plane action at all.
 */
export const BUILT_IN_ROLES: readonly RoleDefinition[] = [
  role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", "Manages every resource and who may use it.", ["*"]),
  role(
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Contributor",
    "Manages every resource, but may not assign roles.",
    ["*"],
    [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
      "Microsoft.Blueprint/blueprintAssignments/write",
      "Microsoft.Blueprint/blueprintAssignments/delete",
      "Microsoft.Compute/galleries/share/action",
      "Microsoft.Purview/consents/write",
      "Microsoft.Purview/consents/delete",
      "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
      "Microsoft.Subscription/cancel/action",
      "Microsoft.Subscription/enable/action",
    ],
  ),
  role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", "Sees every resource, changes none.", ["*/read"]),
  role(
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "Role Based Access Control Administrator",
    "Assigns Azure roles; manages access in no other way.",
    [
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleAssignments/delete",
      "*/read",
      "Microsoft.Support/*",
    ],
  ),
  role(
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "User Access Administrator",
    "Manages who may use Azure resources.",
    ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
  ),
  role(
    "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
    "Monitoring Contributor",
    "Reads all monitoring data and changes monitoring settings.",
    [
      "*/read",
      "Microsoft.Insights/actiongroups/*",
      "Microsoft.Insights/activityLogAlerts/*",
      "Microsoft.Insights/AlertRules/*",
      "Microsoft.Insights/components/*",
      "Microsoft.Insights/DiagnosticSettings/*",
      "Microsoft.Insights/Register/Action",
      "Microsoft.OperationalInsights/workspaces/write",
      "Microsoft.OperationalInsights/workspaces/search/action",
      "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
      "Microsoft.OperationalInsights/workspaces/sharedKeys/read",
      "Microsoft.Support/*",
      "Microsoft.Resources/deployments/*",
    ],
  ),
  role("43d0d8ad-25c7-4714-9337-8ba259a9fe05", "Monitoring Reader", "Reads all monitoring data.", [
    "*/read",
    "Microsoft.OperationalInsights/workspaces/search/action",
    "Microsoft.Support/*",
  ]),
  role(
    "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
    "Log Analytics Contributor",
    "Reads all monitoring data, changes monitoring settings and Log Analytics workspaces.",
    [
      "*/read",
      "Microsoft.Insights/alertRules/*",
      "Microsoft.Insights/diagnosticSettings/*",
      "Microsoft.OperationalInsights/*",
      "Microsoft.OperationsManagement/*",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourcegroups/deployments/*",
      "Microsoft.Support/*",
    ],
  ),
  role(
    "f1082fec-a70f-419f-9230-885d2550fb38",
    "Healthcare Agent Admin",
    "Signs in to the bot's management portal with everything, its keys and secrets included.",
    [],
    [],
    "2024-02-28T00:00:00.0000000Z",
    "2025-03-13T00:00:00.0000000Z",
  ),
  role(
    "af854a69-80ce-4ff7-8447-f1118a2e0ca8",
    "Healthcare Agent Editor",
    "Signs in to the bot's management portal and edits it, except keys, secrets and what users wrote.",
    [],
    [],
    "2024-02-28T00:00:00.0000000Z",
    "2025-03-13T00:00:00.0000000Z",
  ),
  role(
    "eb5a76d5-50e7-4c33-a449-070e7c9c4cf2",
    "Healthcare Agent Reader",
    "Signs in to the bot's management portal and reads it, except keys, secrets and what users wrote.",
    [],
    [],
    "2024-02-28T00:00:00.0000000Z",
    "2025-03-13T00:00:00.0000000Z",
  ),
];
