import type { Fate } from "./delivery.ts";
import { Refusal, type SandboxRequest, type SandboxResponse } from "./exchange.ts";
import { createExchanges } from "./faults/answers.ts";
import { durationMs, type FaultAction } from "./faults/definition.ts";
import { refusalIn, throttled } from "./faults/dialects.ts";
import { createFaultBox, type FaultBox, type Strike } from "./faults/fault-box.ts";
import { callerOf, type TokenState, verifyToken } from "./tokens.ts";
import type { FakeService, HostedWorld, World } from "./world.ts";

/** What becomes of a request. */
export interface Outcome {
  readonly answer: SandboxResponse;
  readonly fate: Fate;
  /** Names of the faults that struck. */
  readonly faults: readonly string[];
  /** By how much the server's clock was wrong, in milliseconds. */
  readonly skewMs: number;
}

export interface Answering {
  readonly faults: FaultBox;
  answer(request: Omit<SandboxRequest, "caller">, service: FakeService): Promise<Outcome>;
  /** True when a fault keeps the host's name from being resolved for a proxy. */
  hides(host: string, service: FakeService): boolean;
  clearFaults(): void;
}

/** Faults that need something to falsify; without it they are spared for a later request. */
/** Faults that can befall one part of a batch, whose answer is words inside the batch's own. */
const FITS_A_PART = new Set<FaultAction["kind"]>(["throttle", "fail", "respond"]);
const NEEDS_MATTER = new Set<FaultAction["kind"]>(["stale", "replication", "operation"]);
const WHOLE: Fate = { kind: "whole" };
const RETRY_AFTER_SECONDS = 10;
/** Marks the answer that stands for a failed name resolution: over loopback no resolver is asked. */
export const UNRESOLVED_HEADER = "x-sandbox-fault";

/** The token key and what has expired; read without marking the slice as changed. */
export function tokenState(world: World): TokenState {
  return (world.state.services["entra"] as { tokens: TokenState }).tokens;
}

/**
 * Makes every token issued so far count as expired. Tokens carry whole seconds, so the clock moves on to the next
 * one: what is issued afterwards is valid.
 */
export function expireTokens(world: World): void {
  const tokens = world.slice<{ tokens: TokenState }>("entra").tokens;
  tokens.notBefore = Math.ceil(world.now() / 1000) * 1000 + 1000;
  world.clock.advance(tokens.notBefore - world.now());
}

/** The same world on a clock that is wrong by `skewMs`. */
function skewed(world: World, skewMs: number): World {
  if (skewMs === 0) return world;
  const now = (): number => world.now() + skewMs;
  return { ...world, now, iso: () => new Date(now()).toISOString() };
}

function waitOf(action: FaultAction, draw: number): number {
  if (action.kind !== "delay") return 0;
  if (typeof action.ms === "number") return action.ms;
  const [from, to] = action.ms;
  return from + draw * (to - from);
}

/** `Retry-After` in seconds, as a date, or not at all. */
function withRetryAfter(
  answer: SandboxResponse,
  seconds: number | undefined,
  as: "seconds" | "date" | "none",
  nowMs: number,
): SandboxResponse {
  if (seconds === undefined || as === "none") return answer;
  const value =
    as === "date"
      ? new Date(Math.ceil((nowMs + seconds * 1000) / 1000) * 1000).toUTCString()
      : String(seconds);
  return { ...answer, headers: { ...answer.headers, "Retry-After": value } };
}

/** The answer of a fault that keeps the request from being executed. */
function insteadOf(
  action: FaultAction,
  service: string,
  request: SandboxRequest,
  world: World,
): SandboxResponse | undefined {
  switch (action.kind) {
    case "throttle":
      return withRetryAfter(
        throttled(service, request, world, action.limit),
        action.retryAfter ?? RETRY_AFTER_SECONDS,
        action.as ?? "seconds",
        world.now(),
      );
    case "fail":
      return withRetryAfter(
        refusalIn(service, action.status, request, world),
        action.retryAfter,
        "seconds",
        world.now(),
      );
    case "respond":
      return { status: action.status, headers: action.headers ?? {}, body: action.body };
    case "no-dns":
      return {
        status: 421,
        headers: { [UNRESOLVED_HEADER]: "no-dns" },
        body: { error: { code: "HostNotResolved", message: `The name ${request.host} cannot be resolved.` } },
      };
    default:
      return undefined;
  }
}

function broken(answer: SandboxResponse): SandboxResponse {
  const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? {});
  return { ...answer, body: text.slice(0, Math.max(1, text.length >> 1)) };
}

function fateOf(action: FaultAction | undefined): Fate {
  if (action?.kind === "drop" || action?.kind === "drop-after") return { kind: "reset" };
  if (action?.kind === "truncate")
    return { kind: "truncated", as: action.as ?? "length", bytes: action.bytes };
  return WHOLE;
}

/** Takes a request through faults, token check and the service. */
export function createAnswering(world: HostedWorld): Answering {
  const faults = createFaultBox(() => world.now());
  const exchanges = createExchanges(world);

  async function byService(
    request: Omit<SandboxRequest, "caller">,
    service: FakeService,
    view: World,
    partFault?: SandboxRequest["partFault"],
  ): Promise<SandboxResponse> {
    let caller: SandboxRequest["caller"];
    const audiences = service.audiences(request.host);
    if (audiences !== undefined) {
      const { signingKey, notBefore } = tokenState(world);
      const verdict = verifyToken(
        request.headers["authorization"],
        signingKey,
        audiences,
        view.now(),
        notBefore,
      );
      if (verdict.kind !== "valid")
        return service.unauthorized(verdict.kind, { ...request, caller: undefined }, view);
      caller = callerOf(verdict.claims);
    }
    try {
      const whole = partFault === undefined ? { ...request, caller } : { ...request, caller, partFault };
      return await service.handle(whole, view);
    } catch (error) {
      if (error instanceof Refusal) return error.response;
      throw error;
    }
  }

  /** What the client gets of the true answer. */
  function falsified(
    strike: Strike | undefined,
    service: string,
    request: SandboxRequest,
    answer: SandboxResponse,
  ): SandboxResponse {
    if (strike === undefined) return answer;
    if (strike.action.kind === "malformed") return broken(answer);
    if (!NEEDS_MATTER.has(strike.action.kind)) return answer;
    const falsehood = exchanges.falsify(strike, service, request, answer);
    if (falsehood === undefined) faults.spare(strike);
    return falsehood ?? answer;
  }

  return {
    faults,
    async answer(request, service) {
      if (faults.armed.length === 0)
        return { answer: await byService(request, service, world), fate: WHOLE, faults: [], skewMs: 0 };
      const anonymous: SandboxRequest = { ...request, caller: undefined };
      const strikes = faults.strike(service.name, anonymous, (fault) => exchanges.can(fault, anonymous));
      let skewMs = 0;
      for (const { action, draw } of strikes) {
        if (action.kind === "skew") skewMs += durationMs(action.by) ?? 0;
        if (action.kind === "expire-tokens") expireTokens(world);
        const wait = waitOf(action, draw);
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      }
      const view = skewed(world, skewMs);
      const strike = strikes.find(({ action }) => !["delay", "skew", "expire-tokens"].includes(action.kind));
      const names = strikes.map(({ fault }) => fault.name);
      if (strike?.action.kind === "drop")
        return { answer: { status: 0 }, fate: fateOf(strike.action), faults: names, skewMs };
      const instead = strike && insteadOf(strike.action, service.name, anonymous, view);
      if (instead !== undefined) return { answer: instead, fate: WHOLE, faults: names, skewMs };
      const answer = await byService(request, service, view, (part) => {
        const [struck] = faults.strike(service.name, part, ({ action }) => FITS_A_PART.has(action.kind));
        if (struck !== undefined) names.push(struck.fault.name);
        return struck && insteadOf(struck.action, service.name, part, view);
      });
      const shown = falsified(strike, service.name, anonymous, answer);
      exchanges.remember(faults.armed, anonymous, answer);
      const idle = shown === answer && strike !== undefined && NEEDS_MATTER.has(strike.action.kind);
      return {
        answer: shown,
        fate: fateOf(strike?.action),
        faults: idle ? names.filter((name) => name !== strike.fault.name) : names,
        skewMs,
      };
    },
    hides(host, service) {
      const url = new URL(`https://${host}/`);
      const connect: SandboxRequest = {
        method: "CONNECT",
        url,
        host,
        path: "/",
        query: url.searchParams,
        headers: {},
        text: "",
        caller: undefined,
      };
      return faults.strike(service.name, connect, ({ action }) => action.kind === "no-dns").length > 0;
    },
    clearFaults() {
      faults.clear();
      exchanges.forget();
    },
  };
}
