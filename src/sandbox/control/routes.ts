import { z } from "zod";
import { type Answering, expireTokens } from "../answering.ts";
import type { Pace } from "../console/pace.ts";
import { consoleRoutes } from "../console/routes.ts";
import { forgetIndexes } from "../dataverse/table-index.ts";
import { trustedIssuers, trustIssuer } from "../entra/trusted-issuers.ts";
import {
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import {
  checkFault,
  checkFaultFile,
  type DefinitionProblem,
  durationMs,
  type Fault,
  pathWords,
} from "../faults/definition.ts";
import type { Keeping } from "../keeping.ts";
import { liveChatControlRoutes } from "../live-chat/control-routes.ts";
import { PERSON_ACTIONS } from "../person/actions.ts";
import { createGateBoard } from "../person/gate-board.ts";
import { seedEnvironmentFromBody } from "../power-platform/environments.ts";
import type { LoggedRequest, RequestLog } from "../request-log.ts";
import { matchRoute, type Route, route } from "../routes.ts";
import { SANDBOX_SERVICES } from "../services.ts";
import { knownHosts } from "../tls/known-hosts.ts";
import { withheldIn, withhold } from "../withheld.ts";
import type { HostedWorld } from "../world.ts";
import { editState, locate } from "./state-editing.ts";

export interface ControlContext {
  readonly world: HostedWorld;
  readonly answering: Answering;
  readonly log: RequestLog;
  readonly keeping: Keeping;
  readonly pace: Pace;
  /** Certificate authority of a sandbox that serves TLS. */
  caFile(): string | undefined;
  close(): Promise<void>;
}

function refuse(status: number, message: string): never {
  throw new Refusal({ status, body: { error: { code: "SandboxControl", message } } });
}

function bodyOf(request: SandboxRequest): JsonObject {
  return jsonBody(request) ?? refuse(400, "the body must be a JSON object");
}

function refuseDefinition(problems: readonly DefinitionProblem[]): never {
  refuse(
    400,
    problems
      .map(({ path, message }) => `${path.length === 0 ? "the fault" : pathWords(path)} ${message}`)
      .join("; "),
  );
}

/** A name that no service has would never match, and nobody would notice. */
function requireService(fault: Fault): void {
  const name = fault.when?.service;
  const known = SANDBOX_SERVICES.map((service) => service.name);
  if (name !== undefined && !known.includes(name))
    refuse(400, `no service is called "${name}"; known: ${known.join(", ")}`);
}

const clockBody = z.strictObject({
  speed: z.number().positive().optional(),
  paused: z.boolean().optional(),
  /** Sandbox milliseconds to move forward. */
  advanceMs: z.number().min(0).optional(),
  /** The same as a duration. */
  jump: z.string().optional(),
});

const withheldBody = z.strictObject({
  withheld: z.array(z.string().min(1)),
  except: z.array(z.string().min(1)).default([]),
});

function changeClock(world: HostedWorld, body: JsonObject): void {
  const parsed = clockBody.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = issue?.code === "unrecognized_keys" ? issue.keys.join(", ") : issue?.path.join(".");
    refuse(
      400,
      `a clock takes \`speed\` (above 0), \`paused\` (true or false), \`advanceMs\` (not negative) and \`jump\` (such as "2h"); look at ${name}`,
    );
  }
  const { speed, paused, advanceMs, jump } = parsed.data;
  const jumpMs = jump === undefined ? 0 : (durationMs(jump) ?? -1);
  if (jumpMs < 0) refuse(400, `"${jump}" is no way to jump: give a duration such as 90s, 10m or 2h`);
  if (speed !== undefined) world.clock.setSpeed(speed);
  if (paused !== undefined) {
    if (paused) world.clock.pause();
    else world.clock.resume();
  }
  if (advanceMs !== undefined) world.clock.advance(advanceMs);
  if (jumpMs > 0) world.clock.advance(jumpMs);
  world.catchUp();
}

const SNAPSHOT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function snapshotName(name: unknown): string {
  if (typeof name === "string" && SNAPSHOT_NAME.test(name)) return name;
  return refuse(
    400,
    `a snapshot cannot be called ${JSON.stringify(name ?? null)}: use up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit`,
  );
}

function* listed(entries: Iterable<LoggedRequest>): Generator<string> {
  let piece = '{"value":[';
  let first = true;
  for (const entry of entries) {
    piece += `${first ? "" : ","}${JSON.stringify(entry)}`;
    first = false;
    if (piece.length < 64 << 10) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}]}`;
}

function routesOf(context: ControlContext): readonly Route[] {
  const { world, answering, log, keeping } = context;
  const gates = createGateBoard(world, bodyOf);
  const clock = (): object => ({
    now: world.clock.now(),
    iso: world.iso(),
    speed: world.clock.speed,
    paused: world.clock.paused,
    changes: world.clock.changes,
  });
  return [
    route("GET", "/_sandbox/health", () => ({
      status: 200,
      body: {
        sandbox: "psc",
        format: world.state.format,
        pid: process.pid,
        ...(context.caFile() === undefined ? {} : { caFile: context.caFile() }),
      },
    })),
    route("GET", "/_sandbox/requests", (request) => {
      const since = Number(request.query.get("since") ?? "0");
      if (!Number.isInteger(since) || since < 0)
        return refuse(400, `since cannot be "${request.query.get("since")}": give the seq of a request`);
      return { status: 200, stream: listed(log.since(since)) };
    }),
    route("DELETE", "/_sandbox/requests", () => {
      log.clear();
      return { status: 204 };
    }),
    route("GET", "/_sandbox/clock", () => ({ status: 200, body: clock() })),
    route("POST", "/_sandbox/clock", (request) => {
      changeClock(world, bodyOf(request));
      keeping.commitTime();
      return { status: 200, body: clock() };
    }),
    route("GET", "/_sandbox/faults", () => ({ status: 200, body: { value: answering.faults.armed } })),
    route("POST", "/_sandbox/faults", (request) => {
      const body = bodyOf(request);
      if ("faults" in body) {
        const file = checkFaultFile(body);
        if (!file.ok) return refuseDefinition(file.problems);
        const { seed, faults } = file.value;
        faults.forEach(requireService);
        return { status: 201, body: { value: faults.map((fault) => answering.faults.arm(fault, seed)) } };
      }
      const { seed, ...rest } = body;
      if (seed !== undefined && typeof seed !== "string" && typeof seed !== "number")
        return refuse(400, "seed must be a whole number or a word");
      const fault = checkFault(rest);
      if (!fault.ok) return refuseDefinition(fault.problems);
      requireService(fault.value);
      return { status: 201, body: answering.faults.arm(fault.value, seed) };
    }),
    route("DELETE", "/_sandbox/faults", () => {
      answering.clearFaults();
      return { status: 204 };
    }),
    route("DELETE", "/_sandbox/faults/{id}", (request) =>
      answering.faults.disarm(Number(request.params["id"]))
        ? { status: 204 }
        : refuse(404, `no fault has the id ${request.params["id"]}`),
    ),
    route("GET", "/_sandbox/permissions", () => ({ status: 200, body: withheldIn(world) })),
    route("POST", "/_sandbox/permissions", (request) => {
      const parsed = withheldBody.safeParse(bodyOf(request));
      if (!parsed.success)
        return refuse(
          400,
          "permissions take `withheld` and `except`, lists of names in the services' own words; `*` stands for any characters",
        );
      withhold(world, parsed.data);
      return { status: 200, body: parsed.data };
    }),
    route("POST", "/_sandbox/tokens/expire", () => {
      expireTokens(world);
      return { status: 204 };
    }),
    route("GET", "/_sandbox/hosts", () => ({ status: 200, body: { value: knownHosts(world) } })),
    route("GET", "/_sandbox/issuers", () => ({ status: 200, body: { value: trustedIssuers(world) } })),
    route("POST", "/_sandbox/issuers", (request) => {
      const known = trustIssuer(world, bodyOf(request));
      return known === undefined
        ? refuse(400, "an issuer needs `issuer`, an https address, and `keys`, a list of public JWKs")
        : { status: 201, body: known };
    }),
    route("GET", "/_sandbox/state", (request) => {
      const path = request.query.get("path") ?? "";
      const found = locate(world, path).map(({ value }) => value);
      if (found.length === 0) return refuse(404, `the state has nothing at "${path}"`);
      return { status: 200, body: path.includes("*") ? found : found[0] };
    }),
    route("POST", "/_sandbox/state", (request) => {
      const { path, where = {}, set, delete: remove } = bodyOf(request);
      const isObject = (value: unknown): value is JsonObject =>
        typeof value === "object" && value !== null && !Array.isArray(value);
      if (typeof path !== "string" || path === "" || !isObject(where) || isObject(set) === (remove === true))
        return refuse(
          400,
          "an edit needs `path` and either `set` (an object) or `delete: true`; `where` is an object",
        );
      const touched = editState(world, { path, where, set: isObject(set) ? set : undefined });
      forgetIndexes();
      return { status: touched > 0 ? 200 : 404, body: { touched } };
    }),
    route("POST", "/_sandbox/environments", (request) => {
      const created = seedEnvironmentFromBody(world, bodyOf(request));
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
      return { status: 200, body: result };
    }),
    route("GET", "/_sandbox/snapshots", () => ({ status: 200, body: { value: keeping.snapshots.names() } })),
    route("POST", "/_sandbox/snapshots", (request) => {
      const name = snapshotName(bodyOf(request)["name"]);
      keeping.snapshot(name);
      return { status: 201, body: { name } };
    }),
    route("POST", "/_sandbox/snapshots/{name}/restore", (request) => {
      const name = snapshotName(request.params["name"]);
      if (!keeping.restore(name))
        return refuse(
          404,
          `there is no snapshot "${name}"; known: ${keeping.snapshots.names().join(", ") || "none"}`,
        );
      gates.clear();
      return { status: 200, body: { name, ...clock() } };
    }),
    route("DELETE", "/_sandbox/snapshots/{name}", (request) => {
      const name = snapshotName(request.params["name"]);
      return keeping.snapshots.remove(name) ? { status: 204 } : refuse(404, `there is no snapshot "${name}"`);
    }),
    ...gates.routes(),
    ...consoleRoutes({ ...context, gates }),
    ...liveChatControlRoutes(() => keeping.commit()),
    route("POST", "/_sandbox/save", () => {
      keeping.commitTime();
      return { status: 204 };
    }),
    route("POST", "/_sandbox/stop", () => {
      setImmediate(() => void context.close().then(() => process.emit("SIGTERM", "SIGTERM")));
      return { status: 202, body: { stopping: true } };
    }),
  ];
}

/** A page of the open web could post to loopback ports without being asked; what it may not do is lie about its origin. */
function isForeignPage({ headers }: SandboxRequest): boolean {
  const origin = headers["origin"];
  if (origin === undefined) return false;
  const host = URL.canParse(origin) ? new URL(origin).hostname : "";
  return !["127.0.0.1", "localhost", "[::1]"].includes(host);
}

/** The control API: what a test, a demo or `psc sandbox` may do to the fake cloud. Loopback only, no token. */
export function createControl(
  context: ControlContext,
): (request: SandboxRequest) => Promise<SandboxResponse> {
  const routes = routesOf(context);
  return async (request) => {
    if (isForeignPage(request))
      return {
        status: 403,
        body: {
          error: { code: "SandboxControl", message: "pages of other origins may not ask the sandbox" },
        },
      };
    const match = matchRoute(routes, request);
    if (match.kind === "not-found")
      return {
        status: 404,
        body: { error: { code: "NotFound", message: `the control API has no ${request.path}` } },
      };
    if (match.kind === "method-not-allowed")
      return {
        status: 405,
        headers: { Allow: match.allow.join(", ") },
        body: {
          error: { code: "MethodNotAllowed", message: `${request.path} takes ${match.allow.join(", ")}` },
        },
      };
    try {
      const answer = await match.handler(match.request, context.world);
      if (request.method !== "GET") context.keeping.commit();
      return answer;
    } catch (error) {
      if (error instanceof Refusal) return error.response;
      throw error;
    }
  };
}
