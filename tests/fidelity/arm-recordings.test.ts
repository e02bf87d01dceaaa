import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_USER, BARE_APP, PIPELINE_APP } from "../../src/sandbox/seed.ts";
import { prove } from "../harness/fidelity.ts";
import type { Answer, ParsedJson } from "../harness/sandbox.ts";
import { ARM, type ArmSession, SUBSCRIPTION, startArmSession } from "../sandbox/azure/arm-session.ts";
import {
  areRecordingsHere,
  differences,
  type Recorded,
  recordedCalls,
  recordingFiles,
} from "./arm-cassettes.ts";

const ROLES_AND_MORE = "recorded/authorization-and-diagnostics.json";
const API_CENTER = "recorded/apic-extension.test_create_service.yaml";
const INSIGHTS = "recorded/application-insights.test_component_with_linked_workspace.yaml";
const POLICY = "recorded/stream-analytics.test_input_create_policy_violation.yaml";
const BOT_OF_2021 = "healthbot/recorded/test_healthbot_Scenario.yaml";
const BOTS = [
  "create_update_delete_c1",
  "create_update_delete_f0",
  "create_update_delete_pes",
  "boundary_values",
];

/** Recorded calls that are not replayed: the sandbox does not play what they address, and says so. */
const LEFT_OUT: readonly {
  readonly file: string;
  readonly positions: readonly number[];
  readonly why: string;
  /** How the sandbox answers. */
  readonly answer: readonly [status: number, code: string];
}[] = [
  {
    file: API_CENTER,
    positions: [10],
    why: "Microsoft.ApiCenter; the conversation before is replayed with Microsoft.HealthBot",
    answer: [404, "InvalidResourceNamespace"],
  },
  { file: POLICY, positions: [0], why: "definitions of policies", answer: [501, "NotSimulated"] },
  {
    file: POLICY,
    positions: [3, 4, 5],
    why: "Microsoft.StreamAnalytics and Microsoft.Storage",
    answer: [404, "InvalidResourceNamespace"],
  },
  {
    file: POLICY,
    positions: [6],
    why: "the data plane of a storage account",
    answer: [421, "UnknownHost"],
  },
];

/** The calls of a file that are to be replayed: all but those left out. */
function playable(file: string): Recorded[] {
  const left = LEFT_OUT.filter((entry) => entry.file === file).flatMap(({ positions }) => positions);
  return recordedCalls(file).filter(({ position }) => !left.includes(position));
}

const stateOf = (body: ParsedJson): string | undefined =>
  body?.status ?? body?.properties?.provisioningState ?? body?.registrationState;

/** Rewrites a recorded request for the sandbox, whose roles, principals and resources are others. */
type Translation = readonly (readonly [RegExp, string])[];

/** How the sandbox is asked: what was sent, with names of the sandbox's own in the recorder's place. */
function translated(call: Recorded, translation: Translation): Recorded {
  const inWords = (text: string): string =>
    translation.reduce((before, [pattern, name]) => before.replace(pattern, name), text);
  const sent = call.sent === undefined ? undefined : JSON.parse(inWords(JSON.stringify(call.sent)));
  return { ...call, url: inWords(call.url), sent };
}

describe.skipIf(!areRecordingsHere)(
  `Azure as recorded${areRecordingsHere ? "" : " (skipped: PSC_SPECS_DIR has no arm folder)"}`,
  () => {
    let session: ArmSession;

    beforeEach(async () => {
      session = await startArmSession();
    });
    afterEach(() => session.close());

    async function ask(call: Recorded, url = call.url): Promise<Answer> {
      const { origin, host } = new URL(url);
      const token = await session.test.token("admin", host.endsWith(".blob.core.windows.net") ? ARM : origin);
      const body = call.sent === undefined ? {} : { body: call.sent };
      return session.test.ask(call.method, url, { token, ...body });
    }

    /** Sends what was sent, follows the sandbox's own status URLs, and waits where the recorder had waited. */
    async function replay(
      calls: readonly Recorded[],
      known: readonly RegExp[] = [],
      translation: Translation = [],
    ): Promise<string[]> {
      let statusUrl = "";
      const found: string[] = [];
      for (const recorded of calls) {
        const call = translated(recorded, translation);
        const url = call.url.includes("/operationStatuses/") ? statusUrl : call.url;
        // Replicas agree by the time a person looks.
        if (call.method === "GET" && /roleAssignments/.test(url)) await session.advance(60);
        let answer = await ask(call, url);
        const settled = ["Succeeded", "Registered"].includes(stateOf(call.body) ?? "");
        if (call.method === "GET" && settled && stateOf(answer.body) !== stateOf(call.body)) {
          await session.advance(120);
          answer = await ask(call, url);
        }
        statusUrl = answer.headers["azure-asyncoperation"] ?? statusUrl;
        expect([call.position, stateOf(answer.body)]).toEqual([call.position, stateOf(call.body)]);
        found.push(...differences(call, answer, known));
      }
      return [...new Set(found)];
    }

    function proven(source: string, ...operations: readonly string[]): void {
      prove(
        ...operations.map((operation) => ({
          api: "Azure Resource Manager",
          operation,
          proof: "recording" as const,
          source: `Azure/azure-cli-extensions: ${source}`,
        })),
      );
    }

    async function ready(group: string, location: string, ...namespaces: readonly string[]): Promise<void> {
      for (const namespace of namespaces) await session.register(namespace);
      await session.arm("PUT", `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}`, "2025-04-01", {
        location,
        tags: { product: "azurecli", cause: "automation", test: "x", date: "x", module: "x" },
      });
    }

    for (const name of BOTS.map((bot) => `test_healthbot_${bot}`))
      it(`lives a bot's life: ${name}`, async () => {
        await ready("clitest000002", "eastus", "Microsoft.HealthBot");
        expect(await replay(playable(`healthbot/recorded/${name}.yaml`))).toEqual([]);
        proven(
          `src/healthbot, ${name}`,
          "PUT Microsoft.HealthBot/healthBots/{name}",
          "PATCH Microsoft.HealthBot/healthBots/{name}",
          "DELETE Microsoft.HealthBot/healthBots/{name}",
          "GET Microsoft.HealthBot/healthBots/{name}",
          ...(name.endsWith("values")
            ? []
            : [
                "GET Microsoft.HealthBot/healthBots",
                "GET Microsoft.HealthBot/locations/{name}/operationStatuses/{name}",
              ]),
        );
      });

    it("lives a bot's life on api-version 2020-12-08, without signatures and changed at once", async () => {
      await ready("clitest000001", "eastus", "Microsoft.HealthBot");
      const calls = playable(BOT_OF_2021);
      expect(await replay(calls)).toEqual([]);
      const bot = calls[0]?.url ?? "";
      expect((await session.follow(bot)).body.error.code).toBe("ResourceNotFound");
      proven(
        "src/healthbot, test_healthbot_Scenario of 2021",
        "PUT Microsoft.HealthBot/healthBots/{name}",
        "PATCH Microsoft.HealthBot/healthBots/{name}",
        "DELETE Microsoft.HealthBot/healthBots/{name}",
        "GET Microsoft.HealthBot/healthBots/{name}",
        "GET Microsoft.HealthBot/healthBots",
        "GET Microsoft.HealthBot/locations/{name}/operationStatuses/{name}",
      );
    });

    /** The recorded providers have more about each type, and types that the sandbox does not play. */
    const PROVIDER_DETAILS =
      /\$\.(authorizations\[\]|resourceTypes\[\]\.(zoneMappings|defaultApiVersion|apiProfiles|locationMappings)|providerAuthorizationConsentState)/;

    it("refuses an unregistered provider and registers it", async () => {
      await ready("clirg000001", "eastus");
      const translation: Translation = [
        [/Microsoft\.ApiCenter\/services/, "Microsoft.HealthBot/healthBots"],
        [/Microsoft\.ApiCenter/, "Microsoft.HealthBot"],
        [/2024-03-01/, "2025-11-01"],
        [/"Free"/, '"F0"'],
      ];
      expect(await replay(playable(API_CENTER), [PROVIDER_DETAILS], translation)).toEqual([]);
      proven(
        "src/apic-extension, test_create_service",
        "PUT of an unregistered provider",
        "POST /subscriptions/{id}/providers/{namespace}/register",
        "GET /subscriptions/{id}/providers/{namespace}",
        "GET /subscriptions/{id}/resourceGroups/{name}",
      );
    });

    it("keeps workspaces and components", async () => {
      await ready("clitest.rg000001", "westus", "Microsoft.Insights", "Microsoft.OperationalInsights");
      // Two tags that a policy of the recorder's own subscription adds to the group.
      const known = [/\$\.tags\.(Creator|DateCreated)/, PROVIDER_DETAILS];
      expect(await replay(playable(INSIGHTS), known)).toEqual([]);
      proven(
        "src/application-insights, test_component_with_linked_workspace",
        "PUT Microsoft.OperationalInsights/workspaces/{name}",
        "GET Microsoft.OperationalInsights/workspaces/{name}",
        "PUT Microsoft.Insights/components/{name}",
        "GET Microsoft.Insights/components/{name}",
        "GET /subscriptions/{id}/providers/{namespace}",
      );
    });

    it("forbids what a policy forbids, in the recorded shape", async () => {
      const group = "cli_test_stream_analytics_000001";
      await ready(group, "eastus", "Microsoft.OperationalInsights");
      const properties = {
        displayName: "Only at home",
        policyDefinitionId:
          "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
        parameters: { listOfAllowedLocations: { value: ["eastus"] } },
      };
      const calls = playable(POLICY).map((call) => {
        if (/policyAssignments/.test(call.url)) return { ...call, sent: { properties } };
        if (call.status !== 403) return call;
        const url = call.url
          .replace(/Microsoft\.StreamAnalytics.*\?/, "Microsoft.OperationalInsights/workspaces/log-abroad?")
          .replace("2020-03-01", "2025-07-01");
        return { ...call, url, sent: { location: "westeurope" } };
      });
      const assignment = calls.find(({ method }) => method === "PUT");
      // The recorder changed an assignment that it had.
      if (assignment !== undefined) await ask(assignment);
      const known = [
        /\.(parameters|policyAssignmentParameters)\./,
        /[dD]efinitionVersion/,
        /evaluatedExpressions/,
        /\$\.tags\.(Creator|DateCreated|BuiltBy)/,
      ];
      expect(await replay(calls, known)).toEqual([]);
      proven(
        "src/stream-analytics, test_input_create_policy_violation",
        "PUT Microsoft.Authorization/policyAssignments/{name}",
        "PUT of what a policy forbids",
        "GET /subscriptions/{id}/resourceGroups/{name}",
      );
    });

    /** The recorder's person is the sandbox's Owner, its applications are the sandbox's two. */
    const IN_THE_SANDBOX: Translation = [
      [/953fd163-96b2-4789-8a83-9cfe693dd8d5|c3c951b7-d307-4c40-9495-70bd562d98d5/g, ADMIN_USER.id],
      [
        /(0215a4c0-1216-49a6-a24a-761bbd215080|39029da9-0fef-42a9-b478-2fe4e19b8c7b|6675fce6-1a32-4fc2-a08b-fb982c3bb934|d218abc6-7894-4b9c-a267-d35bcc08de6d)/g,
        BARE_APP.servicePrincipalId,
      ],
      [/93d9ffd9-a7f1-48b0-bf4b-f9919f3b5411/g, PIPELINE_APP.servicePrincipalId],
      // Built-in roles for types that the sandbox does not have, and others of as many actions.
      [/Grafana%20Admin/, "Healthcare%20Agent%20Admin"],
      [/22926164-76b3-42b3-bc55-97df8dab3e41/, "f1082fec-a70f-419f-9230-885d2550fb38"],
      [/Monitoring%20Data%20Reader/, "Healthcare%20Agent%20Reader"],
      [/b0d8363b-8ddd-447d-831f-62ca05bff136/, "eb5a76d5-50e7-4c33-a449-070e7c9c4cf2"],
      [/Key%20Vault%20Secrets%20Officer/, "Monitoring%20Contributor"],
      [/b86a8fe4-44ce-4948-aee5-eccb2c155cd7/, "749f88d5-cbae-40b8-bcfc-e573ddc772fa"],
      [/Reader%20and%20Data%20Access/, "Reader"],
      [/c12c1c16-33a1-487b-954d-41c89c60f349/, "acdd72a7-3385-48ef-bd42-f606fba81ae7"],
      [/18e40d4e-8d2e-438d-97e1-9528336e149c/, "b24988ac-6180-42a0-ab88-20f7382dd24c"],
      // Resources of types that the sandbox does not have; a lock may be missing on those too.
      [
        /Microsoft\.(Dashboard\/grafana|Monitor\/accounts|DevCenter\/projects|KeyVault\/vaults|Storage\/storageAccounts)\/[^/]+\/providers\/Microsoft\.Authorization\/role/,
        "Microsoft.OperationalInsights/workspaces/log-scope/providers/Microsoft.Authorization/role",
      ],
      [/Microsoft\.StorageSync(?=%27)/, "Bare%20application"],
      // What a subscription exports instead of what a container environment does.
      [/\/resourceGroups\/[^/]+\/providers\/Microsoft\.App\/managedEnvironments\/[^/]+/, ""],
      [/ContainerAppConsoleLogs/, "Administrative"],
      [/ContainerAppSystemLogs/, "Policy"],
    ];

    /** Microsoft Graph, which these people asked in between, answers in the sandbox without three headers and two members. */
    const OF_GRAPH =
      /servicePrincipals: no (header (cache-control|odata-version|x-ms-resource-unit)|\$\.value\[\]\.(createdDateTime|replyUrls\[\]): string)$/;

    const conversations: readonly {
      readonly cassette: string;
      readonly group?: string;
      readonly known?: readonly RegExp[];
      readonly before?: () => Promise<unknown>;
      readonly operations: readonly string[];
    }[] = [
      {
        cassette: "amg/azext_amg/tests/latest/recordings/test_amg_integrations_monitor",
        group: "cli_test_amg000001",
        // The sandbox leaves data actions out, as the page says.
        known: [/\.dataActions\[\]/],
        operations: [
          "GET Microsoft.Authorization/roleDefinitions",
          "PUT Microsoft.Authorization/roleAssignments/{name}",
          "GET Microsoft.Authorization/roleAssignments",
          "DELETE Microsoft.Authorization/roleAssignments/{name}",
        ],
      },
      {
        cassette: "blueprint/azext_blueprint/tests/latest/recordings/test_blueprint_assignment",
        group: "blueprint-rg-000005",
        known: [OF_GRAPH],
        operations: [
          "GET Microsoft.Authorization/roleDefinitions",
          "PUT Microsoft.Authorization/roleAssignments/{name}",
        ],
      },
      {
        cassette:
          "devcenter/azext_devcenter/tests/latest/recordings/test_environment_operations_dataplane_scenario",
        group: "cli000002",
        known: [/\.dataActions\[\]/, OF_GRAPH],
        before: () => ready("amlim-rg", "eastus").then(() => workspace("amlim-rg")),
        operations: [
          "GET Microsoft.Authorization/roleDefinitions",
          "PUT Microsoft.Authorization/roleAssignments/{name}",
          "GET Microsoft.Authorization/roleAssignments",
        ],
      },
      {
        cassette: "storagesync/azext_storagesync/tests/latest/recordings/test_storagesync",
        group: "rgteststoragesync2",
        known: [OF_GRAPH],
        before: () =>
          session.arm(
            "PUT",
            `${scopeIn("rgteststoragesync2")}/providers/Microsoft.Authorization/roleAssignments/88888888-0000-4000-8000-00000000000a`,
            "2022-04-01",
            {
              properties: {
                roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
                principalId: BARE_APP.servicePrincipalId,
              },
            },
          ),
        operations: [
          "GET Microsoft.Authorization/roleDefinitions",
          "PUT Microsoft.Authorization/roleAssignments/{name}",
        ],
      },
      {
        cassette: "containerapp/azext_containerapp/tests/latest/recordings/test_containerapp_env_logs_e2e",
        known: [
          // A subscription's setting has neither metrics nor a type, and is in no region.
          /\$\.properties\.(metrics|logAnalyticsDestinationType|marketplacePartnerId)/,
          /\$\.(type|location): /,
          /no header x-ms-ratelimit-remaining-subscription-resource-requests/,
        ],
        before: () => session.register("Microsoft.Insights"),
        operations: ["what a subscription's diagnostic setting shares with a resource's"],
      },
      {
        cassette: "databox/azext_databox/tests/latest/recordings/test_databox",
        group: "cli_test_databox000001",
        operations: ["DELETE Microsoft.Authorization/locks/{name}"],
      },
    ];
    const scopeIn = (group: string): string =>
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.OperationalInsights/workspaces/log-scope`;
    const workspace = (group: string): Promise<Answer> =>
      session.arm("PUT", scopeIn(group), "2025-07-01", { location: "eastus" });

    for (const { cassette, group, known, before, operations } of conversations)
      it(`answers as in ${cassette}`, async () => {
        if (group !== undefined) {
          await ready(group, "eastus", "Microsoft.OperationalInsights");
          await workspace(group);
        }
        await before?.();
        const calls = playable(ROLES_AND_MORE).filter((call) => call.cassette === `src/${cassette}.yaml`);
        expect(calls.length).toBeGreaterThan(1);
        expect(await replay(calls, known, IN_THE_SANDBOX)).toEqual([]);
        proven(`src/${cassette.replace(/\/.*\//, ", ")}`, ...operations);
      });

    it("leaves no recording out silently", () => {
      const bots = BOTS.map((bot) => `healthbot/recorded/test_healthbot_${bot}.yaml`);
      expect(recordingFiles().sort()).toEqual(
        [ROLES_AND_MORE, API_CENTER, INSIGHTS, POLICY, BOT_OF_2021, ...bots].sort(),
      );
      const cassettes = new Set(playable(ROLES_AND_MORE).map(({ cassette }) => cassette));
      expect([...cassettes].sort()).toEqual(
        conversations.map(({ cassette }) => `src/${cassette}.yaml`).sort(),
      );
    });

    for (const { file, positions, why, answer } of LEFT_OUT)
      it(`does not play ${why} (${file}: ${positions})`, async () => {
        const calls = recordedCalls(file).filter(({ position }) => positions.includes(position));
        for (const call of calls) {
          const { status, body } = await ask(call);
          expect([call.position, status, body.error.code]).toEqual([call.position, ...answer]);
        }
        expect(calls).toHaveLength(positions.length);
      });
  },
);
