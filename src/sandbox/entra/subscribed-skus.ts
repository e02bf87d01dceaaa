import type { JsonObject } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import { derivedGuid } from "./first-party-apps.ts";

function sku(skuId: string, skuPartNumber: string, plans: readonly [string, string][]): JsonObject {
  return {
    accountId: TENANT.id,
    accountName: TENANT.displayName,
    appliesTo: "User",
    capabilityStatus: "Enabled",
    consumedUnits: 0,
    id: `${TENANT.id}_${skuId}`,
    skuId,
    skuPartNumber,
    subscriptionIds: [derivedGuid(`subscription ${skuPartNumber}`)],
    prepaidUnits: { enabled: 25, suspended: 0, warning: 0, lockedOut: 0 },
    servicePlans: plans.map(([servicePlanName, servicePlanId]) => ({
      servicePlanId,
      servicePlanName,
      provisioningStatus: "Success",
      appliesTo: "User",
    })),
  };
}

/** Dynamics 365 Customer Service Enterprise. */
export const CUSTOMER_SERVICE_SKU = "DYN365_ENTERPRISE_CUSTOMER_SERVICE";
/** Dynamics 365 Customer Service Digital Messaging add-on. */
export const DIGITAL_MESSAGING_SKU = "DYN365_CS_MESSAGING";
/** Microsoft Cloud for Healthcare add-on. Assumption: its real part number was found in no public source. */
export const HEALTHCARE_SKU = "MICROSOFT_CLOUD_FOR_HEALTHCARE_ADDON";

/**
 * Licences the tenant has bought, in the shape of `subscribedSku` ("List subscribedSkus", Microsoft Graph v1.0). The
 * Customer Service ids are those of "Product names and service plan identifiers for licensing"; the ids of the two
 * add-ons are the sandbox's own.
 */
export function seededSkus(): JsonObject[] {
  return [
    sku("749742bf-0d37-4158-a120-33567104deeb", CUSTOMER_SERVICE_SKU, [
      ["DYN365_ENTERPRISE_CUSTOMER_SERVICE", "99340b49-fb81-4b1e-976b-8f2ae8e9394f"],
    ]),
    sku(derivedGuid(`sku ${DIGITAL_MESSAGING_SKU}`), DIGITAL_MESSAGING_SKU, [
      ["DYN365_CS_MESSAGING", derivedGuid("plan DYN365_CS_MESSAGING")],
    ]),
    sku(derivedGuid(`sku ${HEALTHCARE_SKU}`), HEALTHCARE_SKU, [
      [HEALTHCARE_SKU, derivedGuid(`plan ${HEALTHCARE_SKU}`)],
    ]),
  ];
}
