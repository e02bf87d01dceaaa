import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { namedSettingRoutes } from "./named-setting-routes.ts";
import { type ArmCall, bodyOf, objectIn } from "./pipeline.ts";

/**
 * Export of the tenant's own logs (Azure/azure-rest-api-specs: azureactivedirectory, Microsoft.Aadiam 2017-04-01;
 * GET of one and DELETE as hashicorp/terraform-provider-azurerm uses them in monitor_aad_diagnostic_setting_resource.go).
 */

const TYPE = "microsoft.aadiam/diagnosticSettings";
const SCOPE = "/providers/microsoft.aadiam";

const CATEGORIES = [
  "AuditLogs",
  "SignInLogs",
  "NonInteractiveUserSignInLogs",
  "ServicePrincipalSignInLogs",
  "ManagedIdentitySignInLogs",
  "ProvisioningLogs",
  "ADFSSignInLogs",
  "RiskyUsers",
  "UserRiskEvents",
  "RiskyServicePrincipals",
  "ServicePrincipalRiskEvents",
  "MicrosoftGraphActivityLogs",
  "NetworkAccessTrafficLogs",
  "EnrichedOffice365AuditLogs",
  "CustomSecurityAttributeAuditLogs",
];

const keyOf = (call: ArmCall): string => call.param("name").toLowerCase();

function put(call: ArmCall): SandboxResponse {
  const name = call.param("name");
  const properties = objectIn(bodyOf(call)["properties"]);
  if (typeof properties["workspaceId"] !== "string")
    refuseArm(400, "BadRequest", "The diagnostic setting needs at least one data sink.");
  const logs = (Array.isArray(properties["logs"]) ? properties["logs"] : []).map((entry) => {
    const log = objectIn(entry);
    if (typeof log["category"] !== "string" || !CATEGORIES.includes(log["category"]))
      refuseArm(400, "BadRequest", `Category '${String(log["category"])}' is not supported.`);
    return {
      category: log["category"] ?? "",
      enabled: log["enabled"] === true,
      retentionPolicy: log["retentionPolicy"] ?? { enabled: false, days: 0 },
    };
  });
  const setting: JsonObject = {
    id: `${SCOPE}/diagnosticSettings/${name}`,
    type: TYPE,
    name,
    location: null,
    properties: { workspaceId: properties["workspaceId"] ?? null, logs, metrics: [] },
  };
  const table = armState(call.world).entraLogSettings;
  // A setting of no category is accepted and gone at once.
  if (logs.some(({ enabled }) => enabled)) table[keyOf(call)] = setting;
  else delete table[keyOf(call)];
  return { status: 200, body: setting };
}

export const ENTRA_LOG_ROUTES = namedSettingRoutes({
  type: TYPE,
  table: "entraLogSettings",
  collection: `${SCOPE}/diagnosticSettings`,
  at: () => SCOPE,
  keyOf,
  isListed: () => true,
  put,
  refuseMissing: (call) =>
    refuseArm(404, "ResourceNotFound", `The diagnostic setting '${call.param("name")}' was not found.`),
  returnsDeleted: false,
});
