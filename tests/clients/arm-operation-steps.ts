import { AGENT_USERS } from "../../src/sandbox/seed.ts";
import type { ParsedJson } from "../harness/sandbox.ts";
import { SUBSCRIPTION } from "../sandbox/azure/arm-session.ts";

/** The api-versions one run of the steps uses. */
export interface Versions {
  readonly subscriptions: string;
  readonly resources: string;
  readonly bots: string;
  readonly workspaces: string;
  readonly roleDefinitions: string;
  readonly locks: string;
  readonly policies: string;
}

/** Every described api-version, newest first; a type with fewer than others repeats its oldest. */
const DESCRIBED: Readonly<Record<keyof Versions, readonly [string, ...string[]]>> = {
  subscriptions: ["2022-12-01", "2021-01-01"],
  resources: ["2025-04-01", "2024-11-01", "2022-09-01", "2021-04-01"],
  bots: ["2025-11-01", "2025-05-25", "2024-02-01", "2020-12-08"],
  workspaces: ["2025-07-01", "2025-02-01", "2023-09-01", "2022-10-01"],
  roleDefinitions: ["2022-04-01", "2022-05-01-preview"],
  locks: ["2020-05-01", "2017-04-01", "2016-09-01"],
  policies: ["2025-03-01", "2024-05-01", "2023-04-01", "2022-06-01"],
};

export const GENERATIONS: readonly Versions[] = [0, 1, 2, 3].map((generation) => {
  const entries = Object.entries(DESCRIBED).map(([type, versions]) => [
    type,
    versions[generation] ?? versions.at(-1),
  ]);
  return Object.fromEntries(entries) as unknown as Versions;
});

const INSIGHTS = "2020-02-02";
const EXPORT = "2021-05-01-preview";
const ALERTS = "2020-10-01";
const ACTION_GROUPS = "2023-01-01";
const ROLES = "2022-04-01";
const PIM = "2020-10-01";

/** One request of the run. */
export interface Step {
  readonly method: string;
  /** Behind the host; may be made from the body of the answer before. */
  readonly path: string | ((before: ParsedJson) => string);
  readonly version: string;
  readonly status: number;
  readonly body?: object;
  /** Sandbox seconds to let pass first. */
  readonly wait?: number;
}

const ROOT = `/subscriptions/${SUBSCRIPTION}`;
const GROUP = `${ROOT}/resourceGroups/rg-psc`;
const AUTH = `${GROUP}/providers/Microsoft.Authorization`;
const BOTS = `${GROUP}/providers/Microsoft.HealthBot/healthBots`;
const WORKSPACES = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces`;
const COMPONENTS = `${GROUP}/providers/Microsoft.Insights/components`;
const SETTINGS = `${ROOT}/providers/Microsoft.Insights/diagnosticSettings`;
const ROLE = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const roleDefinitionId = `${ROOT}/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`;
const principalId = AGENT_USERS[0].id;
const guid = (digit: number): string => `50000000-0000-4000-8000-00000000000${digit}`;

type Options = { readonly body?: object; readonly wait?: number };
const step =
  (method: string) =>
  (path: Step["path"], version: string, status = 200, options: Options = {}): Step => ({
    method,
    path,
    version,
    status,
    ...options,
  });
const get = step("GET");
const put = step("PUT");
const patch = step("PATCH");
const post = step("POST");
const remove = step("DELETE");
const head = step("HEAD");

function groups(v: Versions): Step[] {
  const location = { body: { location: "eastus" } };
  return [
    get("/subscriptions", v.subscriptions),
    get(ROOT, v.subscriptions),
    get(`${ROOT}/locations`, v.subscriptions),
    get(`${ROOT}/providers`, v.resources),
    get(`${ROOT}/providers/Microsoft.HealthBot`, v.resources),
    ...["HealthBot", "Insights", "OperationalInsights"].map((name) =>
      post(`${ROOT}/providers/Microsoft.${name}/register`, v.resources),
    ),
    head(GROUP, v.resources, 404),
    put(GROUP, v.resources, 201, { ...location, wait: 100 }),
    put(GROUP, v.resources, 200, location),
    patch(GROUP, v.resources, 200, { body: { tags: { owner: "psc" } } }),
    get(GROUP, v.resources),
    head(GROUP, v.resources, 204),
    get(`${ROOT}/resourcegroups?$top=1`, v.resources),
  ];
}

function bots(v: Versions): Step[] {
  const direct = v.bots === "2020-12-08";
  const secrets = [
    post(`${BOTS}/bot/listSecrets`, v.bots, 200, { wait: 20 }),
    post(`${BOTS}/bot/regenerateApiJwtSecret`, v.bots),
  ];
  return [
    put(`${BOTS}/bot`, v.bots, 201, { body: { location: "eastus", sku: { name: "C0" } } }),
    get(`${BOTS}/bot`, v.bots, 200, { wait: 100 }),
    get(BOTS, v.bots),
    get(`${ROOT}/providers/Microsoft.HealthBot/healthBots`, v.bots),
    get("/providers/Microsoft.HealthBot/operations", v.bots),
    patch(`${BOTS}/bot`, v.bots, direct ? 200 : 201, { body: { tags: { a: "b" } } }),
    ...(direct ? [] : secrets),
    put(`${BOTS}/bot`, v.bots, 200, { body: { location: "eastus", sku: { name: "C0" } } }),
    get(`${BOTS}/none`, v.bots, 404),
  ];
}

function monitoring(v: Versions): Step[] {
  const component = {
    location: "eastus",
    kind: "web",
    properties: { Application_Type: "web", WorkspaceResourceId: `${WORKSPACES}/log-one` },
  };
  const exported = {
    properties: { workspaceId: `${WORKSPACES}/log-one`, logs: [{ category: "Security", enabled: true }] },
  };
  return [
    put(`${WORKSPACES}/log-one`, v.workspaces, 201, { body: { location: "eastus" } }),
    get(`${WORKSPACES}/log-one`, v.workspaces),
    patch(`${WORKSPACES}/log-one`, v.workspaces, 200, {
      body: { properties: { retentionInDays: 60 } },
      wait: 20,
    }),
    get(WORKSPACES, v.workspaces),
    get(`${ROOT}/providers/Microsoft.OperationalInsights/workspaces`, v.workspaces),
    put(`${COMPONENTS}/appi`, INSIGHTS, 200, { body: component }),
    get(`${COMPONENTS}/appi`, INSIGHTS),
    get(COMPONENTS, INSIGHTS),
    get(`${ROOT}/providers/Microsoft.Insights/components`, INSIGHTS),
    put(`${SETTINGS}/audit`, EXPORT, 200, { body: exported }),
    get(`${SETTINGS}/audit`, EXPORT),
    get(SETTINGS, EXPORT),
    remove(`${SETTINGS}/audit`, EXPORT),
    ...alerting(),
    get(`${GROUP}/resources`, v.resources),
    get(`${ROOT}/resources`, v.resources),
  ];
}

function alerting(): Step[] {
  const insights = `${GROUP}/providers/Microsoft.Insights`;
  const alert = {
    location: "Global",
    properties: {
      scopes: [`${BOTS}/bot`],
      condition: {
        allOf: [
          { field: "category", equals: "Administrative" },
          {
            anyOf: [
              { field: "operationName", equals: "Microsoft.HealthBot/healthBots/write" },
              { field: "operationName", equals: "Microsoft.HealthBot/healthBots/delete" },
            ],
          },
        ],
      },
      actions: { actionGroups: [{ actionGroupId: `${insights}/actionGroups/oncall` }] },
      enabled: true,
    },
  };
  const group = {
    location: "Global",
    properties: {
      groupShortName: "oncall",
      enabled: true,
      emailReceivers: [{ name: "oncall", emailAddress: "oncall@contoso.com", useCommonAlertSchema: true }],
    },
  };
  return [
    ...(
      [
        ["actionGroups", "oncall", group, ACTION_GROUPS],
        ["activityLogAlerts", "bot", alert, ALERTS],
      ] as const
    ).flatMap(([type, name, body, version]) => [
      put(`${insights}/${type}/${name}`, version, 201, { body }),
      put(`${insights}/${type}/${name}`, version, 200, { body }),
      get(`${insights}/${type}/${name}`, version),
      get(`${insights}/${type}`, version),
      get(`${ROOT}/providers/Microsoft.Insights/${type}`, version),
      remove(`${insights}/${type}/${name}`, version),
      remove(`${insights}/${type}/${name}`, version, 204),
      get(`${insights}/${type}/${name}`, version, 404),
    ]),
  ];
}

function access(v: Versions): Step[] {
  const assignment = `${AUTH}/roleAssignments/${guid(1)}`;
  const body = { properties: { roleDefinitionId, principalId, principalType: "User" } };
  const custom = `${AUTH}/roleDefinitions/${guid(7)}`;
  const properties = {
    roleName: "Reader of bots",
    permissions: [{ actions: ["Microsoft.HealthBot/healthBots/read"], notActions: [] }],
    assignableScopes: [GROUP],
  };
  return [
    put(custom, v.roleDefinitions, 201, { body: { properties } }),
    get(custom, v.roleDefinitions),
    remove(custom, v.roleDefinitions),
    remove(custom, v.roleDefinitions, 204),
    get(`${AUTH}/roleDefinitions`, v.roleDefinitions),
    get(`${AUTH}/roleDefinitions/${ROLE}`, v.roleDefinitions),
    get(`${AUTH}/permissions`, v.roleDefinitions),
    get(`${BOTS}/bot/providers/Microsoft.Authorization/permissions`, v.roleDefinitions),
    put(assignment, ROLES, 201, { body }),
    get(assignment, ROLES, 200, { wait: 60 }),
    get(`${AUTH}/roleAssignments?$filter=atScope()`, ROLES),
    get(`${ROOT}/providers/Microsoft.Authorization/roleAssignments`, ROLES),
    get(`${BOTS}/bot/providers/Microsoft.Authorization/roleAssignments`, ROLES),
    get(`${AUTH}/roleAssignmentSchedules`, PIM),
    get(`${AUTH}/roleAssignmentScheduleInstances`, PIM),
    remove(assignment, ROLES),
    remove(assignment, ROLES, 204),
  ];
}

/** Requests, schedules and instances of one kind: each list, then its first member by name. */
function schedules(stem: "roleEligibility" | "roleAssignment", request: string): Step[] {
  const body = {
    properties: {
      principalId,
      roleDefinitionId,
      requestType: "AdminAssign",
      justification: "duty",
      scheduleInfo: { expiration: { type: "AfterDuration", duration: "P30D" } },
    },
  };
  const requests = `${AUTH}/${stem}ScheduleRequests`;
  const one =
    (list: string) =>
    (before: ParsedJson): string =>
      `${AUTH}/${list}/${before.value[0].name}`;
  return [
    post(`${requests}/${request}/validate`, PIM, 200, { body }),
    put(`${requests}/${request}`, PIM, 201, { body }),
    get(`${requests}/${request}`, PIM, 200, { wait: 60 }),
    get(requests, PIM),
    ...[`${stem}Schedules`, `${stem}ScheduleInstances`].flatMap((list) => [
      get(`${AUTH}/${list}`, PIM),
      get(one(list), PIM),
    ]),
  ];
}

function roleSettings(): Step[] {
  const rules = [
    {
      id: "Expiration_Admin_Eligibility",
      ruleType: "RoleManagementPolicyExpirationRule",
      isExpirationRequired: false,
      maximumDuration: "P180D",
    },
  ];
  const policies = `${AUTH}/roleManagementPolicies`;
  return [
    get(`${AUTH}/roleManagementPolicyAssignments`, PIM),
    get((before) => `${AUTH}/roleManagementPolicyAssignments/${before.value[0].name}`, PIM),
    get(policies, PIM),
    get((before) => `${policies}/${before.value[0].name}`, PIM),
    patch((before) => `${policies}/${before.name}`, PIM, 200, { body: { properties: { rules } } }),
  ];
}

/** A lock and a policy assignment at a scope, from beginning to end. */
function kept(scope: string, v: Versions): Step[] {
  const auth = `${scope}/providers/Microsoft.Authorization`;
  const policy = {
    properties: {
      policyDefinitionId:
        "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
      parameters: { listOfAllowedLocations: { value: ["eastus"] } },
    },
  };
  return [
    put(`${auth}/locks/keep`, v.locks, 201, { body: { properties: { level: "CanNotDelete" } } }),
    get(`${auth}/locks/keep`, v.locks),
    get(`${auth}/locks`, v.locks),
    remove(`${COMPONENTS}/appi`, INSIGHTS, scope === `${BOTS}/bot` ? 200 : 409),
    remove(`${auth}/locks/keep`, v.locks),
    remove(`${auth}/locks/keep`, v.locks, 204),
    put(`${auth}/policyAssignments/regions`, v.policies, 201, { body: policy }),
    get(`${auth}/policyAssignments/regions`, v.policies),
    get(`${auth}/policyAssignments`, v.policies),
    remove(`${auth}/policyAssignments/regions`, v.policies),
    remove(`${auth}/policyAssignments/regions`, v.policies, 204),
  ];
}

/** Every operation the sandbox serves, in an order in which each finds what it needs. */
export function stepsOf(v: Versions): Step[] {
  return [
    ...groups(v),
    ...bots(v),
    ...monitoring(v),
    ...access(v),
    ...schedules("roleEligibility", guid(2)),
    ...schedules("roleAssignment", guid(3)),
    ...roleSettings(),
    ...kept(ROOT, v),
    ...kept(GROUP, v),
    ...kept(`${BOTS}/bot`, v),
    remove(`${WORKSPACES}/log-one`, v.workspaces),
    remove(`${BOTS}/bot`, v.bots, v.bots === "2020-12-08" ? 200 : 202),
    remove(GROUP, v.resources, 202),
    post(`${ROOT}/providers/Microsoft.HealthBot/unregister`, v.resources),
  ];
}
