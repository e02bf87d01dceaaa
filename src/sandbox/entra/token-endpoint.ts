import { createHmac, timingSafeEqual } from "node:crypto";
import type { SandboxResponse } from "../exchange.ts";
import type { RoutedRequest } from "../routes.ts";
import { ADMIN_USER, TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { checkClientAssertion } from "./client-assertion.ts";
import {
  type DirectoryObject,
  digestOf,
  directoryOf,
  liveObject,
  liveObjectBy,
  sameText,
  signInOf,
  textOf,
} from "./entra-state.ts";
import { OPENID_SCOPES } from "./permission-catalogue.ts";
import { refuseSignIn, SIGN_IN_ERRORS, type SignInError } from "./sign-in-errors.ts";
import {
  applicationToken,
  grantedScopes,
  idToken,
  resourcePrincipal,
  TOKEN_LIFETIME_S,
  userToken,
} from "./token-claims.ts";

/** A person takes this long to type a device code (sandbox time). */
const DEVICE_APPROVAL_MS = 5_000;
const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

interface TokenRequest {
  readonly form: URLSearchParams;
  readonly world: World;
  refuse(failure: SignInError): never;
}

function tokenRequest(request: RoutedRequest, world: World): TokenRequest {
  const refuse = (failure: SignInError): never => refuseSignIn(failure, request, world);
  const tenant = request.params["tenant"] ?? "";
  const form = new URLSearchParams(request.text);
  if (SHARED_TENANTS.has(tenant)) {
    // A person's account tells the tenant; an application's credential does not.
    if (form.get("grant_type") === "client_credentials") refuse(SIGN_IN_ERRORS.noTenant);
  } else if (!isTenant(tenant)) refuse(SIGN_IN_ERRORS.unknownTenant(tenant));
  return { form, world, refuse };
}

/** Authorities that stand for whatever work account signs in. */
export const SHARED_TENANTS: ReadonlySet<string> = new Set(["common", "organizations"]);

/** True for the tenant's id and its verified domain. */
export function isTenant(tenant: string): boolean {
  return sameText(tenant, TENANT.id) || sameText(tenant, TENANT.domain);
}

function required({ form, refuse }: TokenRequest, name: string): string {
  const value = form.get(name);
  return value === null || value === "" ? refuse(SIGN_IN_ERRORS.missingParameter(name)) : value;
}

interface RequestedScopes {
  readonly resource: string;
  /** Scope names besides the OpenID Connect ones; `.default` for all that was consented to. */
  readonly names: readonly string[];
  readonly openId: readonly string[];
}

/** Splits `https://host/.default openid offline_access`; names without a resource belong to Microsoft Graph. */
function requestedScopes(request: TokenRequest, scope: string): RequestedScopes {
  const words = scope.split(/\s+/).filter((word) => word !== "");
  const openId = words.filter((word) => OPENID_SCOPES.includes(word));
  const rest = words
    .filter((word) => !OPENID_SCOPES.includes(word))
    .map((word) => {
      const slash = word.lastIndexOf("/");
      return slash === -1
        ? { resource: "https://graph.microsoft.com", name: word }
        : { resource: word.slice(0, slash), name: word.slice(slash + 1) };
    });
  const resource = rest[0]?.resource ?? "https://graph.microsoft.com";
  const foreign = rest.find((entry) => entry.resource !== resource);
  if (foreign !== undefined) request.refuse(SIGN_IN_ERRORS.badScope(scope));
  return { resource, names: rest.map((entry) => entry.name), openId };
}

function resourceOf(request: TokenRequest, resource: string): DirectoryObject {
  return (
    resourcePrincipal(request.world, resource) ??
    request.refuse(SIGN_IN_ERRORS.unknownResource(resource, TENANT.displayName))
  );
}

function clientOf(request: TokenRequest): DirectoryObject {
  const appId = required(request, "client_id");
  const client = liveObjectBy(request.world, "servicePrincipal", "appId", appId);
  if (client === undefined)
    return request.refuse(
      liveObjectBy(request.world, "application", "appId", appId) === undefined
        ? SIGN_IN_ERRORS.unknownApplication(appId, TENANT.displayName)
        : SIGN_IN_ERRORS.missingServicePrincipal(appId, TENANT.id),
    );
  if (client.value["accountEnabled"] === false)
    return request.refuse(SIGN_IN_ERRORS.disabledApplication(appId, textOf(client.value, "displayName")));
  return client;
}

function checkClientCredential(request: TokenRequest, client: DirectoryObject): void {
  const { form, world, refuse } = request;
  const appId = textOf(client.value, "appId");
  const assertion = form.get("client_assertion");
  if (assertion !== null) {
    if (required(request, "client_assertion_type") !== JWT_BEARER)
      refuse(SIGN_IN_ERRORS.missingClientCredential);
    checkClientAssertion(assertion, client, request);
    return;
  }
  const secret = form.get("client_secret") ?? "";
  if (secret === "") refuse(SIGN_IN_ERRORS.missingClientCredential);
  const application = liveObjectBy(world, "application", "appId", appId);
  const match = directoryOf(world).secrets.find(
    (known) => known.applicationId === application?.id && known.digest === digestOf(secret),
  );
  if (match === undefined) refuse(SIGN_IN_ERRORS.wrongSecret(appId));
  else if (match.endsAt <= world.now()) refuse(SIGN_IN_ERRORS.expiredSecret(appId));
}

function clientCredentials(request: TokenRequest): object {
  const client = clientOf(request);
  checkClientCredential(request, client);
  const scope = required(request, "scope");
  const requested = requestedScopes(request, scope);
  if (requested.names.length !== 1 || requested.names[0] !== ".default")
    return request.refuse(SIGN_IN_ERRORS.badScope(scope));
  const resource = resourceOf(request, requested.resource);
  return {
    token_type: "Bearer",
    expires_in: TOKEN_LIFETIME_S,
    ext_expires_in: TOKEN_LIFETIME_S,
    access_token: applicationToken(request.world, requested.resource, client, resource),
  };
}

interface RefreshPayload {
  readonly clientId: string;
  readonly userId: string;
}

function sealRefreshToken(world: World, payload: RefreshPayload): string {
  const body = Buffer.from(JSON.stringify(payload)).toString("base64url");
  const seal = createHmac("sha256", signInOf(world).tokens.signingKey).update(`refresh.${body}`);
  return `0.${body}.${seal.digest("base64url")}`;
}

function openRefreshToken(world: World, token: string): RefreshPayload | undefined {
  const [version, body = "", seal = ""] = token.split(".");
  if (version !== "0") return undefined;
  const expected = createHmac("sha256", signInOf(world).tokens.signingKey).update(`refresh.${body}`).digest();
  const given = Buffer.from(seal, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as RefreshPayload;
}

/** The answer to a sign-in of a person, whichever grant led to it. */
function userAnswer(
  request: TokenRequest,
  client: DirectoryObject,
  user: DirectoryObject,
  scope: string,
): object {
  const { world, refuse } = request;
  const requested = requestedScopes(request, scope);
  const resource = resourceOf(request, requested.resource);
  const granted = grantedScopes(world, client, resource, user.id);
  const missing = requested.names.filter((name) => name !== ".default" && !granted.includes(name));
  if (granted.length === 0 || missing.length > 0)
    refuse(SIGN_IN_ERRORS.notConsented(textOf(client.value, "appId"), textOf(client.value, "displayName")));
  const clientId = textOf(client.value, "appId");
  return {
    token_type: "Bearer",
    scope: [
      ...granted.map((name) => `${requested.resource}/${name}`),
      ...requested.openId.filter((name) => name !== "offline_access"),
      `${requested.resource}/.default`,
    ].join(" "),
    expires_in: TOKEN_LIFETIME_S,
    ext_expires_in: TOKEN_LIFETIME_S,
    access_token: userToken(world, requested.resource, client, user, granted),
    ...(requested.openId.includes("offline_access")
      ? { refresh_token: sealRefreshToken(world, { clientId, userId: user.id }) }
      : {}),
    ...(requested.openId.includes("openid") ? { id_token: idToken(world, client, user) } : {}),
    ...(request.form.get("client_info") === "1"
      ? {
          client_info: Buffer.from(JSON.stringify({ uid: user.id, utid: TENANT.id })).toString("base64url"),
        }
      : {}),
  };
}

/** Public clients only: a confidential client has to prove itself in the same request. */
function publicOrProvenClient(request: TokenRequest): DirectoryObject {
  const client = clientOf(request);
  const application = liveObjectBy(request.world, "application", "appId", textOf(client.value, "appId"));
  if (application?.value["isFallbackPublicClient"] !== true) checkClientCredential(request, client);
  return client;
}

function enabledUser(request: TokenRequest, user: DirectoryObject): DirectoryObject {
  return user.value["accountEnabled"] === false ? request.refuse(SIGN_IN_ERRORS.disabledUser) : user;
}

function passwordGrant(request: TokenRequest): object {
  const client = publicOrProvenClient(request);
  const username = required(request, "username");
  const password = required(request, "password");
  const user = liveObjectBy(request.world, "user", "userPrincipalName", username);
  if (user === undefined) return request.refuse(SIGN_IN_ERRORS.unknownUser(TENANT.displayName));
  if (signInOf(request.world).passwords[user.id] !== digestOf(password))
    return request.refuse(SIGN_IN_ERRORS.wrongPassword);
  return userAnswer(request, client, enabledUser(request, user), required(request, "scope"));
}

function refreshGrant(request: TokenRequest): object {
  const client = publicOrProvenClient(request);
  const opened = openRefreshToken(request.world, required(request, "refresh_token"));
  const user = opened === undefined ? undefined : liveObject(request.world, opened.userId, "user");
  if (user === undefined || opened?.clientId !== textOf(client.value, "appId"))
    return request.refuse(SIGN_IN_ERRORS.badRefreshToken);
  const scope = request.form.get("scope") ?? "https://graph.microsoft.com/.default";
  const words = new Set([...scope.split(/\s+/), "offline_access"]);
  return userAnswer(request, client, enabledUser(request, user), [...words].join(" "));
}

function deviceGrant(request: TokenRequest): object {
  const client = publicOrProvenClient(request);
  const code = required(request, "device_code");
  const codes = signInOf(request.world).deviceCodes;
  const known = codes.find(
    (entry) => entry.deviceCode === code && entry.clientId === textOf(client.value, "appId"),
  );
  if (known === undefined) return request.refuse(SIGN_IN_ERRORS.badDeviceCode);
  if (known.approvedAt > request.world.now()) return request.refuse(SIGN_IN_ERRORS.deviceCodePending);
  const user = liveObject(request.world, ADMIN_USER.id, "user");
  if (user === undefined) return request.refuse(SIGN_IN_ERRORS.unknownUser(TENANT.displayName));
  const answer = userAnswer(request, client, enabledUser(request, user), known.scope);
  codes.splice(codes.indexOf(known), 1);
  return answer;
}

const GRANTS: Readonly<Record<string, (request: TokenRequest) => object>> = {
  client_credentials: clientCredentials,
  password: passwordGrant,
  refresh_token: refreshGrant,
  device_code: deviceGrant,
  [DEVICE_GRANT]: deviceGrant,
};

const NO_STORE = { "Cache-Control": "no-store, no-cache", Pragma: "no-cache" };

/**
 * `POST /{tenant}/oauth2/v2.0/token`: client credentials, resource owner password, refresh token and device code
 * ("OAuth 2.0 client credentials flow", "… resource owner password credentials", "… device authorization grant",
 * Microsoft identity platform).
 */
export function handleTokenRequest(routed: RoutedRequest, world: World): SandboxResponse {
  const request = tokenRequest(routed, world);
  const name = required(request, "grant_type");
  const grant = Object.hasOwn(GRANTS, name) ? GRANTS[name] : undefined;
  if (grant === undefined) return request.refuse(SIGN_IN_ERRORS.unsupportedGrant(name));
  return { status: 200, headers: NO_STORE, body: grant(request) };
}

/**
 * `POST /{tenant}/oauth2/v2.0/devicecode` ("OAuth 2.0 device authorization grant"). Nobody sits at the other device:
 * the administrator's approval comes by itself after five seconds of sandbox time, and an approved code does not
 * expire, because a client that polls by its wall clock would always come too late.
 */
export function handleDeviceCodeRequest(routed: RoutedRequest, world: World): SandboxResponse {
  const request = tokenRequest(routed, world);
  const client = clientOf(request);
  const scope = required(request, "scope");
  resourceOf(request, requestedScopes(request, scope).resource);
  const deviceCode = `${world.newId()}${world.newId()}`.replaceAll("-", "");
  const userCode = world.newId().replaceAll("-", "").slice(0, 9).toUpperCase();
  signInOf(world).deviceCodes.push({
    deviceCode,
    userCode,
    clientId: textOf(client.value, "appId"),
    scope,
    approvedAt: world.now() + DEVICE_APPROVAL_MS,
  });
  return {
    status: 200,
    headers: NO_STORE,
    body: {
      user_code: userCode,
      device_code: deviceCode,
      verification_uri: "https://microsoft.com/devicelogin",
      expires_in: 900,
      interval: 5,
      message: `To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code ${userCode} to authenticate.`,
    },
  };
}
