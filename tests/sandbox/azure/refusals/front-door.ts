import { expect } from "vitest";
import { BARE_APP, PLAIN_USER, SUBSCRIPTION_OF_ANOTHER_TENANT } from "../../../../src/sandbox/seed.ts";
import { ARM, BOT_VERSION, startArmSession } from "../arm-session.ts";
import { BOT, GROUP, NOBODY, RESOURCES, type Refusal, ROOT } from "./refusal.ts";

/** What is refused before any resource provider sees it. */
export const FRONT_DOOR: readonly Refusal[] = [
  {
    code: "MissingApiVersionParameter",
    status: 400,
    gateway: true,
    documented: true,
    ask: async ({ test }) => test.ask("GET", `${ARM}${GROUP}`, { token: await test.token("admin", ARM) }),
  },
  {
    code: "InvalidApiVersionParameter",
    status: 400,
    gateway: true,
    documented: true,
    message: /The supported versions are '2025-04-01,/,
    ask: ({ arm }) => arm("GET", GROUP, "1999-01-01"),
  },
  {
    code: "NoRegisteredProviderFound",
    status: 400,
    gateway: true,
    documented: true,
    message: /The supported api-versions are '2025-11-01, /,
    ask: ({ arm }) => arm("GET", `${BOT}/bot`, "1999-01-01"),
  },
  {
    code: "AuthenticationFailed",
    status: 401,
    gateway: true,
    headers: { "www-authenticate": expect.stringContaining("Bearer authorization_uri=") },
    ask: ({ test }) => test.ask("GET", `${ARM}${GROUP}?api-version=${RESOURCES}`),
  },
  {
    code: "InvalidAuthenticationToken",
    status: 401,
    gateway: true,
    headers: { "www-authenticate": expect.stringContaining('error="invalid_token"') },
    ask: ({ test }) => test.ask("GET", `${ARM}${GROUP}?api-version=${RESOURCES}`, { token: "forged" }),
  },
  {
    code: "InvalidAuthenticationTokenAudience",
    status: 401,
    gateway: true,
    documented: true,
    headers: { "www-authenticate": expect.stringContaining('error="invalid_token"') },
    ask: async ({ test }) =>
      test.ask("GET", `${ARM}${GROUP}?api-version=${RESOURCES}`, {
        token: await test.token("admin", "https://graph.microsoft.com"),
      }),
  },
  {
    code: "ExpiredAuthenticationToken",
    status: 401,
    gateway: true,
    headers: { "www-authenticate": expect.stringContaining('error="invalid_token"') },
    ask: async () => {
      // On a clock of its own: a token grows old, and nothing else may.
      const other = await startArmSession();
      const token = await other.test.token("admin", ARM);
      await other.advance(30 * 3600);
      const answer = await other.test.ask("GET", `${ARM}/subscriptions?api-version=2022-12-01`, { token });
      await other.close();
      return answer;
    },
  },
  {
    code: "InvalidAuthenticationTokenTenant",
    status: 401,
    gateway: true,
    documented: true,
    headers: { "www-authenticate": expect.stringContaining("authorization_uri=") },
    ask: ({ arm }) => arm("GET", `/subscriptions/${SUBSCRIPTION_OF_ANOTHER_TENANT}`, "2022-12-01"),
  },
  {
    code: "SubscriptionNotFound",
    status: 404,
    gateway: true,
    documented: true,
    ask: ({ arm }) => arm("GET", `/subscriptions/${NOBODY}`, "2022-12-01"),
  },
  {
    code: "AuthorizationFailed",
    status: 403,
    gateway: true,
    documented: true,
    message: new RegExp(
      `client '${PLAIN_USER.userPrincipalName}' with object id '${PLAIN_USER.id}'.*action 'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '${GROUP}'`,
    ),
    ask: ({ arm }) => arm("PUT", GROUP, RESOURCES, { location: "eastus" }, "reader"),
  },
  {
    code: "AuthorizationFailed",
    when: "an application",
    status: 403,
    gateway: true,
    documented: true,
    message: new RegExp(`client '${BARE_APP.appId}'`),
    ask: ({ arm }) => arm("GET", GROUP, RESOURCES, undefined, "bare"),
  },
  {
    code: "InvalidResourceNamespace",
    status: 404,
    gateway: true,
    documented: true,
    message: /^The resource namespace 'Contoso.X' is invalid\.$/,
    ask: ({ arm }) => arm("GET", `${GROUP}/providers/Contoso.X/y/z`, RESOURCES),
  },
  {
    code: "InvalidResourceNamespace",
    when: "a provider to register",
    status: 404,
    gateway: true,
    documented: true,
    ask: ({ arm }) => arm("POST", `${ROOT}/providers/Contoso.X/register`, RESOURCES),
  },
  {
    code: "InvalidResourceType",
    status: 404,
    gateway: true,
    ask: ({ arm }) => arm("GET", `${GROUP}/providers/Microsoft.HealthBot/cats/c`, RESOURCES),
  },
  { code: "NotFound", status: 404, gateway: true, ask: ({ arm }) => arm("GET", "/nothing", RESOURCES) },
  {
    code: "NotFound",
    when: "an operation result that nobody was given",
    status: 404,
    gateway: true,
    ask: ({ arm }) => arm("GET", `${ROOT}/operationresults/none`, RESOURCES),
  },
  {
    code: "MethodNotAllowed",
    status: 405,
    headers: { allow: "PUT, GET, HEAD, PATCH, DELETE" },
    ask: ({ arm }) => arm("POST", GROUP, RESOURCES),
  },
  {
    code: "InvalidRequestContent",
    status: 400,
    gateway: true,
    ask: ({ arm }) => arm("PUT", GROUP, RESOURCES, "no json"),
  },
  {
    code: "MissingSubscriptionRegistration",
    status: 409,
    gateway: true,
    documented: true,
    more: ["details"],
    ask: async ({ arm }) => {
      const other = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg";
      await arm("PUT", other, RESOURCES, { location: "eastus" });
      return arm("PUT", `${other}/providers/Microsoft.HealthBot/healthBots/bot`, BOT_VERSION, {
        location: "eastus",
        sku: { name: "F0" },
      });
    },
  },
  {
    code: "TooManyRequests",
    status: 429,
    documented: true,
    headers: { "retry-after": "11", "x-ms-ratelimit-remaining-subscription-reads": "0" },
    ask: async ({ arm, test }) => {
      await test.control("POST", "faults", {
        service: "arm",
        times: 1,
        action: { kind: "throttle", retryAfter: 11 },
      });
      return arm("GET", GROUP, RESOURCES);
    },
  },
  {
    code: "NotSimulated",
    status: 501,
    message: /^The sandbox does not simulate template deployments\.$/,
    ask: ({ arm }) => arm("GET", `${GROUP}/providers/Microsoft.Resources/deployments/main`, RESOURCES),
  },
];
