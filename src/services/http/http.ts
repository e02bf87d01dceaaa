import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";
import type { Clock } from "../../clock.ts";
import { addressOf, audienceOf, type Cloud, type ServiceName } from "../../cloud.ts";
import { PscError } from "../../errors.ts";
import { textAt } from "../json-reading.ts";
import { limited } from "./answer-limits.ts";
import { type Budget, createBudget, LIMITS } from "./budget.ts";
import { type Circuit, createCircuit } from "./circuit.ts";
import { classifyTransport, refusalError, shownUrl, titleOf, transportError } from "./failures.ts";
import { onlyReads } from "./reading-posts.ts";
import {
  backoffMs,
  isRepeatable,
  isTransient,
  MAX_ATTEMPTS,
  MAX_RETRY_AFTER_MS,
  retryAfterMs,
} from "./retry.ts";
import type { Exchange, HttpRequest, HttpResponse, TokenSource, TracingHttp } from "./types.ts";

/** One answer, or what came instead; holds no secret. */
export interface Answered {
  readonly method: string;
  readonly url: string;
  /** A status, or why there is none. */
  readonly status: number | string;
  /** Real milliseconds, waiting for a turn not included. */
  readonly ms: number;
  /** Counts from 1. */
  readonly attempt: number;
  readonly requestId: string | undefined;
}

export interface HttpOptions {
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly tokens: TokenSource;
  readonly client: HttpClient;
  /** Refuses everything that could change the tenant: `plan`, `verify` and `status` run on it. */
  readonly readOnly: boolean;
  /** For error messages: who is signed in, once known. */
  readonly identity?: () => string | undefined;
  readonly onRetry?: (wait: {
    readonly service: ServiceName;
    readonly reason: string;
    readonly ms: number;
  }) => void;
  readonly random?: () => number;
  /** Told of every answer, also of those that are tried again. */
  readonly onAnswer?: (answer: Answered) => void;
  /** Real milliseconds an answer may take as a whole. */
  readonly answerWithinMs?: number;
  /** Called right before anything is sent that could change the tenant; what it throws is thrown instead. */
  readonly beforeWrite?: () => void;
}

/** Success whose JSON is broken says as little as one that was cut short: the request may have taken effect or not. */
function brokenJson(cause: unknown): Error {
  return Object.assign(new Error("the answer is not the JSON it says it is", { cause }), {
    code: "EBADJSON",
  });
}

function toResponse(response: PipelineResponse): HttpResponse {
  const text = response.bodyAsText ?? "";
  let body: unknown;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    if (isJson && response.status >= 200 && response.status < 300) throw brokenJson(error);
    body = undefined;
  }
  const header = (name: string): string | undefined => response.headers.get(name);
  return {
    status: response.status,
    header,
    body,
    text,
    requestId:
      header("x-ms-request-id") ??
      header("request-id") ??
      header("x-ms-service-request-id") ??
      header("x-ms-correlation-id"),
  };
}

/** The one door to the network: every request of every client passes through it. */
export function createHttp(options: HttpOptions): TracingHttp {
  const { cloud, clock, tokens } = options;
  const client = limited(options.client, options.answerWithinMs);
  const random = options.random ?? Math.random;
  const traces = new AsyncLocalStorage<(exchange: Exchange) => void>();
  const hosts = new Map<string, { readonly budget: Budget; readonly circuit: Circuit }>();
  let sent = 0;

  /** Services count by host: two organisations of Dataverse have a budget each. */
  function hostOf(service: ServiceName, { host }: URL): { budget: Budget; circuit: Circuit } {
    const known = hosts.get(host);
    if (known !== undefined) return known;
    const made = { budget: createBudget(LIMITS[service], clock, random), circuit: createCircuit(clock) };
    hosts.set(host, made);
    return made;
  }

  async function once(request: HttpRequest, url: URL, fresh: boolean): Promise<HttpResponse> {
    const headers = createHttpHeaders({
      accept: "application/json",
      "x-ms-client-request-id": randomUUID(),
      ...request.headers,
    });
    const audience = audienceOf(cloud, url);
    if (request.authorization !== undefined) headers.set("authorization", request.authorization());
    else if (audience !== undefined) {
      headers.set(
        "authorization",
        `Bearer ${await tokens.getToken(audience, { fresh, ...(request.signal === undefined ? {} : { signal: request.signal }) })}`,
      );
    }
    let body: string | undefined;
    if (request.body instanceof URLSearchParams) {
      body = request.body.toString();
      headers.set("content-type", "application/x-www-form-urlencoded");
    } else if (typeof request.body === "string") body = request.body;
    else if (request.body !== undefined) body = JSON.stringify(request.body);
    if (body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
    return toResponse(
      await client.sendRequest(
        createPipelineRequest({
          url: url.href,
          method: request.method,
          headers,
          ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
          ...(body === undefined ? {} : { body }),
        }),
      ),
    );
  }

  /** Tells whoever listens how `work`, one try of a request, ended. */
  async function observed(
    work: () => Promise<HttpResponse>,
    { request, url, attempt }: { request: HttpRequest; url: URL; attempt: number },
  ): Promise<HttpResponse> {
    const { onAnswer } = options;
    if (onAnswer === undefined) return work();
    const started = performance.now();
    const tell = (status: number | string, requestId?: string): void =>
      onAnswer({
        method: request.method,
        url: shownUrl(url),
        status,
        ms: performance.now() - started,
        attempt,
        requestId,
      });
    try {
      const answer = await work();
      tell(answer.status, answer.requestId);
      return answer;
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  async function attempts(
    request: HttpRequest,
    url: URL,
    service: ServiceName,
    write: boolean,
  ): Promise<HttpResponse> {
    const { budget, circuit } = hostOf(service, url);
    let fresh = false;
    for (let attempt = 1; ; attempt += 1) {
      let response: HttpResponse;
      try {
        response = await budget.run(
          async () => {
            const refusal = circuit.refuses();
            if (refusal !== undefined) throw deadError(service, url, refusal);
            if (write) options.beforeWrite?.();
            const answer = await observed(() => once(request, url, fresh), { request, url, attempt });
            budget.heard(answer);
            // Before this slot is free for another: whoever is told to wait makes everybody wait who asks this host.
            const ms = holdOf(answer, attempt);
            if (ms !== undefined && budget.hold(ms))
              options.onRetry?.({ service, reason: reasonOf(answer), ms });
            return answer;
          },
          request.counts ?? 1,
          request.signal,
        );
      } catch (error) {
        if (error instanceof PscError || request.signal?.aborted) throw error;
        circuit.failed();
        const failure = classifyTransport(error);
        const mayRepeat = failure === "unreachable" || (failure === "lost" && isRepeatable(request));
        // An unreachable host is usually a wrong host or no network at all: two more looks, then say so.
        if (!mayRepeat || attempt >= (failure === "unreachable" ? 3 : MAX_ATTEMPTS))
          throw transportError(service, request.method, url, error);
        await pause(service, failure, backoffMs(attempt, random), request.signal);
        continue;
      }
      if (response.status >= 500) circuit.failed();
      else circuit.worked();
      if (response.status === 401 && !fresh && request.authorization === undefined) {
        fresh = true;
        continue;
      }
      if (request.expect?.includes(response.status) && response.status !== 429) return response;
      const wait = retryAfterMs(response.header, clock.now());
      const patient = wait === undefined || wait <= MAX_RETRY_AFTER_MS;
      if (attempt >= MAX_ATTEMPTS || !patient || !isTransient(response.status, request, wait !== undefined))
        return response;
      // A host that is held lets the next try wait as long as everybody else.
      if (holdOf(response, attempt) === undefined)
        await pause(service, `HTTP ${response.status}`, wait ?? backoffMs(attempt, random), request.signal);
    }
  }

  /** How long the host wants to be left alone: 429, and 503 with a time. */
  function holdOf({ status, header }: HttpResponse, attempt: number): number | undefined {
    const asked = retryAfterMs(header, clock.now());
    if (status !== 429 && (status !== 503 || asked === undefined)) return undefined;
    const ms = asked ?? backoffMs(attempt, random);
    return ms <= MAX_RETRY_AFTER_MS ? ms : undefined;
  }

  /** Which limit was reached, where the service says so. */
  function reasonOf({ status, body }: HttpResponse): string {
    const message = textAt(body, "error", "message");
    const limit = /exceeded (?:the )?limit of (\d+)( milliseconds)?/.exec(message);
    if (status === 429 && limit !== null)
      return `throttled, ${message.split(" exceeded")[0]?.toLowerCase()} above ${limit[1]}${limit[2] ?? ""}`;
    return status === 429 ? "throttled" : `HTTP ${status}`;
  }

  function deadError(
    service: ServiceName,
    url: URL,
    { since, until }: { readonly since: number; readonly until: number },
  ): PscError {
    const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1000));
    return new PscError({
      code: "PSC-E220",
      message: `${titleOf(service)} at ${url.host} has been failing for ${seconds(clock.now() - since)} s, so it is not asked again before ${seconds(until - clock.now())} s have passed`,
      remedy: "look at the service's status page, and run the same command again when it is back",
      side: "service",
    });
  }

  async function pause(
    service: ServiceName,
    reason: string,
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    options.onRetry?.({ service, reason, ms });
    await clock.sleep(ms, signal);
  }

  return {
    async send(given) {
      const { url, service } = addressOf(cloud, given.url);
      const write = !onlyReads(service, url, given);
      // What only reads may be sent again, whatever its method.
      const request = write || given.repeatable !== undefined ? given : { ...given, repeatable: true };
      if (write && options.readOnly) {
        throw new PscError({
          code: "PSC-E290",
          message: `a read-only command tried to ${request.method} ${url.host}${url.pathname}`,
          remedy: "this is a bug in psc: please report it; nothing was sent",
          side: "psc",
        });
      }
      sent += 1;
      const number = sent;
      const response = await attempts(request, url, service, write);
      traces.getStore()?.({
        service,
        method: request.method,
        url: shownUrl(url),
        status: response.status,
        requestId: response.requestId,
        write,
        sent: number,
      });
      if ((response.status >= 200 && response.status < 300) || request.expect?.includes(response.status))
        return response;
      throw refusalError(service, request.method, url, response, options.identity?.());
    },
    async traced(work, onExchange) {
      const exchanges: Exchange[] = [];
      const outer = traces.getStore();
      const record = (exchange: Exchange): void => {
        exchanges.push(exchange);
        onExchange?.(exchange);
        outer?.(exchange);
      };
      const result = await traces.run(record, work);
      return { result, exchanges };
    },
    note(exchange) {
      traces.getStore()?.(exchange);
    },
    async apart(work) {
      const exchanges: Exchange[] = [];
      const result = await traces.run((exchange) => exchanges.push(exchange), work);
      return { result, exchanges };
    },
  };
}
