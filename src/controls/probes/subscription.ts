import { subscriptionId } from "../../resources/azure/resource-ids.ts";
import { tenant } from "../../resources/entra/tenant.ts";
import { defineProbe } from "../probe.ts";

export type ProviderState = {
  /** In Azure's words, such as `Registered`. */
  readonly state: string;
};

/** The kind of resource takes a bot that is there for a proof; an auditor wants to see the registration. */
export const healthBotProvider = defineProbe<ProviderState>({
  id: "health-bot-provider",
  summary: "registration of Microsoft.HealthBot in the subscription",
  api: "Azure Resource Manager providers",
  persona: "Subscription Contributor",
  permissions: ["Microsoft.Resources/subscriptions/providers/read"],
  sources: ["Azure REST: Providers - Get"],
  dependsOn: () => [tenant.address()],
  async read({ spec, services }) {
    const provider = await services.arm.get<{ readonly registrationState?: string }>(
      `${subscriptionId(spec)}/providers/Microsoft.HealthBot`,
    );
    return { state: provider?.registrationState ?? "unknown to the subscription" };
  },
});
