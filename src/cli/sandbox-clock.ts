import type { Clock } from "../clock.ts";

/** The sandbox's clock as its control API and its answers name it. */
export interface ClockReading {
  /** Sandbox milliseconds since the epoch. */
  readonly now: number;
  readonly speed: number;
  readonly paused: boolean;
  /** How often somebody changed the clock. */
  readonly changes: number;
}

export interface FollowingClock extends Clock {
  /** Takes over what an answer of the sandbox says, when somebody changed its clock. */
  adopt(reading: ClockReading): void;
}

export interface FollowingOptions {
  /** Asks the sandbox for its time. */
  look(): Promise<ClockReading>;
  /** Called once for every pause that keeps a wait from ending. */
  onPaused(): void;
  /** Real milliseconds between two looks during a wait. */
  readonly lookEveryMs?: number;
}

/** `now=1764057600000; speed=3600; paused=false; changes=2` of the header `x-sandbox-clock`. */
export function readClockHeader(text: string): ClockReading | undefined {
  const match = /^now=(\d+); speed=([\d.e+-]+); paused=(true|false); changes=(\d+)$/.exec(text);
  if (match === null) return undefined;
  return {
    now: Number(match[1]),
    speed: Number(match[2]),
    paused: match[3] === "true",
    changes: Number(match[4]),
  };
}

/**
 * A clock that goes as the sandbox's does, also after somebody changed its speed, moved or paused it: every answer
 * names the clock, and a wait that lasts longer than a moment looks again.
 */
export function followingClock(first: ClockReading, options: FollowingOptions): FollowingClock {
  const lookEveryMs = options.lookEveryMs ?? 500;
  let reading = first;
  let since = performance.now();
  let told = false;
  const wakers = new Set<() => void>();

  const now = (): number =>
    reading.paused ? reading.now : reading.now + (performance.now() - since) * reading.speed;

  function adopt(next: ClockReading): void {
    if (next.changes === reading.changes) return;
    reading = next;
    since = performance.now();
    if (!next.paused) told = false;
    for (const wake of wakers) wake();
  }

  /** Ends after real time, when the clock was changed, or when the signal says so. */
  function nap(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        wakers.delete(done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      wakers.add(done);
      signal?.addEventListener("abort", done, { once: true });
    });
  }

  async function lookAgain(): Promise<void> {
    try {
      adopt(await options.look());
    } catch {
      // A sandbox that is gone is reported by the request that needs it.
    }
    if (!reading.paused || told) return;
    told = true;
    options.onPaused();
  }

  return {
    now,
    adopt,
    async sleep(ms, signal) {
      const until = now() + ms;
      do {
        signal?.throwIfAborted();
        const left = reading.paused ? Number.POSITIVE_INFINITY : (until - now()) / reading.speed;
        await nap(Math.max(1, Math.min(left, lookEveryMs)), signal);
        signal?.throwIfAborted();
        if (left > lookEveryMs) await lookAgain();
      } while (now() < until);
    },
  };
}
