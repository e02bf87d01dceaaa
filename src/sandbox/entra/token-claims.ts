import { TENANT } from "../seed.ts";
import { signToken, type TokenClaims } from "../tokens.ts";
import type { World } from "../world.ts";
import { DEFAULT_MEMBER_ROLE } from "./directory-roles.ts";
import { type DirectoryObject, directoryOf, sameText, signInOf, textOf } from "./entra-state.ts";
import { DATAVERSE_APP_ID } from "./first-party-apps.ts";
import { OPENID_SCOPES } from "./permission-catalogue.ts";

/**
 * Access tokens live 24 hours of sandbox time (Entra's own live 60 to 90 minutes): at the sandbox's speed an hour is
 * about a second, and a client that trusts `expires_in` against its own wall clock would otherwise see nothing but
 * expired tokens.
 */
export const TOKEN_LIFETIME_S = 24 * 3600;

const DATAVERSE_HOST = /^https:\/\/[a-z0-9-]+\.(api\.)?crm\d*\.dynamics\.com$/i;

/** The service principal that a requested resource (identifier URI or app id) stands for. */
export function resourcePrincipal(world: World, resource: string): DirectoryObject | undefined {
  const wanted = resource.replace(/\/$/, "").toLowerCase();
  return directoryOf(world).objects.find((object) => {
    if (object.kind !== "servicePrincipal" || object.deletedAt !== undefined) return false;
    const names = object.value["servicePrincipalNames"];
    if (DATAVERSE_HOST.test(wanted)) return object.value["appId"] === DATAVERSE_APP_ID;
    return Array.isArray(names) && names.some((name) => typeof name === "string" && sameText(name, wanted));
  });
}

/** Names of the application roles of a resource that a service principal was granted. */
function grantedRoles(world: World, client: DirectoryObject, resource: DirectoryObject): string[] {
  const published = resource.value["appRoles"];
  const names = new Map<string, string>();
  for (const role of Array.isArray(published) ? published : []) {
    if (typeof role === "object" && role !== null && !Array.isArray(role))
      names.set(textOf(role, "id"), textOf(role, "value"));
  }
  return directoryOf(world)
    .appRoleAssignments.filter(
      (assignment) => assignment.principalId === client.id && assignment.resourceId === resource.id,
    )
    .flatMap((assignment) => names.get(assignment.appRoleId) ?? []);
}

/** Delegated scopes that the tenant or this person consented to for a client on a resource. */
export function grantedScopes(
  world: World,
  client: DirectoryObject,
  resource: DirectoryObject,
  userId: string,
): string[] {
  const scopes = directoryOf(world)
    .permissionGrants.filter(
      (grant) =>
        grant.clientId === client.id &&
        grant.resourceId === resource.id &&
        (grant.consentType === "AllPrincipals" || grant.principalId === userId),
    )
    .flatMap((grant) => grant.scope.split(" "))
    .filter((scope) => scope !== "" && !OPENID_SCOPES.includes(scope));
  return [...new Set(scopes)];
}

function activeDirectoryRoles(world: World, principalId: string): string[] {
  const groups = directoryOf(world)
    .members.filter((link) => link.to === principalId)
    .map((link) => link.from);
  return directoryOf(world)
    .roleAssignments.filter(
      (assignment) => assignment.principalId === principalId || groups.includes(assignment.principalId),
    )
    .map((assignment) => assignment.roleDefinitionId);
}

function commonClaims(world: World, audience: string, client: DirectoryObject) {
  const issuedAt = Math.floor(world.now() / 1000);
  return {
    aud: audience,
    iss: `https://sts.windows.net/${TENANT.id}/`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + TOKEN_LIFETIME_S,
    tid: TENANT.id,
    appid: textOf(client.value, "appId"),
    app_displayname: textOf(client.value, "displayName"),
    ver: "1.0",
  } as const;
}

export function applicationToken(
  world: World,
  audience: string,
  client: DirectoryObject,
  resource: DirectoryObject,
): string {
  const roles = grantedRoles(world, client, resource);
  const wids = activeDirectoryRoles(world, client.id);
  const claims: TokenClaims = {
    ...commonClaims(world, audience, client),
    oid: client.id,
    sub: client.id,
    idtyp: "app",
    ...(roles.length === 0 ? {} : { roles }),
    ...(wids.length === 0 ? {} : { wids }),
  };
  return signToken(claims, signInOf(world).tokens.signingKey);
}

export function userToken(
  world: World,
  audience: string,
  client: DirectoryObject,
  user: DirectoryObject,
  scopes: readonly string[],
): string {
  const claims: TokenClaims = {
    ...commonClaims(world, audience, client),
    oid: user.id,
    sub: user.id,
    idtyp: "user",
    name: textOf(user.value, "displayName"),
    upn: textOf(user.value, "userPrincipalName"),
    scp: scopes.join(" "),
    wids: [...activeDirectoryRoles(world, user.id), DEFAULT_MEMBER_ROLE],
  };
  return signToken(claims, signInOf(world).tokens.signingKey);
}

/** An ID token for clients of the MSAL family, which read its claims but do not check a signature. */
export function idToken(world: World, client: DirectoryObject, user: DirectoryObject): string {
  const issuedAt = Math.floor(world.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    aud: textOf(client.value, "appId"),
    iss: `https://login.microsoftonline.com/${TENANT.id}/v2.0`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + TOKEN_LIFETIME_S,
    name: textOf(user.value, "displayName"),
    oid: user.id,
    preferred_username: textOf(user.value, "userPrincipalName"),
    sub: user.id,
    tid: TENANT.id,
    ver: "2.0",
  };
  return `${part({ typ: "JWT", alg: "none" })}.${part(claims)}.`;
}
