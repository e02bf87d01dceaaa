import { Refusal } from "../exchange.ts";
import type { Session } from "./session.ts";
import type { OrganizationState } from "./state.ts";

/**
 * Service protection limits ("Service protection API limits", developer guide): per user in a sliding window of five
 * minutes of sandbox time. What a request costs is the sandbox's own estimate; the number of concurrent requests is not
 * measured, since requests are answered one by one.
 */

const WINDOW_MS = 300_000;
const SLICE_MS = 5_000;
export const REQUEST_LIMIT = 6000;
export const EXECUTION_LIMIT_MS = 1_200_000;

export type Protection = "requests" | "execution" | "concurrency";

const TEXTS: Readonly<Record<Protection, readonly [code: string, message: (limit: number) => string]>> = {
  requests: [
    "0x80072322",
    (limit) => `Number of requests exceeded the limit of ${limit} over time window of 300 seconds.`,
  ],
  execution: [
    "0x80072321",
    (limit) =>
      `Combined execution time of incoming requests exceeded limit of ${limit} milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.`,
  ],
  concurrency: ["0x80072326", (limit) => `Number of concurrent requests exceeded the limit of ${limit}.`],
};

export function protectionRefusal(kind: Protection, limit: number, retryAfterSeconds: number): Refusal {
  const [code, message] = TEXTS[kind];
  return new Refusal({
    status: 429,
    headers: { "Retry-After": String(retryAfterSeconds) },
    body: { error: { code, message: message(limit) } },
  });
}

/** What one user asked for during five seconds. */
interface Slice {
  readonly start: number;
  requests: number;
  executionMs: number;
}

/**
 * Counters of the web server, by organization and user. A restarted sandbox is a fresh web server: it has not counted
 * anything, as a real one that joins has not.
 */
const counters = new WeakMap<OrganizationState, Map<string, Slice[]>>();

function slicesOf(organization: OrganizationState, userId: string, now: number): Slice[] {
  const users = counters.get(organization) ?? new Map<string, Slice[]>();
  counters.set(organization, users);
  const kept = (users.get(userId) ?? []).filter(({ start }) => start > now - WINDOW_MS && start <= now);
  users.set(userId, kept);
  return kept;
}

/** Seconds until enough has left the window for one more request. */
function wait(slices: readonly Slice[], now: number, excess: number, of: (slice: Slice) => number): number {
  let left = excess;
  for (const slice of slices) {
    left -= of(slice);
    if (left < 0) return Math.max(1, Math.ceil((slice.start + WINDOW_MS - now) / 1000));
  }
  return WINDOW_MS / 1000;
}

export interface Allowance {
  readonly requests: number;
  readonly executionMs: number;
}

/**
 * Counts a request of the session's user, or refuses it with 429. A refused request counts as well, so that the wait
 * grows while the client keeps pushing.
 */
export function countRequest(session: Session, executionMs: number): Allowance {
  const { organization, userId, world } = session;
  const now = world.now();
  const slices = slicesOf(organization, userId, now);
  const start = now - (now % SLICE_MS);
  let current = slices.at(-1);
  if (current === undefined || current.start !== start) {
    current = { start, requests: 0, executionMs: 0 };
    slices.push(current);
  }
  const requestLimit = organization.limits?.requests ?? REQUEST_LIMIT;
  const executionLimit = organization.limits?.executionMs ?? EXECUTION_LIMIT_MS;
  const sum = (of: (slice: Slice) => number): number => slices.reduce((total, slice) => total + of(slice), 0);
  const requests = sum((slice) => slice.requests);
  const execution = sum((slice) => slice.executionMs);
  current.requests += 1;
  if (requests >= requestLimit)
    throw protectionRefusal(
      "requests",
      requestLimit,
      wait(slices, now, requests + 1 - requestLimit, (slice) => slice.requests),
    );
  if (execution >= executionLimit)
    throw protectionRefusal(
      "execution",
      executionLimit,
      wait(slices, now, execution - executionLimit, (slice) => slice.executionMs),
    );
  current.executionMs += executionMs;
  return {
    requests: requestLimit - requests - 1,
    executionMs: Math.max(0, executionLimit - execution - executionMs),
  };
}

const SECONDS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function allowanceHeaders({ requests, executionMs }: Allowance): Record<string, string> {
  return {
    "x-ms-ratelimit-burst-remaining-xrm-requests": String(requests),
    "x-ms-ratelimit-time-remaining-xrm-requests": SECONDS.format(executionMs / 1000),
  };
}

/** Estimated milliseconds a request takes the service: publishing and importing are known to be slow. */
export function executionCost(method: string, path: string): number {
  if (/^(PublishXml|PublishAllXml)\b/.test(path)) return 15_000;
  if (/^(StageSolution|ImportSolutionAsync|StageAndUpgradeAsync|DeleteAndPromote)\b/.test(path))
    return 20_000;
  return method === "GET" ? 20 : 100;
}
