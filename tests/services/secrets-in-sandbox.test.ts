import { ClientSecretCredential } from "@azure/identity";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLOUDS } from "../../src/cloud.ts";
import { BARE_APP, PIPELINE_APP, TENANT } from "../../src/sandbox/seed.ts";
import { readSecret } from "../../src/services/secrets.ts";
import type { SecretReference } from "../../src/spec/model.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

let cloud: TlsSandbox;
beforeAll(async () => {
  cloud = await startTlsSandbox({ speed: 600 });
  cloud.actAsInternet();
  const token = await cloud.token("pipeline", "https://vault.azure.net");
  await cloud.ask("PUT", "https://contoso-health.vault.azure.net/secrets/bot-key?api-version=2025-07-01", {
    token,
    body: { value: "hush" },
  });
});
afterAll(() => cloud.close());

const reference: SecretReference = {
  kind: "keyVault",
  vault: "contoso-health",
  secret: "bot-key",
  version: undefined,
};
const read = (
  wanted: SecretReference,
  app: { readonly appId: string; readonly secret: string } = PIPELINE_APP,
) =>
  readSecret(wanted, {
    cloud: CLOUDS.public,
    env: {},
    credential: new ClientSecretCredential(TENANT.id, app.appId, app.secret),
  });

describe("Key Vault references of a spec, against the sandbox", () => {
  it("are read with the signed-in credential", async () => {
    expect((await read(reference)).reveal()).toBe("hush");
  });

  it("that do not exist name vault and secret", async () => {
    await expect(read({ ...reference, secret: "no-key" })).rejects.toMatchObject({ code: "PSC-E035" });
  });

  it("that the caller may not read name the role", async () => {
    await expect(read(reference, BARE_APP)).rejects.toMatchObject({
      code: "PSC-E034",
      permission: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    });
  });
});
