import { request as httpRequest } from "node:http";
import { createHttpHeaders, type HttpClient, type PipelineResponse } from "@azure/core-rest-pipeline";
import { ClientSecretCredential, DeviceCodeCredential } from "@azure/identity";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ADMIN_USER,
  BARE_APP,
  PIPELINE_APP,
  PLAIN_USER,
  PUBLIC_CLIENT_APP_ID,
  TENANT,
} from "../../../src/sandbox/seed.ts";
import { type Answer, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

let cloud: TestSandbox;
beforeAll(async () => {
  cloud = await startTestSandbox({ speed: 1 });
});
afterAll(() => cloud.close());

const GRAPH = "https://graph.microsoft.com";
const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";

function askToken(form: Record<string, string>, tenant: string = TENANT.id): Promise<Answer> {
  return cloud.ask("POST", `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`, {
    body: new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
}

const PIPELINE_FORM = {
  grant_type: "client_credentials",
  client_id: PIPELINE_APP.appId,
  client_secret: PIPELINE_APP.secret,
  scope: `${GRAPH}/.default`,
};
const ADMIN_FORM = {
  grant_type: "password",
  client_id: PUBLIC_CLIENT_APP_ID,
  username: ADMIN_USER.userPrincipalName,
  password: ADMIN_USER.password,
  scope: `${GRAPH}/.default offline_access openid`,
};

describe("application tokens", () => {
  test("carry the Graph application permissions that were granted, and nothing delegated", async () => {
    const answer = await askToken(PIPELINE_FORM);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: "Bearer", expires_in: 86400 });
    const claims = claimsOf(answer.body.access_token);
    expect(claims).toMatchObject({
      aud: GRAPH,
      iss: `https://sts.windows.net/${TENANT.id}/`,
      tid: TENANT.id,
      oid: PIPELINE_APP.servicePrincipalId,
      appid: PIPELINE_APP.appId,
    });
    expect(claims["roles"]).toContain("Application.ReadWrite.All");
    expect(claims).not.toHaveProperty("scp");
  });

  test("of an application without permissions have no roles", async () => {
    const claims = claimsOf(await cloud.token("bare", GRAPH));
    expect(claims["oid"]).toBe(BARE_APP.servicePrincipalId);
    expect(claims).not.toHaveProperty("roles");
  });

  test("are issued by the tenant's verified domain as well", async () => {
    expect((await askToken(PIPELINE_FORM, TENANT.domain)).status).toBe(200);
  });

  test("are refused to an assertion that no registered certificate signed", async () => {
    const { client_secret: _, ...form } = PIPELINE_FORM;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const ask = (head: object, claims: object) =>
      askToken({
        ...form,
        client_assertion: `${part(head)}.${part(claims)}.c2ln`,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      });
    const own = { iss: PIPELINE_APP.appId, sub: PIPELINE_APP.appId, aud: "x" };
    const codes = async (head: object, claims: object) => {
      const { status, body } = await ask(head, claims);
      return [status, body.error, body.error_codes];
    };
    expect(await codes({ alg: "RS256", x5t: "AAAA" }, own)).toEqual([401, "invalid_client", [700027]]);
    expect(await codes({ alg: "RS256" }, own)).toEqual([401, "invalid_client", [5002723]]);
    expect(await codes({ alg: "RS256", x5t: "AAAA" }, { ...own, sub: BARE_APP.appId })).toEqual([
      401,
      "invalid_client",
      [700021],
    ]);
    const malformed = await askToken({
      ...form,
      client_assertion: "no.jwt",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    });
    expect([malformed.status, malformed.body.error_codes]).toEqual([400, [50027]]);
  });

  test("need a tenant that can be told from the address", async () => {
    const answer = await askToken(PIPELINE_FORM, "organizations");
    expect([answer.status, answer.body.error, answer.body.error_codes]).toEqual([
      400,
      "invalid_request",
      [50059],
    ]);
  });
});

describe("user tokens", () => {
  test("of the administrator carry scopes and directory roles", async () => {
    const answer = await askToken({ ...ADMIN_FORM, client_info: "1" });
    expect(answer.status).toBe(200);
    const claims = claimsOf(answer.body.access_token);
    expect(claims).toMatchObject({ upn: ADMIN_USER.userPrincipalName, name: ADMIN_USER.displayName });
    expect(String(claims["scp"]).split(" ")).toEqual(
      expect.arrayContaining(["Application.ReadWrite.All", "Group.ReadWrite.All", "User.Read"]),
    );
    expect(claims["wids"]).toContain(GLOBAL_ADMINISTRATOR);
    const info = JSON.parse(Buffer.from(answer.body.client_info, "base64url").toString("utf8"));
    expect(info).toEqual({ uid: ADMIN_USER.id, utid: TENANT.id });
    expect(claimsOf(answer.body.id_token)).toMatchObject({ aud: PUBLIC_CLIENT_APP_ID, oid: ADMIN_USER.id });
  });

  test("of the plain user carry no directory role", async () => {
    const claims = claimsOf(await cloud.token("reader", GRAPH));
    expect(claims["oid"]).toBe(PLAIN_USER.id);
    expect(claims["wids"]).toEqual(["b79fbf4d-3ef9-4689-8143-76b194e85509"]);
  });

  test("can be renewed for another resource with the refresh token", async () => {
    const first = await askToken(ADMIN_FORM);
    const renewed = await askToken({
      grant_type: "refresh_token",
      client_id: PUBLIC_CLIENT_APP_ID,
      refresh_token: first.body.refresh_token,
      scope: "https://management.azure.com/.default",
    });
    expect(renewed.status).toBe(200);
    expect(claimsOf(renewed.body.access_token)).toMatchObject({
      aud: "https://management.azure.com",
      oid: ADMIN_USER.id,
      scp: "user_impersonation",
    });
    const forged = await askToken({
      grant_type: "refresh_token",
      client_id: PUBLIC_CLIENT_APP_ID,
      refresh_token: `${first.body.refresh_token}x`,
      scope: "https://management.azure.com/.default",
    });
    expect([forged.status, forged.body.error]).toEqual([400, "invalid_grant"]);
  });

  test.each([
    "https://management.azure.com",
    "https://service.powerapps.com/",
    "https://api.powerplatform.com",
    "https://orgabc123.crm4.dynamics.com",
    "https://vault.azure.net",
    "00000003-0000-0000-c000-000000000000",
  ])("are issued for %s", async (resource) => {
    const answer = await askToken({ ...ADMIN_FORM, scope: `${resource}/.default` });
    expect(answer.status).toBe(200);
    expect(claimsOf(answer.body.access_token)["aud"]).toBe(resource);
  });
});

describe("refusals have Entra's shape", () => {
  const { client_secret: _, ...noSecret } = PIPELINE_FORM;
  test.each([
    ["unknown tenant", PIPELINE_FORM, "no-such-tenant.example", 400, "invalid_request", 90002],
    [
      "unknown application",
      { ...PIPELINE_FORM, client_id: BARE_APP.objectId },
      TENANT.id,
      400,
      "unauthorized_client",
      700016,
    ],
    ["wrong secret", { ...PIPELINE_FORM, client_secret: "no" }, TENANT.id, 401, "invalid_client", 7000215],
    ["no credential", noSecret, TENANT.id, 401, "invalid_client", 7000218],
    ["wrong password", { ...ADMIN_FORM, password: "no" }, TENANT.id, 400, "invalid_grant", 50126],
    [
      "unknown resource",
      { ...PIPELINE_FORM, scope: "https://nowhere.example/.default" },
      TENANT.id,
      400,
      "invalid_resource",
      500011,
    ],
    [
      "named scope for an application",
      { ...PIPELINE_FORM, scope: `${GRAPH}/User.Read` },
      TENANT.id,
      400,
      "invalid_scope",
      70011,
    ],
    [
      "scope nobody consented to",
      { ...ADMIN_FORM, scope: `${GRAPH}/Mail.Send` },
      TENANT.id,
      400,
      "invalid_grant",
      65001,
    ],
    [
      "unknown grant",
      { ...PIPELINE_FORM, grant_type: "magic" },
      TENANT.id,
      400,
      "unsupported_grant_type",
      70003,
    ],
  ])("%s", async (_name, form, tenant, status, error, code) => {
    const answer = await askToken(form, tenant);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      error,
      error_description: expect.stringContaining(`AADSTS${code}: `),
      error_codes: [code],
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
      trace_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
      ...(code === 65001 ? { suberror: "consent_required" } : {}),
    });
  });
});

describe("device code", () => {
  test("is pending until the administrator has typed it, and then good for one sign-in", async () => {
    const started = await cloud.ask(
      "POST",
      `https://login.microsoftonline.com/${TENANT.id}/oauth2/v2.0/devicecode`,
      {
        body: new URLSearchParams({
          client_id: PUBLIC_CLIENT_APP_ID,
          scope: `${GRAPH}/.default offline_access`,
        }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      },
    );
    expect(started.body).toMatchObject({
      verification_uri: "https://microsoft.com/devicelogin",
      interval: 5,
    });
    const poll = () =>
      askToken({
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        client_id: PUBLIC_CLIENT_APP_ID,
        device_code: started.body.device_code,
      });
    const early = await poll();
    expect([early.status, early.body.error, early.body.error_codes]).toEqual([
      400,
      "authorization_pending",
      [70016],
    ]);
    await cloud.control("POST", "clock", { advanceMs: 6_000 });
    const done = await poll();
    expect(claimsOf(done.body.access_token)["oid"]).toBe(ADMIN_USER.id);
    expect(done.body.refresh_token).toEqual(expect.any(String));
    expect((await poll()).status).toBe(400);
  });
});

describe("discovery", () => {
  test("names the endpoints of the tenant", async () => {
    const answer = await cloud.ask(
      "GET",
      `https://login.microsoftonline.com/${TENANT.domain}/v2.0/.well-known/openid-configuration`,
    );
    expect(answer.body).toMatchObject({
      issuer: `https://login.microsoftonline.com/${TENANT.id}/v2.0`,
      token_endpoint: `https://login.microsoftonline.com/${TENANT.id}/oauth2/v2.0/token`,
    });
    const unknown = await cloud.ask(
      "GET",
      "https://login.microsoftonline.com/11111111-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration",
    );
    expect([unknown.status, unknown.body.error_codes]).toEqual([400, [90002]]);
  });
});

/** Sends what @azure/identity sends to the sandbox's port, with the real host name in the Host header. */
function loopbackClient(port: number): HttpClient {
  return {
    sendRequest: (request) =>
      new Promise<PipelineResponse>((resolve, reject) => {
        const url = new URL(request.url);
        const message = httpRequest(
          {
            host: "127.0.0.1",
            port,
            method: request.method,
            path: `${url.pathname}${url.search}`,
            headers: { ...request.headers.toJSON(), host: url.host },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("end", () =>
              resolve({
                request,
                status: response.statusCode ?? 0,
                headers: createHttpHeaders({ "content-type": "application/json" }),
                bodyAsText: Buffer.concat(chunks).toString("utf8"),
              }),
            );
          },
        );
        message.on("error", reject);
        message.end(typeof request.body === "string" ? request.body : undefined);
      }),
  };
}

describe("@azure/identity", () => {
  test("signs an application in with its secret", async () => {
    const httpClient = loopbackClient(cloud.sandbox.port);
    const credential = new ClientSecretCredential(TENANT.id, PIPELINE_APP.appId, PIPELINE_APP.secret, {
      httpClient,
    });
    const token = await credential.getToken(`${GRAPH}/.default`);
    expect(claimsOf(token.token)["appid"]).toBe(PIPELINE_APP.appId);
  });

  test("reports Entra's message for a wrong secret", async () => {
    const httpClient = loopbackClient(cloud.sandbox.port);
    const credential = new ClientSecretCredential(TENANT.id, PIPELINE_APP.appId, "wrong", { httpClient });
    await expect(credential.getToken(`${GRAPH}/.default`)).rejects.toThrow(/AADSTS7000215/);
  });

  test("signs the administrator in with a device code", async () => {
    const credential = new DeviceCodeCredential({
      tenantId: TENANT.id,
      clientId: PUBLIC_CLIENT_APP_ID,
      httpClient: loopbackClient(cloud.sandbox.port),
      userPromptCallback: async (info) => {
        expect(info.message).toContain(info.userCode);
        await cloud.control("POST", "clock", { advanceMs: 10_000 });
      },
    });
    const token = await credential.getToken(`${GRAPH}/.default`);
    expect(claimsOf(token?.token ?? "")["oid"]).toBe(ADMIN_USER.id);
  });
});
