import type { JsonObject } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { extensionKey, isAroundScope, namedSettingRoutes, scopeOfKey } from "./named-setting-routes.ts";
import { type ArmCall, bodyOf, objectIn, systemDataOf } from "./pipeline.ts";
import { isWithin } from "./scopes.ts";
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
 * What a list shows: everything around its scope, what applies there (`atScope()`), what was assigned just there
 * (`atExactScope()`), or what applies of one definition. Assumption: any other filter is answered with 400.
 */
function isListed(call: ArmCall, key: string, { properties }: JsonObject): boolean {
  const filter = call.request.query.get("$filter")?.trim() ?? "";
  if (filter === "") return isAroundScope(call, key);
  const applies = isWithin(call.scope(), scopeOfKey(key));
  if (/^atScope\(\)$/i.test(filter)) return applies;
  if (/^atExactScope\(\)$/i.test(filter)) return call.scope().toLowerCase() === scopeOfKey(key);
  const [, definition] = /^policyDefinitionId eq '([^']+)'$/i.exec(filter) ?? [];
  if (definition === undefined)
    return refuseArm(400, "InvalidFilter", `The filter '${filter}' is not supported.`);
  const assigned = String(objectIn(properties)["policyDefinitionId"]);
  return applies && assigned.toLowerCase() === definition.toLowerCase();
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
  isListed,
  put: (call) => ({ status: 201, body: put(call) }),
  refuseMissing: (call) =>
    refuseArm(404, "PolicyAssignmentNotFound", `The policy assignment '${call.param("name")}' is not found.`),
  returnsDeleted: true,
});
