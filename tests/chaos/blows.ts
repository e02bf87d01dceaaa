import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";

/** What befalls one request of a run. The first two end the run as a killed process would; the others are survived. */
export const BLOWS = [
  "killed before it is sent",
  "killed after it took effect",
  "connection reset",
  "answer lost",
  "429",
  "503",
  "truncated body",
] as const;
export type Blow = (typeof BLOWS)[number];

/** Thrown into a run whose process is dead: nothing it does counts any more. */
class Dead extends Error {}

export interface StruckClient {
  readonly client: HttpClient;
  /** Requests seen. */
  count(): number;
  /** The request that was struck, as `METHOD url`. */
  struck(): string | undefined;
}

/**
 * A transport on which the blow falls on request `nth` (from 1), or on the first one that answers the description;
 * without a blow it only counts.
 */
export function struckClient(
  real: HttpClient,
  blow?: Blow,
  at: number | ((request: PipelineRequest) => boolean) = 0,
): StruckClient {
  const isMeant = (request: PipelineRequest, nth: number): boolean =>
    struck === undefined && (typeof at === "number" ? nth === at : at(request));
  let seen = 0;
  let dead = false;
  let struck: string | undefined;
  const reset = (): Error => Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  const answer = (
    request: PipelineRequest,
    status: number,
    headers: Record<string, string>,
  ): PipelineResponse => ({ request, status, headers: createHttpHeaders(headers), bodyAsText: "{}" });
  async function send(request: PipelineRequest): Promise<PipelineResponse> {
    if (dead) throw new Dead();
    seen += 1;
    if (blow === undefined || !isMeant(request, seen)) return real.sendRequest(request);
    struck = `${request.method} ${request.url}`;
    switch (blow) {
      case "killed before it is sent":
        dead = true;
        throw new Dead();
      case "killed after it took effect":
        dead = true;
        await real.sendRequest(request);
        throw new Dead();
      case "connection reset":
        throw reset();
      case "answer lost":
        await real.sendRequest(request);
        throw reset();
      case "429":
        return answer(request, 429, { "retry-after": "17" });
      case "503":
        return answer(request, 503, { "retry-after": "5" });
      case "truncated body": {
        const whole = await real.sendRequest(request);
        const text = whole.bodyAsText ?? "";
        if (text.length < 2) return whole;
        throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
      }
    }
  }
  return { client: { sendRequest: send }, count: () => seen, struck: () => struck };
}
