import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

const GRAPH = "https://graph.microsoft.com/v1.0";
const ARM = "https://management.azure.com";

let cloud: TestSandbox;
beforeEach(async () => {
  cloud = await startTestSandbox({ speed: 1 });
});
afterEach(() => cloud.close());

const arm = (fault: object) => cloud.control("POST", "faults", fault);
const pass = (jump: string) => cloud.control("POST", "clock", { jump });

describe("when", () => {
  const status = async (url = `${GRAPH}/users`, method = "GET") => (await cloud.ask(method, url)).status;
  const action = { kind: "respond", status: 418 };
  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let index = 0; index < count; index += 1) seen.push(await status());
    return seen;
  };

  test("service, method and url narrow it down", async () => {
    await arm({ when: { service: "graph", method: ["GET", "HEAD"], url: "/users\\?x=1$" }, action });
    expect([
      await status(`${GRAPH}/users?x=1`),
      await status(`${GRAPH}/users`),
      await status(`${GRAPH}/users?x=1`, "POST"),
      await status(`${ARM}/users?x=1`),
    ]).toEqual([418, 401, 401, 401]);
  });

  test("nth, skip and times choose among what matches", async () => {
    await arm({ when: { nth: [2, 4] }, action });
    expect(await statuses(5)).toEqual([401, 418, 401, 418, 401]);
    await cloud.control("DELETE", "faults");
    await arm({ when: { skip: 1 }, times: 2, action });
    expect(await statuses(5)).toEqual([401, 418, 418, 401, 401]);
  });

  test("after and until are times of the sandbox", async () => {
    await arm({ when: { after: "10m", until: "20m" }, action });
    expect(await status()).toBe(401);
    await pass("11m");
    expect(await status()).toBe(418);
    await pass("10m");
    expect(await status()).toBe(401);
    const { iso } = (await cloud.control("GET", "clock")).body;
    await arm({ when: { after: iso }, action });
    expect(await status()).toBe(418);
  });

  test("the same seed meets the same requests with the same faults, another seed with others", async () => {
    const run = async (seed: number): Promise<number[]> => {
      await cloud.control("DELETE", "faults");
      const file = { seed, faults: [{ name: "luck", when: { probability: 0.4 }, action }] };
      expect((await cloud.control("POST", "faults", file)).status).toBe(201);
      return statuses(40);
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
    const share = first.filter((each) => each === 418).length / first.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.65);
  });

  test("of several faults the first one armed strikes; delays and clocks come on top", async () => {
    await arm({ name: "one", times: 1, action });
    await arm({ name: "two", times: 1, action: { kind: "respond", status: 419 } });
    await arm({ name: "slow", action: { kind: "delay", ms: 1 } });
    expect(await statuses(3)).toEqual([418, 419, 401]);
    const { value } = (await cloud.control("GET", "requests")).body;
    expect(value.map((entry: { faults: string[] }) => entry.faults)).toEqual([
      ["one", "slow"],
      ["two", "slow"],
      ["slow"],
    ]);
  });
});
