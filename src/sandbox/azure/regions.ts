/** One Azure region as `GET /subscriptions/{id}/locations` describes it (Azure/azure-rest-api-specs: Microsoft.Resources 2022-12-01 subscriptions.json). */
export interface Region {
  readonly name: string;
  readonly displayName: string;
  readonly geography: string;
  readonly geographyGroup: string;
  /** Where Microsoft.HealthBot can be created. */
  readonly healthBot: boolean;
}

function region(
  name: string,
  displayName: string,
  geography: string,
  geographyGroup: string,
  healthBot = false,
): Region {
  return { name, displayName, geography, geographyGroup, healthBot };
}

/**
 * The regions of the sandbox. Those marked for Health Bot are the management hosts listed in
 * microsoft/HealthBotCodeSnippets:HealthAgentAPI/README.md (2023), without the early-access region; Microsoft
 * publishes no list of the resource provider's own.
 */
export const REGIONS: readonly Region[] = [
  region("eastus", "East US", "United States", "US", true),
  region("eastus2", "East US 2", "United States", "US", true),
  region("southcentralus", "South Central US", "United States", "US", true),
  region("westcentralus", "West Central US", "United States", "US", true),
  region("westus2", "West US 2", "United States", "US", true),
  region("centralus", "Central US", "United States", "US"),
  region("northcentralus", "North Central US", "United States", "US"),
  region("westus", "West US", "United States", "US"),
  region("westus3", "West US 3", "United States", "US"),
  region("canadacentral", "Canada Central", "Canada", "Canada"),
  region("northeurope", "North Europe", "Europe", "Europe", true),
  region("westeurope", "West Europe", "Europe", "Europe", true),
  region("uksouth", "UK South", "United Kingdom", "Europe", true),
  region("francecentral", "France Central", "France", "Europe"),
  region("germanywestcentral", "Germany West Central", "Germany", "Europe"),
  region("swedencentral", "Sweden Central", "Sweden", "Europe"),
  region("switzerlandnorth", "Switzerland North", "Switzerland", "Europe"),
  region("australiaeast", "Australia East", "Australia", "Asia Pacific", true),
  region("centralindia", "Central India", "India", "Asia Pacific", true),
  region("southeastasia", "Southeast Asia", "Asia Pacific", "Asia Pacific", true),
];

/** `East US` and `eastus` name the same region. */
export function normalizeLocation(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}

export function findRegion(location: string): Region | undefined {
  const name = normalizeLocation(location);
  return REGIONS.find((candidate) => candidate.name === name);
}
