import type { HttpClient } from "@azure/core-rest-pipeline";
import type { Clock } from "../../src/clock.ts";

/**
 * Time that passes only while everybody waits: as soon as no request is on its way and nobody is at work, it jumps to
 * the moment the first sleeper wants to be woken. Hours of a deploy cost what its computing costs, and a busy machine
 * cannot make anything late.
 */
export interface VirtualTime {
  readonly clock: Clock;
  /** Requests through the returned client keep time from passing. */
  watch(client: HttpClient): HttpClient;
  /** Keeps time from passing while `work` runs: for what is neither a request nor a sleep. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Ends time: sleepers of runs that were killed sleep on, and nobody moves a clock that is being closed. */
  stop(): void;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop in which something may still follow from what has just ended. */
const TURNS_UNTIL_IDLE = 4;

/**
 * @param origin milliseconds since the epoch at which the sandbox's paused clock stands.
 * @param advance moves the sandbox's clock by as many milliseconds.
 */
export function virtualTime(origin: number, advance: (ms: number) => Promise<void>): VirtualTime {
  let now = origin;
  let busy = 0;
  let checking = false;
  let stopped = false;
  let sleepers: Sleeper[] = [];

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  async function passWhenIdle(): Promise<void> {
    if (checking || stopped) return;
    checking = true;
    try {
      for (;;) {
        for (let turns = 0; turns < TURNS_UNTIL_IDLE; turns += 1) await turn();
        if (stopped || busy > 0 || sleepers.length === 0) return;
        const next = Math.min(...sleepers.map(({ at }) => at));
        if (next > now) {
          await advance(next - now);
          now = next;
        }
        const due = sleepers.filter(({ at }) => at <= now);
        sleepers = sleepers.filter(({ at }) => at > now);
        for (const { wake } of due) wake();
      }
    } catch (error) {
      // Closed in the middle of it.
      if (!stopped) throw error;
    } finally {
      checking = false;
    }
  }

  async function during<T>(work: () => Promise<T>): Promise<T> {
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
      void passWhenIdle();
    }
  }

  return {
    during,
    stop: () => {
      stopped = true;
      sleepers = [];
    },
    watch: (client) => ({ sendRequest: (request) => during(() => client.sendRequest(request)) }),
    clock: {
      now: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) {
            reject(signal.reason);
            return;
          }
          const onAbort = (): void => {
            sleepers = sleepers.filter((other) => other !== sleeper);
            reject(signal?.reason);
          };
          const sleeper: Sleeper = {
            at: now + Math.max(0, ms),
            wake: () => {
              signal?.removeEventListener("abort", onAbort);
              resolve();
            },
          };
          signal?.addEventListener("abort", onAbort, { once: true });
          sleepers.push(sleeper);
          void passWhenIdle();
        }),
    },
  };
}
