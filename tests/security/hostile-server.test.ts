import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { PscError } from "../../src/errors.ts";
import { secretValue } from "../../src/secret-value.ts";
import type { Wait } from "../../src/services/arm.ts";
import type { Services } from "../../src/services/services.ts";
import { type HostileServer, json, type Reply, startHostileServer, TRANSPORTS } from "./hostile-server.ts";

let server: HostileServer | undefined;
afterEach(() => server?.close());

async function facing(
  reply: Reply,
  transport?: (typeof TRANSPORTS)[number],
  answerWithinMs?: number,
): Promise<HostileServer> {
  server?.close();
  server = await startHostileServer(reply, transport, answerWithinMs);
  return server;
}

async function failureOf(work: Promise<unknown>): Promise<PscError> {
  const failure: unknown = await work.then(
    (result) => new Error(`succeeded with ${JSON.stringify(result)}`),
    (error: unknown) => error,
  );
  // Anything but an error of psc's own would be reported as a bug.
  if (!(failure instanceof PscError)) throw failure;
  return failure;
}

const ID = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-a";
const BOT = `${ID}/providers/Microsoft.HealthBot/healthBots/bot-a`;
const ORG = "https://contoso.crm4.dynamics.com";

/** A wait that looks until it is done, without the pauses. */
const impatient: Wait = async (_what, _options, look) => {
  for (;;) {
    const seen = await look();
    if (seen.done) return seen.value;
  }
};

/** Addresses that a server may hand out to get a token to somewhere else. */
const ELSEWHERE = [
  "https://evil.example/steal",
  "https://graph.microsoft.com.evil.example/v1.0/groups",
  "https://graph.microsoft.com@evil.example/v1.0/groups",
  "https://evil.example#@graph.microsoft.com/",
  "https://evilcrm4.dynamics.com.evil.example/",
  "http://graph.microsoft.com/v1.0/groups",
  "https://graph.microsoft.com:8443/v1.0/groups",
  "https://graph.microsoft.com\u3002evil.example/",
  "https://evil.example\\@graph.microsoft.com/",
  "https://127.0.0.1/metadata/identity/oauth2/token",
  "file:///etc/passwd",
  "//evil.example/",
  "not an address",
] as const;

/** What psc does with an address a server hands out, by the place it stands in. */
const PLACES: Readonly<
  Record<string, (url: string) => { reply: Reply; act: (services: Services) => Promise<unknown> }>
> = {
  "@odata.nextLink of Microsoft Graph": (url) => ({
    reply: (_, response) => json(response, 200, { value: [{ id: "1" }], "@odata.nextLink": url }),
    act: ({ graph }) => graph.list("/groups"),
  }),
  "nextLink of Azure Resource Manager": (url) => ({
    reply: (_, response) => json(response, 200, { value: [], nextLink: url }),
    act: ({ arm }) => arm.list(`${ID}/providers/Microsoft.HealthBot/healthBots`),
  }),
  "nextLink of the Power Platform admin API": (url) => ({
    reply: (_, response) => json(response, 200, { value: [], nextLink: url }),
    act: ({ bap }) => bap.environments(),
  }),
  "@odata.nextLink of the Power Platform API": (url) => ({
    reply: (_, response) => json(response, 200, { value: [], "@odata.nextLink": url }),
    act: ({ powerPlatform }) => powerPlatform.environmentPackages("00000000-0000-4000-8000-000000000001"),
  }),
  "@odata.nextLink of Dataverse": (url) => ({
    reply: (_, response) => json(response, 200, { value: [], "@odata.nextLink": url }),
    act: ({ dataverse }) => dataverse(ORG).list("queues", { select: ["name"] }),
  }),
  "Azure-AsyncOperation of Azure": (url) => ({
    reply: (_, response) => json(response, 202, {}, { "azure-asyncoperation": encodeURI(url) }),
    act: async ({ arm }) => arm.untilDone(await arm.send("PUT", BOT, { body: {} }), BOT, "bot-a", impatient),
  }),
  "Location of Azure": (url) => ({
    reply: (_, response) => json(response, 202, {}, { location: encodeURI(url) }),
    act: async ({ arm }) => arm.untilDone(await arm.send("DELETE", BOT), BOT, "bot-a", impatient),
  }),
  "Operation-Location of the admin API": (url) => ({
    reply: (_, response) =>
      json(response, 202, {}, { "operation-location": encodeURI(url), location: encodeURI(url) }),
    act: async ({ bap }) => {
      const started = await bap.changeEnvironment("00000000-0000-4000-8000-000000000001", {});
      return bap.operation(started.operationUrl ?? "");
    },
  }),
  "Operation-Location of an installation": (url) => ({
    reply: (_, response) => json(response, 202, {}, { "operation-location": encodeURI(url) }),
    act: async ({ powerPlatform }) => {
      const { operationUrl } = await powerPlatform.install("00000000-0000-4000-8000-000000000001", "pkg");
      return powerPlatform.installOperation(operationUrl ?? "");
    },
  }),
  "instanceUrl of an environment": (url) => ({
    reply: (_, response) =>
      json(response, 200, {
        name: "00000000-0000-4000-8000-000000000001",
        properties: { linkedEnvironmentMetadata: { instanceUrl: url, resourceId: "r" } },
      }),
    act: async ({ bap, dataverse }) => {
      const environment = await bap.environment("00000000-0000-4000-8000-000000000001");
      return dataverse(environment?.dataverse?.instanceUrl ?? "").list("queues", { select: ["name"] });
    },
  }),
  "botManagementPortalLink of a bot": (url) => ({
    reply: (_, response) => json(response, 200, { properties: { botManagementPortalLink: url } }),
    act: async ({ arm, healthBot }) => {
      const bot = await arm.get<{ properties: { botManagementPortalLink: string } }>(BOT);
      return healthBot(bot?.properties.botManagementPortalLink ?? "", secretValue("bot-secret")).getBackup();
    },
  }),
};

describe("a server that points elsewhere", () => {
  describe.each(Object.entries(PLACES))("in %s", (_place, made) => {
    it.each(ELSEWHERE)("gets no token to %s", async (url) => {
      const { reply, act } = made(url);
      const { services, received } = await facing(reply);
      const { code, message } = await failureOf(act(services));
      expect({ code, message }).toEqual({
        code: "PSC-E211",
        message: expect.stringMatching(/token|nothing/),
      });
      const strangers = received.filter(
        ({ host }) => !/\.(microsoft|azure|powerplatform|dynamics)\.com$/.test(host),
      );
      expect(strangers).toEqual([]);
      expect(received).toHaveLength(1);
    });
  });

  it("redirects in vain: psc does not follow", async () => {
    const { services, received } = await facing((_, response) =>
      json(response, 307, {}, { location: "https://evil.example/" }),
    );
    expect((await failureOf(services.graph.get("/me"))).code).toBe("PSC-E217");
    expect(received).toHaveLength(1);
  });
});

describe("a server that never stops paging", () => {
  it("is left after so many pages, though each link is new", async () => {
    const { services, received } = await facing((_, response, call) =>
      json(response, 200, {
        value: [],
        "@odata.nextLink": `https://graph.microsoft.com/v1.0/groups?page=${call}`,
      }),
    );
    expect((await failureOf(services.graph.list("/groups"))).code).toBe("PSC-E219");
    expect(received.length).toBeLessThan(2_100);
  });

  it("is left when all pages together are too large", async () => {
    const page = JSON.stringify({ value: [], padding: " ".repeat(8 << 20) }).slice(0, -1);
    const { services, received } = await facing((_, response, call) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`${page},"nextLink":"https://management.azure.com${ID}/x?page=${call}"}`);
    });
    expect((await failureOf(services.arm.list(`${ID}/x`))).code).toBe("PSC-E219");
    expect(received.length).toBeLessThan(20);
  });
});

function pump(response: ServerResponse, chunk: Buffer, total: number): void {
  let sent = 0;
  const more = (): void => {
    while (!response.destroyed && sent < total) {
      sent += chunk.length;
      if (!response.write(chunk)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}

describe.each(TRANSPORTS)("through %s", (transport) => {
  it.each([200, 404, 503])("an answer of 1 GB with status %i is cut off", async (status) => {
    const { services, received } = await facing((_, response) => {
      response.writeHead(status, { "content-type": "application/json", "content-length": String(1 << 30) });
      pump(response, Buffer.alloc(1 << 20, " "), 1 << 30);
    }, transport);
    expect((await failureOf(services.arm.get(ID))).code).toBe("PSC-E218");
    expect(received).toHaveLength(1);
  });

  it("10 MB of headers are refused", async () => {
    const { services } = await facing((_, response) => {
      const { socket } = response;
      socket?.write(`HTTP/1.1 200 OK\r\nx-filler: ${"x".repeat(10 << 20)}\r\ncontent-length: 2\r\n\r\n{}`);
    }, transport);
    const { code, message } = await failureOf(services.arm.get(ID));
    expect(code).toBe("PSC-E214");
    expect(message).toContain("HPE_HEADER_OVERFLOW");
  });

  it("a gzip bomb is not unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(1 << 28, " "));
    const { services } = await facing((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(bomb);
    }, transport);
    // Unpacked it would be too large (PSC-E218); as it comes it is no JSON.
    const { code, message } = await failureOf(services.arm.get(ID));
    expect({ code, message }).toEqual({ code: "PSC-E214", message: expect.stringContaining("EBADJSON") });
  });

  it("an answer that drips is given up in time", async () => {
    const drips = new Set<NodeJS.Timeout>();
    const { services, received } = await facing(
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        drips.add(setInterval(() => response.write(" "), 5));
      },
      transport,
      50,
    );
    const { code, message } = await failureOf(services.arm.send("POST", `${ID}/x`));
    for (const drip of drips) clearInterval(drip);
    expect(code).toBe("PSC-E214");
    expect(message).toContain("ETIMEOUT");
    expect(received).toHaveLength(1);
  });

  it("a connection that says nothing is given up in time", async () => {
    const { services } = await facing(() => {}, transport, 50);
    expect((await failureOf(services.arm.send("POST", `${ID}/x`))).code).toBe("PSC-E214");
  });
});

describe("a server that asks for a strange wait", () => {
  it.each([
    ["a year", "31536000"],
    ["a number without end", "9".repeat(400)],
    ["a day far away", "Fri, 31 Dec 9999 23:59:59 GMT"],
  ])("of %s is not waited for", async (_, retryAfter) => {
    const { services, received, waits } = await facing((_message, response) =>
      json(response, 429, {}, { "retry-after": retryAfter }),
    );
    expect((await failureOf(services.graph.get("/me"))).code).toBe("PSC-E215");
    expect(received).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  it.each([
    ["a negative number", "-5"],
    ["a day in the past", "Thu, 01 Jan 1970 00:00:00 GMT"],
    ["no time at all", "soon"],
    ["zero", "0"],
  ])("of %s is asked again a bounded number of times", async (_, retryAfter) => {
    const { services, received } = await facing((_message, response) =>
      json(response, 429, {}, { "retry-after": retryAfter }),
    );
    expect((await failureOf(services.graph.get("/me"))).code).toBe("PSC-E215");
    expect(received.length).toBeLessThan(10);
  });
});

describe("a server that answers nonsense", () => {
  const DEEP = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const NONSENSE: readonly [string, string][] = [
    ["an array", "[1,2,3]"],
    ["a string", '"hello"'],
    ["a number", "42"],
    ["null", "null"],
    ["nothing", ""],
    ["HTML", "<html><body>Sign in</body></html>"],
    ["a list that is text", '{"value":"abc","responses":"abc","nextLink":7,"@odata.nextLink":{}}'],
    ["a list of numbers", '{"value":[1,null,"x",[]],"responses":[1,null,"x",[]]}'],
    ["__proto__", '{"__proto__":{"polluted":true},"value":[{"__proto__":{"polluted":true}}]}'],
    ["200,000 brackets", `{"value":${DEEP}}`],
  ];
  const READS: Readonly<Record<string, (services: Services) => Promise<unknown>>> = {
    "a list of Graph": ({ graph }) => graph.list("/groups"),
    "an object of Graph": ({ graph }) => graph.get("/me"),
    "a list of Azure": ({ arm }) => arm.list(`${ID}/providers/Microsoft.HealthBot/healthBots`),
    "a list of environments": ({ bap }) => bap.environments(),
    "an environment": ({ bap }) => bap.environment("00000000-0000-4000-8000-000000000001"),
    "a list of packages": ({ powerPlatform }) =>
      powerPlatform.environmentPackages("00000000-0000-4000-8000-000000000001"),
    "rows of Dataverse": ({ dataverse }) => dataverse(ORG).list("queues", { select: ["name"] }),
    "a backup of the bot": ({ healthBot }) =>
      healthBot("https://us.healthbot.microsoft.com/account/bot-a", secretValue("bot-secret")).getBackup(),
  };
  describe.each(Object.entries(READS))("where %s should be", (_what, read) => {
    it.each(NONSENSE)("%s is an answer or an error of psc, never a crash", async (_name, text) => {
      const { services } = await facing((_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(text);
      });
      const failure: unknown = await read(services).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure !== undefined) expect(failure).toBeInstanceOf(PscError);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });
  });
});
