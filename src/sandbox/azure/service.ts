import { randomBytes } from "node:crypto";
import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import { matchRoute, type Route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { FakeService, World } from "../world.ts";
import { ALERT_ROUTES } from "./alerts.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, seedArm } from "./arm-state.ts";
import { answerOperationStatus } from "./async-operations.ts";
import { COMPONENT_ROUTES } from "./components.ts";
import { DIAGNOSTIC_CATEGORY_ROUTES } from "./diagnostic-categories.ts";
import { DIAGNOSTIC_SETTING_ROUTES } from "./diagnostic-settings.ts";
import { ENTRA_LOG_ROUTES } from "./entra-log-settings.ts";
import { endBotOperation, HEALTH_BOT_ROUTES } from "./health-bots.ts";
import { LOCK_ROUTES } from "./locks.ts";
import { refuseManagementGroups, refuseNotSimulated } from "./not-simulated.ts";
import { answered, requireSubscription, subscriptionIn, withArmHeaders } from "./pipeline.ts";
import { POLICY_ASSIGNMENT_ROUTES } from "./policy-assignments.ts";
import { PRIVILEGED_ACCESS_ROUTES } from "./privileged-access.ts";
import { dropGroup, RESOURCE_GROUP_ROUTES } from "./resource-groups.ts";
import { knownNamespace, PROVIDER_ROUTES } from "./resource-providers.ts";
import { ROLE_ASSIGNMENT_ROUTES } from "./role-assignments.ts";
import { ROLE_DEFINITION_ROUTES } from "./role-definitions.ts";
import { ROLE_MANAGEMENT_POLICY_ROUTES } from "./role-management-policies.ts";
import { SUBSCRIPTION_ROUTES } from "./subscriptions.ts";
import { WORKSPACE_ROUTES } from "./workspaces.ts";

const AUDIENCES = ["https://management.azure.com", "https://management.core.windows.net"];

const ROUTES: readonly Route[] = [
  ...SUBSCRIPTION_ROUTES,
  ...PROVIDER_ROUTES,
  ...RESOURCE_GROUP_ROUTES,
  ...WORKSPACE_ROUTES,
  ...COMPONENT_ROUTES,
  ...ALERT_ROUTES,
  ...DIAGNOSTIC_SETTING_ROUTES,
  ...DIAGNOSTIC_CATEGORY_ROUTES,
  ...ENTRA_LOG_ROUTES,
  ...HEALTH_BOT_ROUTES,
  ...ROLE_DEFINITION_ROUTES,
  ...ROLE_ASSIGNMENT_ROUTES,
  ...PRIVILEGED_ACCESS_ROUTES,
  ...ROLE_MANAGEMENT_POLICY_ROUTES,
  ...POLICY_ASSIGNMENT_ROUTES,
  ...LOCK_ROUTES,
];

/** ARM's answer for a path that is none of its resources: the namespace is unknown, or the type in it. */
function refusePath(request: SandboxRequest, world: World): never {
  const subscription = subscriptionIn(request.path);
  if (subscription !== undefined && request.caller !== undefined)
    requireSubscription(world, request.caller, subscription);
  const named = /\/providers\/([^/]+)(?:\/([^/]+))?(?!.*\/providers\/)/i.exec(request.path);
  const namespace = named?.[1];
  if (namespace === undefined)
    return refuseArm(404, "NotFound", `The resource at '${request.path}' was not found.`, { gateway: true });
  const known = knownNamespace(namespace);
  if (known === undefined)
    return refuseArm(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`, {
      gateway: true,
    });
  return refuseArm(
    404,
    "InvalidResourceType",
    `The resource type '${named?.[2] ?? ""}' could not be found in the namespace '${known}' for api version '${request.query.get("api-version")}'.`,
    { gateway: true },
  );
}

/** Clients of the older generators write `//subscriptions/…` when a scope begins with a slash. */
function normalized(request: SandboxRequest): SandboxRequest {
  return request.path.includes("//") ? { ...request, path: request.path.replace(/\/{2,}/g, "/") } : request;
}

function dispatch(raw: SandboxRequest, world: World): SandboxResponse | Promise<SandboxResponse> {
  const request = normalized(raw);
  if ((request.query.get("api-version") ?? "") === "")
    refuseArm(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
      { gateway: true },
    );
  const status = answerOperationStatus(request, world);
  if (status !== undefined) return status;
  refuseManagementGroups(request);
  const match = matchRoute(ROUTES, request);
  if (match.kind === "found") return match.handler(match.request, world);
  refuseNotSimulated(request);
  if (match.kind === "method-not-allowed")
    return refuseArm(
      405,
      "MethodNotAllowed",
      `The requested resource does not support http method '${request.method}'.`,
      { headers: { Allow: match.allow.join(", ") } },
    );
  return refusePath(request, world);
}

type Reason = Parameters<FakeService["unauthorized"]>[0];

const REFUSED_TOKENS: Readonly<Record<Reason, readonly [code: string, message: string]>> = {
  missing: ["AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."],
  expired: ["ExpiredAuthenticationToken", "The access token has expired."],
  invalid: ["InvalidAuthenticationToken", "The access token is invalid."],
  audience: [
    "InvalidAuthenticationTokenAudience",
    "The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.",
  ],
};

/** Azure Resource Manager: the public cloud's control plane. */
export const armService: FakeService = {
  name: "arm",
  ownsHost: (host) => host === "management.azure.com",
  audiences: () => AUDIENCES,
  unauthorized(reason, request, world) {
    const [code, message] = REFUSED_TOKENS[reason];
    return withArmHeaders(request, world, {
      status: 401,
      headers: {
        "WWW-Authenticate": `Bearer authorization_uri="https://login.windows.net/${TENANT.id}", error="invalid_token", error_description="${message}"`,
        "x-ms-failure-cause": "gateway",
      },
      body: { error: { code, message } },
    });
  },
  seed: (world) => seedArm(world, TENANT.id, randomBytes(32).toString("base64url")),
  handle: (request, world) => answered(request, world, () => dispatch(request, world)),
  events: {
    "arm.operation-ended": (payload, world) => {
      const operation = armState(world).operations[String(payload["operation"]).toLowerCase()];
      if (operation === undefined || operation.done) return;
      operation.done = true;
      if (operation.kind === "delete-group") dropGroup(world, operation.resourceId);
      else endBotOperation(world, operation);
    },
  },
};
