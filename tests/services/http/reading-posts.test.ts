import { describe, expect, it } from "vitest";
import { addressOf, CLOUDS } from "../../../src/cloud.ts";
import { multipartOf } from "../../../src/services/http/multipart.ts";
import { onlyReads, READING_POSTS } from "../../../src/services/http/reading-posts.ts";
import type { HttpRequest } from "../../../src/services/http/types.ts";

function reads(request: HttpRequest): boolean {
  const { url, service } = addressOf(CLOUDS.public, request.url);
  return onlyReads(service, url, request);
}

const GRAPH = "https://graph.microsoft.com/v1.0/$batch";
const DATAVERSE = "https://contoso.crm.dynamics.com/api/data/v9.2/$batch";
const BAP = "https://api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform";
const BOT =
  "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.HealthBot/healthBots/b";
const post = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "POST",
  url,
  ...more,
});
const graphBatch = (...methods: unknown[]): HttpRequest =>
  post(GRAPH, { body: { requests: methods.map((method, id) => ({ id: String(id), method, url: "/me" })) } });

const { contentType, body } = multipartOf([
  { url: new URL("https://contoso.crm.dynamics.com/api/data/v9.2/queues?$select=name"), headers: {} },
  { url: new URL("https://contoso.crm.dynamics.com/api/data/v9.2/roles"), headers: { prefer: "x" } },
]);
const dataverseBatch = (text: string, type = contentType): HttpRequest =>
  post(DATAVERSE, { headers: { "content-type": type }, body: text });

describe("a read-only command", () => {
  it.each([
    ["GET", { method: "GET", url: `${BOT}?api-version=1` } as const],
    ["HEAD", { method: "HEAD", url: BOT } as const],
    ["settings of the tenant", post(`${BAP}/listTenantSettings?api-version=2023-06-01`)],
    ["whether a domain is free", post(`${BAP}/validateEnvironmentDetails`, { body: { domainName: "x" } })],
    ["a bot's keys", post(`${BOT}/listSecrets?api-version=1`)],
    ["several reads of Graph", graphBatch("GET", "GET")],
    ["several reads of Dataverse", dataverseBatch(body)],
  ])("may send %s", (_, request) => {
    expect(reads(request)).toBe(true);
  });

  const changeSet = body.replace(
    "Content-Type: application/http",
    "Content-Type: multipart/mixed; boundary=c",
  );
  it.each([
    ["PUT", { method: "PUT", url: BOT } as const],
    ["PATCH", { method: "PATCH", url: BOT } as const],
    ["DELETE", { method: "DELETE", url: BOT } as const],
    [
      "a GET that says it is another method",
      { method: "GET", url: BOT, headers: { "X-HTTP-Method-Override": "DELETE" } } as const,
    ],
    ["a bot's new keys", post(`${BOT}/regenerateApiJwtSecret`)],
    ["keys of something else", post(`${BOT.replace("healthBots/b", "healthBots/b/x")}/listSecrets`)],
    [
      "another provider's secrets",
      post(
        BOT.replace("Microsoft.HealthBot/healthBots", "Microsoft.Storage/storageAccounts").concat(
          "/listKeys",
        ),
      ),
    ],
    ["changes of the tenant's settings", post(`${BAP}/scopes/admin/updateTenantSettings`)],
    [
      "a path that ends in a reading one",
      post(`${BAP}/environments/x/providers/Microsoft.BusinessAppPlatform/listTenantSettings`),
    ],
    [
      "the reading path of another service",
      post("https://graph.microsoft.com/providers/Microsoft.BusinessAppPlatform/listTenantSettings"),
    ],
    ["a new row", post("https://contoso.crm.dynamics.com/api/data/v9.2/queues", { body: {} })],
    ["a token request", post("https://login.microsoftonline.com/t/oauth2/v2.0/token")],
    ["a batch of Graph with a write", graphBatch("GET", "DELETE")],
    ["a batch of Graph with a method in other letters", graphBatch("get")],
    ["a batch of Graph with nothing", graphBatch()],
    ["a batch of Graph that cannot be read", post(GRAPH, { body: '{"requests":[]}' })],
    ["a batch of Graph's beta", { ...graphBatch("GET"), url: GRAPH.replace("v1.0", "beta") }],
    ["a batch of Dataverse with a write", dataverseBatch(body.replace("GET /api", "DELETE /api"))],
    ["a batch of Dataverse with a change set", dataverseBatch(changeSet)],
    [
      "a batch of Dataverse with a body",
      dataverseBatch(body.replace("prefer: x\r\n\r\n", "prefer: x\r\n\r\n{}")),
    ],
    ["a batch of Dataverse with words before it", dataverseBatch(`x${body}`)],
    ["a batch of Dataverse with words behind it", dataverseBatch(`${body}POST /api HTTP/1.1`)],
    ["a batch of Dataverse of another boundary", dataverseBatch(body, "multipart/mixed; boundary=other")],
    ["a batch of Dataverse of another type", dataverseBatch(body, "application/json")],
  ])("may not send %s", (_, request) => {
    expect(reads(request)).toBe(false);
  });

  it("has a short list of exceptions, each with its source, and none of them open-ended", () => {
    expect(READING_POSTS.map(({ service, path }) => `${service} ${path.source.split("\\/").at(-1)}`)).toEqual(
      [
        "graph \\$batch$",
        "dataverse \\$batch$",
        "bap listTenantSettings$",
        "bap validateEnvironmentDetails$",
        "arm listSecrets$",
        "keyVault sign$",
      ],
    );
    for (const { path, source, tells } of READING_POSTS) {
      expect(path.source).toMatch(/^\^.*\$$/);
      expect([source, tells]).not.toContain("");
    }
  });
});
