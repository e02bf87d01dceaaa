import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { normalizeLocation } from "./regions.ts";
import { isWithin } from "./scopes.ts";

/** Built-in definition "Allowed locations", effect Deny ("Azure Policy built-in policy definitions", learn.microsoft.com). */
const ALLOWED_LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c";
const DISPLAY_NAME = "Allowed locations";

function objectAt(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as JsonObject)[name] : undefined;
}

function forbids(assignment: JsonObject, path: string, location: string): boolean {
  const properties = assignment["properties"];
  const definition = String(objectAt(properties, "policyDefinitionId")).split("/").at(-1)?.toLowerCase();
  const notScopes = objectAt(properties, "notScopes");
  const allowed = objectAt(objectAt(objectAt(properties, "parameters"), "listOfAllowedLocations"), "value");
  return (
    definition === ALLOWED_LOCATIONS &&
    objectAt(properties, "enforcementMode") !== "DoNotEnforce" &&
    isWithin(path, String(objectAt(properties, "scope"))) &&
    !(Array.isArray(notScopes) && notScopes.some((scope) => isWithin(path, String(scope)))) &&
    Array.isArray(allowed) &&
    !allowed.some((one) => normalizeLocation(String(one)) === normalizeLocation(location))
  );
}

/**
 * Answers 403 `RequestDisallowedByPolicy` with `PolicyViolation` for a resource in a region that "Allowed locations"
 * leaves out. Shape as recorded in Azure/azure-cli-extensions:src/stream-analytics/…/test_input_create_policy_violation.yaml;
 * the expressions an evaluation lists are left empty. Other definitions, whose rules the sandbox does not have, forbid nothing.
 */
export function requirePolicy(world: World, path: string, location: unknown): void {
  if (typeof location !== "string" || location === "") return;
  const assignment = Object.values(armState(world).policyAssignments).find((one) =>
    forbids(one, path, location),
  );
  if (assignment === undefined) return;
  const { properties } = assignment;
  const name = path.split("/").at(-1) ?? "";
  const definitionId = String(objectAt(properties, "policyDefinitionId"));
  const title = String(objectAt(properties, "displayName") ?? assignment["name"]);
  const identifiers = [
    {
      policyAssignment: { name: title, id: assignment["id"] },
      policyDefinition: { name: DISPLAY_NAME, id: definitionId },
    },
  ];
  const parameters = Object.entries((objectAt(properties, "parameters") ?? {}) as JsonObject);
  refuseArm(
    403,
    "RequestDisallowedByPolicy",
    `Resource '${name}' was disallowed by policy. Policy identifiers: '${JSON.stringify(identifiers)}'.`,
    {
      gateway: true,
      target: name,
      additionalInfo: [
        {
          type: "PolicyViolation",
          info: {
            evaluationDetails: { evaluatedExpressions: [] },
            policyDefinitionId: definitionId,
            policyDefinitionName: ALLOWED_LOCATIONS,
            policyDefinitionDisplayName: DISPLAY_NAME,
            policyDefinitionEffect: "deny",
            policyAssignmentId: assignment["id"],
            policyAssignmentName: assignment["name"],
            policyAssignmentDisplayName: title,
            policyAssignmentScope: objectAt(properties, "scope"),
            policyAssignmentParameters: Object.fromEntries(
              parameters.map(([parameter, value]) => [parameter, objectAt(value, "value")]),
            ),
            policyExemptionIds: [],
          },
        },
      ],
    },
  );
}
