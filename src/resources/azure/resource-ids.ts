import type { EnvironmentSpec } from "../../spec/model.ts";

type Azure = Pick<EnvironmentSpec, "azure">;

/** Resource ids follow from the names in the spec, so that nothing has to be looked up to read a resource. */
export function subscriptionId({ azure }: Azure): string {
  return `/subscriptions/${azure.subscription}`;
}

export function resourceGroupId(spec: Azure): string {
  return `${subscriptionId(spec)}/resourceGroups/${spec.azure.resourceGroup}`;
}

export function workspaceId(spec: Azure): string {
  return `${resourceGroupId(spec)}/providers/Microsoft.OperationalInsights/workspaces/${spec.azure.monitoring.workspace}`;
}

export function applicationInsightsId(spec: Azure): string {
  return `${resourceGroupId(spec)}/providers/Microsoft.Insights/components/${spec.azure.monitoring.applicationInsights}`;
}

export function healthBotId(spec: Pick<EnvironmentSpec, "azure" | "healthBot">): string {
  return `${resourceGroupId(spec)}/providers/Microsoft.HealthBot/healthBots/${spec.healthBot.name}`;
}

/** Azure compares ids and names without regard to case. */
export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** Regions come as `eastus` or as `East US`. */
export function sameLocation(a: string, b: string): boolean {
  const plain = (location: string): string => location.toLowerCase().replaceAll(" ", "");
  return plain(a) === plain(b);
}

/** The observed location in the spelling of the spec, when it is the same one. */
export function asDeclared(observed: string, declared: string): string {
  return sameLocation(observed, declared) ? declared : observed;
}
