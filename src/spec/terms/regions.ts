import type { CloudName } from "../../cloud.ts";

/**
 * Power Platform locations of the public cloud and the Azure location psc puts the bot's resources in by default:
 * the nearest one in which the Health Bot was seen.
 * Sources: microsoft/terraform-provider-power-platform:internal/services/locations (recorded list; italy and poland from
 * its list of the EU data boundary); management hosts in the Health Bot container samples for the Azure locations.
 */
const PUBLIC_REGIONS: Readonly<Record<string, string>> = {
  unitedstates: "eastus",
  unitedstatesfirstrelease: "eastus",
  europe: "westeurope",
  asia: "southeastasia",
  australia: "australiaeast",
  india: "centralindia",
  japan: "southeastasia",
  canada: "eastus",
  unitedkingdom: "uksouth",
  southamerica: "eastus",
  france: "westeurope",
  unitedarabemirates: "centralindia",
  germany: "westeurope",
  switzerland: "westeurope",
  norway: "northeurope",
  korea: "southeastasia",
  sweden: "northeurope",
  southafrica: "westeurope",
  italy: "westeurope",
  poland: "westeurope",
};

export const REGION_NAMES: readonly string[] = Object.keys(PUBLIC_REGIONS);

export const HEALTH_BOT_LOCATIONS: readonly string[] = [
  "eastus",
  "westeurope",
  "australiaeast",
  "centralindia",
  "eastus2",
  "northeurope",
  "southcentralus",
  "southeastasia",
  "uksouth",
  "westcentralus",
  "westus2",
];

/** Azure location that goes with a region when the spec names none. */
export function defaultLocation(cloud: CloudName, region: string): string {
  switch (cloud) {
    case "public":
    case "gcc":
      return PUBLIC_REGIONS[region] ?? "eastus";
    case "gcchigh":
      return "usgovvirginia";
    case "dod":
      return "usdodcentral";
    case "china":
      return "chinanorth3";
  }
}

type AzureCloud = "public" | "usgov" | "usdod" | "china";

function azureCloudOfLocation(location: string): AzureCloud {
  if (location.startsWith("usgov")) return "usgov";
  if (location.startsWith("usdod")) return "usdod";
  if (location.startsWith("china")) return "china";
  return "public";
}

/** True when ARM of the cloud can hold resources in the location. GCC tenants use the public Azure. */
export function locationFitsCloud(cloud: CloudName, location: string): boolean {
  const home = azureCloudOfLocation(location);
  switch (cloud) {
    case "public":
    case "gcc":
      return home === "public";
    case "gcchigh":
      return home === "usgov";
    case "dod":
      return home === "usgov" || home === "usdod";
    case "china":
      return home === "china";
  }
}
