import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

describe("over TLS and through the proxy", () => {
  let secure: TestSandbox;
  beforeEach(async () => {
    secure = await startTestSandbox({ speed: 1, tls: true });
  });
  afterEach(() => secure.close());

  /** Asks the sandbox's proxy for a tunnel and, when there is one, for `/v1.0/users` by TLS. */
  async function through(host: string): Promise<number | string> {
    const { request, Agent } = await import("node:https");
    const http = await import("node:http");
    return new Promise((done) => {
      const tunnel = http.request({
        host: "127.0.0.1",
        port: secure.sandbox.port,
        method: "CONNECT",
        path: `${host}:443`,
      });
      tunnel.on("connect", (answer, socket) => {
        if (answer.statusCode !== 200) {
          socket.destroy();
          done(answer.statusCode ?? 0);
          return;
        }
        const message = request(
          {
            agent: new Agent({ ca: secure.sandbox.tls?.caPem, socket } as object),
            servername: host,
            host,
            path: "/v1.0/users",
          },
          (response) => {
            response.resume();
            response.on("end", () => done(response.statusCode ?? 0));
            response.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
          },
        );
        message.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
        message.end();
      });
      tunnel.end();
    });
  }

  test("a host that cannot be resolved is refused by the proxy, others are not", async () => {
    await secure.control("POST", "faults", {
      when: { service: "graph" },
      times: 1,
      action: { kind: "no-dns" },
    });
    expect(await through("management.azure.com")).toBe(401);
    expect(await through("graph.microsoft.com")).toBe(502);
    expect(await through("graph.microsoft.com")).toBe(401);
  });

  test("a connection is cut as well", async () => {
    await secure.control("POST", "faults", { times: 1, action: { kind: "drop" } });
    expect(await through("graph.microsoft.com")).toBe("ECONNRESET");
    await secure.control("POST", "faults", { times: 1, action: { kind: "truncate" } });
    expect(await through("graph.microsoft.com")).toBe("ECONNRESET");
    expect(await through("graph.microsoft.com")).toBe(401);
  });
});
