import type { HttpClient, PipelineResponse } from "@azure/core-rest-pipeline";
import type { Clock } from "../../clock.ts";
import { classifyTransport } from "./failures.ts";
import { backoffMs, MAX_ATTEMPTS, MAX_RETRY_AFTER_MS, retryAfterMs } from "./retry.ts";

const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Repeats requests that only ask for tokens: nothing is changed by sending one twice. What is repeated and how long it
 * waits is as in psc's own pipeline, which such requests cannot pass through, because it needs their answer itself.
 */
export function patientClient(
  client: HttpClient,
  clock: Clock,
  random: () => number = Math.random,
): HttpClient {
  return {
    async sendRequest(request) {
      for (let attempt = 1; ; attempt += 1) {
        let response: PipelineResponse;
        try {
          response = await client.sendRequest(request);
        } catch (error) {
          const again = classifyTransport(error) === "lost" && request.abortSignal?.aborted !== true;
          if (!again || attempt >= MAX_ATTEMPTS) throw error;
          await clock.sleep(backoffMs(attempt, random));
          continue;
        }
        const asked = retryAfterMs((name) => response.headers.get(name), clock.now());
        const patient = asked === undefined || asked <= MAX_RETRY_AFTER_MS;
        if (!PASSING.has(response.status) || !patient || attempt >= MAX_ATTEMPTS) return response;
        await clock.sleep(asked ?? backoffMs(attempt, random));
      }
    },
  };
}
