/** Counts requests by the second of the wall clock, for the last minute's total. */
export interface Pace {
  /** One request more. */
  count(): void;
  /** Requests of the last 60 real seconds. */
  lastMinute(): number;
}

const SECONDS = 60;

export function createPace(nowMs: () => number = () => performance.now()): Pace {
  const counts = new Uint32Array(SECONDS);
  let latest = Math.floor(nowMs() / 1_000);

  /** Empties the seconds that have come round since the last look. */
  function catchUp(): void {
    const second = Math.floor(nowMs() / 1_000);
    for (let passed = Math.max(latest + 1, second - SECONDS + 1); passed <= second; passed += 1)
      counts[passed % SECONDS] = 0;
    latest = second;
  }

  return {
    count() {
      catchUp();
      counts[latest % SECONDS] = (counts[latest % SECONDS] ?? 0) + 1;
    },
    lastMinute() {
      catchUp();
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
