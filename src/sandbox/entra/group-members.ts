import type { Json, JsonObject, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { type DirectoryObject, directoryOf, liveObject, sameText } from "./entra-state.ts";
import {
  bodyOf,
  type GraphCall,
  type GraphRoute,
  graphRoute,
  isGuid,
  NO_CONTENT,
  objectOf,
  referencedId,
  writableObject,
} from "./graph-call.ts";
import { badRequest, notFound, refuseGraph } from "./graph-errors.ts";
import {
  APPLICATION_READ,
  GROUP_OWNER_READ,
  GROUP_WRITE,
  MEMBER_READ,
  MEMBER_WRITE,
  mayRead,
  type Permit,
  USER_DELETE,
  USER_READ,
} from "./graph-permissions.ts";
import { answerCollection, requireAdvancedForCast } from "./graph-query.ts";
import { purgeObject, softDeleteObject } from "./object-lifecycle.ts";
import { OBJECT_SHAPE, typedValue } from "./object-shapes.ts";
import { profileSeenBy } from "./profiles.ts";

export type GroupLink = "members" | "owners";

/** Members or owners that one request may bind ("Create group", "Add members"). */
const MOST_BINDINGS = 20;

/** Members or owners of a group, as Graph shows them. */
export function linkedObjects(world: World, link: GroupLink, groupId: string): JsonObject[] {
  return directoryOf(world)
    [link].filter((entry) => entry.from === groupId)
    .flatMap((entry) => {
      const object = liveObject(world, entry.to);
      return object === undefined ? [] : [typedValue(object)];
    });
}

/**
 * What the caller may not read of its own is shown by id alone, everything else null ("Overview of Microsoft Graph
 * permissions: limited information returned for inaccessible member objects").
 */
function asSeenBy(call: GraphCall, objects: readonly JsonObject[]): JsonObject[] {
  const { caller } = call;
  const closed = new Set([
    ...(mayRead(caller, USER_READ) ? [] : ["#microsoft.graph.user"]),
    ...(mayRead(caller, APPLICATION_READ) ? [] : ["#microsoft.graph.servicePrincipal"]),
  ]);
  return objects.map((object) => {
    if (!closed.has(String(object["@odata.type"])))
      return object["@odata.type"] === "#microsoft.graph.user" ? profileSeenBy(call, object) : object;
    const names = Object.keys(object).filter((name) => name !== "id" && name !== "@odata.type");
    return { ...object, ...Object.fromEntries(names.map((name) => [name, null])) };
  });
}

/** Everybody reached through nested groups, each once. */
function transitiveMembers(world: World, groupId: string): JsonObject[] {
  const found = new Map<string, DirectoryObject>();
  const visit = (id: string): void => {
    for (const entry of directoryOf(world).members) {
      const object = entry.from === id ? liveObject(world, entry.to) : undefined;
      if (object === undefined || found.has(object.id)) continue;
      found.set(object.id, object);
      if (object.kind === "group") visit(object.id);
    }
  };
  visit(groupId);
  return [...found.values()].map(typedValue);
}

/** The object a reference names, or 404 while it does not exist or is not replicated. */
function referencedObject(world: World, address: unknown): DirectoryObject {
  const id = referencedId(address);
  const object = liveObject(world, id);
  if (object === undefined || object.readableAt > world.now()) return notFound(id);
  return object.kind === "application" ? badRequest("Not a valid reference update.") : object;
}

function bound(call: GraphCall, value: Json | undefined): DirectoryObject[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return badRequest("One or more property values specified are invalid.");
  return value.map((address) => referencedObject(call.world, address));
}

/** Takes `members@odata.bind` and `owners@odata.bind` out of a body and resolves them. */
export function takeBindings(
  call: GraphCall,
  given: JsonObject,
): { rest: JsonObject; members: DirectoryObject[]; owners: DirectoryObject[] } {
  const { "members@odata.bind": members, "owners@odata.bind": owners, ...rest } = given;
  const resolved = { members: bound(call, members), owners: bound(call, owners) };
  if (resolved.members.length + resolved.owners.length > MOST_BINDINGS)
    badRequest("One or more property values specified are invalid.");
  return { rest, ...resolved };
}

/** Adds all of them or, when one is there already, none. */
export function addMembers(
  call: GraphCall,
  link: GroupLink,
  group: DirectoryObject,
  added: readonly DirectoryObject[],
): void {
  const links = directoryOf(call.world)[link];
  const present = (id: string): boolean => links.some((entry) => entry.from === group.id && entry.to === id);
  if (added.some((object) => present(object.id)))
    badRequest(
      `One or more added object references already exist for the following modified properties: '${link}'.`,
    );
  for (const object of added) links.push({ from: group.id, to: object.id });
}

function addReference(call: GraphCall, link: GroupLink): SandboxResponse {
  const group = writableObject(call, "group");
  addMembers(call, link, group, [referencedObject(call.world, bodyOf(call)["@odata.id"])]);
  return NO_CONTENT;
}

function removeReference(call: GraphCall, link: GroupLink): SandboxResponse {
  const group = writableObject(call, "group");
  const id = call.request.params["member"] ?? "";
  if (!isGuid(id)) return badRequest(`Invalid object identifier '${id}'.`);
  const links = directoryOf(call.world)[link];
  const index = links.findIndex((entry) => entry.from === group.id && sameText(entry.to, id));
  if (index === -1) return notFound(id);
  links.splice(index, 1);
  return NO_CONTENT;
}

/** Without `/$ref` the request means the object at the end of the path: it deletes the user, not the membership. */
function deleteMemberObject(call: GraphCall): SandboxResponse {
  const group = objectOf(call, "group");
  const id = call.request.params["member"] ?? "";
  const member = directoryOf(call.world).members.some(
    (entry) => entry.from === group.id && sameText(entry.to, id),
  )
    ? liveObject(call.world, id)
    : undefined;
  if (member === undefined) return notFound(id);
  if (member.kind === "user") softDeleteObject(call.world, member);
  else purgeObject(call.world, member);
  return NO_CONTENT;
}

function linkRoutes(link: GroupLink, read: Permit, write: Permit): GraphRoute[] {
  return [
    graphRoute("GET", `/groups/{key}/${link}`, read, (call) =>
      answerCollection(
        call,
        asSeenBy(call, linkedObjects(call.world, link, objectOf(call, "group").id)),
        OBJECT_SHAPE,
      ),
    ),
    graphRoute("GET", `/groups/{key}/${link}/$ref`, read, (call) => {
      const objects = linkedObjects(call.world, link, objectOf(call, "group").id);
      return {
        status: 200,
        body: {
          "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection($ref)",
          value: objects.map((object) => ({
            "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${String(object["id"])}`,
          })),
        },
      };
    }),
    graphRoute("POST", `/groups/{key}/${link}/$ref`, write, (call) => addReference(call, link)),
    graphRoute("DELETE", `/groups/{key}/${link}/{member}/$ref`, write, (call) => removeReference(call, link)),
  ];
}

const CASTS = new Set(["user", "group", "serviceprincipal"]);

/** Members and owners of groups ("List group members", "Add members", "Remove member", Microsoft Graph v1.0). */
export const GROUP_MEMBER_ROUTES: readonly GraphRoute[] = [
  ...linkRoutes("members", MEMBER_READ, MEMBER_WRITE),
  ...linkRoutes("owners", GROUP_OWNER_READ, GROUP_WRITE),
  graphRoute("GET", "/groups/{key}/members/microsoft.graph.{cast}", MEMBER_READ, (call) => {
    const cast = (call.request.params["cast"] ?? "").toLowerCase();
    if (!CASTS.has(cast))
      return refuseGraph(400, "BadRequest", `Resource not found for the segment 'microsoft.graph.${cast}'.`);
    requireAdvancedForCast(call);
    const type = `#microsoft.graph.${cast}`;
    const objects = linkedObjects(call.world, "members", objectOf(call, "group").id).filter((object) =>
      sameText(String(object["@odata.type"]), type),
    );
    return answerCollection(call, asSeenBy(call, objects), OBJECT_SHAPE);
  }),
  graphRoute("DELETE", "/groups/{key}/members/{member}", USER_DELETE, deleteMemberObject),
  graphRoute("GET", "/groups/{key}/transitiveMembers", MEMBER_READ, (call) =>
    answerCollection(
      call,
      asSeenBy(call, transitiveMembers(call.world, objectOf(call, "group").id)),
      OBJECT_SHAPE,
    ),
  ),
];
