/** Sandbox time: starts at `origin` and runs `speed` times as fast as the wall clock, unless it is paused. */
export interface SandboxClock {
  readonly speed: number;
  readonly paused: boolean;
  /** Counts the changes made to the clock, so that a reader notices one without comparing times. */
  readonly changes: number;
  /** Milliseconds since the epoch. */
  now(): number;
  setSpeed(speed: number): void;
  /** Time stands still; it can still be moved. */
  pause(): void;
  resume(): void;
  /** Moves the clock forward. */
  advance(ms: number): void;
  /** Puts the clock to a moment, also an earlier one: what a restored snapshot needs. */
  set(now: number): void;
}

/** An hour of sandbox time passes in about a second. */
export const DEFAULT_SPEED = 3600;

export function createSandboxClock(options: { speed?: number; origin?: number } = {}): SandboxClock {
  let speed = options.speed ?? DEFAULT_SPEED;
  let paused = false;
  let changes = 0;
  let base = options.origin ?? Date.now();
  let since = performance.now();
  const now = (): number => (paused ? base : base + (performance.now() - since) * speed);
  const rebase = (next: number): void => {
    base = next;
    since = performance.now();
    changes += 1;
  };
  return {
    get speed() {
      return speed;
    },
    get paused() {
      return paused;
    },
    get changes() {
      return changes;
    },
    now: () => Math.floor(now()),
    setSpeed(next) {
      rebase(now());
      speed = next;
    },
    pause() {
      rebase(now());
      paused = true;
    },
    resume() {
      rebase(now());
      paused = false;
    },
    advance(ms) {
      rebase(now() + ms);
    },
    set(moment) {
      rebase(moment);
    },
  };
}

/** On every answer of a fake service, so that a client on the sandbox's time notices that somebody changed it. */
export const CLOCK_HEADER = "x-sandbox-clock";

/** `now=1764057600000; speed=3600; paused=false; changes=2`. */
export function clockWords(clock: SandboxClock): string {
  return `now=${clock.now()}; speed=${clock.speed}; paused=${clock.paused}; changes=${clock.changes}`;
}
