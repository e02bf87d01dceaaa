import { ADMIN_USER, PIPELINE_APP } from "../../../src/sandbox/seed.ts";
import type { ParsedJson } from "../../harness/sandbox.ts";
import { ADMIN_ENVIRONMENTS, BAP, creation, MINUTE } from "../../sandbox/power-platform/tenant-admin.ts";
import type { RecordedRow } from "./rows.ts";
import type { Situation } from "./situation.ts";

const GROUP = "00000000-0000-0000-0000-000000000001";
const EXPAND = "$expand=permissions,properties.capacity,properties/billingPolicy,properties/copilotPolicies";
const READ = `${EXPAND}&api-version=2023-06-01`;

const withDataverse = (body: ParsedJson): boolean => body?.properties?.linkedEnvironmentMetadata?.instanceUrl;
const withoutDataverse = (body: ParsedJson): boolean => body?.properties && !withDataverse(body);

const europeanCreation = (domainName: string): object => ({
  ...creation(domainName),
  location: "europe",
});

async function startedCreation({ admin }: Situation, domainName: string): Promise<string> {
  const answer = await admin.bap(
    "POST",
    `${BAP}/environments?api-version=2023-06-01`,
    europeanCreation(domainName),
    "pipeline",
  );
  return String(answer.headers["location"]);
}

async function provisioned({ admin, environment }: Situation): Promise<{ id: string; location: string }> {
  const id = await environment({ dataverse: false, domainName: undefined });
  const answer = await admin.bap("POST", `${BAP}/environments/${id}/provisionInstance`, {
    baseLanguage: 1033,
    domainName: `later-${id.slice(0, 8)}`,
    currency: { code: "EUR" },
  });
  return { id, location: String(answer.headers["location"]) };
}

const CUT =
  "the fixtures are cut by hand here: refusals with their reasons stand among the allowed operations; whole answers have both lists";
const NEWER_SETTING = "recorded in the list of settings, not yet in the older answer to an update";

const refused =
  (code: string) =>
  (body: ParsedJson): boolean =>
    body?.error?.code === code;

export const BAP_ROWS: readonly RecordedRow[] = [
  {
    route: `GET ${ADMIN_ENVIRONMENTS}`,
    status: 200,
    ask: ({ admin }) =>
      admin.bap(
        "GET",
        `${ADMIN_ENVIRONMENTS}?$expand=properties.capacity,properties/billingPolicy&api-version=2023-06-01`,
      ),
  },
  {
    route: `GET ${ADMIN_ENVIRONMENTS}`,
    status: 200,
    situation: "environments of a group",
    ask: async ({ admin, environment }) => {
      const id = await environment();
      await admin.edit("bap/environments", { id }, { set: { environmentGroupId: GROUP } });
      return admin.bap(
        "GET",
        `${ADMIN_ENVIRONMENTS}?$filter=properties/parentEnvironmentGroup/id eq ${GROUP}`,
      );
    },
  },
  {
    route: `GET ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 200,
    situation: "with Dataverse",
    like: withDataverse,
    ask: ({ admin, environmentId }) => admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${environmentId}?${READ}`),
  },
  {
    route: `GET ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 200,
    situation: "without Dataverse",
    like: withoutDataverse,
    deviations: {
      "properties.lifecycleOperationsEnforcement.allowedOperations[].reason": CUT,
      "properties.lifecycleOperationsEnforcement.disallowedOperations": CUT,
    },
    ask: async ({ admin, environment }) =>
      admin.bap(
        "GET",
        `${ADMIN_ENVIRONMENTS}/${await environment({ dataverse: false, domainName: undefined })}?${READ}`,
      ),
  },
  {
    route: `GET ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 200,
    situation: "managed",
    deviations: {
      "properties.billingPolicy": "recorded in other answers to the same $expand, empty when there is none",
    },
    like: (body) =>
      withDataverse(body) && body.properties.governanceConfiguration?.protectionLevel === "Standard",
    ask: async ({ admin, environment }) =>
      admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${await environment({ managed: true })}?${READ}`),
  },
  {
    route: `GET ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 200,
    situation: "with copilot policies",
    like: (body) => withDataverse(body) && body.properties.copilotPolicies !== undefined,
    ask: async ({ admin, environment }) => {
      const id = await environment();
      await admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${id}`, {
        properties: {
          bingChatEnabled: true,
          copilotPolicies: { crossBoundaryCopilotDataMovementEnabled: true },
        },
      });
      return admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${id}?${READ}`);
    },
  },
  {
    route: `GET ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 404,
    ask: ({ admin }) =>
      admin.bap("GET", `${ADMIN_ENVIRONMENTS}/00000000-0000-0000-0000-000000000001?${READ}`),
  },
  {
    route: `POST ${BAP}/environments`,
    status: 202,
    ask: ({ admin }) =>
      admin.bap(
        "POST",
        `${BAP}/environments?api-version=2023-06-01`,
        europeanCreation("compared"),
        "pipeline",
      ),
  },
  {
    route: `POST ${BAP}/environments`,
    status: 409,
    situation: "no capacity",
    like: refused("InsufficientCapacity_StorageDriven"),
    ask: async ({ admin }) => {
      await admin.edit("bap", { capacityType: "Database" }, { set: { availableMb: 100 } });
      const answer = await admin.bap("POST", `${BAP}/environments`, europeanCreation("no-room"));
      await admin.edit("bap", { capacityType: "Database" }, { set: { availableMb: 20_480 } });
      return answer;
    },
  },
  {
    route: `POST ${BAP}/environments`,
    status: 409,
    situation: "an operation is running (met by an edit here: a creation has no environment yet)",
    borrowed: true,
    like: refused("OperationNotStartable"),
    ask: async ({ admin, environment }) => {
      const id = await environment();
      const edit = { properties: { displayName: "Edited" } };
      await admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${id}`, edit);
      return admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${id}`, edit);
    },
  },
  {
    route:
      "GET https://{location}.api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/{id}",
    status: 200,
    situation: "a creation that succeeded",
    like: (body) => body?.state?.id === "Succeeded" && body.type.id === "Create",
    ask: async (situation) => {
      const location = await startedCreation(situation, "followed");
      await situation.admin.pass(5 * MINUTE);
      return situation.admin.bap("GET", location, undefined, "pipeline");
    },
  },
  {
    route:
      "GET https://{location}.api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/{id}",
    status: 200,
    situation: "a creation that failed",
    like: (body) => body?.state?.id === "Failed",
    ask: async (situation) => {
      await situation.admin.edit("bap", { switch: "nextCreate" }, { set: { outcome: "Failed" } });
      const location = await startedCreation(situation, "failing");
      await situation.admin.pass(5 * MINUTE);
      return situation.admin.bap("GET", location, undefined, "pipeline");
    },
  },
  {
    route:
      "GET https://{location}.api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/{id}",
    status: 200,
    situation: "a managed environment",
    like: (body) => body?.type?.id === "EnableGovernanceConfiguration",
    ask: async ({ admin, environment }) => {
      const started = await admin.bap(
        "POST",
        `${BAP}/environments/${await environment()}/governanceConfiguration`,
        { protectionLevel: "Standard" },
        "pipeline",
      );
      await admin.pass(MINUTE);
      return admin.bap("GET", String(started.headers["location"]), undefined, "pipeline");
    },
  },
  {
    route:
      "GET https://{location}.api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/{id}",
    status: 200,
    situation: "Dataverse being added: the answer is an environment",
    like: (body) => String(body?.id).includes("/scopes/service/environments/"),
    ask: async (situation) => {
      const { location } = await provisioned(situation);
      await situation.admin.pass(10 * MINUTE);
      return situation.admin.bap("GET", location);
    },
  },
  {
    route:
      "GET https://{location}.api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/{id}",
    status: 404,
    ask: ({ admin }) =>
      admin.bap(
        "GET",
        "https://europe.api.bap.microsoft.com/providers/Microsoft.BusinessAppPlatform/lifecycleOperations/00000000-0000-0000-0000-000000000001?api-version=2023-06-01",
      ),
  },
  {
    route: `POST ${BAP}/environments/{id}/provisionInstance`,
    status: 202,
    ask: async ({ admin, environment }) =>
      admin.bap(
        "POST",
        `${BAP}/environments/${await environment({ dataverse: false, domainName: undefined })}/provisionInstance`,
        { baseLanguage: 1033, domainName: "added", currency: { code: "EUR" } },
      ),
  },
  {
    route: `PATCH ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 202,
    ask: async ({ admin, environment }) =>
      admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${await environment()}`, {
        properties: { displayName: "Edited", description: "Edited" },
      }),
  },
  {
    route: `PATCH ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 204,
    situation: "generative AI features",
    ask: async ({ admin, environment }) =>
      admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${await environment()}`, {
        properties: { bingChatEnabled: true, copilotPolicies: { crossGeoCopilotDataMovementEnabled: true } },
      }),
  },
  {
    route: `PATCH ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 400,
    situation: "moving data across the EU data boundary",
    like: refused("BadRequest"),
    ask: async ({ admin, environment }) =>
      admin.bap(
        "PATCH",
        `${ADMIN_ENVIRONMENTS}/${await environment({ location: "unitedstates", azureRegion: "westus" })}`,
        { properties: { copilotPolicies: { crossBoundaryCopilotDataMovementEnabled: true } } },
      ),
  },
  {
    route: `POST ${ADMIN_ENVIRONMENTS}/{id}/modifySku`,
    status: 202,
    ask: async ({ admin, environment }) =>
      admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${await environment()}/modifySku`, {
        environmentSku: "Production",
      }),
  },
  {
    route: `DELETE ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 202,
    ask: async ({ admin, environment }) =>
      admin.bap("DELETE", `${ADMIN_ENVIRONMENTS}/${await environment()}?api-version=2023-06-01`, {
        code: "7",
        message: "Deleted",
      }),
  },
  {
    route: `DELETE ${ADMIN_ENVIRONMENTS}/{id}`,
    status: 409,
    situation: "refused without a word",
    ask: async ({ admin, environment }) => {
      await admin.edit("bap", { switch: "nextDelete" }, { set: { answer: "Conflict" } });
      return admin.bap("DELETE", `${ADMIN_ENVIRONMENTS}/${await environment()}?api-version=2023-06-01`);
    },
  },
  {
    route: `POST ${BAP}/environments/{id}/governanceConfiguration`,
    status: 202,
    ask: async ({ admin, environment }) =>
      admin.bap("POST", `${BAP}/environments/${await environment()}/governanceConfiguration`, {
        protectionLevel: "Standard",
      }),
  },
  {
    route: `POST ${BAP}/environments/{id}/governanceConfiguration`,
    status: 409,
    ask: async ({ admin, environment }) => {
      const id = await environment();
      await admin.bap("PATCH", `${ADMIN_ENVIRONMENTS}/${id}`, { properties: { displayName: "Busy" } });
      return admin.bap("POST", `${BAP}/environments/${id}/governanceConfiguration`, {
        protectionLevel: "Standard",
      });
    },
  },
  {
    route: `POST ${BAP}/validateEnvironmentDetails`,
    status: 200,
    ask: ({ admin }) =>
      admin.bap("POST", `${BAP}/validateEnvironmentDetails`, {
        domainName: "free-name",
        environmentLocation: "europe",
      }),
  },
  {
    route: `POST ${BAP}/validateEnvironmentDetails`,
    status: 400,
    ask: ({ admin }) =>
      admin.bap("POST", `${BAP}/validateEnvironmentDetails`, {
        domainName: "contoso",
        environmentLocation: "europe",
      }),
  },
  {
    route: `POST ${ADMIN_ENVIRONMENTS}/{id}/addAppUser`,
    status: 200,
    ask: ({ admin, environmentId }) =>
      admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${environmentId}/addAppUser?api-version=2020-10-01`, {
        servicePrincipalAppId: PIPELINE_APP.appId,
      }),
  },
  {
    route: `POST ${ADMIN_ENVIRONMENTS}/{id}/addUser`,
    status: 200,
    ask: ({ admin, environmentId }) =>
      admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${environmentId}/addUser?api-version=2023-06-01`, {
        objectId: ADMIN_USER.id,
      }),
  },
  {
    route: `POST ${ADMIN_ENVIRONMENTS}/{id}/modifyRoleAssignments`,
    status: 200,
    ask: async ({ admin, environment }) => {
      const id = await environment({ dataverse: false, domainName: undefined });
      return admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${id}/modifyRoleAssignments`, {
        add: [
          {
            properties: {
              roleDefinition: { id: `${ADMIN_ENVIRONMENTS}/${id}/roleDefinitions/environmentadmin` },
              principal: { id: ADMIN_USER.id, type: "User" },
            },
          },
        ],
      });
    },
  },
  {
    route: `GET ${ADMIN_ENVIRONMENTS}/{id}/roleAssignments`,
    status: 200,
    ask: async ({ admin, environment }) => {
      const id = await environment({ dataverse: false, domainName: undefined });
      const path = `${ADMIN_ENVIRONMENTS}/${id}`;
      await admin.bap("POST", `${path}/modifyRoleAssignments`, {
        add: [
          {
            properties: {
              roleDefinition: { id: `${path}/roleDefinitions/environmentmaker` },
              principal: { id: ADMIN_USER.id, type: "User" },
            },
          },
        ],
      });
      return admin.bap("GET", `${path}/roleAssignments`);
    },
  },
  {
    route: `GET ${BAP}/locations`,
    status: 200,
    ask: ({ admin }) => admin.bap("GET", `${BAP}/locations?api-version=2023-06-01`),
  },
  {
    route: `GET ${BAP}/locations/{location}/environmentLanguages`,
    status: 200,
    ask: ({ admin }) =>
      admin.bap("GET", `${BAP}/locations/unitedstates/environmentLanguages?api-version=2023-06-01`),
  },
  {
    route: `GET ${BAP}/locations/{location}/environmentCurrencies`,
    status: 200,
    ask: ({ admin }) =>
      admin.bap("GET", `${BAP}/locations/unitedstates/environmentCurrencies?api-version=2023-06-01`),
  },
  {
    route: `GET ${BAP}/locations/{location}/templates`,
    status: 200,
    ask: ({ admin }) => admin.bap("GET", `${BAP}/locations/unitedstates/templates?api-version=2023-06-01`),
  },
  {
    route: `GET ${BAP}/tenant`,
    status: 200,
    ask: ({ admin }) => admin.bap("GET", `${BAP}/tenant`),
  },
  {
    route: `POST ${BAP}/listTenantSettings`,
    status: 200,
    ask: ({ admin }) => admin.bap("POST", `${BAP}/listTenantSettings?api-version=2023-06-01`),
  },
  {
    route: `POST ${BAP}/scopes/admin/updateTenantSettings`,
    status: 200,
    ask: ({ admin }) =>
      admin.bap("POST", `${BAP}/scopes/admin/updateTenantSettings?api-version=2023-06-01`, {
        powerPlatform: { search: { disableDocsSearch: true } },
      }),
    deviations: {
      "powerPlatform.powerAutomate.disableCopilotWithBing": NEWER_SETTING,
      "powerPlatform.licensing.applyAutoClaimToOnlyManagedEnvironments": NEWER_SETTING,
      "powerPlatform.intelligence.disableCopilotFeedback": NEWER_SETTING,
      "powerPlatform.intelligence.disableCopilotFeedbackMetadata": NEWER_SETTING,
    },
  },
];
