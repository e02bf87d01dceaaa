import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { tenant } from "../entra/tenant.ts";
import { account } from "../health-bot/account.ts";
import { applicationInsights } from "./application-insights.ts";
import { logAnalyticsWorkspace } from "./log-analytics-workspace.ts";
import { subscriptionId } from "./resource-ids.ts";

export const PROVIDERS = [
  "Microsoft.HealthBot",
  "Microsoft.Insights",
  "Microsoft.OperationalInsights",
] as const;
export type ProviderNamespace = (typeof PROVIDERS)[number];

export interface ProviderProps {
  readonly subscription: string;
  readonly namespace: ProviderNamespace;
}

export interface ProviderData {
  readonly namespace: string;
}

interface Provider {
  readonly id?: string;
  readonly registrationState: string;
}

/** Registration takes minutes; hashicorp/terraform-provider-azurerm allows two hours. */
const REGISTERED_WITHIN_MS = 2 * 3_600_000;
const LOOK_EVERY_MS = 15_000;

function idOf({ subscription, namespace }: ProviderProps): string {
  return `${subscription}/providers/${namespace}`;
}

/** What psc makes with each provider. Azure refuses to unregister a provider that is in use. */
function inUse({ namespace }: ProviderProps, context: Context): boolean {
  const made: Readonly<Record<ProviderNamespace, () => unknown>> = {
    "Microsoft.HealthBot": () => account.data(context),
    "Microsoft.Insights": () => applicationInsights.data(context),
    "Microsoft.OperationalInsights": () => logAnalyticsWorkspace.data(context),
  };
  return made[namespace]() !== undefined;
}

async function stateOf(props: ProviderProps, context: Context): Promise<string> {
  const provider = await context.services.arm.get<Provider>(idOf(props));
  return provider?.registrationState.toLowerCase() ?? "notregistered";
}

async function untilRegistered(props: ProviderProps, context: Context): Promise<undefined> {
  return context.wait<undefined>(
    `registration of ${props.namespace}`,
    { everyMs: LOOK_EVERY_MS, atMostMs: REGISTERED_WITHIN_MS },
    async () =>
      (await stateOf(props, context)) === "registered"
        ? { done: true, value: undefined }
        : { done: false, note: `${props.namespace} is registering` },
  );
}

/** A resource provider has to be registered once per subscription before its first resource can be made. */
export const resourceProvider = defineKind<ProviderProps, ProviderData>({
  kind: "azure.resource-provider",
  summary: "a resource provider registered in the subscription",
  step: 0,
  api: "Azure Resource Manager providers",
  persona: "Subscription Contributor",
  permissions: {
    read: ["Microsoft.Resources/subscriptions/providers/read"],
    write: PROVIDERS.map((namespace) => `${namespace}/register/action`),
  },
  sources: [
    "Azure REST: Providers - Register; Providers - Get",
    "hashicorp/terraform-provider-azurerm:internal/resourceproviders/registration.go (states)",
  ],
  nature: "managed",
  staysBecause: "other things in the subscription may use the provider",
  usualMinutes: 2,
  label: ({ namespace }) => `resource provider ${namespace}`,
  async read(props, context) {
    const state = inUse(props, context) ? "registered" : await stateOf(props, context);
    if (state === "registered")
      return {
        status: "present",
        id: idOf(props),
        fields: {},
        data: { namespace: props.namespace },
      };
    if (state === "registering" || state === "unregistering")
      return { status: "in-progress", what: `${props.namespace} is ${state}` };
    return { status: "absent", reason: "it is not registered" };
  },
  async create(props, context) {
    // Registering what is registered already changes nothing, so a lost answer may be asked for again.
    await context.services.arm.send("POST", `${idOf(props)}/register`, { repeatable: true });
    return untilRegistered(props, context);
  },
});

export function resourceProviderResources(spec: EnvironmentSpec): Resource[] {
  return PROVIDERS.map((namespace) =>
    resourceProvider.resource({
      name: namespace,
      props: { subscription: subscriptionId(spec), namespace },
      dependsOn: [tenant.address()],
    }),
  );
}
