import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { reaches } from "./authorization.ts";
import { isWithin } from "./scopes.ts";

/** What ARM's authorization lists can be narrowed to. */
export interface ScopeFilter {
  /** At or above the scope only; without it also what lies below. */
  readonly atScope: boolean;
  readonly principalId?: string;
  /** As `principalId`, and through the groups the principal is in. */
  readonly assignedTo?: string;
  /** Role definitions: also those that can be assigned further down only. */
  readonly andBelow?: boolean;
  readonly asTarget: boolean;
  readonly roleDefinitionId?: string;
  readonly roleName?: string;
  readonly type?: string;
}

const FORMS: readonly (readonly [
  RegExp,
  (text: string) => Partial<{ -readonly [K in keyof ScopeFilter]: ScopeFilter[K] }>,
])[] = [
  [/^atScope\(\)$/i, () => ({ atScope: true })],
  [/^atScopeAndBelow\(\)$/i, () => ({ andBelow: true })],
  [/^asTarget\(\)$/i, () => ({ asTarget: true })],
  [/^principalId eq '?([^']+?)'?$/i, (principalId) => ({ principalId })],
  [/^assignedTo\('([^']+)'\)$/i, (assignedTo) => ({ assignedTo })],
  [/^roleDefinitionId eq '([^']+)'$/i, (roleDefinitionId) => ({ roleDefinitionId })],
  [/^roleName eq '(.+)'$/i, (roleName) => ({ roleName: roleName.replaceAll("''", "'") })],
  [/^type eq '([^']+)'$/i, (type) => ({ type })],
];

/** Reads `$filter`; forms may be joined by `and` and stand in parentheses. Anything else is answered with 400. */
export function parseScopeFilter(filter: string | null): ScopeFilter {
  const parsed: Partial<ScopeFilter> = {};
  if (filter === null || filter.trim() === "") return { atScope: false, asTarget: false };
  for (const raw of filter.split(/\s+and\s+/i)) {
    const form = raw
      .trim()
      .replace(/^\((.*)\)$/, "$1")
      .trim();
    const known = FORMS.find(([pattern]) => pattern.test(form));
    if (known === undefined)
      return refuseArm(400, "InvalidFilter", `The filter '${filter}' is not supported.`);
    Object.assign(parsed, known[1](known[0].exec(form)?.[1] ?? ""));
  }
  return { atScope: false, asTarget: false, ...parsed };
}

/** What a filter looks at. */
export interface Scoped {
  readonly scope: string;
  readonly principalId: string;
  readonly roleDefinitionId: string;
}

function lastSegment(id: string): string {
  return id.split("/").at(-1)?.toLowerCase() ?? "";
}

/** True when the list at `scope` shows the row. */
export function matchesScopeFilter(
  world: World,
  row: Scoped,
  scope: string,
  filter: ScopeFilter,
  callerId: string,
): boolean {
  const above = isWithin(scope, row.scope);
  if (!above && (filter.atScope || !isWithin(row.scope, scope))) return false;
  if (filter.principalId !== undefined && row.principalId.toLowerCase() !== filter.principalId.toLowerCase())
    return false;
  if (filter.assignedTo !== undefined && !reaches(world, row.principalId, filter.assignedTo)) return false;
  if (filter.asTarget && !reaches(world, row.principalId, callerId)) return false;
  return (
    filter.roleDefinitionId === undefined ||
    lastSegment(row.roleDefinitionId) === lastSegment(filter.roleDefinitionId)
  );
}
