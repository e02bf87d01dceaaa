import { defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import { naming } from "./denied.ts";

interface LicenceNeed {
  readonly title: string;
  /** SKU part numbers and service plan names, each of which brings it. */
  readonly names: readonly string[];
}

/**
 * What the Patient service center needs, by the names Microsoft publishes. Which product brings a plan changes with
 * every price list, so a match of either the product or one of its plans counts.
 * Source: "Product names and service plan identifiers for licensing" (Microsoft Entra).
 */
export const NEEDED_LICENCES: readonly LicenceNeed[] = [
  {
    title: "Dynamics 365 Customer Service Enterprise",
    names: [
      "DYN365_ENTERPRISE_CUSTOMER_SERVICE",
      "DYN365_ENTERPRISE_CUSTOMER_SERVICE_GOV",
      "D365_ENTERPRISE_CUSTOMER_SERVICE_GOV",
      "DYN365_ENTERPRISE_PLAN1",
      "DYN365_CS_ENTERPRISE_VIRAL_TRIAL",
      "Dynamics_365_Customer_Service_Enterprise_admin_trial",
    ],
  },
  {
    title: "Dynamics 365 Customer Service Digital Messaging",
    names: [
      "DYN365_CS_MESSAGING",
      "DYN365_CS_MESSAGING_TPS",
      "DYN365_CS_MESSAGING_GOV",
      "DYN365_CS_MESSAGING_TPS_GOV",
      "DYN365_CS_OC_MESSAGING_VOICE_GOV",
      "DYN365_CS_MESSAGING_VIRAL_TRIAL",
    ],
  },
];

/** A product the tenant has bought ("subscribedSku resource type", Microsoft Graph v1.0). */
export interface SubscribedSku {
  readonly skuId?: string;
  readonly skuPartNumber: string;
  readonly capabilityStatus?: string;
  readonly prepaidUnits?: { readonly enabled?: number; readonly warning?: number };
  readonly servicePlans?: readonly { readonly servicePlanId?: string; readonly servicePlanName?: string }[];
}

/** A SKU counts while it has units; `Warning` is the grace period after it ran out, in which it still works. */
function isUsable({ capabilityStatus, prepaidUnits }: SubscribedSku): boolean {
  const units = (prepaidUnits?.enabled ?? 0) + (prepaidUnits?.warning ?? 0);
  return units > 0 && (capabilityStatus === "Enabled" || capabilityStatus === "Warning");
}

function brings(sku: SubscribedSku, need: LicenceNeed): boolean {
  const names = [sku.skuPartNumber, ...(sku.servicePlans ?? []).map((plan) => plan.servicePlanName ?? "")];
  return names.some((name) => need.names.some((known) => known.toLowerCase() === name.toLowerCase()));
}

/** What somebody was assigned; a product may be assigned with some of its plans switched off. */
export interface AssignedLicence {
  readonly skuId: string;
  readonly disabledPlans?: readonly string[];
}

/** Titles of the needed licences that none of the assigned ones brings. */
export function lacking(
  assigned: readonly AssignedLicence[],
  skus: readonly SubscribedSku[],
): readonly string[] {
  const usable = assigned.flatMap(({ skuId, disabledPlans = [] }): SubscribedSku[] => {
    const sku = skus.find((candidate) => candidate.skuId === skuId);
    if (sku === undefined) return [];
    const { servicePlans = [], skuPartNumber } = sku;
    const on = servicePlans.filter(({ servicePlanId = "" }) => !disabledPlans.includes(servicePlanId));
    // The product's own name says nothing any more once one of its plans is off.
    return [{ skuPartNumber: on.length === servicePlans.length ? skuPartNumber : "", servicePlans: on }];
  });
  return NEEDED_LICENCES.filter((need) => !usable.some((sku) => brings(sku, need))).map(({ title }) => title);
}

/** The tenant owns the licences; whether the agents hold them is the tenant's own affair. */
export const licences = defineKind<Record<never, never>, { readonly skus: readonly string[] }>({
  kind: "entra.licences",
  summary: "the tenant owns Customer Service Enterprise and Digital Messaging licences",
  step: 0,
  api: "Microsoft Graph subscribedSkus",
  persona: "Global Administrator",
  permissions: { read: ["LicenseAssignment.Read.All"], write: [] },
  sources: [
    "Microsoft Graph v1.0: List subscribedSkus",
    "Product names and service plan identifiers for licensing (Microsoft Entra)",
    "microsoft/industry:healthcare/prereqs.md",
  ],
  nature: "check",
  label: () => "licences",
  async read(_props, context) {
    const skus = await naming(
      { permission: "LicenseAssignment.Read.All", persona: "Global Administrator" },
      () => context.services.graph.list<SubscribedSku>("/subscribedSkus"),
    );
    const usable = skus.filter(isUsable);
    const missing = NEEDED_LICENCES.filter((need) => !usable.some((sku) => brings(sku, need)));
    if (missing.length > 0) {
      const owned = skus.map(
        (sku) => `${sku.skuPartNumber}${isUsable(sku) ? "" : ` (${sku.capabilityStatus ?? "no units"})`}`,
      );
      throw new PscError({
        code: "PSC-E322",
        message: `the tenant has no usable licence for ${missing.map(({ title }) => title).join(" and ")}`,
        remedy: `buy or activate ${missing.map(({ names }) => names[0]).join(" and ")}; found: ${owned.length === 0 ? "no licences at all" : owned.join(", ")}`,
        persona: "Global Administrator",
      });
    }
    const names = usable.map(({ skuPartNumber }) => skuPartNumber);
    return { status: "present", id: names.join(", "), fields: {}, data: { skus: names } };
  },
});

export function licencesResources(): Resource[] {
  return [licences.resource({ props: {}, dependsOn: [] })];
}
