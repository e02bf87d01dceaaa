import type { ServiceName } from "../../cloud.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  /** Absolute. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a string or form fields. */
  readonly body?: unknown;
  /** Statuses outside 2xx that the caller understands; they are returned instead of thrown. */
  readonly expect?: readonly number[];
  /**
   * May the request be sent again when nobody knows whether it took effect? Defaults to true for every method but
   * POST, and for POST to whether it only reads.
   */
  readonly repeatable?: boolean;
  /**
   * Makes what replaces the Entra token, for services with tokens of their own; asked each time the request is sent, as
   * such tokens may be short-lived. Never logged.
   */
  readonly authorization?: () => string;
  readonly signal?: AbortSignal;
  /** As how many requests the service counts it: the parts of a batch. One when absent. */
  readonly counts?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Header value by case-blind name. */
  header(name: string): string | undefined;
  /** Parsed JSON; undefined when the body is empty or not JSON. */
  readonly body: unknown;
  readonly text: string;
  readonly requestId: string | undefined;
}

/** What is kept of an exchange as evidence; holds no secret. */
export interface Exchange {
  readonly service: ServiceName;
  /** Of HTTP; `RUN` for a program that was run instead, with its command as URL and without a status: 0. */
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly write: boolean;
  /** Running number of the HTTP request that carried it: parts of one batch have the same. */
  readonly sent: number;
}

export interface Http {
  /**
   * Sends one request: token of the URL's own audience, retries where repeating is safe, `Retry-After` honoured.
   * @throws ServiceError for an unexpected status, PscError for everything that kept the request from being answered.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /**
   * Runs `work` and returns the exchanges it caused, for evidence.
   * @param onExchange called as each is answered.
   */
  traced<T>(
    work: () => Promise<T>,
    onExchange?: (exchange: Exchange) => void,
  ): Promise<{ readonly result: T; readonly exchanges: readonly Exchange[] }>;
}

/** The pipeline as the layers on it see it. */
export interface TracingHttp extends Http {
  /** Records an exchange as one of the work that runs now. */
  note(exchange: Exchange): void;
  /** Runs `work` as nobody's: its exchanges are returned and recorded nowhere else. */
  apart<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly exchanges: readonly Exchange[] }>;
}

/** Hands out bearer tokens per audience. */
export interface TokenSource {
  /** @throws PscError PSC-E201 when signing in fails. */
  getToken(
    audience: string,
    options: { readonly fresh: boolean; readonly signal?: AbortSignal },
  ): Promise<string>;
}
