import type { HttpClient } from "@azure/core-rest-pipeline";
import { PscError } from "../../errors.ts";

/** Far above any answer psc asks for; a server that sends more is cut off. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** From the first byte sent to the last one received, in real time. */
export const ANSWER_WITHIN_MS = 120_000;

/**
 * Cuts off a server that answers without end, in size or in time: an answer that is too large is refused for good, one
 * that is too slow counts as lost. Answers are never decompressed, because psc does not ask for compressed ones.
 * @throws PscError PSC-E218 from a request whose answer is too large.
 */
export function limited(client: HttpClient, withinMs = ANSWER_WITHIN_MS): HttpClient {
  return {
    async sendRequest(request) {
      const tooLarge = new AbortController();
      const tooSlow = new AbortController();
      const timer = setTimeout(() => tooSlow.abort(), withinMs);
      const signals = [tooLarge.signal, tooSlow.signal];
      const { abortSignal } = request;
      const given = new AbortController();
      const pass = (): void => given.abort();
      if (abortSignal?.aborted === true) given.abort();
      abortSignal?.addEventListener("abort", pass);
      request.abortSignal = AbortSignal.any([...signals, given.signal]);
      request.timeout = 0;
      const before = request.onDownloadProgress;
      request.onDownloadProgress = (progress) => {
        if (progress.loadedBytes > MAX_ANSWER_BYTES) tooLarge.abort();
        before?.(progress);
      };
      try {
        return await client.sendRequest(request);
      } catch (error) {
        const { host, pathname } = new URL(request.url);
        if (tooLarge.signal.aborted)
          throw new PscError({
            code: "PSC-E218",
            message: `${host} answered ${request.method} ${pathname} with more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB`,
            remedy: "run the same command again; if it lasts, report it to Microsoft support",
            side: "service",
            cause: error,
          });
        if (tooSlow.signal.aborted)
          throw Object.assign(new Error(`no whole answer within ${withinMs / 1000} s`, { cause: error }), {
            code: "ETIMEOUT",
          });
        throw error;
      } finally {
        clearTimeout(timer);
        abortSignal?.removeEventListener("abort", pass);
        if (abortSignal === undefined) delete request.abortSignal;
        else request.abortSignal = abortSignal;
        if (before === undefined) delete request.onDownloadProgress;
        else request.onDownloadProgress = before;
      }
    },
  };
}
