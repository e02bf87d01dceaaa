import type { Portal, Row } from "../portal.ts";

/** What somebody does in a portal so that the field (`kind.field`) or the thing itself (`kind`) differs from the spec. */
export type Mutations = Readonly<Record<string, (portal: Portal) => Promise<void>>>;

const ARM = "https://management.azure.com";
const GRAPH = "https://graph.microsoft.com";

/** One change of a nested object: everything beside it stays. */
export function inside(name: string, change: (value: Row) => Row): (row: Row) => Row {
  return (row) => ({ [name]: { ...(row[name] as Row), ...change(row[name] as Row) } });
}

const arm =
  (table: string, change: (row: Row) => Row | "gone" | undefined) =>
  (portal: Portal): Promise<void> =>
    portal.edit(`arm/${table}`, change);

const tags = (table: string) =>
  arm(
    table,
    inside("tags", () => ({ workload: "somebody else's" })),
  );

const graphObject =
  (kind: string, name: string, set: Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("graph/objects", (row) =>
      row["kind"] === kind && (row["value"] as Row)["displayName"] === name
        ? inside("value", () => set)(row)
        : undefined,
    );

/** Changes the environment's own application, whatever it is called by then. */
const ownApplication =
  (change: (value: Row) => Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("graph/objects", (row) =>
      row["kind"] === "application" && JSON.stringify(row).includes("psc-env:contoso-full")
        ? inside("value", change)(row)
        : undefined,
    );

const federated =
  (set: Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("graph/federatedCredentials", () => set);

async function activation(portal: Portal, id: string, set: Row): Promise<void> {
  const token = await portal.place.sandbox.token("admin", ARM);
  const bot =
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-contoso-health-full/providers/Microsoft.HealthBot/healthBots/bot-contoso-full";
  const at = `${ARM}${bot}/providers/Microsoft.Authorization`;
  const version = "api-version=2020-10-01";
  const { body } = await portal.place.sandbox.ask(
    "GET",
    `${at}/roleManagementPolicyAssignments?${version}&$filter=${encodeURIComponent("roleDefinitionId eq 'f1082fec-a70f-419f-9230-885d2550fb38'")}`,
    { token },
  );
  const policy = body.value.find((one: { properties: { roleDefinitionId: string } }) =>
    one.properties.roleDefinitionId.endsWith("f1082fec-a70f-419f-9230-885d2550fb38"),
  ).properties;
  const rule = policy.effectiveRules.find((one: { id: string }) => one.id === id);
  const answer = await portal.place.sandbox.ask("PATCH", `${ARM}${policy.policyId}?${version}`, {
    token,
    body: { properties: { rules: [{ ...rule, ...set }] } },
  });
  if (answer.status !== 200) throw new Error(answer.text);
}

export const AZURE_AND_ENTRA: Mutations = {
  "entra.group.displayName": graphObject("group", "Contoso Health Supervisors", {
    displayName: "Contoso Health Leads",
  }),
  "entra.group.members": (portal) => portal.edit("graph/members", () => "gone"),
  "entra.group.owners": (portal) => portal.edit("graph/owners", () => "gone"),
  "entra.application.permissions": ownApplication((value) => ({ ...value, requiredResourceAccess: [] })),
  "entra.federated-credential.issuer": federated({ issuer: "https://issuer.example.com" }),
  "entra.federated-credential.subject": federated({ subject: "repo:somebody/else:ref:refs/heads/main" }),
  "entra.federated-credential.audiences": federated({ audiences: ["api://another"] }),
  "entra.certificate.thumbprint": (portal) =>
    portal.edit("graph/certificates", () => ({ key: Buffer.from("another certificate").toString("base64") })),
  "entra.client-secret.renewal": ownApplication((value) => ({
    ...value,
    passwordCredentials: (value["passwordCredentials"] as Row[]).map((credential) => ({
      ...credential,
      endDateTime: new Date(Date.parse(String(credential["startDateTime"])) + 9 * 86_400_000).toISOString(),
    })),
  })),
  "entra.client-secret.withoutValue": async ({ place: { sandbox } }) => {
    const token = await sandbox.token("admin", GRAPH);
    const { body } = await sandbox.ask(
      "GET",
      `${GRAPH}/v1.0/applications(uniqueName='psc-contoso-full-bot')`,
      { token },
    );
    const passwordCredential = { displayName: "psc contoso-full: contoso-health/psc-contoso-full" };
    const made = await sandbox.ask("POST", `${GRAPH}/v1.0/applications/${body.id}/addPassword`, {
      token,
      body: { passwordCredential },
    });
    if (made.status !== 200) throw new Error(made.text);
  },
  "entra.permission-grant": (portal) =>
    portal.edit("graph/permissionGrants", (row) => (row["scope"] === "User.Read" ? "gone" : undefined)),
  "entra.application.displayName": graphObject("application", "psc contoso-full bot", {
    displayName: "renamed",
  }),
  "entra.application.signInAudience": (portal) =>
    portal.edit("graph/objects", (row) =>
      row["kind"] === "application" && JSON.stringify(row).includes("psc-env:contoso-full")
        ? inside("value", () => ({ signInAudience: "AzureADMultipleOrgs" }))(row)
        : undefined,
    ),
  "entra.application.tags": (portal) =>
    portal.edit("graph/objects", (row) =>
      row["kind"] === "application" && JSON.stringify(row).includes("psc-env:contoso-full")
        ? inside("value", () => ({ tags: ["psc-env:contoso-full"] }))(row)
        : undefined,
    ),
  "entra.service-principal.enabled": graphObject("servicePrincipal", "psc contoso-full bot", {
    accountEnabled: false,
  }),
  "azure.resource-group.tags": tags("resourceGroups"),
  "azure.log-analytics-workspace.tags": tags("workspaces"),
  "azure.log-analytics-workspace.retentionDays": arm(
    "workspaces",
    inside("properties", () => ({ retentionInDays: 30 })),
  ),
  "azure.log-analytics-workspace.resourcePermissions": arm(
    "workspaces",
    inside("properties", ({ features }) => ({
      features: { ...(features as Row), enableLogAccessUsingOnlyResourcePermissions: false },
    })),
  ),
  "azure.application-insights.tags": tags("components"),
  "azure.application-insights.workspace": arm(
    "components",
    inside("properties", () => ({ WorkspaceResourceId: "/subscriptions/x/workspaces/other" })),
  ),
  "azure.application-insights.retentionDays": arm(
    "components",
    inside("properties", () => ({ RetentionInDays: 30 })),
  ),
  "azure.activity-log-export.workspace": arm(
    "diagnosticSettings",
    inside("properties", () => ({ workspaceId: "/subscriptions/x/workspaces/other" })),
  ),
  "azure.activity-log-export.categories": arm(
    "diagnosticSettings",
    inside("properties", ({ logs }) => ({ logs: (logs as Row[]).slice(1) })),
  ),
  "azure.entra-log-export.workspace": arm(
    "entraLogSettings",
    inside("properties", () => ({ workspaceId: "/subscriptions/x/workspaces/other" })),
  ),
  "azure.entra-log-export.categories": arm(
    "entraLogSettings",
    inside("properties", ({ logs }) => ({ logs: (logs as Row[]).slice(1) })),
  ),
  "azure.policy-assignment.enforced": arm(
    "policyAssignments",
    inside("properties", () => ({ enforcementMode: "DoNotEnforce" })),
  ),
  "azure.policy-assignment.parameters": arm(
    "policyAssignments",
    inside("properties", () => ({ parameters: { effect: { value: "Disabled" } } })),
  ),
  "azure.action-group.enabled": arm(
    "actionGroups",
    inside("properties", () => ({ enabled: false })),
  ),
  "azure.action-group.email": arm(
    "actionGroups",
    inside("properties", () => ({ emailReceivers: [] })),
  ),
  "azure.activity-log-alert.enabled": arm(
    "activityLogAlerts",
    inside("properties", () => ({ enabled: false })),
  ),
  "azure.activity-log-alert.on": arm(
    "activityLogAlerts",
    inside("properties", () => ({ scopes: ["/subscriptions/x"] })),
  ),
  "azure.activity-log-alert.operations": arm(
    "activityLogAlerts",
    inside("properties", () => ({
      condition: { allOf: [{ field: "category", equals: "Administrative" }] },
    })),
  ),
  "azure.activity-log-alert.tells": arm(
    "activityLogAlerts",
    inside("properties", () => ({ actions: { actionGroups: [] } })),
  ),
  "azure.eligible-role-assignment.maxHours": (portal) =>
    activation(portal, "Expiration_EndUser_Assignment", { maximumDuration: "PT4H" }),
  "azure.eligible-role-assignment.require": (portal) =>
    activation(portal, "Enablement_EndUser_Assignment", { enabledRules: ["Justification"] }),
  "health-bot.account.tags": tags("healthBots"),
  "health-bot.account.encryption": arm(
    "healthBots",
    inside("properties", () => ({ keyVaultProperties: undefined })),
  ),
};

/** What psc cannot mend in place: its plan replaces the thing or stops and says so. One at a time. */
export const AZURE_ONE_BY_ONE: Mutations = {
  "azure.resource-lock.level": arm(
    "locks",
    inside("properties", () => ({ level: "ReadOnly" })),
  ),
  "azure.resource-group.location": arm("resourceGroups", () => ({ location: "westus" })),
  "azure.log-analytics-workspace.location": arm("workspaces", () => ({ location: "westus" })),
  "azure.application-insights.location": arm("components", () => ({ location: "westus" })),
  "azure.policy-assignment.definition": arm(
    "policyAssignments",
    inside("properties", () => ({
      policyDefinitionId: "/providers/Microsoft.Authorization/policyDefinitions/other",
    })),
  ),
  "health-bot.account.sku": arm("healthBots", () => ({ sku: { name: "C0" } })),
  "health-bot.account.location": arm("healthBots", () => ({ location: "westeurope" })),
};
