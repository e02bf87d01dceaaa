import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRequestLog, type LoggedRequest } from "../../../src/sandbox/request-log.ts";
import { folderStorage } from "../../../src/sandbox/storage.ts";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

let cloud: TestSandbox;
beforeEach(async () => {
  cloud = await startTestSandbox({ speed: 1 });
});
afterEach(() => cloud.close());

const MINUTE = 60_000;
const now = async (): Promise<number> => (await cloud.control("GET", "clock")).body.now;

describe("the clock", () => {
  test("jumps forward by a duration or by milliseconds", async () => {
    const start = await now();
    await cloud.control("POST", "clock", { jump: "2h" });
    await cloud.control("POST", "clock", { advanceMs: MINUTE });
    const passed = (await now()) - start;
    expect(passed).toBeGreaterThanOrEqual(121 * MINUTE);
    expect(passed).toBeLessThan(122 * MINUTE);
  });

  test("stands still while it is paused, can be moved then, and goes on at its speed", async () => {
    await cloud.control("POST", "clock", { speed: 1_000_000 });
    const paused = await cloud.control("POST", "clock", { paused: true });
    expect(paused.body).toMatchObject({ paused: true, speed: 1_000_000 });
    expect(await now()).toBe(paused.body.now);
    await cloud.control("POST", "clock", { jump: "1m" });
    expect(await now()).toBe(paused.body.now + MINUTE);
    await cloud.control("POST", "clock", { paused: false });
    expect(await now()).toBeGreaterThan(paused.body.now + MINUTE);
  });

  test("is named on every answer, with how often it was changed", async () => {
    const words = async () =>
      (await cloud.ask("GET", "https://graph.microsoft.com/v1.0/users")).headers["x-sandbox-clock"];
    expect(await words()).toMatch(/^now=\d+; speed=1; paused=false; changes=0$/);
    await cloud.control("POST", "clock", { speed: 60, paused: true });
    expect(await words()).toMatch(/^now=\d+; speed=60; paused=true; changes=2$/);
  });

  test("gives its time as Date", async () => {
    await cloud.control("POST", "clock", { jump: "365d" });
    const answer = await cloud.ask("GET", "https://graph.microsoft.com/v1.0/users");
    expect(Math.abs(Date.parse(answer.headers["date"] ?? "") - (await now()))).toBeLessThan(2_000);
  });
});

describe("permissions", () => {
  const ARM = "https://management.azure.com";
  const group = `${ARM}/subscriptions/11111111-1111-4111-8111-111111111111/resourcegroups/rg-x?api-version=2025-04-01`;
  const put = async () =>
    cloud.ask("PUT", group, {
      token: await cloud.token("admin", ARM),
      body: { location: "eastus" },
    });
  const groups = async () =>
    cloud.ask("GET", "https://graph.microsoft.com/v1.0/groups", {
      token: await cloud.token("admin", "https://graph.microsoft.com"),
    });

  test("that are withheld nobody has, in the words of the service, until they are given back", async () => {
    const withheld = { withheld: ["Microsoft.Resources/*/write"], except: [] };
    expect((await cloud.control("POST", "permissions", { withheld: withheld.withheld })).body).toEqual(
      withheld,
    );
    expect((await cloud.control("GET", "permissions")).body).toEqual(withheld);
    const refused = await put();
    expect(refused.status).toBe(403);
    expect(refused.body.error).toMatchObject({
      code: "AuthorizationFailed",
      message: expect.stringContaining("'Microsoft.Resources/subscriptions/resourceGroups/write'"),
    });
    expect((await groups()).status).toBe(200);
    await cloud.control("POST", "permissions", { withheld: ["*"], except: ["microsoft.resources/*"] });
    expect((await put()).status).toBe(201);
    expect((await groups()).status).toBe(403);
    await cloud.control("POST", "permissions", { withheld: [] });
    expect((await groups()).status).toBe(200);
  });
});

describe("what is not understood is refused with a sentence", () => {
  const cases: readonly (readonly [string, string, unknown, number, string | RegExp])[] = [
    ["POST", "clock", "[1]", 400, "the body must be a JSON object"],
    ["POST", "permissions", { withheld: "all" }, 400, /^permissions take/],
    ["POST", "permissions", { without: [] }, 400, /^permissions take/],
    ["POST", "clock", { speed: 0 }, 400, /look at speed$/],
    ["POST", "clock", { advanceMs: -1 }, 400, /look at advanceMs$/],
    ["POST", "clock", { faster: true }, 400, /look at faster$/],
    ["POST", "clock", { jump: "soon" }, 400, /^"soon" is no way to jump/],
    ["POST", "clock", { jump: "-2h" }, 400, /^"-2h" is no way to jump/],
    ["POST", "faults", {}, 400, "action is missing"],
    ["POST", "faults", { action: { kind: "drop" }, times: 0 }, 400, "times must be at least 1"],
    ["POST", "faults", { match: "(", action: { kind: "drop" } }, 400, "match must be a regular expression"],
    ["POST", "faults", { seed: [], action: { kind: "drop" } }, 400, "seed must be a whole number or a word"],
    ["POST", "faults", { faults: [] }, 400, "faults must name at least one fault"],
    [
      "POST",
      "faults",
      { service: "grahp", action: { kind: "drop" } },
      400,
      /^no service is called "grahp"; known: .*graph/,
    ],
    [
      "POST",
      "faults",
      { faults: [{ when: { service: "azure" }, action: { kind: "drop" } }] },
      400,
      /^no service is called "azure"/,
    ],
    ["DELETE", "faults/77", undefined, 404, "no fault has the id 77"],
    ["GET", "requests?since=x", undefined, 400, 'since cannot be "x": give the seq of a request'],
    ["GET", "state?path=graph/nothing", undefined, 404, 'the state has nothing at "graph/nothing"'],
    ["POST", "state", { path: "graph/objects" }, 400, /^an edit needs/],
    ["POST", "state", { set: { a: 1 } }, 400, /^an edit needs/],
    ["POST", "state", { path: "graph/objects", set: {}, delete: true }, 400, /^an edit needs/],
    ["POST", "snapshots", { name: "../up" }, 400, /^a snapshot cannot be called "\.\.\/up"/],
    ["POST", "snapshots", {}, 400, /^a snapshot cannot be called null/],
    ["POST", "snapshots/none/restore", undefined, 404, 'there is no snapshot "none"; known: none'],
    ["DELETE", "snapshots/none", undefined, 404, 'there is no snapshot "none"'],
    ["POST", "person/dance", {}, 404, /^nobody knows how to do "dance"; known: /],
    ["POST", "issuers", {}, 400, /^an issuer needs/],
  ];
  test.each(cases)("%s %s %j", async (method, path, body, status, message) => {
    const answer = await cloud.control(method, path, body);
    expect([answer.status, answer.body.error.code]).toEqual([status, "SandboxControl"]);
    if (typeof message === "string") expect(answer.body.error.message).toBe(message);
    else expect(answer.body.error.message).toMatch(message);
  });

  test("an edit that found no row says so", async () => {
    const answer = await cloud.control("POST", "state", {
      path: "graph/objects",
      where: { id: "nobody" },
      set: { kind: "user" },
    });
    expect([answer.status, answer.body]).toEqual([404, { touched: 0 }]);
  });

  test("addresses and methods it does not have", async () => {
    const unknown = await cloud.control("GET", "weather");
    expect([unknown.status, unknown.body.error]).toEqual([
      404,
      { code: "NotFound", message: "the control API has no /_sandbox/weather" },
    ]);
    const method = await cloud.control("PUT", "clock");
    expect([method.status, method.headers["allow"], method.body.error.code]).toEqual([
      405,
      "GET, POST",
      "MethodNotAllowed",
    ]);
  });

  test("hosts nobody plays", async () => {
    const answer = await cloud.ask("GET", "https://example.com/");
    expect([answer.status, answer.body]).toEqual([
      421,
      { error: { code: "UnknownHost", message: "The sandbox has no service at example.com." } },
    ]);
  });
});

describe("faults by the control API", () => {
  test("are listed with what they met, and disarmed one by one or all at once", async () => {
    const armed = await cloud.control("POST", "faults", {
      seed: "s",
      faults: [
        { name: "a", action: { kind: "drop" }, when: { service: "arm" } },
        { action: { kind: "fail", status: 500 }, times: 1 },
      ],
    });
    expect(armed.status).toBe(201);
    const [first, second] = armed.body.value;
    expect([first.name, second.name]).toEqual(["a", "fail 2"]);
    await cloud.ask("GET", "https://graph.microsoft.com/v1.0/users");
    const list = async () => (await cloud.control("GET", "faults")).body.value;
    expect(await list()).toMatchObject([
      { id: first.id, matched: 0, struck: 0 },
      { id: second.id, matched: 1, struck: 1 },
    ]);
    expect((await cloud.control("DELETE", `faults/${first.id}`)).status).toBe(204);
    expect((await list()).map(({ id }: { id: number }) => id)).toEqual([second.id]);
    expect((await cloud.control("DELETE", "faults")).status).toBe(204);
    expect(await list()).toEqual([]);
  });
});

describe("the request log", () => {
  const users = "https://graph.microsoft.com/v1.0/users";
  const log = async (since?: number): Promise<LoggedRequest[]> =>
    (await cloud.control("GET", since === undefined ? "requests" : `requests?since=${since}`)).body.value;

  test("hands out everything since a number, in order, also what memory no longer holds", async () => {
    const written = createRequestLog(undefined);
    const entry = { time: "t", service: "graph", method: "GET", url: users, status: 200, write: false };
    for (let index = 0; index < 9_500; index += 1) written.append(entry);
    const seqs = (since: number): number[] => [...written.since(since)].map(({ seq }) => seq);
    expect(seqs(0)).toEqual(Array.from({ length: 9_500 }, (_, index) => index + 1));
    expect(seqs(3_210)[0]).toBe(3_211);
    expect(seqs(9_499)).toEqual([9_500]);
    expect(seqs(9_500)).toEqual([]);
    written.clear();
    written.append(entry);
    expect(seqs(0)).toEqual([1]);
    written.close();
  });

  test("keeps counting after a restart, and closes a line that was torn", async () => {
    const folder = mkdtempSync(join(tmpdir(), "psc-log-"));
    const file = join(folder, "requests.jsonl");
    const first = await startTestSandbox({ speed: 1, storage: folderStorage(folder) });
    await first.ask("GET", users);
    await first.ask("GET", users);
    await first.close();
    const { appendFileSync } = await import("node:fs");
    appendFileSync(file, '{"seq":3,"time":"2026');
    const second = await startTestSandbox({ speed: 1, storage: folderStorage(folder) });
    await second.ask("GET", users);
    const { value } = (await second.control("GET", "requests")).body;
    expect(value.map(({ seq }: LoggedRequest) => seq)).toEqual([1, 2, 3]);
    await second.close();
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(4);
    rmSync(folder, { recursive: true, force: true });
  });

  test("leaves out secrets and long bodies", async () => {
    const token = await cloud.token("admin", "https://graph.microsoft.com");
    const body = { displayName: "x", passwordCredentials: [{ secretText: "hush" }] };
    await cloud.ask("POST", "https://graph.microsoft.com/v1.0/applications", { token, body });
    const long = { displayName: "y".repeat(70_000) };
    await cloud.ask("POST", "https://graph.microsoft.com/v1.0/applications", { token, body: long });
    const writes = (await log()).filter(({ write }) => write);
    expect(JSON.stringify(writes)).not.toContain("hush");
    expect(writes.map((each) => typeof each.body)).toEqual(["object", "string"]);
    expect(writes[1]?.body).toBe(`(${JSON.stringify(long).length} characters)`);
  });

  test("can be emptied", async () => {
    await cloud.ask("GET", users);
    expect((await cloud.control("DELETE", "requests")).status).toBe(204);
    expect(await log()).toEqual([]);
    await cloud.ask("GET", users);
    expect((await log(0)).map(({ seq }) => seq)).toEqual([1]);
  });
});
