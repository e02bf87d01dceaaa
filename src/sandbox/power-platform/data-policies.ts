import type { JsonObject, SandboxRequest } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { callerOf, requireBapAdministrator } from "./administrators.ts";
import { bapBody, bapRefusal, objectMember, textMember } from "./power-platform-errors.ts";
import { bapState, type DataPolicyRecord, ticks } from "./power-platform-state.ts";

const POLICIES = "/providers/PowerPlatform.Governance/v2/policies";

const GROUPS = ["Confidential", "General", "Blocked"];
const ENVIRONMENT_TYPES = ["AllEnvironments", "OnlyEnvironments", "ExceptEnvironments"];

/** The policies; a sandbox kept since before it knew them has none. */
function dataPolicies(world: World): Record<string, DataPolicyRecord> {
  const state = bapState(world);
  state.dataPolicies ??= {};
  return state.dataPolicies;
}

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []);

/** Assumption: the shape of these refusals is BAP's, code and texts are the sandbox's. */
const badRequest = (message: string): Error => bapRefusal(400, "BadRequest", message);

function oneOf(known: readonly string[], definition: JsonObject, member: string): string {
  const value = textMember(definition, member) ?? "";
  if (!known.includes(value)) throw badRequest(`The value '${value}' of '${member}' is not valid.`);
  return value;
}

/** Every group is there, named or not, and no connector in two of them. */
function connectorGroupsOf(definition: JsonObject): JsonObject[] {
  const given = objects(definition["connectorGroups"]);
  const seen = new Set<string>();
  for (const group of given) {
    oneOf(GROUPS, group, "classification");
    for (const connector of objects(group["connectors"])) {
      const id = String(connector["id"]).toLowerCase();
      if (seen.has(id)) throw badRequest(`The connector '${id}' is in more than one group.`);
      seen.add(id);
    }
  }
  return GROUPS.map((classification) => ({
    classification,
    connectors: given
      .filter((group) => group["classification"] === classification)
      .flatMap((group) => objects(group["connectors"])),
  }));
}

function written(
  request: SandboxRequest,
  world: World,
): Omit<DataPolicyRecord, "id" | "createdBy" | "createdTime"> {
  const body = bapBody(request);
  const definition = objectMember(body, "policyDefinition") ?? {};
  const displayName = textMember(definition, "displayName");
  if (displayName === undefined) throw badRequest("The policy has no display name.");
  const environmentType = oneOf(ENVIRONMENT_TYPES, definition, "environmentType");
  return {
    displayName,
    defaultGroup: oneOf(GROUPS, definition, "defaultConnectorsClassification"),
    connectorGroups: connectorGroupsOf(definition),
    environmentType,
    // The recordings of a policy for all environments name none.
    environments: environmentType === "AllEnvironments" ? [] : objects(definition["environments"]),
    connectorConfigurations: objectMember(body, "connectorConfigurationsDefinition") ?? null,
    urlPatterns: objectMember(body, "customConnectorUrlPatternsDefinition") ?? { rules: [] },
    lastModifiedBy: callerOf(request).name,
    lastModifiedTime: world.now(),
    etag: world.newId(),
  };
}

function definitionBody(policy: DataPolicyRecord, withConnectors: boolean): object {
  return {
    name: policy.id,
    displayName: policy.displayName,
    defaultConnectorsClassification: policy.defaultGroup,
    ...(withConnectors ? { connectorGroups: policy.connectorGroups } : {}),
    environmentType: policy.environmentType,
    environments: policy.environments,
    createdBy: { displayName: policy.createdBy },
    createdTime: ticks(policy.createdTime),
    lastModifiedBy: { displayName: policy.lastModifiedBy },
    lastModifiedTime: ticks(policy.lastModifiedTime),
    etag: policy.etag,
    isLegacySchemaVersion: false,
  };
}

function policyBody(policy: DataPolicyRecord): object {
  return {
    policyDefinition: definitionBody(policy, true),
    ...(policy.connectorConfigurations === null
      ? {}
      : { connectorConfigurationsDefinition: policy.connectorConfigurations }),
    customConnectorUrlPatternsDefinition: policy.urlPatterns,
  };
}

/** Assumption: what an unknown policy is answered with is not published beyond the 404. */
function policyOf(request: RoutedRequest, world: World): DataPolicyRecord {
  const id = (request.params["policy"] ?? "").toLowerCase();
  const policy = dataPolicies(world)[id];
  if (policy === undefined)
    throw bapRefusal(404, "PolicyNotFound", `The policy '${id}' could not be found in the tenant.`);
  return policy;
}

/**
 * What a person does under Security > Data and privacy > Data policy: gives one environment a policy of its own with
 * these connectors in the group Business. Policies that block or split them there are taken off the environment.
 */
export function setDataPolicy(
  world: World,
  wanted: {
    readonly environmentId: string;
    readonly displayName: string;
    readonly connectors: readonly string[];
  },
): void {
  const at = {
    id: `/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/${wanted.environmentId}`,
    name: wanted.environmentId,
    type: "Microsoft.BusinessAppPlatform/scopes/environments",
  };
  const policies = dataPolicies(world);
  for (const policy of Object.values(policies)) {
    const others = policy.environments.filter((one) => one["name"] !== wanted.environmentId);
    if (policy.environmentType === "AllEnvironments") policy.environmentType = "ExceptEnvironments";
    policy.environments = policy.environmentType === "ExceptEnvironments" ? [...others, at] : others;
  }
  const id = world.newId();
  policies[id] = {
    id,
    displayName: wanted.displayName,
    defaultGroup: "General",
    connectorGroups: GROUPS.map((classification) => ({
      classification,
      connectors: (classification === "Confidential" ? wanted.connectors : []).map((name) => ({
        id: `/providers/Microsoft.PowerApps/apis/${name}`,
        name,
        type: "Microsoft.PowerApps/apis",
      })),
    })),
    environmentType: "OnlyEnvironments",
    environments: [at],
    connectorConfigurations: null,
    urlPatterns: { rules: [{ order: 1, customConnectorRuleClassification: "Ignore", pattern: "*" }] },
    createdBy: "admin",
    createdTime: world.now(),
    lastModifiedBy: "admin",
    lastModifiedTime: world.now(),
    etag: world.newId(),
  };
}

/**
 * Data policies (services/dlp_policy of microsoft/terraform-provider-power-platform). The version is part of the path,
 * an `api-version` is not asked for. The list leaves the connectors out.
 */
export const DATA_POLICY_ROUTES: readonly Route[] = [
  route("GET", POLICIES, (request, world) => {
    requireBapAdministrator(request, world);
    const value = Object.values(dataPolicies(world)).map((policy) => ({
      policyDefinition: definitionBody(policy, false),
    }));
    return { status: 200, body: { value } };
  }),
  route("POST", POLICIES, (request, world) => {
    requireBapAdministrator(request, world);
    const id = world.newId();
    const facts = written(request, world);
    const policy = { ...facts, id, createdBy: facts.lastModifiedBy, createdTime: world.now() };
    dataPolicies(world)[id] = policy;
    return { status: 201, body: policyBody(policy) };
  }),
  route("GET", `${POLICIES}/{policy}`, (request, world) => {
    requireBapAdministrator(request, world);
    return { status: 200, body: policyBody(policyOf(request, world)) };
  }),
  route("PATCH", `${POLICIES}/{policy}`, (request, world) => {
    requireBapAdministrator(request, world);
    const policy = Object.assign(policyOf(request, world), written(request, world));
    return { status: 200, body: policyBody(policy) };
  }),
  route("DELETE", `${POLICIES}/{policy}`, (request, world) => {
    requireBapAdministrator(request, world);
    delete dataPolicies(world)[policyOf(request, world).id];
    return { status: 200 };
  }),
];
