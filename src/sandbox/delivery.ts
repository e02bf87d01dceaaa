import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { SandboxResponse } from "./exchange.ts";

/** How an answer reaches the client. */
export type Fate =
  | { readonly kind: "whole" }
  /** Nothing arrives: the connection is reset. */
  | { readonly kind: "reset" }
  /** The answer breaks off: `length` promises more than is sent, `chunk` leaves out the last chunk. */
  | { readonly kind: "truncated"; readonly as: "length" | "chunk"; readonly bytes: number | undefined };

function payloadOf({ body }: SandboxResponse): string | undefined {
  if (typeof body === "string") return body;
  return body === undefined ? undefined : JSON.stringify(body);
}

function headersOf(answer: SandboxResponse, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = { ...answer.headers };
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if (hasBody && !names.has("content-type")) headers["Content-Type"] = "application/json; charset=utf-8";
  return headers;
}

export function send(response: ServerResponse, answer: SandboxResponse): void {
  const payload = payloadOf(answer);
  const headers = headersOf(answer, payload !== undefined);
  if (payload !== undefined) headers["Content-Length"] = String(Buffer.byteLength(payload));
  else if (answer.status !== 204 && answer.status !== 304) headers["Content-Length"] = "0";
  response.writeHead(answer.status, headers);
  response.end(payload);
}

/** Sends a long body piece by piece, no faster than the client reads. */
export async function sendStream(
  response: ServerResponse,
  answer: SandboxResponse,
  pieces: Iterable<string>,
): Promise<void> {
  response.writeHead(answer.status, headersOf(answer, true));
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (response.write(piece)) continue;
    // Whichever does not come must not leave its listener behind.
    const waiting = new AbortController();
    const { signal } = waiting;
    await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
    waiting.abort();
  }
  response.end();
}

/** A reset where the socket can do it (RST), else a close without a word. */
function reset(message: IncomingMessage): void {
  const { socket } = message;
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}

function sendTruncated(
  message: IncomingMessage,
  response: ServerResponse,
  answer: SandboxResponse,
  fate: Extract<Fate, { kind: "truncated" }>,
): void {
  const payload = Buffer.from(payloadOf(answer) ?? "{}");
  const part = payload.subarray(0, Math.min(fate.bytes ?? payload.length >> 1, payload.length - 1));
  const headers = headersOf(answer, true);
  if (fate.as === "length") headers["Content-Length"] = String(payload.length);
  response.writeHead(answer.status, headers);
  response.flushHeaders();
  if (part.length === 0) message.socket.end();
  else response.write(part, () => message.socket.end());
}

export function deliver(
  message: IncomingMessage,
  response: ServerResponse,
  answer: SandboxResponse,
  fate: Fate,
): void {
  if (fate.kind === "reset") reset(message);
  else if (fate.kind === "truncated") sendTruncated(message, response, answer, fate);
  else send(response, answer);
}
