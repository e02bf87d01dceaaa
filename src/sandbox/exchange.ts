/** One HTTP exchange with the sandbox, as the fake services see it. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Who calls, as read from a valid bearer token. */
export interface Caller {
  readonly tenantId: string;
  /** Object id of the user or of the service principal. */
  readonly objectId: string;
  /** Client application that obtained the token. */
  readonly appId: string;
  readonly kind: "user" | "application";
  readonly name: string;
  readonly audience: string;
  /** Graph application permissions (`roles` claim). */
  readonly roles: readonly string[];
  /** Delegated scopes (`scp` claim). */
  readonly scopes: readonly string[];
  /** Role template ids of active directory roles (`wids` claim). */
  readonly directoryRoles: readonly string[];
}

export interface SandboxRequest {
  readonly method: string;
  /** The URL as the real service would see it, always https. */
  readonly url: URL;
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Parsed body; undefined when there is none. Malformed JSON is answered by the service through `jsonBody`. */
  readonly caller: Caller | undefined;
  /** For a batch: what a fault answers in place of one of its parts; undefined when none strikes it. */
  readonly partFault?: (part: SandboxRequest) => SandboxResponse | undefined;
}

export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is; anything else as JSON; undefined sends no body. */
  readonly body?: unknown;
  /** A long body, sent piece by piece as it is produced; instead of `body`. */
  readonly stream?: Iterable<string>;
}

/** Thrown by a handler to answer with an error; the pipeline turns it into the response. */
export class Refusal extends Error {
  readonly response: SandboxResponse;

  constructor(response: SandboxResponse) {
    super(`HTTP ${response.status}`);
    this.response = response;
  }
}

/** The request's JSON body as an object, `{}` when empty; undefined when it is not a JSON object. */
export function jsonBody(request: SandboxRequest): JsonObject | undefined {
  if (request.text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(request.text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
