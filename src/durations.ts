const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `45 s`, `3 min`, `1 h 40 min`, `2 d 3 h`: two units at most, rounded to the smaller one. */
export function formatDuration(ms: number): string {
  if (ms < 9_950) return `${(Math.max(0, ms) / SECOND).toFixed(1)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(ms / HOUR);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, min: MINUTE, h: HOUR, d: DAY };

/** Milliseconds of `90s`, `30m`, `1h30m`, `2 h` or `0`; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const compact = text.replace(/\s+/g, "").toLowerCase();
  if (compact === "0") return 0;
  if (!/^(\d+(\.\d+)?(min|[smhd]))+$/.test(compact)) return undefined;
  let total = 0;
  for (const part of compact.matchAll(/(\d+(?:\.\d+)?)(min|[smhd])/g))
    total += Number(part[1]) * (UNITS[part[2] ?? ""] ?? 0);
  return total;
}
