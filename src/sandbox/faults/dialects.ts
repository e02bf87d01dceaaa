import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";

/**
 * How each service words trouble that lies outside its own logic. Statuses and codes that are documented are named
 * where they are used; where a service publishes no body, its ordinary envelope carries the HTTP reason.
 */

export type DataverseLimit = "requests" | "execution time" | "concurrency";

/** "Service protection API limits" (learn.microsoft.com/power-apps/developer/data-platform/api-limits). */
const DATAVERSE_LIMITS: Readonly<
  Record<DataverseLimit, { readonly code: string; readonly message: string }>
> = {
  requests: {
    code: "0x80072322",
    message: "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
  },
  "execution time": {
    code: "0x80072321",
    message:
      "Combined execution time of incoming requests exceeded limit of 1200000 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
  },
  concurrency: {
    code: "0x80072326",
    message: "Number of concurrent requests exceeded the limit of 52.",
  },
};

const REASONS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  404: ["NotFound", "The requested resource was not found."],
  429: ["TooManyRequests", "Too many requests. Try again later."],
  500: ["InternalServerError", "The server encountered an unexpected error."],
  502: ["BadGateway", "The gateway received an invalid answer."],
  503: ["ServiceUnavailable", "The service is unavailable. Try again later."],
  504: ["GatewayTimeout", "The gateway did not receive an answer in time."],
};

function reason(status: number): { readonly code: string; readonly message: string } {
  const [code, message] = REASONS[status] ?? [`Http${status}`, `The server answered ${status}.`];
  return { code, message };
}

/** Claims of the bearer token, read without verifying it: they only tell callers apart. */
export function unverifiedClaims(request: SandboxRequest): Readonly<Record<string, unknown>> {
  const claims = /^Bearer [^.]+\.([^.]+)\./i.exec(request.headers["authorization"] ?? "")?.[1];
  if (claims === undefined) return {};
  try {
    return JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** An error in the service's own envelope. */
export function refusalIn(
  service: string,
  status: number,
  request: SandboxRequest,
  world: World,
  said = reason(status),
): SandboxResponse {
  switch (service) {
    case "graph":
      return {
        status,
        body: {
          error: {
            ...said,
            innerError: {
              date: world.iso().slice(0, 19),
              "request-id": world.newId(),
              "client-request-id": request.headers["client-request-id"] ?? world.newId(),
            },
          },
        },
      };
    case "bap":
      return { status, body: { error: { ...said, detailUrlType: "NotSpecified" } } };
    case "powerPlatform":
      return { status, body: said };
    case "entra":
      return {
        status,
        body: {
          error: status === 429 || status === 503 ? "temporarily_unavailable" : "server_error",
          error_description: said.message,
        },
      };
    case "arm": {
      const id = world.newId();
      return {
        status,
        headers: {
          "x-ms-request-id": id,
          "x-ms-correlation-request-id": id,
          "x-ms-routing-request-id": `EASTUS:${world.iso().replace(/[-:]|\.\d+/g, "")}:${id}`,
        },
        body: { error: said },
      };
    }
    case "healthBot":
      return { status };
    case "dataverse":
      return {
        status,
        body: { error: { code: status === 404 ? "0x80040217" : "0x80040216", message: said.message } },
      };
    default:
      return { status, body: { error: said } };
  }
}

/** Which limit was met: `{scope}/{limit}/{application}/{tenant}` ("Microsoft Graph throttling guidance"). */
function graphScope(request: SandboxRequest): string {
  const { appid, tid } = unverifiedClaims(request);
  return `Tenant_Application/${request.method === "GET" ? "Read" : "Write"}/${String(appid)}/${String(tid)}`;
}

/**
 * 429 as the service words it. Graph: "Microsoft Graph throttling guidance" (`innerError.status`, fractional
 * `Retry-After`, `x-ms-throttle-*`). ARM: "Understand how Azure Resource Manager throttles requests" (the remaining
 * count is 0). Dataverse: "Service protection API limits" (three codes, remaining counts). No public source shows the
 * bodies of Entra's, BAP's, the Power Platform API's and the Health Bot's 429.
 */
export function throttled(
  service: string,
  request: SandboxRequest,
  world: World,
  limit: DataverseLimit = "requests",
): SandboxResponse {
  const plain = refusalIn(service, 429, request, world);
  switch (service) {
    case "graph": {
      const error = (plain.body as { error: { innerError: object } }).error;
      return {
        status: 429,
        headers: {
          "x-ms-throttle-information":
            request.method === "GET" ? "ResourceUnitLimitExceeded" : "WriteLimitExceeded",
          "x-ms-throttle-scope": graphScope(request),
          "x-ms-throttle-limit-percentage": "1.0",
        },
        body: { error: { ...error, innerError: { code: "429", status: "429", ...error.innerError } } },
      };
    }
    case "arm": {
      const bucket = request.method === "GET" ? "reads" : request.method === "DELETE" ? "deletes" : "writes";
      const scope = request.path.toLowerCase().startsWith("/subscriptions/") ? "subscription" : "tenant";
      return {
        ...plain,
        headers: { ...plain.headers, [`x-ms-ratelimit-remaining-${scope}-${bucket}`]: "0" },
      };
    }
    case "dataverse":
      return {
        status: 429,
        headers: {
          ...(limit === "requests" ? { "x-ms-ratelimit-burst-remaining-xrm-requests": "0" } : {}),
          ...(limit === "execution time" ? { "x-ms-ratelimit-time-remaining-xrm-requests": "0" } : {}),
        },
        body: { error: DATAVERSE_LIMITS[limit] },
      };
    default:
      return plain;
  }
}
