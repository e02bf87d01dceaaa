import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { isServiceError } from "../../errors.ts";
import type { EnvironmentSpec, GraphPermissionsSpec } from "../../spec/model.ts";
import { application } from "./application.ts";
import { naming } from "./denied.ts";
import {
  declaredPermissions,
  type GraphCatalogue,
  type GraphPermission,
  grantsOf,
  grantsSoFar,
  graphCatalogue,
  type PermissionType,
} from "./graph-permissions.ts";
import { whenReplicated } from "./replication.ts";
import { servicePrincipal } from "./service-principal.ts";

export interface PermissionGrantProps {
  readonly type: PermissionType;
  readonly name: string;
}

const GRANT_ROLE = {
  permission: "AppRoleAssignment.ReadWrite.All",
  persona: "Privileged Role Administrator",
};
const GRANT_SCOPE = {
  permission: "DelegatedPermissionGrant.ReadWrite.All",
  persona: "Privileged Role Administrator",
};

function asDeclared({ type, name }: PermissionGrantProps): GraphPermissionsSpec {
  return {
    application: type === "application" ? [name] : [],
    delegated: type === "delegated" ? [name] : [],
    consent: "psc",
  };
}

interface Target {
  readonly principalId: string;
  readonly catalogue: GraphCatalogue;
  readonly permission: GraphPermission;
}

async function targetOf(props: PermissionGrantProps, context: Context): Promise<Target> {
  const principalId = servicePrincipal.data(context)?.id;
  if (principalId === undefined) throw new Error("the service principal was not observed");
  const catalogue = await graphCatalogue(context);
  const [permission] = declaredPermissions(asDeclared(props), catalogue);
  if (permission === undefined) throw new Error("no permission was declared");
  return { principalId, catalogue, permission };
}

/** Adds a scope to the tenant's one grant for this client and Microsoft Graph, or makes that grant. */
async function grantScope({ principalId, catalogue, permission }: Target, context: Context): Promise<void> {
  const { graph } = context.services;
  const { delegatedGrant } = await grantsOf(principalId, catalogue, context);
  if (delegatedGrant === undefined) {
    await graph.create("/oauth2PermissionGrants", {
      clientId: principalId,
      consentType: "AllPrincipals",
      resourceId: catalogue.resourceId,
      scope: permission.name,
    });
    return;
  }
  const scopes = delegatedGrant.scope.split(" ").filter((scope) => scope !== "");
  if (scopes.includes(permission.name)) return;
  await graph.update(`/oauth2PermissionGrants/${delegatedGrant.id}`, {
    scope: [...scopes, permission.name].join(" "),
  });
}

async function assignRole({ principalId, catalogue, permission }: Target, context: Context): Promise<void> {
  try {
    await context.services.graph.create(`/servicePrincipals/${principalId}/appRoleAssignments`, {
      principalId,
      resourceId: catalogue.resourceId,
      appRoleId: permission.id,
    });
  } catch (error) {
    if (!isServiceError(error, 400) || !/already exists/i.test(error.refusal.serviceMessage)) throw error;
  }
}

/**
 * Admin consent to one permission of Microsoft Graph, given by psc. Graph takes effect at once, without a page that a
 * person reads: that is why the spec has to ask for it.
 */
export const permissionGrant = defineKind<PermissionGrantProps, Record<never, never>>({
  kind: "entra.permission-grant",
  summary: "tenant-wide consent to a permission of Microsoft Graph, given by psc",
  step: 10,
  api: "Microsoft Graph appRoleAssignments, oauth2PermissionGrants",
  persona: "Privileged Role Administrator",
  permissions: {
    read: ["Application.Read.All", "Directory.Read.All"],
    write: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
  },
  sources: [
    "Microsoft Graph v1.0: Grant an appRoleAssignment to a service principal; Create oAuth2PermissionGrant; Update a delegated permission grant",
    "Microsoft Graph: Grant or revoke API permissions programmatically",
  ],
  nature: "managed",
  partOf: "entra.service-principal",
  label: ({ type, name }) => `${type} permission ${name}`,
  detail: () => "granted for the whole tenant",
  async read(props, context) {
    // An unknown name is told even before there is anybody to grant it to.
    const catalogue = await graphCatalogue(context);
    const [wanted] = declaredPermissions(asDeclared(props), catalogue);
    const principalId = servicePrincipal.data(context)?.id;
    if (principalId === undefined || wanted === undefined) return { status: "absent" };
    const { granted } = await grantsSoFar(principalId, catalogue, context);
    return granted.includes(wanted)
      ? { status: "present", id: wanted.id, fields: {}, data: {} }
      : { status: "absent", reason: "nobody has granted it" };
  },
  async create(props, context) {
    const target = await targetOf(props, context);
    await naming(props.type === "application" ? GRANT_ROLE : GRANT_SCOPE, () =>
      whenReplicated(context, "the service principal to be known everywhere", () =>
        props.type === "application" ? assignRole(target, context) : grantScope(target, context),
      ),
    );
    return undefined;
  },
  async delete(props, _present, context) {
    const { principalId, catalogue, permission } = await targetOf(props, context);
    const { graph } = context.services;
    const { assignments, delegatedGrant } = await grantsOf(principalId, catalogue, context);
    if (props.type === "application") {
      const own = assignments.find(({ appRoleId }) => appRoleId === permission.id);
      if (own !== undefined)
        await naming(GRANT_ROLE, () =>
          graph.remove(`/servicePrincipals/${principalId}/appRoleAssignments/${own.id}`),
        );
      return undefined;
    }
    if (delegatedGrant === undefined) return undefined;
    const scopes = delegatedGrant.scope
      .split(" ")
      .filter((scope) => scope !== "" && scope !== permission.name);
    const path = `/oauth2PermissionGrants/${delegatedGrant.id}`;
    await naming(GRANT_SCOPE, () =>
      scopes.length === 0 ? graph.remove(path) : graph.update(path, { scope: scopes.join(" ") }),
    );
    return undefined;
  },
});

export function permissionGrantResources(spec: EnvironmentSpec): Resource[] {
  const { permissions } = spec.identity.application;
  if (permissions?.consent !== "psc") return [];
  const all = (["application", "delegated"] as const).flatMap((type) =>
    permissions[type].map((name) => ({ type, name })),
  );
  return all.map((props, i) => {
    const before = all[i - 1];
    return permissionGrant.resource({
      name: `${props.type} ${props.name}`,
      props,
      // One after the other: delegated ones share one grant.
      dependsOn: [
        servicePrincipal.address(),
        application.address(),
        ...(before === undefined ? [] : [permissionGrant.address(`${before.type} ${before.name}`)]),
      ],
    });
  });
}
