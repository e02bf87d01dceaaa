import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { DIRECTORY_ROLES, directoryRoleName } from "./directory-roles.ts";
import { type DirectoryObject, directoryOf, liveObject, textOf } from "./entra-state.ts";
import { derivedGuid } from "./first-party-apps.ts";
import { bodyOf, type GraphCall, type GraphRoute, graphRoute, objectOf } from "./graph-call.ts";
import { badRequest, notFound, refuseGraph } from "./graph-errors.ts";
import {
  DIRECTORY_OBJECT_READ,
  LICENCE_DETAILS_READ,
  ME_MEMBER_OF_READ,
  ME_READ,
  ME_TRANSITIVE_MEMBER_OF_READ,
  type Permit,
  SERVICE_PRINCIPAL_MEMBERSHIP_READ,
  USER_READ,
} from "./graph-permissions.ts";
import {
  answerCollection,
  answerCount,
  answerObject,
  type CollectionShape,
  requireAdvancedForCast,
} from "./graph-query.ts";
import { listedValues } from "./object-lifecycle.ts";
import { OBJECT_SHAPE, typedValue, USER_DEFAULTS, USER_PROPERTIES } from "./object-shapes.ts";
import { profileSeenBy } from "./profiles.ts";

const USER_SHAPE: CollectionShape = {
  type: "user",
  context: "users",
  properties: USER_PROPERTIES,
  defaults: USER_DEFAULTS,
  filterable: [
    "id",
    "accountEnabled",
    "assignedLicenses",
    "createdDateTime",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mailNickname",
    "surname",
    "usageLocation",
    "userPrincipalName",
    "userType",
  ],
};

const LICENCE_SHAPE: CollectionShape = {
  type: "licenseDetails",
  context: "licenseDetails",
  properties: ["id", "servicePlans", "skuId", "skuPartNumber"],
  filterable: [],
};

const DIRECTORY_ROLE_SHAPE: CollectionShape = {
  type: "directoryRole",
  context: "directoryRoles",
  properties: ["id", "deletedDateTime", "description", "displayName", "roleTemplateId"],
  filterable: ["id", "displayName", "roleTemplateId"],
  unpaged: true,
};

/** `/me` of an application's token. */
function signedInUser(call: GraphCall): DirectoryObject {
  if (call.caller.kind !== "user") return delegatedOnly();
  return liveObject(call.world, call.caller.objectId, "user") ?? notFound(call.caller.objectId);
}

function delegatedOnly(): never {
  return refuseGraph(400, "BadRequest", "/me request is only valid with delegated authentication flow.");
}

/** `/me` is refused for what the token is before what it may do. */
function meRoute(
  path: string,
  permit: Permit,
  answer: (call: GraphCall, me: DirectoryObject) => SandboxResponse,
): GraphRoute {
  const checked = graphRoute("GET", path, permit, (call) => answer(call, signedInUser(call)));
  return {
    ...checked,
    handler: (request, world) =>
      request.caller?.kind === "application" ? delegatedOnly() : checked.handler(request, world),
  };
}

/** Groups that contain the object, directly or through other groups. */
function groupsOf(world: World, objectId: string): DirectoryObject[] {
  const found = new Map<string, DirectoryObject>();
  const visit = (id: string): void => {
    for (const link of directoryOf(world).members) {
      const group = link.to === id ? liveObject(world, link.from, "group") : undefined;
      if (group === undefined || found.has(group.id)) continue;
      found.set(group.id, group);
      visit(group.id);
    }
  };
  visit(objectId);
  return [...found.values()];
}

/** Active directory roles of a principal, its own and those of its groups. */
function directoryRolesOf(world: World, principalId: string): JsonObject[] {
  const holders = new Set([principalId, ...groupsOf(world, principalId).map((group) => group.id)]);
  const templates = directoryOf(world)
    .roleAssignments.filter((assignment) => holders.has(assignment.principalId))
    .map((assignment) => assignment.roleDefinitionId);
  return [...new Set(templates)].map((roleTemplateId) => ({
    id: derivedGuid(`directory role ${roleTemplateId}`),
    deletedDateTime: null,
    description: directoryRoleName(roleTemplateId),
    displayName: directoryRoleName(roleTemplateId),
    roleTemplateId,
  }));
}

function memberships(call: GraphCall, principalId: string): SandboxResponse {
  const roles = directoryRolesOf(call.world, principalId).map((role) => ({
    "@odata.type": "#microsoft.graph.directoryRole",
    ...role,
  }));
  const objects = [...roles, ...groupsOf(call.world, principalId).map(typedValue)];
  return answerCollection(call, objects, {
    ...OBJECT_SHAPE,
    properties: [...OBJECT_SHAPE.properties, "roleTemplateId"],
  });
}

function roleMemberships(call: GraphCall, principalId: string): SandboxResponse {
  requireAdvancedForCast(call);
  return answerCollection(call, directoryRolesOf(call.world, principalId), DIRECTORY_ROLE_SHAPE);
}

function licenceDetails(call: GraphCall, user: DirectoryObject): SandboxResponse {
  const { licences, subscribedSkus } = directoryOf(call.world);
  const details = licences
    .filter((licence) => licence.userId === user.id)
    .flatMap((licence): JsonObject[] => {
      const sku = subscribedSkus.find((candidate) => candidate["skuId"] === licence.skuId);
      if (sku === undefined) return [];
      return [
        {
          id: Buffer.from(`${user.id}${licence.skuId}`.replaceAll("-", ""), "hex").toString("base64url"),
          skuId: licence.skuId,
          skuPartNumber: textOf(sku, "skuPartNumber"),
          servicePlans: sku["servicePlans"] ?? [],
        },
      ];
    });
  return answerCollection(call, details, { ...LICENCE_SHAPE, context: `users('${user.id}')/licenseDetails` });
}

function directoryObject(call: GraphCall): SandboxResponse {
  const id = call.request.params["key"] ?? "";
  const object = liveObject(call.world, id);
  if (object === undefined || object.readableAt > call.world.now()) return notFound(id);
  return answerObject(call, typedValue(object), OBJECT_SHAPE);
}

/** `getByIds`: the objects among up to 1000 ids that exist ("directoryObject: getByIds"). */
function objectsByIds(call: GraphCall): SandboxResponse {
  const { ids } = bodyOf(call);
  if (!Array.isArray(ids) || ids.length > 1000)
    return badRequest("One or more property values specified are invalid.");
  const objects = ids.flatMap((id) => {
    const object = typeof id === "string" ? liveObject(call.world, id) : undefined;
    return object === undefined || object.readableAt > call.world.now() ? [] : [typedValue(object)];
  });
  return answerCollection(call, objects, OBJECT_SHAPE);
}

const ROLE_CAST = "microsoft.graph.directoryRole";

/** People, the caller, and objects of any type ("user", "directoryObject" resource types, Microsoft Graph v1.0). */
export const USER_ROUTES: readonly GraphRoute[] = [
  meRoute("/me", ME_READ, (call, me) => answerObject(call, me.value, USER_SHAPE)),
  meRoute("/me/licenseDetails", LICENCE_DETAILS_READ, licenceDetails),
  meRoute("/me/memberOf", ME_MEMBER_OF_READ, (call, me) => memberships(call, me.id)),
  meRoute("/me/transitiveMemberOf", ME_TRANSITIVE_MEMBER_OF_READ, (call, me) => memberships(call, me.id)),
  meRoute(`/me/memberOf/${ROLE_CAST}`, ME_MEMBER_OF_READ, (call, me) => roleMemberships(call, me.id)),
  meRoute(`/me/transitiveMemberOf/${ROLE_CAST}`, ME_TRANSITIVE_MEMBER_OF_READ, (call, me) =>
    roleMemberships(call, me.id),
  ),
  graphRoute("GET", "/users", USER_READ, (call) =>
    answerCollection(
      call,
      listedValues(call.world, "user").map((user) => profileSeenBy(call, user)),
      USER_SHAPE,
    ),
  ),
  graphRoute("GET", "/users/$count", USER_READ, (call) =>
    answerCount(call, listedValues(call.world, "user"), USER_SHAPE),
  ),
  graphRoute("GET", "/users/{key}", USER_READ, (call) =>
    answerObject(call, profileSeenBy(call, objectOf(call, "user").value), USER_SHAPE),
  ),
  graphRoute("GET", "/users/{key}/licenseDetails", LICENCE_DETAILS_READ, (call) =>
    licenceDetails(call, objectOf(call, "user")),
  ),
  graphRoute(
    "GET",
    `/servicePrincipals/{key}/transitiveMemberOf/${ROLE_CAST}`,
    SERVICE_PRINCIPAL_MEMBERSHIP_READ,
    (call) => roleMemberships(call, objectOf(call, "servicePrincipal").id),
  ),
  graphRoute("GET", "/directoryObjects/{key}", DIRECTORY_OBJECT_READ, directoryObject),
  graphRoute("POST", "/directoryObjects/getByIds", DIRECTORY_OBJECT_READ, objectsByIds),
];

/** Built-in roles by definition id, for the role management routes. */
export function builtInRoles(): JsonObject[] {
  return Object.values(DIRECTORY_ROLES).map((role) => ({
    id: role.templateId,
    description: role.displayName,
    displayName: role.displayName,
    isBuiltIn: true,
    isEnabled: true,
    resourceScopes: ["/"],
    templateId: role.templateId,
    version: "1",
    rolePermissions: [],
  }));
}
