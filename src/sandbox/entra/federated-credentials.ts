import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { checkedBody, computed, type EntityRules, listOf, text, writable } from "./entity-body.ts";
import {
  type DirectoryObject,
  directoryOf,
  type FederatedCredential,
  sameText,
  textOf,
} from "./entra-state.ts";
import {
  bodyOf,
  GRAPH_ROOT,
  type GraphCall,
  type GraphRoute,
  graphRoute,
  NO_CONTENT,
  objectKey,
  objectOf,
  prefers,
  writableObject,
} from "./graph-call.ts";
import { badRequest, invalidValue, notFound, refuseGraph, requiredValue } from "./graph-errors.ts";
import {
  APPLICATION_WRITE,
  FEDERATED_CREDENTIAL_LIST,
  FEDERATED_CREDENTIAL_READ,
} from "./graph-permissions.ts";
import { answerCollection, answerObject, type CollectionShape } from "./graph-query.ts";

const RESOURCE = "FederatedIdentityCredential";
const MOST_PER_APPLICATION = 20;

/** Properties and lengths: "federatedIdentityCredential resource type", Microsoft Graph v1.0. */
const RULES: EntityRules = {
  resource: RESOURCE,
  properties: {
    id: computed(text()),
    name: writable(text(120)),
    issuer: writable(text(600)),
    subject: writable(text(600)),
    audiences: writable(listOf(text(600), 1)),
    description: writable(text(600)),
  },
};

const SHAPE: CollectionShape = {
  type: "federatedIdentityCredential",
  context: "federatedIdentityCredentials",
  properties: Object.keys(RULES.properties),
  filterable: ["id", "name", "issuer", "subject"],
};

function credentialsOf(world: World, application: DirectoryObject): FederatedCredential[] {
  return (directoryOf(world).federatedCredentials ?? []).filter(
    (credential) => credential.applicationId === application.id,
  );
}

function shown({ applicationId: _, ...credential }: FederatedCredential): JsonObject {
  return { ...credential };
}

/** By id or by name: as `/{id}`, `/{name}` or `(name='…')`. */
function find(call: GraphCall, application: DirectoryObject): FederatedCredential | undefined {
  const key = objectKey(call.request.params["credential"] ?? "");
  if (key.by === "alternate" && key.property !== "name")
    return refuseGraph(400, "BadRequest", "Bad Request - Error in query syntax.");
  return credentialsOf(call.world, application).find(
    (credential) => credential.name === key.value || (key.by === "id" && sameText(credential.id, key.value)),
  );
}

function keyText(call: GraphCall): string {
  return objectKey(call.request.params["credential"] ?? "").value;
}

function requireUnique(others: readonly FederatedCredential[], issuer: string, subject: string): void {
  if (others.some((other) => other.issuer === issuer && other.subject === subject))
    refuseGraph(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "FederatedIdentityCredential with the same issuer and subject already exists.",
    );
}

function audiencesOf(body: JsonObject): string[] {
  const given = body["audiences"];
  const audiences = Array.isArray(given) ? given.filter((entry) => typeof entry === "string") : [];
  return audiences.length === 1 ? audiences : invalidValue("audiences", RESOURCE);
}

function create(call: GraphCall, application: DirectoryObject, given: JsonObject): SandboxResponse {
  const body = checkedBody(given, RULES, "create");
  for (const property of ["name", "issuer", "subject"])
    if (textOf(body, property) === "") requiredValue(property, RESOURCE);
  if (body["audiences"] === undefined) requiredValue("audiences", RESOURCE);
  const name = textOf(body, "name");
  if (!/^[\w.~-]+$/.test(name)) invalidValue("name", RESOURCE);
  if (!/^https:\/\//.test(textOf(body, "issuer"))) invalidValue("issuer", RESOURCE);
  const present = credentialsOf(call.world, application);
  if (present.some((other) => other.name === name))
    refuseGraph(
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `FederatedIdentityCredential with name ${name} already exists.`,
    );
  requireUnique(present, textOf(body, "issuer"), textOf(body, "subject"));
  if (present.length >= MOST_PER_APPLICATION)
    badRequest(`No more than ${MOST_PER_APPLICATION} federated identity credentials can be added.`);
  const credential: FederatedCredential = {
    applicationId: application.id,
    id: call.world.newId(),
    name,
    issuer: textOf(body, "issuer"),
    subject: textOf(body, "subject"),
    audiences: audiencesOf(body),
    description: textOf(body, "description") || null,
  };
  const directory = directoryOf(call.world);
  directory.federatedCredentials = [...(directory.federatedCredentials ?? []), credential];
  return {
    status: 201,
    body: {
      "@odata.context": `${GRAPH_ROOT}/$metadata#applications('${application.id}')/federatedIdentityCredentials/$entity`,
      ...shown(credential),
    },
  };
}

/** PATCH updates; by name with `Prefer: create-if-missing` it creates ("Upsert federatedIdentityCredential"). */
function patch(call: GraphCall): SandboxResponse {
  const application = writableObject(call, "application");
  const credential = find(call, application);
  const given = bodyOf(call);
  if (credential === undefined) {
    const key = objectKey(call.request.params["credential"] ?? "");
    if (key.by !== "alternate" || !prefers(call.request, "create-if-missing")) return notFound(key.value);
    return create(call, application, { ...given, name: key.value });
  }
  const body = checkedBody(given, RULES, "update");
  if (body["name"] !== undefined && body["name"] !== credential.name)
    badRequest("One or more property values specified are invalid.");
  const issuer = textOf(body, "issuer") || credential.issuer;
  const subject = textOf(body, "subject") || credential.subject;
  requireUnique(
    credentialsOf(call.world, application).filter((other) => other.id !== credential.id),
    issuer,
    subject,
  );
  if (body["audiences"] !== undefined) credential.audiences = audiencesOf(body);
  if (body["description"] !== undefined) credential.description = textOf(body, "description") || null;
  credential.issuer = issuer;
  credential.subject = subject;
  return NO_CONTENT;
}

function remove(call: GraphCall): SandboxResponse {
  const credential = find(call, writableObject(call, "application")) ?? notFound(keyText(call));
  const directory = directoryOf(call.world);
  directory.federatedCredentials = (directory.federatedCredentials ?? []).filter(
    (other) => other.id !== credential.id,
  );
  return NO_CONTENT;
}

const COLLECTION = "/applications/{key}/federatedIdentityCredentials";
const ONE = `${COLLECTION}/{credential}`;

/** Trust in foreign issuers, per application ("federatedIdentityCredential resource type", Microsoft Graph v1.0). */
export const FEDERATED_CREDENTIAL_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", COLLECTION, FEDERATED_CREDENTIAL_LIST, (call) =>
    answerCollection(call, credentialsOf(call.world, objectOf(call, "application")).map(shown), SHAPE),
  ),
  graphRoute("POST", COLLECTION, APPLICATION_WRITE, (call) =>
    create(call, writableObject(call, "application"), bodyOf(call)),
  ),
  graphRoute("GET", ONE, FEDERATED_CREDENTIAL_READ, (call) =>
    answerObject(call, shown(find(call, objectOf(call, "application")) ?? notFound(keyText(call))), SHAPE),
  ),
  graphRoute("PATCH", ONE, APPLICATION_WRITE, patch),
  graphRoute("DELETE", ONE, APPLICATION_WRITE, remove),
];
