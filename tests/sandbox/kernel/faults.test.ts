import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { type Answer, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

const GRAPH = "https://graph.microsoft.com/v1.0";
const ARM = "https://management.azure.com";
const SUBSCRIPTION = `${ARM}/subscriptions/11111111-1111-4111-8111-111111111111`;
const ORIGIN = "https://clinic.crm.dynamics.com";
const API = `${ORIGIN}/api/data/v9.2`;
const BAP = "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform";

let cloud: TestSandbox;
beforeEach(async () => {
  cloud = await startTestSandbox({ speed: 1 });
});
afterEach(() => cloud.close());

const arm = (fault: object) => cloud.control("POST", "faults", fault);
async function graph(method: string, path: string, body?: object): Promise<Answer> {
  const token = await cloud.token("admin", "https://graph.microsoft.com");
  return cloud.ask(method, `${GRAPH}${path}`, { token, ...(body === undefined ? {} : { body }) });
}
const newGroup = { displayName: "Agents", mailEnabled: false, mailNickname: "agents", securityEnabled: true };
const pass = (jump: string) => cloud.control("POST", "clock", { jump });

describe("429 in the words of each service", () => {
  const cases: readonly (readonly [string, string, object])[] = [
    [
      "graph",
      `${GRAPH}/users`,
      { error: { code: "TooManyRequests", innerError: { code: "429", status: "429" } } },
    ],
    ["arm", `${SUBSCRIPTION}/resourcegroups`, { error: { code: "TooManyRequests" } }],
    ["bap", `${BAP}/locations`, { error: { code: "TooManyRequests", detailUrlType: "NotSpecified" } }],
    ["powerPlatform", "https://api.powerplatform.com/appmanagement/x", { code: "TooManyRequests" }],
    ["dataverse", `${API}/WhoAmI`, { error: { code: "0x80072322" } }],
    [
      "entra",
      "https://login.microsoftonline.com/common/oauth2/v2.0/token",
      { error: "temporarily_unavailable" },
    ],
  ];

  test.each(cases)("%s", async (service, url, body) => {
    await arm({ when: { service }, times: 1, action: { kind: "throttle", retryAfter: 17 } });
    const answer = await cloud.ask("GET", url);
    expect(answer.status).toBe(429);
    expect(answer.body).toMatchObject(body);
    expect(answer.headers["retry-after"]).toBe("17");
    expect((await cloud.ask("GET", url)).status).not.toBe(429);
  });

  test.each([
    [
      "requests",
      "0x80072322",
      "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
    ],
    [
      "execution time",
      "0x80072321",
      "Combined execution time of incoming requests exceeded limit of 1200000 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
    ],
    ["concurrency", "0x80072326", "Number of concurrent requests exceeded the limit of 52."],
  ])("Dataverse's limit of %s", async (limit, code, message) => {
    await arm({ action: { kind: "throttle", limit } });
    const answer = await cloud.ask("GET", `${API}/WhoAmI`);
    expect([answer.status, answer.body]).toEqual([429, { error: { code, message } }]);
    expect(answer.headers).toMatchObject({ "retry-after": "10" });
    expect(answer.headers["x-ms-ratelimit-burst-remaining-xrm-requests"]).toBe(
      limit === "requests" ? "0" : undefined,
    );
    expect(answer.headers["x-ms-ratelimit-time-remaining-xrm-requests"]).toBe(
      limit === "execution time" ? "0" : undefined,
    );
    prove({
      api: "Dataverse Web API",
      operation: "429 service protection",
      proof: "documentation",
      source: "Service protection API limits",
    });
  });

  test("a wait of a fraction of a second, as a date of the sandbox's clock, and none", async () => {
    await arm({ times: 1, action: { kind: "throttle", retryAfter: 2.128 } });
    expect((await cloud.ask("GET", `${GRAPH}/users`)).headers["retry-after"]).toBe("2.128");
    await pass("400d");
    await arm({ times: 1, action: { kind: "throttle", retryAfter: 90, as: "date" } });
    const dated = await cloud.ask("GET", `${GRAPH}/users`);
    const wait = Date.parse(dated.headers["retry-after"] ?? "") - Date.parse(dated.headers["date"] ?? "");
    expect([90_000, 91_000]).toContain(wait);
    await arm({ times: 1, action: { kind: "throttle", as: "none" } });
    const bare = await cloud.ask("GET", `${GRAPH}/users`);
    expect([bare.status, bare.headers["retry-after"]]).toEqual([429, undefined]);
    prove({
      api: "Microsoft Graph",
      operation: "429 throttling",
      proof: "documentation",
      source: "Microsoft Graph throttling guidance",
    });
  });

  test("ARM says that nothing remains in the bucket", async () => {
    await arm({ action: { kind: "throttle" } });
    const headers = async (method: string, url: string) => (await cloud.ask(method, url)).headers;
    expect(await headers("GET", `${SUBSCRIPTION}/resourcegroups`)).toMatchObject({
      "x-ms-ratelimit-remaining-subscription-reads": "0",
    });
    expect(await headers("DELETE", `${SUBSCRIPTION}/resourcegroups/a`)).toMatchObject({
      "x-ms-ratelimit-remaining-subscription-deletes": "0",
    });
    expect(await headers("PUT", `${ARM}/providers/x`)).toMatchObject({
      "x-ms-ratelimit-remaining-tenant-writes": "0",
    });
    prove({
      api: "Azure Resource Manager",
      operation: "429 TooManyRequests",
      proof: "documentation",
      source: "Understand how Azure Resource Manager throttles requests",
    });
  });
});

describe("server errors", () => {
  test.each([
    [`${GRAPH}/users`, 503, { error: { code: "ServiceUnavailable" } }],
    [`${SUBSCRIPTION}/resourcegroups`, 500, { error: { code: "InternalServerError" } }],
    [`${API}/WhoAmI`, 502, { error: { code: "0x80040216" } }],
    [`${BAP}/locations`, 504, { error: { code: "GatewayTimeout" } }],
    ["https://login.microsoftonline.com/common/oauth2/v2.0/token", 500, { error: "server_error" }],
  ])("%s %i", async (url, status, body) => {
    await arm({ times: 1, action: { kind: "fail", status } });
    const answer = await cloud.ask("GET", url);
    expect([answer.status, answer.headers["retry-after"]]).toEqual([status, undefined]);
    expect(answer.body).toMatchObject(body);
  });

  test("503 may say when to come again", async () => {
    await arm({ action: { kind: "fail", status: 503, retryAfter: 5 } });
    expect((await cloud.ask("GET", `${GRAPH}/users`)).headers["retry-after"]).toBe("5");
  });

  test("any other answer can be ordered", async () => {
    await arm({
      action: { kind: "respond", status: 409, headers: { "x-why": "busy" }, body: { error: "busy" } },
    });
    const answer = await cloud.ask("POST", `${GRAPH}/groups`);
    expect([answer.status, answer.headers["x-why"], answer.body]).toEqual([409, "busy", { error: "busy" }]);
  });
});

describe("answers that do not arrive", () => {
  const groups = async () => (await graph("GET", "/groups?$select=id")).body.value.length;

  test("reset before anything happened", async () => {
    await arm({ when: { method: "POST", url: "/groups" }, times: 1, action: { kind: "drop" } });
    await expect(graph("POST", "/groups", newGroup)).rejects.toMatchObject({ code: "ECONNRESET" });
    await pass("15m");
    expect(await groups()).toBe(0);
  });

  test("reset after it took effect", async () => {
    await arm({ when: { method: "POST", url: "/groups" }, times: 1, action: { kind: "drop-after" } });
    await expect(graph("POST", "/groups", newGroup)).rejects.toMatchObject({ code: "ECONNRESET" });
    await pass("15m");
    expect(await groups()).toBe(1);
  });

  test.each(["length", "chunk"])("broken off, by %s", async (as) => {
    await arm({ when: { method: "POST", url: "/groups" }, times: 1, action: { kind: "truncate", as } });
    // The answer begins; its end never comes, and the harness waits for the end.
    const { request } = await import("node:http");
    const token = await cloud.token("admin", "https://graph.microsoft.com");
    const seen = await new Promise<{
      status: number;
      length: string | undefined;
      text: string;
      ended: boolean;
    }>((done, fail) => {
      const message = request(
        {
          host: "127.0.0.1",
          port: cloud.sandbox.port,
          method: "POST",
          path: "/v1.0/groups",
          headers: { host: "graph.microsoft.com", authorization: `Bearer ${token}` },
        },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => {
            text += chunk.toString();
          });
          const tell = (ended: boolean) =>
            done({
              status: response.statusCode ?? 0,
              length: response.headers["content-length"],
              text,
              ended,
            });
          response.on("error", () => tell(false));
          response.on("end", () => tell(true));
        },
      );
      message.on("error", fail);
      message.end(JSON.stringify(newGroup));
    });
    expect(seen).toMatchObject({ status: 201, ended: false });
    expect(seen.text.startsWith('{"')).toBe(true);
    if (as === "length") expect(Number(seen.length)).toBeGreaterThan(seen.text.length);
    else expect(seen.length).toBeUndefined();
    await pass("15m");
    expect(await groups()).toBe(1);
  });

  test("complete for HTTP, broken as JSON", async () => {
    await arm({ when: { service: "graph" }, times: 1, action: { kind: "malformed" } });
    const answer = await graph("GET", "/users");
    expect(answer.status).toBe(200);
    expect(Number(answer.headers["content-length"])).toBe(Buffer.byteLength(answer.text));
    expect(() => JSON.parse(answer.text)).toThrow();
    expect((await graph("GET", "/users")).body.value.length).toBeGreaterThan(0);
  });

  test("the log shows what struck, and that nothing was answered", async () => {
    await arm({
      name: "flaky network",
      when: { method: "POST", url: "/groups" },
      action: { kind: "drop-after" },
    });
    await expect(graph("POST", "/groups", newGroup)).rejects.toThrow();
    const { value } = (await cloud.control("GET", "requests")).body;
    expect(value.at(-1)).toMatchObject({ status: 0, write: true, faults: ["flaky network"] });
  });
});

describe("late and old answers", () => {
  test("a delay is real time, fixed or drawn by the seed", async () => {
    const seconds = async (fault: object): Promise<number> => {
      await cloud.control("DELETE", "faults");
      await arm(fault);
      const start = performance.now();
      await cloud.ask("GET", `${GRAPH}/users`);
      return performance.now() - start;
    };
    expect(await seconds({ action: { kind: "delay", ms: 60 } })).toBeGreaterThanOrEqual(59);
    const drawn = await seconds({ seed: 4, name: "slow", action: { kind: "delay", ms: [20, 80] } });
    expect(drawn).toBeGreaterThanOrEqual(19);
  });

  test("a stale read repeats what the same read said before", async () => {
    await arm({ when: { url: "/groups\\?" }, times: 1, action: { kind: "stale" } });
    const names = async () => (await graph("GET", "/groups?$select=displayName")).body.value.length;
    // Nothing was read before: there is nothing old to tell, and the fault waits.
    expect(await names()).toBe(0);
    await graph("POST", "/groups", newGroup);
    await pass("15m");
    expect(await names()).toBe(0);
    expect(await names()).toBe(1);
  });

  test("what was created is not found before it is replicated", async () => {
    await cloud.control("POST", "environments", { displayName: "Clinic", domainName: "clinic" });
    await pass("10m");
    await arm({ when: { service: "dataverse" }, action: { kind: "replication", for: "3m" } });
    const token = await cloud.token("admin", ORIGIN);
    const made = await cloud.ask("POST", `${API}/accounts`, { token, body: { name: "Clinic" } });
    const id = /\(([^)]+)\)$/.exec(made.headers["odata-entityid"] ?? "")?.[1];
    const read = async () => ({
      one: (await cloud.ask("GET", `${API}/accounts(${id})`, { token })).status,
      listed: (await cloud.ask("GET", `${API}/accounts?$select=name`, { token })).body.value.length,
    });
    expect(await read()).toEqual({ one: 404, listed: 0 });
    await pass("3m");
    expect(await read()).toEqual({ one: 200, listed: 1 });
  });
});

describe("long-running operations", () => {
  async function deletion(): Promise<() => Promise<Answer>> {
    const token = await cloud.token("admin", ARM);
    const group = `${SUBSCRIPTION}/resourcegroups/rg?api-version=2021-04-01`;
    expect((await cloud.ask("PUT", group, { token, body: { location: "eastus" } })).status).toBe(201);
    const started = await cloud.ask("DELETE", group, { token });
    expect(started.status).toBe(202);
    const url = started.headers["location"] ?? "";
    return () => cloud.ask("GET", url, { token });
  }

  test("that never end", async () => {
    const poll = await deletion();
    await arm({ when: { service: "arm" }, action: { kind: "operation", outcome: "stuck" } });
    expect((await poll()).status).toBe(202);
    await pass("2h");
    expect((await poll()).status).toBe(202);
    await cloud.control("DELETE", "faults");
    expect((await poll()).status).toBe(200);
  });

  test("that vanish", async () => {
    const poll = await deletion();
    await arm({ when: { service: "arm" }, times: 1, action: { kind: "operation", outcome: "vanished" } });
    const gone = await poll();
    expect([gone.status, gone.body.error.code]).toEqual([404, "NotFound"]);
    expect((await poll()).status).toBe(202);
  });

  test("that fail, in the shape of the poll", async () => {
    const token = await cloud.token("admin", "https://service.powerapps.com/");
    const made = await cloud.ask("POST", `${BAP}/environments?api-version=2021-04-01`, {
      token,
      body: {
        location: "unitedstates",
        properties: {
          displayName: "Failing",
          environmentSku: "Sandbox",
          databaseType: "CommonDataService",
          linkedEnvironmentMetadata: {
            baseLanguage: 1033,
            domainName: "failing",
            currency: { code: "USD" },
            templates: ["D365_CustomerService"],
          },
        },
      },
    });
    const url = made.headers["location"] ?? made.headers["operation-location"];
    expect([made.status, typeof url]).toEqual([202, "string"]);
    await arm({
      when: { url: "lifecycleOperations" },
      action: { kind: "operation", outcome: "failed", code: "CapacityExceeded", message: "No room." },
    });
    const polled = await cloud.ask("GET", url ?? "", { token });
    expect([polled.status, polled.body.state?.id, polled.body.error]).toEqual([
      200,
      "Failed",
      { code: "CapacityExceeded", message: "No room." },
    ]);
  });
});

describe("tokens and clocks", () => {
  test("every token expires in mid-run; a new one works", async () => {
    const token = await cloud.token("admin", "https://graph.microsoft.com");
    const me = () => cloud.ask("GET", `${GRAPH}/users`, { token });
    await arm({ when: { service: "graph", nth: 2 }, action: { kind: "expire-tokens" } });
    expect((await me()).status).toBe(200);
    expect((await me()).status).toBe(401);
    expect((await me()).status).toBe(401);
    expect((await graph("GET", "/users")).status).toBe(200);
  });

  test("a server's clock that is wrong shows in Date, in tokens, and in how it reads tokens", async () => {
    const claims = (token: string) =>
      JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const now = (await cloud.control("GET", "clock")).body.now as number;
    await arm({ when: { service: "entra" }, action: { kind: "skew", by: "-2d" } });
    const early = await cloud.token("admin", "https://graph.microsoft.com");
    expect(Math.round((now / 1000 - claims(early).iat) / 3600)).toBe(48);
    expect((await cloud.ask("GET", `${GRAPH}/users`, { token: early })).status).toBe(401);
    await cloud.control("DELETE", "faults");
    await arm({ when: { service: "graph" }, action: { kind: "skew", by: "-2d" } });
    const answer = await cloud.ask("GET", `${GRAPH}/users`, { token: early });
    expect(answer.status).toBe(200);
    expect(Math.round((now - Date.parse(answer.headers["date"] ?? "")) / 3_600_000)).toBe(48);
  });
});

test("a host that cannot be resolved is refused before anything is read", async () => {
  await arm({ when: { service: "graph" }, action: { kind: "no-dns" } });
  const answer = await cloud.ask("POST", `${GRAPH}/groups`, { body: newGroup });
  expect([answer.status, answer.headers["x-sandbox-fault"]]).toEqual([421, "no-dns"]);
  expect(answer.body.error).toEqual({
    code: "HostNotResolved",
    message: "The name graph.microsoft.com cannot be resolved.",
  });
  expect((await cloud.ask("GET", `${ARM}/subscriptions`)).status).toBe(401);
});
