/**
 * What a call costs in resource units, as the answers of identity and access calls tell it in `x-ms-resource-unit`
 * ("Microsoft Graph service-specific throttling limits", Identity and access service limits).
 */

/** Base costs that differ from 1, by method and path below the version. */
const COSTS: readonly (readonly [method: string, path: RegExp, units: number])[] = [
  ["GET", /^\/applications\/?$/i, 2],
  ["GET", /^\/oauth2PermissionGrants\/?$/i, 2],
  ["GET", /^\/groups\/[^/]+\/members\/?$/i, 3],
  ["GET", /^\/groups\/[^/]+\/transitiveMembers\/?$/i, 5],
  ["GET", /^\/servicePrincipals\/[^/]+\/appRoleAssignments\/?$/i, 2],
  ["GET", /^\/me\/memberOf\/?$/i, 2],
  ["GET", /^\/subscribedSkus\/?$/i, 3],
];
const SMALL_PAGE = 20;

/** @param path below the version, such as `/groups/{id}/members`. */
export function resourceUnits(method: string, path: string, query: URLSearchParams): number {
  const base = COSTS.find(([verb, pattern]) => verb === method && pattern.test(path))?.[2] ?? 1;
  const top = query.get("$top");
  const saved = (query.has("$select") ? 1 : 0) + (top !== null && Number(top) < SMALL_PAGE ? 1 : 0);
  return Math.max(1, base + (query.has("$expand") ? 1 : 0) - saved);
}
