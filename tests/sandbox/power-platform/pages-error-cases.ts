import type { Answer } from "../../harness/sandbox.ts";
import type { ErrorCase } from "./error-cases.ts";
import { POWER_PLATFORM, type TenantAdmin, type Who } from "./tenant-admin.ts";

const NOBODY = "00000000-0000-0000-0000-000000000001";

const site = { templateName: "BlankPage", selectedBaseLanguage: 1033 };

async function pages(
  admin: TenantAdmin,
  ask: (sites: string, organizationId: string) => Promise<Answer>,
  facts: Record<string, unknown> = {},
): Promise<Answer> {
  const { environmentId, organizationId } = await admin.seed({
    displayName: "Refused",
    domainName: "refused",
    ...facts,
  });
  return ask(`/powerpages/environments/${environmentId}/websites`, String(organizationId));
}

/** Creates a site and asks about it. */
const ofSite = (
  admin: TenantAdmin,
  ask: (path: string) => Promise<Answer>,
  facts: Record<string, unknown> = {},
): Promise<Answer> =>
  pages(
    admin,
    async (sites, dataverseOrganizationId) => {
      const body = { ...site, name: "Portal", subdomain: "portal", dataverseOrganizationId };
      const made = await admin.powerPlatform("POST", sites, body);
      return ask(new URL(String(made.headers["operation-location"])).pathname);
    },
    facts,
  );

/** Refusals of Power Pages administration. */
export const PAGES_ERRORS: readonly ErrorCase[] = [
  {
    status: 403,
    code: "Forbidden",
    when: "an application, registered or not",
    envelope: "pages",
    message: "The caller is not authorized to perform this operation.",
    ask: (admin) => pages(admin, (sites) => admin.powerPlatform("GET", sites, undefined, "pipeline")),
  },
  {
    status: 404,
    code: "NotFound",
    when: "an unknown site",
    envelope: "pages",
    message: "The website could not be found.",
    ask: (admin) => pages(admin, (sites) => admin.powerPlatform("GET", `${sites}/${NOBODY}`)),
  },
  {
    status: 400,
    code: "InvalidRequest",
    when: "a creation with a missing or wrong member",
    envelope: "pages",
    message: "The value of templateName is missing or not valid.",
    ask: (admin) =>
      pages(admin, (sites, dataverseOrganizationId) =>
        admin.powerPlatform("POST", sites, {
          name: "Portal",
          subdomain: "portal",
          templateName: "Hospital",
          dataverseOrganizationId,
        }),
      ),
  },
  {
    status: 400,
    code: "InvalidRequest",
    when: "an address that is none",
    envelope: "pages",
    message: "The address 'somewhere' is not valid.",
    ask: (admin) =>
      ofSite(admin, (path) =>
        admin.powerPlatform("POST", `${path}/ipaddressrules`, {
          IpAddresses: [{ IpAddress: "somewhere", IpAddressType: "IPv4" }],
        }),
      ),
  },
  {
    status: 400,
    code: "InvalidRequest",
    when: "another visibility",
    envelope: "pages",
    message: "The visibility is not valid.",
    ask: (admin) =>
      ofSite(admin, (path) =>
        admin.powerPlatform("POST", `${path}/updateSiteVisibility?siteVisibility=secret`),
      ),
  },
  {
    status: 400,
    code: "D005",
    when: "a public site in a Developer environment",
    envelope: "portal",
    message: "Site visibility cannot be changed to public on developer environment.",
    ask: (admin) =>
      ofSite(
        admin,
        (path) => admin.powerPlatform("POST", `${path}/updateSiteVisibility?siteVisibility=public`),
        { sku: "Developer" },
      ),
  },
  {
    status: 400,
    code: "InvalidRequest",
    when: "rules for a firewall that is off",
    envelope: "pages",
    message: "The firewall of the website is not enabled.",
    ask: (admin) =>
      ofSite(admin, (path) =>
        admin.powerPlatform("PUT", `${path}/createWafRules`, { customRules: [], managedRules: [] }),
      ),
  },
  {
    status: 409,
    code: "Conflict",
    when: "a firewall that is being changed",
    envelope: "pages",
    message: "Another operation on the firewall is in progress.",
    ask: (admin) =>
      ofSite(admin, async (path) => {
        await admin.powerPlatform("POST", `${path}/enableWaf`);
        return admin.powerPlatform("POST", `${path}/enableWaf`);
      }),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "a known path",
    envelope: "pages",
    message: "The sandbox does not simulate domains and certificates of sites.",
    ask: (admin) => ofSite(admin, (path) => admin.powerPlatform("GET", `${path}/customDomain`)),
  },
];

const EXPORTS = "https://na.csanalytics.powerplatform.microsoft.com/api/v2/connections";
const ANALYTICS = "https://adminanalytics.powerplatform.microsoft.com";

async function readExports(
  admin: TenantAdmin,
  method: string,
  url: string,
  as: Who = "admin",
): Promise<Answer> {
  return admin.cloud.ask(method, url, { token: await admin.cloud.token(as, ANALYTICS) });
}

/** Refusals of the data exports' service and of the APIs beside the simulated ones. */
export const DATA_EXPORT_ERRORS: readonly ErrorCase[] = [
  {
    status: 401,
    code: "–",
    when: "no token",
    envelope: "text",
    message: "MISE unauthorized.",
    ask: ({ cloud }) => cloud.ask("GET", EXPORTS),
  },
  {
    status: 401,
    code: "–",
    when: "an application's token",
    envelope: "text",
    message: "MISE unauthorized.",
    ask: (admin) => readExports(admin, "GET", EXPORTS, "pipeline"),
  },
  {
    status: 401,
    code: "–",
    when: "a forged or expired token",
    envelope: "nothing",
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    ask: ({ cloud }) => cloud.ask("GET", EXPORTS, { token: "forged" }),
  },
  {
    status: 401,
    code: "–",
    when: "a token for another API",
    envelope: "text",
    message: "An error occurred processing your authentication.",
    ask: async ({ cloud }) =>
      cloud.ask("GET", EXPORTS, { token: await cloud.token("admin", POWER_PLATFORM) }),
  },
  {
    status: 405,
    code: "–",
    when: "another method",
    envelope: "nothing",
    headers: { allow: "GET" },
    ask: (admin) => readExports(admin, "POST", EXPORTS),
  },
  {
    status: 404,
    code: "–",
    when: "a single connection, or another path",
    envelope: "nothing",
    ask: (admin) => readExports(admin, "GET", `${EXPORTS}/${NOBODY}`),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "creating and deleting an export",
    envelope: "plain error",
    message: "The sandbox does not simulate creating and deleting data exports by API.",
    ask: (admin) =>
      readExports(
        admin,
        "POST",
        "https://na.csanalytics.powerplatform.microsoft.com/api/v2/sinks/AppInsights/connections",
      ),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "an API beside the simulated ones",
    envelope: "plain error",
    message: "The sandbox does not simulate release waves.",
    ask: ({ cloud }) =>
      cloud.ask("GET", "https://api.admin.powerplatform.microsoft.com/api/tenants/mine/organizations"),
  },
];
