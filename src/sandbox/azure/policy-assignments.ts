import type { JsonObject } from "../exchange.ts";
import type { Route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { isWithin } from "./authorization.ts";
import { type ArmCall, armRoute, bodyOf, objectIn, systemDataOf } from "./pipeline.ts";
import { requireScope } from "./tracked-resources.ts";

const TYPE = "Microsoft.Authorization/policyAssignments";
const COLLECTION = "/{scope*}/providers/Microsoft.Authorization/policyAssignments";
const at = (call: ArmCall): string => call.scope();

function keyOf(call: ArmCall): string {
  return `${call.scope()}/providers/${TYPE}/${call.param("name")}`.toLowerCase();
}

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
  const existing = armState(call.world).policyAssignments[keyOf(call)];
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
  armState(call.world).policyAssignments[keyOf(call)] = assignment;
  return assignment;
}

/**
 * Policy assignments (Azure/azure-rest-api-specs: Microsoft.Authorization/stable/2025-03-01/policyAssignments.json). They
 * are kept as they are; what they forbid is in policy-effects.ts.
 */
export const POLICY_ASSIGNMENT_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: COLLECTION,
    type: TYPE,
    action: `${TYPE}/read`,
    at,
    handle: (call) => ({
      status: 200,
      body: {
        value: Object.values(armState(call.world).policyAssignments).filter((assignment) => {
          const scope = String(objectIn(assignment["properties"])["scope"]);
          return isWithin(call.scope(), scope) || isWithin(scope, call.scope());
        }),
      },
    }),
  }),
  armRoute({
    method: "GET",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/read`,
    at,
    handle: (call) => {
      const found = armState(call.world).policyAssignments[keyOf(call)];
      if (found === undefined)
        return refuseArm(
          404,
          "PolicyAssignmentNotFound",
          `The policy assignment '${call.param("name")}' is not found.`,
        );
      return { status: 200, body: found };
    },
  }),
  armRoute({
    method: "PUT",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/write`,
    at,
    handle: (call) => ({ status: 201, body: put(call) }),
  }),
  armRoute({
    method: "DELETE",
    template: `${COLLECTION}/{name}`,
    type: TYPE,
    action: `${TYPE}/delete`,
    at,
    handle: (call) => {
      const table = armState(call.world).policyAssignments;
      const found = table[keyOf(call)];
      delete table[keyOf(call)];
      return found === undefined ? { status: 204 } : { status: 200, body: found };
    },
  }),
];
