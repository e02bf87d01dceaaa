/** Sandbox time: starts at `origin`, runs `speed` times as fast as the wall clock, and can be moved forward. */
export interface SandboxClock {
  readonly speed: number;
  now(): number;
  setSpeed(speed: number): void;
  advance(ms: number): void;
}

/** An hour of sandbox time passes in about a second. */
export const DEFAULT_SPEED = 3600;

export function createSandboxClock(options: { speed?: number; origin?: number } = {}): SandboxClock {
  let speed = options.speed ?? DEFAULT_SPEED;
  let base = options.origin ?? Date.now();
  let since = performance.now();
  const now = (): number => base + (performance.now() - since) * speed;
  const rebase = (next: number): void => {
    base = next;
    since = performance.now();
  };
  return {
    get speed() {
      return speed;
    },
    now: () => Math.floor(now()),
    setSpeed(next) {
      rebase(now());
      speed = next;
    },
    advance(ms) {
      rebase(now() + ms);
    },
  };
}
