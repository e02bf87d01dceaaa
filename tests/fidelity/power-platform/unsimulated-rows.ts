import { islandHost, TENANT_ISLAND } from "../../../src/sandbox/power-platform/tenant-island.ts";
import { ADMIN_ENVIRONMENTS, BAP, POWER_PLATFORM } from "../../sandbox/power-platform/tenant-admin.ts";
import type { Unprovoked, UnsimulatedRow } from "./rows.ts";

const ID = "00000000-0000-0000-0000-000000000001";

/** A row for each method of one address. */
function rows(
  audience: UnsimulatedRow["audience"],
  methods: string,
  routes: RegExp,
  url: string | UnsimulatedRow["url"],
): UnsimulatedRow[] {
  return methods.split(" ").map((method) => ({
    routes,
    method,
    url: typeof url === "string" ? () => url : url,
    audience,
  }));
}

/** Recorded routes that the sandbox does not simulate: each of them answers 501. */
export const UNSIMULATED_ROWS: readonly UnsimulatedRow[] = [
  ...rows("bap", "POST", /\/environmentGroups$/, `${BAP}/environmentGroups?api-version=2021-04-01`),
  ...rows(
    "bap",
    "GET DELETE",
    /BusinessAppPlatform\/environmentGroups\/\{id\}$/,
    `${BAP}/environmentGroups/${ID}?api-version=2021-04-01`,
  ),
  ...["Encryption", "Identity", "NetworkInjection"].flatMap((kind) =>
    ["link", "unlink"].flatMap((verb) =>
      rows(
        "bap",
        "POST",
        new RegExp(`/enterprisePolicies/${kind}/${verb}$`),
        ({ environmentId }) =>
          `${BAP}/environments/${environmentId}/enterprisePolicies/${kind}/${verb}?api-version=2019-10-01`,
      ),
    ),
  ),
  // The recordings answer this with a list of environments, which the real service hardly does.
  ...rows(
    "bap",
    "GET",
    /\/governanceConfiguration$/,
    ({ environmentId }) =>
      `${BAP}/environments/${environmentId}/governanceConfiguration?api-version=2021-04-01`,
  ),
  ...rows(
    "powerPlatform",
    "GET POST",
    /\/authorization\/environmentGroups\/\{id\}\/roleAssignments$/,
    `${POWER_PLATFORM}/authorization/environmentGroups/${ID}/roleAssignments?api-version=2024-10-01`,
  ),
  ...rows(
    "powerPlatform",
    "DELETE",
    /\/authorization\/environmentGroups\/\{id\}\/roleAssignments\/\{id\}$/,
    `${POWER_PLATFORM}/authorization/environmentGroups/${ID}/roleAssignments/${ID}?api-version=2024-10-01`,
  ),
  ...rows(
    "powerPlatform",
    "GET POST",
    /\/licensing\/billingPolicies$/,
    `${POWER_PLATFORM}/licensing/billingPolicies?api-version=2022-03-01-preview`,
  ),
  ...rows(
    "powerPlatform",
    "GET PUT DELETE",
    /\/licensing\/billingPolicies\/\{id\}$/,
    `${POWER_PLATFORM}/licensing/billingPolicies/${ID}?api-version=2022-03-01-preview`,
  ),
  ...rows(
    "powerPlatform",
    "GET",
    /\/licensing\/billingPolicies\/\{id\}\/environments$/,
    `${POWER_PLATFORM}/licensing/billingPolicies/${ID}/environments?api-version=2022-03-01-preview`,
  ),
  ...["add", "remove"].flatMap((verb) =>
    rows(
      "powerPlatform",
      "POST",
      new RegExp(`/environments/${verb}$`),
      `${POWER_PLATFORM}/licensing/billingPolicies/${ID}/environments/${verb}?api-version=2022-03-01-preview`,
    ),
  ),
  ...rows(
    "powerPlatform",
    "GET POST",
    /\/governance\/environmentGroups\/\{id\}\/ruleSets$/,
    `https://${TENANT_ISLAND}/governance/environmentGroups/${ID}/ruleSets?api-version=2021-10-01-preview`,
  ),
  ...rows(
    "powerPlatform",
    "PUT DELETE",
    /\/governance\/ruleSets\/\{id\}$/,
    `https://${TENANT_ISLAND}/governance/ruleSets/${ID}?api-version=2021-10-01-preview`,
  ),
  ...rows(
    "powerPlatform",
    "GET",
    /\/connectivity\/connections$/,
    `https://${islandHost(ID, "environment")}/connectivity/connections?api-version=1`,
  ),
  ...rows(
    "none",
    "GET",
    /\/api\/environments\/\{id\}\/features$/,
    `https://api.admin.powerplatform.microsoft.com/api/environments/${ID}/features`,
  ),
  ...rows(
    "none",
    "POST",
    /\/features\/\{feature\}\/enable$/,
    `https://api.admin.powerplatform.microsoft.com/api/environments/${ID}/features/October2024Update/enable`,
  ),
  ...rows(
    "none",
    "GET",
    /\/api\/tenants\/\{id\}\/organizations$/,
    `https://api.admin.powerplatform.microsoft.com/api/tenants/${ID}/organizations`,
  ),
  ...rows(
    "none",
    "GET",
    /advisor\.powerapps\.com\/api\/rule$/,
    "https://europe.api.advisor.powerapps.com/api/rule?api-version=2.0",
  ),
  ...rows(
    "none",
    "GET PUT",
    /\/applicationinsightsconfiguration$/,
    `https://powervamg.eu-il107.gateway.prod.island.powerapps.com/api/botmanagement/2022-01-15/environments/${ID}/bots/${ID}/applicationinsightsconfiguration`,
  ),
  // Further operations of those services that are documented but not recorded.
  ...["copy", "backups", "restore", "reset", "recover"].flatMap((verb) =>
    rows(
      "bap",
      "POST",
      /(?!)/,
      ({ environmentId }) => `${ADMIN_ENVIRONMENTS}/${environmentId}/${verb}?api-version=2021-04-01`,
    ),
  ),
];

/** Recorded answers that no row provokes. */
export const UNPROVOKED: readonly Unprovoked[] = [
  { routes: /^[A-Z]+ \{base\}/, why: "the mock's address is a variable of its test" },
  {
    routes: /^GET \S+\/EntityDefinitions$/,
    why: "the mocks answer the list of definitions with one definition",
  },
  {
    routes: /\/(mailboxes|EntityDefinitions\(LogicalName='mailbox'\))/,
    why: "the sandbox has no table `mailbox`",
  },
  {
    routes: /\/applicationusers$/,
    why: "the sandbox has no table `applicationuser`; the mock answers an empty list",
  },
  {
    routes: /^(PATCH \S+\/systemusers|POST \S+\/publishers|PATCH \S+\/publishers\(\{id\}\))$/,
    status: 400,
    why: "an assertion of the mock about its own test, not an answer of the service",
  },
  {
    routes: /Async\)?$/,
    status: 500,
    why: "an outage the mock invents; the sandbox's faults make such ones",
  },
  { routes: /Async$/, status: 503, why: "an outage the mock invents; the sandbox's faults make such ones" },
];
