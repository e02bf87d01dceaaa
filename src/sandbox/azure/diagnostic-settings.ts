import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { type ArmCall, armRoute, bodyOf, objectIn } from "./pipeline.ts";

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

function keyOf(call: ArmCall): string {
  return `/subscriptions/${call.param("subscription")}/${call.param("name")}`.toLowerCase();
}

/** Settings are kept as the service presents them. */
function settingsOf(call: ArmCall): JsonObject[] {
  const prefix = `/subscriptions/${call.param("subscription")}/`.toLowerCase();
  return Object.entries(armState(call.world).diagnosticSettings)
    .filter(([key]) => key.startsWith(prefix))
    .map(([, setting]) => setting);
}

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
  if (table[key] === undefined && settingsOf(call).length >= MOST_SETTINGS)
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

const COLLECTION = "/subscriptions/{subscription}/providers/Microsoft.Insights/diagnosticSettings";
const at = (call: ArmCall): string => `/subscriptions/${call.param("subscription")}`;

/**
 * Export of a subscription's activity log (Azure/azure-rest-api-specs: Microsoft.Insights/preview/2021-05-01-preview/
 * subscriptionDiagnosticsSettings_API.json with its examples).
 */
export const DIAGNOSTIC_SETTING_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: COLLECTION,
    type: TYPE,
    action: `${TYPE}/read`,
    at,
    handle: (call) => ({ status: 200, body: { value: settingsOf(call) } }),
  }),
  armRoute({
    method: "PUT",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/write`,
    at,
    gate: "Microsoft.Insights",
    handle: put,
  }),
  armRoute({
    method: "GET",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/read`,
    at,
    handle: (call) => {
      const found = armState(call.world).diagnosticSettings[keyOf(call)];
      if (found === undefined)
        return refuseArm(
          404,
          "ResourceNotFound",
          `The diagnostic setting '${call.param("name")}' was not found.`,
        );
      return { status: 200, body: found };
    },
  }),
  armRoute({
    method: "DELETE",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/delete`,
    at,
    handle: (call) => {
      const table = armState(call.world).diagnosticSettings;
      const known = table[keyOf(call)] !== undefined;
      delete table[keyOf(call)];
      return { status: known ? 200 : 204 };
    },
  }),
];
