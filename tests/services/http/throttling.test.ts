import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CLOUDS } from "../../../src/cloud.ts";
import { PscError } from "../../../src/errors.ts";
import { createHttp } from "../../../src/services/http/http.ts";
import { RETRY_RULES } from "../../../src/services/http/retry-table.ts";
import { sandboxTransport } from "../../../src/services/http/sandbox-transport.ts";
import type { Http } from "../../../src/services/http/types.ts";
import { virtualTime } from "../../harness/virtual-time.ts";

interface Seen {
  readonly host: string;
  readonly at: number;
}
type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: object };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** psc's pipeline on virtual time, against a server that answers as it is told. */
async function against(reply: (host: string, call: number) => Answer): Promise<{
  readonly http: Http;
  readonly seen: Seen[];
  readonly told: { readonly service: string; readonly reason: string; readonly ms: number }[];
  now(): number;
  sleep(ms: number): Promise<void>;
}> {
  const seen: Seen[] = [];
  const told: { service: string; reason: string; ms: number }[] = [];
  const time = virtualTime(0, async () => {});
  server = createServer((message, response) => {
    const host = message.headers.host ?? "";
    seen.push({ host, at: time.clock.now() });
    message.resume();
    message.on("end", () => {
      const { status, headers, body } = reply(host, seen.length);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const http = createHttp({
    cloud: CLOUDS.public,
    clock: time.clock,
    tokens: { getToken: async () => "token" },
    client: time.watch(sandboxTransport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
    readOnly: false,
    random: () => 0,
    onRetry: (wait) => told.push(wait),
  });
  return { http, seen, told, now: time.clock.now, sleep: (ms) => time.clock.sleep(ms) };
}

const GRAPH = "https://graph.microsoft.com/v1.0/me";
const ARM = "https://management.azure.com/subscriptions/1?api-version=2022-12-01";
const ORG = "https://contoso.crm.dynamics.com/api/data/v9.2/queues";
const get = (http: Http, url: string): Promise<unknown> => http.send({ method: "GET", url });

describe("the retry table", () => {
  const FINAL = RETRY_RULES.filter(({ meaning }) => meaning === "final");
  it.each(FINAL.filter(({ status }) => status !== 401))(
    "$status is final: it is asked once, not again",
    async ({ status }) => {
      const { http, seen } = await against(() => ({ status }));
      await expect(get(http, GRAPH)).rejects.toBeInstanceOf(PscError);
      expect(seen).toHaveLength(1);
    },
  );

  it("401 is tried with one fresh token, then final", async () => {
    const { http, seen } = await against(() => ({ status: 401 }));
    await expect(get(http, GRAPH)).rejects.toBeInstanceOf(PscError);
    expect(seen).toHaveLength(2);
  });

  it.each(RETRY_RULES.filter(({ meaning }) => meaning === "unclear"))(
    "$status is unclear: a read is asked again, a POST is not",
    async ({ status }) => {
      const reading = await against((_, call) => ({ status: call === 1 ? status : 200 }));
      await get(reading.http, GRAPH);
      expect(reading.seen).toHaveLength(2);
      server?.close();
      const writing = await against(() => ({ status }));
      await expect(writing.http.send({ method: "POST", url: GRAPH, body: {} })).rejects.toBeInstanceOf(
        PscError,
      );
      expect(writing.seen).toHaveLength(1);
    },
  );

  it("names every status once", () => {
    expect(new Set(RETRY_RULES.map(({ status }) => status)).size).toBe(RETRY_RULES.length);
  });
});

describe("a throttled service", () => {
  it("is left alone by everybody until its time is over, and then serves all", async () => {
    let isOver = false;
    const { http, seen, told, now, sleep } = await against(() =>
      isOver ? { status: 200 } : { status: 429, headers: { "retry-after": "30" } },
    );
    void sleep(20_000).then(() => {
      isOver = true;
    });
    await Promise.all(Array.from({ length: 40 }, () => get(http, GRAPH)));
    // Those that were on their way when it said so, and nobody else before the time was over.
    expect(seen.filter(({ at }) => at < 30_000).length).toBe(8);
    expect(seen.length).toBe(48);
    expect(now()).toBeLessThan(40_000);
    expect(told).toEqual([{ service: "graph", reason: "throttled", ms: 30_000 }]);
  });

  it("says which limit of Dataverse was reached", async () => {
    const { http, told } = await against((_, call) =>
      call > 1
        ? { status: 200 }
        : {
            status: 429,
            headers: { "retry-after": "12" },
            body: {
              error: {
                code: "0x80072322",
                message: "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
              },
            },
          },
    );
    await get(http, ORG);
    expect(told).toEqual([
      { service: "dataverse", reason: "throttled, number of requests above 6000", ms: 12_000 },
    ]);
  });

  it("does not slow down another organisation or another service", async () => {
    const { http, seen } = await against((host, call) =>
      host === "contoso.crm.dynamics.com" && call === 1
        ? { status: 429, headers: { "retry-after": "60" } }
        : { status: 200 },
    );
    await Promise.all([
      get(http, ORG),
      get(http, ORG.replace("contoso", "fabrikam")),
      get(http, ARM),
      get(http, GRAPH),
    ]);
    expect(seen.filter(({ at }) => at < 1_000)).toHaveLength(4);
    expect(seen).toHaveLength(5);
  });

  it("is not waited for when it asks for more than a quarter of an hour", async () => {
    const { http, now } = await against(() => ({ status: 429, headers: { "retry-after": "86400" } }));
    await expect(get(http, GRAPH)).rejects.toMatchObject({ code: "PSC-E215" });
    expect(now()).toBe(0);
  });
});

describe("a dead service", () => {
  it("is given up on after a while, asked again after a pause, and keeps nobody else from working", async () => {
    let isDead = true;
    const { http, seen, now, sleep } = await against((host) => ({
      status: host === "graph.microsoft.com" && isDead ? 500 : 200,
    }));
    const codes: string[] = [];
    while (!codes.includes("PSC-E220")) {
      const error = await get(http, GRAPH).catch((thrown: unknown) => thrown);
      codes.push(error instanceof PscError ? error.code : "none");
      expect(now()).toBeLessThan(600_000);
    }
    expect(codes.filter((code) => code === "PSC-E216").length).toBeGreaterThan(1);
    const before = seen.length;
    await expect(get(http, GRAPH)).rejects.toMatchObject({
      code: "PSC-E220",
      message: expect.stringContaining("graph.microsoft.com has been failing for"),
    });
    expect(seen).toHaveLength(before);
    await get(http, ARM);
    isDead = false;
    await sleep(61_000);
    await get(http, GRAPH);
    await Promise.all(Array.from({ length: 20 }, () => get(http, GRAPH)));
  });
});
