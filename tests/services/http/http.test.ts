import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { scaledClock } from "../../../src/clock.ts";
import { CLOUDS } from "../../../src/cloud.ts";
import { PscError, ServiceError } from "../../../src/errors.ts";
import { createGraph } from "../../../src/services/graph.ts";
import { createHttp } from "../../../src/services/http/http.ts";
import { sandboxTransport } from "../../../src/services/http/sandbox-transport.ts";
import type { Http } from "../../../src/services/http/types.ts";

type Reply = (message: IncomingMessage, response: ServerResponse, call: number) => void;

let server: Server | undefined;
const tokens: string[] = [];
const seen: { method: string; host: string; path: string; authorization: string }[] = [];

async function httpAgainst(reply: Reply, options: { readOnly?: boolean } = {}): Promise<Http> {
  tokens.length = 0;
  seen.length = 0;
  server = createServer((message, response) => {
    seen.push({
      method: message.method ?? "",
      host: message.headers.host ?? "",
      path: message.url ?? "",
      authorization: message.headers.authorization ?? "",
    });
    message.resume();
    message.on("end", () => reply(message, response, seen.length));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return createHttp({
    cloud: CLOUDS.public,
    clock: scaledClock(100_000, Date.now()),
    tokens: {
      async getToken(audience, { fresh }) {
        tokens.push(`${audience}${fresh ? " fresh" : ""}`);
        return `token-${tokens.length}`;
      },
    },
    client: sandboxTransport(`http://127.0.0.1:${port}`),
    readOnly: options.readOnly ?? false,
    identity: () => "kim@contoso.com",
  });
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

const ME = "https://graph.microsoft.com/v1.0/me";

describe("the HTTP pipeline", () => {
  it("sends each host a token of its own audience", async () => {
    const http = await httpAgainst((_message, response) => json(response, 200, {}));
    await http.send({ method: "GET", url: ME });
    await http.send({ method: "GET", url: "https://europe.api.bap.microsoft.com/providers/x" });
    await http.send({ method: "GET", url: "https://contoso.crm4.dynamics.com/api/data/v9.2/WhoAmI()" });
    expect(tokens).toEqual([
      "https://graph.microsoft.com",
      "https://service.powerapps.com/",
      "https://contoso.crm4.dynamics.com",
    ]);
    expect(seen.map(({ host }) => host)).toEqual([
      "graph.microsoft.com",
      "europe.api.bap.microsoft.com",
      "contoso.crm4.dynamics.com",
    ]);
  });

  it.each([
    "https://graph.microsoft.com.evil.example/v1.0/me",
    "http://graph.microsoft.com/v1.0/me",
    "https://user@graph.microsoft.com/",
    "https://graph.microsoft.com:8443/",
  ])("sends nothing to %s", async (url) => {
    const http = await httpAgainst((_message, response) => json(response, 200, {}));
    await expect(http.send({ method: "GET", url })).rejects.toMatchObject({ code: "PSC-E211" });
    expect(seen).toEqual([]);
    expect(tokens).toEqual([]);
  });

  it("waits as long as Retry-After says, also for a POST, and then succeeds", async () => {
    const http = await httpAgainst((_message, response, call) =>
      call < 3 ? json(response, 429, {}, { "retry-after": "7" }) : json(response, 200, { ok: true }),
    );
    const answer = await http.send({ method: "POST", url: ME, body: {} });
    expect(answer.body).toEqual({ ok: true });
    expect(seen).toHaveLength(3);
  });

  it("repeats a GET after 502 but never a POST", async () => {
    const http = await httpAgainst((_message, response, call) => json(response, call === 1 ? 502 : 200, {}));
    await http.send({ method: "GET", url: ME });
    expect(seen).toHaveLength(2);
    server?.closeAllConnections();
    server?.close();
    const again = await httpAgainst((_message, response) => json(response, 502, {}));
    await expect(again.send({ method: "POST", url: ME, body: {} })).rejects.toMatchObject({
      code: "PSC-E216",
    });
    expect(seen).toHaveLength(1);
  });

  it("reports a POST whose answer was lost instead of sending it twice", async () => {
    const http = await httpAgainst((message) => message.socket.destroy());
    await expect(http.send({ method: "POST", url: ME, body: {} })).rejects.toMatchObject({
      code: "PSC-E214",
    });
    expect(seen).toHaveLength(1);
  });

  it("takes broken JSON for a lost answer: a GET is repeated, a POST is not", async () => {
    const broken = (response: ServerResponse): void => {
      response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
      response.end('{"id": "1", "na');
    };
    const get = await httpAgainst((_message, response, call) =>
      call < 3 ? broken(response) : json(response, 200, { id: "1" }),
    );
    expect((await get.send({ method: "GET", url: ME })).body).toEqual({ id: "1" });
    server?.closeAllConnections();
    server?.close();
    const post = await httpAgainst((_message, response) => broken(response));
    await expect(post.send({ method: "POST", url: ME, body: {} })).rejects.toMatchObject({
      code: "PSC-E214",
      message: expect.stringContaining("EBADJSON"),
    });
    expect(seen).toHaveLength(1);
  });

  it("renews a refused token once and then names the identity", async () => {
    const http = await httpAgainst((_message, response) =>
      json(response, 401, {
        error: { code: "InvalidAuthenticationToken", message: "Access token has expired." },
      }),
    );
    const failure = await http.send({ method: "GET", url: ME }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServiceError);
    expect((failure as PscError).code).toBe("PSC-E202");
    expect((failure as PscError).message).toContain("kim@contoso.com");
    expect(tokens).toEqual(["https://graph.microsoft.com", "https://graph.microsoft.com fresh"]);
  });

  it("says who lacks which permission and who can grant it", async () => {
    const message =
      "The client 'x' does not have authorization to perform action 'Microsoft.HealthBot/healthBots/write' over scope '/s'.";
    const http = await httpAgainst((_message, response) =>
      json(response, 403, { error: { code: "AuthorizationFailed", message } }),
    );
    const failure = await http
      .send({ method: "PUT", url: "https://management.azure.com/subscriptions/s?api-version=1", body: {} })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "PSC-E231",
      permission: "Microsoft.HealthBot/healthBots/write",
      persona: "an owner of the subscription",
    });
  });

  it("cannot write when it is read-only", async () => {
    const http = await httpAgainst((_message, response) => json(response, 200, {}), { readOnly: true });
    await expect(http.send({ method: "PATCH", url: ME, body: {} })).rejects.toMatchObject({
      code: "PSC-E290",
    });
    expect(seen).toEqual([]);
    await http.send({
      method: "POST",
      url: "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/listTenantSettings?api-version=1",
    });
    expect(seen).toHaveLength(1);
  });

  it("does not follow redirects", async () => {
    const http = await httpAgainst((_message, response) => {
      response.writeHead(302, { location: "https://graph.microsoft.com/elsewhere" });
      response.end();
    });
    await expect(http.send({ method: "GET", url: ME })).rejects.toMatchObject({ code: "PSC-E217" });
    expect(seen).toHaveLength(1);
  });

  it("returns the statuses that the caller expects and keeps evidence without secrets", async () => {
    const http = await httpAgainst((_message, response) =>
      json(response, 404, { error: { code: "NotFound", message: "no" } }, { "request-id": "r-1" }),
    );
    const { result, exchanges } = await http.traced(() =>
      http.send({ method: "GET", url: `${ME}?sig=${"x".repeat(200)}`, expect: [404] }),
    );
    expect(result.status).toBe(404);
    expect(exchanges).toEqual([
      {
        service: "graph",
        method: "GET",
        url: `${ME}?sig=…`,
        status: 404,
        requestId: "r-1",
        write: false,
        sent: 1,
      },
    ]);
  });

  it("says that a host cannot be reached", async () => {
    const http = await httpAgainst((_message, response) => json(response, 200, {}));
    server?.close();
    server?.closeAllConnections();
    const failure = await http.send({ method: "GET", url: ME }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PscError);
    expect(failure).toMatchObject({ code: "PSC-E212" });
    expect((failure as PscError).message).toContain("graph.microsoft.com");
  });

  it("stops reading an answer without end", async () => {
    const http = await httpAgainst((_message, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const chunk = Buffer.alloc(1024 * 1024, " ");
      const pump = (): void => {
        if (response.destroyed) return;
        if (response.write(chunk)) setImmediate(pump);
        else response.once("drain", pump);
      };
      pump();
    });
    await expect(http.send({ method: "GET", url: ME })).rejects.toMatchObject({ code: "PSC-E218" });
    expect(seen).toHaveLength(1);
  });

  it("stops following pages that lead in a circle, and links that lead to another host", async () => {
    const circle = await httpAgainst((_message, response) =>
      json(response, 200, {
        value: [{}],
        "@odata.nextLink": "https://graph.microsoft.com/v1.0/groups?page=2",
      }),
    );
    await expect(createGraph(circle, CLOUDS.public).list("/groups")).rejects.toMatchObject({
      code: "PSC-E219",
    });
    server?.closeAllConnections();
    server?.close();
    const elsewhere = await httpAgainst((_message, response) =>
      json(response, 200, { value: [], "@odata.nextLink": "https://evil.example/steal" }),
    );
    await expect(createGraph(elsewhere, CLOUDS.public).list("/groups")).rejects.toMatchObject({
      code: "PSC-E211",
    });
    expect(seen).toHaveLength(1);
  });

  it("does not wait a year because a server says so", async () => {
    const http = await httpAgainst((_message, response) =>
      json(response, 429, {}, { "retry-after": "31536000" }),
    );
    await expect(http.send({ method: "GET", url: ME })).rejects.toMatchObject({ code: "PSC-E215" });
    expect(seen).toHaveLength(1);
  });
});
