import type { Route } from "../routes.ts";
import type { World } from "../world.ts";
import { armState, type Subscription } from "./arm-state.ts";
import { seesSubscription } from "./authorization.ts";
import { type ArmCall, armRoute, requireSubscription } from "./pipeline.ts";
import { REGIONS } from "./regions.ts";

function present(subscription: Subscription): object {
  return {
    id: `/subscriptions/${subscription.subscriptionId}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionId: subscription.subscriptionId,
    tenantId: subscription.tenantId,
    displayName: subscription.displayName,
    state: subscription.state,
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

function visible(world: World, call: ArmCall): Subscription[] {
  return Object.values(armState(world).subscriptions).filter(
    (subscription) =>
      subscription.tenantId === call.caller.tenantId &&
      seesSubscription(world, call.caller, subscription.subscriptionId),
  );
}

const TYPE = "Microsoft.Resources/subscriptions";

/** Subscriptions and their regions (Azure/azure-rest-api-specs: Microsoft.Resources/stable/2022-12-01/subscriptions.json). */
export const SUBSCRIPTION_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: "/subscriptions",
    type: TYPE,
    handle: (call) => {
      const value = visible(call.world, call).map(present);
      return { status: 200, body: { value } };
    },
  }),
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}",
    type: TYPE,
    action: "Microsoft.Resources/subscriptions/read",
    handle: (call) => ({
      status: 200,
      body: present(requireSubscription(call.world, call.caller, call.param("subscription"))),
    }),
  }),
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}/locations",
    type: TYPE,
    action: "Microsoft.Resources/subscriptions/locations/read",
    at: (call) => `/subscriptions/${call.param("subscription")}`,
    handle: (call) => ({
      status: 200,
      body: {
        value: REGIONS.map((region) => ({
          id: `/subscriptions/${call.param("subscription")}/locations/${region.name}`,
          name: region.name,
          type: "Region",
          displayName: region.displayName,
          regionalDisplayName: `(${region.geographyGroup}) ${region.displayName}`,
          metadata: {
            regionType: "Physical",
            regionCategory: "Recommended",
            // Described from this api-version on.
            ...(call.apiVersion < "2022-12-01" ? {} : { geography: region.geography }),
            geographyGroup: region.geographyGroup,
          },
        })),
      },
    }),
  }),
];
