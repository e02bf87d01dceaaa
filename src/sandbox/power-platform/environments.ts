import { type JsonObject, Refusal, type SandboxRequest } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import { ADMIN_USER, PUBLIC_CLIENT_APP_ID, TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { callerOf, requireBapAdministrator, requireTenantMember } from "./administrators.ts";
import { availableDomain, generatedDomain } from "./domain-names.ts";
import { environmentBody } from "./environment-body.ts";
import { findOperation, operationBody } from "./lifecycle-operations.ts";
import { findLocation } from "./locations.ts";
import { bapNotSimulated } from "./not-simulated.ts";
import { attachDatabase, groupOf } from "./operation-effects.ts";
import { environmentNotFound } from "./power-platform-errors.ts";
import { bapState, type EnvironmentRecord, type Principal } from "./power-platform-state.ts";

const PROVIDER = "/providers/Microsoft.BusinessAppPlatform";
const ADMIN = `${PROVIDER}/scopes/admin/environments`;

const DEFAULT_ENVIRONMENT = `Default-${TENANT.id}`;

/** The environment every tenant has; here without Dataverse, made long before anybody runs psc. */
export function defaultEnvironment(): EnvironmentRecord {
  const createdTime = Date.parse("2020-06-15T09:00:00Z");
  return {
    ...blankEnvironment({
      id: DEFAULT_ENVIRONMENT,
      displayName: `${TENANT.displayName} (default)`,
      location: "unitedstates",
      azureRegion: "westus",
      sku: "Default",
      createdTime,
      createdBy: seedCreator(),
    }),
    isDefault: true,
  };
}

const seedCreator = (): Principal => ({
  objectId: ADMIN_USER.id,
  appId: PUBLIC_CLIENT_APP_ID,
  kind: "user",
  name: ADMIN_USER.userPrincipalName,
});

/** An environment with nothing optional set and without Dataverse. */
export function blankEnvironment(
  facts: Pick<
    EnvironmentRecord,
    "id" | "displayName" | "location" | "azureRegion" | "sku" | "createdTime" | "createdBy"
  >,
): EnvironmentRecord {
  return {
    ...facts,
    description: null,
    isDefault: false,
    lastModifiedTime: facts.createdTime,
    provisioningState: "Succeeded",
    runtimeState: "Enabled",
    cadence: "Moderate",
    clusterCategory: "Prod",
    billingPolicyId: null,
    securityGroupId: null,
    bingChatEnabled: true,
    copilotPolicies: null,
    environmentGroupId: null,
    protectionLevel: "Basic",
    governanceSettings: null,
    backupRetention: null,
    database: null,
  };
}

/** The environment with this name; `~Default` stands for the default environment. Throws 404 `EnvironmentNotFound`. */
export function environmentNamed(world: World, name: string): EnvironmentRecord {
  const wanted = (name === "~Default" ? DEFAULT_ENVIRONMENT : name).toLowerCase();
  const environment = Object.values(bapState(world).environments).find(
    (candidate) => candidate.id.toLowerCase() === wanted,
  );
  if (environment === undefined) throw environmentNotFound(name);
  return environment;
}

/** The environment that the path names in `{environment}`. */
export function environmentOf(request: RoutedRequest, world: World): EnvironmentRecord {
  return environmentNamed(world, request.params["environment"] ?? "");
}

export interface SeededEnvironment {
  readonly displayName: string;
  /** First label of the organization's host name; derived when absent. */
  readonly domainName?: string;
  readonly location?: string;
  readonly azureRegion?: string;
  readonly sku?: string;
  /** ISO time; a day before the sandbox's now when absent. Before 2021-10-01 the CRM Hub is not installed. */
  readonly createdTime?: string;
  readonly securityGroupId?: string;
  readonly description?: string;
  readonly baseLanguage?: number;
  readonly currencyCode?: string;
  /** False leaves Dataverse out. */
  readonly dataverse?: boolean;
  readonly managed?: boolean;
  /** Creator; the seeded administrator when absent. */
  readonly createdBy?: Principal;
}

const DAY = 24 * 60 * 60 * 1_000;

/**
 * Puts a ready environment into the tenant, as if somebody had created it at `createdTime`: no operation, no lag.
 * For tests, demonstrations and the control API; throws a refusal when a fact contradicts the tenant.
 */
export function seedEnvironment(world: World, wanted: SeededEnvironment): EnvironmentRecord {
  const location = findLocation(wanted.location ?? "unitedstates");
  if (location === undefined) throw controlRefusal(`unknown location ${wanted.location}`);
  const createdTime = wanted.createdTime === undefined ? world.now() - DAY : Date.parse(wanted.createdTime);
  if (Number.isNaN(createdTime)) throw controlRefusal(`not a time: ${wanted.createdTime}`);
  const createdBy = wanted.createdBy ?? seedCreator();
  const environment: EnvironmentRecord = {
    ...blankEnvironment({
      id: world.newId(),
      displayName: wanted.displayName,
      location: location.name,
      azureRegion: wanted.azureRegion ?? location.azureRegions[0] ?? "",
      sku: wanted.sku ?? "Sandbox",
      createdTime,
      createdBy,
    }),
    description: wanted.description ?? null,
    securityGroupId: groupOf(wanted.securityGroupId),
    protectionLevel: wanted.managed === true ? "Standard" : "Basic",
  };
  if (wanted.dataverse !== false) {
    const domainName =
      wanted.domainName === undefined ? generatedDomain(world) : availableDomain(world, wanted.domainName);
    if (domainName === undefined)
      throw controlRefusal(`the domain ${wanted.domainName} is taken or malformed`);
    bapState(world).environments[environment.id] = environment;
    attachDatabase(
      world,
      environment,
      { domainName, baseLanguage: wanted.baseLanguage ?? 1033, currencyCode: wanted.currencyCode ?? "USD" },
      createdBy,
      createdTime,
      { metadata: 0, background: 0 },
    );
  }
  bapState(world).environments[environment.id] = environment;
  return environment;
}

function controlRefusal(message: string): Refusal {
  return new Refusal({ status: 400, body: { error: { code: "SandboxControl", message } } });
}

/** The control API's `POST /_sandbox/environments`: checks the body's types and answers with what a test needs to go on. */
export function seedEnvironmentFromBody(world: World, body: JsonObject): object {
  const text = (name: string): string | undefined => {
    const value = body[name];
    if (value === undefined) return undefined;
    if (typeof value !== "string" || value === "") throw controlRefusal(`${name} must be a text`);
    return value;
  };
  const optional = <T>(name: string, value: T | undefined): Record<string, T> =>
    value === undefined ? {} : { [name]: value };
  const displayName = text("displayName");
  if (displayName === undefined) throw controlRefusal("an environment needs `displayName`");
  const names = ["domainName", "location", "azureRegion", "sku", "createdTime", "securityGroupId"] as const;
  const environment = seedEnvironment(world, {
    displayName,
    ...Object.assign({}, ...names.map((name) => optional(name, text(name)))),
    ...optional("description", text("description")),
    ...optional("currencyCode", text("currencyCode")),
    ...(typeof body["baseLanguage"] === "number" ? { baseLanguage: body["baseLanguage"] } : {}),
    ...(body["dataverse"] === false ? { dataverse: false } : {}),
    ...(body["managed"] === true ? { managed: true } : {}),
  });
  return {
    environmentId: environment.id,
    organizationId: environment.database?.organizationId ?? null,
    instanceUrl: environment.database?.instanceUrl ?? null,
    domainName: environment.database?.domainName ?? null,
  };
}

/**
 * The environment group that `$filter` asks for, the one recorded filter of this list (services/environment_groups of
 * microsoft/terraform-provider-power-platform); undefined without a filter, 501 for any other.
 */
function groupFilter(filter: string | null): string | undefined {
  if (filter === null) return undefined;
  const id = /^\s*properties\/parentEnvironmentGroup\/id\s+eq\s+'?([0-9a-f-]+)'?\s*$/i.exec(filter)?.[1];
  if (id === undefined) throw bapNotSimulated(`the filter '${filter}' on environments`);
  return id.toLowerCase();
}

/** Environments a member of the tenant sees without administering it: the default one, and those they created. */
function visibleTo(world: World, request: SandboxRequest): EnvironmentRecord[] {
  const { administrator } = requireTenantMember(request, world);
  const caller = callerOf(request);
  const state = bapState(world);
  return Object.values(state.environments).filter(
    (environment) =>
      administrator ||
      environment.isDefault ||
      environment.createdBy.objectId === caller.objectId ||
      state.environmentRoleAssignments.some(
        (assignment) =>
          assignment.environmentId === environment.id && assignment.principalId === caller.objectId,
      ),
  );
}

/** Reading environments and their operations. */
export const ENVIRONMENT_ROUTES: readonly Route[] = [
  // A path that ends in the slash of an empty id answers with the list as well
  // (microsoft/terraform-provider-power-platform issue 1199).
  route("GET", ADMIN, (request, world) => {
    requireBapAdministrator(request, world);
    const expand = request.query.get("$expand") ?? "";
    const rows = Object.values(bapState(world).environments);
    const wanted = groupFilter(request.query.get("$filter"));
    const chosen = wanted === undefined ? rows : rows.filter((row) => row.environmentGroupId === wanted);
    return {
      status: 200,
      body: { value: chosen.map((row) => environmentBody(world, row, "admin", expand)) },
    };
  }),
  route("GET", `${ADMIN}/{environment}`, (request, world) => {
    requireBapAdministrator(request, world);
    const expand = request.query.get("$expand") ?? "";
    return { status: 200, body: environmentBody(world, environmentOf(request, world), "admin", expand) };
  }),
  route("GET", `${PROVIDER}/environments`, (request, world) => {
    const expand = request.query.get("$expand") ?? "";
    const rows = visibleTo(world, request);
    return {
      status: 200,
      body: { value: rows.map((row) => environmentBody(world, row, "member", expand)) },
    };
  }),
  route("GET", `${PROVIDER}/environments/{environment}`, (request, world) => {
    const rows = visibleTo(world, request);
    const environment = environmentOf(request, world);
    if (!rows.includes(environment)) throw environmentNotFound(environment.id);
    const expand = request.query.get("$expand") ?? "";
    return { status: 200, body: environmentBody(world, environment, "member", expand) };
  }),
  route("GET", `${PROVIDER}/lifecycleOperations`, (request, world) => {
    requireBapAdministrator(request, world);
    const filter = request.query.get("$filter") ?? "";
    const id = /^\s*environment\s+eq\s+'([^']*)'\s*$/i.exec(filter)?.[1]?.toLowerCase();
    // Only this filter is known (d365collaborative/d365bap.tools, Get-BapEnvironmentOperation).
    if (id === undefined) throw bapNotSimulated(`the filter '${filter}' on lifecycle operations`);
    const rows = Object.values(bapState(world).operations)
      .filter((operation) => operation.environmentId.toLowerCase() === id)
      .sort((a, b) => b.startedAt - a.startedAt);
    return { status: 200, body: { value: rows.map(operationBody) } };
  }),
  route("GET", `${PROVIDER}/lifecycleOperations/{operation}`, (request, world) => {
    requireBapAdministrator(request, world);
    const operation = findOperation(world, request.params["operation"] ?? "");
    if (operation.type !== "Provision") return { status: 200, body: operationBody(operation) };
    // Adding Dataverse is polled on an environment, not on an operation (services/environment,
    // fixture Validate_Create_Environment_And_Dataverse).
    const environment = bapState(world).environments[operation.environmentId];
    if (environment === undefined) throw environmentNotFound(operation.environmentId);
    const running = operation.state === "Running";
    return {
      status: running ? 202 : 200,
      ...(running ? { headers: { "Retry-After": "5" } } : {}),
      body: environmentBody(world, environment, "service"),
    };
  }),
];
