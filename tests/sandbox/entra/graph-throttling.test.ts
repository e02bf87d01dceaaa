import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { type GraphTenant, startGraphTenant } from "./graph.ts";

const LIMITS = "Microsoft Graph service-specific throttling limits";

let tenant: GraphTenant;
beforeEach(async () => {
  tenant = await startGraphTenant();
});
afterEach(() => tenant.close());

const arm = (fault: object) => tenant.control("POST", "faults", fault);

interface Part {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error?: { readonly code: string } };
}

async function batch(requests: readonly object[]): Promise<Map<string, Part>> {
  const answer = await tenant.ask("POST", "/$batch", { body: { requests } });
  expect(answer.status).toBe(200);
  return new Map((answer.body.responses as Part[]).map((part) => [part.id, part]));
}

describe("what a call costs", () => {
  test.each([
    ["/subscribedSkus", "3"],
    ["/applications", "2"],
    ["/applications?$select=id", "1"],
    ["/applications?$select=id&$top=5", "1"],
    ["/users", "1"],
  ])("GET %s takes %s units", async (path, units) => {
    const answer = await tenant.ask("GET", path);
    expect([answer.status, answer.headers["x-ms-resource-unit"]]).toEqual([200, units]);
    // Only those above 0.8 of a limit are told how far they are.
    expect(answer.headers["x-ms-throttle-limit-percentage"]).toBeUndefined();
    prove({
      api: "Microsoft Graph",
      operation: "x-ms-resource-unit",
      proof: "documentation",
      source: LIMITS,
    });
  });
});

describe("429", () => {
  test.each([
    ["GET", "Read", "ResourceUnitLimitExceeded"],
    ["POST", "Write", "WriteLimitExceeded"],
  ])("of a %s names the limit and whom it is for", async (method, limit, information) => {
    await arm({ service: "graph", action: { kind: "throttle", retryAfter: 2.128 } });
    const answer = await tenant.ask(method, "/groups", method === "GET" ? {} : { body: {} });
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({
      "retry-after": "2.128",
      "x-ms-throttle-information": information,
      "x-ms-throttle-scope": expect.stringMatching(
        new RegExp(`^Tenant_Application/${limit}/[0-9a-f-]{36}/[0-9a-f-]{36}$`),
      ),
      "x-ms-throttle-limit-percentage": "1.0",
    });
    prove({
      api: "Microsoft Graph",
      operation: "429 x-ms-throttle-scope, x-ms-throttle-information",
      proof: "documentation",
      source: "Microsoft Graph throttling guidance",
    });
  });
});

describe("a fault inside a batch", () => {
  const parts = [
    { id: "a", method: "GET", url: "/organization" },
    { id: "b", method: "GET", url: "/me" },
    { id: "c", method: "GET", url: "/users", dependsOn: ["b"] },
  ];

  test("strikes one part; the batch is 200 and what depends on the part 424", async () => {
    await arm({ when: { url: "/me$" }, times: 1, action: { kind: "throttle", retryAfter: 7 } });
    const first = await batch(parts);
    expect(first.get("a")).toMatchObject({ status: 200 });
    expect(first.get("b")).toMatchObject({
      status: 429,
      headers: { "Retry-After": "7" },
      body: { error: { code: "TooManyRequests" } },
    });
    expect(first.get("c")).toMatchObject({ status: 424, body: { error: { code: "FailedDependency" } } });
    expect([...(await batch(parts)).values()].map(({ status }) => status)).toEqual([200, 200, 200]);
    prove({
      api: "Microsoft Graph",
      operation: "POST /$batch with a throttled part",
      proof: "documentation",
      source: "Combine multiple HTTP requests using JSON batching",
    });
  });

  test("does not execute the part, and stands in the request log", async () => {
    await arm({ name: "no groups", when: { url: "/groups$" }, action: { kind: "fail", status: 503 } });
    const body = { displayName: "Agents", mailEnabled: false, mailNickname: "agents", securityEnabled: true };
    const answered = await batch([
      { id: "1", method: "POST", url: "/groups", headers: { "Content-Type": "application/json" }, body },
    ]);
    expect(answered.get("1")).toMatchObject({ status: 503, body: { error: { code: "ServiceUnavailable" } } });
    await tenant.control("DELETE", "faults");
    const found = await tenant.ask("GET", "/groups?$filter=displayName eq 'Agents'");
    expect(found.body.value).toEqual([]);
    const log = (await tenant.control("GET", "requests")).body.value as { faults?: string[] }[];
    expect(log.filter(({ faults }) => faults?.includes("no groups"))).toHaveLength(1);
  });

  test("that fits no part of a batch strikes the batch as a whole", async () => {
    await arm({ when: { service: "graph", method: "POST" }, times: 1, action: { kind: "throttle" } });
    expect((await tenant.ask("POST", "/$batch", { body: { requests: parts } })).status).toBe(429);
  });
});
