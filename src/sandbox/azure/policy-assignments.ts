import type { JsonObject } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { extensionKey, isAroundScope, namedSettingRoutes } from "./named-setting-routes.ts";
import { type ArmCall, bodyOf, objectIn, systemDataOf } from "./pipeline.ts";
import { requireScope } from "./tracked-resources.ts";

const TYPE = "Microsoft.Authorization/policyAssignments";

function put(call: ArmCall): JsonObject {
  requireScope(call.world, call.scope());
  const body = bodyOf(call);
  const properties = objectIn(body["properties"]);
  if (typeof properties["policyDefinitionId"] !== "string")
    refuseArm(
      400,
      "InvalidRequestContent",
      "The request content is invalid: a policy assignment needs a policyDefinitionId.",
    );
  const identity = objectIn(body["identity"]);
  const key = extensionKey(call, TYPE);
  const existing = armState(call.world).policyAssignments[key];
  const made = objectIn(objectIn(existing?.["properties"])["metadata"]);
  const assignment: JsonObject = {
    properties: {
      enforcementMode: "Default",
      ...properties,
      scope: call.scope(),
      metadata: {
        ...objectIn(properties["metadata"]),
        createdBy: made["createdBy"] ?? call.caller.objectId,
        createdOn: made["createdOn"] ?? call.world.iso(),
        updatedBy: existing === undefined ? null : call.caller.objectId,
        updatedOn: existing === undefined ? null : call.world.iso(),
      },
    },
    id: `${call.scope()}/providers/${TYPE}/${call.param("name")}`,
    type: TYPE,
    name: call.param("name"),
    systemData: systemDataOf(call),
  };
  if (body["location"] !== undefined) assignment["location"] = body["location"];
  if (identity["type"] === "SystemAssigned")
    assignment["identity"] = {
      type: "SystemAssigned",
      principalId: objectIn(existing?.["identity"])["principalId"] ?? call.world.newId(),
      tenantId: TENANT.id,
    };
  armState(call.world).policyAssignments[key] = assignment;
  return assignment;
}

/**
 * Policy assignments (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2025-03-01/policyAssignments.json). They
 * are kept as they are; what they forbid is in policy-effects.ts.
 */
export const POLICY_ASSIGNMENT_ROUTES = namedSettingRoutes({
  type: TYPE,
  table: "policyAssignments",
  collection: `/{scope*}/providers/${TYPE}`,
  at: (call) => call.scope(),
  keyOf: (call) => extensionKey(call, TYPE),
  isListed: isAroundScope,
  put: (call) => ({ status: 201, body: put(call) }),
  refuseMissing: (call) =>
    refuseArm(404, "PolicyAssignmentNotFound", `The policy assignment '${call.param("name")}' is not found.`),
  returnsDeleted: true,
});
