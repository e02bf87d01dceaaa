import { AsyncLocalStorage } from "node:async_hooks";
import { addressOf, type Cloud } from "../../cloud.ts";
import { onlyReads } from "./reading-posts.ts";
import type { Exchange, HttpRequest, HttpResponse, TracingHttp } from "./types.ts";

/** A pipeline that can hand out what it has read before. */
export interface RememberingHttp extends TracingHttp {
  /**
   * While `work` runs, a read that was sent before is answered by the first one's answer, and is evidence for both
   * askers. For looking at a tenant as a whole only: whoever waits for a change has to look afresh.
   */
  remembering<T>(work: () => Promise<T>): Promise<T>;
}

interface Remembered {
  readonly result: HttpResponse;
  readonly exchanges: readonly Exchange[];
}

export function remembering(base: TracingHttp, cloud: Cloud): RememberingHttp {
  /** Undefined for what is no read: that is sent as often as it is asked for. */
  function keyOf(request: HttpRequest): string | undefined {
    const { method, url, headers, body, expect } = request;
    const address = addressOf(cloud, url);
    if (!onlyReads(address.service, address.url, request)) return undefined;
    return JSON.stringify([method, url, headers, body, expect]);
  }

  const memories = new AsyncLocalStorage<Map<string, Promise<Remembered>>>();
  return {
    ...base,
    remembering: (work) => memories.run(new Map(), work),
    async send(request) {
      const memory = memories.getStore();
      const key = memory === undefined ? undefined : keyOf(request);
      if (memory === undefined || key === undefined) return base.send(request);
      const known = memory.get(key);
      if (known === undefined) {
        const first = base.traced(() => base.send(request));
        memory.set(key, first);
        return (await first).result;
      }
      const { result, exchanges } = await known;
      for (const exchange of exchanges) base.note(exchange);
      return result;
    },
  };
}
