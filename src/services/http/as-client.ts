import { createHttpHeaders, type HttpClient, type PipelineRequest } from "@azure/core-rest-pipeline";
import type { Http, HttpRequest } from "./types.ts";

/** Refusals that a library wants to see and judge itself. */
const JUDGED_BY_THE_LIBRARY = [400, 401, 403, 404, 405, 409, 410, 412];

/**
 * Lets a library of Microsoft's send through psc's own pipeline, so that its requests get the tokens, retries, host
 * checks and the read-only guard of every other request. Its own policies find nothing left to do.
 */
export function asHttpClient(http: Http): HttpClient {
  return {
    async sendRequest(request: PipelineRequest) {
      const response = await http.send({
        method: request.method as HttpRequest["method"],
        url: request.url,
        ...(typeof request.body === "string" ? { body: request.body } : {}),
        expect: JUDGED_BY_THE_LIBRARY,
      });
      const headers = createHttpHeaders();
      for (const name of ["content-type", "www-authenticate", "x-ms-request-id", "retry-after"]) {
        const value = response.header(name);
        if (value !== undefined) headers.set(name, value);
      }
      return { request, status: response.status, headers, bodyAsText: response.text };
    },
  };
}
