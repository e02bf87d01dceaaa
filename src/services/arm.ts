import type { Cloud } from "../cloud.ts";
import { PscError } from "../errors.ts";
import { createPageGuard } from "./http/page-guard.ts";
import { retryAfterMs } from "./http/retry.ts";
import type { Http, HttpResponse } from "./http/types.ts";
import { rowsAt, textAt } from "./json-reading.ts";

/**
 * The api-version psc speaks, by resource type in lower case. Every version is a published one of
 * Azure/azure-rest-api-specs; `Microsoft.HealthBot` 2025-11-01 is the newest and knows the SKU C1.
 */
export const API_VERSIONS: Readonly<Record<string, string>> = {
  subscriptions: "2022-12-01",
  providers: "2025-04-01",
  resourcegroups: "2025-04-01",
  "microsoft.aadiam/diagnosticsettings": "2017-04-01",
  "microsoft.healthbot/healthbots": "2025-11-01",
  "microsoft.operationalinsights/workspaces": "2025-07-01",
  "microsoft.insights/actiongroups": "2023-01-01",
  "microsoft.insights/activitylogalerts": "2020-10-01",
  "microsoft.insights/components": "2020-02-02",
  "microsoft.insights/diagnosticsettings": "2021-05-01-preview",
  "microsoft.insights/diagnosticsettingscategories": "2021-05-01-preview",
  "microsoft.authorization/locks": "2020-05-01",
  "microsoft.authorization/permissions": "2022-04-01",
  "microsoft.authorization/policyassignments": "2025-03-01",
  "microsoft.authorization/roleassignments": "2022-04-01",
  "microsoft.authorization/roledefinitions": "2022-04-01",
  "microsoft.authorization/roleassignmentscheduleinstances": "2020-10-01",
  "microsoft.authorization/roleeligibilityscheduleinstances": "2020-10-01",
  "microsoft.authorization/roleeligibilityschedules": "2020-10-01",
  "microsoft.authorization/roleeligibilityschedulerequests": "2020-10-01",
  "microsoft.authorization/rolemanagementpolicies": "2020-10-01",
  "microsoft.authorization/rolemanagementpolicyassignments": "2020-10-01",
};

/** Key of API_VERSIONS for a resource id, a collection or an action below one. */
export function typeOf(path: string): string {
  const segments = path.split("?")[0]?.split("/").filter(Boolean) ?? [];
  const at = segments.map((segment) => segment.toLowerCase()).lastIndexOf("providers");
  if (at >= 0 && segments[at + 2] !== undefined) {
    const type = `${segments[at + 1]}/${segments[at + 2]}`.toLowerCase();
    if (type in API_VERSIONS) return type;
    // `…/providers/Microsoft.HealthBot/register` is an action on the provider itself.
    return "providers";
  }
  if (at >= 0) return "providers";
  return segments.length > 2 ? "resourcegroups" : "subscriptions";
}

export interface ArmRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly expect?: readonly number[];
  /** A POST that may be sent again when its answer was lost. */
  readonly repeatable?: boolean;
}

/** How a resource waits: `context.wait` of the engine fits. */
export type Wait = <T>(
  what: string,
  options: { readonly everyMs: number; readonly operationUrl?: string },
  look: () => Promise<
    | { readonly done: true; readonly value: T }
    | { readonly done: false; readonly retryAfterMs?: number; readonly note?: string }
  >,
) => Promise<T>;

/** Azure Resource Manager. Ids are resource ids and start with `/`; the api-version follows from the type in the id. */
export interface Arm {
  readonly root: string;
  /** A resource, or undefined when it or its group does not exist. */
  get<T>(id: string, query?: Readonly<Record<string, string>>): Promise<T | undefined>;
  /** All pages of a collection. */
  list<T>(id: string, query?: Readonly<Record<string, string>>): Promise<readonly T[]>;
  send(
    method: "GET" | "PUT" | "PATCH" | "POST" | "DELETE",
    id: string,
    request?: ArmRequest,
  ): Promise<HttpResponse>;
  /**
   * Waits for what `response` began and returns the resource as it is then; undefined when it is gone.
   * @throws PscError PSC-E435 when the operation ends as failed or canceled.
   */
  untilDone<T>(response: HttpResponse, id: string, what: string, wait: Wait): Promise<T | undefined>;
}

/** Azure Resource Manager asks for ten seconds at least between two looks when it names no pace. */
const LOOK_EVERY_MS = 10_000;

interface Operation {
  readonly status?: string;
  readonly error?: { readonly code?: string; readonly message?: string } | null;
}

interface Provisioned {
  readonly properties?: { readonly provisioningState?: string } | null;
}

type Outcome = "running" | "succeeded" | "failed";

/** Any word but the four terminal ones means still running: providers have words of their own (`Working`, `Deleting`). */
function outcomeOf(status: string | undefined): Outcome {
  switch (status?.toLowerCase()) {
    case undefined:
    case "succeeded":
      return "succeeded";
    case "failed":
    case "canceled":
    case "cancelled":
      return "failed";
    default:
      return "running";
  }
}

function operationFailed(what: string, status: string, error: Operation["error"]): PscError {
  const said = [error?.code, error?.message].filter((part) => part !== undefined && part !== "").join(": ");
  return new PscError({
    code: "PSC-E435",
    message: `${what} ended as ${status}${said === "" ? "" : ` (${said})`}`,
    remedy: "mend what Azure names above, then run the same command again",
    side: "service",
  });
}

/** Without its query: Health Bot signs operation URLs with about 4 KB that belong in no log. */
function withoutQuery(url: string): string {
  return url.split("?")[0] ?? url;
}

/**
 * Client for Azure Resource Manager. Long-running operations follow Azure/azure-resource-manager-rpc
 * `v1.0/async-api-reference.md`, read tolerantly: Health Bot answers 202 on a status URL, 201 to PATCH, `null` to
 * DELETE and never names a pace (recorded in Azure/azure-cli-extensions `src/healthbot`).
 */
export function createArm(http: Http, cloud: Cloud): Arm {
  const urlOf = (id: string, query: Readonly<Record<string, string>> = {}): string => {
    const version = API_VERSIONS[typeOf(id)];
    const parameters = Object.entries({ "api-version": version ?? "", ...query })
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join("&");
    return `${cloud.arm}${encodeURI(id)}?${parameters}`;
  };

  const send: Arm["send"] = (method, id, { query, ...request } = {}) =>
    http.send({
      method,
      url: urlOf(id, query),
      headers: { "x-ms-return-client-request-id": "true" },
      ...request,
    });

  async function get<T>(id: string, query?: Readonly<Record<string, string>>): Promise<T | undefined> {
    const response = await send("GET", id, { expect: [404], ...(query === undefined ? {} : { query }) });
    return response.status === 404 ? undefined : (response.body as T);
  }

  return {
    root: cloud.arm,
    get,
    send,
    async list<T>(id: string, query?: Readonly<Record<string, string>>) {
      const items: T[] = [];
      let page = await send("GET", id, query === undefined ? {} : { query });
      const follow = createPageGuard();
      for (;;) {
        for (const item of rowsAt(page.body, "value")) items.push(item as T);
        const nextLink = textAt(page.body, "nextLink");
        if (nextLink === "") return items;
        follow(nextLink, page.text.length);
        page = await http.send({ method: "GET", url: nextLink });
      }
    },
    async untilDone<T>(response: HttpResponse, id: string, what: string, wait: Wait) {
      const statusUrl = response.header("azure-asyncoperation");
      const location = response.header("location");
      const paceOf = (answer: HttpResponse): { retryAfterMs?: number } => {
        // Azure documents whole seconds here; the time of day would only matter for the date form.
        const ms = retryAfterMs(answer.header, Date.now());
        return ms === undefined ? {} : { retryAfterMs: ms };
      };

      /** The resource itself as judge: for operations without a URL, and for those whose URL has vanished. */
      async function lookAtResource(): Promise<
        { done: true; value: T | undefined } | { done: false; note?: string }
      > {
        const resource = await get<T & Provisioned>(id);
        const state = resource?.properties?.provisioningState;
        const outcome = outcomeOf(state);
        if (outcome === "failed") throw operationFailed(what, state ?? "", undefined);
        return outcome === "succeeded"
          ? { done: true, value: resource }
          : { done: false, ...(state === undefined ? {} : { note: `${what}: ${state}` }) };
      }

      async function lookAtStatus(url: string) {
        const answer = await http.send({ method: "GET", url, expect: [400, 403, 404, 410] });
        if (answer.status >= 400) return lookAtResource();
        const operation = (answer.body ?? {}) as Operation;
        // An empty 200 is how some providers say that it is done.
        const outcome = answer.status === 202 ? "running" : outcomeOf(operation.status);
        if (outcome === "failed") throw operationFailed(what, operation.status ?? "", operation.error);
        if (outcome === "succeeded") return { done: true, value: await get<T>(id) } as const;
        return { done: false, ...paceOf(answer) } as const;
      }

      async function lookAtLocation(url: string) {
        const answer = await http.send({ method: "GET", url, expect: [404, 410] });
        if (answer.status >= 400) return lookAtResource();
        return answer.status === 202
          ? ({ done: false, ...paceOf(answer) } as const)
          : ({ done: true, value: await get<T>(id) } as const);
      }

      const pace = { everyMs: LOOK_EVERY_MS };
      if (statusUrl !== undefined)
        return wait<T | undefined>(what, { ...pace, operationUrl: withoutQuery(statusUrl) }, () =>
          lookAtStatus(statusUrl),
        );
      if (location !== undefined && response.status === 202)
        return wait<T | undefined>(what, { ...pace, operationUrl: withoutQuery(location) }, () =>
          lookAtLocation(location),
        );
      const body = (response.body ?? undefined) as (T & Provisioned) | undefined;
      if (response.status !== 202 && outcomeOf(body?.properties?.provisioningState) === "succeeded")
        return body;
      return wait<T | undefined>(what, pace, lookAtResource);
    },
  };
}
