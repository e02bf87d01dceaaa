import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { DIRECTORY_ROLES } from "./directory-roles.ts";
import { graphTime } from "./directory-values.ts";
import { checkedBody, type EntityRules, guid, onCreate } from "./entity-body.ts";
import {
  type AppRoleAssignment,
  type DirectoryObject,
  directoryOf,
  liveObject,
  sameText,
  textOf,
} from "./entra-state.ts";
import { GRAPH_APP_ID } from "./first-party-apps.ts";
import { bodyOf, type GraphCall, type GraphRoute, graphRoute, NO_CONTENT, objectOf } from "./graph-call.ts";
import { badRequest, requestDenied, requiredValue } from "./graph-errors.ts";
import {
  APP_ROLE_ASSIGNMENT_DELETE,
  APP_ROLE_ASSIGNMENT_WRITE,
  APPLICATION_READ,
  holdsDirectoryRole,
} from "./graph-permissions.ts";
import { answerCollection, type CollectionShape } from "./graph-query.ts";
import { appRoleAssignmentId } from "./object-ids.ts";

/** The role that stands for "assigned" on a resource without application roles. */
const DEFAULT_APP_ROLE = "00000000-0000-0000-0000-000000000000";

const ASSIGNMENT_RULES: EntityRules = {
  resource: "AppRoleAssignment",
  properties: { appRoleId: onCreate(guid), principalId: onCreate(guid), resourceId: onCreate(guid) },
};

const ASSIGNMENT_SHAPE: CollectionShape = {
  type: "appRoleAssignment",
  context: "appRoleAssignments",
  properties: [
    "id",
    "deletedDateTime",
    "appRoleId",
    "createdDateTime",
    "principalDisplayName",
    "principalId",
    "principalType",
    "resourceDisplayName",
    "resourceId",
  ],
  filterable: ["resourceId", "principalId", "appRoleId", "principalType"],
};

const PRINCIPAL_TYPES = {
  user: "User",
  group: "Group",
  servicePrincipal: "ServicePrincipal",
} as const;

function shown(world: World, assignment: AppRoleAssignment): JsonObject {
  const name = (id: string): string => textOf(liveObject(world, id)?.value ?? {}, "displayName");
  return {
    id: assignment.id,
    deletedDateTime: null,
    appRoleId: assignment.appRoleId,
    createdDateTime: assignment.createdDateTime,
    principalDisplayName: name(assignment.principalId),
    principalId: assignment.principalId,
    principalType: assignment.principalType,
    resourceDisplayName: name(assignment.resourceId),
    resourceId: assignment.resourceId,
  };
}

function publishesRole(resource: DirectoryObject, appRoleId: string): boolean {
  const roles = resource.value["appRoles"];
  const ids = (Array.isArray(roles) ? roles : []).map((role) =>
    typeof role === "object" && role !== null && !Array.isArray(role) ? textOf(role, "id") : "",
  );
  return ids.length === 0 ? appRoleId === DEFAULT_APP_ROLE : ids.includes(appRoleId);
}

/** A principal or resource that can be referred to, or the refusal that an unreplicated one also gets. */
function referenced(world: World, id: string): DirectoryObject {
  const object = liveObject(world, id);
  return object === undefined || object.readableAt > world.now()
    ? badRequest("Not a valid reference update.")
    : object;
}

/** Grants an application role, from the side of the client or of the resource ("Grant an appRoleAssignment …"). */
function assign(call: GraphCall, side: "principalId" | "resourceId"): SandboxResponse {
  const { world } = call;
  const pathObject = objectOf(call, "servicePrincipal");
  const body = checkedBody(bodyOf(call), ASSIGNMENT_RULES, "create");
  for (const name of ["principalId", "resourceId", "appRoleId"])
    if (textOf(body, name) === "") return requiredValue(name, ASSIGNMENT_RULES.resource);
  if (!sameText(textOf(body, side), pathObject.id)) return badRequest("Not a valid reference update.");
  const principal = referenced(world, textOf(body, "principalId"));
  const resource = referenced(world, textOf(body, "resourceId"));
  const appRoleId = textOf(body, "appRoleId").toLowerCase();
  if (principal.kind === "application" || resource.kind !== "servicePrincipal")
    return badRequest("Not a valid reference update.");
  if (!publishesRole(resource, appRoleId))
    return badRequest("One or more property values specified are invalid.");
  // Consent to Microsoft Graph's own application roles takes more than an application administrator.
  if (
    call.caller.kind === "user" &&
    resource.value["appId"] === GRAPH_APP_ID &&
    !holdsDirectoryRole(call.caller, [DIRECTORY_ROLES.privilegedRoleAdministrator])
  )
    return requestDenied();
  const { appRoleAssignments } = directoryOf(world);
  const duplicate = appRoleAssignments.some(
    (known) =>
      known.principalId === principal.id && known.resourceId === resource.id && known.appRoleId === appRoleId,
  );
  if (duplicate) return badRequest("Permission being assigned already exists on the object");
  const assignment: AppRoleAssignment = {
    id: appRoleAssignmentId(principal.id),
    appRoleId,
    createdDateTime: graphTime(world.now()),
    principalId: principal.id,
    principalType: PRINCIPAL_TYPES[principal.kind],
    resourceId: resource.id,
  };
  appRoleAssignments.push(assignment);
  const collection = side === "principalId" ? "appRoleAssignments" : "appRoleAssignedTo";
  return {
    status: 201,
    body: {
      "@odata.context": `https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('${pathObject.id}')/${collection}/$entity`,
      ...shown(world, assignment),
    },
  };
}

function list(call: GraphCall, side: "principalId" | "resourceId"): SandboxResponse {
  const { id } = objectOf(call, "servicePrincipal");
  const assignments = directoryOf(call.world)
    .appRoleAssignments.filter((assignment) => assignment[side] === id)
    .map((assignment) => shown(call.world, assignment));
  return answerCollection(call, assignments, ASSIGNMENT_SHAPE);
}

function revoke(call: GraphCall, side: "principalId" | "resourceId"): SandboxResponse {
  const { id } = objectOf(call, "servicePrincipal");
  const { appRoleAssignments } = directoryOf(call.world);
  const index = appRoleAssignments.findIndex(
    (known) => known.id === call.request.params["assignment"] && known[side] === id,
  );
  if (index === -1) return badRequest("EntitlementGrant being updated or deleted is not found.");
  appRoleAssignments.splice(index, 1);
  return NO_CONTENT;
}

/** Application role assignments ("appRoleAssignment resource type", Microsoft Graph v1.0). */
export const APP_ROLE_ASSIGNMENT_ROUTES: readonly GraphRoute[] = [
  { segment: "appRoleAssignments", side: "principalId" as const },
  { segment: "appRoleAssignedTo", side: "resourceId" as const },
].flatMap(({ segment, side }) => [
  graphRoute("GET", `/servicePrincipals/{key}/${segment}`, APPLICATION_READ, (call) => list(call, side)),
  graphRoute("POST", `/servicePrincipals/{key}/${segment}`, APP_ROLE_ASSIGNMENT_WRITE, (call) =>
    assign(call, side),
  ),
  graphRoute(
    "DELETE",
    `/servicePrincipals/{key}/${segment}/{assignment}`,
    APP_ROLE_ASSIGNMENT_DELETE,
    (call) => revoke(call, side),
  ),
]);
