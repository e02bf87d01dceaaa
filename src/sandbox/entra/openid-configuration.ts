import type { SandboxResponse } from "../exchange.ts";
import type { RoutedRequest } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { refuseSignIn, SIGN_IN_ERRORS } from "./sign-in-errors.ts";
import { isTenant, SHARED_TENANTS } from "./token-endpoint.ts";

const AUTHORITY = "https://login.microsoftonline.com";

/** `GET /{tenant}/v2.0/.well-known/openid-configuration` ("OpenID Connect on the Microsoft identity platform"). */
export function openIdConfiguration(request: RoutedRequest, world: World): SandboxResponse {
  const asked = request.params["tenant"] ?? "";
  const shared = SHARED_TENANTS.has(asked);
  if (!shared && !isTenant(asked)) return refuseSignIn(SIGN_IN_ERRORS.unknownTenant(asked), request, world);
  const tenant = shared ? asked : TENANT.id;
  return {
    status: 200,
    body: {
      token_endpoint: `${AUTHORITY}/${tenant}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      jwks_uri: `${AUTHORITY}/${tenant}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      issuer: `${AUTHORITY}/${shared ? "{tenantid}" : tenant}/v2.0`,
      request_uri_parameter_supported: false,
      userinfo_endpoint: "https://graph.microsoft.com/oidc/userinfo",
      authorization_endpoint: `${AUTHORITY}/${tenant}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${AUTHORITY}/${tenant}/oauth2/v2.0/devicecode`,
      http_logout_supported: true,
      frontchannel_logout_supported: true,
      end_session_endpoint: `${AUTHORITY}/${tenant}/oauth2/v2.0/logout`,
      tenant_region_scope: "NA",
      cloud_instance_name: "microsoftonline.com",
      cloud_graph_host_name: "graph.windows.net",
      msgraph_host: "graph.microsoft.com",
      rbac_url: "https://pas.windows.net",
    },
  };
}

/** `GET /common/discovery/instance`: which authority hosts belong together, asked by MSAL before its first sign-in. */
export function instanceDiscovery(): SandboxResponse {
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${AUTHORITY}/common/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [
        {
          preferred_network: "login.microsoftonline.com",
          preferred_cache: "login.windows.net",
          aliases: [
            "login.microsoftonline.com",
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
          ],
        },
      ],
    },
  };
}
