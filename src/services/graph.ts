import type { Client, Context as GraphContext, GraphRequest } from "@microsoft/microsoft-graph-client";
import type { Cloud } from "../cloud.ts";
import { createPageGuard } from "./http/page-guard.ts";
import type { Http, HttpRequest, HttpResponse } from "./http/types.ts";
import { numberAt, rowsAt, textAt, valueAt } from "./json-reading.ts";

export type Query = Readonly<Record<string, string>>;

/** One request of a JSON batch; `url` is relative to the version, such as `/groups/{id}/members/$ref`. */
export interface BatchRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly body?: unknown;
}

export interface BatchResponse {
  readonly status: number;
  readonly body: unknown;
}

/** Microsoft Graph v1.0, as far as psc needs it. Paths start with `/` and follow the version. */
export interface Graph {
  readonly root: string;
  /** An object, or undefined when Graph answers 404: absent, or written so recently that it is not replicated. */
  get<T>(path: string, query?: Query): Promise<T | undefined>;
  /** All pages of a collection. */
  list<T>(path: string, query?: Query): Promise<readonly T[]>;
  create<T>(path: string, body: object): Promise<T>;
  update(path: string, body: object): Promise<void>;
  /**
   * Creates or updates an object by its alternate key; safe to repeat. Returns the object when it was created and
   * undefined when it was there before.
   */
  upsert<T>(path: string, body: object): Promise<T | undefined>;
  remove(path: string): Promise<void>;
  /** Adds a directory object to a collection such as `/groups/{id}/members`. */
  addReference(collection: string, objectId: string): Promise<void>;
  /** Takes it out again; the `$ref` is what keeps Graph from deleting the object itself. */
  removeReference(collection: string, objectId: string): Promise<void>;
  /** Sends up to 20 requests in one; every answer has its own status, throttling included, for the caller to judge. */
  batch(requests: readonly BatchRequest[]): Promise<readonly BatchResponse[]>;
  /** The URL by which one object refers to another. */
  objectUrl(objectId: string): string;
}

/** Largest batch Graph accepts ("Combine multiple HTTP requests using JSON batching", Microsoft Graph). */
export const MAX_BATCH = 20;

/** A string as an OData literal, quotes doubled. */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Alternate key segment, such as `(appId='…')`, safe to put into a path. */
export function keySegment(name: string, value: string): string {
  return `(${name}='${encodeURIComponent(value.replaceAll("'", "''"))}')`;
}

/** Header fields as the request builder keeps them: a plain object, as psc never hands it anything else. */
function headersOf(context: GraphContext): Record<string, string> {
  const headers: unknown = context.options?.headers;
  if (typeof headers !== "object" || headers === null) return {};
  const entries: [string, string][] = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries);
}

/**
 * Client for Microsoft Graph: requests are built by @microsoft/microsoft-graph-client, whose only middleware hands
 * them to psc's own pipeline, so that tokens, retries, the read-only guard and error shapes are those of every other
 * service. The library's own response and error handling never sees an answer: it would lose headers and error details.
 */
export function createGraph(http: Http, cloud: Cloud): Graph {
  const root = `${cloud.graph}/v1.0`;

  async function send(
    path: string,
    query: Query | undefined,
    build: (request: GraphRequest) => Promise<unknown>,
    how: Pick<HttpRequest, "expect" | "repeatable"> = {},
  ): Promise<HttpResponse> {
    // Loading the library costs 20 to 45 ms, which commands that never call Graph should not pay.
    const library = await import("@microsoft/microsoft-graph-client");
    let outcome: { readonly response: HttpResponse } | { readonly error: unknown } | undefined;
    const client: Client = library.Client.initWithMiddleware({
      baseUrl: `${cloud.graph}/`,
      defaultVersion: "v1.0",
      middleware: {
        async execute(context: GraphContext): Promise<void> {
          const { options, request } = context;
          try {
            const response = await http.send({
              method: (options?.method ?? "GET") as HttpRequest["method"],
              url: typeof request === "string" ? request : request.url,
              headers: headersOf(context),
              ...(typeof options?.body === "string" ? { body: options.body } : {}),
              ...how,
            });
            outcome = { response };
          } catch (error) {
            outcome = { error };
          }
          context.response = new Response(null, { status: 204 });
        },
      },
    });
    const request = client.api(path);
    // The builder encodes nothing: `&`, `+` and `#` in a value would end it.
    for (const [name, value] of Object.entries(query ?? {}))
      request.query({ [name]: encodeURIComponent(value) });
    await build(request);
    if (outcome === undefined) throw new Error(`the request builder sent nothing for ${path}`);
    if ("error" in outcome) throw outcome.error;
    return outcome.response;
  }

  const json = (request: GraphRequest): GraphRequest => request.header("Content-Type", "application/json");
  const objectUrl = (objectId: string): string => `${root}/directoryObjects/${objectId}`;

  async function sendBatch(requests: readonly BatchRequest[]): Promise<readonly BatchResponse[]> {
    const body = {
      requests: requests.map(({ method, url, body: content }, index) => ({
        id: String(index + 1),
        method,
        url,
        ...(content === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: content }),
      })),
    };
    const answer = await send("/$batch", undefined, (request) => json(request).post(body));
    const byId = new Map(
      rowsAt(answer.body, "responses").map((response) => [textAt(response, "id"), response]),
    );
    return requests.map((_, index) => {
      const response = byId.get(String(index + 1));
      // Graph answers in any order; a request without an answer has to be sent again.
      return { status: numberAt(response, "status") ?? 503, body: valueAt(response, "body") };
    });
  }

  return {
    root,
    objectUrl,
    async get<T>(path: string, query?: Query) {
      const response = await send(path, query, (request) => request.get(), { expect: [404] });
      return response.status === 404 ? undefined : (response.body as T);
    },
    async list<T>(path: string, query?: Query) {
      const items: T[] = [];
      let page = await send(path, query, (request) => request.get());
      const follow = createPageGuard();
      for (;;) {
        for (const item of rowsAt(page.body, "value")) items.push(item as T);
        const next = textAt(page.body, "@odata.nextLink");
        if (next === "") return items;
        follow(next, page.text.length);
        // Verbatim: taking the link apart could change its skip token.
        page = await http.send({ method: "GET", url: next });
      }
    },
    async create<T>(path: string, body: object) {
      return (await send(path, undefined, (request) => json(request).post(body))).body as T;
    },
    async update(path, body) {
      await send(path, undefined, (request) => json(request).patch(body));
    },
    async upsert<T>(path: string, body: object) {
      const response = await send(path, undefined, (request) =>
        json(request).header("Prefer", "create-if-missing").patch(body),
      );
      return response.status === 201 ? (response.body as T) : undefined;
    },
    async remove(path) {
      await send(path, undefined, (request) => request.delete(), { expect: [404] });
    },
    async addReference(collection, objectId) {
      await send(`${collection}/$ref`, undefined, (request) =>
        json(request).post({ "@odata.id": objectUrl(objectId) }),
      );
    },
    async removeReference(collection, objectId) {
      await send(`${collection}/${objectId}/$ref`, undefined, (request) => request.delete(), {
        expect: [404],
      });
    },
    async batch(requests) {
      const answers: BatchResponse[] = [];
      for (let start = 0; start < requests.length; start += MAX_BATCH)
        answers.push(...(await sendBatch(requests.slice(start, start + MAX_BATCH))));
      return answers;
    },
  };
}
