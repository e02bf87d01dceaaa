import type { Context } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import { keySegment } from "../../services/graph.ts";
import type { GraphPermissionsSpec } from "../../spec/model.ts";
import { naming } from "./denied.ts";

/** Microsoft Graph's own application id, the same in every tenant and cloud. */
export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

export type PermissionType = "application" | "delegated";

export interface GraphPermission {
  readonly type: PermissionType;
  /** In Microsoft Graph's own spelling. */
  readonly name: string;
  readonly id: string;
}

interface GraphServicePrincipal {
  readonly id: string;
  readonly appRoles?: readonly { readonly id: string; readonly value?: string | null }[];
  readonly oauth2PermissionScopes?: readonly { readonly id: string; readonly value?: string | null }[];
}

export interface GraphCatalogue {
  /** Object id of Microsoft Graph's service principal in this tenant. */
  readonly resourceId: string;
  readonly permissions: readonly GraphPermission[];
}

const READ = { permission: "Application.Read.All", persona: "Cloud Application Administrator" };

/** What Microsoft Graph offers in this tenant: ids are asked for, never kept ("servicePrincipal resource type"). */
export async function graphCatalogue(context: Context): Promise<GraphCatalogue> {
  const found = await naming(READ, () =>
    context.services.graph.get<GraphServicePrincipal>(
      `/servicePrincipals${keySegment("appId", GRAPH_APP_ID)}`,
      {
        $select: "id,appRoles,oauth2PermissionScopes",
      },
    ),
  );
  const offered = (
    type: PermissionType,
    list: GraphServicePrincipal["appRoles"],
  ): readonly GraphPermission[] =>
    (list ?? []).flatMap(({ id, value }) => (value ? [{ type, name: value, id }] : []));
  return {
    resourceId: found?.id ?? "",
    permissions: [
      ...offered("application", found?.appRoles),
      ...offered("delegated", found?.oauth2PermissionScopes),
    ],
  };
}

/** `application User.Read.All`. */
export function permissionText({ type, name }: Pick<GraphPermission, "type" | "name">): string {
  return `${type} ${name}`;
}

/**
 * The declared permissions with their ids.
 * @throws PscError PSC-E455 for one that Microsoft Graph does not offer.
 */
export function declaredPermissions(
  declared: GraphPermissionsSpec,
  { permissions }: GraphCatalogue,
): readonly GraphPermission[] {
  return (["application", "delegated"] as const).flatMap((type) =>
    declared[type].map((name) => {
      const same = (one: GraphPermission): boolean => one.name.toLowerCase() === name.toLowerCase();
      const match = permissions.find((one) => one.type === type && same(one));
      if (match !== undefined) return match;
      const other = permissions.find(same);
      throw new PscError({
        code: "PSC-E455",
        message: `Microsoft Graph offers no ${type} permission "${name}"`,
        remedy:
          other === undefined
            ? `correct its name in identity.application.permissions.${type}; see the Microsoft Graph permissions reference`
            : `it is offered as a ${other.type} permission: list it under identity.application.permissions.${other.type}`,
      });
    }),
  );
}

export interface Grants {
  /** What the whole tenant has granted, of Microsoft Graph's permissions. */
  readonly granted: readonly GraphPermission[];
  /** The application permissions among them. */
  readonly assignments: readonly { readonly id: string; readonly appRoleId: string }[];
  /** The delegated ones stand in one grant; undefined when there is none. */
  readonly delegatedGrant: { readonly id: string; readonly scope: string } | undefined;
}

interface AppRoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly resourceId: string;
  readonly resourceDisplayName?: string | null;
}

interface PermissionGrant {
  readonly id: string;
  readonly consentType: string;
  readonly resourceId: string;
  readonly scope?: string | null;
}

export interface EveryGrant {
  readonly roles: readonly AppRoleAssignment[];
  readonly grants: readonly PermissionGrant[];
}

/** Application roles and delegated permissions that a service principal was granted, of whatever API. */
export async function everyGrantOf(servicePrincipalId: string, context: Context): Promise<EveryGrant> {
  const { graph } = context.services;
  const [roles, grants] = await Promise.all([
    naming(READ, () =>
      graph.list<AppRoleAssignment>(`/servicePrincipals/${servicePrincipalId}/appRoleAssignments`),
    ),
    naming({ permission: "Directory.Read.All", persona: "Cloud Application Administrator" }, () =>
      graph.list<PermissionGrant>(`/servicePrincipals/${servicePrincipalId}/oauth2PermissionGrants`),
    ),
  ]);
  return { roles, grants };
}

/** What a service principal was granted of Microsoft Graph, tenant-wide. */
export async function grantsOf(
  servicePrincipalId: string,
  catalogue: GraphCatalogue,
  context: Context,
): Promise<Grants> {
  const { roles, grants } = await everyGrantOf(servicePrincipalId, context);
  const assignments = roles.filter(({ resourceId }) => resourceId === catalogue.resourceId);
  const held = new Set(assignments.map(({ appRoleId }) => appRoleId));
  const grant = grants.find(
    ({ consentType, resourceId }) => consentType === "AllPrincipals" && resourceId === catalogue.resourceId,
  );
  const scope = grant?.scope ?? "";
  const scopes = new Set(scope.split(" "));
  return {
    granted: catalogue.permissions.filter(({ type, id, name }) =>
      type === "application" ? held.has(id) : scopes.has(name),
    ),
    assignments,
    delegatedGrant: grant && { id: grant.id, scope },
  };
}

/** As `grantsOf`, for looking: where Entra does not know a fresh service principal yet, nobody has granted it anything. */
export async function grantsSoFar(
  servicePrincipalId: string,
  catalogue: GraphCatalogue,
  context: Context,
): Promise<Grants> {
  try {
    return await grantsOf(servicePrincipalId, catalogue, context);
  } catch (error) {
    if (!isServiceError(error, 404)) throw error;
    return { granted: [], assignments: [], delegatedGrant: undefined };
  }
}
