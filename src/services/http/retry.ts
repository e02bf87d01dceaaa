import { meaningOf } from "./retry-table.ts";
import type { HttpRequest } from "./types.ts";

/** Attempts in all, the first included. */
export const MAX_ATTEMPTS = 6;
/** A server that asks for a longer wait than this is not waited for. */
export const MAX_RETRY_AFTER_MS = 15 * 60_000;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;

/**
 * Milliseconds a `Retry-After` family header asks for; undefined when there is none or it is unreadable.
 * Forms in use: seconds (also fractional, Microsoft Graph), HTTP date (RFC 9110 §10.2.3), `HH:MM:SS`, and Azure's
 * `retry-after-ms`.
 */
export function retryAfterMs(
  header: (name: string) => string | undefined,
  nowMs: number,
): number | undefined {
  const milliseconds = header("retry-after-ms") ?? header("x-ms-retry-after-ms");
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Number(milliseconds);
  const value = header("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
  const clock = /^(\d+):(\d\d):(\d\d)$/.exec(value);
  if (clock !== null) return (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Exponential backoff with full jitter; `attempt` counts from 1. */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return ceiling / 2 + random() * (ceiling / 2);
}

export function isRepeatable(request: HttpRequest): boolean {
  return request.repeatable ?? request.method !== "POST";
}

/** May a request be tried again after this status? See `RETRY_RULES`. */
export function isTransient(status: number, request: HttpRequest, hasRetryAfter: boolean): boolean {
  const meaning = meaningOf(status, hasRetryAfter);
  return meaning === "nothing was done" || (meaning === "unclear" && isRepeatable(request));
}
