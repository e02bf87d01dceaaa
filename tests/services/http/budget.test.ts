import { describe, expect, it } from "vitest";
import type { Clock } from "../../../src/clock.ts";
import { type Budget, createBudget, type Heard, LIMITS } from "../../../src/services/http/budget.ts";

/** A clock on which sleeping takes no time but passes it. */
function handClock(): Clock & { pass(ms: number): void } {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: async (ms) => {
      await Promise.resolve();
      now += ms;
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

const answer = (status: number, headers: Record<string, string> = {}): Heard => ({
  status,
  header: (name) => headers[name],
});

/** How many of `count` tasks run at once. */
async function peakOf(budget: Budget, count: number): Promise<number> {
  let running = 0;
  let peak = 0;
  await Promise.all(
    Array.from({ length: count }, () =>
      budget.run(async () => {
        running += 1;
        peak = Math.max(peak, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      }, 1),
    ),
  );
  return peak;
}

const limits = { concurrent: 8, source: "" };
const noLuck = (): number => 0;

describe("the budget of a service", () => {
  it("lets no more than its limit run at once, and in the end everything", async () => {
    expect(await peakOf(createBudget(limits, handClock(), noLuck), 50)).toBe(8);
  });

  it("takes the parallelism that Dataverse hints at, within reason", async () => {
    const budget = createBudget(LIMITS.dataverse, handClock(), noLuck);
    budget.heard(answer(200, { "x-ms-dop-hint": "2" }));
    expect(await peakOf(budget, 20)).toBe(2);
    budget.heard(answer(200, { "x-ms-dop-hint": "400" }));
    for (let index = 0; index < 1_000; index += 1) budget.heard(answer(200, { "x-ms-dop-hint": "400" }));
    expect(await peakOf(budget, 100)).toBe(20);
  });

  it("halves after every 429 and grows back slowly", async () => {
    const budget = createBudget(limits, handClock(), noLuck);
    budget.heard(answer(429));
    expect(await peakOf(budget, 20)).toBe(4);
    for (let index = 0; index < 10; index += 1) budget.heard(answer(429));
    expect(await peakOf(budget, 20)).toBe(1);
    budget.heard(answer(200));
    expect(await peakOf(budget, 20)).toBe(2);
    for (let index = 0; index < 100; index += 1) budget.heard(answer(200));
    expect(await peakOf(budget, 20)).toBe(8);
  });

  it.each([
    { "x-ms-ratelimit-remaining-subscription-reads": "3" },
    { "x-ms-ratelimit-remaining-subscription-global-writes": "0" },
    { "x-ms-ratelimit-remaining-tenant-reads": "9" },
    { "x-ms-ratelimit-burst-remaining-xrm-requests": "5" },
    { "x-ms-throttle-limit-percentage": "0.93" },
  ] as Record<string, string>[])("goes one by one while little is left: %j", async (headers) => {
    const budget = createBudget(limits, handClock(), noLuck);
    budget.heard(answer(200, headers));
    expect(await peakOf(budget, 10)).toBe(1);
    budget.heard(answer(200, { "x-ms-ratelimit-remaining-subscription-reads": "249" }));
    expect(await peakOf(budget, 20)).toBeGreaterThan(1);
  });

  it("begins nothing while it is held, whoever was told to wait", async () => {
    const clock = handClock();
    const budget = createBudget(limits, clock, noLuck);
    const began = clock.now();
    expect(budget.hold(30_000)).toBe(true);
    expect(budget.hold(20_000)).toBe(false);
    const starts: number[] = [];
    await Promise.all([1, 2, 3].map(() => budget.run(async () => starts.push(clock.now() - began), 1)));
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(30_000);
  });

  it("stays below the requests Dataverse counts in five minutes, parts of batches included", async () => {
    const clock = handClock();
    const budget = createBudget(LIMITS.dataverse, clock, noLuck);
    const began = clock.now();
    for (let batch = 0; batch < 54; batch += 1) await budget.run(async () => {}, 100);
    expect(clock.now()).toBe(began);
    await budget.run(async () => {}, 100);
    expect(clock.now() - began).toBeGreaterThanOrEqual(300_000);
  });

  it("stays below the execution time Dataverse counts in five minutes", async () => {
    const clock = handClock();
    const budget = createBudget(LIMITS.dataverse, clock, noLuck);
    const began = clock.now();
    // Ten at a time for 110 s each: 18 minutes of work.
    await Promise.all(Array.from({ length: 10 }, () => budget.run(async () => clock.pass(11_000), 1)));
    for (let index = 0; index < 4; index += 1) await budget.run(async () => clock.pass(110_000), 1);
    const busy = clock.now() - began;
    await budget.run(async () => {}, 1);
    expect(clock.now() - began).toBeGreaterThanOrEqual(busy);
  });
});
