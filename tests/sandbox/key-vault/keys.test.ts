import { createHash, createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AskOptions } from "../../harness/sandbox.ts";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

let cloud: TestSandbox;
let token: string;
const VAULT = "https://contoso-health.vault.azure.net";
const MESSAGE = Buffer.from("evidence");
const DIGEST = createHash("sha256").update(MESSAGE).digest("base64url");

beforeAll(async () => {
  cloud = await startTestSandbox({ speed: 1 });
  token = await cloud.token("admin", "https://vault.azure.net");
});
afterAll(() => cloud.close());

const ask = (method: string, path: string, options: AskOptions = {}) =>
  cloud.ask(method, `${VAULT}${path}?api-version=7.4`, { token, ...options });

const keyOf = (body: { key: JsonWebKey }) => createPublicKey({ format: "jwk", key: body.key });

async function refusal(method: string, path: string, body: object, who = token) {
  const answer = await ask(method, path, { body, token: who });
  const { code, message, innererror } = answer.body.error;
  return [answer.status, code, innererror?.code ?? "", message];
}

describe("a key of Key Vault", () => {
  it("shows its public half, as REST documents it", async () => {
    const { status, body } = await ask("GET", "/keys/evidence");
    expect(status).toBe(200);
    expect(body).toEqual({
      key: {
        kid: expect.stringMatching(
          /^https:\/\/contoso-health\.vault\.azure\.net\/keys\/evidence\/[0-9a-f]{32}$/,
        ),
        kty: "EC",
        crv: "P-256",
        key_ops: ["sign", "verify"],
        x: expect.any(String),
        y: expect.any(String),
      },
      attributes: {
        enabled: true,
        created: expect.any(Number),
        updated: expect.any(Number),
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: 90,
        exportable: false,
      },
    });
    const again = await ask("GET", new URL(body.key.kid).pathname);
    expect(again.body).toEqual(body);
    const list = await ask("GET", "/keys");
    expect(list.body.value).toMatchObject([{ kid: `${VAULT}/keys/evidence` }]);
    const versions = await ask("GET", "/keys/evidence/versions");
    expect(versions.body.value).toMatchObject([{ kid: body.key.kid }]);
  });

  it.each([
    ["EC", "ES256", { dsaEncoding: "ieee-p1363" as const }],
    ["RSA", "RS256", {}],
    ["RSA", "PS256", { padding: 6, saltLength: 32 }],
  ])("of type %s signs a digest with %s, so that others can check it", async (kty, alg, options) => {
    const name = `new-${alg.toLowerCase()}`;
    const made = await ask("POST", `/keys/${name}/create`, { body: { kty } });
    expect(made.status).toBe(200);
    const path = new URL(made.body.key.kid).pathname;
    const { status, body } = await ask("POST", `${path}/sign`, { body: { alg, value: DIGEST } });
    expect([status, Object.keys(body), body.kid]).toEqual([200, ["kid", "value"], made.body.key.kid]);
    const signature = Buffer.from(body.value, "base64url");
    expect(verify("sha256", MESSAGE, { key: keyOf(made.body), ...options }, signature)).toBe(true);
    const checked = async (digest: string, value: string) =>
      (await ask("POST", `${path}/verify`, { body: { alg, digest, value } })).body;
    expect(await checked(DIGEST, body.value)).toEqual({ value: true });
    const other = createHash("sha256").update("other").digest("base64url");
    expect(await checked(other, body.value)).toEqual({ value: false });
    signature[5] = (signature[5] ?? 0) ^ 1;
    expect(await checked(DIGEST, signature.toString("base64url"))).toEqual({ value: false });
  });

  it("says what it lacks", async () => {
    const { body } = await ask("GET", "/keys/evidence");
    const path = new URL(body.key.kid).pathname;
    const sign = (made: object, who?: string) => refusal("POST", `${path}/sign`, made, who);
    expect(await sign({ alg: "ES256", value: "AAAA" })).toEqual([
      400,
      "BadParameter",
      "",
      "Invalid length of 'value': 3 bytes. ES256 requires 32 bytes, encoded with base64url.",
    ]);
    expect((await sign({ alg: "RS256", value: DIGEST })).slice(0, 2)).toEqual([400, "BadParameter"]);
    expect((await sign({ value: DIGEST })).slice(0, 2)).toEqual([400, "BadParameter"]);
    expect((await sign({ alg: "ES256K", value: DIGEST })).slice(0, 2)).toEqual([501, "NotSimulated"]);
    const missing = await refusal("POST", `/keys/none/${"0".repeat(32)}/sign`, {
      alg: "ES256",
      value: DIGEST,
    });
    expect(missing.slice(0, 2)).toEqual([404, "KeyNotFound"]);
    expect((await refusal("POST", "/keys/evidence/encrypt", {})).slice(0, 2)).toEqual([501, "NotSimulated"]);
    const mute = await ask("POST", "/keys/mute/create", { body: { kty: "EC", key_ops: ["verify"] } });
    const muted = await refusal("POST", `${new URL(mute.body.key.kid).pathname}/sign`, {
      alg: "ES256",
      value: DIGEST,
    });
    expect(muted.slice(0, 3)).toEqual([403, "Forbidden", "KeyOperationForbidden"]);
    const off = await ask("POST", "/keys/off/create", {
      body: { kty: "EC", attributes: { enabled: false } },
    });
    const disabled = await refusal("POST", `${new URL(off.body.key.kid).pathname}/sign`, {
      alg: "ES256",
      value: DIGEST,
    });
    expect(disabled.slice(0, 3)).toEqual([403, "Forbidden", "KeyDisabled"]);
  });

  it("is for those who have a role for keys, and a role for secrets is none", async () => {
    const { body } = await ask("GET", "/keys/evidence");
    const pipeline = await cloud.token("pipeline", "https://vault.azure.net");
    const refused = await refusal(
      "POST",
      `${new URL(body.key.kid).pathname}/sign`,
      { alg: "ES256", value: DIGEST },
      pipeline,
    );
    expect(refused.slice(0, 3)).toEqual([403, "Forbidden", "ForbiddenByRbac"]);
    expect(refused[3]).toContain("Action: 'Microsoft.KeyVault/vaults/keys/sign/action'");
  });

  it("signs without anything being written", async () => {
    const log = (await cloud.control("GET", "requests?since=0")).body.value as {
      url: string;
      write: boolean;
    }[];
    const writes = log.filter(({ write }) => write).map(({ url }) => new URL(url).pathname.split("/").at(-1));
    expect(new Set(writes)).toEqual(new Set(["create", "encrypt"]));
  });
});
