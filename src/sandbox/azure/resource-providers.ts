import type { SandboxResponse } from "../exchange.ts";
import type { Route } from "../routes.ts";
import { API_VERSIONS, type VersionedType } from "./api-versions.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState } from "./arm-state.ts";
import { type ArmCall, armRoute } from "./pipeline.ts";
import { REGIONS } from "./regions.ts";
import { registrationState } from "./registration.ts";

interface Provider {
  readonly namespace: string;
  /** Registered for every subscription and impossible to unregister. */
  readonly free: boolean;
  readonly types: readonly {
    readonly name: string;
    readonly versions: VersionedType;
    readonly regional: boolean;
  }[];
}

const PROVIDERS: readonly Provider[] = [
  {
    namespace: "Microsoft.Authorization",
    free: true,
    types: [
      { name: "roleDefinitions", versions: "Microsoft.Authorization/roleDefinitions", regional: false },
      { name: "roleAssignments", versions: "Microsoft.Authorization/roleAssignments", regional: false },
      { name: "permissions", versions: "Microsoft.Authorization/permissions", regional: false },
      {
        name: "roleEligibilityScheduleRequests",
        versions: "Microsoft.Authorization/roleManagement",
        regional: false,
      },
      {
        name: "roleAssignmentScheduleRequests",
        versions: "Microsoft.Authorization/roleManagement",
        regional: false,
      },
      {
        name: "roleManagementPolicies",
        versions: "Microsoft.Authorization/roleManagement",
        regional: false,
      },
      { name: "policyAssignments", versions: "Microsoft.Authorization/policyAssignments", regional: false },
      { name: "locks", versions: "Microsoft.Authorization/locks", regional: false },
    ],
  },
  {
    namespace: "Microsoft.Resources",
    free: true,
    types: [
      { name: "subscriptions", versions: "Microsoft.Resources/subscriptions", regional: false },
      { name: "resourceGroups", versions: "Microsoft.Resources/resourceGroups", regional: false },
      { name: "providers", versions: "Microsoft.Resources/providers", regional: false },
    ],
  },
  {
    namespace: "Microsoft.HealthBot",
    free: false,
    types: [{ name: "healthBots", versions: "Microsoft.HealthBot/healthBots", regional: true }],
  },
  {
    namespace: "Microsoft.Insights",
    free: false,
    types: [
      { name: "components", versions: "Microsoft.Insights/components", regional: true },
      { name: "activityLogAlerts", versions: "Microsoft.Insights/activityLogAlerts", regional: false },
      { name: "actionGroups", versions: "Microsoft.Insights/actionGroups", regional: false },
      { name: "diagnosticSettings", versions: "Microsoft.Insights/diagnosticSettings", regional: false },
    ],
  },
  {
    namespace: "Microsoft.OperationalInsights",
    free: false,
    types: [{ name: "workspaces", versions: "Microsoft.OperationalInsights/workspaces", regional: true }],
  },
];

export function knownNamespace(namespace: string): string | undefined {
  return PROVIDERS.find((provider) => provider.namespace.toLowerCase() === namespace.toLowerCase())
    ?.namespace;
}

function requireProvider(namespace: string): Provider {
  const found = PROVIDERS.find((provider) => provider.namespace.toLowerCase() === namespace.toLowerCase());
  if (found === undefined)
    return refuseArm(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`, {
      gateway: true,
    });
  return found;
}

function present({ world, apiVersion }: ArmCall, subscriptionId: string, provider: Provider): object {
  return {
    id: `/subscriptions/${subscriptionId}/providers/${provider.namespace}`,
    namespace: provider.namespace,
    resourceTypes: provider.types.map((type) => ({
      resourceType: type.name,
      locations: type.regional
        ? REGIONS.filter((region) => provider.namespace !== "Microsoft.HealthBot" || region.healthBot).map(
            (region) => region.displayName,
          )
        : [],
      apiVersions: API_VERSIONS[type.versions],
      capabilities: type.regional ? "SupportsTags, SupportsLocation" : "None",
    })),
    registrationState: provider.free
      ? "Registered"
      : registrationState(world, subscriptionId, provider.namespace),
    // Not yet there in the recorded answers of 2016-02-01, there in those of 2022-09-01.
    ...(apiVersion < "2021-04-01"
      ? {}
      : { registrationPolicy: provider.free ? "RegistrationFree" : "RegistrationRequired" }),
  };
}

/** Registering what is registered, and unregistering what is not, changes nothing. */
function change(call: ArmCall, wanted: "Registering" | "Unregistering"): SandboxResponse {
  const subscriptionId = call.param("subscription");
  const provider = requireProvider(call.param("namespace"));
  if (!provider.free) {
    const now = registrationState(call.world, subscriptionId, provider.namespace);
    const noChange =
      wanted === "Registering"
        ? ["Registered", "Registering"]
        : ["NotRegistered", "Unregistered", "Unregistering"];
    const subscription = armState(call.world).subscriptions[subscriptionId.toLowerCase()];
    if (subscription !== undefined && !noChange.includes(now))
      subscription.registrations[provider.namespace.toLowerCase()] = {
        state: wanted,
        since: call.world.now(),
      };
  }
  return { status: 200, body: present(call, subscriptionId, provider) };
}

const TYPE = "Microsoft.Resources/providers";
const at = (call: ArmCall): string => `/subscriptions/${call.param("subscription")}`;
const readProvider = "Microsoft.Resources/subscriptions/providers/read";

/** Resource providers of a subscription (Azure/azure-rest-api-specs: Microsoft.Resources/stable/2025-04-01/resources.json). */
export const PROVIDER_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}/providers",
    type: TYPE,
    action: readProvider,
    at,
    handle: (call) => ({
      status: 200,
      body: { value: PROVIDERS.map((provider) => present(call, call.param("subscription"), provider)) },
    }),
  }),
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}/providers/{namespace}",
    type: TYPE,
    action: readProvider,
    at,
    handle: (call) => ({
      status: 200,
      body: present(call, call.param("subscription"), requireProvider(call.param("namespace"))),
    }),
  }),
  armRoute({
    method: "POST",
    template: "/subscriptions/{subscription}/providers/{namespace}/register",
    type: TYPE,
    action: (call) => `${requireProvider(call.param("namespace")).namespace}/register/action`,
    at,
    handle: (call) => change(call, "Registering"),
  }),
  armRoute({
    method: "POST",
    template: "/subscriptions/{subscription}/providers/{namespace}/unregister",
    type: TYPE,
    action: (call) => `${requireProvider(call.param("namespace")).namespace}/unregister/action`,
    at,
    handle: (call) => change(call, "Unregistering"),
  }),
];
