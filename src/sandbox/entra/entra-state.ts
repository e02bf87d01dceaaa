import { createHash } from "node:crypto";
import type { JsonObject } from "../exchange.ts";
import type { TokenState } from "../tokens.ts";
import type { World } from "../world.ts";

export type DirectoryKind = "user" | "group" | "application" | "servicePrincipal";

/** One object of the directory. `value` has the property names and types of Microsoft Graph v1.0. */
export interface DirectoryObject {
  readonly kind: DirectoryKind;
  readonly id: string;
  value: JsonObject;
  /** Sandbox time (ms) from which a read by id finds it; writes that refer to it are refused before that. */
  readableAt: number;
  /** Sandbox time (ms) from which lists and `$filter` show it. */
  listedAt: number;
  /** Sandbox time (ms) of a soft deletion; such an object is invisible but still blocks its unique names. */
  deletedAt?: number;
}

export interface DirectoryLink {
  readonly from: string;
  readonly to: string;
}

/** Graph's `oAuth2PermissionGrant`. */
export interface PermissionGrant {
  readonly id: string;
  readonly clientId: string;
  readonly consentType: "AllPrincipals" | "Principal";
  readonly principalId: string | null;
  readonly resourceId: string;
  scope: string;
}

/** Graph's `appRoleAssignment`, without the display names that are looked up when it is shown. */
export interface AppRoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly createdDateTime: string;
  readonly principalId: string;
  readonly principalType: "User" | "Group" | "ServicePrincipal";
  readonly resourceId: string;
}

/** Graph's `unifiedRoleAssignment`; `roleDefinitionId` of a built-in role equals its template id. */
export interface DirectoryRoleAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly roleDefinitionId: string;
  readonly directoryScopeId: string;
}

export type PimArea = "role" | "group";
export type PimKind = "eligibility" | "assignment";

/** What Privileged Identity Management keeps of an eligible or active membership in a role or group. */
export interface PimSchedule {
  readonly id: string;
  readonly area: PimArea;
  readonly kind: PimKind;
  readonly principalId: string;
  /** Template id of the role, or id of the group. */
  readonly target: string;
  /** The directory scope of a role (`/`), or `member` or `owner` of a group. */
  readonly within: string;
  readonly assignmentType: "Assigned" | "Activated";
  readonly createdUsing: string;
  readonly createdAt: number;
  /** Sandbox time (ms) from which it is shown. */
  readonly visibleAt: number;
  modifiedAt: number | null;
  startsAt: number;
  /** Null lasts. */
  endsAt: number | null;
}

/** Graph's `unifiedRoleScheduleRequest` or `privilegedAccessScheduleRequest` as it is answered. */
export interface PimRequest {
  readonly area: PimArea;
  readonly kind: PimKind;
  value: JsonObject;
}

export interface PimState {
  readonly schedules: PimSchedule[];
  readonly requests: PimRequest[];
  /** Changed rules by `{area} {target} {within}`, and how often each policy was changed. */
  readonly rules: Record<string, JsonObject[]>;
  readonly versions: Record<string, number>;
}

/** What Entra keeps of a client secret: never the text itself. */
export interface StoredSecret {
  readonly applicationId: string;
  readonly keyId: string;
  readonly digest: string;
  readonly endsAt: number;
}

/** A certificate that an application may sign client assertions with. */
export interface StoredCertificate {
  readonly applicationId: string;
  readonly keyId: string;
  /** The certificate, base64 of its DER. */
  readonly key: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Graph's `federatedIdentityCredential` and the application it belongs to. */
export interface FederatedCredential {
  readonly applicationId: string;
  readonly id: string;
  readonly name: string;
  issuer: string;
  subject: string;
  audiences: string[];
  description: string | null;
}

export interface AssignedLicence {
  readonly userId: string;
  readonly skuId: string;
}

/** Policies of the tenant as Graph shows them. */
export interface TenantPolicies {
  /** Graph's `conditionalAccessPolicy`. */
  readonly conditionalAccess: JsonObject[];
  /** Those a tenant has once: `authorizationPolicy`, `identitySecurityDefaultsEnforcementPolicy`. */
  readonly single: JsonObject[];
}

/** The slice `graph`: the tenant's directory. */
export interface DirectoryState {
  readonly objects: DirectoryObject[];
  readonly members: DirectoryLink[];
  readonly owners: DirectoryLink[];
  readonly permissionGrants: PermissionGrant[];
  readonly appRoleAssignments: AppRoleAssignment[];
  readonly roleAssignments: DirectoryRoleAssignment[];
  readonly secrets: StoredSecret[];
  /** Absent in a tenant that was saved before there were certificates. */
  certificates?: StoredCertificate[];
  federatedCredentials?: FederatedCredential[];
  pim?: PimState;
  /** Graph's `authenticationEventsFlow` and `b2xIdentityUserFlow`. */
  eventsFlows?: JsonObject[];
  userFlows?: JsonObject[];
  policies?: TenantPolicies;
  readonly licences: AssignedLicence[];
  readonly subscribedSkus: JsonObject[];
}

export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly clientId: string;
  readonly scope: string;
  /** Sandbox time (ms) at which the person at the other device has signed in. */
  readonly approvedAt: number;
}

/** A foreign issuer of tokens, with the public keys (JWK) that its own discovery document would lead to. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly keys: readonly JsonObject[];
}

/** The slice `entra`: what the sign-in endpoint itself remembers. */
export interface SignInState {
  readonly tokens: TokenState;
  /** Digests of users' passwords by object id. */
  readonly passwords: Record<string, string>;
  readonly deviceCodes: DeviceCode[];
  issuers?: TrustedIssuer[];
}

export function directoryOf(world: World): DirectoryState {
  return world.slice<DirectoryState>("graph");
}

/** Empty in a tenant that was saved before there was one. */
export function pimOf(world: World): PimState {
  const directory = directoryOf(world);
  directory.pim ??= { schedules: [], requests: [], rules: {}, versions: {} };
  return directory.pim;
}

export function signInOf(world: World): SignInState {
  return world.slice<SignInState>("entra");
}

export function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** A property of a Graph object as text; empty when it is absent or null. */
export function textOf(value: JsonObject, property: string): string {
  const found = value[property];
  return typeof found === "string" ? found : "";
}

export function sameText(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** The live object with this id, replicated or not. */
export function liveObject(world: World, id: string, kind?: DirectoryKind): DirectoryObject | undefined {
  return directoryOf(world).objects.find(
    (object) =>
      object.deletedAt === undefined &&
      sameText(object.id, id) &&
      (kind === undefined || object.kind === kind),
  );
}

export function liveObjects(world: World, kind: DirectoryKind): DirectoryObject[] {
  return directoryOf(world).objects.filter(
    (object) => object.kind === kind && object.deletedAt === undefined,
  );
}

/** The live object of a kind whose text property has this value (without regard to case), replicated or not. */
export function liveObjectBy(
  world: World,
  kind: DirectoryKind,
  property: string,
  value: string,
): DirectoryObject | undefined {
  return liveObjects(world, kind).find((object) => sameText(textOf(object.value, property), value));
}
