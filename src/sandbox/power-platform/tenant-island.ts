import { TENANT } from "../seed.ts";

/**
 * Host of one tenant or environment: its GUID without dashes, a dot before the last two digits
 * (internal/helpers/uri.go of microsoft/terraform-provider-power-platform).
 */
export function islandHost(id: string, kind: "tenant" | "environment"): string {
  const digits = id.replaceAll("-", "").toLowerCase();
  return `${digits.slice(0, -2)}.${digits.slice(-2)}.${kind}.api.powerplatform.com`;
}

export const TENANT_ISLAND = islandHost(TENANT.id, "tenant");
