import { generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP, TENANT } from "../../../src/sandbox/seed.ts";
import { type ClientCertificate, newClientCertificate } from "../../harness/client-certificate.ts";
import { type Answer, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

let cloud: TestSandbox;
let admin: string;
const GRAPH = "https://graph.microsoft.com/v1.0";
const APPLICATION = `${GRAPH}/applications/${BARE_APP.objectId}`;
const TOKEN_ENDPOINT = `https://login.microsoftonline.com/${TENANT.id}/oauth2/v2.0/token`;

beforeAll(async () => {
  cloud = await startTestSandbox({ speed: 1 });
  admin = await cloud.token("admin", "https://graph.microsoft.com");
});
afterAll(() => cloud.close());

const graph = (method: string, url: string, body?: unknown) =>
  cloud.ask(method, url, { token: admin, ...(body === undefined ? {} : { body }) });

const seconds = () => Math.floor(Date.now() / 1000);

function jwt(header: object, claims: object, key: string, algorithm: "RS256" | "PS256" = "RS256"): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: algorithm, typ: "JWT", ...header })}.${part(claims)}`;
  // 6 is RSA_PKCS1_PSS_PADDING, 1 RSA_PKCS1_PADDING.
  const padding = algorithm === "PS256" ? { padding: 6, saltLength: 32 } : { padding: 1 };
  return `${signed}.${sign("sha256", Buffer.from(signed), { key, ...padding }).toString("base64url")}`;
}

function ask(
  assertion: string,
  type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
): Promise<Answer> {
  return cloud.ask("POST", TOKEN_ENDPOINT, {
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: BARE_APP.appId,
      client_assertion: assertion,
      client_assertion_type: type,
      scope: "https://graph.microsoft.com/.default",
    }).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "client-request-id": "00000000-0000-4000-8000-00000000abcd",
    },
  });
}

/** Status, OAuth word and number of a refusal, whose whole shape is checked. */
async function refusal(assertion: string): Promise<[number, string, number]> {
  const { status, headers, body } = await ask(assertion);
  const code = body.error_codes[0] as number;
  expect(headers).toMatchObject({ "cache-control": "no-store, no-cache", pragma: "no-cache" });
  expect(headers["x-ms-request-id"]).toBe(body.trace_id);
  expect(body).toEqual({
    error: expect.any(String),
    error_description: expect.stringMatching(
      new RegExp(`^AADSTS${code}: .+ Trace ID: \\S+ Correlation ID: \\S+ Timestamp: [\\d-]+ [\\d:]+Z$`, "s"),
    ),
    error_codes: [code],
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
    trace_id: expect.any(String),
    correlation_id: "00000000-0000-4000-8000-00000000abcd",
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
  return [status, body.error, code];
}

describe("assertions signed with a certificate", () => {
  const certificate: ClientCertificate = newClientCertificate("psc");
  const x5t = Buffer.from(certificate.thumbprint, "hex").toString("base64url");
  const claims = (more: object = {}) => ({
    iss: BARE_APP.appId,
    sub: BARE_APP.appId,
    aud: TOKEN_ENDPOINT,
    jti: "1",
    nbf: seconds() - 5,
    exp: seconds() + 300,
    ...more,
  });
  const signed = (more: object = {}) => jwt({ x5t }, claims(more), certificate.privateKeyPem);

  beforeAll(async () => {
    const patched = await graph("PATCH", APPLICATION, {
      keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key: certificate.key }],
    });
    expect(patched.status).toBe(204);
  });

  it("are accepted with RS256 and with PS256", async () => {
    expect((await ask(signed())).status).toBe(200);
    expect((await ask(jwt({ x5t }, claims(), certificate.privateKeyPem, "PS256"))).status).toBe(200);
  });

  it("are refused when they are not what they claim to be", async () => {
    expect(await refusal(signed({ aud: "https://login.microsoftonline.com/common/v2.0" }))).toEqual([
      401,
      "invalid_client",
      700023,
    ]);
    expect(await refusal(signed({ exp: seconds() - 1 }))).toEqual([401, "invalid_client", 700024]);
    expect(await refusal(signed({ nbf: seconds() + 3_600 }))).toEqual([401, "invalid_client", 700024]);
    expect(await refusal(signed({ sub: "somebody" }))).toEqual([401, "invalid_client", 700021]);
    const forged = jwt({ x5t }, claims(), newClientCertificate("forger").privateKeyPem);
    expect(await refusal(forged)).toEqual([401, "invalid_client", 700027]);
    expect(await refusal(jwt({}, claims(), certificate.privateKeyPem))).toEqual([
      401,
      "invalid_client",
      5002723,
    ]);
    const [, body = ""] = signed().split(".");
    const unsigned = `${Buffer.from(JSON.stringify({ alg: "none", x5t })).toString("base64url")}.${body}.AA`;
    expect(await refusal(unsigned)).toEqual([401, "invalid_client", 700027]);
    expect(await refusal("no.jwt")).toEqual([400, "invalid_request", 50027]);
  });

  it("need their type named", async () => {
    const answer = await ask(signed(), "");
    expect([answer.status, answer.body.error, answer.body.error_codes]).toEqual([
      400,
      "invalid_request",
      [900144],
    ]);
  });

  it("show the key only to a read that selects it", async () => {
    const plain = await graph("GET", APPLICATION);
    expect(plain.body.keyCredentials[0]).toMatchObject({
      customKeyIdentifier: certificate.thumbprint,
      key: null,
      type: "AsymmetricX509Cert",
      usage: "Verify",
    });
    const selected = await graph("GET", `${APPLICATION}?$select=keyCredentials`);
    expect(selected.body.keyCredentials[0].key).toBe(certificate.key);
  });

  it("lose their certificate when the list is replaced without it", async () => {
    const { body } = await graph("GET", APPLICATION);
    expect((await graph("PATCH", APPLICATION, { keyCredentials: body.keyCredentials })).status).toBe(204);
    expect((await ask(signed())).status).toBe(200);
    expect((await graph("PATCH", APPLICATION, { keyCredentials: [] })).status).toBe(204);
    expect(await refusal(signed())).toEqual([401, "invalid_client", 700027]);
  });

  it.each([
    ["no certificate", { type: "AsymmetricX509Cert", usage: "Verify", key: "AAAA" }],
    ["no key", { type: "AsymmetricX509Cert", usage: "Verify" }],
    ["a symmetric key", { type: "Symmetric", usage: "Verify", key: certificate.key }],
  ])("cannot be prepared with %s", async (_what, entry) => {
    const answer = await graph("PATCH", APPLICATION, { keyCredentials: [entry] });
    expect([answer.status, answer.body.error.code]).toEqual([400, "Request_BadRequest"]);
  });
});

describe("assertions of a federated issuer", () => {
  const issuer = "https://token.actions.githubusercontent.com";
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const claims = (more: object = {}) => ({
    iss: issuer,
    sub: "repo:contoso/psc:environment:prod",
    aud: "api://AzureADTokenExchange",
    exp: seconds() + 300,
    ...more,
  });
  const signed = (more: object = {}, header: object = { kid: "k1" }) => jwt(header, claims(more), pem);

  it("are refused until the application federates", async () => {
    expect(await refusal(signed())).toEqual([401, "invalid_client", 70025]);
  });

  it("are not judged while the issuer's keys are unknown", async () => {
    const added = await graph("POST", `${APPLICATION}/federatedIdentityCredentials`, {
      name: "prod",
      issuer,
      subject: "repo:contoso/psc:environment:prod",
      audiences: ["api://AzureADTokenExchange"],
    });
    expect(added.status).toBe(201);
    const answer = await ask(signed());
    expect([answer.status, answer.body.error]).toEqual([501, "not_simulated"]);
    expect(answer.body.error_description).toContain("/_sandbox/issuers");
  });

  it("sign in when issuer, subject, audience and signature are right, and not otherwise", async () => {
    const key = { ...publicKey.export({ format: "jwk" }), kid: "k1" };
    expect((await cloud.control("POST", "issuers", { issuer, keys: [key] })).status).toBe(201);
    expect((await cloud.control("GET", "issuers")).body.value).toEqual([{ issuer, keys: [key] }]);
    expect((await ask(signed())).status).toBe(200);
    expect((await ask(signed({ aud: ["other", "api://AzureADTokenExchange"] }))).status).toBe(200);
    expect(await refusal(signed({ iss: `${issuer}/` }))).toEqual([401, "invalid_client", 700211]);
    expect(await refusal(signed({ aud: "other" }))).toEqual([401, "invalid_client", 700212]);
    expect(await refusal(signed({ sub: "Repo:contoso/psc:environment:prod" }))).toEqual([
      401,
      "invalid_client",
      700213,
    ]);
    expect(await refusal(signed({}, { kid: "k2" }))).toEqual([401, "invalid_client", 700027]);
    expect(await refusal(signed({ exp: seconds() - 1 }))).toEqual([401, "invalid_client", 700024]);
  });

  it.each([
    ["without https", { issuer: "http://issuer.example", keys: [] }],
    ["without keys", { issuer: "https://issuer.example" }],
    ["with something that is no key", { issuer: "https://issuer.example", keys: [{ kty: "none" }] }],
  ])("cannot be prepared %s", async (_what, body) => {
    expect((await cloud.control("POST", "issuers", body)).status).toBe(400);
  });
});
