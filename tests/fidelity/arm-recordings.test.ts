import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { AGENT_USERS } from "../../src/sandbox/seed.ts";
import { prove } from "../harness/fidelity.ts";
import type { Answer, ParsedJson } from "../harness/sandbox.ts";
import { ARM, type ArmSession, SUBSCRIPTION, startArmSession } from "../sandbox/azure/arm-session.ts";

const RECORDINGS = join(
  process.env["PSC_SPECS_DIR"] ?? resolve(import.meta.dirname, "../../../shared/specs"),
  "arm",
);
const here = existsSync(RECORDINGS);

interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly sent: ParsedJson;
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: ParsedJson;
}

const json = (text: string | null | undefined): ParsedJson =>
  text === null || text === undefined || text === "" ? undefined : JSON.parse(text);

/** The recorder's subscription is the sandbox's first. */
const inSandbox = (text: string): string =>
  text.replaceAll("00000000-0000-0000-0000-000000000000", SUBSCRIPTION);

function cassette(file: string): Recorded[] {
  const text = readFileSync(join(RECORDINGS, file), "utf8");
  const { interactions } = file.endsWith(".json") ? JSON.parse(text) : parse(text);
  return interactions.map(({ request, response }: ParsedJson) => ({
    method: request.method,
    url: inSandbox(request.uri),
    sent: json(request.body === null || request.body === undefined ? null : inSandbox(String(request.body))),
    status: response.status.code,
    headers: Object.keys(response.headers).map((name) => name.toLowerCase()),
    body: json(typeof response.body === "string" ? response.body : response.body?.string),
  }));
}

/** Members and their types, such as `properties.sku.name: string`; the entries of a list count as one. */
function shapeOf(value: ParsedJson, path = "$"): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => shapeOf(entry, `${path}[]`));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, member]) => shapeOf(member, `${path}.${name}`));
  return [`${path}: ${value === null ? "null" : typeof value}`];
}

/** Set by the recorder's network and the services' own web servers. */
const OF_THE_NETWORK =
  /^(accept-ranges|content-length|request-context|server|transfer-encoding|vary|access-control-.*|set-cookie|api-supported-versions|x-azure-ref|x-cache|x-msedge-ref|x-envoy-.*|x-frame-options|x-dns-prefetch-control|x-download-options|x-xss-protection|x-powered-by|x-ms-operation-identifier|x-ms-request-charge)$/;

/** Headers whose presence steers a client: the sandbox may not send one that was not recorded. */
const STEERING = ["azure-asyncoperation", "location", "retry-after"];

/** Every difference in status, headers, members and types; what `known` names is a deviation on purpose. */
function differences(recorded: Recorded, answer: Answer, known: readonly RegExp[] = []): string[] {
  const found: string[] = [];
  if (answer.status !== recorded.status) found.push(`status ${answer.status} for ${recorded.status}`);
  for (const name of recorded.headers)
    if (!OF_THE_NETWORK.test(name) && !(name in answer.headers)) found.push(`no header ${name}`);
  for (const name of STEERING)
    if (name in answer.headers && !recorded.headers.includes(name)) found.push(`header ${name}`);
  const was = new Set(shapeOf(recorded.body));
  const is = new Set(shapeOf(answer.body));
  for (const member of was) if (!is.has(member)) found.push(`no ${member}`);
  for (const member of is) if (!was.has(member)) found.push(`more: ${member}`);
  const operation = `${recorded.method} ${new URL(recorded.url).pathname.split("/providers/").at(-1)}`;
  return found
    .filter((line) => !known.some((deviation) => deviation.test(line)))
    .map((line) => `${operation}: ${line}`);
}

const stateOf = (body: ParsedJson): string | undefined =>
  body?.status ?? body?.properties?.provisioningState ?? body?.registrationState;

describe.skipIf(!here)(
  `Azure as recorded${here ? "" : " (skipped: PSC_SPECS_DIR has no arm folder)"}`,
  () => {
    let session: ArmSession;
    let token: string;

    beforeEach(async () => {
      session = await startArmSession();
      token = await session.test.token("admin", ARM);
    });
    afterEach(() => session.close());

    const ask = (recorded: Recorded, url = recorded.url): Promise<Answer> =>
      session.test.ask(recorded.method, url, {
        token,
        ...(recorded.sent === undefined ? {} : { body: recorded.sent }),
      });

    /** Sends what was sent, follows the sandbox's own status URLs, and waits where the recorder had waited. */
    async function replay(calls: readonly Recorded[], known: readonly RegExp[] = []): Promise<string[]> {
      let statusUrl = "";
      const found: string[] = [];
      for (const call of calls) {
        const url = call.url.includes("/operationStatuses/") ? statusUrl : call.url;
        let answer = await ask(call, url);
        const settled = ["Succeeded", "Registered"].includes(stateOf(call.body) ?? "");
        if (call.method === "GET" && settled && stateOf(answer.body) !== stateOf(call.body)) {
          await session.advance(120);
          answer = await ask(call, url);
        }
        statusUrl = answer.headers["azure-asyncoperation"] ?? statusUrl;
        expect(stateOf(answer.body)).toBe(stateOf(call.body));
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

    for (const name of [
      "test_healthbot_create_update_delete_c1",
      "test_healthbot_create_update_delete_f0",
      "test_healthbot_create_update_delete_pes",
      "test_healthbot_boundary_values",
    ])
      it(`lives a bot's life: ${name}`, async () => {
        await ready("clitest000002", "eastus", "Microsoft.HealthBot");
        expect(await replay(cassette(`healthbot/recorded/${name}.yaml`))).toEqual([]);
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
                "GET Microsoft.HealthBot/locations/{region}/operationStatuses/{id}",
              ]),
        );
      });

    it("lives a bot's life on the version of 2020, but for what has changed since", async () => {
      await ready("clitest000001", "eastus", "Microsoft.HealthBot");
      // In 2021 an update and a deletion were done at once; the recordings of 2026 show what they are now.
      const calls = cassette("healthbot/recorded/test_healthbot_Scenario.yaml").filter(
        ({ method }) => method === "PUT" || method === "GET",
      );
      expect(await replay(calls)).toEqual([]);
      proven(
        "src/healthbot, test_healthbot_Scenario (2020-12-08, without its update and deletion)",
        "PUT Microsoft.HealthBot/healthBots/{name}",
        "GET Microsoft.HealthBot/healthBots/{name}",
        "GET Microsoft.HealthBot/healthBots",
      );
    });

    it("finds no lock to delete", async () => {
      await ready("rg-locks", "eastus");
      const [recorded] = cassette("recorded/authorization-and-diagnostics.json").filter(
        ({ method, url }) => method === "DELETE" && /Microsoft.Authorization\/locks\//i.test(url),
      );
      if (recorded === undefined) throw new Error("the recording is another one");
      const scope = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-locks`;
      const version = new URL(recorded.url).searchParams.get("api-version") ?? "";
      const answer = await session.arm(
        "DELETE",
        `${scope}/providers/Microsoft.Authorization/locks/nobodys`,
        version,
      );
      expect(differences(recorded, answer)).toEqual([]);
      proven("src/databox", "DELETE Microsoft.Authorization/locks/{name}");
    });

    it("refuses an unregistered provider and registers it", async () => {
      await ready("clirg000001", "eastus");
      const calls = cassette("recorded/apic-extension.test_create_service.yaml")
        .slice(0, 9)
        .map((call) => ({
          ...call,
          // The same conversation with a provider that the sandbox has.
          url: call.url
            .replace("Microsoft.ApiCenter/services", "Microsoft.HealthBot/healthBots")
            .replace("Microsoft.ApiCenter", "Microsoft.HealthBot")
            .replace("2024-03-01", "2025-11-01"),
          ...(call.method === "PUT" ? { sent: { location: "eastus", sku: { name: "F0" } } } : {}),
        }));
      const known = [
        /\$\.authorizations\[\]/,
        /\$\.resourceTypes\[\]\.(zoneMappings|defaultApiVersion|apiProfiles)/,
      ];
      expect(await replay(calls, known)).toEqual([]);
      proven(
        "src/apic-extension, test_create_service",
        "PUT of an unregistered provider",
        "POST /subscriptions/{id}/providers/{namespace}/register",
        "GET /subscriptions/{id}/providers/{namespace}",
        "GET resourceGroups/{name}",
      );
    });

    it("keeps workspaces and components", async () => {
      await ready("clitest.rg000001", "westus", "Microsoft.Insights", "Microsoft.OperationalInsights");
      const calls = cassette(
        "recorded/application-insights.test_component_with_linked_workspace.yaml",
      ).filter(({ url }) => /\/(workspaces|components|resourcegroups)\//i.test(url));
      // Two tags that a policy of the recorder's own subscription adds to the group.
      expect(await replay(calls, [/\$\.tags\.(Creator|DateCreated)/])).toEqual([]);
      proven(
        "src/application-insights, test_component_with_linked_workspace",
        "PUT Microsoft.OperationalInsights/workspaces/{name}",
        "GET Microsoft.OperationalInsights/workspaces/{name}",
        "PUT Microsoft.Insights/components/{name}",
        "GET Microsoft.Insights/components/{name}",
      );
    });

    it("answers about roles and their assignments", async () => {
      const recorded = cassette("recorded/authorization-and-diagnostics.json");
      const like = (method: string, status: number, part: RegExp, code?: string): Recorded => {
        const found = recorded.find(
          (call) =>
            call.method === method &&
            call.status === status &&
            part.test(call.url) &&
            (code === undefined || call.body?.error?.code === code),
        );
        if (found === undefined) throw new Error(`nothing recorded for ${method} ${status} ${part}`);
        return found;
      };
      const scope = `/subscriptions/${SUBSCRIPTION}`;
      const authorization = `${scope}/providers/Microsoft.Authorization`;
      const assignment = (name: string): string => `${authorization}/roleAssignments/${name}`;
      const roles = await session.arm(
        "GET",
        `${authorization}/roleDefinitions?$filter=roleName eq 'Owner'`,
        "2022-05-01-preview",
      );
      const found = differences(like("GET", 200, /roleDefinitions\?.*Owner/), roles);
      const body = (principalType: string) => ({
        properties: {
          roleDefinitionId: roles.body.value[0].id,
          principalId: AGENT_USERS[0].id,
          principalType,
        },
      });
      const put = (name: string, type: string): Promise<Answer> =>
        session.arm("PUT", assignment(name), "2022-04-01", body(type));
      const [one, other] = ["88888888-0000-4000-8000-000000000001", "88888888-0000-4000-8000-000000000002"];
      found.push(
        ...differences(
          like("PUT", 400, /roleAssignments/, "UnmatchedPrincipalType"),
          await put(one, "ServicePrincipal"),
        ),
        ...differences(like("PUT", 201, /roleAssignments/), await put(one, "User")),
        ...differences(like("PUT", 409, /roleAssignments/, "RoleAssignmentExists"), await put(other, "User")),
      );
      await session.advance(60);
      const listed = await session.arm(
        "GET",
        `${authorization}/roleAssignments?$filter=atScope()`,
        "2022-04-01",
      );
      found.push(...differences(like("GET", 200, /roleAssignments\?\$filter=atScope/), listed));
      const gone = await session.arm("DELETE", assignment(one), "2022-04-01");
      found.push(...differences(like("DELETE", 200, /roleAssignments/), gone));
      expect(found).toEqual([]);
      proven(
        "src/amg",
        "PUT Microsoft.Authorization/roleAssignments/{name}",
        "GET Microsoft.Authorization/roleAssignments",
        "DELETE Microsoft.Authorization/roleAssignments/{name}",
        "GET Microsoft.Authorization/roleDefinitions",
      );
    });

    it("forbids what a policy forbids, in the recorded shape", async () => {
      await ready("rg-policy", "eastus", "Microsoft.OperationalInsights");
      const recorded = cassette("recorded/stream-analytics.test_input_create_policy_violation.yaml");
      const refusal = recorded.find(({ status }) => status === 403);
      const assigned = recorded.find(({ method, url }) => method === "PUT" && /policyAssignments/.test(url));
      if (refusal === undefined || assigned === undefined) throw new Error("the recording is another one");
      const definition =
        "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c";
      const assign = (displayName: string): Promise<Answer> =>
        session.arm(
          "PUT",
          `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/regions`,
          "2024-05-01",
          {
            properties: {
              displayName,
              policyDefinitionId: definition,
              parameters: { listOfAllowedLocations: { value: ["eastus"] } },
            },
          },
        );
      // The recorder changed an assignment that it had.
      await assign("Elsewhere");
      const made = await assign("Only at home");
      const parameters = /\.(parameters|policyAssignmentParameters)\./;
      const found = differences(assigned, made, [parameters, /definitionVersion/]);
      const refused = await session.arm(
        "PUT",
        `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-policy/providers/Microsoft.OperationalInsights/workspaces/log-abroad`,
        "2025-07-01",
        { location: "westeurope" },
      );
      found.push(...differences(refusal, refused, [parameters, /evaluatedExpressions/, /DefinitionVersion/]));
      expect(found).toEqual([]);
      proven(
        "src/stream-analytics, test_input_create_policy_violation",
        "PUT Microsoft.Authorization/policyAssignments/{name}",
        "PUT of what a policy forbids",
      );
    });
  },
);
