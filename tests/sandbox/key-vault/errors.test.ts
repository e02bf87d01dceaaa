import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP, TENANT } from "../../../src/sandbox/seed.ts";
import type { AskOptions } from "../../harness/sandbox.ts";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";

let cloud: TestSandbox;
let token: string;
const VAULT = "https://contoso-health.vault.azure.net";
const VERSION = "api-version=2025-07-01";

beforeAll(async () => {
  cloud = await startTestSandbox({ speed: 1 });
  token = await cloud.token("admin", "https://vault.azure.net");
});
afterAll(() => cloud.close());

const ask = (method: string, path: string, options: AskOptions = {}) =>
  cloud.ask(method, `${VAULT}${path}${path.includes("?") ? "&" : "?"}${VERSION}`, { token, ...options });

/** Status, code and innermost code of a refusal, whose body must have Key Vault's shape. */
async function refusal(method: string, path: string, options: AskOptions = {}) {
  const { status, body } = await ask(method, path, options);
  expect(Object.keys(body)).toEqual(["error"]);
  expect(body.error.message).toEqual(expect.any(String));
  return [
    status,
    body.error.code,
    ...(body.error.innererror === undefined ? [] : [body.error.innererror.code]),
  ];
}

describe("Key Vault's refusals", () => {
  it("challenge a request without a token, naming tenant and audience", async () => {
    const answer = await cloud.ask("GET", `${VAULT}/secrets?${VERSION}`);
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe(
      `Bearer authorization="https://login.microsoftonline.com/${TENANT.id}", resource="https://vault.azure.net"`,
    );
    expect(answer.body).toEqual({
      error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." },
    });
    expect(answer.headers).toMatchObject({ "cache-control": "no-cache", pragma: "no-cache", expires: "-1" });
  });

  it("refuse a token for another audience", async () => {
    const graph = await cloud.token("admin", "https://graph.microsoft.com");
    const answer = await ask("GET", "/secrets", { token: graph });
    expect([answer.status, answer.body.error.code]).toEqual([401, "Unauthorized"]);
    expect(answer.body.error.message).toContain("AKV10022");
  });

  it("echo the client's request id", async () => {
    const answer = await ask("GET", "/secrets", { headers: { "x-ms-client-request-id": "abc" } });
    expect(answer.headers["x-ms-client-request-id"]).toBe("abc");
    expect(answer.headers["x-ms-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("name what is missing", async () => {
    expect(await refusal("GET", "/secrets/none")).toEqual([404, "SecretNotFound"]);
    expect(await refusal("GET", "/deletedsecrets/none")).toEqual([404, "SecretNotFound"]);
    const unversioned = await cloud.ask("GET", `${VAULT}/secrets`, { token });
    expect([unversioned.status, unversioned.body.error.code]).toEqual([400, "BadParameter"]);
    expect(await refusal("GET", "/secrets/not_a_name")).toEqual([400, "BadParameter"]);
    expect(await refusal("PUT", "/secrets/empty", { body: {} })).toEqual([400, "BadParameter"]);
    expect(await refusal("PUT", "/secrets/empty", { body: "{" })).toEqual([400, "BadParameter"]);
    const elsewhere = await cloud.ask("GET", `https://no-such.vault.azure.net/secrets?${VERSION}`, { token });
    expect([elsewhere.status, elsewhere.body.error.code]).toEqual([404, "VaultNotFound"]);
  });

  it("forbid callers without a data-plane role", async () => {
    const stranger = await cloud.token("bare", "https://vault.azure.net");
    const answer = await ask("GET", "/secrets/any", { token: stranger });
    expect([answer.status, answer.body.error.code, answer.body.error.innererror]).toEqual([
      403,
      "Forbidden",
      { code: "ForbiddenByRbac" },
    ]);
    expect(answer.body.error.message).toContain(`appid=${BARE_APP.appId}`);
    expect(answer.body.error.message).toContain("Microsoft.KeyVault/vaults/secrets/getSecret/action");
  });

  it("guard a name from its deletion to its purge", async () => {
    await ask("PUT", "/secrets/once", { body: { value: "x" } });
    expect((await ask("DELETE", "/secrets/once")).status).toBe(200);
    const again = { body: { value: "y" } };
    expect(await refusal("PUT", "/secrets/once", again)).toEqual([409, "Conflict", "ObjectIsBeingDeleted"]);
    expect(await refusal("GET", "/deletedsecrets/once")).toEqual([404, "SecretNotFound"]);
    await cloud.control("POST", "clock", { advanceMs: 10_000 });
    expect(await refusal("PUT", "/secrets/once", again)).toEqual([
      409,
      "Conflict",
      "ObjectIsDeletedButRecoverable",
    ]);
    expect((await ask("POST", "/deletedsecrets/once/recover")).status).toBe(200);
    expect(await refusal("GET", "/secrets/once")).toEqual([404, "SecretNotFound"]);
    await cloud.control("POST", "clock", { advanceMs: 10_000 });
    expect((await ask("GET", "/secrets/once")).body.value).toBe("x");
  });

  it("do not read disabled secrets", async () => {
    await ask("PUT", "/secrets/off", { body: { value: "x", attributes: { enabled: false } } });
    expect(await refusal("GET", "/secrets/off")).toEqual([403, "Forbidden", "SecretDisabled"]);
  });

  it("refuse forged tokens, and expired ones until the client signs in again", async () => {
    const forged = await ask("GET", "/secrets", { token: `${token.slice(0, -4)}AAAA` });
    expect([forged.status, forged.body.error.code]).toEqual([401, "Unauthorized"]);
    await cloud.control("POST", "tokens/expire");
    const expired = await ask("GET", "/secrets");
    expect([expired.status, expired.body.error.code]).toEqual([401, "Unauthorized"]);
    expect(expired.headers["www-authenticate"]).toContain('resource="https://vault.azure.net"');
    token = await cloud.token("admin", "https://vault.azure.net");
    expect((await ask("GET", "/secrets")).status).toBe(200);
  });

  it("hold pages of one to 25 items, and tokens of the vault's own making", async () => {
    expect(await refusal("GET", "/secrets?maxresults=26")).toEqual([400, "BadParameter"]);
    expect(await refusal("GET", "/secrets?maxresults=0")).toEqual([400, "BadParameter"]);
    expect(await refusal("GET", "/secrets?$skiptoken=nonsense")).toEqual([400, "BadParameter"]);
  });

  it("do not hide a secret outside its times, nor one that is spelt in capitals", async () => {
    await ask("PUT", "/secrets/timed", {
      body: { value: "x", attributes: { nbf: 4_000_000_000, exp: 4_100_000_000 } },
    });
    const read = await ask("GET", "/secrets/TIMED/");
    expect([read.status, read.body.value, read.body.attributes.nbf]).toEqual([200, "x", 4_000_000_000]);
    expect(await refusal("GET", "/secrets/timed/00000000000000000000000000000000")).toEqual([
      404,
      "SecretNotFound",
    ]);
  });

  it("leave no secret in the request log", async () => {
    await ask("PUT", "/secrets/quiet", { body: { value: "hush-hush" } });
    const log = await cloud.control("GET", "requests");
    expect(log.text).toContain("/secrets/quiet");
    expect(log.text).not.toContain("hush-hush");
  });

  it("say what is not simulated", async () => {
    expect(await refusal("GET", "/deletedkeys")).toEqual([501, "NotSimulated"]);
    expect(await refusal("POST", "/secrets/any/backup")).toEqual([501, "NotSimulated"]);
    expect(await refusal("DELETE", "/secrets")).toEqual([405, "MethodNotAllowed"]);
  });
});
