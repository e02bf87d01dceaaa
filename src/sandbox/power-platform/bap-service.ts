import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import { matchRoute, type Route } from "../routes.ts";
import { PIPELINE_APP } from "../seed.ts";
import type { FakeService } from "../world.ts";
import { DATA_POLICY_ROUTES } from "./data-policies.ts";
import { ENVIRONMENT_ACCESS_ROUTES } from "./environment-access.ts";
import { ENVIRONMENT_CHANGE_ROUTES } from "./environment-changes.ts";
import { defaultEnvironment, ENVIRONMENT_ROUTES } from "./environments.ts";
import { OPERATION_ENDS } from "./lifecycle-operations.ts";
import { LOCATION_ROUTES, LOCATIONS, regionalHost } from "./locations.ts";
import { MANAGED_ENVIRONMENT_ROUTES } from "./managed-environment.ts";
import { MANAGEMENT_APPLICATION_ROUTES } from "./management-applications.ts";
import { unsimulatedBap } from "./not-simulated.ts";
import { endOperation } from "./operation-effects.ts";
import { bapRefusal, correlated } from "./power-platform-errors.ts";
import type { BapState } from "./power-platform-state.ts";
import { isolated, TENANT_ISOLATION_ROUTES } from "./tenant-isolation.ts";
import { initialTenantSettings, TENANT_SETTINGS_ROUTES } from "./tenant-settings.ts";

const ROUTES: readonly Route[] = [
  ...LOCATION_ROUTES,
  ...ENVIRONMENT_ROUTES,
  ...ENVIRONMENT_CHANGE_ROUTES,
  ...MANAGED_ENVIRONMENT_ROUTES,
  ...ENVIRONMENT_ACCESS_ROUTES,
  ...MANAGEMENT_APPLICATION_ROUTES,
  ...TENANT_SETTINGS_ROUTES,
  ...TENANT_ISOLATION_ROUTES,
  ...DATA_POLICY_ROUTES,
];

/** Addresses whose version is part of the path. */
const VERSIONED_PATH = /^\/providers\/PowerPlatform\.Governance\/v[12]\//;

const HOSTS = new Set(["api.bap.microsoft.com", ...LOCATIONS.map((location) => regionalHost(location.name))]);

/**
 * 401 of BAP. Assumption: the message about the audience is the one Power Platform connectors give
 * (microsoft/Power-Fx issue 2986; pnp/cli-microsoft365 issue 4489); the other texts are the sandbox's.
 */
function unauthorized(reason: "missing" | "expired" | "invalid" | "audience"): SandboxResponse {
  const [code, message] = {
    missing: [
      "MissingAuthorizationHeader",
      "The request does not have an authorization header with a bearer token.",
    ],
    expired: ["ExpiredAuthenticationToken", "The access token has expired."],
    invalid: ["InvalidAuthenticationToken", "The access token is invalid."],
    audience: [
      "InvalidAuthenticationAudience",
      "The received access token has been obtained from wrong audience or resource. It should exactly match " +
        "(including forward slash) with one of the allowed audiences 'https://service.powerapps.com/'.",
    ],
  }[reason];
  return {
    status: 401,
    headers: { "WWW-Authenticate": "Bearer" },
    body: { error: { code, message } },
  };
}

async function handle(
  request: SandboxRequest,
  world: Parameters<FakeService["handle"]>[1],
): Promise<SandboxResponse> {
  return correlated(request, world.newId, () => {
    const match = matchRoute(ROUTES, request);
    if (match.kind !== "found") {
      const unsimulated = unsimulatedBap(request);
      if (unsimulated !== undefined) throw unsimulated;
    }
    if (match.kind === "method-not-allowed")
      return { status: 405, headers: { Allow: match.allow.join(", ") } };
    // Assumption: neither the answer to an unknown path nor that to a missing version is published.
    if (match.kind === "not-found")
      throw bapRefusal(
        404,
        "ResourceNotFound",
        `The resource at the path '${request.path}' could not be found.`,
      );
    if (request.query.get("api-version") === null && !VERSIONED_PATH.test(request.path))
      throw bapRefusal(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
      );
    return match.handler(match.request, world);
  });
}

/**
 * The Power Platform administration API that today's tools use ("BAP", Business Application Platform), on
 * `api.bap.microsoft.com` and on the host of each location. Token audience `https://service.powerapps.com/`.
 */
export const bapService: FakeService = {
  name: "bap",
  ownsHost: (host) => HOSTS.has(host),
  audiences: () => ["https://service.powerapps.com/"],
  unauthorized,
  seed: (): BapState => {
    const environment = defaultEnvironment();
    return {
      environments: { [environment.id]: environment },
      operations: {},
      managementApplications: [{ applicationId: PIPELINE_APP.appId }],
      environmentRoleAssignments: [],
      domainsOfOtherTenants: ["contoso"],
      capacity: { capacityType: "Database", availableMb: 20 * 1024 },
      nextCreate: { switch: "nextCreate", outcome: "Succeeded" },
      nextProvision: { switch: "nextProvision", answer: "Accepted" },
      nextDelete: { switch: "nextDelete", answer: "Accepted" },
      tenantSettings: initialTenantSettings(),
      tenantIsolation: isolated(),
      takenDomain: { switch: "takenDomain", behaviour: "refuse" },
    };
  },
  handle,
  isWrite: ({ method, path }) =>
    method !== "GET" && method !== "HEAD" && !/\/(validateEnvironmentDetails|listTenantSettings)$/.test(path),
  events: { [OPERATION_ENDS]: endOperation },
};
