import { defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { sameLocation, subscriptionId } from "./resource-ids.ts";

export interface LocationProps {
  readonly subscription: string;
  readonly location: string;
}

interface Provider {
  readonly resourceTypes?: readonly {
    readonly resourceType: string;
    readonly locations?: readonly string[];
  }[];
}

/** The Health Bot is offered in some regions only, and a bot cannot be moved afterwards. */
export const location = defineKind<LocationProps, { readonly location: string }>({
  kind: "azure.location",
  summary: "the Azure region of the spec offers the Health Bot",
  step: 0,
  api: "Azure Resource Manager providers",
  persona: "Subscription Owner",
  permissions: { read: ["Microsoft.Resources/subscriptions/providers/read"], write: [] },
  sources: ["Azure REST: Providers - Get (resourceTypes[].locations)"],
  nature: "check",
  onlyForWriting: true,
  label: (props) => `region ${props.location}`,
  async read(props, context) {
    const provider = await context.services.arm.get<Provider>(
      `${props.subscription}/providers/Microsoft.HealthBot`,
    );
    const offered =
      provider?.resourceTypes?.find(({ resourceType }) => resourceType.toLowerCase() === "healthbots")
        ?.locations ?? [];
    // A subscription may hide the list; only a list that is there and lacks the region proves anything.
    if (offered.length > 0 && !offered.some((name) => sameLocation(name, props.location))) {
      throw new PscError({
        code: "PSC-E323",
        message: `region "${props.location}" does not offer Microsoft.HealthBot/healthBots`,
        remedy: `set \`azure.location\` to one of: ${offered.join(", ")}`,
      });
    }
    return {
      status: "present",
      id: props.location,
      fields: {},
      data: { location: props.location },
    };
  },
});

export function locationResources(spec: EnvironmentSpec): Resource[] {
  return [
    location.resource({
      props: { subscription: subscriptionId(spec), location: spec.azure.location },
      dependsOn: [],
    }),
  ];
}
