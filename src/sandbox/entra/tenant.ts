import type { JsonObject } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { directoryOf, liveObject } from "./entra-state.ts";
import { type GraphRoute, graphRoute } from "./graph-call.ts";
import { notFound } from "./graph-errors.ts";
import { DIRECTORY_ROLE_READ, ORGANIZATION_READ, SKU_READ } from "./graph-permissions.ts";
import { answerCollection, answerObject, type CollectionShape } from "./graph-query.ts";
import { typedValue } from "./object-shapes.ts";
import { builtInRoles } from "./users.ts";

function organization(world: World): JsonObject {
  const plans = directoryOf(world).subscribedSkus.flatMap((sku) => {
    const list = sku["servicePlans"];
    return (Array.isArray(list) ? list : []).map((plan) => ({
      assignedDateTime: "2025-11-25T00:00:00Z",
      capabilityStatus: "Enabled",
      // Assumption: the service name that Dynamics 365 plans carry here.
      service: "CRM",
      servicePlanId:
        typeof plan === "object" && plan !== null && !Array.isArray(plan)
          ? (plan["servicePlanId"] ?? null)
          : null,
    }));
  });
  return {
    id: TENANT.id,
    deletedDateTime: null,
    businessPhones: [],
    city: null,
    country: null,
    countryLetterCode: TENANT.countryCode,
    createdDateTime: "2020-01-01T00:00:00Z",
    defaultUsageLocation: null,
    displayName: TENANT.displayName,
    onPremisesSyncEnabled: null,
    postalCode: null,
    preferredLanguage: "en",
    state: null,
    street: null,
    technicalNotificationMails: [],
    tenantType: "AAD",
    assignedPlans: plans,
    provisionedPlans: [],
    verifiedDomains: [
      {
        capabilities: "Email, OfficeCommunicationsOnline",
        isDefault: true,
        isInitial: true,
        name: TENANT.domain,
        type: "Managed",
      },
    ],
  };
}

const ORGANIZATION_SHAPE: CollectionShape = {
  type: "organization",
  context: "organization",
  properties: [
    "id",
    "deletedDateTime",
    "businessPhones",
    "city",
    "country",
    "countryLetterCode",
    "createdDateTime",
    "defaultUsageLocation",
    "displayName",
    "onPremisesSyncEnabled",
    "postalCode",
    "preferredLanguage",
    "state",
    "street",
    "technicalNotificationMails",
    "tenantType",
    "assignedPlans",
    "provisionedPlans",
    "verifiedDomains",
  ],
  filterable: [],
};

const SKU_SHAPE: CollectionShape = {
  type: "subscribedSku",
  context: "subscribedSkus",
  properties: [
    "accountId",
    "accountName",
    "appliesTo",
    "capabilityStatus",
    "consumedUnits",
    "id",
    "prepaidUnits",
    "servicePlans",
    "skuId",
    "skuPartNumber",
    "subscriptionIds",
  ],
  filterable: [],
  unpaged: true,
};

const ROLE_ASSIGNMENT_SHAPE: CollectionShape = {
  type: "unifiedRoleAssignment",
  context: "roleManagement/directory/roleAssignments",
  properties: ["id", "principalId", "directoryScopeId", "roleDefinitionId"],
  filterable: ["principalId", "roleDefinitionId", "directoryScopeId"],
  expand: {
    roleDefinition: (value) => builtInRoles().find((role) => role["id"] === value["roleDefinitionId"]) ?? {},
    principal: (value, call) => {
      const object = liveObject(call.world, String(value["principalId"]));
      return object === undefined ? {} : typedValue(object);
    },
  },
};

const ROLE_DEFINITION_SHAPE: CollectionShape = {
  type: "unifiedRoleDefinition",
  context: "roleManagement/directory/roleDefinitions",
  properties: [
    "id",
    "description",
    "displayName",
    "isBuiltIn",
    "isEnabled",
    "resourceScopes",
    "templateId",
    "version",
    "rolePermissions",
  ],
  filterable: ["id", "displayName", "isBuiltIn", "templateId"],
};

/** The tenant, its licences and its directory roles ("organization", "subscribedSku", "rbacApplication", Graph v1.0). */
export const TENANT_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", "/organization", ORGANIZATION_READ, (call) =>
    answerCollection(call, [organization(call.world)], ORGANIZATION_SHAPE),
  ),
  graphRoute("GET", "/organization/{key}", ORGANIZATION_READ, (call) => {
    const id = call.request.params["key"] ?? "";
    return id.toLowerCase() === TENANT.id
      ? answerObject(call, organization(call.world), ORGANIZATION_SHAPE)
      : notFound(id);
  }),
  graphRoute("GET", "/subscribedSkus", SKU_READ, (call) =>
    answerCollection(call, directoryOf(call.world).subscribedSkus, SKU_SHAPE),
  ),
  graphRoute("GET", "/roleManagement/directory/roleAssignments", DIRECTORY_ROLE_READ, (call) =>
    answerCollection(
      call,
      directoryOf(call.world).roleAssignments.map((assignment) => ({ ...assignment })),
      ROLE_ASSIGNMENT_SHAPE,
    ),
  ),
  graphRoute("GET", "/roleManagement/directory/roleDefinitions", DIRECTORY_ROLE_READ, (call) =>
    answerCollection(call, builtInRoles(), ROLE_DEFINITION_SHAPE),
  ),
  graphRoute("GET", "/roleManagement/directory/roleDefinitions/{key}", DIRECTORY_ROLE_READ, (call) => {
    const id = call.request.params["key"] ?? "";
    const role = builtInRoles().find((candidate) => candidate["id"] === id);
    return role === undefined ? notFound(id) : answerObject(call, role, ROLE_DEFINITION_SHAPE);
  }),
];
