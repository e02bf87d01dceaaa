import type { ServiceName } from "../../cloud.ts";
import { type ErrorDetails, PscError, ServiceError } from "../../errors.ts";
import { withoutSecrets } from "../../secret-value.ts";
import type { HttpResponse } from "./types.ts";

const SERVICE_TITLES: Readonly<Record<ServiceName, string>> = {
  login: "Microsoft Entra sign-in",
  graph: "Microsoft Graph",
  arm: "Azure Resource Manager",
  bap: "the Power Platform admin API",
  powerPlatform: "the Power Platform API",
  dataverse: "Dataverse",
  healthBot: "the Health Bot management API",
  keyVault: "Azure Key Vault",
  storage: "Azure Blob Storage",
};

export function titleOf(service: ServiceName): string {
  return SERVICE_TITLES[service];
}

const TLS_CODES = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "EPROTO",
]);
/** Failures before a single byte reached the server. */
const UNREACHED_CODES = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);

function codeOf(error: unknown): string {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    const code: unknown = (current as { code?: unknown }).code;
    if (typeof code === "string" && code !== "REQUEST_SEND_ERROR") return code;
  }
  return "";
}

export type TransportFailure = "unreachable" | "tls" | "lost";

export function classifyTransport(error: unknown): TransportFailure {
  const code = codeOf(error);
  if (TLS_CODES.has(code)) return "tls";
  if (UNREACHED_CODES.has(code)) return "unreachable";
  return "lost";
}

export function transportError(service: ServiceName, method: string, url: URL, error: unknown): PscError {
  const code = codeOf(error);
  switch (classifyTransport(error)) {
    case "tls":
      return new PscError({
        code: "PSC-E213",
        message: `the TLS certificate of ${url.host} is not trusted (${code})`,
        remedy:
          "if a proxy inspects TLS, give its certificate authority in NODE_EXTRA_CA_CERTS; psc never skips the check",
        side: "user",
        cause: error,
      });
    case "unreachable":
      return new PscError({
        code: "PSC-E212",
        message: `${titleOf(service)} at ${url.host} cannot be reached (${code})`,
        remedy:
          "check the network, the proxy (HTTPS_PROXY) and the `cloud` of the spec, then run the same command again",
        side: "user",
        cause: error,
      });
    case "lost":
      return new PscError({
        code: "PSC-E214",
        message: `the answer of ${titleOf(service)} to ${method} ${url.pathname} was lost${code === "" ? "" : ` (${code})`}`,
        remedy: "run the same command again: psc reads what is there before it changes anything",
        side: "service",
        cause: error,
      });
  }
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

/** Code and message out of the error shapes in use: OData/ARM envelope, bare object, Pascal case, OAuth, header, text. */
export function readServiceError(response: Pick<HttpResponse, "body" | "text"> & Partial<HttpResponse>): {
  code: string;
  message: string;
} {
  const body = asRecord(response.body);
  const inner = asRecord(body?.["error"]) ?? body;
  const pick = (...names: string[]): string => {
    for (const name of names) {
      const value = inner?.[name];
      if (typeof value === "string" && value !== "") return withoutSecrets(value);
    }
    return "";
  };
  if (typeof body?.["error"] === "string")
    return {
      code: withoutSecrets(body["error"]),
      message: withoutSecrets(String(body["error_description"] ?? "")),
    };
  const code = pick("code", "Code", "ErrorCode");
  const message = pick("message", "Message");
  // Azure Storage answers in XML and names the code in a header.
  if (code === "" && message === "")
    return {
      code: response.header?.("x-ms-error-code") ?? "",
      // Hidden before it is cut: half a secret is a secret.
      message: withoutSecrets(/<Message>([^<\n]*)/.exec(response.text)?.[1] ?? response.text).slice(0, 300),
    };
  return { code, message };
}

/** Query members that give access to whoever knows them: shared access signatures, codes, tokens. */
const SIGNED = new Set(["sig", "signature", "code", "token", "access_token", "key"]);

/** What a refused URL may show: signed query values are cut. */
export function shownUrl(url: URL): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${name}=${value.length > 120 || SIGNED.has(name.toLowerCase()) ? "…" : value}`)
    .join("&");
  return `${url.origin}${url.pathname}${query === "" ? "" : `?${query}`}`;
}

const WHO_GRANTS: Readonly<Record<ServiceName, string>> = {
  login: "a Global Administrator",
  graph: "a Privileged Role Administrator or Global Administrator",
  arm: "an owner of the subscription",
  bap: "a Power Platform Administrator",
  powerPlatform: "a Power Platform Administrator",
  dataverse: "a System Administrator of the environment",
  healthBot: "an owner of the bot's resource group",
  keyVault: "an owner of the key vault",
  storage: "an owner of the storage account (role Storage Blob Data Contributor)",
};

/** Azure's roles do not reach to the providers of the directory: there a directory role counts. */
function whoGrants(service: ServiceName, url: URL): string {
  return service === "arm" && /^\/providers\/microsoft\.aadiam\//i.test(url.pathname)
    ? "a Global Administrator (directory role Security Administrator)"
    : WHO_GRANTS[service];
}

/** What the gateway of the Power Platform API says inside of its general refusal. */
function innerMessage(response: HttpResponse): string {
  return withoutSecrets(String(asRecord(asRecord(response.body)?.["innererror"])?.["message"] ?? ""));
}

/** Permission named by the service's own words, such as an action of ARM or a vault, or a Dataverse privilege. */
function permissionNamed(message: string): string | undefined {
  return (
    /perform action '([^']+)'/.exec(message)?.[1] ??
    // Key Vault's data plane.
    /^Action: '([^']+)'/m.exec(message)?.[1] ??
    /missing (prv\w+) privilege/.exec(message)?.[1] ??
    /missing required permissions: \[?([^\]]+)\]?/.exec(message)?.[1] ??
    // Key Vault's, of several lines.
    /\bAction: '([^']+)'/.exec(message)?.[1]
  );
}

export function refusalError(
  service: ServiceName,
  method: string,
  url: URL,
  response: HttpResponse,
  identity: string | undefined,
): ServiceError {
  const { code, message } = readServiceError(response);
  const refusal = {
    service,
    method,
    url: shownUrl(url),
    status: response.status,
    serviceCode: code,
    serviceMessage: message,
    requestId: response.requestId,
  };
  const said = `${code === "" ? `HTTP ${response.status}` : code}${message === "" ? "" : `: ${message.replace(/\s+/g, " ").trim()}`}`;
  const who = identity ?? "the signed-in identity";
  let details: ErrorDetails;
  if (response.status === 401) {
    details = {
      code: "PSC-E202",
      message: `${titleOf(service)} does not accept the token of ${who} (${said})`,
      remedy: "sign in again; when a conditional access rule asks for more, satisfy it in a browser first",
      side: "user",
    };
  } else if (response.status === 403) {
    const permission = permissionNamed(message) ?? permissionNamed(innerMessage(response));
    details = {
      code: "PSC-E231",
      message: `${who} may not ${method} ${url.host}${url.pathname} (${said})`,
      ...(permission === undefined ? {} : { permission }),
      persona: whoGrants(service, url),
      remedy: `ask ${whoGrants(service, url)} to grant the permission, then run the same command again`,
      side: "user",
    };
  } else if (response.status === 429) {
    details = {
      code: "PSC-E215",
      message: `${titleOf(service)} kept throttling ${method} ${url.pathname} (${said})`,
      remedy: "run the same command again in a few minutes",
      side: "service",
    };
  } else if (response.status >= 500) {
    details = {
      code: "PSC-E216",
      message: `${titleOf(service)} failed at ${method} ${url.pathname} (${said})`,
      remedy: "run the same command again; if it lasts, give the request id to Microsoft support",
      side: "service",
    };
  } else {
    details = {
      code: "PSC-E217",
      message: `${titleOf(service)} refused ${method} ${url.pathname} (${said})`,
      remedy: "the service's words above say what it missed; `psc explain PSC-E217` lists the usual causes",
      side: "service",
    };
  }
  return new ServiceError(details, refusal);
}
