import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { firstPartyOrigin, type ServicePrincipalOrigin, servicePrincipalValue } from "./directory-values.ts";
import { checkedBody, merged } from "./entity-body.ts";
import { SERVICE_PRINCIPAL_RULES } from "./entity-rules.ts";
import { type DirectoryObject, liveObjectBy, sameText, textOf } from "./entra-state.ts";
import { FIRST_PARTY_APPS } from "./first-party-apps.ts";
import {
  bodyOf,
  created,
  type GraphCall,
  type GraphRoute,
  graphRoute,
  lookUp,
  NO_CONTENT,
  objectKey,
  objectOf,
  owns,
  prefers,
  requireOwnership,
  writableObject,
} from "./graph-call.ts";
import { badRequest, notFound, refuseGraph, requiredValue } from "./graph-errors.ts";
import {
  APPLICATION_LIST,
  APPLICATION_READ,
  accessOf,
  SERVICE_PRINCIPAL_CREATE,
  SERVICE_PRINCIPAL_WRITE,
} from "./graph-permissions.ts";
import { answerCollection, answerCount, answerObject, type CollectionShape } from "./graph-query.ts";
import { addObject, listedValues, softDeleteObject } from "./object-lifecycle.ts";

const SERVICE_PRINCIPAL_SHAPE: CollectionShape = {
  type: "servicePrincipal",
  context: "servicePrincipals",
  properties: Object.keys(SERVICE_PRINCIPAL_RULES.properties),
  filterable: [
    "id",
    "accountEnabled",
    "alternativeNames",
    "appDisplayName",
    "appId",
    "appOwnerOrganizationId",
    "displayName",
    "homepage",
    "servicePrincipalNames",
    "servicePrincipalType",
    "tags",
  ],
};

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}

/** What a service principal takes over from an application of this tenant. */
function localOrigin(application: DirectoryObject): ServicePrincipalOrigin {
  const { value } = application;
  const api = value["api"];
  const uris = value["identifierUris"];
  return {
    appId: textOf(value, "appId"),
    displayName: textOf(value, "displayName"),
    ownerTenantId: TENANT.id,
    identifiers: Array.isArray(uris) ? uris.filter((uri) => typeof uri === "string") : [],
    scopes:
      typeof api === "object" && api !== null && !Array.isArray(api)
        ? listOf(api["oauth2PermissionScopes"])
        : [],
    roles: listOf(value["appRoles"]),
    signInAudience: textOf(value, "signInAudience"),
  };
}

/**
 * The application behind an appId: one of this tenant once it is replicated, or one of Microsoft's. The real service
 * refuses an application that it has not replicated yet in the same words as one that does not exist.
 */
function originOf(call: GraphCall, appId: string): ServicePrincipalOrigin {
  const { world } = call;
  const local = liveObjectBy(world, "application", "appId", appId);
  if (local !== undefined && local.readableAt <= world.now()) {
    if (call.access === "owned" && !owns(world, call.caller.objectId, local.id)) return deniedForeign();
    return localOrigin(local);
  }
  const firstParty = FIRST_PARTY_APPS.find((app) => sameText(app.appId, appId));
  if (firstParty !== undefined) {
    if (call.access === "owned") return deniedForeign();
    return firstPartyOrigin(firstParty);
  }
  return badRequest(
    `The appId '${appId}' of the service principal does not reference a valid application object.`,
  );
}

function deniedForeign(): never {
  return refuseGraph(
    403,
    "Authorization_RequestDenied",
    "When using this permission, the backing application of the service principal being created must in the local tenant",
  );
}

function createServicePrincipal(call: GraphCall, given: JsonObject): SandboxResponse {
  const body = checkedBody(given, SERVICE_PRINCIPAL_RULES, "create");
  const appId = textOf(body, "appId");
  if (appId === "") return requiredValue("appId", "ServicePrincipal");
  if (liveObjectBy(call.world, "servicePrincipal", "appId", appId) !== undefined) {
    const message = `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`;
    return refuseGraph(409, "Request_MultipleObjectsWithSameKeyValue", message, [
      { code: "ObjectConflict", message, target: "None" },
    ]);
  }
  const origin = originOf(call, appId);
  const id = call.world.newId();
  const value = merged(servicePrincipalValue(id, origin, {}), body);
  addObject(call.world, "servicePrincipal", id, value);
  return created("servicePrincipals", "ServicePrincipal", value);
}

/** PATCH updates; by `appId` with `Prefer: create-if-missing` it creates what is absent ("Upsert servicePrincipal"). */
function patchServicePrincipal(call: GraphCall): SandboxResponse {
  const key = objectKey(call.request.params["key"] ?? "");
  const object = lookUp(call.world, "servicePrincipal", key);
  if (object !== undefined) {
    requireOwnership(call, object);
    const body = bodyOf(call);
    // The key may be repeated in the body of an upsert, but it never changes.
    const { appId: repeated, ...changes } = body;
    if (repeated !== undefined && repeated !== object.value["appId"])
      badRequest("One or more property values specified are invalid.");
    object.value = merged(object.value, checkedBody(changes, SERVICE_PRINCIPAL_RULES, "update"));
    return NO_CONTENT;
  }
  if (key.by !== "alternate" || !prefers(call.request, "create-if-missing")) return notFound(key.value);
  const access = accessOf(call.world, call.caller, SERVICE_PRINCIPAL_CREATE);
  return createServicePrincipal({ ...call, access }, { ...bodyOf(call), appId: key.value });
}

/** The service principal with this object id, once it is replicated. */
export function servicePrincipalById(world: World, id: string): DirectoryObject | undefined {
  return lookUp(world, "servicePrincipal", { by: "id", value: id });
}

/** `/servicePrincipals` ("servicePrincipal resource type", Microsoft Graph v1.0). */
export const SERVICE_PRINCIPAL_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", "/servicePrincipals", APPLICATION_LIST, (call) =>
    answerCollection(call, listedValues(call.world, "servicePrincipal"), SERVICE_PRINCIPAL_SHAPE),
  ),
  graphRoute("GET", "/servicePrincipals/$count", APPLICATION_LIST, (call) =>
    answerCount(call, listedValues(call.world, "servicePrincipal"), SERVICE_PRINCIPAL_SHAPE),
  ),
  graphRoute("POST", "/servicePrincipals", SERVICE_PRINCIPAL_CREATE, (call) =>
    createServicePrincipal(call, bodyOf(call)),
  ),
  graphRoute("GET", "/servicePrincipals/{key}", APPLICATION_READ, (call) =>
    answerObject(call, objectOf(call, "servicePrincipal").value, SERVICE_PRINCIPAL_SHAPE),
  ),
  graphRoute("PATCH", "/servicePrincipals/{key}", SERVICE_PRINCIPAL_WRITE, patchServicePrincipal),
  graphRoute("DELETE", "/servicePrincipals/{key}", SERVICE_PRINCIPAL_WRITE, (call) => {
    softDeleteObject(call.world, writableObject(call, "servicePrincipal"));
    return NO_CONTENT;
  }),
];
