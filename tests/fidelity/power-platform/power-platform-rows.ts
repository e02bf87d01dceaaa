import { TENANT_ISLAND } from "../../../src/sandbox/power-platform/tenant-island.ts";
import { PIPELINE_APP, TENANT } from "../../../src/sandbox/seed.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { MINUTE, POWER_PLATFORM, type Who } from "../../sandbox/power-platform/tenant-admin.ts";
import type { RecordedRow } from "./rows.ts";
import type { Situation } from "./situation.ts";

const VERSION = "api-version=2022-03-01-preview";
const RBAC = "api-version=2024-10-01";
const READER_ROLE = "c886ad2e-27f7-4874-8381-5849b8d8a090";

const install = ({ admin, environmentId }: Situation): Promise<Answer> =>
  admin.powerPlatform(
    "POST",
    `/appmanagement/environments/${environmentId}/applicationPackages/MicrosoftFormsPro/install?${VERSION}`,
  );

function assign(
  { admin }: Situation,
  environmentId: string | undefined,
  principalObjectId: string = PIPELINE_APP.servicePrincipalId,
  as: Who = "admin",
): Promise<Answer> {
  const scope = `/tenants/${TENANT.id}${environmentId === undefined ? "" : `/environments/${environmentId}`}`;
  const base = environmentId === undefined ? "" : `/environments/${environmentId}`;
  return admin.powerPlatform(
    "POST",
    `/authorization${base}/roleAssignments?${RBAC}`,
    { principalObjectId, principalType: "ApplicationUser", roleDefinitionId: READER_ROLE, scope },
    as,
  );
}

export const POWER_PLATFORM_ROWS: readonly RecordedRow[] = [
  {
    route: `GET ${POWER_PLATFORM}/appmanagement/applicationPackages`,
    status: 200,
    ask: ({ admin }) => admin.powerPlatform("GET", `/appmanagement/applicationPackages?${VERSION}`),
  },
  {
    route: `GET ${POWER_PLATFORM}/appmanagement/environments/{id}/applicationPackages`,
    status: 200,
    ask: ({ admin, environmentId }) =>
      admin.powerPlatform(
        "GET",
        `/appmanagement/environments/${environmentId}/applicationPackages?${VERSION}`,
      ),
    deviations: {
      "value[].instancePackageId": "no recorded row is installed; the REST reference has a string",
      "@odata.nextLink": "the recorded list is shorter than a page; the REST reference documents paging",
    },
  },
  {
    route: `POST ${POWER_PLATFORM}/appmanagement/environments/{id}/applicationPackages/{package}/install`,
    status: 202,
    ask: install,
  },
  {
    route: `GET ${POWER_PLATFORM}/appmanagement/environments/{id}/operations/{id}`,
    status: 200,
    situation: "an installation that succeeded",
    ask: async (situation) => {
      const started = await install(situation);
      await situation.admin.pass(30 * MINUTE);
      return situation.admin.powerPlatform("GET", String(started.headers["operation-location"]));
    },
  },
  {
    route: `GET ${POWER_PLATFORM}/authorization/roleDefinitions`,
    status: 200,
    ask: ({ admin }) => admin.powerPlatform("GET", `/authorization/roleDefinitions?${RBAC}`),
  },
  {
    route: `GET ${POWER_PLATFORM}/authorization/roleAssignments`,
    status: 200,
    ask: async (situation) => {
      await assign(situation, undefined);
      return situation.admin.powerPlatform("GET", `/authorization/roleAssignments?${RBAC}`);
    },
  },
  {
    route: `GET ${POWER_PLATFORM}/authorization/roleAssignments`,
    status: 403,
    ask: ({ admin }) =>
      admin.powerPlatform("GET", `/authorization/roleAssignments?${RBAC}`, undefined, "reader"),
  },
  {
    route: `POST ${POWER_PLATFORM}/authorization/roleAssignments`,
    status: 201,
    ask: (situation) => assign(situation, undefined),
  },
  {
    route: `POST ${POWER_PLATFORM}/authorization/roleAssignments`,
    status: 403,
    ask: (situation) => assign(situation, undefined, PIPELINE_APP.servicePrincipalId, "pipeline"),
  },
  {
    route: `DELETE ${POWER_PLATFORM}/authorization/roleAssignments/{id}`,
    status: 204,
    ask: async (situation) => {
      const made = await assign(situation, undefined);
      return situation.admin.powerPlatform(
        "DELETE",
        `/authorization/roleAssignments/${made.body.roleAssignmentId}?${RBAC}`,
      );
    },
  },
  {
    route: `GET ${POWER_PLATFORM}/authorization/environments/{id}/roleAssignments`,
    status: 200,
    ask: async (situation) => {
      const { environmentId, admin } = situation;
      await assign(situation, environmentId);
      return admin.powerPlatform(
        "GET",
        `/authorization/environments/${environmentId}/roleAssignments?${RBAC}`,
      );
    },
  },
  {
    route: `GET ${POWER_PLATFORM}/authorization/environments/{id}/roleAssignments`,
    status: 403,
    ask: ({ admin, environmentId }) =>
      admin.powerPlatform(
        "GET",
        `/authorization/environments/${environmentId}/roleAssignments?${RBAC}`,
        undefined,
        "reader",
      ),
  },
  {
    route: `POST ${POWER_PLATFORM}/authorization/environments/{id}/roleAssignments`,
    status: 201,
    ask: (situation) => assign(situation, situation.environmentId),
  },
  {
    route: `POST ${POWER_PLATFORM}/authorization/environments/{id}/roleAssignments`,
    status: 400,
    situation: "an environment that is too new",
    like: (body) => body?.code === "EndpointInvalid",
    ask: async (situation) => {
      const createdTime = new Date(
        (await situation.admin.cloud.control("GET", "clock")).body.now,
      ).toISOString();
      return assign(situation, await situation.environment({ createdTime }));
    },
  },
  {
    route: `POST ${POWER_PLATFORM}/authorization/environments/{id}/roleAssignments`,
    status: 400,
    situation: "a principal that does not exist",
    like: (body) => body?.code === "PrincipalDoesNotExist",
    ask: (situation) => assign(situation, situation.environmentId, "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
  },
  {
    route: `DELETE ${POWER_PLATFORM}/authorization/environments/{id}/roleAssignments/{id}`,
    status: 204,
    ask: async (situation) => {
      const { environmentId, admin } = situation;
      const made = await assign(situation, environmentId);
      return admin.powerPlatform(
        "DELETE",
        `/authorization/environments/${environmentId}/roleAssignments/${made.body.roleAssignmentId}?${RBAC}`,
      );
    },
  },
  {
    route: "GET https://{island}.tenant.api.powerplatform.com/gateway/cluster",
    status: 200,
    ask: ({ admin }) => admin.powerPlatform("GET", `https://${TENANT_ISLAND}/gateway/cluster?api-version=1`),
  },
  {
    route: "GET https://na.csanalytics.powerplatform.microsoft.com/api/v2/connections",
    status: 200,
    ask: async ({ admin, environmentId }) => {
      await admin.cloud.control("POST", "person/data-export", {
        environmentId,
        componentId:
          "/subscriptions/00000000-0000-0000-0000-000000000005/resourceGroups/analytics/providers/microsoft.insights/components/insights",
      });
      const token = await admin.cloud.token("admin", "https://adminanalytics.powerplatform.microsoft.com");
      return admin.cloud.ask("GET", "https://na.csanalytics.powerplatform.microsoft.com/api/v2/connections", {
        token,
      });
    },
  },
];
