import { BARE_APP, PLAIN_USER, TENANT } from "../../../src/sandbox/seed.ts";
import type { ErrorCase } from "./error-cases.ts";
import { ADMIN_ENVIRONMENTS, BAP, creation, MINUTE, type TenantAdmin } from "./tenant-admin.ts";

const AUDIENCE = "https://service.powerapps.com/";
const NOBODY = "00000000-0000-0000-0000-000000000001";
const LOCATIONS = `${BAP}/locations?api-version=2023-06-01`;

async function environment(admin: TenantAdmin, facts: Record<string, unknown> = {}): Promise<string> {
  const seeded = await admin.seed({ displayName: "Refused", domainName: "refused", ...facts });
  return String(seeded["environmentId"]);
}

const POLICIES = "https://api.bap.microsoft.com/providers/PowerPlatform.Governance/v2/policies";

const isolationOf = (tenant: string): string =>
  `https://api.bap.microsoft.com/providers/PowerPlatform.Governance/v1/tenants/${tenant}/tenantIsolationPolicy`;

function dataPolicy(groups: Readonly<Record<string, readonly string[]>>): object {
  return {
    policyDefinition: {
      displayName: "Refused",
      defaultConnectorsClassification: "General",
      environmentType: "AllEnvironments",
      environments: [],
      connectorGroups: Object.entries(groups).map(([classification, names]) => ({
        classification,
        connectors: names.map((id) => ({ id })),
      })),
    },
  };
}

const kept = (retentionPeriod: string): object => ({ properties: { retentionDetails: { retentionPeriod } } });

const edit = { properties: { displayName: "Edited" } };

/** Every refusal of BAP that the page states. */
export const BAP_ERRORS: readonly ErrorCase[] = [
  {
    status: 401,
    code: "MissingAuthorizationHeader",
    when: "no token",
    envelope: "plain error",
    message: /authorization header/,
    headers: { "www-authenticate": "Bearer" },
    ask: ({ cloud }) => cloud.ask("GET", LOCATIONS),
  },
  {
    status: 401,
    code: "ExpiredAuthenticationToken",
    when: "an expired token",
    envelope: "plain error",
    message: "The access token has expired.",
    headers: { "www-authenticate": "Bearer" },
    ask: async ({ cloud, pass }) => {
      const token = await cloud.token("admin", AUDIENCE);
      await pass(48 * 60 * MINUTE);
      return cloud.ask("GET", LOCATIONS, { token });
    },
  },
  {
    status: 401,
    code: "InvalidAuthenticationToken",
    when: "a forged token",
    envelope: "plain error",
    message: "The access token is invalid.",
    headers: { "www-authenticate": "Bearer" },
    ask: async ({ cloud }) => {
      const token = await cloud.token("admin", AUDIENCE);
      return cloud.ask("GET", LOCATIONS, { token: `${token.split(".").slice(0, 2).join(".")}.forged` });
    },
  },
  {
    status: 401,
    code: "InvalidAuthenticationAudience",
    when: "a token for another API",
    envelope: "plain error",
    message: /allowed audiences 'https:\/\/service\.powerapps\.com\/'\.$/,
    headers: { "www-authenticate": "Bearer" },
    ask: async ({ cloud }) =>
      cloud.ask("GET", LOCATIONS, { token: await cloud.token("admin", "https://api.powerplatform.com") }),
  },
  {
    status: 403,
    code: "Forbidden",
    when: "an unregistered application",
    envelope: "bap",
    message: new RegExp(
      `^The service principal with id '${BARE_APP.servicePrincipalId}' for application ${BARE_APP.appId} does not have permission to access the path 'https://10\\.0\\..+' in tenant .+\\.$`,
    ),
    ask: (admin) => admin.bap("GET", ADMIN_ENVIRONMENTS, undefined, "bare"),
  },
  {
    status: 403,
    code: "Forbidden",
    when: "a person without a role",
    envelope: "bap",
    message: new RegExp(
      `^The token with tenant id '.+' and object id '${PLAIN_USER.id}' does not have permission to access the path '/providers/.+'\\.$`,
    ),
    ask: (admin) => admin.bap("GET", ADMIN_ENVIRONMENTS, undefined, "reader"),
  },
  {
    status: 403,
    code: "Forbidden",
    when: "the isolation of another tenant",
    envelope: "bap",
    message: /^The caller may not see the policy of the tenant/,
    ask: (admin) => admin.bap("GET", isolationOf(NOBODY)),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "a tenant isolation that is no list",
    envelope: "bap",
    message: "The tenant isolation policy is not valid.",
    ask: (admin) => admin.bap("PUT", isolationOf(TENANT.id), { properties: { allowedTenants: "nobody" } }),
  },
  {
    status: 403,
    code: "Forbidden",
    when: "a registered application that asks for the tenant",
    envelope: "bap",
    message: /^The service principal with id/,
    ask: (admin) => admin.bap("GET", `${BAP}/tenant`, undefined, "pipeline"),
  },
  {
    status: 403,
    code: "Forbidden",
    when: "an application that wants a Developer environment",
    envelope: "bap",
    message: /^The service principal with id/,
    ask: (admin) =>
      admin.bap("POST", `${BAP}/environments`, creation("mine", { environmentSku: "Developer" }), "pipeline"),
  },
  {
    status: 404,
    code: "EnvironmentNotFound",
    when: "an unknown environment",
    envelope: "bap",
    message: `The environment '${NOBODY}' could not be found in the tenant.`,
    ask: (admin) => admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${NOBODY}`),
  },
  {
    status: 404,
    code: "LifecycleOperationNotFound",
    when: "an unknown operation",
    envelope: "bap",
    message: `The lifecycle operation '${NOBODY}' could not be found.`,
    ask: (admin) => admin.bap("GET", `${BAP}/lifecycleOperations/${NOBODY}`),
  },
  {
    status: 404,
    code: "LocationNotFound",
    when: "an unknown location",
    envelope: "bap",
    message: "The location 'atlantis' could not be found.",
    ask: (admin) => admin.bap("GET", `${BAP}/locations/atlantis/templates`),
  },
  {
    status: 404,
    code: "AdminApplicationNotFound",
    when: "an application that is not registered",
    envelope: "bap",
    message: `The application '${NOBODY}' is not a management application.`,
    ask: (admin) => admin.bap("GET", `${BAP}/adminApplications/${NOBODY}`),
  },
  {
    status: 404,
    code: "ApplicationNotFound",
    when: "`addAppUser` with an application the tenant lacks",
    envelope: "bap",
    message: `The application '${NOBODY}' is not in the tenant.`,
    ask: async (admin) =>
      admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${await environment(admin)}/addAppUser`, {
        servicePrincipalAppId: NOBODY,
      }),
  },
  {
    status: 404,
    code: "UserNotFound",
    when: "`addUser` with a person the tenant lacks",
    envelope: "bap",
    message: `The user '${NOBODY}' could not be found in the tenant.`,
    ask: async (admin) =>
      admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${await environment(admin)}/addUser`, { objectId: NOBODY }),
  },
  {
    status: 403,
    code: "userNotLicensed",
    when: "`addUser` with a person without a licence",
    envelope: "bap",
    message: `The user '${PLAIN_USER.id}' does not have a license.`,
    ask: async (admin) =>
      admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${await environment(admin)}/addUser`, {
        objectId: PLAIN_USER.id,
      }),
  },
  {
    status: 404,
    code: "ResourceNotFound",
    when: "an unknown path",
    envelope: "bap",
    message: /^The resource at the path '.+\/nothing' could not be found\.$/,
    ask: (admin) => admin.bap("GET", `${BAP}/nothing`),
  },
  {
    status: 405,
    code: "–",
    when: "a method the path does not have",
    envelope: "nothing",
    headers: { allow: "GET" },
    ask: (admin) => admin.bap("DELETE", `${BAP}/locations`),
  },
  {
    status: 400,
    code: "MissingApiVersionParameter",
    when: "no `api-version`",
    envelope: "bap",
    message: "The api-version query parameter (?api-version=) is required for all requests.",
    ask: async ({ cloud }) =>
      cloud.ask("GET", `${BAP}/locations`, { token: await cloud.token("admin", AUDIENCE) }),
  },
  {
    status: 400,
    code: "InvalidRequestContent",
    when: "malformed JSON",
    envelope: "bap",
    message: "The request content is not a valid JSON object.",
    ask: (admin) => admin.bap("POST", `${BAP}/environments`, "{"),
  },
  {
    status: 400,
    code: "InvalidRequestContent",
    when: "an unknown member of a creation",
    envelope: "bap",
    message: "Could not find member 'colour' on the request.",
    ask: (admin) => admin.bap("POST", `${BAP}/environments`, creation("coloured", { colour: "red" })),
  },
  {
    status: 404,
    code: "PolicyNotFound",
    when: "an unknown data policy",
    envelope: "bap",
    message: `The policy '${NOBODY}' could not be found in the tenant.`,
    ask: (admin) => admin.bap("GET", `${POLICIES}/${NOBODY}`),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "a data policy without a name",
    envelope: "bap",
    message: "The policy has no display name.",
    ask: (admin) => admin.bap("POST", POLICIES, { policyDefinition: {} }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "a data group that does not exist",
    envelope: "bap",
    message: "The value 'Business' of 'classification' is not valid.",
    ask: (admin) => admin.bap("POST", POLICIES, dataPolicy({ Business: ["shared_sql"] })),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "a connector in two groups",
    envelope: "bap",
    message: "The connector 'shared_sql' is in more than one group.",
    ask: (admin) =>
      admin.bap("POST", POLICIES, dataPolicy({ Confidential: ["shared_sql"], Blocked: ["shared_sql"] })),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "back-ups kept for ten days",
    envelope: "bap",
    message: "The retention period 'P10D' is not valid.",
    ask: async (admin) =>
      admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${await environment(admin)}`, kept("P10D")),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "back-ups kept longer in a sandbox environment",
    envelope: "bap",
    message: "The retention period can be extended for managed production environments only.",
    ask: async (admin) =>
      admin.bap(
        "PATCH",
        `${ADMIN_ENVIRONMENTS}/${await environment(admin, { managed: true })}`,
        kept("P28D"),
      ),
  },
  {
    status: 400,
    code: "InvalidRequestContent",
    when: "an unknown tenant setting",
    envelope: "bap",
    message: "Could not find member 'powerPlatform.search.disableEverything' on the request.",
    ask: (admin) =>
      admin.bap("POST", `${BAP}/scopes/admin/updateTenantSettings`, {
        powerPlatform: { search: { disableEverything: true } },
      }),
  },
  {
    status: 400,
    code: "InvalidRequestContent",
    when: "a tenant setting of another type",
    envelope: "bap",
    message: "The value of 'walkMeOptOut' is not valid.",
    ask: (admin) => admin.bap("POST", `${BAP}/scopes/admin/updateTenantSettings`, { walkMeOptOut: "yes" }),
  },
  {
    status: 400,
    code: "InvalidRequestContent",
    when: "a governance setting that is no text",
    envelope: "bap",
    message: "The value of 'isGroupSharingDisabled' must be a string.",
    ask: async (admin) =>
      admin.bap("POST", `${BAP}/environments/${await environment(admin)}/governanceConfiguration`, {
        protectionLevel: "Standard",
        settings: { extendedSettings: { isGroupSharingDisabled: true } },
      }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "a location the tenant may not use",
    envelope: "bap",
    message: "The location 'india' is not available to the tenant.",
    ask: (admin) => admin.bap("POST", `${BAP}/environments`, { ...creation("shut"), location: "india" }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "deleting the default environment",
    envelope: "bap",
    message: "The default environment cannot be deleted.",
    ask: (admin) => admin.bap("DELETE", `${ADMIN_ENVIRONMENTS}/~Default`),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "a managed environment without Dataverse",
    envelope: "bap",
    message: /^The environment .+ has no linked instance\.$/,
    ask: (admin) =>
      admin.bap("POST", `${BAP}/environments/~Default/governanceConfiguration`, {
        protectionLevel: "Standard",
      }),
  },
  {
    status: 400,
    code: "BadRequest",
    when: "copilot data across the EU data boundary",
    envelope: "plain error",
    message:
      "CrossBoundaryCopilotDataMovementEnabled can only be set for environments within an EU data boundary location.",
    ask: async (admin) =>
      admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${await environment(admin)}`, {
        properties: { copilotPolicies: { crossBoundaryCopilotDataMovementEnabled: true } },
      }),
  },
  {
    status: 400,
    code: "InvalidDomainName",
    when: "a taken domain, asked about",
    envelope: "plain error",
    message: "The specified domain name with a value of 'contoso' is invalid.",
    ask: (admin) => admin.bap("POST", `${BAP}/validateEnvironmentDetails`, { domainName: "contoso" }),
  },
  {
    status: 400,
    code: "InvalidDomainName",
    when: "a malformed domain, created",
    envelope: "plain error",
    message: "The specified domain name with a value of 'no spaces' is invalid.",
    ask: (admin) => admin.bap("POST", `${BAP}/environments`, creation("no spaces")),
  },
  {
    status: 400,
    code: "UsedByInvalidInRequest",
    when: "`usedBy` outside Developer environments",
    envelope: "bap",
    message: /^The provisioning request included a used by field/,
    ask: (admin) =>
      admin.bap("POST", `${BAP}/environments`, creation("used", { usedBy: { id: NOBODY, type: "User" } })),
  },
  {
    status: 409,
    code: "OperationNotStartable",
    when: "a second operation",
    envelope: "bap",
    message:
      /^This operation cannot be performed because there is an active lifecycle operation on the environment [0-9a-f-]{36}\.$/,
    ask: async (admin) => {
      const id = await environment(admin);
      await admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${id}`, edit);
      return admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${id}`, edit);
    },
  },
  {
    status: 409,
    code: "InsufficientCapacity_StorageDriven",
    when: "no database capacity",
    envelope: "bap",
    message:
      "This environment can't be created because your org (tenant) needs at least 1 GB of database capacity.",
    ask: async (admin) => {
      await admin.edit("bap", { capacityType: "Database" }, { set: { availableMb: 100 } });
      return admin.bap("POST", `${BAP}/environments`, creation("no-room"));
    },
  },
  {
    status: 409,
    code: "DomainNameAlreadyInUse",
    when: "a taken domain, created",
    envelope: "bap",
    message: "The domain name 'contoso' is already in use.",
    ask: (admin) => admin.bap("POST", `${BAP}/environments`, creation("contoso")),
  },
  {
    status: 409,
    code: "GovernanceConfigurationChangeBlockedByGroup",
    when: "governance of a member of a group",
    envelope: "bap",
    message: "The governance configuration is controlled by the group of the environment.",
    ask: async (admin) => {
      const id = await environment(admin);
      await admin.edit("bap/environments", { id }, { set: { environmentGroupId: NOBODY } });
      return admin.bap("POST", `${BAP}/environments/${id}/governanceConfiguration`, {
        protectionLevel: "Standard",
      });
    },
  },
  {
    status: 409,
    code: "–",
    when: "a deletion refused without a word (switch `nextDelete`)",
    envelope: "nothing",
    ask: async (admin) => {
      const id = await environment(admin);
      await admin.edit("bap", { switch: "nextDelete" }, { set: { answer: "Conflict" } });
      return admin.bap("DELETE", `${ADMIN_ENVIRONMENTS}/${id}`);
    },
  },
  {
    status: 499,
    code: "–",
    when: "`provisionInstance` while the work goes on (switch `nextProvision`)",
    envelope: "environment",
    ask: async (admin) => {
      const seeded = await admin.seed({ displayName: "Bare", dataverse: false });
      await admin.edit("bap", { switch: "nextProvision" }, { set: { answer: "ClientClosed" } });
      return admin.bap("POST", `${BAP}/environments/${seeded["environmentId"]}/provisionInstance`, {
        baseLanguage: 1033,
        domainName: "closed",
        currency: { code: "USD" },
      });
    },
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "a known path",
    envelope: "bap",
    message: "The sandbox does not simulate environment groups.",
    ask: (admin) => admin.bap("POST", `${BAP}/environmentGroups`, {}),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "another filter",
    envelope: "bap",
    message: /^The sandbox does not simulate the filter '.+' on environments\.$/,
    ask: (admin) => admin.bap("GET", `${ADMIN_ENVIRONMENTS}?$filter=properties/displayName eq 'A'`),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "an edit of what an edit only repeats",
    envelope: "bap",
    message: "The sandbox does not simulate changing environmentSku by an edit.",
    ask: async (admin) =>
      admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${await environment(admin)}`, {
        properties: { environmentSku: "Production" },
      }),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "a creation with packages or governance",
    envelope: "bap",
    message: "The sandbox does not simulate creating managed environments.",
    ask: (admin) =>
      admin.bap(
        "POST",
        `${BAP}/environments`,
        creation("managed-at-once", { governanceConfiguration: { protectionLevel: "Standard" } }),
      ),
  },
  {
    status: 501,
    code: "NotSimulated",
    when: "another domain name for an organization",
    envelope: "bap",
    message: "The sandbox does not simulate changing an organization's domain name.",
    ask: async (admin) =>
      admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${await environment(admin)}`, {
        properties: { linkedEnvironmentMetadata: { domainName: "renamed" } },
      }),
  },
];
