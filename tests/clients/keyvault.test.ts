import { ClientSecretCredential } from "@azure/identity";
import { SecretClient } from "@azure/keyvault-secrets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP, PIPELINE_APP, TENANT } from "../../src/sandbox/seed.ts";
import { prove } from "../harness/fidelity.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

let cloud: TlsSandbox;
let client: SecretClient;

const VAULT = "https://contoso-health.vault.azure.net";
const QUICK = { intervalInMs: 20 };

beforeAll(async () => {
  cloud = await startTlsSandbox({ speed: 600 });
  cloud.actAsInternet();
  client = new SecretClient(
    VAULT,
    new ClientSecretCredential(TENANT.id, PIPELINE_APP.appId, PIPELINE_APP.secret),
  );
});
afterAll(() => cloud.close());

function proven(...operations: string[]): void {
  prove(
    ...operations.map((operation) => ({
      api: "Azure Key Vault",
      operation,
      proof: "independent client" as const,
      source: "@azure/keyvault-secrets",
    })),
  );
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

describe("@azure/keyvault-secrets", () => {
  it("sets, reads and versions a secret", async () => {
    const first = await client.setSecret("bot-key", "one", {
      contentType: "text/plain",
      tags: { owner: "psc" },
    });
    const second = await client.setSecret("bot-key", "two", { expiresOn: new Date("2030-01-01T00:00:00Z") });
    expect(first.properties.version).not.toBe(second.properties.version);
    expect(await client.getSecret("bot-key")).toMatchObject({
      name: "bot-key",
      value: "two",
      properties: { enabled: true, expiresOn: new Date("2030-01-01T00:00:00Z"), vaultUrl: VAULT },
    });
    const version = first.properties.version ?? "";
    expect(await client.getSecret("bot-key", { version })).toMatchObject({
      value: "one",
      properties: { contentType: "text/plain", tags: { owner: "psc" }, version },
    });
    const versions = await all(client.listPropertiesOfSecretVersions("bot-key"));
    expect(versions.map((one) => one.version).sort()).toEqual([version, second.properties.version].sort());
    proven(
      "PUT /secrets/{name}",
      "GET /secrets/{name}",
      "GET /secrets/{name}/{version}",
      "GET /secrets/{name}/versions",
    );
  });

  it("updates attributes, and refuses to read what is disabled", async () => {
    const { properties } = await client.setSecret("flag", "x");
    const updated = await client.updateSecretProperties("flag", properties.version ?? "", { enabled: false });
    expect(updated.enabled).toBe(false);
    await expect(client.getSecret("flag")).rejects.toMatchObject({ statusCode: 403, code: "Forbidden" });
    proven("PATCH /secrets/{name}/{version}");
  });

  it("lists in pages", async () => {
    for (let index = 0; index < 28; index += 1) await client.setSecret(`page-${index}`, "x");
    const sizes: number[] = [];
    for await (const page of client.listPropertiesOfSecrets().byPage()) sizes.push(page.length);
    expect(sizes[0]).toBe(25);
    const names = (await all(client.listPropertiesOfSecrets())).map((one) => one.name);
    expect(names.filter((name) => name.startsWith("page-"))).toHaveLength(28);
    proven("GET /secrets");
  });

  it("deletes, keeps the name, recovers and purges", async () => {
    await client.setSecret("gone", "x");
    const deletion = await client.beginDeleteSecret("gone", QUICK);
    const deleted = await deletion.pollUntilDone();
    expect(deleted).toMatchObject({ name: "gone", recoveryId: `${VAULT}/deletedsecrets/gone` });
    await expect(client.getSecret("gone")).rejects.toMatchObject({ statusCode: 404, code: "SecretNotFound" });
    await expect(client.setSecret("gone", "again")).rejects.toMatchObject({
      statusCode: 409,
      code: "Conflict",
    });
    expect((await all(client.listDeletedSecrets())).map((one) => one.name)).toEqual(["gone"]);

    const recovery = await client.beginRecoverDeletedSecret("gone", QUICK);
    await recovery.pollUntilDone();
    expect((await client.getSecret("gone")).value).toBe("x");

    const again = await client.beginDeleteSecret("gone", QUICK);
    await again.pollUntilDone();
    await client.purgeDeletedSecret("gone");
    await expect(client.getDeletedSecret("gone")).rejects.toMatchObject({ statusCode: 404 });
    expect((await client.setSecret("gone", "new")).value).toBe("new");
    proven(
      "DELETE /secrets/{name}",
      "GET /deletedsecrets",
      "GET /deletedsecrets/{name}",
      "POST /deletedsecrets/{name}/recover",
      "DELETE /deletedsecrets/{name}",
    );
  });

  it("says what is not there and who may not look", async () => {
    await expect(client.getSecret("never-was")).rejects.toMatchObject({
      statusCode: 404,
      code: "SecretNotFound",
      message: expect.stringContaining("(name/id) never-was was not found"),
    });
    const stranger = new SecretClient(
      VAULT,
      new ClientSecretCredential(TENANT.id, BARE_APP.appId, BARE_APP.secret),
    );
    await expect(stranger.getSecret("bot-key")).rejects.toMatchObject({ statusCode: 403, code: "Forbidden" });
    await expect(client.backupSecret("bot-key")).rejects.toMatchObject({
      statusCode: 501,
      code: "NotSimulated",
    });
  });
});
