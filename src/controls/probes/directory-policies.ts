import type { Context } from "../../engine/resource.ts";
import { unseen } from "../../resources/entra/denied.ts";
import { tenant } from "../../resources/entra/tenant.ts";
import { defineProbe } from "../probe.ts";

export type AccessPolicy = {
  readonly name: string;
  /** `enabled`, `disabled`, `enabledForReportingButNotEnforced`. */
  readonly state: string;
  readonly demandsMfa: boolean;
  /** `All`, or ids; as Microsoft Graph has them. */
  readonly includeUsers: readonly string[];
  readonly includeGroups: readonly string[];
  /** Template ids of directory roles. */
  readonly includeRoles: readonly string[];
  readonly excludeUsers: readonly string[];
  readonly excludeGroups: readonly string[];
  readonly excludeRoles: readonly string[];
  /** In words, why it does not hold for every application and every sign-in; empty when it does. */
  readonly narrowedBy: readonly string[];
};

export type ConditionalAccess = {
  readonly policies: readonly AccessPolicy[];
  /** Microsoft's own demand of multifactor authentication, for tenants without conditional access. */
  readonly securityDefaults: boolean;
};

interface GraphPolicy {
  readonly displayName: string;
  readonly state: string;
  readonly grantControls?: {
    readonly operator?: string | null;
    readonly builtInControls?: readonly string[];
    readonly authenticationStrength?: object | null;
  } | null;
  readonly conditions?: {
    readonly clientAppTypes?: readonly string[];
    readonly signInRiskLevels?: readonly string[];
    readonly userRiskLevels?: readonly string[];
    readonly platforms?: object | null;
    readonly locations?: { readonly includeLocations?: readonly string[] } | null;
    readonly devices?: object | null;
    readonly applications?: {
      readonly includeApplications?: readonly string[];
      readonly excludeApplications?: readonly string[];
    } | null;
    readonly users?: Readonly<Record<string, unknown>> | null;
  } | null;
}

/** With `OR` between several demands, another one than multifactor authentication would do as well. */
function demandsMfa({ grantControls }: GraphPolicy): boolean {
  const { operator, builtInControls = [], authenticationStrength } = grantControls ?? {};
  const strong = authenticationStrength !== undefined && authenticationStrength !== null;
  const demands = [...builtInControls, ...(strong ? ["authenticationStrength"] : [])];
  const isMfa = (demand: string): boolean => demand === "mfa" || demand === "authenticationStrength";
  return operator === "AND" ? demands.some(isMfa) : demands.length > 0 && demands.every(isMfa);
}

function narrowedBy({ conditions }: GraphPolicy): readonly string[] {
  const { clientAppTypes = [], signInRiskLevels = [], userRiskLevels = [] } = conditions ?? {};
  const { platforms, locations, devices, applications } = conditions ?? {};
  const isSet = (value: unknown): boolean => value !== undefined && value !== null;
  const everyClient =
    clientAppTypes.includes("all") ||
    ["browser", "mobileAppsAndDesktopClients"].every((type) => clientAppTypes.includes(type));
  return [
    ...(applications?.includeApplications?.includes("All") === true ? [] : ["it names applications"]),
    ...((applications?.excludeApplications ?? []).length === 0 ? [] : ["it leaves applications out"]),
    ...(everyClient ? [] : ["it names kinds of clients"]),
    ...(signInRiskLevels.length + userRiskLevels.length === 0 ? [] : ["it waits for a risk"]),
    ...(isSet(platforms) ? ["it names platforms"] : []),
    ...(isSet(locations) ? ["it names places"] : []),
    ...(isSet(devices) ? ["it names devices"] : []),
  ];
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

function plain(policy: GraphPolicy): AccessPolicy {
  const users = policy.conditions?.users ?? {};
  return {
    name: policy.displayName,
    state: policy.state,
    demandsMfa: demandsMfa(policy),
    includeUsers: texts(users["includeUsers"]),
    includeGroups: texts(users["includeGroups"]),
    includeRoles: texts(users["includeRoles"]),
    excludeUsers: texts(users["excludeUsers"]),
    excludeGroups: texts(users["excludeGroups"]),
    excludeRoles: texts(users["excludeRoles"]),
    narrowedBy: narrowedBy(policy),
  };
}

export const conditionalAccess = defineProbe<ConditionalAccess>({
  id: "conditional-access",
  summary: "conditional access policies of the tenant, and its security defaults",
  api: "Microsoft Graph identity/conditionalAccess/policies, policies/identitySecurityDefaultsEnforcementPolicy",
  persona: "Global Administrator",
  permissions: ["Policy.Read.All"],
  sources: [
    "Microsoft Graph v1.0: List conditionalAccess policies; conditionalAccessPolicy resource type; Get identitySecurityDefaultsEnforcementPolicy",
  ],
  dependsOn: () => [tenant.address()],
  async read({ services: { graph } }) {
    const [policies, defaults] = await Promise.all([
      graph.list<GraphPolicy>("/identity/conditionalAccess/policies"),
      graph.get<{ readonly isEnabled?: boolean }>("/policies/identitySecurityDefaultsEnforcementPolicy"),
    ]);
    return { policies: policies.map(plain), securityDefaults: defaults?.isEnabled === true };
  },
});

export type MemberRights = {
  readonly registerApplications: boolean;
  /** Policies by which members consent for themselves; empty: they cannot. */
  readonly consentBy: readonly string[];
};

/** Consents for oneself are granted by policies of this stem ("Manage app consent policies"). */
const FOR_SELF = "managepermissiongrantsforself.";

export const memberRights = defineProbe<MemberRights>({
  id: "member-rights",
  summary: "what members of the tenant may do by themselves: register applications, consent to them",
  api: "Microsoft Graph policies/authorizationPolicy",
  persona: "Global Administrator",
  permissions: ["Policy.Read.All"],
  sources: ["Microsoft Graph v1.0: Get authorizationPolicy; Microsoft Entra: Manage app consent policies"],
  dependsOn: () => [tenant.address()],
  async read({ services: { graph } }) {
    const policy = await graph.get<{
      readonly defaultUserRolePermissions?: {
        readonly allowedToCreateApps?: boolean;
        readonly permissionGrantPoliciesAssigned?: readonly string[];
      };
    }>("/policies/authorizationPolicy");
    const rights = policy?.defaultUserRolePermissions;
    if (rights === undefined) return undefined;
    return {
      registerApplications: rights.allowedToCreateApps !== false,
      consentBy: (rights.permissionGrantPoliciesAssigned ?? []).filter((name) =>
        name.toLowerCase().startsWith(FOR_SELF),
      ),
    };
  },
});

export type EmergencyAccount = {
  /** As the spec names it. */
  readonly name: string;
  /** Object id; null when the tenant has nobody of that name. */
  readonly id: string | null;
  readonly enabled: boolean;
};

const USER_READER = { permission: "User.Read.All", persona: "Global Administrator" };

async function account(name: string, { services: { graph } }: Context): Promise<EmergencyAccount> {
  const found = await graph.get<{ readonly id: string; readonly accountEnabled?: boolean | null }>(
    `/users/${encodeURIComponent(name)}`,
    { $select: "id,accountEnabled" },
  );
  if (found !== undefined && typeof found.accountEnabled !== "boolean")
    throw unseen(USER_READER, `whether ${name} is enabled`);
  return { name, id: found?.id.toLowerCase() ?? null, enabled: found?.accountEnabled === true };
}

export const emergencyAccounts = defineProbe<{ readonly accounts: readonly EmergencyAccount[] }>({
  id: "emergency-accounts",
  summary: "the accounts for emergencies that the spec names",
  api: "Microsoft Graph users",
  persona: "Global Administrator",
  permissions: ["User.Read.All"],
  sources: ["Microsoft Graph v1.0: Get user; Microsoft Entra: Manage emergency access accounts"],
  dependsOn: () => [tenant.address()],
  async read(context) {
    const { breakGlass } = context.spec.verify;
    return { accounts: await Promise.all(breakGlass.map((name) => account(name, context))) };
  },
});
