import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "@azure/core-rest-pipeline";

/** One request of a measured look. */
export interface Sent {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly characters: number;
  readonly rows: number;
}

/** Rows in an answer: entries of its lists, those of batches included. */
function rowsIn(text: string): number {
  return text.match(/"@odata\.etag"/g)?.length ?? 0;
}

/** Every answer takes so much longer; what was sent goes to the log. */
export function watched(client: HttpClient, latencyMs: number, log: Sent[]): HttpClient {
  return {
    async sendRequest(request) {
      const from = performance.now();
      const [response] = await Promise.all([client.sendRequest(request), sleep(latencyMs)]);
      const text = response.bodyAsText ?? "";
      log.push({
        what: `${request.method} ${new URL(request.url).host}${new URL(request.url).pathname}`,
        from,
        to: performance.now(),
        characters: text.length,
        rows: rowsIn(text),
      });
      return response;
    },
  };
}

/** The longest sequence of requests that do not overlap: no look that asks for the same could be faster. */
export function chainOf(log: readonly Sent[]): readonly Sent[] {
  const chain: Sent[] = [];
  for (const sent of [...log].sort((a, b) => a.to - b.to)) {
    const last = chain.at(-1);
    if (last === undefined || sent.from >= last.to) chain.push(sent);
  }
  return chain;
}
