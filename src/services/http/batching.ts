import { AsyncLocalStorage } from "node:async_hooks";
import { addressOf, type Cloud, type ServiceName, serviceOf } from "../../cloud.ts";
import { shownUrl } from "./failures.ts";
import { answersOf, multipartOf, type PartAnswer } from "./multipart.ts";
import type { Http, HttpRequest, HttpResponse, TracingHttp } from "./types.ts";

/**
 * Reads that are asked for at the same time go to Microsoft Graph and to Dataverse in one request.
 * Whoever asks notices nothing: a part that was not answered as it should be is asked for again on its own, with the
 * retries and the errors of every other request.
 */

interface Waiting {
  readonly request: HttpRequest;
  readonly url: URL;
  /** Runs a function as part of the work that asked, so that it is its evidence. */
  readonly asAsker: <T>(work: () => T) => T;
  readonly answered: (response: HttpResponse) => void;
  readonly failed: (error: unknown) => void;
}

interface Batchable {
  readonly service: ServiceName;
  /** Address of the batch; reads with the same one go together. */
  readonly endpoint: string;
  readonly most: number;
  readonly send: (
    base: Http,
    endpoint: string,
    reads: readonly Waiting[],
  ) => Promise<readonly Part[] | undefined>;
}

/** Reads for one address. While some are under way the next ones gather, so that few requests carry many reads. */
interface Queue {
  readonly how: Batchable;
  reads: Waiting[];
  state: "idle" | "gathering" | "under way";
}

type Part = PartAnswer & { readonly requestId: string | undefined };

/** Largest Graph batch ("Combine multiple HTTP requests using JSON batching"). */
const MOST_GRAPH = 20;
/** Far below Dataverse's 1000, so that one slow part does not keep hundreds waiting. */
const MOST_DATAVERSE = 100;
/** Longer addresses than a request line may have are sent alone, where the error is the service's own. */
const LONGEST_URL = 16_000;

const GRAPH_PATH = /^\/v1\.0(?=\/)/;
const DATAVERSE_PATH = /^\/api\/data\/v9\.\d\//;

interface GraphPart {
  readonly id: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

async function sendGraph(
  base: Http,
  endpoint: string,
  reads: readonly Waiting[],
): Promise<Part[] | undefined> {
  const requests = reads.map(({ request, url }, index) => ({
    id: String(index + 1),
    method: "GET",
    url: `${url.pathname.replace(GRAPH_PATH, "")}${url.search}`,
    ...(request.headers === undefined ? {} : { headers: request.headers }),
  }));
  const answer = await base.send({
    method: "POST",
    url: endpoint,
    body: { requests },
    counts: reads.length,
  });
  const { responses } = (answer.body ?? {}) as { responses?: readonly GraphPart[] };
  if (responses === undefined) return undefined;
  return reads.map((_, index) => {
    // Graph answers in any order; what it leaves out counts as not answered.
    const found = responses.find(({ id }) => id === String(index + 1));
    const headers = new Map(
      Object.entries(found?.headers ?? {}).map(([name, value]): [string, string] => [
        name.toLowerCase(),
        value,
      ]),
    );
    return {
      status: found?.status ?? 0,
      headers,
      text: found?.body === undefined ? "" : JSON.stringify(found.body),
      requestId: headers.get("request-id") ?? answer.requestId,
    };
  });
}

async function sendDataverse(
  base: Http,
  endpoint: string,
  reads: readonly Waiting[],
): Promise<Part[] | undefined> {
  const { contentType, body } = multipartOf(
    reads.map(({ request, url }) => ({ url, headers: request.headers ?? {} })),
  );
  const answer = await base.send({
    method: "POST",
    url: endpoint,
    // Without it the first refusal would end the batch.
    headers: { "content-type": contentType, prefer: "odata.continue-on-error" },
    body,
    counts: reads.length,
  });
  const parts = answersOf(answer.header("content-type"), answer.text);
  if (parts === undefined || parts.length !== reads.length) return undefined;
  return parts.map((part) => ({
    ...part,
    requestId: part.headers.get("x-ms-service-request-id") ?? answer.requestId,
  }));
}

function batchableOf(
  cloud: Cloud,
  { method, authorization, headers }: HttpRequest,
  url: URL,
): Batchable | undefined {
  if (method !== "GET" || authorization !== undefined || url.href.length > LONGEST_URL) return undefined;
  if (headers?.["accept"] !== undefined) return undefined;
  switch (serviceOf(cloud, url)) {
    case "graph":
      if (!GRAPH_PATH.test(url.pathname)) return undefined;
      return { service: "graph", endpoint: `${url.origin}/v1.0/$batch`, most: MOST_GRAPH, send: sendGraph };
    case "dataverse": {
      const root = DATAVERSE_PATH.exec(url.pathname)?.[0];
      if (root === undefined || /\$metadata$/.test(url.pathname)) return undefined;
      return {
        service: "dataverse",
        endpoint: `${url.origin}${root}$batch`,
        most: MOST_DATAVERSE,
        send: sendDataverse,
      };
    }
    default:
      return undefined;
  }
}

function responseOf({ status, headers, text, requestId }: Part): HttpResponse {
  let body: unknown;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status, header: (name) => headers.get(name.toLowerCase()), body, text, requestId };
}

export function batching(base: TracingHttp, cloud: Cloud): TracingHttp {
  const queues = new Map<string, Queue>();

  async function alone({ request, asAsker, answered, failed }: Waiting): Promise<void> {
    try {
      answered(await asAsker(() => base.send(request)));
    } catch (error) {
      failed(error);
    }
  }

  async function together(how: Batchable, reads: readonly Waiting[]): Promise<void> {
    let parts: readonly Part[] | undefined;
    let sent = 0;
    try {
      const batch = await base.apart(() => how.send(base, how.endpoint, reads));
      parts = batch.result;
      sent = batch.exchanges[0]?.sent ?? 0;
    } catch {
      // Each by itself then: whatever is wrong, its own answer says it in its own words.
    }
    const again: Waiting[] = [];
    for (const [index, read] of reads.entries()) {
      const { request, url, asAsker, answered } = read;
      const part = parts?.[index];
      const understood =
        part !== undefined &&
        ((part.status >= 200 && part.status < 300) || request.expect?.includes(part.status) === true);
      if (!understood) {
        again.push(read);
        continue;
      }
      const { status, requestId } = part;
      const exchange = { service: how.service, method: "GET", url: shownUrl(url), status, requestId };
      asAsker(() => base.note({ ...exchange, write: false, sent }));
      answered(responseOf(part));
    }
    // Not waited for: a part that is throttled for minutes must not hold up the queue.
    for (const read of again) void alone(read);
  }

  async function flush(queue: Queue): Promise<void> {
    const { how, reads } = queue;
    queue.reads = [];
    queue.state = "under way";
    const [only, ...more] = reads;
    if (only !== undefined && more.length === 0) await alone(only);
    else {
      const starts = Array.from(
        { length: Math.ceil(reads.length / how.most) },
        (_, index) => index * how.most,
      );
      await Promise.all(starts.map((start) => together(how, reads.slice(start, start + how.most))));
    }
    queue.state = "idle";
    // What the answers made others ask for comes in the turns that follow.
    if (queue.reads.length > 0) schedule(queue);
  }

  function schedule(queue: Queue): void {
    queue.state = "gathering";
    setImmediate(() => void flush(queue));
  }

  return {
    ...base,
    async send(request) {
      const { url } = addressOf(cloud, request.url);
      const how = batchableOf(cloud, request, url);
      if (how === undefined) return base.send(request);
      const asAsker = AsyncLocalStorage.snapshot();
      return new Promise<HttpResponse>((answered, failed) => {
        const queue: Queue = queues.get(how.endpoint) ?? { how, reads: [], state: "idle" };
        queues.set(how.endpoint, queue);
        queue.reads.push({ request, url, asAsker, answered, failed });
        if (queue.state === "idle") schedule(queue);
      });
    },
  };
}
