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
  {
    status: 501,
    code: "NotSimulated",
    when: "a query option of environmentmanagement",
    envelope: "gateway",
    message: "The sandbox does not simulate $filter of environmentmanagement.",
    ask: (admin) =>
      admin.powerPlatform("GET", "/environmentmanagement/environments?$filter=type eq 'Sandbox'"),
  },
];
