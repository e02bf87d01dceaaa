import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { checkedBody, type EntityRules, guid, onCreate, oneOf, text, writable } from "./entity-body.ts";
import { directoryOf, liveObject, type PermissionGrant, textOf } from "./entra-state.ts";
import { bodyOf, type GraphCall, type GraphRoute, graphRoute, NO_CONTENT, objectOf } from "./graph-call.ts";
import { invalidValue, notFound, refuseGraph, requiredValue } from "./graph-errors.ts";
import { GRANT_READ, GRANT_WRITE } from "./graph-permissions.ts";
import { answerCollection, answerObject, type CollectionShape } from "./graph-query.ts";
import { permissionGrantId } from "./object-ids.ts";
import { servicePrincipalById } from "./service-principals.ts";

const GRANT_RULES: EntityRules = {
  resource: "OAuth2PermissionGrant",
  properties: {
    clientId: onCreate(guid),
    consentType: onCreate(oneOf("AllPrincipals", "Principal")),
    principalId: onCreate(guid),
    resourceId: onCreate(guid),
    scope: writable(text()),
  },
};

const GRANT_SHAPE: CollectionShape = {
  type: "oAuth2PermissionGrant",
  context: "oauth2PermissionGrants",
  properties: ["clientId", "consentType", "id", "principalId", "resourceId", "scope"],
  filterable: ["clientId", "consentType", "principalId", "resourceId"],
};

function shown(grant: PermissionGrant): JsonObject {
  return { ...grant };
}

/** One grant exists for each client, resource and principal ("Create oAuth2PermissionGrant"). */
function createGrant(call: GraphCall): SandboxResponse {
  const body = checkedBody(bodyOf(call), GRANT_RULES, "create");
  const clientId = textOf(body, "clientId");
  const resourceId = textOf(body, "resourceId");
  for (const name of ["clientId", "consentType", "resourceId"])
    if (textOf(body, name) === "") return requiredValue(name, GRANT_RULES.resource);
  const consentType = body["consentType"] === "Principal" ? "Principal" : "AllPrincipals";
  const principalId = textOf(body, "principalId") || null;
  if (consentType === "Principal" && principalId === null)
    return requiredValue("principalId", GRANT_RULES.resource);
  if (consentType === "AllPrincipals" && principalId !== null)
    return invalidValue("principalId", GRANT_RULES.resource);
  for (const id of [clientId, resourceId])
    if (servicePrincipalById(call.world, id) === undefined) return notFound(id);
  if (principalId !== null && liveObject(call.world, principalId, "user") === undefined)
    return notFound(principalId);
  const { permissionGrants } = directoryOf(call.world);
  const id = permissionGrantId(clientId, resourceId, principalId);
  if (permissionGrants.some((grant) => grant.id === id))
    return refuseGraph(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.");
  const grant: PermissionGrant = {
    id,
    clientId,
    consentType,
    principalId,
    resourceId,
    scope: textOf(body, "scope"),
  };
  permissionGrants.push(grant);
  return {
    status: 201,
    body: {
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#oauth2PermissionGrants/$entity",
      ...shown(grant),
    },
  };
}

function grantOf(call: GraphCall): PermissionGrant {
  const id = call.request.params["key"] ?? "";
  return directoryOf(call.world).permissionGrants.find((grant) => grant.id === id) ?? notFound(id);
}

function deleteGrant(call: GraphCall): SandboxResponse {
  const { permissionGrants } = directoryOf(call.world);
  permissionGrants.splice(permissionGrants.indexOf(grantOf(call)), 1);
  return NO_CONTENT;
}

/** Delegated permission grants ("oAuth2PermissionGrant resource type", Microsoft Graph v1.0). */
export const PERMISSION_GRANT_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", "/oauth2PermissionGrants", GRANT_READ, (call) =>
    answerCollection(call, directoryOf(call.world).permissionGrants.map(shown), GRANT_SHAPE),
  ),
  graphRoute("POST", "/oauth2PermissionGrants", GRANT_WRITE, createGrant),
  graphRoute("GET", "/oauth2PermissionGrants/{key}", GRANT_READ, (call) =>
    answerObject(call, shown(grantOf(call)), GRANT_SHAPE),
  ),
  graphRoute("PATCH", "/oauth2PermissionGrants/{key}", GRANT_WRITE, (call) => {
    const grant = grantOf(call);
    const body = checkedBody(bodyOf(call), GRANT_RULES, "update");
    // The list replaces the former one; nothing is added to it.
    if (typeof body["scope"] === "string") grant.scope = body["scope"];
    return NO_CONTENT;
  }),
  graphRoute("DELETE", "/oauth2PermissionGrants/{key}", GRANT_WRITE, deleteGrant),
  graphRoute("GET", "/servicePrincipals/{key}/oauth2PermissionGrants", GRANT_READ, (call) => {
    const { id } = objectOf(call, "servicePrincipal");
    const grants = directoryOf(call.world).permissionGrants.filter((grant) => grant.clientId === id);
    return answerCollection(call, grants.map(shown), GRANT_SHAPE);
  }),
];
