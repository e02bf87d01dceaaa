/**
 * The engine's only source of time. Against real clouds it is the system clock; against the sandbox it runs
 * as fast as the sandbox's own clock, so that an hour of waiting costs about a second.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds of this clock; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

export const systemClock: Clock = { now: () => Date.now(), sleep: realSleep };

/** A clock that started at `origin` (ms since the epoch) when the call was made and runs `speed` times as fast. */
export function scaledClock(speed: number, origin: number): Clock {
  const started = performance.now();
  return {
    now: () => origin + (performance.now() - started) * speed,
    sleep: (ms, signal) => realSleep(Math.max(1, ms / speed), signal),
  };
}
