import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient } from "@azure/core-rest-pipeline";
import type { Clock } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { PscError } from "../errors.ts";
import { secretValue } from "../secret-value.ts";
import { limited } from "./http/answer-limits.ts";
import { transportError } from "./http/failures.ts";
import { patientClient } from "./http/patient-client.ts";
import type { TokenSource } from "./http/types.ts";
import type { SignedIn } from "./services.ts";

export interface SignInOptions {
  readonly cloud: Cloud;
  readonly tenant: string;
  readonly clock: Clock;
  readonly client: HttpClient;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Set in the sandbox: the person psc signs in as when the environment names no application. */
  readonly sandboxPerson?: {
    readonly clientId: string;
    readonly username: string;
    readonly password: string;
  };
}

export interface SignIn extends TokenSource {
  /** Signs in if needed and reads who that is from the Graph token. */
  whoAmI(): Promise<SignedIn>;
  /** The name once it is known, for error messages. */
  knownName(): string | undefined;
}

interface IssuedToken {
  readonly token: string;
  /** On psc's clock, milliseconds. */
  readonly expiresAt: number;
}

/** A token this close to its end is renewed first. */
const RENEW_BEFORE_MS = 5 * 60_000;

function signInError(message: string, cause: unknown): PscError {
  return new PscError({
    code: "PSC-E201",
    message: `signing in failed: ${message}`,
    remedy:
      "check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret or certificate, or sign in with `az login`; `psc explain PSC-E201` lists every way",
    side: "user",
    cause,
  });
}

/** First line of an Entra answer: code and sentence, without trace and correlation ids. */
function firstSentence(text: string): string {
  const line =
    text.split(/[\r\n]+/).find((part) => /AADSTS\d+/.test(part)) ?? text.split(/[\r\n]+/)[0] ?? text;
  return line
    .replace(/^.*?(AADSTS\d+)/, "$1")
    .replace(/\s*Trace ID:.*$/, "")
    .trim();
}

/** Claims of an access token. Decoded, not verified: the services verify. */
export function readClaims(token: string): Readonly<Record<string, unknown>> {
  const part = token.split(".")[1];
  if (part === undefined) return {};
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function identityOf(claims: Readonly<Record<string, unknown>>): SignedIn {
  const text = (name: string): string => (typeof claims[name] === "string" ? claims[name] : "");
  const list = (name: string): string[] => (Array.isArray(claims[name]) ? claims[name].map(String) : []);
  const delegated = text("scp");
  const appId = text("appid") || text("azp");
  return {
    tenantId: text("tid"),
    objectId: text("oid"),
    kind: delegated === "" ? "application" : "user",
    appId,
    name: text("upn") || text("preferred_username") || text("app_displayname") || appId,
    permissions: delegated === "" ? list("roles") : delegated.split(" "),
    directoryRoles: list("wids"),
  };
}

/** Resource owner password grant, used only for the sandbox's person. */
async function passwordToken(
  options: SignInOptions,
  audience: string,
): Promise<{ token: string; lifetimeMs: number }> {
  const { createHttpHeaders, createPipelineRequest } = await import("@azure/core-rest-pipeline");
  const person = options.sandboxPerson;
  if (person === undefined) throw new Error("no sandbox person");
  const url = new URL(`${options.cloud.authority}/${options.tenant}/oauth2/v2.0/token`);
  const form = new URLSearchParams({
    grant_type: "password",
    client_id: person.clientId,
    username: person.username,
    password: person.password,
    scope: `${audience.replace(/\/$/, "")}/.default`,
  });
  const request = createPipelineRequest({
    url: url.href,
    method: "POST",
    headers: createHttpHeaders({ "content-type": "application/x-www-form-urlencoded" }),
    body: form.toString(),
  });
  const response = await options.client.sendRequest(request).catch((error: unknown) => {
    throw transportError("login", "POST", url, error);
  });
  const body = JSON.parse(response.bodyAsText ?? "{}") as {
    access_token?: string;
    expires_in?: number;
    error_description?: string;
  };
  if (body.access_token === undefined)
    throw signInError(firstSentence(body.error_description ?? `HTTP ${response.status}`), undefined);
  return { token: body.access_token, lifetimeMs: (body.expires_in ?? 3600) * 1000 };
}

/** The first thing Entra itself said; when no credential of a chain got that far, that nobody is signed in. */
function reasonOf(error: unknown): string {
  const parts: unknown = (error as { errors?: unknown }).errors;
  const texts = (Array.isArray(parts) ? parts : [error]).map((part: unknown) =>
    part instanceof Error ? part.message : String(part),
  );
  const answered = texts.find((text) => /AADSTS\d+/.test(text));
  if (answered !== undefined || texts.length === 1) return firstSentence(answered ?? texts[0] ?? "");
  return "nobody is signed in: neither environment variables, workload or managed identity, Azure CLI, Azure PowerShell nor azd gave a token";
}

async function credentialOf(options: SignInOptions, client: HttpClient): Promise<TokenCredential> {
  const identity = await import("./azure-identity.ts");
  const { env, cloud, tenant } = options;
  const clientId = env["AZURE_CLIENT_ID"];
  const secret = secretValue(env["AZURE_CLIENT_SECRET"] ?? "");
  secretValue(env["AZURE_CLIENT_CERTIFICATE_PASSWORD"] ?? "");
  const common = {
    authorityHost: cloud.authority,
    disableInstanceDiscovery: true,
    httpClient: client,
    // Repeating is the client's business.
    retryOptions: { maxRetries: 0 },
  };
  if (clientId !== undefined && secret.reveal() !== "")
    return new identity.ClientSecretCredential(
      env["AZURE_TENANT_ID"] ?? tenant,
      clientId,
      secret.reveal(),
      common,
    );
  return new identity.DefaultAzureCredential({ ...common, tenantId: tenant });
}

/**
 * Signs in with @azure/identity: a client secret from the environment, else its default chain (workload identity,
 * managed identity, Azure CLI…). In the sandbox the same code talks to the sandbox's Entra; without an application in
 * the environment the sandbox's own administrator signs in.
 */
export function createSignIn(options: SignInOptions): SignIn {
  const { clock } = options;
  const cache = new Map<string, Promise<IssuedToken>>();
  let credential: Promise<TokenCredential> | undefined;
  // The library turns every network failure into "network_error"; the errno is only seen here.
  let networkFailure: unknown;
  const patient = patientClient(limited(options.client), clock);
  const client: HttpClient = {
    sendRequest: (request) =>
      patient.sendRequest(request).catch((error: unknown) => {
        if (new URL(request.url).origin === new URL(options.cloud.authority).origin) networkFailure = error;
        throw error;
      }),
  };
  let known: SignedIn | undefined;
  const useSandboxPerson =
    options.sandboxPerson !== undefined && options.env["AZURE_CLIENT_ID"] === undefined;

  async function issue(audience: string, signal: AbortSignal | undefined): Promise<IssuedToken> {
    if (useSandboxPerson) {
      const { token, lifetimeMs } = await passwordToken({ ...options, client: patient }, audience);
      return { token, expiresAt: clock.now() + lifetimeMs };
    }
    networkFailure = undefined;
    credential ??= credentialOf(options, client);
    try {
      const scope = `${audience.replace(/\/$/, "")}/.default`;
      const granted = await (await credential).getToken(
        scope,
        signal === undefined ? {} : { abortSignal: signal },
      );
      if (granted === null) throw signInError("no token was issued", undefined);
      const claims = readClaims(granted.token);
      const lifetimeMs =
        typeof claims["exp"] === "number" && typeof claims["iat"] === "number"
          ? (claims["exp"] - claims["iat"]) * 1000
          : 3_600_000;
      return { token: granted.token, expiresAt: clock.now() + lifetimeMs };
    } catch (error) {
      if (error instanceof PscError) throw error;
      if (networkFailure !== undefined)
        throw transportError("login", "POST", new URL(options.cloud.authority), networkFailure);
      throw signInError(reasonOf(error), error);
    }
  }

  async function getToken(
    audience: string,
    request: { fresh: boolean; signal?: AbortSignal },
  ): Promise<string> {
    const cached = cache.get(audience);
    if (cached !== undefined && !request.fresh) {
      const token = await cached;
      if (token.expiresAt - RENEW_BEFORE_MS > clock.now()) return token.token;
    }
    if (cache.get(audience) === cached) {
      // A credential caches by the wall clock and knows nothing of a refused token: a new one asks anew.
      if (cached !== undefined) credential = undefined;
      const issued = issue(audience, request.signal);
      cache.set(audience, issued);
      issued.catch(() => cache.delete(audience));
    }
    return (await (cache.get(audience) ?? issue(audience, request.signal))).token;
  }

  return {
    getToken,
    async whoAmI() {
      known ??= identityOf(readClaims(await getToken(options.cloud.graph, { fresh: false })));
      return known;
    },
    knownName: () => known?.name,
  };
}
