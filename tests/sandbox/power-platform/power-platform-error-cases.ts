import { BARE_APP, PIPELINE_APP } from "../../../src/sandbox/seed.ts";
import type { Answer } from "../../harness/sandbox.ts";
import type { ErrorCase } from "./error-cases.ts";
import { MINUTE, POWER_PLATFORM, type TenantAdmin, type Who } from "./tenant-admin.ts";

const NOBODY = "00000000-0000-0000-0000-000000000001";
const CATALOGUE = `${POWER_PLATFORM}/appmanagement/applicationPackages?api-version=2024-10-01`;
const READER_ROLE = "c886ad2e-27f7-4874-8381-5849b8d8a090";

async function environment(
  admin: TenantAdmin,
  facts: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  return admin.seed({ displayName: "Refused", domainName: "refused", ...facts });
}

async function packages(
  admin: TenantAdmin,
  path: string,
  method = "GET",
  as: Who = "admin",
): Promise<Answer> {
  const { environmentId } = await environment(admin);
  return admin.powerPlatform(method, `/appmanagement/environments/${environmentId}/${path}`, undefined, as);
}

function assign(
  admin: TenantAdmin,
  change: Record<string, unknown> = {},
  as: Who = "admin",
): Promise<Answer> {
  const body = {
    principalObjectId: PIPELINE_APP.servicePrincipalId,
    principalType: "ApplicationUser",
    roleDefinitionId: READER_ROLE,
    ...change,
  };
  return admin.powerPlatform("POST", "/authorization/roleAssignments", body, as);
}

/** Refusals of the Power Platform API outside Power Pages. */
export const POWER_PLATFORM_ERRORS: readonly ErrorCase[] = [
  ...(
    [
      ["no token", "The request does not carry a bearer token.", async () => undefined],
      [
        "an expired token",
        "The access token has expired.",
        async ({ cloud, pass }: TenantAdmin) => {
          const token = await cloud.token("admin", POWER_PLATFORM);
          await pass(48 * 60 * MINUTE);
          return token;
        },
      ],
      [
        "a forged token",
        "The access token is invalid.",
        async ({ cloud }: TenantAdmin) =>
          `${(await cloud.token("admin", POWER_PLATFORM)).slice(0, -8)}forgery1`,
      ],
      [
        "a token for another API",
        "The access token was issued for another audience than https://api.powerplatform.com.",
        ({ cloud }: TenantAdmin) => cloud.token("admin", "https://service.powerapps.com/"),
      ],
    ] as const
  ).map(
    ([when, message, tokenOf]): ErrorCase => ({
      status: 401,
      code: "Unauthorized",
      when,
      envelope: "gateway",
      message,
      headers: { "www-authenticate": "Bearer" },
      ask: async (admin) => {
        const token = await tokenOf(admin);
        return admin.cloud.ask("GET", CATALOGUE, token === undefined ? {} : { token });
      },
    }),
  ),
  {
    status: 403,
    code: "InsufficientPrincipalPermissions",
    when: "a principal without a role",
    envelope: "gateway with inner error",
    message: "The caller is not authorized to perform this operation.",
    ask: (admin) => packages(admin, "applicationPackages", "GET", "bare"),
  },
  {
    status: 400,
    code: "EnvironmentIdInvalid",
    when: "an unknown environment",
    envelope: "gateway with inner error",
    message: `Environment id ${NOBODY} is invalid.`,
    ask: (admin) => admin.powerPlatform("GET", `/appmanagement/environments/${NOBODY}/applicationPackages`),
  },
  {
    status: 404,
    code: "NotFound",
    when: "an unknown path",
    envelope: "gateway",
    message: "The resource '/nothing' could not be found.",
    ask: (admin) => admin.powerPlatform("GET", "/nothing"),
  },
  {
    status: 405,
    code: "–",
    when: "a method the path does not have",
    envelope: "nothing",
    headers: { allow: "GET" },
    ask: (admin) => admin.powerPlatform("DELETE", "/appmanagement/applicationPackages"),
  },
  {
    status: 400,
    code: "ApiVersionMissing",
    when: "no `api-version`",
    envelope: "gateway",
    message: "The api-version query parameter is required.",
    ask: async ({ cloud }) =>
      cloud.ask("GET", `${POWER_PLATFORM}/appmanagement/applicationPackages`, {
        token: await cloud.token("admin", POWER_PLATFORM),
      }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "malformed JSON",
    envelope: "gateway",
    message: "The request content is not a valid JSON object.",
    ask: (admin) => admin.powerPlatform("POST", "/authorization/roleAssignments", "["),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "another `appInstallState`",
    envelope: "gateway",
    message: "The value 'Broken' is not valid for appInstallState.",
    ask: (admin) => packages(admin, "applicationPackages?appInstallState=Broken"),
  },
  {
    status: 400,
    code: "–",
    when: "a package nobody offers",
    envelope: "packages",
    message: "Package requested for installation was not found",
    ask: (admin) => packages(admin, "applicationPackages/NoSuchPackage/install", "POST"),
  },
  {
    status: 400,
    code: "–",
    when: "packages of an environment without Dataverse",
    envelope: "packages",
    message: /^The environment .+ does not have a Dataverse database\.$/,
    ask: async (admin) => {
      const { environmentId } = await admin.seed({ displayName: "Bare", dataverse: false });
      return admin.powerPlatform("GET", `/appmanagement/environments/${environmentId}/applicationPackages`);
    },
  },
  {
    status: 404,
    code: "–",
    when: "an unknown installation",
    envelope: "packages",
    message: "Operation was not found",
    ask: (admin) => packages(admin, `operations/${NOBODY}`),
  },
  {
    status: 409,
    code: "–",
    when: "the third question of a running installation",
    envelope: "nothing",
    ask: async (admin) => {
      const started = await packages(admin, "applicationPackages/MicrosoftFormsPro/install", "POST");
      await admin.pass(MINUTE);
      const look = (): Promise<Answer> =>
        admin.powerPlatform("GET", String(started.headers["operation-location"]));
      await look();
      await look();
      return look();
    },
  },
  {
    status: 404,
    code: "EnvironmentNotFound",
    when: "an unknown environment in environmentmanagement",
    envelope: "gateway",
    message: `The environment '${NOBODY}' could not be found.`,
    ask: (admin) => admin.powerPlatform("GET", `/environmentmanagement/environments/${NOBODY}`),
  },
  {
    status: 404,
    code: "LocationNotFound",
    when: "an unknown location in environmentmanagement",
    envelope: "gateway",
    message: "The location 'atlantis' could not be found.",
    ask: (admin) =>
      admin.powerPlatform("GET", "/environmentmanagement/provisioning/locations/atlantis/templates"),
  },
  {
    status: 404,
    code: "NotFound",
    when: "the cluster anywhere but on a tenant's host",
    envelope: "gateway",
    message: "The resource could not be found.",
    ask: (admin) => admin.powerPlatform("GET", "/gateway/cluster"),
  },
  {
    status: 403,
    code: "Forbidden",
    when: "role assignments for principals without a role, and by applications",
    envelope: "plain error",
    message: "Access denied",
    ask: (admin) => assign(admin, {}, "pipeline"),
  },
  {
    status: 400,
    code: "PrincipalDoesNotExist",
    when: "a principal the tenant lacks",
    envelope: "gateway",
    message: "The service principal does not exist in tenant.",
    ask: (admin) => assign(admin, { principalObjectId: BARE_APP.appId }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "another principal type",
    envelope: "gateway",
    message: "The principal type 'Robot' is not valid.",
    ask: (admin) => assign(admin, { principalType: "Robot" }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "an unknown role",
    envelope: "gateway",
    message: `The role definition '${NOBODY}' does not exist.`,
    ask: (admin) => assign(admin, { roleDefinitionId: NOBODY }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "a scope that is not the path's",
    envelope: "gateway",
    message: "The scope '/tenants/other' does not belong to the path.",
    ask: (admin) => assign(admin, { scope: "/tenants/other" }),
  },
  {
    status: 404,
    code: "NotFound",
    when: "an unknown role assignment",
    envelope: "gateway",
    message: "The role assignment could not be found.",
    ask: (admin) => admin.powerPlatform("DELETE", `/authorization/roleAssignments/${NOBODY}`),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "a known path",
    envelope: "gateway",
    message: "The sandbox does not simulate billing policies and licensing.",
    ask: (admin) => admin.powerPlatform("GET", "/licensing/billingPolicies"),
  },
];

const site = { templateName: "BlankPage", selectedBaseLanguage: 1033 };

async function pages(
  admin: TenantAdmin,
  ask: (sites: string, organizationId: string) => Promise<Answer>,
  facts: Record<string, unknown> = {},
): Promise<Answer> {
  const { environmentId, organizationId } = await environment(admin, facts);
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
