import { Refusal, type SandboxRequest } from "../exchange.ts";

interface KnownPath {
  readonly path: RegExp;
  readonly method?: string;
  /** Ends the sentence "The sandbox does not simulate …". */
  readonly what: string;
}

/**
 * Paths of BAP that exist and that the sandbox does not answer (services/environment_groups, enterprise_policy,
 * managed_environment of microsoft/terraform-provider-power-platform; the
 * lifecycle operations by the names that an environment's `lifecycleOperationsEnforcement` lists).
 */
const OF_BAP: readonly KnownPath[] = [
  {
    path: /^\/providers\/Microsoft\.BusinessAppPlatform\/environmentGroups(\/|$)/i,
    what: "environment groups",
  },
  { path: /\/environments\/[^/]+\/enterprisePolicies\//i, what: "enterprise policies" },
  {
    path: /\/environments\/[^/]+\/governanceConfiguration$/i,
    method: "GET",
    what: "reading the governance configuration apart from its environment",
  },
  {
    path: /\/environments\/[^/]+\/(backups?|copy|disable|enable|promote|recover|reset|restore)(\/|$)/i,
    what: "backup, copy, reset, restore, recovery, promotion and switching of environments",
  },
];

/** Namespaces of the Power Platform API by the operation groups of its REST reference (2024-10-01). */
const OF_POWER_PLATFORM: readonly KnownPath[] = [
  { path: /^\/authorization\/environmentGroups\//i, what: "role assignments on environment groups" },
  { path: /^\/licensing\//i, what: "billing policies and licensing" },
  { path: /^\/governance\//i, what: "rule sets and environment groups" },
  { path: /^\/connectivity\//i, what: "connections and connectors" },
  {
    path: /^\/environmentmanagement\/provisioning\/locations(\/[^/]+\/(currencies|languages))?$/i,
    what: "locations, currencies and languages through environmentmanagement (BAP lists them)",
  },
  {
    path: /^\/environmentmanagement\/environments\/[^/]+\/settings$/i,
    what: "environment settings through environmentmanagement (Dataverse's RetrieveSettingList reads them)",
  },
  {
    path: /^\/environmentmanagement\//i,
    what: "creating, changing and following environments through environmentmanagement (BAP does)",
  },
  {
    path: /^\/(analytics|copilotstudio|dynamics|powerapps|powerautomate|resourcequery|usermanagement|workflowsagent)\//i,
    what: "this namespace of the Power Platform API",
  },
];

/** Power Pages administration apart from what websites.ts answers ("Websites", powerpages, REST reference 2024-10-01). */
const OF_POWER_PAGES: readonly KnownPath[] = [
  {
    path: /\/websites\/[^/]+\/(getWafStatus|getWafRules|deleteWafCustomRules|updateWafPolicySettings)$/i,
    what: "reading and editing of firewall rules",
  },
  {
    path: /\/websites\/[^/]+\/(customDomain|sslBindings|certificates)(\/|$)/i,
    what: "domains and certificates of sites",
  },
  { path: /\/websites\/[^/]+\/scan\//i, what: "security scans of sites" },
  {
    path: /\/websites\/[^/]+\/(convertToProduction|updatePortalSecurityGroup|toggleAFDTrafficRouting|setPortalDataModelVersion|SetPortalBootstrapV5Enabled)$/i,
    what: "this change of a site",
  },
  { path: /^\/powerpages\/environments\/[^/]+\/exceptions\//i, what: "exceptions for sites" },
];

function find(paths: readonly KnownPath[], request: SandboxRequest): string | undefined {
  return paths.find(
    ({ path, method }) => path.test(request.path) && (method === undefined || method === request.method),
  )?.what;
}

export const sentence = (what: string): string => `The sandbox does not simulate ${what}.`;

/** 501 in BAP's envelope for something that the service has and the sandbox has not. */
export function bapNotSimulated(what: string): Refusal {
  return new Refusal({
    status: 501,
    body: { error: { code: "NotSimulated", message: sentence(what), detailUrlType: "NotSpecified" } },
  });
}

/** The 501 for a known path of BAP, undefined for a path nobody knows. */
export function unsimulatedBap(request: SandboxRequest): Refusal | undefined {
  const what = find(OF_BAP, request);
  return what === undefined ? undefined : bapNotSimulated(what);
}

/** The 501 for a known path of the Power Platform API, in the envelope of its namespace. */
export function unsimulatedPowerPlatform(request: SandboxRequest): Refusal | undefined {
  const pages = find(OF_POWER_PAGES, request);
  if (pages !== undefined)
    return new Refusal({
      status: 501,
      body: { error: { code: "NotSimulated", message: sentence(pages), target: "", details: [] } },
    });
  const what = find(OF_POWER_PLATFORM, request);
  if (what === undefined) return undefined;
  return new Refusal({ status: 501, body: { code: "NotSimulated", message: sentence(what) } });
}
