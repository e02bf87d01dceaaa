import { Refusal, type SandboxRequest, type SandboxResponse } from "../exchange.ts";
import { matchRoute } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { FakeService, World } from "../world.ts";
import { KEY_ROUTES } from "./keys.ts";
import { SECRET_ROUTES } from "./secrets.ts";
import { refuseVault } from "./vault-errors.ts";
import { seedVaults } from "./vault-state.ts";

const AUDIENCE = "https://vault.azure.net";

/** Headers of every answer, as recorded from Key Vault (Azure/azure-sdk-for-js, `sdk/keyvault`). */
function stamped(response: SandboxResponse, request: SandboxRequest, requestId: string): SandboxResponse {
  return {
    ...response,
    headers: {
      "Cache-Control": "no-cache",
      Pragma: "no-cache",
      Expires: "-1",
      "x-ms-keyvault-region": "eastus",
      "x-ms-client-request-id": request.headers["x-ms-client-request-id"] ?? requestId,
      "x-ms-request-id": requestId,
      "x-ms-keyvault-service-version": "1.9.0.0",
      "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
      "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
      ...response.headers,
    },
  };
}

/** Clients ask once without a token: the challenge tells tenant and audience ("Authentication, requests and responses"). */
function challenge(
  reason: "missing" | "expired" | "invalid" | "audience",
  request: SandboxRequest,
): SandboxResponse {
  const messages = {
    missing: "AKV10000: Request is missing a Bearer or PoP token.",
    audience: `AKV10022: Invalid audience. Expected ${AUDIENCE}.`,
    expired: "Error validating token: the token has expired.",
    invalid: "Error validating token: the signature is not valid.",
  };
  return stamped(
    {
      status: 401,
      headers: {
        "WWW-Authenticate": `Bearer authorization="https://login.microsoftonline.com/${TENANT.id}", resource="${AUDIENCE}"`,
      },
      body: { error: { code: "Unauthorized", message: messages[reason] } },
    },
    request,
    "00000000-0000-0000-0000-000000000000",
  );
}

const ROUTES = [...SECRET_ROUTES, ...KEY_ROUTES];

/** POSTs that make or check a signature and change nothing. */
const OPERATIONS = /^\/keys\/[^/]+\/[^/]+\/(sign|verify)$/;

function dispatch(request: SandboxRequest, world: World): SandboxResponse | Promise<SandboxResponse> {
  // The SDK asks for the latest version with an empty version segment: /secrets/name/.
  const match = matchRoute(ROUTES, request);
  if (match.kind === "found") return match.handler(match.request, world);
  if (/^\/(keys|deletedkeys|certificates|deletedcertificates|storage|rng)(\/|$)/.test(request.path))
    return refuseVault(
      501,
      "NotSimulated",
      "The sandbox does not simulate this operation of Key Vault: of keys it knows creating, reading, signing and verifying.",
    );
  if (match.kind === "method-not-allowed")
    return {
      status: 405,
      headers: { Allow: match.allow.join(", ") },
      body: { error: { code: "MethodNotAllowed", message: `${request.method} is not allowed here.` } },
    };
  return refuseVault(404, "NotFound", `There is nothing at ${request.path}.`);
}

/** Azure Key Vault's data plane: secrets and keys of every `*.vault.azure.net`. */
export const keyVaultService: FakeService = {
  name: "keyVault",
  ownsHost: (host) => /^[a-z0-9-]{3,24}\.vault\.azure\.net$/.test(host),
  audiences: () => [AUDIENCE, "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"],
  unauthorized: challenge,
  seed: seedVaults,
  isWrite: ({ method, path }) => method !== "GET" && !OPERATIONS.test(path),
  loggedBody: (body) =>
    typeof body === "object" && body !== null && "value" in body ? { ...body, value: "***" } : body,
  async handle(request, world) {
    try {
      return stamped(await dispatch(request, world), request, world.newId());
    } catch (error) {
      if (error instanceof Refusal) return stamped(error.response, request, world.newId());
      throw error;
    }
  },
};
