import { ClientSecretCredential } from "@azure/identity";
import { Client, GraphError, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP, PIPELINE_APP, TENANT } from "../../src/sandbox/seed.ts";
import { prove } from "../harness/fidelity.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

let cloud: TlsSandbox;
let client: Client;

function clientOf(app: { readonly appId: string; readonly secret: string }): Client {
  const credential = new ClientSecretCredential(TENANT.id, app.appId, app.secret);
  const authProvider = new TokenCredentialAuthenticationProvider(credential, {
    scopes: ["https://graph.microsoft.com/.default"],
  });
  return Client.initWithMiddleware({ authProvider });
}

beforeAll(async () => {
  cloud = await startTlsSandbox({ speed: 60 });
  cloud.actAsInternet();
  client = clientOf(PIPELINE_APP);
});
afterAll(() => cloud.close());

/** Lets the directory replicate what was written. */
const replicate = () => cloud.control("POST", "clock", { advanceMs: 60_000 });

function proven(...operations: string[]): void {
  prove(
    ...operations.map((operation) => ({
      api: "Microsoft Graph",
      operation,
      proof: "independent client" as const,
      source: "@microsoft/microsoft-graph-client",
    })),
  );
}

function group(name: string): object {
  return {
    displayName: name,
    mailEnabled: false,
    mailNickname: name,
    securityEnabled: true,
    uniqueName: name,
  };
}

async function refusal(asked: Promise<unknown>): Promise<[number, string | null]> {
  const error: unknown = await asked.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  if (!(error instanceof GraphError)) throw new Error(`no GraphError: ${String(error)}`);
  return [error.statusCode, error.code];
}

describe("@microsoft/microsoft-graph-client", () => {
  it("creates, reads, updates and deletes a group", async () => {
    const created = await client.api("/groups").post(group("nurses"));
    await replicate();
    expect(await client.api(`/groups/${created.id}`).select("id,displayName").get()).toMatchObject({
      id: created.id,
      displayName: "nurses",
    });
    await client.api(`/groups/${created.id}`).patch({ description: "on duty" });
    const found = await client.api("/groups").filter("uniqueName eq 'nurses'").get();
    expect(found.value).toEqual([expect.objectContaining({ description: "on duty" })]);
    await client.api(`/groups/${created.id}`).delete();
    expect(await refusal(client.api(`/groups/${created.id}`).get())).toEqual([
      404,
      "Request_ResourceNotFound",
    ]);
    proven("POST /groups", "GET /groups/{id}", "PATCH /groups/{id}", "DELETE /groups/{id}", "GET /groups");
  });

  it("upserts by unique name", async () => {
    const upsert = (body: object) =>
      client.api("/applications(uniqueName='psc-bot')").header("Prefer", "create-if-missing").patch(body);
    const created = await upsert({ displayName: "Bot" });
    expect(created.uniqueName).toBe("psc-bot");
    await upsert({ displayName: "Bot 2" });
    await replicate();
    expect((await client.api("/applications(uniqueName='psc-bot')").get()).displayName).toBe("Bot 2");
    proven("PATCH /applications(uniqueName)", "GET /applications(uniqueName)");
  });

  it("follows pages to the end", async () => {
    for (let index = 0; index < 7; index += 1) await client.api("/groups").post(group(`page-${index}`));
    await replicate();
    const first = await client.api("/groups").top(3).filter("startsWith(displayName,'page-')").get();
    expect(first["@odata.nextLink"]).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/groups\?/);
    const names: string[] = [];
    const pages = new PageIterator(client, first, (item: { displayName: string }) => {
      names.push(item.displayName);
      return true;
    });
    await pages.iterate();
    expect(names.sort()).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `page-${index}`));
    proven("GET /groups with $top and @odata.nextLink");
  });

  it("asks advanced queries with their header", async () => {
    const counted = await client
      .api("/groups")
      .header("ConsistencyLevel", "eventual")
      .count(true)
      .filter("startsWith(displayName,'page-')")
      .get();
    expect(counted["@odata.count"]).toBe(7);
    expect(await refusal(client.api("/groups").filter("displayName ne 'x'").get())).toEqual([
      400,
      "Request_UnsupportedQuery",
    ]);
  });

  it("sends batches", async () => {
    const answer = await client.api("/$batch").post({
      requests: [
        { id: "1", method: "GET", url: "/organization" },
        { id: "2", method: "GET", url: "/groups/00000000-0000-4000-8000-000000000000" },
      ],
    });
    const statuses = Object.fromEntries(
      answer.responses.map((part: { id: string; status: number }) => [part.id, part.status]),
    );
    expect(statuses).toEqual({ 1: 200, 2: 404 });
    proven("POST /$batch");
  });

  it("is told conflicts, missing objects, bad properties and missing permissions", async () => {
    expect(
      await refusal(client.api("/applications").post({ displayName: "x", uniqueName: "psc-bot" })),
    ).toEqual([400, "Request_BadRequest"]);
    const servicePrincipal = { appId: PIPELINE_APP.appId };
    expect(await refusal(client.api("/servicePrincipals").post(servicePrincipal))).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
    ]);
    expect(await refusal(client.api("/applications(uniqueName='none')").get())).toEqual([
      404,
      "Request_ResourceNotFound",
    ]);
    expect(await refusal(client.api("/groups").post({ ...group("y"), colour: "red" }))).toEqual([
      400,
      "Request_BadRequest",
    ]);
    expect(await refusal(clientOf(BARE_APP).api("/groups").get())).toEqual([
      403,
      "Authorization_RequestDenied",
    ]);
    proven("POST /applications", "POST /servicePrincipals");
  });

  it("manages federated identity credentials", async () => {
    const application = await client.api("/applications(uniqueName='psc-bot')").get();
    const path = `/applications/${application.id}/federatedIdentityCredentials`;
    const body = {
      name: "ci",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:contoso/psc:environment:prod",
      audiences: ["api://AzureADTokenExchange"],
    };
    const created = await client.api(path).post(body);
    expect(created).toMatchObject({ ...body, description: null });
    expect(await refusal(client.api(path).post(body))).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
    ]);
    expect(await refusal(client.api(path).post({ ...body, name: "ci-2" }))).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
    ]);
    expect(await refusal(client.api(path).post({ ...body, name: "two", audiences: ["a", "b"] }))).toEqual([
      400,
      "Request_BadRequest",
    ]);
    await client
      .api(`${path}(name='ci')`)
      .header("Prefer", "create-if-missing")
      .patch({ description: "deploys" });
    expect((await client.api(path).get()).value).toEqual([
      expect.objectContaining({ description: "deploys" }),
    ]);
    await client.api(`${path}/${created.id}`).delete();
    expect(await refusal(client.api(`${path}/${created.id}`).get())).toEqual([
      404,
      "Request_ResourceNotFound",
    ]);
    proven(
      "POST /applications/{id}/federatedIdentityCredentials",
      "GET /applications/{id}/federatedIdentityCredentials",
      "PATCH /applications/{id}/federatedIdentityCredentials(name)",
      "DELETE /applications/{id}/federatedIdentityCredentials/{id}",
    );
  });
});
