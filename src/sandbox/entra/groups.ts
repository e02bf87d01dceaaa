import type { JsonObject, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { DIRECTORY_ROLES } from "./directory-roles.ts";
import { graphTime } from "./directory-values.ts";
import { checkedBody, merged } from "./entity-body.ts";
import { GROUP_RULES } from "./entity-rules.ts";
import { type DirectoryObject, directoryOf, liveObjects, sameText, textOf } from "./entra-state.ts";
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
  requireOwnership,
  writableObject,
} from "./graph-call.ts";
import {
  badRequest,
  duplicateValue,
  invalidValue,
  notFound,
  requestDenied,
  requiredValue,
} from "./graph-errors.ts";
import {
  accessOf,
  GROUP_CREATE,
  GROUP_DELETE,
  GROUP_READ,
  GROUP_WRITE,
  holdsDirectoryRole,
} from "./graph-permissions.ts";
import { answerCollection, answerCount, answerObject, type CollectionShape } from "./graph-query.ts";
import { addMembers, linkedObjects, takeBindings } from "./group-members.ts";
import { securityIdentifier } from "./object-ids.ts";
import { addObject, listedValues, purgeObject, softDeleteObject } from "./object-lifecycle.ts";

const GROUP_SHAPE: CollectionShape = {
  type: "group",
  context: "groups",
  properties: Object.keys(GROUP_RULES.properties),
  filterable: [
    "id",
    "createdDateTime",
    "description",
    "displayName",
    "groupTypes",
    "isAssignableToRole",
    "mail",
    "mailEnabled",
    "mailNickname",
    "securityEnabled",
    "uniqueName",
  ],
  expand: {
    members: (value, call) => linkedObjects(call.world, "members", textOf(value, "id")),
    owners: (value, call) => linkedObjects(call.world, "owners", textOf(value, "id")),
  },
};

/** ASCII without the characters an alias may not have ("Create group", Microsoft Graph v1.0). */
const MAIL_NICKNAME = /^[\x21-\x7e]+$/;
const FORBIDDEN_IN_NICKNAME = /[@()\\[\]";:<>,\s]/;

function requireUniqueName(world: World, body: JsonObject, exceptId: string | undefined): void {
  const uniqueName = body["uniqueName"];
  if (typeof uniqueName !== "string") return;
  const taken = liveObjects(world, "group").some(
    (other) => other.id !== exceptId && sameText(textOf(other.value, "uniqueName"), uniqueName),
  );
  if (taken) duplicateValue("uniqueName");
}

function requireNickname(nickname: string): void {
  if (!MAIL_NICKNAME.test(nickname) || FORBIDDEN_IN_NICKNAME.test(nickname))
    invalidValue("mailNickname", "Group");
}

function groupValue(id: string, createdAt: number, uniqueName: string | null): JsonObject {
  return {
    id,
    deletedDateTime: null,
    classification: null,
    createdDateTime: graphTime(createdAt),
    description: null,
    displayName: null,
    expirationDateTime: null,
    groupTypes: [],
    isAssignableToRole: null,
    mail: null,
    mailEnabled: null,
    mailNickname: null,
    membershipRule: null,
    membershipRuleProcessingState: null,
    onPremisesLastSyncDateTime: null,
    onPremisesSecurityIdentifier: null,
    onPremisesSyncEnabled: null,
    preferredDataLocation: null,
    preferredLanguage: null,
    proxyAddresses: [],
    renewedDateTime: graphTime(createdAt),
    resourceBehaviorOptions: [],
    resourceProvisioningOptions: [],
    securityEnabled: null,
    securityIdentifier: securityIdentifier(id),
    theme: null,
    uniqueName,
    visibility: null,
    onPremisesProvisioningErrors: [],
  };
}

/** Role-assignable groups take a further permission and role ("Create group", Microsoft Graph v1.0). */
function requireRoleAssignableRights(call: GraphCall): void {
  const held = call.caller.kind === "user" ? call.caller.scopes : call.caller.roles;
  if (!held.includes("RoleManagement.ReadWrite.Directory")) requestDenied();
  if (
    call.caller.kind === "user" &&
    !holdsDirectoryRole(call.caller, [DIRECTORY_ROLES.privilegedRoleAdministrator])
  )
    requestDenied();
}

function createGroup(call: GraphCall, given: JsonObject): SandboxResponse {
  const { rest, members, owners } = takeBindings(call, given);
  const body = checkedBody(rest, GROUP_RULES, "create");
  for (const name of ["displayName", "mailNickname"])
    if (textOf(body, name) === "") requiredValue(name, "Group");
  for (const name of ["mailEnabled", "securityEnabled"])
    if (typeof body[name] !== "boolean") requiredValue(name, "Group");
  requireNickname(textOf(body, "mailNickname"));
  const types = body["groupTypes"];
  const unified = Array.isArray(types) && types.includes("Unified");
  if (body["mailEnabled"] === true && !unified) invalidValue("mailEnabled", "Group");
  if (!unified && body["securityEnabled"] === false) invalidValue("securityEnabled", "Group");
  if (body["isAssignableToRole"] === true) requireRoleAssignableRights(call);
  requireUniqueName(call.world, body, undefined);
  if (
    unified &&
    liveObjects(call.world, "group").some((other) =>
      sameText(textOf(other.value, "mailNickname"), textOf(body, "mailNickname")),
    )
  )
    duplicateValue("mailNickname");
  if (call.caller.kind === "user" && owners.some((owner) => owner.id === call.caller.objectId))
    badRequest("Request contains a property with duplicate values");
  const id = call.world.newId();
  const value = merged(groupValue(id, call.world.now(), null), body);
  addObject(call.world, "group", id, value);
  const directory = directoryOf(call.world);
  for (const owner of owners) directory.owners.push({ from: id, to: owner.id });
  // A person who creates a group owns it; an application does not.
  if (call.caller.kind === "user") directory.owners.push({ from: id, to: call.caller.objectId });
  for (const member of members) directory.members.push({ from: id, to: member.id });
  return created("groups", "Group", value);
}

function updateGroup(call: GraphCall, object: DirectoryObject, given: JsonObject): SandboxResponse {
  const { rest, members, owners } = takeBindings(call, given);
  const body = checkedBody(rest, GROUP_RULES, "update");
  if (body["displayName"] === null || body["displayName"] === "") invalidValue("displayName", "Group");
  if (typeof body["mailNickname"] === "string") requireNickname(body["mailNickname"]);
  const name = textOf(object.value, "uniqueName");
  if (body["uniqueName"] !== undefined && name !== "" && body["uniqueName"] !== name)
    badRequest("One or more property values specified are invalid.");
  requireUniqueName(call.world, body, object.id);
  addMembers(call, "owners", object, owners);
  addMembers(call, "members", object, members);
  object.value = merged(object.value, body);
  return NO_CONTENT;
}

/** What an upsert may repeat although it cannot be changed: create-only properties with their present values. */
function withoutRepeated(object: DirectoryObject, given: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => {
      const rule = GROUP_RULES.properties[name];
      if (rule === undefined || rule.write !== "create") return true;
      const present = object.value[name] ?? (typeof value === "boolean" ? false : null);
      return JSON.stringify(present) !== JSON.stringify(value);
    }),
  );
}

/** PATCH by id updates; by `uniqueName` with `Prefer: create-if-missing` it creates what is absent ("Upsert group"). */
function patchGroup(call: GraphCall): SandboxResponse {
  const key = objectKey(call.request.params["key"] ?? "");
  const object = lookUp(call.world, "group", key);
  if (object !== undefined) {
    accessOf(call.world, call.caller, GROUP_WRITE);
    requireOwnership(call, object);
    const given = bodyOf(call);
    return updateGroup(call, object, key.by === "alternate" ? withoutRepeated(object, given) : given);
  }
  if (key.by !== "alternate" || !prefers(call.request, "create-if-missing")) return notFound(key.value);
  const access = accessOf(call.world, call.caller, GROUP_CREATE);
  return createGroup({ ...call, access }, { ...bodyOf(call), uniqueName: key.value });
}

/** Whoever may create or change groups may send a PATCH; which of the two it is shows only when the key is looked up. */
const GROUP_PATCH = { ...GROUP_WRITE, roles: [...GROUP_WRITE.roles, "Group.Create"] };

/** `/groups` ("group resource type", Microsoft Graph v1.0). */
export const GROUP_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", "/groups", GROUP_READ, (call) =>
    answerCollection(call, listedValues(call.world, "group"), GROUP_SHAPE),
  ),
  graphRoute("GET", "/groups/$count", GROUP_READ, (call) =>
    answerCount(call, listedValues(call.world, "group"), GROUP_SHAPE),
  ),
  graphRoute("POST", "/groups", GROUP_CREATE, (call) => createGroup(call, bodyOf(call))),
  graphRoute("GET", "/groups/{key}", GROUP_READ, (call) =>
    answerObject(call, objectOf(call, "group").value, GROUP_SHAPE),
  ),
  graphRoute("PATCH", "/groups/{key}", GROUP_PATCH, patchGroup),
  // Security groups are gone for good; Microsoft 365 groups wait among the deleted items.
  graphRoute("DELETE", "/groups/{key}", GROUP_DELETE, (call) => {
    const object = writableObject(call, "group");
    const types = object.value["groupTypes"];
    if (Array.isArray(types) && types.includes("Unified")) softDeleteObject(call.world, object);
    else purgeObject(call.world, object);
    return NO_CONTENT;
  }),
];
