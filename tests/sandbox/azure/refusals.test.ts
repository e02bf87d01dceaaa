import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP, PLAIN_USER, SUBSCRIPTION_OF_ANOTHER_TENANT } from "../../../src/sandbox/seed.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { ARM, type ArmSession, BOT_VERSION, SUBSCRIPTION, startArmSession } from "./arm-session.ts";
import { itRefuses, type Refusal } from "./refusal.ts";

let session: ArmSession;

const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const GROUP = `${ROOT}/resourceGroups/rg-psc`;
const BOT = `${GROUP}/providers/Microsoft.HealthBot/healthBots`;
const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces`;
const COMPONENT = `${GROUP}/providers/Microsoft.Insights/components`;
const SETTING = `${ROOT}/providers/Microsoft.Insights/diagnosticSettings`;
const RESOURCES = "2025-04-01";
const NOBODY = "00000000-0000-4000-8000-0000000000ff";

beforeAll(async () => {
  session = await startArmSession();
  await session.group();
  for (const namespace of ["Microsoft.HealthBot", "Microsoft.OperationalInsights", "Microsoft.Insights"])
    await session.register(namespace);
  const bot = { location: "eastus", sku: { name: "C0" } };
  await session.arm("PUT", `${BOT}/bot`, BOT_VERSION, bot);
  await session.advance(120);
  await session.arm("PUT", `${BOT}/young`, BOT_VERSION, { ...bot, sku: { name: "C1" } });
  await session.arm("PUT", `${WORKSPACE}/log-one`, "2025-07-01", { location: "eastus" });
  for (const name of ["a", "b", "c", "d", "e"])
    await session.arm("PUT", `${SETTING}/${name}`, "2021-05-01-preview", setting("Policy"));
  const leaving = `${ROOT}/resourceGroups/rg-leaving`;
  await session.arm("PUT", leaving, RESOURCES, { location: "eastus" });
  await session.arm("DELETE", leaving, RESOURCES);
});
afterAll(() => session.close());

const setting = (category: string) => ({
  properties: { workspaceId: `${WORKSPACE}/log-one`, logs: [{ category, enabled: true }] },
});
const bot = (name: string, body: object, version = BOT_VERSION): Promise<Answer> =>
  session.arm("PUT", `${BOT}/${name}`, version, body);

const ROWS: readonly Refusal[] = [
  {
    code: "MissingApiVersionParameter",
    status: 400,
    gateway: true,
    ask: async () =>
      session.test.ask("GET", `${ARM}${GROUP}`, { token: await session.test.token("admin", ARM) }),
  },
  {
    code: "InvalidApiVersionParameter",
    status: 400,
    gateway: true,
    message: /The supported versions are '2025-04-01,/,
    ask: () => session.arm("GET", GROUP, "1999-01-01"),
  },
  {
    code: "NoRegisteredProviderFound",
    status: 400,
    gateway: true,
    message: /The supported api-versions are '2025-11-01, /,
    ask: () => session.arm("GET", `${BOT}/bot`, "1999-01-01"),
  },
  {
    code: "AuthenticationFailed",
    status: 401,
    gateway: true,
    headers: { "www-authenticate": expect.stringContaining("Bearer authorization_uri=") },
    ask: () => session.test.ask("GET", `${ARM}${GROUP}?api-version=${RESOURCES}`),
  },
  {
    code: "InvalidAuthenticationToken",
    status: 401,
    gateway: true,
    headers: { "www-authenticate": expect.stringContaining('error="invalid_token"') },
    ask: () => session.test.ask("GET", `${ARM}${GROUP}?api-version=${RESOURCES}`, { token: "forged" }),
  },
  {
    code: "InvalidAuthenticationTokenAudience",
    status: 401,
    gateway: true,
    headers: { "www-authenticate": expect.stringContaining('error="invalid_token"') },
    ask: async () =>
      session.test.ask("GET", `${ARM}${GROUP}?api-version=${RESOURCES}`, {
        token: await session.test.token("admin", "https://graph.microsoft.com"),
      }),
  },
  {
    code: "InvalidAuthenticationTokenTenant",
    status: 401,
    gateway: true,
    headers: { "www-authenticate": expect.stringContaining("authorization_uri=") },
    ask: () => session.arm("GET", `/subscriptions/${SUBSCRIPTION_OF_ANOTHER_TENANT}`, "2022-12-01"),
  },
  {
    code: "InvalidResourceNamespace",
    status: 404,
    gateway: true,
    ask: () => session.arm("GET", `${GROUP}/providers/Contoso.X/y/z`, RESOURCES),
  },
  {
    code: "InvalidResourceType",
    status: 404,
    gateway: true,
    ask: () => session.arm("GET", `${GROUP}/providers/Microsoft.HealthBot/cats/c`, RESOURCES),
  },
  { code: "NotFound", status: 404, gateway: true, ask: () => session.arm("GET", "/nothing", RESOURCES) },
  {
    code: "MethodNotAllowed",
    status: 405,
    headers: { allow: "PUT, GET, HEAD, PATCH, DELETE" },
    ask: () => session.arm("POST", GROUP, RESOURCES),
  },
  {
    code: "InvalidRequestContent",
    status: 400,
    gateway: true,
    ask: () => session.arm("PUT", GROUP, RESOURCES, "no json"),
  },
  {
    code: "SubscriptionNotFound",
    status: 404,
    gateway: true,
    ask: () => session.arm("GET", `/subscriptions/${NOBODY}`, "2022-12-01"),
  },
  {
    code: "MissingSubscriptionRegistration",
    status: 409,
    gateway: true,
    ask: async () => {
      const other = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg";
      await session.arm("PUT", other, RESOURCES, { location: "eastus" });
      return session.arm("PUT", `${other}/providers/Microsoft.HealthBot/healthBots/bot`, BOT_VERSION, {
        location: "eastus",
        sku: { name: "F0" },
      });
    },
  },
  {
    code: "AuthorizationFailed",
    status: 403,
    gateway: true,
    message: new RegExp(
      `client '${PLAIN_USER.userPrincipalName}' with object id '${PLAIN_USER.id}'.*action 'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '${GROUP}'`,
    ),
    ask: () => session.arm("PUT", GROUP, RESOURCES, { location: "eastus" }, "reader"),
  },
  {
    code: "AuthorizationFailed",
    when: "an application",
    status: 403,
    gateway: true,
    message: new RegExp(`client '${BARE_APP.appId}'`),
    ask: () => session.arm("GET", GROUP, RESOURCES, undefined, "bare"),
  },
  {
    code: "ResourceGroupNotFound",
    status: 404,
    gateway: true,
    ask: () => session.arm("GET", `${ROOT}/resourceGroups/none`, RESOURCES),
  },
  {
    code: "InvalidResourceGroup",
    status: 400,
    ask: () => session.arm("PUT", `${ROOT}/resourceGroups/bad.`, RESOURCES, { location: "eastus" }),
  },
  { code: "LocationRequired", status: 400, ask: () => session.arm("PUT", GROUP, RESOURCES, {}) },
  {
    code: "LocationNotAvailableForResourceGroup",
    status: 400,
    ask: () => session.arm("PUT", `${ROOT}/resourceGroups/rg-moon`, RESOURCES, { location: "moon" }),
  },
  {
    code: "InvalidResourceGroupLocation",
    status: 409,
    ask: () => session.arm("PUT", GROUP, RESOURCES, { location: "westus" }),
  },
  {
    code: "ResourceGroupBeingDeleted",
    status: 409,
    gateway: true,
    ask: () => session.arm("PATCH", `${ROOT}/resourceGroups/rg-leaving`, RESOURCES, { tags: {} }),
  },
  {
    code: "InvalidFilterInQueryString",
    status: 400,
    ask: () => session.arm("GET", `${ROOT}/resourceGroups?$filter=name eq 'x'`, RESOURCES),
  },
  {
    code: "InvalidQueryParameterValue",
    status: 400,
    ask: () => session.arm("GET", `${ROOT}/resourceGroups?$top=many`, RESOURCES),
  },
  {
    code: "ResourceNotFound",
    status: 404,
    gateway: true,
    message: /^The Resource 'Microsoft.HealthBot\/healthBots\/none' under resource group 'rg-psc'/,
    ask: () => session.arm("GET", `${BOT}/none`, BOT_VERSION),
  },
  {
    code: "LocationNotAvailableForResourceType",
    status: 400,
    gateway: true,
    message: /List of available regions for the resource type is '/,
    ask: () => bot("other", { location: "moon", sku: { name: "C0" } }),
  },
  {
    code: "InvalidResourceLocation",
    status: 409,
    gateway: true,
    ask: () => bot("bot", { location: "westeurope", sku: { name: "C0" } }),
  },
  {
    code: "InvalidResourceName",
    status: 400,
    ask: () => bot("_bot", { location: "eastus", sku: { name: "C0" } }),
  },
  {
    code: "BadRequest",
    when: "a SKU of another api-version",
    status: 400,
    target: "sku.name",
    ask: () => bot("other", { location: "eastus", sku: { name: "S1" } }),
  },
  {
    code: "BadRequest",
    when: "no SKU",
    status: 400,
    target: "sku",
    ask: () => bot("other", { location: "eastus" }),
  },
  {
    code: "BadRequest",
    when: "the step down to F0",
    status: 400,
    message: /^The request is not valid\.$/,
    ask: () => bot("bot", { location: "eastus", sku: { name: "F0" } }),
  },
  {
    code: "BadRequest",
    when: "a state that is not the bot's",
    status: 400,
    target: "properties.provisioningState",
    ask: () =>
      bot("bot", { location: "eastus", sku: { name: "C0" }, properties: { provisioningState: "Failed" } }),
  },
  {
    code: "BadRequest",
    when: "an identity that does not exist",
    status: 400,
    target: "identity.type",
    ask: () => bot("bot", { location: "eastus", sku: { name: "C0" }, identity: { type: "Borrowed" } }),
  },
  {
    code: "Forbidden",
    status: 403,
    gateway: true,
    ask: () =>
      session.follow(
        `${ARM}/providers/Microsoft.HealthBot/locations/EASTUS/operationStatuses/x?api-version=${BOT_VERSION}`,
      ),
  },
  {
    code: "InvalidParameter",
    status: 400,
    target: "properties.retentionInDays",
    ask: () =>
      session.arm("PATCH", `${WORKSPACE}/log-one`, "2025-07-01", { properties: { retentionInDays: 7 } }),
  },
  {
    code: "BadRequest",
    when: "a component without its workspace",
    status: 400,
    target: "properties.WorkspaceResourceId",
    ask: () =>
      session.arm("PUT", `${COMPONENT}/appi`, "2020-02-02", {
        location: "eastus",
        kind: "web",
        properties: { WorkspaceResourceId: `${WORKSPACE}/none` },
      }),
  },
  {
    code: "BadRequest",
    when: "a log category that does not exist",
    status: 400,
    ask: () => session.arm("PUT", `${SETTING}/a`, "2021-05-01-preview", setting("Gossip")),
  },
  {
    code: "Conflict",
    when: "a sixth diagnostic setting",
    status: 409,
    ask: () => session.arm("PUT", `${SETTING}/f`, "2021-05-01-preview", setting("Policy")),
  },
];

describe("every refusal of Azure Resource Manager", () => {
  for (const row of ROWS) itRefuses(row);

  it("is 409 Conflict for the secrets of a bot that is being provisioned", async () => {
    const path = `${BOT}/fresh`;
    await bot("fresh", { location: "eastus", sku: { name: "C1" } });
    const answer = await session.arm("POST", `${path}/listSecrets`, BOT_VERSION);
    expect([answer.status, answer.body.error.code]).toEqual([409, "Conflict"]);
  });

  it("is 401 ExpiredAuthenticationToken when a token has grown old", async () => {
    const own = await startArmSession();
    const token = await own.test.token("admin", ARM);
    await own.advance(30 * 3600);
    const answer = await own.test.ask("GET", `${ARM}/subscriptions?api-version=2022-12-01`, { token });
    expect([answer.status, answer.body.error.code]).toEqual([401, "ExpiredAuthenticationToken"]);
    await own.close();
  });

  it("is 429 with Retry-After and an empty bucket when a fault says so", async () => {
    await session.test.control("POST", "faults", {
      service: "arm",
      times: 1,
      action: { kind: "throttle", retryAfter: 11 },
    });
    const answer = await session.arm("GET", GROUP, RESOURCES);
    expect([answer.status, answer.body.error.code]).toEqual([429, "TooManyRequests"]);
    expect(answer.headers).toMatchObject({
      "retry-after": "11",
      "x-ms-ratelimit-remaining-subscription-reads": "0",
    });
  });
});
