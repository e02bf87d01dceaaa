import { matchRoute, type Route, route } from "../routes.ts";
import { ADMIN_USER, PLAIN_USER } from "../seed.ts";
import { newSigningKey } from "../tokens.ts";
import type { FakeService } from "../world.ts";
import { digestOf, type SignInState } from "./entra-state.ts";
import { instanceDiscovery, openIdConfiguration } from "./openid-configuration.ts";
import { handleDeviceCodeRequest, handleTokenRequest } from "./token-endpoint.ts";

const ROUTES: readonly Route[] = [
  route("GET", "/common/discovery/instance", instanceDiscovery),
  route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", openIdConfiguration),
  // Tokens are signed with a key that only the sandbox knows, so there is no public key to hand out.
  route("GET", "/{tenant}/discovery/v2.0/keys", () => ({ status: 200, body: { keys: [] } })),
  route("POST", "/{tenant}/oauth2/v2.0/token", handleTokenRequest),
  route("POST", "/{tenant}/oauth2/v2.0/devicecode", handleDeviceCodeRequest),
];

/**
 * Microsoft Entra's sign-in endpoint. Its slice holds the key that signs all tokens of this sandbox. Signing in
 * changes nothing in the tenant, so none of its requests counts as a write.
 */
export const entraService: FakeService = {
  name: "entra",
  ownsHost: (host) => host === "login.microsoftonline.com",
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: (): SignInState => ({
    tokens: { signingKey: newSigningKey(), notBefore: 0 },
    passwords: {
      [ADMIN_USER.id]: digestOf(ADMIN_USER.password),
      [PLAIN_USER.id]: digestOf(PLAIN_USER.password),
    },
    deviceCodes: [],
  }),
  handle(request, world) {
    const match = matchRoute(ROUTES, request);
    if (match.kind === "found") return match.handler(match.request, world);
    return match.kind === "method-not-allowed"
      ? { status: 405, headers: { Allow: match.allow.join(", ") } }
      : { status: 404 };
  },
  isWrite: () => false,
};
