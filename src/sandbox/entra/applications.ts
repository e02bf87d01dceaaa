import { randomBytes } from "node:crypto";
import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { applicationValue, graphTime } from "./directory-values.ts";
import { checkedBody, merged } from "./entity-body.ts";
import { APPLICATION_RULES } from "./entity-rules.ts";
import {
  type DirectoryObject,
  digestOf,
  directoryOf,
  liveObject,
  liveObjectBy,
  sameText,
  textOf,
} from "./entra-state.ts";
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
  prefers,
  referencedId,
  requireOwnership,
  writableObject,
} from "./graph-call.ts";
import { badRequest, duplicateValue, invalidValue, notFound, requiredValue } from "./graph-errors.ts";
import {
  APPLICATION_CREATE,
  APPLICATION_LIST,
  APPLICATION_OWNER_WRITE,
  APPLICATION_READ,
  APPLICATION_WRITE,
  accessOf,
} from "./graph-permissions.ts";
import { answerCollection, answerCount, answerObject, type CollectionShape } from "./graph-query.ts";
import { registeredCertificates, withSelectedKeys } from "./key-credentials.ts";
import { addObject, listedValues, purgeObject, softDeleteObject } from "./object-lifecycle.ts";
import { OBJECT_SHAPE, typedValue } from "./object-shapes.ts";

const TWO_YEARS_MS = 2 * 365 * 24 * 3600 * 1000;

const APPLICATION_SHAPE: CollectionShape = {
  type: "application",
  context: "applications",
  properties: Object.keys(APPLICATION_RULES.properties),
  filterable: [
    "id",
    "appId",
    "createdDateTime",
    "displayName",
    "identifierUris",
    "publisherDomain",
    "requiredResourceAccess",
    "signInAudience",
    "tags",
    "uniqueName",
  ],
  expand: {
    owners: (value, call) => ownersOf(call.world, textOf(value, "id")),
  },
};

function ownersOf(world: World, objectId: string): JsonObject[] {
  return directoryOf(world)
    .owners.filter((link) => link.from === objectId)
    .flatMap((link) => {
      const owner = liveObject(world, link.to);
      return owner === undefined ? [] : [typedValue(owner)];
    });
}

/** Unique names stay taken while an application waits among the deleted items. */
function requireUnique(world: World, body: JsonObject, exceptId: string | undefined): void {
  const others = directoryOf(world).objects.filter(
    (object) => object.kind === "application" && object.id !== exceptId,
  );
  const uniqueName = body["uniqueName"];
  if (
    typeof uniqueName === "string" &&
    others.some((other) => sameText(textOf(other.value, "uniqueName"), uniqueName))
  )
    duplicateValue("uniqueName");
  const uris = body["identifierUris"];
  const taken = others.flatMap((other) => {
    const list = other.value["identifierUris"];
    return other.deletedAt === undefined && Array.isArray(list) ? list : [];
  });
  if (Array.isArray(uris) && uris.some((uri) => taken.includes(uri))) duplicateValue("identifierUris");
}

function createApplication(call: GraphCall, given: JsonObject): SandboxResponse {
  const body = checkedBody(given, APPLICATION_RULES, "create");
  if (textOf(body, "displayName") === "") requiredValue("displayName", "Application");
  requireUnique(call.world, body, undefined);
  const id = call.world.newId();
  const value = merged(applicationValue(id, call.world.newId(), call.world.now(), {}), {
    ...body,
    ...registeredCertificates(call.world, id, body),
  });
  addObject(call.world, "application", id, value);
  if (call.access === "owned") directoryOf(call.world).owners.push({ from: id, to: call.caller.objectId });
  return created("applications", "Application", value);
}

function updateApplication(call: GraphCall, object: DirectoryObject, given: JsonObject): SandboxResponse {
  const body = checkedBody(given, APPLICATION_RULES, "update");
  if (body["displayName"] === null || body["displayName"] === "") invalidValue("displayName", "Application");
  const name = textOf(object.value, "uniqueName");
  if (body["uniqueName"] !== undefined && name !== "" && body["uniqueName"] !== name)
    badRequest("One or more property values specified are invalid.");
  requireUnique(call.world, body, object.id);
  object.value = merged(object.value, {
    ...body,
    ...registeredCertificates(call.world, object.id, body),
  });
  carryOver(call.world, object);
  return NO_CONTENT;
}

/** The service principal in the same tenant follows what its application publishes. */
function carryOver(world: World, application: DirectoryObject): void {
  const { value } = application;
  const principal = liveObjectBy(world, "servicePrincipal", "appId", textOf(value, "appId"));
  if (principal === undefined) return;
  const api = value["api"];
  const uris = value["identifierUris"];
  principal.value["appDisplayName"] = textOf(value, "displayName");
  principal.value["displayName"] = textOf(value, "displayName");
  principal.value["appRoles"] = value["appRoles"] ?? [];
  if (typeof api === "object" && api !== null && !Array.isArray(api))
    principal.value["oauth2PermissionScopes"] = api["oauth2PermissionScopes"] ?? [];
  principal.value["servicePrincipalNames"] = [textOf(value, "appId"), ...(Array.isArray(uris) ? uris : [])];
}

/** PATCH by id updates; by `uniqueName` with `Prefer: create-if-missing` it creates what is absent ("Upsert application"). */
function patchApplication(call: GraphCall): SandboxResponse {
  const key = objectKey(call.request.params["key"] ?? "");
  const object = lookUp(call.world, "application", key);
  if (object !== undefined) {
    requireOwnership(call, object);
    return updateApplication(call, object, bodyOf(call));
  }
  if (key.by !== "alternate" || key.property !== "uniqueName" || !prefers(call.request, "create-if-missing"))
    return notFound(key.value);
  const access = accessOf(call.world, call.caller, APPLICATION_CREATE);
  return createApplication({ ...call, access }, { ...bodyOf(call), uniqueName: key.value });
}

/** DELETE moves the application to the deleted items; its service principal in this tenant goes with it. */
function deleteApplication(call: GraphCall): SandboxResponse {
  const object = writableObject(call, "application");
  const principal = liveObjectBy(call.world, "servicePrincipal", "appId", textOf(object.value, "appId"));
  softDeleteObject(call.world, object);
  if (principal !== undefined) softDeleteObject(call.world, principal);
  return NO_CONTENT;
}

/** Text of a new client secret: 40 characters, shown once. */
function newSecretText(): string {
  return `${randomBytes(2).toString("hex").slice(0, 3)}8Q~${randomBytes(32).toString("base64url").slice(0, 34)}`;
}

/** `addPassword`: the only answer that ever contains the secret's text ("application: addPassword"). */
function addPassword(call: GraphCall): SandboxResponse {
  const object = writableObject(call, "application");
  const given = bodyOf(call)["passwordCredential"] ?? {};
  if (typeof given !== "object" || given === null || Array.isArray(given))
    return invalidValue("passwordCredential", "Application");
  const known = ["displayName", "startDateTime", "endDateTime", "customKeyIdentifier"];
  if (Object.keys(given).some((name) => !known.includes(name) && name !== "@odata.type"))
    return badRequest("One or more properties are invalid.");
  const start = textOf(given, "startDateTime") || graphTime(call.world.now());
  const end = textOf(given, "endDateTime") || graphTime(call.world.now() + TWO_YEARS_MS);
  if (!(Date.parse(end) > Date.parse(start))) return invalidValue("endDateTime", "Application");
  const secretText = newSecretText();
  const credential = {
    customKeyIdentifier: null,
    displayName: textOf(given, "displayName") || null,
    endDateTime: end,
    hint: secretText.slice(0, 3),
    keyId: call.world.newId(),
    secretText: null,
    startDateTime: start,
  };
  const present = object.value["passwordCredentials"];
  object.value["passwordCredentials"] = [...(Array.isArray(present) ? present : []), credential];
  directoryOf(call.world).secrets.push({
    applicationId: object.id,
    keyId: credential.keyId,
    digest: digestOf(secretText),
    endsAt: Date.parse(end),
  });
  return {
    status: 200,
    body: {
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.passwordCredential",
      ...credential,
      secretText,
    },
  };
}

function removePassword(call: GraphCall): SandboxResponse {
  const object = writableObject(call, "application");
  const keyId = textOf(bodyOf(call), "keyId");
  const { secrets } = directoryOf(call.world);
  const index = secrets.findIndex(
    (secret) => secret.applicationId === object.id && sameText(secret.keyId, keyId),
  );
  if (index === -1) return badRequest(`No password credential found with keyId ${keyId}.`);
  secrets.splice(index, 1);
  const present = object.value["passwordCredentials"];
  object.value["passwordCredentials"] = (Array.isArray(present) ? present : []).filter(
    (entry) =>
      typeof entry !== "object" || entry === null || Array.isArray(entry) || entry["keyId"] !== keyId,
  );
  return NO_CONTENT;
}

function addOwner(call: GraphCall): SandboxResponse {
  const object = writableObject(call, "application");
  const id = referencedId(bodyOf(call)["@odata.id"]);
  const owner = liveObject(call.world, id);
  if (owner === undefined || owner.readableAt > call.world.now()) return notFound(id);
  const { owners } = directoryOf(call.world);
  if (owners.some((link) => link.from === object.id && link.to === owner.id))
    return badRequest(
      "One or more added object references already exist for the following modified properties: 'owners'.",
    );
  owners.push({ from: object.id, to: owner.id });
  return NO_CONTENT;
}

function removeOwner(call: GraphCall): SandboxResponse {
  const object = writableObject(call, "application");
  const id = call.request.params["owner"] ?? "";
  const { owners } = directoryOf(call.world);
  const index = owners.findIndex((link) => link.from === object.id && sameText(link.to, id));
  if (index === -1) return notFound(id);
  owners.splice(index, 1);
  return NO_CONTENT;
}

function deletedApplications(call: GraphCall): DirectoryObject[] {
  return directoryOf(call.world).objects.filter(
    (object) => object.kind === "application" && object.deletedAt !== undefined,
  );
}

function deletedApplication(call: GraphCall): DirectoryObject {
  const id = call.request.params["key"] ?? "";
  return deletedApplications(call).find((object) => sameText(object.id, id)) ?? notFound(id);
}

/** `/applications` and the deleted ones ("application resource type", Microsoft Graph v1.0). */
export const APPLICATION_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", "/applications", APPLICATION_LIST, (call) =>
    answerCollection(call, listedValues(call.world, "application"), APPLICATION_SHAPE),
  ),
  graphRoute("GET", "/applications/$count", APPLICATION_LIST, (call) =>
    answerCount(call, listedValues(call.world, "application"), APPLICATION_SHAPE),
  ),
  graphRoute("POST", "/applications", APPLICATION_CREATE, (call) => createApplication(call, bodyOf(call))),
  graphRoute("GET", "/applications/{key}", APPLICATION_READ, (call) =>
    answerObject(call, withSelectedKeys(call, objectOf(call, "application").value), APPLICATION_SHAPE),
  ),
  graphRoute("PATCH", "/applications/{key}", APPLICATION_WRITE, patchApplication),
  graphRoute("DELETE", "/applications/{key}", APPLICATION_WRITE, deleteApplication),
  graphRoute("POST", "/applications/{key}/addPassword", APPLICATION_WRITE, addPassword),
  graphRoute("POST", "/applications/{key}/removePassword", APPLICATION_WRITE, removePassword),
  graphRoute("GET", "/applications/{key}/owners", APPLICATION_READ, (call) =>
    answerCollection(call, ownersOf(call.world, objectOf(call, "application").id), OBJECT_SHAPE),
  ),
  graphRoute("POST", "/applications/{key}/owners/$ref", APPLICATION_OWNER_WRITE, addOwner),
  graphRoute("DELETE", "/applications/{key}/owners/{owner}/$ref", APPLICATION_WRITE, removeOwner),
  graphRoute("GET", "/directory/deletedItems/microsoft.graph.application", APPLICATION_READ, (call) =>
    answerCollection(
      call,
      deletedApplications(call).map((object) => object.value),
      APPLICATION_SHAPE,
    ),
  ),
  graphRoute("GET", "/directory/deletedItems/{key}", APPLICATION_READ, (call) =>
    answerObject(call, deletedApplication(call).value, APPLICATION_SHAPE),
  ),
  graphRoute("DELETE", "/directory/deletedItems/{key}", APPLICATION_WRITE, (call) => {
    purgeObject(call.world, deletedApplication(call));
    return NO_CONTENT;
  }),
];
