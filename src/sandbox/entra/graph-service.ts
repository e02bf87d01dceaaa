import { Refusal, type SandboxRequest, type SandboxResponse } from "../exchange.ts";
import { matchRoute } from "../routes.ts";
import type { FakeService, World } from "../world.ts";
import { APP_ROLE_ASSIGNMENT_ROUTES } from "./app-role-assignments.ts";
import { APPLICATION_ROUTES } from "./applications.ts";
import { FEDERATED_CREDENTIAL_ROUTES } from "./federated-credentials.ts";
import { answerBatch, batchMethods } from "./graph-batch.ts";
import { type GraphRoute, unauthenticated } from "./graph-call.ts";
import { refuseGraph } from "./graph-errors.ts";
import {
  refuseUnsimulatedOperation,
  refuseUnsimulatedPath,
  refuseUnsimulatedWrite,
} from "./graph-not-simulated.ts";
import { GROUP_MEMBER_ROUTES } from "./group-members.ts";
import { GROUP_ROUTES } from "./groups.ts";
import { PERMISSION_GRANT_ROUTES } from "./permission-grants.ts";
import { PIM_POLICY_ROUTES } from "./pim-policies.ts";
import { PIM_ROUTES } from "./pim-routes.ts";
import { endWhenDue, PIM_END } from "./pim-schedules.ts";
import { POLICY_ROUTES } from "./policies.ts";
import { resourceUnits } from "./resource-units.ts";
import { seedDirectory } from "./seed-directory.ts";
import { SERVICE_PRINCIPAL_ROUTES } from "./service-principals.ts";
import { TENANT_ROUTES } from "./tenant.ts";
import { USER_FLOW_ROUTES } from "./user-flows.ts";
import { USER_ROUTES } from "./users.ts";

/** Every route the sandbox answers below `/v1.0`, with who may call it. */
export const GRAPH_ROUTES: readonly GraphRoute[] = [
  ...TENANT_ROUTES,
  ...USER_ROUTES,
  ...APPLICATION_ROUTES,
  ...FEDERATED_CREDENTIAL_ROUTES,
  ...SERVICE_PRINCIPAL_ROUTES,
  ...APP_ROLE_ASSIGNMENT_ROUTES,
  ...PERMISSION_GRANT_ROUTES,
  ...GROUP_ROUTES,
  ...GROUP_MEMBER_ROUTES,
  ...PIM_ROUTES,
  ...PIM_POLICY_ROUTES,
  ...USER_FLOW_ROUTES,
  ...POLICY_ROUTES,
];

const BATCH = /^\/(v1\.0|beta)\/\$batch\/?$/i;

/**
 * The path below the version, with alternate keys as segments of their own: `/groups(uniqueName='a')/members`
 * becomes `/groups/(uniqueName='a')/members`, a form Graph itself accepts ("Upsert group").
 */
function routedPath(path: string): string | undefined {
  if (!isWellEncoded(path)) return refuseGraph(400, "BadRequest", "Bad Request - Error in query syntax.");
  const below = /^\/(?:v1\.0|beta)(\/.*)$/i.exec(path)?.[1];
  return below?.replace(/(\/\w+)(?:\(|%28)/gi, "$1/(").replace(/%29(?=\/|$)/gi, ")");
}

function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

async function dispatch(request: SandboxRequest, world: World): Promise<SandboxResponse> {
  if (BATCH.test(request.path) && request.method === "POST")
    return answerBatch(request, async (part) => request.partFault?.(part) ?? answer(part, world));
  const path = routedPath(request.path);
  if (path === undefined)
    return refuseGraph(400, "BadRequest", `Invalid version: ${request.path.split("/")[1] ?? ""}`);
  refuseUnsimulatedOperation(request.method, path);
  const match = matchRoute(GRAPH_ROUTES, { ...request, path });
  if (match.kind === "found") return match.handler(match.request, world);
  if (match.kind === "method-not-allowed") {
    refuseUnsimulatedWrite(request.method, path);
    return refuseGraph(
      405,
      "Request_BadRequest",
      "Specified HTTP method is not allowed for the request target.",
    );
  }
  refuseUnsimulatedPath(request.method, path, request.path.split("/")[1]?.toLowerCase() ?? "");
  const segment = path.split("/").findLast((part) => part !== "") ?? "";
  return refuseGraph(400, "BadRequest", `Resource not found for the segment '${segment}'.`);
}

/** Headers and `innerError` that every answer of Graph carries ("Microsoft Graph error responses"). */
function stamped(response: SandboxResponse, request: SandboxRequest, world: World): SandboxResponse {
  const requestId = world.newId();
  const clientRequestId = request.headers["client-request-id"] ?? requestId;
  const below = routedPath(request.path) ?? request.path;
  const headers = {
    "request-id": requestId,
    "client-request-id": clientRequestId,
    "x-ms-ags-diagnostic": JSON.stringify({ ServerInfo: { DataCenter: "psc sandbox" } }),
    "Strict-Transport-Security": "max-age=31536000",
    ...(response.status < 400 && !BATCH.test(request.path)
      ? { "x-ms-resource-unit": String(resourceUnits(request.method, below, request.query)) }
      : {}),
    ...response.headers,
  };
  const body = response.body as { error?: Record<string, unknown> } | undefined;
  if (response.status < 400 || body?.error === undefined) return { ...response, headers };
  const innerError = {
    date: world.iso().slice(0, 19),
    "request-id": requestId,
    "client-request-id": clientRequestId,
  };
  return { ...response, headers, body: { error: { ...body.error, innerError } } };
}

async function answer(request: SandboxRequest, world: World): Promise<SandboxResponse> {
  try {
    return stamped(await dispatch(request, world), request, world);
  } catch (error) {
    if (error instanceof Refusal) return stamped(error.response, request, world);
    throw error;
  }
}

/** Microsoft Graph v1.0 on the tenant's directory; the beta version answers the same routes. */
export const graphService: FakeService = {
  name: "graph",
  ownsHost: (host) => host === "graph.microsoft.com",
  audiences: () => ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"],
  unauthorized: unauthenticated,
  seed: seedDirectory,
  events: { [PIM_END]: endWhenDue },
  handle: answer,
  isWrite(request) {
    if (BATCH.test(request.path)) return batchMethods(request).some((method) => method !== "GET");
    return request.method !== "GET" && !/\/getByIds\/?$/i.test(request.path);
  },
};
