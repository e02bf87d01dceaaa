import { randomUUID } from "node:crypto";
import {
  type Caller,
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { API_VERSIONS, type VersionedType } from "./api-versions.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type Subscription, type SystemData } from "./arm-state.ts";
import { authorize } from "./authorization.ts";
import { requirePolicy } from "./policy-effects.ts";
import { REGIONS } from "./regions.ts";
import { requireRegistration } from "./registration.ts";
import { requireUnlocked } from "./scope-locks.ts";

/** A request that found its route, with what every handler needs. */
export interface ArmCall {
  readonly request: RoutedRequest;
  readonly world: World;
  readonly caller: Caller;
  readonly apiVersion: string;
  param(name: string): string;
  /** The scope of an extension resource, such as `/subscriptions/{id}/resourceGroups/{name}`. */
  scope(): string;
}

export interface ArmRoute {
  readonly method: string;
  readonly template: string;
  /** Whose api-versions apply. */
  readonly type: VersionedType;
  /** RBAC action; undefined when the handler decides by itself. */
  readonly action?: string | ((call: ArmCall) => string);
  /** Scope of the authorization; by default the path itself up to the type's own collection. */
  readonly at?: (call: ArmCall) => string;
  /** Resource provider that must be registered first. */
  readonly gate?: string;
  readonly handle: (call: ArmCall) => SandboxResponse;
}

/** `/subscriptions/…` of an extension resource's path; PIM's own documentation also writes it behind `providers/Microsoft.Subscription`. */
export function normalizeScope(raw: string): string {
  const scope = `/${raw.replace(/^\/+/, "").replace(/\/+$/, "")}`;
  return scope.replace(/^\/providers\/Microsoft\.Subscription(?=\/subscriptions\/)/i, "");
}

function callerOf(request: SandboxRequest): Caller {
  if (request.caller === undefined) throw new Error("the server lets no anonymous request through to ARM");
  return request.caller;
}

/** Answers 400 when the api-version is not one of the type's. */
export function requireApiVersion(type: VersionedType, apiVersion: string): void {
  const supported: readonly string[] = API_VERSIONS[type];
  if (supported.includes(apiVersion)) return;
  const [namespace, name] = type.split("/") as [string, string];
  const versions = supported.join(", ");
  if (namespace === "Microsoft.Resources")
    refuseArm(
      400,
      "InvalidApiVersionParameter",
      `The api-version '${apiVersion}' is invalid. The supported versions are '${supported.join(",")}'.`,
      { gateway: true },
    );
  const regions = REGIONS.filter((region) => namespace !== "Microsoft.HealthBot" || region.healthBot);
  refuseArm(
    400,
    "NoRegisteredProviderFound",
    `No registered resource provider found for location 'global' and API version '${apiVersion}' for type '${name}'. The supported api-versions are '${versions}'. The supported locations are '${regions.map((region) => region.name).join(", ")}'.`,
    { gateway: true },
  );
}

/**
 * The subscription, or 404 when nobody has it and 401 when it belongs to another tenant. Wording of the 401:
 * Azure/azure-sdk-for-net issue 49391.
 */
export function requireSubscription(world: World, caller: Caller, subscriptionId: string): Subscription {
  const found = armState(world).subscriptions[subscriptionId.toLowerCase()];
  if (found === undefined)
    return refuseArm(
      404,
      "SubscriptionNotFound",
      `The subscription '${subscriptionId}' could not be found.`,
      { gateway: true },
    );
  if (found.tenantId !== caller.tenantId) {
    const own = `https://sts.windows.net/${caller.tenantId}/`;
    const authority = `https://login.windows.net/${found.tenantId}`;
    return refuseArm(
      401,
      "InvalidAuthenticationTokenTenant",
      `The access token is from the wrong issuer '${own}'. It must match the tenant 'https://sts.windows.net/${found.tenantId}/' associated with this subscription. Please use the authority (URL) '${authority}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
      {
        gateway: true,
        headers: {
          "WWW-Authenticate": `Bearer authorization_uri="${authority}", error="invalid_token", error_description="The access token is from the wrong issuer. It must match the tenant associated with this subscription."`,
        },
      },
    );
  }
  return found;
}

/** The subscription a path or scope lies in. */
export function subscriptionIn(path: string): string | undefined {
  return /^\/subscriptions\/([^/]+)/i.exec(path)?.[1];
}

/** Turns ARM's description of an operation into a route: versions, subscription, permission, registration, then the work. */
export function armRoute(definition: ArmRoute): Route {
  return route(
    definition.method,
    definition.template,
    (request, world) => {
      const caller = callerOf(request);
      const path = request.path.replace(/\/$/, "");
      const apiVersion = request.query.get("api-version") ?? "";
      const call: ArmCall = {
        request,
        world,
        caller,
        apiVersion,
        param: (name) => request.params[name] ?? "",
        scope: () => normalizeScope(request.params["scope"] ?? ""),
      };
      const inSubscription = subscriptionIn(normalizeScope(request.path));
      if (inSubscription !== undefined) requireSubscription(world, caller, inSubscription);
      requireApiVersion(definition.type, apiVersion);
      if (definition.action !== undefined) {
        const action = typeof definition.action === "string" ? definition.action : definition.action(call);
        authorize(world, caller, action, definition.at?.(call) ?? path);
        requireUnlocked(world, request.method, normalizeScope(path));
      }
      if (definition.gate !== undefined && inSubscription !== undefined)
        requireRegistration(world, inSubscription, definition.gate);
      if (request.method === "PUT" && definition.gate !== undefined)
        requirePolicy(world, path, jsonBody(request)?.["location"]);
      return definition.handle(call);
    },
    { ignoreCase: true },
  );
}

/** The body as an object, or ARM's 400 for anything else. */
export function bodyOf(call: ArmCall): JsonObject {
  const body = jsonBody(call.request);
  if (body === undefined)
    return refuseArm(
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized.",
      { gateway: true },
    );
  return body;
}

export function objectIn(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** Tags as ARM stores them: a map of strings, or null when the body has none. */
export function tagsOf(body: JsonObject): Record<string, string> | null {
  const tags = body["tags"];
  if (tags === undefined || tags === null) return null;
  return Object.fromEntries(Object.entries(objectIn(tags)).map(([name, value]) => [name, String(value)]));
}

export function systemDataOf(call: ArmCall, before?: SystemData): SystemData {
  const by = call.caller.kind === "user" ? call.caller.name : call.caller.appId;
  const byType = call.caller.kind === "user" ? "User" : "Application";
  const at = call.world.iso();
  return {
    createdBy: before?.createdBy ?? by,
    createdByType: before?.createdByType ?? byType,
    createdAt: before?.createdAt ?? at,
    lastModifiedBy: by,
    lastModifiedByType: byType,
    lastModifiedAt: at,
  };
}

/** A quoted entity tag in the resource providers' usual form. */
export function newEtag(): string {
  const hex = randomUUID().replaceAll("-", "");
  return `"${hex.slice(0, 8)}-0000-0100-0000-${hex.slice(8, 20)}"`;
}

const REMAINING: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  GET: [["x-ms-ratelimit-remaining-subscription-global-reads", "16499"]],
  HEAD: [["x-ms-ratelimit-remaining-subscription-global-reads", "16499"]],
  DELETE: [
    ["x-ms-ratelimit-remaining-subscription-deletes", "799"],
    ["x-ms-ratelimit-remaining-subscription-global-deletes", "11999"],
  ],
};

const REMAINING_WRITES: readonly (readonly [string, string])[] = [
  ["x-ms-ratelimit-remaining-subscription-writes", "799"],
  ["x-ms-ratelimit-remaining-subscription-global-writes", "11999"],
];

/** Outside a subscription the tenant's own bucket counts. */
const TENANT_READS: readonly (readonly [string, string])[] = [
  ["x-ms-ratelimit-remaining-tenant-reads", "249"],
];

/**
 * Headers of every ARM answer: request ids (Azure/azure-resource-manager-rpc:v1.0/common-api-details.md), what is left
 * of the rate limits (values as recorded in Azure/azure-cli-extensions:src/healthbot), caching and transport.
 */
export function withArmHeaders(
  request: SandboxRequest,
  world: World,
  response: SandboxResponse,
): SandboxResponse {
  const requestId = randomUUID();
  const correlationId = request.headers["x-ms-correlation-request-id"] ?? requestId;
  const clientId = request.headers["x-ms-client-request-id"];
  const echo =
    clientId !== undefined && request.headers["x-ms-return-client-request-id"]?.toLowerCase() === "true";
  const remaining =
    subscriptionIn(request.path) === undefined
      ? TENANT_READS
      : (REMAINING[request.method] ?? REMAINING_WRITES);
  const stamp = world.iso().replace(/[-:]|\.\d+/g, "");
  return {
    ...response,
    headers: {
      Date: new Date(world.now()).toUTCString(),
      "Cache-Control": "no-cache",
      Pragma: "no-cache",
      Expires: "-1",
      "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
      "X-Content-Type-Options": "nosniff",
      "x-ms-request-id": requestId,
      "x-ms-correlation-request-id": correlationId,
      "x-ms-routing-request-id": `EASTUS:${stamp}:${correlationId}`,
      ...(echo ? { "x-ms-client-request-id": clientId } : {}),
      ...Object.fromEntries(remaining),
      ...response.headers,
    },
  };
}

/** Runs a handler and gives refusals ARM's headers as well. */
export async function answered(
  request: SandboxRequest,
  world: World,
  work: () => SandboxResponse | Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  try {
    return withArmHeaders(request, world, await work());
  } catch (error) {
    if (error instanceof Refusal) return withArmHeaders(request, world, error.response);
    throw error;
  }
}
