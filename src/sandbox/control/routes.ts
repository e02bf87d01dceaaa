import { trustedIssuers, trustIssuer } from "../entra/trusted-issuers.ts";
import {
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import type { Fault, FaultBox } from "../faults.ts";
import { PERSON_ACTIONS } from "../person/actions.ts";
import { seedEnvironmentFromBody } from "../power-platform/environments.ts";
import type { RequestLog } from "../request-log.ts";
import { matchRoute, type Route, route } from "../routes.ts";
import type { TokenState } from "../tokens.ts";
import type { World } from "../world.ts";

export interface ControlContext {
  readonly world: World & { catchUp(): void };
  readonly faults: FaultBox;
  readonly log: RequestLog;
  readonly tokens: TokenState;
  save(): void;
  close(): Promise<void>;
}

function refuse(status: number, message: string): never {
  throw new Refusal({ status, body: { error: { code: "SandboxControl", message } } });
}

function bodyOf(request: SandboxRequest): JsonObject {
  return jsonBody(request) ?? refuse(400, "the body must be a JSON object");
}

/** Follows `service/a/b` or `service/a/*` (every member) through the state; returns the objects it leads to. */
function locate(world: World, path: string): unknown[] {
  let found: unknown[] = [world.state.services];
  for (const step of path.split("/").filter((part) => part !== "")) {
    found = found.flatMap((value) => {
      if (typeof value !== "object" || value === null) return [];
      if (step === "*") return Object.values(value);
      const member = (value as Record<string, unknown>)[decodeURIComponent(step)];
      return member === undefined ? [] : [member];
    });
  }
  return found;
}

function matches(value: unknown, where: JsonObject): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(where).every(([name, wanted]) => (value as Record<string, unknown>)[name] === wanted);
}

/**
 * Changes the tenant behind psc's back: `{path, where?, set?, delete?}`. `path` leads to a table (an object or array
 * of rows); rows that equal every member of `where` get the members of `set`, or are removed with `delete: true`.
 */
function editState(world: World, body: JsonObject): number {
  const where = (body["where"] as JsonObject | undefined) ?? {};
  let touched = 0;
  for (const table of locate(world, String(body["path"] ?? ""))) {
    if (typeof table !== "object" || table === null) continue;
    for (const [key, row] of Object.entries(table)) {
      if (!matches(row, where)) continue;
      touched += 1;
      if (body["delete"] === true) {
        if (Array.isArray(table)) table.splice(table.indexOf(row), 1);
        else delete (table as Record<string, unknown>)[key];
      } else Object.assign(row, body["set"] as JsonObject);
    }
  }
  return touched;
}

function routesOf(context: ControlContext): readonly Route[] {
  const { world, faults, log, tokens } = context;
  const clockBody = (): object => ({ now: world.clock.now(), iso: world.iso(), speed: world.clock.speed });
  return [
    route("GET", "/_sandbox/health", () => ({
      status: 200,
      body: { sandbox: "psc", format: world.state.format, pid: process.pid },
    })),
    route("GET", "/_sandbox/requests", (request) => {
      const since = Number(request.query.get("since") ?? "0");
      return { status: 200, body: { value: log.entries.filter((entry) => entry.seq > since) } };
    }),
    route("DELETE", "/_sandbox/requests", () => {
      log.clear();
      return { status: 204 };
    }),
    route("GET", "/_sandbox/clock", () => ({ status: 200, body: clockBody() })),
    route("POST", "/_sandbox/clock", (request) => {
      const body = bodyOf(request);
      if (typeof body["speed"] === "number") world.clock.setSpeed(body["speed"]);
      if (typeof body["advanceMs"] === "number") world.clock.advance(body["advanceMs"]);
      context.world.catchUp();
      return { status: 200, body: clockBody() };
    }),
    route("GET", "/_sandbox/faults", () => ({ status: 200, body: { value: faults.armed } })),
    route("POST", "/_sandbox/faults", (request) => {
      const body = bodyOf(request);
      if (typeof body["times"] !== "number" || typeof body["action"] !== "object")
        refuse(400, "a fault needs `times` and `action`");
      return { status: 201, body: faults.arm(body as unknown as Fault) };
    }),
    route("DELETE", "/_sandbox/faults", () => {
      faults.clear();
      return { status: 204 };
    }),
    route("POST", "/_sandbox/tokens/expire", () => {
      tokens.notBefore = Math.ceil(world.now() / 1000) * 1000 + 1000;
      world.clock.advance(tokens.notBefore - world.now());
      return { status: 204 };
    }),
    route("GET", "/_sandbox/issuers", () => ({ status: 200, body: { value: trustedIssuers(world) } })),
    route("POST", "/_sandbox/issuers", (request) => {
      const known = trustIssuer(world, bodyOf(request));
      context.save();
      return known === undefined
        ? refuse(400, "an issuer needs `issuer`, an https address, and `keys`, a list of public JWKs")
        : { status: 201, body: known };
    }),
    route("GET", "/_sandbox/state", (request) => {
      const path = request.query.get("path") ?? "";
      const found = locate(world, path);
      return found.length === 0
        ? { status: 404, body: { error: { code: "NotFound", message: path } } }
        : { status: 200, body: path.includes("*") ? found : found[0] };
    }),
    route("POST", "/_sandbox/state", (request) => {
      const touched = editState(world, bodyOf(request));
      context.save();
      return { status: touched > 0 ? 200 : 404, body: { touched } };
    }),
    route("POST", "/_sandbox/environments", (request) => {
      const created = seedEnvironmentFromBody(world, bodyOf(request));
      context.save();
      return { status: 201, body: created };
    }),
    route("POST", "/_sandbox/person/{gate}", (request) => {
      const act = PERSON_ACTIONS[request.params["gate"] ?? ""];
      if (act === undefined)
        return refuse(
          404,
          `nobody knows how to do "${request.params["gate"]}"; known: ${Object.keys(PERSON_ACTIONS).join(", ")}`,
        );
      const result = act(bodyOf(request), world);
      context.save();
      return { status: 200, body: result };
    }),
    route("POST", "/_sandbox/save", () => {
      context.save();
      return { status: 204 };
    }),
    route("POST", "/_sandbox/stop", () => {
      setImmediate(() => void context.close().then(() => process.emit("SIGTERM", "SIGTERM")));
      return { status: 202, body: { stopping: true } };
    }),
  ];
}

/** The control API: what a test, a demo or `psc sandbox` may do to the fake cloud. Loopback only, no token. */
export async function handleControl(
  request: SandboxRequest,
  context: ControlContext,
): Promise<SandboxResponse> {
  const match = matchRoute(routesOf(context), request);
  if (match.kind === "not-found")
    return { status: 404, body: { error: { code: "NotFound", message: request.path } } };
  if (match.kind === "method-not-allowed") return { status: 405, headers: { Allow: match.allow.join(", ") } };
  try {
    return await match.handler(match.request, context.world);
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    throw error;
  }
}
