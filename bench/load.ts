import { Agent, request } from "node:http";

/** What one request brought back. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Ask = (
  method: string,
  url: string,
  body?: string,
  headers?: Record<string, string>,
) => Promise<Answered>;

/** Sends requests to a sandbox over kept connections. */
export function asker(port: number, connections: number): { readonly ask: Ask; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const ask: Ask = (method, url, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const message = request(
        {
          agent,
          host: "127.0.0.1",
          port,
          method,
          path: `${target.pathname}${target.search}`,
          headers: {
            host: target.host,
            ...(body === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString("utf8"),
              headers: response.headers,
            }),
          );
        },
      );
      message.on("error", reject);
      message.end(body);
    });
  return { ask, close: () => agent.destroy() };
}

/** What a kind of request did in its share of time. */
export interface Measured {
  readonly kind: string;
  readonly count: number;
  readonly perMinute: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

/** Sends requests of one kind from several connections at once for a while. */
export async function measure(
  kind: string,
  seconds: number,
  connections: number,
  send: () => Promise<boolean>,
): Promise<Measured> {
  const times: number[] = [];
  let failures = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const before = performance.now();
        if (!(await send())) failures += 1;
        times.push(performance.now() - before);
      }
    }),
  );
  const minutes = (performance.now() - start) / 60_000;
  times.sort((a, b) => a - b);
  const quantile = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  return {
    kind,
    count: times.length,
    perMinute: Math.round(times.length / minutes),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    failures,
  };
}
