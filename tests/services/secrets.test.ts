import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { describe, expect, onTestFinished, test } from "vitest";
import { CLOUDS } from "../../src/cloud.ts";
import { readSecret } from "../../src/services/secrets.ts";
import type { SecretReference } from "../../src/spec/model.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A vault over HTTP: like the real one it first asks for a token, naming the audience. */
async function vault(answer: Answer): Promise<HttpClient> {
  const server = createServer((request, response) => {
    if (request.headers.authorization === "Bearer t0ken") return answer(request, response);
    response.writeHead(401, {
      "WWW-Authenticate":
        'Bearer authorization="https://login.microsoftonline.com/contoso", resource="https://vault.azure.net"',
    });
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    async sendRequest(request) {
      const url = new URL(request.url);
      const headers = { ...request.headers.toJSON({ preserveCase: true }), "x-real-host": url.host };
      const response = await fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { headers });
      return {
        request,
        status: response.status,
        headers: createHttpHeaders(Object.fromEntries(response.headers)),
        bodyAsText: await response.text(),
      };
    },
  };
}

const credential: TokenCredential = {
  getToken: () => Promise.resolve({ token: "t0ken", expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const KEY: SecretReference = { kind: "keyVault", vault: "kv-contoso", secret: "bot-key", version: undefined };

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const read = (reference: SecretReference, httpClient?: HttpClient, env = {}) =>
  readSecret(reference, {
    cloud: CLOUDS.public,
    env,
    credential,
    ...(httpClient === undefined ? {} : { httpClient }),
  });

describe("a secret", () => {
  test("is read from the vault of the cloud, in the version asked for", async () => {
    const seen: string[] = [];
    const client = await vault((request, response) => {
      seen.push(`${request.headers["x-real-host"]}${request.url?.split("?")[0]}`);
      json(response, 200, {
        value: "hunter2",
        id: `https://kv-contoso.vault.azure.net${request.url}`,
        attributes: {},
      });
    });
    expect((await read(KEY, client)).reveal()).toBe("hunter2");
    await read({ ...KEY, version: "0123456789abcdef0123456789abcdef" }, client);
    expect(seen).toEqual([
      "kv-contoso.vault.azure.net/secrets/bot-key/",
      "kv-contoso.vault.azure.net/secrets/bot-key/0123456789abcdef0123456789abcdef",
    ]);
  });

  test("is read from the environment", async () => {
    const secret = await read({ kind: "environment", name: "KEY" }, undefined, { KEY: "hunter2" });
    expect(secret.reveal()).toBe("hunter2");
    await expect(read({ kind: "environment", name: "KEY" })).rejects.toMatchObject({ code: "PSC-E030" });
  });

  test("never prints", async () => {
    const secret = await read({ kind: "environment", name: "KEY" }, undefined, { KEY: "hunter2" });
    const prints = [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 5, showHidden: true }),
      inspect(secret),
      Object.entries(secret).join(),
    ];
    expect(prints.join()).not.toContain("hunter2");
    expect(prints[0]).toBe("***");
  });

  test.each([
    [404, "SecretNotFound", "PSC-E035", undefined],
    [403, "Forbidden", "PSC-E034", "Microsoft.KeyVault/vaults/secrets/getSecret/action"],
  ])(
    "that the vault answers %i to is reported with who can help",
    async (status, code, expected, permission) => {
      const client = await vault((_, response) =>
        json(response, status, { error: { code, message: "the vault's own words" } }),
      );
      await expect(read(KEY, client)).rejects.toMatchObject({
        code: expected,
        permission,
        message: expect.stringContaining("kv-contoso/bot-key"),
      });
    },
  );
});
