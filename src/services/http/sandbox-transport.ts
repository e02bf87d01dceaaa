import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";

function readAll(
  message: IncomingMessage,
  onProgress: PipelineRequest["onDownloadProgress"],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let loadedBytes = 0;
    message.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      loadedBytes += chunk.length;
      onProgress?.({ loadedBytes });
    });
    message.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    message.on("error", reject);
    message.on("aborted", () =>
      reject(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" })),
    );
  });
}

/** Marks an answer that stands for a failed name resolution: over loopback no resolver is asked. */
const FAULT_HEADER = "x-sandbox-fault";
/** The sandbox's clock, on every answer. */
const CLOCK_HEADER = "x-sandbox-clock";

function unresolved(host: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
    code: "ENOTFOUND",
    syscall: "getaddrinfo",
    hostname: host,
  });
}

/**
 * A transport that connects every request to the sandbox and tells it the real host in the `Host` header. URLs,
 * tokens and audience checks stay those of the real cloud; only the socket differs.
 * @param sandboxUrl such as `http://127.0.0.1:4280`; with https the certificate is verified like any other.
 * @param onClock is told what each answer says about the sandbox's clock
 */
export function sandboxTransport(sandboxUrl: string, onClock?: (words: string) => void): HttpClient {
  const target = new URL(sandboxUrl);
  const secure = target.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const start = secure ? httpsRequest : httpRequest;
  return {
    sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
      const url = new URL(request.url);
      const headers = request.headers.toJSON({ preserveCase: true });
      return new Promise((resolve, reject) => {
        const message = start(
          {
            agent,
            host: target.hostname,
            port: target.port,
            method: request.method,
            path: `${url.pathname}${url.search}`,
            headers: {
              ...headers,
              host: url.host,
              ...(typeof request.body === "string"
                ? { "content-length": Buffer.byteLength(request.body) }
                : {}),
            },
            ...(request.abortSignal === undefined ? {} : { signal: request.abortSignal as AbortSignal }),
          },
          (response) => {
            const clock = response.headers[CLOCK_HEADER];
            if (typeof clock === "string") onClock?.(clock);
            if (response.headers[FAULT_HEADER] === "no-dns") {
              response.resume();
              reject(unresolved(url.hostname));
              return;
            }
            readAll(response, request.onDownloadProgress).then((bodyAsText) => {
              const received = createHttpHeaders();
              for (const [name, value] of Object.entries(response.headers))
                if (value !== undefined) received.set(name, String(value));
              resolve({ request, status: response.statusCode ?? 0, headers: received, bodyAsText });
            }, reject);
          },
        );
        message.on("error", reject);
        message.end(typeof request.body === "string" ? request.body : undefined);
      });
    },
  };
}
