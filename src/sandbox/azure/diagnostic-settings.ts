import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { namedSettingRoutes } from "./named-setting-routes.ts";
import { type ArmCall, bodyOf, objectIn } from "./pipeline.ts";

const TYPE = "Microsoft.Insights/diagnosticSettings";

/** Categories of the activity log ("Azure Activity Log event schema", learn.microsoft.com). */
const CATEGORIES = [
  "Administrative",
  "Security",
  "ServiceHealth",
  "Alert",
  "Recommendation",
  "Policy",
  "Autoscale",
  "ResourceHealth",
];
const DESTINATIONS = [
  "storageAccountId",
  "workspaceId",
  "eventHubAuthorizationRuleId",
  "marketplacePartnerId",
] as const;
const MOST_SETTINGS = 5;

const subscriptionOf = (call: ArmCall): string => `/subscriptions/${call.param("subscription")}`;
const keyOf = (call: ArmCall): string => `${subscriptionOf(call)}/${call.param("name")}`.toLowerCase();
const isListed = (call: ArmCall, key: string): boolean =>
  key.startsWith(`${subscriptionOf(call)}/`.toLowerCase());

function logsOf(properties: JsonObject): JsonObject[] {
  const logs = properties["logs"];
  return (Array.isArray(logs) ? logs : []).map((entry) => {
    const log = objectIn(entry);
    const { category, categoryGroup } = log;
    if (typeof category === "string" && !CATEGORIES.includes(category))
      refuseArm(400, "BadRequest", `Category '${category}' is not supported.`);
    if (typeof category !== "string" && categoryGroup !== "allLogs")
      refuseArm(400, "BadRequest", "Each log setting needs a category or the category group 'allLogs'.");
    return {
      category: category ?? null,
      categoryGroup: categoryGroup ?? null,
      enabled: log["enabled"] === true,
      retentionPolicy: log["retentionPolicy"] ?? null,
    };
  });
}

function put(call: ArmCall): SandboxResponse {
  const name = call.param("name");
  const properties = objectIn(bodyOf(call)["properties"]);
  if (!DESTINATIONS.some((destination) => typeof properties[destination] === "string"))
    refuseArm(400, "BadRequest", "The diagnostic setting needs at least one data sink.");
  const key = keyOf(call);
  const table = armState(call.world).diagnosticSettings;
  const others = Object.keys(table).filter((other) => isListed(call, other));
  if (table[key] === undefined && others.length >= MOST_SETTINGS)
    refuseArm(409, "Conflict", `A subscription has at most ${MOST_SETTINGS} diagnostic settings.`);
  const setting: JsonObject = {
    // No leading slash and another provider's name: the published example answers like this.
    id: `subscriptions/${call.param("subscription")}/providers/AzureResourceManager/diagnosticSettings/${name}`,
    type: null,
    name,
    location: null,
    kind: null,
    tags: null,
    properties: {
      storageAccountId: properties["storageAccountId"] ?? null,
      serviceBusRuleId: null,
      workspaceId: properties["workspaceId"] ?? null,
      eventHubAuthorizationRuleId: properties["eventHubAuthorizationRuleId"] ?? null,
      eventHubName: properties["eventHubName"] ?? null,
      marketplacePartnerId: properties["marketplacePartnerId"] ?? null,
      logs: logsOf(properties),
    },
    identity: null,
  };
  table[key] = setting;
  return { status: 200, body: setting };
}

/**
 * Export of a subscription's activity log (Azure/azure-rest-api-specs: Microsoft.Insights/preview/2021-05-01-preview/
 * subscriptionDiagnosticsSettings_API.json with its examples).
 */
export const DIAGNOSTIC_SETTING_ROUTES = namedSettingRoutes({
  type: TYPE,
  table: "diagnosticSettings",
  collection: `/subscriptions/{subscription}/providers/${TYPE}`,
  at: subscriptionOf,
  gate: "Microsoft.Insights",
  keyOf,
  isListed,
  put,
  refuseMissing: (call) =>
    refuseArm(404, "ResourceNotFound", `The diagnostic setting '${call.param("name")}' was not found.`),
  returnsDeleted: false,
});
