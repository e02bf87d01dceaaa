import type { Json, JsonObject, SandboxRequest, SandboxResponse } from "../exchange.ts";
import { jsonBody } from "../exchange.ts";
import { refuseGraph } from "./graph-errors.ts";

const MOST_REQUESTS = 20;

interface BatchItem {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  readonly dependsOn: readonly string[];
}

function malformed(message: string): never {
  return refuseGraph(400, "BadRequest", message);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function headersOf(value: Json | undefined): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name.toLowerCase(), String(entry)]),
  );
}

function itemOf(value: Json): BatchItem {
  if (!isObject(value)) return malformed("Invalid batch payload format.");
  const { id, method, url, body, dependsOn } = value;
  if (typeof id !== "string" || typeof method !== "string" || typeof url !== "string")
    return malformed("Invalid batch payload format.");
  const headers = headersOf(value["headers"]);
  if (body !== undefined && headers["content-type"] === undefined)
    return malformed(`Write request id : ${id} does not contain Content-Type header or body.`);
  return {
    id,
    method: method.toUpperCase(),
    url,
    headers,
    body,
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
  };
}

/** The parts of a batch; empty when the body is not one. */
export function batchMethods(request: SandboxRequest): string[] {
  const list = jsonBody(request)?.["requests"];
  return Array.isArray(list)
    ? list.flatMap((entry) =>
        isObject(entry) && typeof entry["method"] === "string" ? [entry["method"].toUpperCase()] : [],
      )
    : [];
}

function itemsOf(request: SandboxRequest): BatchItem[] {
  const list = jsonBody(request)?.["requests"];
  if (!Array.isArray(list)) return malformed("Invalid batch payload format.");
  if (list.length > MOST_REQUESTS)
    return refuseGraph(
      400,
      "MaximumValueExceeded",
      `Number of batch request steps exceeds the maximum value of ${MOST_REQUESTS}.`,
    );
  const items = list.map(itemOf);
  const ids = new Set(items.map((item) => item.id.toLowerCase()));
  if (ids.size !== items.length) return malformed("Invalid batch payload format.");
  for (const item of items)
    for (const id of item.dependsOn)
      if (!ids.has(id.toLowerCase())) return malformed("Invalid batch payload format.");
  return items;
}

function requestOf(item: BatchItem, outer: SandboxRequest): SandboxRequest {
  const relative = item.url.startsWith("/") ? item.url : `/${item.url}`;
  const version = outer.path.split("/")[1] ?? "v1.0";
  const url = new URL(`https://${outer.host}/${version}${relative}`);
  return {
    method: item.method,
    url,
    host: outer.host,
    path: url.pathname,
    query: url.searchParams,
    headers: { authorization: outer.headers["authorization"] ?? "", ...item.headers },
    text: item.body === undefined ? "" : JSON.stringify(item.body),
    caller: outer.caller,
  };
}

/**
 * `POST /$batch`: up to 20 calls in one ("Combine multiple HTTP requests using JSON batching"). A part whose
 * predecessor failed answers 424; the answers come back in reverse order, because clients must not rely on any.
 */
export async function answerBatch(
  outer: SandboxRequest,
  handle: (request: SandboxRequest) => Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  const items = itemsOf(outer);
  const statuses = new Map<string, number>();
  const responses: JsonObject[] = [];
  for (const item of items) {
    const failed = item.dependsOn.some((id) => (statuses.get(id.toLowerCase()) ?? 424) >= 400);
    const answer: SandboxResponse = failed
      ? {
          status: 424,
          body: { error: { code: "FailedDependency", message: "Failed dependency." } },
        }
      : await handle(requestOf(item, outer));
    statuses.set(item.id.toLowerCase(), answer.status);
    responses.unshift({
      id: item.id,
      status: answer.status,
      headers: {
        ...answer.headers,
        ...(answer.body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(answer.body === undefined ? {} : { body: answer.body as Json }),
    });
  }
  return { status: 200, body: { responses } };
}
