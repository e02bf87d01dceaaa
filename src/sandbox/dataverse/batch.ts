import { Refusal, type SandboxRequest, type SandboxResponse } from "../exchange.ts";
import { badQuery } from "./errors.ts";
import { readPreferences, type Session } from "./session.ts";
import { inTransaction } from "./transactions.ts";

/** `$batch` ("Execute batch operations using the Web API"): multipart with CRLF line ends, change sets are atomic. */

interface InnerRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly contentId: string | undefined;
}

type Part =
  | { readonly kind: "request"; readonly request: InnerRequest }
  | { readonly kind: "changeset"; readonly requests: readonly InnerRequest[] };

const MAX_REQUESTS = 1000;
const CRLF = "\r\n";

function malformed(message: string): never {
  throw badQuery(message);
}

function boundaryOf(contentType: string | undefined): string | undefined {
  return /^multipart\/mixed\s*;.*boundary="?([^";]+)"?/i.exec(contentType ?? "")?.[1]?.trim();
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

/** The head's lines and the text after the first empty line. */
function headAndRest(text: string): { readonly lines: readonly string[]; readonly rest: string } {
  const end = text.indexOf(CRLF + CRLF);
  return end < 0
    ? { lines: text.split(CRLF), rest: "" }
    : { lines: text.slice(0, end).split(CRLF), rest: text.slice(end + 4) };
}

function partsOf(text: string, boundary: string): string[] {
  const pieces = `${CRLF}${text}`.split(`${CRLF}--${boundary}`);
  const last = pieces.at(-1) ?? "";
  if (pieces.length < 2 || !last.startsWith("--"))
    malformed("Unexpected end of stream: the closing boundary of the batch was not found.");
  return pieces.slice(1, -1).map((piece) => piece.replace(/^\r\n/, ""));
}

function readRequest(part: string, inChangeSet: boolean): InnerRequest {
  const envelope = headAndRest(part);
  const envelopeHeaders = headersOf(envelope.lines);
  if (!/^application\/http/i.test(envelopeHeaders["content-type"] ?? ""))
    malformed("The 'Content-Type' header of a batch part must be application/http.");
  const contentId = envelopeHeaders["content-id"];
  if (inChangeSet && contentId === undefined) malformed("Content-ID header not present");
  const inner = headAndRest(envelope.rest);
  const [line = "", ...headerLines] = inner.lines;
  const match = /^([A-Z]+) (\S.*) HTTP\/1\.1$/.exec(line);
  if (match === null) return malformed("Invalid request line in a batch part.");
  const [, method = "", target = ""] = match;
  if (inChangeSet && method === "GET") malformed("A change set cannot contain GET requests.");
  return { method, target, headers: headersOf(headerLines), text: inner.rest.trim(), contentId };
}

function readBatch(request: SandboxRequest): Part[] {
  const boundary = boundaryOf(request.headers["content-type"]);
  if (boundary === undefined)
    return malformed("The 'Content-Type' header of a batch request must be multipart/mixed with a boundary.");
  const parts = partsOf(request.text, boundary).map((part): Part => {
    const { lines, rest } = headAndRest(part);
    const inner = boundaryOf(headersOf(lines)["content-type"]);
    if (inner === undefined) return { kind: "request", request: readRequest(part, false) };
    return {
      kind: "changeset",
      requests: partsOf(rest, inner).map((innerPart) => readRequest(innerPart, true)),
    };
  });
  const count = parts.reduce((sum, part) => sum + (part.kind === "request" ? 1 : part.requests.length), 0);
  if (count > MAX_REQUESTS) malformed(`The batch request exceeds the limit of ${MAX_REQUESTS} operations.`);
  return parts;
}

/** True when a batch holds anything but GET requests. */
export function batchWrites(request: SandboxRequest): boolean {
  return /^(POST|PATCH|PUT|DELETE) \S/m.test(request.text);
}

export type ServeInner = (request: SandboxRequest, path: string, session: Session) => SandboxResponse;

/** Replaces `$1` in URLs and bind values by the URL of the row an earlier request made. */
function resolveContentIds(text: string, made: ReadonlyMap<string, string>, inUrl: boolean): string {
  const pattern = inUrl ? /(^|\/)\$(\w+)(?=\/|$|\?)/g : /(")\/?\$(\w+)(?=")/g;
  return text.replace(pattern, (whole, before: string, id: string) => {
    if (inUrl && ["ref", "count", "value", "metadata", "batch"].includes(id)) return whole;
    const url = made.get(id);
    if (url === undefined)
      throw badQuery(`Content-ID Reference: '$${id}' does not exist in the batch context.`);
    return inUrl ? url : `${before}${url}`;
  });
}

function runInner(
  session: Session,
  outer: SandboxRequest,
  inner: InnerRequest,
  made: Map<string, string>,
  serveInner: ServeInner,
): SandboxResponse {
  try {
    const target =
      made.size > 0 || /(^|\/)\$\d/.test(inner.target)
        ? resolveContentIds(inner.target, made, true)
        : inner.target;
    const text = resolveContentIds(inner.text, made, false);
    const base = `${session.baseUrl}/`;
    const url = new URL(target, base);
    if (url.host !== outer.host) throw badQuery("The host of a batch part differs from that of the batch.");
    const path = url.pathname.replace(/^\/api\/data\/v9\.\d\/?/, "");
    const request: SandboxRequest = {
      ...outer,
      method: inner.method,
      url,
      path: url.pathname,
      query: url.searchParams,
      headers: inner.headers,
      text,
    };
    const innerSession = { ...session, preferences: readPreferences(inner.headers["prefer"]) };
    const response = serveInner(request, path, innerSession);
    const entityId = response.headers?.["OData-EntityId"];
    if (inner.contentId !== undefined && entityId !== undefined) made.set(inner.contentId, entityId);
    return response;
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    throw error;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  304: "Not Modified",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  412: "Precondition Failed",
  429: "Too Many Requests",
  501: "Not Implemented",
};

function partText(response: SandboxResponse, contentId: string | undefined): string {
  const head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"];
  if (contentId !== undefined) head.push(`Content-ID: ${contentId}`);
  const payload =
    response.body === undefined
      ? ""
      : typeof response.body === "string"
        ? response.body
        : JSON.stringify(response.body);
  const headers = Object.entries(response.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [
    ...head,
    "",
    `HTTP/1.1 ${response.status} ${REASONS[response.status] ?? ""}`.trimEnd(),
    ...headers,
    "",
    payload,
  ].join(CRLF);
}

function multipart(parts: readonly string[], boundary: string): string {
  return `${parts.map((part) => `--${boundary}${CRLF}${part}${CRLF}`).join("")}--${boundary}--${CRLF}`;
}

/** Runs a change set; its first failure undoes it and is its only answer. */
function runChangeSet(
  session: Session,
  outer: SandboxRequest,
  requests: readonly InnerRequest[],
  serveInner: ServeInner,
): { readonly text: string; readonly failed: SandboxResponse | undefined } {
  const made = new Map<string, string>();
  const answers: string[] = [];
  let failedId: string | undefined;
  try {
    inTransaction(session.organization, () => {
      for (const inner of requests) {
        const response = runInner(session, outer, inner, made, serveInner);
        failedId = inner.contentId;
        if (response.status >= 400) throw new Refusal(response);
        answers.push(partText(response, inner.contentId));
      }
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { text: partText(error.response, failedId), failed: error.response };
  }
  const boundary = `changesetresponse_${session.world.newId()}`;
  const head = `Content-Type: multipart/mixed; boundary=${boundary}`;
  return { text: [head, "", multipart(answers, boundary)].join(CRLF), failed: undefined };
}

export function serveBatch(
  session: Session,
  request: SandboxRequest,
  serveInner: ServeInner,
): SandboxResponse {
  if (request.method !== "POST") throw badQuery("A batch is sent by POST.");
  const parts = readBatch(request);
  const { continueOnError } = session.preferences;
  const answers: string[] = [];
  let status = 200;
  for (const part of parts) {
    let failed: SandboxResponse | undefined;
    if (part.kind === "changeset") {
      const result = runChangeSet(session, request, part.requests, serveInner);
      answers.push(result.text);
      failed = result.failed;
    } else {
      const response = runInner(session, request, part.request, new Map(), serveInner);
      answers.push(partText(response, undefined));
      if (response.status >= 400) failed = response;
    }
    if (failed !== undefined && !continueOnError) {
      status = failed.status;
      break;
    }
  }
  const boundary = `batchresponse_${session.world.newId()}`;
  return {
    status,
    headers: { "Content-Type": `multipart/mixed; boundary=${boundary}` },
    body: multipart(answers, boundary),
  };
}
