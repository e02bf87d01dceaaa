import {
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import type { FakeService, World } from "../world.ts";
import { tableOfSet } from "./addressing.ts";
import { CHANNELS_PROVISIONED, finishChannels } from "./admin-center.ts";
import { batchWrites, serveBatch } from "./batch.ts";
import { openSession } from "./callers.ts";
import { serveEntityDefinitions } from "./entity-definitions.ts";
import { badPayload, methodNotAllowed, segmentNotFound } from "./errors.ts";
import { callBoundOperation, callOperation } from "./functions.ts";
import { metadataDocument, serviceDocument } from "./metadata/documents.ts";
import { isRealOperation, notSimulated } from "./not-simulated.ts";
import { associate, disassociate } from "./references.ts";
import { keyOf, type Segment, segmentsOf } from "./resource-path.ts";
import { countRows, retrieve, retrieveMultiple, retrieveProperty } from "./retrieval.ts";
import { type Allowance, allowanceHeaders, countRequest, executionCost } from "./service-protection.ts";
import type { Session } from "./session.ts";
import { EXPORT_ENDS, endExport } from "./solution-export.ts";
import { beginImport, endImport, IMPORT_ENDS, IMPORT_STARTS } from "./solution-import.ts";
import { DATAVERSE, type OrganizationState, organizationByHost } from "./state.ts";
import { create, patch, remove, writeColumn } from "./writes.ts";

/** The Dataverse Web API of the organizations in the state (Microsoft: "Use the Microsoft Dataverse Web API"). */

const BASE = /^\/api\/data\/(v9\.[0-2])(?:\/(.*))?$/;

function bodyOf(request: SandboxRequest): JsonObject {
  const body = jsonBody(request);
  if (body !== undefined) return body;
  throw badPayload("crmbaseentity", "Invalid JSON. The input is not a valid JSON object.");
}

function serveRow(
  session: Session,
  request: SandboxRequest,
  set: Segment,
  keyPredicate: string,
  rest: readonly Segment[],
): SandboxResponse {
  const { method, url, headers } = request;
  const table = tableOfSet(session, set.name);
  const key = keyOf(keyPredicate);
  const [property, suffix, ...more] = rest;
  if (property === undefined) {
    if (method === "GET") return retrieve(session, table, key, url, headers["if-none-match"]);
    if (method === "PATCH")
      return patch(session, table, keyPredicate, url, bodyOf(request), {
        ifMatch: headers["if-match"],
        ifNoneMatch: headers["if-none-match"],
      });
    if (method === "DELETE") return remove(session, table, key, headers["if-match"]);
    throw methodNotAllowed(method);
  }
  if (more.length > 0) throw segmentNotFound(more[0]?.name ?? "");
  if (property.name.startsWith("Microsoft.Dynamics.CRM."))
    return callBoundOperation(session, method, table, key, property, url, () => bodyOf(request));
  if (method === "GET") return retrieveProperty(session, table, key, property.name, suffix?.name, url);
  if (suffix?.name === "$ref") {
    if (method === "DELETE") return disassociate(session, table, key, property.name, property.key, url);
    if (property.key !== undefined) throw methodNotAllowed(method);
    return associate(session, method, table, key, property.name, bodyOf(request));
  }
  if (suffix === undefined && method === "PUT")
    return writeColumn(session, table, key, property.name, bodyOf(request));
  if (suffix === undefined && method === "DELETE")
    return writeColumn(session, table, key, property.name, undefined);
  throw methodNotAllowed(method);
}

/** Sets of metadata that exist and have no rows here. */
const OTHER_DEFINITIONS = new Set([
  "GlobalOptionSetDefinitions",
  "RelationshipDefinitions",
  "ManagedPropertyDefinitions",
]);

/** Routes one request below the version segment. */
export function serveResource(session: Session, request: SandboxRequest, path: string): SandboxResponse {
  const { method, url } = request;
  const segments = segmentsOf(path);
  const [first, second, ...more] = segments;
  if (first === undefined) {
    if (method !== "GET") throw methodNotAllowed(method);
    return serviceDocument(session);
  }
  if (first.name === "$metadata") {
    if (method !== "GET") throw methodNotAllowed(method);
    return metadataDocument(session);
  }
  if (OTHER_DEFINITIONS.has(first.name) || (first.name === "EntityDefinitions" && method === "POST"))
    throw notSimulated(`${method} ${first.name}`);
  if (first.name === "EntityDefinitions")
    return serveEntityDefinitions(session, method, segments, url, () => bodyOf(request));
  if (second === undefined) {
    const operation = callOperation(session, method, first, url, () => bodyOf(request));
    if (operation !== undefined) return operation;
  }
  if (first.key !== undefined)
    return serveRow(session, request, first, first.key, second === undefined ? [] : [second, ...more]);
  const table = tableOfSet(session, first.name);
  if (second?.name === "$count" && more.length === 0 && method === "GET")
    return countRows(session, table, url);
  const bound = /^Microsoft\.Dynamics\.CRM\.(\w+)$/.exec(second?.name ?? "")?.[1];
  if (bound !== undefined && isRealOperation(bound)) throw notSimulated(`the operation ${bound}`);
  if (second !== undefined) throw segmentNotFound(second.name);
  if (method === "GET") return retrieveMultiple(session, table, url);
  if (method === "POST") return create(session, first.name, url, bodyOf(request));
  throw methodNotAllowed(method);
}

/** Headers every answer of the service carries ("Service protection API limits", "Compose HTTP requests"). */
function withServiceHeaders(
  response: SandboxResponse,
  world: World,
  session: Session | undefined,
  allowance: Allowance | undefined,
): SandboxResponse {
  const requestId = world.newId();
  const applied = session?.preferences.applied ?? [];
  const headers: Record<string, string> = {
    "OData-Version": "4.0",
    REQ_ID: requestId,
    "x-ms-service-request-id": requestId,
    ...(allowance === undefined ? {} : allowanceHeaders(allowance)),
    "x-ms-dop-hint": "8",
    "Cache-Control": "no-cache",
    ...(applied.length > 0 ? { "Preference-Applied": applied.join(",") } : {}),
    ...response.headers,
  };
  if (response.body !== undefined && headers["Content-Type"] === undefined)
    headers["Content-Type"] = "application/json; odata.metadata=minimal";
  return { ...response, headers };
}

function answering(work: () => SandboxResponse): SandboxResponse {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    throw error;
  }
}

function serve(request: SandboxRequest, world: World, organization: OrganizationState): SandboxResponse {
  let session: Session | undefined;
  let allowance: Allowance | undefined;
  const response = answering(() => {
    const [, version, path = ""] = BASE.exec(request.path) ?? [];
    if (version === undefined) return { status: 404 };
    session = openSession(request, world, organization, version);
    const current = session;
    allowance = countRequest(current, executionCost(request.method, path));
    if (path === "$batch")
      return serveBatch(current, request, (inner, innerPath, innerSession) =>
        withServiceHeaders(
          answering(() => {
            countRequest(innerSession, executionCost(inner.method, innerPath));
            return serveResource(innerSession, inner, innerPath);
          }),
          world,
          innerSession,
          undefined,
        ),
      );
    return serveResource(current, request, path);
  });
  return withServiceHeaders(response, world, session, allowance);
}

const ORGANIZATION_HOST = /^[\w-]+(\.api)?\.crm\d*\.dynamics\.com$/;

export const dataverseService: FakeService = {
  name: DATAVERSE,
  ownsHost: (host) => ORGANIZATION_HOST.test(host),
  audiences: (host) => [`https://${host}`, `https://${host.replace(/\.api\.(crm\d*\.)/, ".$1")}`],
  unauthorized: (_reason, request) => ({
    status: 401,
    headers: {
      "WWW-Authenticate": `Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, resource_id=https://${request.host}/`,
      REQ_ID: "00000000-0000-0000-0000-000000000000",
    },
    body: "HTTP Error 401 - Unauthorized: Access is denied",
  }),
  seed: () => ({ organizations: {} }),
  reported: [["organizations", "*", "tables"]],
  handle(request, world) {
    const organization = organizationByHost(world, request.host);
    if (organization === undefined) return { status: 404 };
    return serve(request, world, organization);
  },
  events: {
    [CHANNELS_PROVISIONED]: finishChannels,
    [IMPORT_STARTS]: beginImport,
    [IMPORT_ENDS]: endImport,
    [EXPORT_ENDS]: endExport,
  },
  isWrite(request) {
    if (request.method === "GET" || request.method === "HEAD") return false;
    return request.path.endsWith("/$batch") ? batchWrites(request) : true;
  },
};
