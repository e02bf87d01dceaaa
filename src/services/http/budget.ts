import type { Clock } from "../../clock.ts";
import type { ServiceName } from "../../cloud.ts";

/**
 * How much a service is asked at once, and when it is left alone. One budget a host: whoever is told to wait makes
 * everybody wait, so that a throttled service is not pushed further by all the others.
 */
export interface Limits {
  /** Requests in flight. */
  readonly concurrent: number;
  /** What the service documents for one user in a sliding window; psc stays a tenth below. */
  readonly window?: { readonly ms: number; readonly requests: number; readonly busyMs: number };
  readonly source: string;
}

export const LIMITS: Readonly<Record<ServiceName, Limits>> = {
  login: { concurrent: 4, source: "psc's own moderation" },
  graph: {
    concurrent: 8,
    source:
      "Microsoft Graph service-specific throttling limits: thousands of resource units in 10 s; `x-ms-throttle-limit-percentage` tells from 0.8 on how close one is",
  },
  arm: {
    concurrent: 8,
    source:
      "Throttling Resource Manager requests: `x-ms-ratelimit-remaining-…` tells what is left; numbers differ by subscription and are not assumed",
  },
  bap: { concurrent: 4, source: "no public figure; psc's own moderation" },
  powerPlatform: { concurrent: 4, source: "no public figure; psc's own moderation" },
  dataverse: {
    concurrent: 10,
    window: { ms: 300_000, requests: 6_000, busyMs: 1_200_000 },
    source:
      "Service protection API limits: 6,000 requests, 20 minutes of execution and 52 at once, in 5 minutes; `x-ms-dop-hint` advises the parallelism",
  },
  healthBot: { concurrent: 2, source: "no public figure; psc's own moderation" },
  storage: { concurrent: 4, source: "Azure Storage scalability targets are far above what psc asks" },
  keyVault: { concurrent: 2, source: "Azure Key Vault service limits are far above what psc reads" },
};

/** What a budget learns from an answer. */
export interface Heard {
  readonly status: number;
  header(name: string): string | undefined;
}

export interface Budget {
  /**
   * Runs one try as soon as the budget allows it.
   * @param counts as how many requests the service counts it.
   */
  run<T>(task: () => Promise<T>, counts: number, signal?: AbortSignal): Promise<T>;
  heard(answer: Heard): void;
  /** Nothing is begun before so many milliseconds have passed. False when that was so already. */
  hold(ms: number): boolean;
}

/** Dataverse's hint is for bulk loads; psc has other services to attend to. */
const MOST_HINTED = 20;
/** Share of a documented limit that psc takes at most: others use the same account. */
const SHARE = 0.9;
/** With fewer requests left than this, one at a time goes. */
const SCARCE = 10;
const SCARCE_SHARE = 0.8;
const REMAINING = [
  ...["subscription", "tenant"].flatMap((scope) =>
    ["reads", "writes", "deletes", "global-reads", "global-writes", "global-deletes"].map(
      (bucket) => `x-ms-ratelimit-remaining-${scope}-${bucket}`,
    ),
  ),
  "x-ms-ratelimit-burst-remaining-xrm-requests",
];

/** True when the answer says that little is left. */
export function isScarce({ header }: Heard): boolean {
  const left = REMAINING.flatMap((name) => {
    const value = header(name);
    return value !== undefined && /^\d+$/.test(value) ? [Number(value)] : [];
  });
  if (left.some((number) => number < SCARCE)) return true;
  const share = Number(header("x-ms-throttle-limit-percentage"));
  return !Number.isNaN(share) && share >= SCARCE_SHARE;
}

export function createBudget(limits: Limits, clock: Clock, random: () => number): Budget {
  let most = limits.concurrent;
  /** Not whole: grows by a share with every answer. */
  let allowed = most;
  let scarce = false;
  let inFlight = 0;
  let heldUntil = 0;
  const waiting: (() => void)[] = [];
  const window: { readonly at: number; readonly counts: number; readonly busyMs: number }[] = [];

  const limit = (): number => (scarce ? 1 : Math.max(1, Math.floor(allowed)));

  /** Milliseconds until the documented window has room again. */
  function untilRoom(counts: number): number {
    const { window: documented } = limits;
    if (documented === undefined) return 0;
    while (window.length > 0 && (window[0]?.at ?? 0) <= clock.now() - documented.ms) window.shift();
    let requests = counts;
    let busyMs = 0;
    for (const entry of window) {
      requests += entry.counts;
      busyMs += entry.busyMs;
    }
    const isFull = requests > documented.requests * SHARE || busyMs > documented.busyMs * SHARE;
    const oldest = window[0];
    return isFull && oldest !== undefined ? oldest.at + documented.ms - clock.now() : 0;
  }

  async function admitted(counts: number, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const pause = Math.max(heldUntil - clock.now(), untilRoom(counts));
      if (pause > 0) await clock.sleep(pause, signal);
      else if (inFlight < limit()) {
        inFlight += 1;
        return;
      } else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  function wake(): void {
    for (let free = limit() - inFlight; free > 0 && waiting.length > 0; free -= 1) waiting.shift()?.();
  }

  return {
    async run(task, counts, signal) {
      await admitted(counts, signal);
      const began = clock.now();
      try {
        return await task();
      } finally {
        inFlight -= 1;
        if (limits.window !== undefined)
          window.push({ at: clock.now(), counts, busyMs: clock.now() - began });
        wake();
      }
    },
    heard(answer) {
      const hint = Number(answer.header("x-ms-dop-hint"));
      if (Number.isInteger(hint) && hint > 0) most = Math.min(hint, MOST_HINTED);
      scarce = isScarce(answer);
      if (answer.status === 429) allowed = Math.max(1, allowed / 2);
      else if (answer.status < 400) allowed = Math.min(most, allowed + 1 / Math.max(1, allowed));
      allowed = Math.min(allowed, most);
      wake();
    },
    hold(ms) {
      // A little later than told, and not all at the same moment as others who were told the same.
      const until = clock.now() + ms + Math.round(random() * Math.min(1_000, ms / 10));
      if (until <= heldUntil) return false;
      const isNew = heldUntil <= clock.now();
      heldUntil = until;
      return isNew;
    },
  };
}
