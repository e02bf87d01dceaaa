import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  DeviceCodeCredential,
  type TokenCredential,
} from "@azure/identity";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN_USER, BARE_APP, PIPELINE_APP, PUBLIC_CLIENT_APP_ID, TENANT } from "../../src/sandbox/seed.ts";
import { type ClientCertificate, newClientCertificate } from "../harness/client-certificate.ts";
import { prove } from "../harness/fidelity.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

const SCOPE = "https://graph.microsoft.com/.default";
const GRAPH = "https://graph.microsoft.com/v1.0";
const API = "Microsoft Entra sign-in";
const CLIENT = "@azure/identity";

let cloud: TlsSandbox;
let admin: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "psc-identity-"));
  cloud = await startTlsSandbox({ speed: 60 });
  cloud.actAsInternet();
  admin = await cloud.token("admin", "https://graph.microsoft.com");
});
afterAll(async () => {
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
});

function claimsOf(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from((token ?? "").split(".")[1] ?? "", "base64url").toString("utf8"));
}

async function signIn(credential: TokenCredential): Promise<Record<string, unknown>> {
  const token = await credential.getToken(SCOPE);
  expect(token?.expiresOnTimestamp).toBeGreaterThan(Date.now());
  return claimsOf(token?.token);
}

/** Number of the `AADSTS…` error that a sign-in ends with. */
async function refusal(credential: TokenCredential): Promise<number> {
  const error = await credential.getToken(SCOPE).then(
    () => undefined,
    (refused: unknown) => refused,
  );
  expect(error).toMatchObject({ name: "AuthenticationRequiredError" });
  return Number(/AADSTS(\d+)/.exec(String(error))?.[1]);
}

async function graph(method: string, path: string, body?: unknown, status = 204): Promise<void> {
  const answer = await cloud.ask(method, `${GRAPH}${path}`, {
    token: admin,
    ...(body === undefined ? {} : { body }),
  });
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
}

const bareApplication = `/applications/${BARE_APP.objectId}`;

describe("ClientSecretCredential", () => {
  const withSecret = (secret: string, tenant: string = TENANT.id, app: string = PIPELINE_APP.appId) =>
    new ClientSecretCredential(tenant, app, secret);

  it("signs the pipeline's application in", async () => {
    const claims = await signIn(withSecret(PIPELINE_APP.secret));
    expect(claims).toMatchObject({
      aud: "https://graph.microsoft.com",
      appid: PIPELINE_APP.appId,
      idtyp: "app",
    });
    prove({
      api: API,
      operation: "client_credentials with a secret",
      proof: "independent client",
      source: CLIENT,
    });
  });

  it("is refused a wrong secret, an unknown tenant and an unknown application", async () => {
    expect(await refusal(withSecret("wrong"))).toBe(7000215);
    expect(await refusal(withSecret(PIPELINE_APP.secret, "00000000-0000-4000-8000-000000000000"))).toBe(
      90002,
    );
    expect(
      await refusal(withSecret(PIPELINE_APP.secret, TENANT.id, "00000000-0000-4000-8000-000000000000")),
    ).toBe(700016);
  });

  it("is refused an expired secret", async () => {
    const added = await cloud.ask("POST", `${GRAPH}${bareApplication}/addPassword`, {
      token: admin,
      body: { passwordCredential: { endDateTime: new Date(Date.now() + 600_000_000).toISOString() } },
    });
    const credential = () => withSecret(added.body.secretText, TENANT.id, BARE_APP.appId);
    expect((await signIn(credential()))["appid"]).toBe(BARE_APP.appId);
    const shortLived = await cloud.ask("POST", `${GRAPH}${bareApplication}/addPassword`, {
      token: admin,
      body: {
        passwordCredential: { startDateTime: "2020-01-01T00:00:00Z", endDateTime: "2020-02-01T00:00:00Z" },
      },
    });
    expect(await refusal(withSecret(shortLived.body.secretText, TENANT.id, BARE_APP.appId))).toBe(7000222);
  });
});

describe("ClientCertificateCredential", () => {
  const certificate: ClientCertificate = newClientCertificate("psc pipeline");
  const withCertificate = (pem: string) => {
    const certificatePath = join(folder, "client.pem");
    writeFileSync(certificatePath, pem, { mode: 0o600 });
    return new ClientCertificateCredential(TENANT.id, BARE_APP.appId, { certificatePath });
  };
  const register = (more: object = {}) =>
    graph("PATCH", bareApplication, {
      keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key: certificate.key, ...more }],
    });

  it("is refused until its certificate is registered, then signs in", async () => {
    expect(await refusal(withCertificate(certificate.pem))).toBe(700027);
    await register();
    expect((await signIn(withCertificate(certificate.pem)))["appid"]).toBe(BARE_APP.appId);
    const shown = await cloud.ask("GET", `${GRAPH}${bareApplication}`, { token: admin });
    expect(shown.body.keyCredentials).toEqual([
      expect.objectContaining({ customKeyIdentifier: certificate.thumbprint, key: null }),
    ]);
    prove(
      {
        api: API,
        operation: "client_credentials with a certificate",
        proof: "independent client",
        source: CLIENT,
      },
      {
        api: "Microsoft Graph",
        operation: "PATCH /applications/{id} keyCredentials",
        proof: "documentation",
      },
    );
  });

  it("is refused when another key signed in the certificate's name", async () => {
    await register();
    const forged = `${certificate.pem.slice(0, certificate.pem.indexOf("-----BEGIN PRIVATE"))}${newClientCertificate("forger").privateKeyPem}`;
    expect(await refusal(withCertificate(forged))).toBe(700027);
  });

  it("is refused when the registration has expired", async () => {
    await register({ startDateTime: "2020-01-01T00:00:00Z", endDateTime: "2020-02-01T00:00:00Z" });
    expect(await refusal(withCertificate(certificate.pem))).toBe(700027);
  });
});

describe("ClientAssertionCredential", () => {
  const issuer = "https://token.actions.githubusercontent.com";
  const subject = "repo:contoso/psc:environment:prod";
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const assertion = (claims: object = {}, key = privateKey): string => {
    const now = Math.floor(Date.now() / 1000);
    const signed = `${part({ alg: "RS256", typ: "JWT", kid: "k1" })}.${part({
      iss: issuer,
      sub: subject,
      aud: "api://AzureADTokenExchange",
      nbf: now - 10,
      exp: now + 300,
      ...claims,
    })}`;
    return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
  };
  const withAssertion = (text: string) =>
    new ClientAssertionCredential(TENANT.id, BARE_APP.appId, async () => text);

  it("is refused while the application federates with nobody", async () => {
    expect(await refusal(withAssertion(assertion()))).toBe(70025);
  });

  it("signs in once a federated identity credential matches and the issuer's keys are known", async () => {
    await graph(
      "PATCH",
      `${bareApplication}/federatedIdentityCredentials(name='github-prod')`,
      { issuer, subject, audiences: ["api://AzureADTokenExchange"] },
      404,
    );
    await graph(
      "POST",
      `${bareApplication}/federatedIdentityCredentials`,
      { name: "github-prod", issuer, subject, audiences: ["api://AzureADTokenExchange"] },
      201,
    );
    const unknown = await withAssertion(assertion())
      .getToken(SCOPE)
      .catch((error: unknown) => error);
    expect(String(unknown)).toContain("does not simulate fetching the keys");
    const told = await cloud.control("POST", "issuers", {
      issuer,
      keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", use: "sig" }],
    });
    expect(told.status).toBe(201);
    expect((await signIn(withAssertion(assertion())))["appid"]).toBe(BARE_APP.appId);
    prove(
      {
        api: API,
        operation: "client_credentials with a federated assertion",
        proof: "independent client",
        source: CLIENT,
      },
      {
        api: "Microsoft Graph",
        operation: "POST /applications/{id}/federatedIdentityCredentials",
        proof: "documentation",
      },
    );
  });

  it("is refused another issuer, subject, audience, key and time", async () => {
    expect(await refusal(withAssertion(assertion({ iss: `${issuer}/` })))).toBe(700211);
    expect(await refusal(withAssertion(assertion({ aud: "api://Other" })))).toBe(700212);
    expect(await refusal(withAssertion(assertion({ sub: subject.toUpperCase() })))).toBe(700213);
    const { privateKey: other } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    expect(await refusal(withAssertion(assertion({}, other)))).toBe(700027);
    expect(await refusal(withAssertion(assertion({ exp: 1_000 })))).toBe(700024);
  });
});

describe("DeviceCodeCredential", () => {
  const withCode = (tenantId: string, seen: string[]) =>
    new DeviceCodeCredential({
      tenantId,
      clientId: PUBLIC_CLIENT_APP_ID,
      userPromptCallback: ({ userCode, verificationUri }) => void seen.push(userCode, verificationUri),
    });

  it("shows a code, waits for the approval and signs the person in", async () => {
    await cloud.control("POST", "clock", { speed: 36_000 });
    const seen: string[] = [];
    const claims = await signIn(withCode(TENANT.id, seen));
    expect(seen).toEqual([expect.stringMatching(/^[0-9A-Z]{9}$/), "https://microsoft.com/devicelogin"]);
    expect(claims).toMatchObject({ upn: ADMIN_USER.userPrincipalName, idtyp: "user" });
    prove({ api: API, operation: "device_code", proof: "independent client", source: CLIENT });
  });

  it("signs in by the authority of all organizations", async () => {
    expect((await signIn(withCode("organizations", [])))["tid"]).toBe(TENANT.id);
  });
});
