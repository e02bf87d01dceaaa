import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import { matchRoute, type Route } from "../routes.ts";
import type { FakeService, World } from "../world.ts";
import { APPLICATION_PACKAGE_ROUTES, endInstall, INSTALL_ENDS } from "./application-packages.ts";
import { ENVIRONMENT_MANAGEMENT_ROUTES } from "./environment-management.ts";
import { unsimulatedPowerPlatform } from "./not-simulated.ts";
import { initialCatalogue } from "./package-catalogue.ts";
import { correlated, gatewayRefusal } from "./power-platform-errors.ts";
import type { PowerPlatformState } from "./power-platform-state.ts";
import { ROLE_ASSIGNMENT_ROUTES } from "./role-assignments.ts";
import { WEBSITE_ROUTES } from "./websites.ts";

const ROUTES: readonly Route[] = [
  ...APPLICATION_PACKAGE_ROUTES,
  ...ENVIRONMENT_MANAGEMENT_ROUTES,
  ...ROLE_ASSIGNMENT_ROUTES,
  ...WEBSITE_ROUTES,
];

const ISLAND = /^[0-9a-z]{2,}\.[0-9a-z]{2}\.(tenant|environment)\.api\.powerplatform\.com$/;

/** Assumption: the 401 bodies of the gateway are not published; they follow the shape of its other refusals. */
function unauthorized(reason: "missing" | "expired" | "invalid" | "audience"): SandboxResponse {
  const message = {
    missing: "The request does not carry a bearer token.",
    expired: "The access token has expired.",
    invalid: "The access token is invalid.",
    audience: "The access token was issued for another audience than https://api.powerplatform.com.",
  }[reason];
  return {
    status: 401,
    headers: { "WWW-Authenticate": "Bearer" },
    body: { code: "Unauthorized", message },
  };
}

async function handle(request: SandboxRequest, world: World): Promise<SandboxResponse> {
  return correlated(request, world.newId, () => {
    const match = matchRoute(ROUTES, request);
    if (match.kind !== "found") {
      const unsimulated = unsimulatedPowerPlatform(request);
      if (unsimulated !== undefined) throw unsimulated;
    }
    if (match.kind === "method-not-allowed")
      return { status: 405, headers: { Allow: match.allow.join(", ") } };
    // Assumption: neither the answer to an unknown path nor that to a missing version is published.
    if (match.kind === "not-found")
      throw gatewayRefusal(404, "NotFound", `The resource '${request.path}' could not be found.`);
    // The cluster is told without one (AdamCoulterOz/powerplatform-apis, `analytics/`).
    if (request.query.get("api-version") === null && request.path !== "/gateway/cluster")
      throw gatewayRefusal(400, "ApiVersionMissing", "The api-version query parameter is required.");
    return match.handler(match.request, world);
  });
}

/**
 * The Power Platform API on `api.powerplatform.com` and on the hosts of single tenants and environments: application
 * packages, environments (reading), role assignments, Power Pages sites. Token audience
 * `https://api.powerplatform.com`.
 */
export const powerPlatformService: FakeService = {
  name: "powerPlatform",
  ownsHost: (host) => host === "api.powerplatform.com" || ISLAND.test(host),
  audiences: () => ["https://api.powerplatform.com"],
  unauthorized,
  seed: (): PowerPlatformState => ({
    catalogue: initialCatalogue(),
    packages: {},
    installs: {},
    roleAssignments: {},
    websites: {},
    nextInstall: { switch: "nextInstall", outcome: "Succeeded" },
  }),
  handle,
  events: { [INSTALL_ENDS]: endInstall },
};
