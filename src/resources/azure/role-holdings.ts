import type { Context } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";

/** An Azure role that somebody holds or may activate. */
export interface RoleHolding {
  readonly properties: {
    readonly assignmentType?: string;
    readonly endDateTime?: string | null;
    readonly roleDefinitionId: string;
    readonly principalId: string;
    readonly principalType?: string;
    readonly scope?: string;
    readonly expandedProperties?: {
      readonly principal?: {
        readonly displayName?: string | null;
        readonly email?: string | null;
        readonly type?: string;
      };
      readonly scope?: { readonly displayName?: string | null; readonly type?: string };
    };
  };
}

const AT_SCOPE = { $filter: "atScope()" };

const providerOf = (scope: string): string => `${scope}/providers/Microsoft.Authorization`;

/**
 * Roles that are held now at a scope, given there or above: assigned, and activated.
 * Source: Azure REST, Role Assignment Schedule Instances - List For Scope (2020-10-01).
 * @throws ServiceError 400 where the tenant has no licence for Privileged Identity Management.
 */
export function activeRoles(scope: string, { services }: Context): Promise<readonly RoleHolding[]> {
  return services.arm.list<RoleHolding>(`${providerOf(scope)}/roleAssignmentScheduleInstances`, AT_SCOPE);
}

export interface RoleHoldings {
  /** Without those that are only activated: an activation is what an eligibility is for, and ends by itself. */
  readonly assigned: readonly RoleHolding[];
  readonly eligible: readonly RoleHolding[];
}

/**
 * Who holds which role at a scope and who may activate one. Assumption: a tenant without the licence for Privileged
 * Identity Management answers 400 (`AadPremiumLicenseRequired`); nothing is activated there, every assignment stands.
 * Sources: Azure REST, Role Eligibility Schedules - List For Scope (2020-10-01); Role Assignments - List For Scope
 * (2022-04-01).
 */
export async function roleHoldings(scope: string, context: Context): Promise<RoleHoldings> {
  const { arm } = context.services;
  try {
    const [active, eligible] = await Promise.all([
      activeRoles(scope, context),
      arm.list<RoleHolding>(`${providerOf(scope)}/roleEligibilitySchedules`, AT_SCOPE),
    ]);
    const assigned = active.filter(({ properties }) => properties.assignmentType !== "Activated");
    return { assigned, eligible };
  } catch (error) {
    if (!isServiceError(error, 400)) throw error;
    return {
      assigned: await arm.list<RoleHolding>(`${providerOf(scope)}/roleAssignments`, AT_SCOPE),
      eligible: [],
    };
  }
}

/** For good: what has no end. */
export function isStanding({ properties }: RoleHolding): boolean {
  return properties.assignmentType !== "Activated" && (properties.endDateTime ?? null) === null;
}
