import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { durationMs, type FaultAction } from "./definition.ts";
import { refusalIn, unverifiedClaims } from "./dialects.ts";
import type { ArmedFault, Strike } from "./fault-box.ts";

/** What earlier exchanges leave behind for faults that need a past. Kept only while such a fault is armed. */
export interface Exchanges {
  /** True when the fault has something to work with for this request. */
  can(fault: ArmedFault, request: SandboxRequest): boolean;
  /** The answer as the fault falsifies it; undefined when there is nothing to falsify. */
  falsify(
    strike: Strike,
    service: string,
    request: SandboxRequest,
    answer: SandboxResponse,
  ): SandboxResponse | undefined;
  /** Remembers what was truly answered. */
  remember(faults: readonly ArmedFault[], request: SandboxRequest, answer: SandboxResponse): void;
  forget(): void;
}

/** Addresses that the services give to whoever follows an operation. */
const POLL =
  /operationstatuses|operationresults|asyncoperations?\b|\/operations\/|lifecycleoperations|asyncoperationstatus/i;
const REMEMBERED = 2_000;
const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** The same read by the same caller. */
function keyOf(request: SandboxRequest): string {
  return `${String(unverifiedClaims(request)["oid"] ?? "")} ${request.url.href}`;
}

/** A copy that later changes of the state do not reach. */
function frozen(answer: SandboxResponse): SandboxResponse {
  return typeof answer.body === "object" ? { ...answer, body: JSON.stringify(answer.body) } : answer;
}

/** The answer with its JSON read, for services that send text. */
function readable(answer: SandboxResponse): SandboxResponse {
  if (typeof answer.body !== "string") return answer;
  try {
    return { ...answer, body: JSON.parse(answer.body) as unknown };
  } catch {
    return answer;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names of what a creating request made: the id in its body, the last GUID of its location. */
function createdIds(request: SandboxRequest, answer: SandboxResponse): string[] {
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const entity = headers["odata-entityid"];
  if (answer.status !== 201 && !(request.method === "POST" && entity !== undefined)) return [];
  const ids = isRecord(answer.body)
    ? ["id", "name"].flatMap((member) => {
        const id = (answer.body as Record<string, unknown>)[member];
        return typeof id === "string" && id.length >= 8 ? [id] : [];
      })
    : [];
  const located = (entity ?? headers["location"])?.match(GUID)?.at(-1);
  if (located !== undefined) ids.push(located);
  if (request.method === "PUT") ids.push(request.path);
  return ids.map((id) => id.toLowerCase());
}

const NOT_YET =
  /^(running|inprogress|in progress|working|accepted|creating|updating|deleting|notstarted|started|provisioning|canceling|waiting|ready)$/i;

/** A poll's answer turned into one of a failed operation, in the shapes in use; undefined when it shows no state. */
function failedBody(body: unknown, error: { code: string; message: string }): unknown {
  if (!isRecord(body)) return undefined;
  if (isRecord(body["state"]) && typeof body["state"]["id"] === "string")
    return { ...body, state: { ...body["state"], id: "Failed" }, error };
  if (typeof body["statuscode"] === "number" && typeof body["statecode"] === "number")
    return { ...body, statecode: 3, statuscode: 31, friendlymessage: error.message, message: error.message };
  if (typeof body["status"] === "string") return { ...body, status: "Failed", error };
  if (isRecord(body["properties"]) && typeof body["properties"]["provisioningState"] === "string")
    return { ...body, properties: { ...body["properties"], provisioningState: "Failed" } };
  return undefined;
}

/** True for an answer that says: come again. */
function isUnderWay({ status, body }: SandboxResponse): boolean {
  if (status === 202) return true;
  if (!isRecord(body)) return false;
  const state = isRecord(body["state"]) ? body["state"]["id"] : body["status"];
  if (typeof state === "string") return NOT_YET.test(state);
  if (typeof body["statecode"] === "number") return body["statecode"] !== 3;
  const properties = body["properties"];
  return isRecord(properties) && NOT_YET.test(String(properties["provisioningState"]));
}

export function createExchanges(world: World): Exchanges {
  const reads = new Map<string, SandboxResponse>();
  const underWay = new Map<string, SandboxResponse>();
  const created = new Map<string, number>();

  function keep<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key);
    map.set(key, value);
    const oldest = map.size > REMEMBERED ? map.keys().next().value : undefined;
    if (oldest !== undefined) map.delete(oldest);
  }

  function isNew(id: string, forMs: number): boolean {
    const at = created.get(id.toLowerCase());
    return at !== undefined && world.now() - at < forMs;
  }

  function unreplicated(
    service: string,
    request: SandboxRequest,
    answer: SandboxResponse,
    forMs: number,
  ): SandboxResponse | undefined {
    if (answer.status !== 200) return undefined;
    const path = decodeURIComponent(request.path).toLowerCase();
    for (const [id, at] of created)
      if (world.now() - at < forMs && path.includes(id)) return refusalIn(service, 404, request, world);
    if (!isRecord(answer.body) || !Array.isArray(answer.body["value"])) return undefined;
    const rows: unknown[] = answer.body["value"];
    const visible = rows.filter(
      (row) =>
        !isRecord(row) ||
        !Object.values(row).some((value) => typeof value === "string" && isNew(value, forMs)),
    );
    return visible.length === rows.length
      ? undefined
      : { ...answer, body: { ...answer.body, value: visible } };
  }

  function operated(
    action: Extract<FaultAction, { kind: "operation" }>,
    service: string,
    request: SandboxRequest,
    answer: SandboxResponse,
  ): SandboxResponse | undefined {
    if (action.outcome === "vanished") return refusalIn(service, 404, request, world);
    if (action.outcome === "stuck") return isUnderWay(answer) ? undefined : underWay.get(keyOf(request));
    const body = failedBody(answer.body, {
      code: action.code ?? "OperationFailed",
      message: action.message ?? "The operation failed.",
    });
    return body === undefined ? undefined : { ...answer, status: 200, body };
  }

  return {
    can(fault, request) {
      const { action, when } = fault;
      switch (action.kind) {
        case "stale":
          return request.method === "GET" && reads.has(keyOf(request));
        case "replication":
          return request.method === "GET";
        case "operation":
          return request.method === "GET" && (when?.url !== undefined || POLL.test(request.path));
        default:
          return true;
      }
    },
    falsify({ action }, service, request, sent) {
      const answer = readable(sent);
      switch (action.kind) {
        case "stale":
          return reads.get(keyOf(request));
        case "replication":
          return unreplicated(service, request, answer, durationMs(action.for) ?? 0);
        case "operation":
          return operated(action, service, request, answer);
        default:
          return undefined;
      }
    },
    remember(faults, request, sent) {
      if (faults.length === 0) return;
      const answer = readable(sent);
      for (const { action } of faults) {
        if (action.kind === "stale" && request.method === "GET") keep(reads, keyOf(request), frozen(answer));
        if (action.kind === "operation" && request.method === "GET" && isUnderWay(answer))
          keep(underWay, keyOf(request), frozen(answer));
        if (action.kind === "replication")
          for (const id of createdIds(request, answer)) if (!created.has(id)) keep(created, id, world.now());
      }
    },
    forget() {
      reads.clear();
      underWay.clear();
      created.clear();
    },
  };
}
