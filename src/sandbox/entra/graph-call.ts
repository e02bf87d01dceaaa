import {
  type Caller,
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import {
  type DirectoryKind,
  type DirectoryObject,
  directoryOf,
  liveObject,
  liveObjectBy,
} from "./entra-state.ts";
import { badRequest, notFound, refuseGraph, requestDenied } from "./graph-errors.ts";
import { type Access, accessOf, type Permit } from "./graph-permissions.ts";

export const GRAPH_ROOT = "https://graph.microsoft.com/v1.0";

/** One authorised call of Microsoft Graph. */
export interface GraphCall {
  readonly request: RoutedRequest;
  readonly world: World;
  readonly caller: Caller;
  readonly access: Access;
}

export type GraphHandler = (call: GraphCall) => SandboxResponse | Promise<SandboxResponse>;

export function unauthenticated(
  reason: "missing" | "expired" | "invalid" | "audience",
  request: SandboxRequest,
): SandboxResponse {
  const messages = {
    missing: "Access token is empty.",
    expired: "Lifetime validation failed, the token is expired.",
    invalid: "Access token validation failure.",
    audience: "Access token validation failure. Invalid audience.",
  };
  return {
    status: 401,
    headers: {
      "WWW-Authenticate":
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
      ...(request.headers["client-request-id"] === undefined
        ? {}
        : { "client-request-id": request.headers["client-request-id"] }),
    },
    body: { error: { code: "InvalidAuthenticationToken", message: messages[reason] } },
  };
}

/** A route with its template and who may call it, so that both can be compared with Graph's permission table. */
export interface GraphRoute extends Route {
  readonly template: string;
  readonly permit: Permit;
}

/** A route that checks the caller's permissions before the handler runs. Graph's segments are read without case. */
export function graphRoute(
  method: string,
  template: string,
  permit: Permit,
  handler: GraphHandler,
): GraphRoute {
  const routed = route(
    method,
    template,
    (request, world) => {
      const { caller } = request;
      if (caller === undefined) throw new Refusal(unauthenticated("missing", request));
      return handler({ request, world, caller, access: accessOf(world, caller, permit) });
    },
    { ignoreCase: true },
  );
  return { ...routed, template, permit };
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** How a path names one object: by its id, or by an alternate key such as `(uniqueName='psc-bot')`. */
export type ObjectKey =
  | { readonly by: "id"; readonly value: string }
  | { readonly by: "alternate"; readonly property: string; readonly value: string };

/** Reads a `{key}` path parameter; doubled quotes stand for one. */
export function objectKey(parameter: string): ObjectKey {
  if (!parameter.startsWith("(")) return { by: "id", value: parameter };
  const match = /^\((?:(\w+)=)?'((?:[^']|'')*)'\)$/.exec(parameter);
  if (match === null) return refuseGraph(400, "BadRequest", "Bad Request - Error in query syntax.");
  const value = (match[2] ?? "").replaceAll("''", "'");
  return match[1] === undefined ? { by: "id", value } : { by: "alternate", property: match[1], value };
}

/** Alternate keys of Graph v1.0 (microsoftgraph/msgraph-metadata `schemas/v1.0-Prod.csdl`). */
export const ALTERNATE_KEYS: Readonly<Record<DirectoryKind, readonly string[]>> = {
  application: ["appId", "uniqueName"],
  servicePrincipal: ["appId"],
  group: ["uniqueName"],
  user: ["userPrincipalName"],
};

/** The object that `{key}` names, if the caller can see it: by id only after replication, by alternate key at once. */
export function lookUp(world: World, kind: DirectoryKind, key: ObjectKey): DirectoryObject | undefined {
  if (key.by === "alternate") {
    if (!ALTERNATE_KEYS[kind].includes(key.property))
      return refuseGraph(400, "BadRequest", "Bad Request - Error in query syntax.");
    return liveObjectBy(world, kind, key.property, key.value);
  }
  if (kind !== "user" && !isGuid(key.value)) return badRequest(`Invalid object identifier '${key.value}'.`);
  const object =
    liveObject(world, key.value, kind) ??
    (kind === "user" ? liveObjectBy(world, kind, "userPrincipalName", key.value) : undefined);
  return object !== undefined && object.readableAt <= world.now() ? object : undefined;
}

/** The object of a path, or 404. */
export function objectOf(call: GraphCall, kind: DirectoryKind, parameter = "key"): DirectoryObject {
  const key = objectKey(call.request.params[parameter] ?? "");
  return lookUp(call.world, kind, key) ?? notFound(key.value);
}

export function owns(world: World, ownerId: string, objectId: string): boolean {
  return directoryOf(world).owners.some((link) => link.from === objectId && link.to === ownerId);
}

/** Like `objectOf` for a write: with `owned` access the caller must be an owner. */
export function writableObject(call: GraphCall, kind: DirectoryKind): DirectoryObject {
  const object = objectOf(call, kind);
  requireOwnership(call, object);
  return object;
}

export function requireOwnership(call: GraphCall, object: DirectoryObject): void {
  if (call.access === "owned" && !owns(call.world, call.caller.objectId, object.id)) requestDenied();
}

export function bodyOf(call: GraphCall): JsonObject {
  return (
    jsonBody(call.request) ??
    refuseGraph(
      400,
      "BadRequest",
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    )
  );
}

/** True when the request's `Prefer` header lists the preference. */
export function prefers(request: SandboxRequest, preference: string): boolean {
  return (request.headers["prefer"] ?? "")
    .split(",")
    .some((entry) => entry.trim().toLowerCase() === preference);
}

/** 201 with the created object, its context and the address that Entra's directory gives it. */
export function created(collection: string, type: string, value: JsonObject): SandboxResponse {
  return {
    status: 201,
    headers: {
      Location: `https://graph.microsoft.com/v2/${TENANT.id}/directoryObjects/${String(value["id"])}/Microsoft.DirectoryServices.${type}`,
    },
    body: { "@odata.context": `${GRAPH_ROOT}/$metadata#${collection}/$entity`, ...value },
  };
}

export const NO_CONTENT: SandboxResponse = { status: 204 };

/** The id at the end of an `@odata.id` or `@odata.bind` address. */
export function referencedId(address: unknown): string {
  const match =
    typeof address === "string"
      ? /^https:\/\/graph\.microsoft\.com\/(?:v1\.0|beta)\/(?:directoryObjects|users|groups|servicePrincipals)(?:\/|\(')([0-9a-fA-F-]{36})(?:'\))?\/?$/.exec(
          address,
        )
      : null;
  return match?.[1] ?? badRequest("Not a valid reference update.");
}
