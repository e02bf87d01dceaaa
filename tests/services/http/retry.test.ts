import { describe, expect, it } from "vitest";
import { backoffMs, isTransient, retryAfterMs } from "../../../src/services/http/retry.ts";

const header =
  (values: Record<string, string>) =>
  (name: string): string | undefined =>
    values[name];

describe("Retry-After", () => {
  const now = Date.UTC(2026, 10, 25, 8, 0, 0);
  it.each([
    [{ "retry-after": "30" }, 30_000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "Wed, 25 Nov 2026 08:01:00 GMT" }, 60_000],
    [{ "retry-after": "Wed, 25 Nov 2026 07:00:00 GMT" }, 0],
    [{ "retry-after": "00:01:30" }, 90_000],
    [{ "retry-after-ms": "250", "retry-after": "9" }, 250],
    [{ "retry-after": "soon" }, undefined],
    [{}, undefined],
  ])("%j asks for %s ms", (headers, expected) => {
    expect(retryAfterMs(header(headers), now)).toBe(expected);
  });
});

describe("what may be tried again", () => {
  it.each([
    ["GET", 500, false, true],
    ["GET", 400, false, false],
    ["GET", 403, false, false],
    ["PUT", 503, false, true],
    ["POST", 503, false, false],
    ["POST", 503, true, true],
    ["POST", 429, false, true],
    ["POST", 500, true, false],
    ["DELETE", 504, false, true],
  ] as const)("%s after %i (Retry-After %s): %s", (method, status, hasRetryAfter, expected) => {
    expect(isTransient(status, { method, url: "https://example.org" }, hasRetryAfter)).toBe(expected);
  });

  it("backs off longer each time, within bounds", () => {
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      const least = backoffMs(attempt, () => 0);
      const most = backoffMs(attempt, () => 1);
      expect(least).toBeLessThanOrEqual(most);
      expect(most).toBeLessThanOrEqual(30_000);
    }
    expect(backoffMs(3, () => 0)).toBeGreaterThan(backoffMs(1, () => 1) / 2);
  });
});
