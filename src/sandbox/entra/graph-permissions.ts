import type { Caller } from "../exchange.ts";
import { isWithheld } from "../withheld.ts";
import type { World } from "../world.ts";
import { DIRECTORY_ROLES } from "./directory-roles.ts";
import { requestDenied } from "./graph-errors.ts";

/**
 * Who may make a call. Names of the permissions per method and path: the permission tables of the Microsoft Graph
 * v1.0 reference (microsoftgraph/microsoft-graph-devx-content `permissions/new/permissions.json`); the directory
 * roles: "Microsoft Entra built-in roles" and the permission sections of the same reference pages.
 */
export interface Permit {
  /** One of these delegated scopes. */
  readonly scopes: readonly string[];
  /** One of these application roles. */
  readonly roles: readonly string[];
  /** Besides, one of these (scope or application role). */
  readonly also?: readonly string[];
  /** Application roles that suffice for objects the calling application owns. */
  readonly ownedRoles?: readonly string[];
  /** A person besides needs one of these directory roles; Global Administrator always counts. */
  readonly directoryRoles?: readonly { readonly templateId: string }[];
  /** A person without such a role may still act on objects he or she owns. */
  readonly ownerMay?: boolean;
}

/** `owned` lets the caller act only on objects it owns. */
export type Access = "full" | "owned";

const R = DIRECTORY_ROLES;
const DIRECTORY_READ = ["Directory.Read.All", "Directory.ReadWrite.All"];
const APP_ADMINS = [R.applicationAdministrator, R.cloudApplicationAdministrator];

export const APPLICATION_READ: Permit = {
  scopes: ["Application.Read.All", "Application.ReadWrite.All", ...DIRECTORY_READ],
  roles: [
    "Application.Read.All",
    "Application.ReadWrite.OwnedBy",
    "Application.ReadWrite.All",
    ...DIRECTORY_READ,
  ],
};

/** Lists of applications and service principals: the table grants them to no application with Directory.ReadWrite.All. */
export const APPLICATION_LIST: Permit = {
  scopes: APPLICATION_READ.scopes,
  roles: APPLICATION_READ.roles.filter((name) => name !== "Directory.ReadWrite.All"),
};

/** `transitiveMemberOf` of a service principal does not count Application.ReadWrite.OwnedBy. */
export const SERVICE_PRINCIPAL_MEMBERSHIP_READ: Permit = {
  scopes: APPLICATION_READ.scopes,
  roles: APPLICATION_READ.roles.filter((name) => name !== "Application.ReadWrite.OwnedBy"),
};

/** Federated credentials are not open to Directory.Read.All, and one by itself takes the right to write. */
export const FEDERATED_CREDENTIAL_LIST: Permit = {
  scopes: ["Application.Read.All", "Application.ReadWrite.All"],
  roles: ["Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"],
};
export const FEDERATED_CREDENTIAL_READ: Permit = {
  scopes: ["Application.ReadWrite.All"],
  roles: ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"],
};

/** This tenant does not let users register applications, so creating one takes a directory role. */
export const APPLICATION_CREATE: Permit = {
  scopes: ["Application.ReadWrite.All", "AppRegistration.Create"],
  roles: ["Application.ReadWrite.All", "AppRegistration.Create"],
  ownedRoles: ["Application.ReadWrite.OwnedBy"],
  directoryRoles: [...APP_ADMINS, R.applicationDeveloper],
};

export const APPLICATION_WRITE: Permit = {
  scopes: ["Application.ReadWrite.All"],
  roles: ["Application.ReadWrite.All"],
  ownedRoles: ["Application.ReadWrite.OwnedBy"],
  directoryRoles: APP_ADMINS,
  ownerMay: true,
};

export const APPLICATION_OWNER_WRITE: Permit = { ...APPLICATION_WRITE, also: DIRECTORY_READ };

export const SERVICE_PRINCIPAL_CREATE: Permit = {
  scopes: ["Application.ReadWrite.All", "Directory.ReadWrite.All"],
  roles: ["Application.ReadWrite.All", "Directory.ReadWrite.All"],
  ownedRoles: ["Application.ReadWrite.OwnedBy"],
  directoryRoles: APP_ADMINS,
};

export const SERVICE_PRINCIPAL_WRITE: Permit = { ...SERVICE_PRINCIPAL_CREATE, ownerMay: true };

export const APP_ROLE_ASSIGNMENT_WRITE: Permit = {
  scopes: ["AppRoleAssignment.ReadWrite.All"],
  roles: ["AppRoleAssignment.ReadWrite.All"],
  also: ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"],
  directoryRoles: [...APP_ADMINS, R.privilegedRoleAdministrator],
};

export const APP_ROLE_ASSIGNMENT_DELETE: Permit = {
  scopes: ["AppRoleAssignment.ReadWrite.All"],
  roles: ["AppRoleAssignment.ReadWrite.All"],
  directoryRoles: [...APP_ADMINS, R.privilegedRoleAdministrator],
};

export const GRANT_READ: Permit = {
  scopes: ["DelegatedPermissionGrant.ReadWrite.All", ...DIRECTORY_READ],
  roles: ["DelegatedPermissionGrant.ReadWrite.All", ...DIRECTORY_READ],
};

export const GRANT_WRITE: Permit = {
  scopes: ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
  roles: ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
  directoryRoles: [...APP_ADMINS, R.privilegedRoleAdministrator],
};

const GROUP_READ_NAMES = [
  "Group.ReadBasic.All",
  "GroupMember.Read.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  ...DIRECTORY_READ,
];
export const GROUP_READ: Permit = { scopes: GROUP_READ_NAMES, roles: GROUP_READ_NAMES };

/** This tenant does not let users create security groups by themselves. */
const GROUP_ADMINS = [R.groupsAdministrator, R.userAdministrator];

export const GROUP_CREATE: Permit = {
  scopes: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  roles: ["Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
  directoryRoles: GROUP_ADMINS,
};

export const GROUP_WRITE: Permit = {
  scopes: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  roles: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  directoryRoles: GROUP_ADMINS,
  ownerMay: true,
};

export const GROUP_DELETE: Permit = {
  ...GROUP_WRITE,
  scopes: ["Group.ReadWrite.All"],
  roles: ["Group.ReadWrite.All"],
};

const MEMBER_READ_NAMES = [
  "GroupMember.ReadBasic.All",
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.ReadBasic.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
];
export const MEMBER_READ: Permit = { scopes: MEMBER_READ_NAMES, roles: MEMBER_READ_NAMES };

const MEMBER_WRITE_NAMES = ["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"];
export const MEMBER_WRITE: Permit = {
  scopes: MEMBER_WRITE_NAMES,
  roles: MEMBER_WRITE_NAMES,
  directoryRoles: GROUP_ADMINS,
  ownerMay: true,
};

/** Deleting a user: what a forgotten `/$ref` amounts to. */
export const USER_DELETE: Permit = {
  scopes: ["User.DeleteRestore.All", "User.ReadWrite.All"],
  roles: ["User.DeleteRestore.All", "User.ReadWrite.All"],
  directoryRoles: [R.userAdministrator],
};

const GROUP_OWNER_READ_NAMES = [
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
];
export const GROUP_OWNER_READ: Permit = { scopes: GROUP_OWNER_READ_NAMES, roles: GROUP_OWNER_READ_NAMES };

const USER_READ_NAMES = ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", ...DIRECTORY_READ];
export const USER_READ: Permit = { scopes: USER_READ_NAMES, roles: USER_READ_NAMES };

const FULL_USER_READ_NAMES = USER_READ_NAMES.filter((name) => name !== "User.ReadBasic.All");
/** Whole profiles, which User.ReadBasic.All does not open. */
export const FULL_USER_READ: Permit = { scopes: FULL_USER_READ_NAMES, roles: FULL_USER_READ_NAMES };

export const ME_READ: Permit = { scopes: ["User.Read", ...USER_READ_NAMES], roles: [] };

export const ME_MEMBER_OF_READ: Permit = { scopes: ["User.Read", ...DIRECTORY_READ], roles: [] };
export const ME_TRANSITIVE_MEMBER_OF_READ: Permit = {
  scopes: ["User.Read", "User.Read.All", ...DIRECTORY_READ],
  roles: [],
};

export const LICENCE_DETAILS_READ: Permit = {
  scopes: [
    "LicenseAssignment.Read.All",
    "User.Read",
    "User.Read.All",
    "User.ReadWrite.All",
    ...DIRECTORY_READ,
  ],
  roles: ["LicenseAssignment.Read.All", "User.Read.All", "User.ReadWrite.All", ...DIRECTORY_READ],
};

export const SKU_READ: Permit = {
  scopes: ["LicenseAssignment.Read.All", "Organization.Read.All", ...DIRECTORY_READ],
  roles: ["LicenseAssignment.Read.All", "Organization.Read.All", ...DIRECTORY_READ],
};

export const ORGANIZATION_READ: Permit = {
  scopes: ["Organization.Read.All", "User.Read", "User.Read.All", ...DIRECTORY_READ],
  roles: ["Organization.Read.All", "User.Read.All", ...DIRECTORY_READ],
};

/** A person besides needs a role that may see policies; Security Reader and some others, which the sandbox lacks, count too. */
function policyRead(...names: readonly string[]): Permit {
  return { scopes: names, roles: names, directoryRoles: [R.globalReader, R.securityAdministrator] };
}
export const CONDITIONAL_ACCESS_READ = policyRead("Policy.Read.All");
export const AUTHORIZATION_POLICY_READ = policyRead("Policy.Read.All", "Policy.ReadWrite.Authorization");
export const SECURITY_DEFAULTS_READ = policyRead("Policy.Read.All", "Policy.ReadWrite.SecurityDefaults");

const ROLE_READ_NAMES = [
  "RoleManagement.Read.Directory",
  "RoleManagement.ReadWrite.Directory",
  ...DIRECTORY_READ,
];
export const DIRECTORY_ROLE_READ: Permit = { scopes: ROLE_READ_NAMES, roles: ROLE_READ_NAMES };

const ROLE_MANAGEMENT_READ = [
  "RoleManagement.Read.All",
  "RoleManagement.Read.Directory",
  "RoleManagement.ReadWrite.Directory",
];
const both = (...names: readonly string[]): Permit => ({ scopes: names, roles: names });

/** Privileged Identity Management for directory roles, by kind of schedule. */
export const ROLE_SCHEDULE_READ = {
  eligibility: both(
    "RoleEligibilitySchedule.Read.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    ...ROLE_MANAGEMENT_READ,
  ),
  assignment: both(
    "RoleAssignmentSchedule.Read.Directory",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    ...ROLE_MANAGEMENT_READ,
  ),
} as const;

export const ROLE_SCHEDULE_WRITE = {
  eligibility: {
    ...both("RoleEligibilitySchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"),
  },
  assignment: {
    ...both("RoleAssignmentSchedule.ReadWrite.Directory", "RoleManagement.ReadWrite.Directory"),
  },
} as const;

/** Privileged Identity Management for groups. */
export const GROUP_SCHEDULE_READ = {
  eligibility: both(
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
  ),
  assignment: both(
    "PrivilegedAssignmentSchedule.Read.AzureADGroup",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
  ),
} as const;

export const GROUP_SCHEDULE_WRITE = {
  eligibility: both("PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"),
  assignment: both("PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup"),
} as const;

/** The table has the permissions for directory roles; "Update rules in PIM" names those for groups besides. */
export const ROLE_POLICY_READ: Permit = {
  scopes: [
    ...ROLE_MANAGEMENT_READ,
    "RoleManagementPolicy.Read.Directory",
    "RoleManagementPolicy.ReadWrite.Directory",
    "RoleManagementPolicy.Read.AzureADGroup",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
  ],
  roles: [
    ...ROLE_MANAGEMENT_READ,
    "RoleManagementPolicy.Read.AzureADGroup",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
  ],
};

/** No application may change the rules of directory roles; those of groups, hashicorp/terraform-provider-azuread does. */
export const ROLE_POLICY_WRITE: Permit = {
  scopes: [
    "RoleManagement.ReadWrite.Directory",
    "RoleManagementPolicy.ReadWrite.Directory",
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
  ],
  roles: ["RoleManagementPolicy.ReadWrite.AzureADGroup"],
};

export const EVENTS_FLOW_READ: Permit = both("EventListener.Read.All", "EventListener.ReadWrite.All");
export const EVENTS_FLOW_WRITE: Permit = {
  ...both("EventListener.ReadWrite.All"),
  directoryRoles: [R.externalIdUserFlowAdministrator],
};

export const USER_FLOW_READ: Permit = both("IdentityUserFlow.Read.All", "IdentityUserFlow.ReadWrite.All");
export const USER_FLOW_WRITE: Permit = {
  ...both("IdentityUserFlow.ReadWrite.All"),
  directoryRoles: [R.externalIdUserFlowAdministrator],
};

export const DIRECTORY_OBJECT_READ: Permit = {
  scopes: ["Directory.Read.All", "Directory.ReadWrite.All"],
  roles: ["Directory.Read.All", "Directory.ReadWrite.All"],
};

/** Any valid token; `$batch` leaves the decision to its parts. */
export const ANY_TOKEN: Permit = { scopes: [], roles: [] };

/** True when a person holds one of the roles, or Global Administrator. */
export function holdsDirectoryRole(
  caller: Caller,
  roles: readonly { readonly templateId: string }[],
): boolean {
  return [R.globalAdministrator, ...roles].some((role) => caller.directoryRoles.includes(role.templateId));
}

/** Refuses with 403 unless the caller's token allows the call; tells whether only owned objects are in reach. */
export function accessOf(world: World, caller: Caller, permit: Permit): Access {
  if (permit === ANY_TOKEN) return "full";
  const held = caller.kind === "user" ? caller.scopes : caller.roles;
  const has = (names: readonly string[]): boolean =>
    names.some((name) => held.includes(name) && !isWithheld(world, name));
  if (permit.also !== undefined && !has(permit.also)) return requestDenied();
  if (caller.kind === "application") {
    if (has(permit.roles)) return "full";
    return permit.ownedRoles !== undefined && has(permit.ownedRoles) ? "owned" : requestDenied();
  }
  if (!has(permit.scopes)) return requestDenied();
  if (permit.directoryRoles === undefined || holdsDirectoryRole(caller, permit.directoryRoles)) return "full";
  return permit.ownerMay === true ? "owned" : requestDenied();
}

/** Like `accessOf`, for what a call shows beside its own objects. */
export function mayRead(caller: Caller, permit: Permit): boolean {
  const names = caller.kind === "user" ? permit.scopes : permit.roles;
  const held = caller.kind === "user" ? caller.scopes : caller.roles;
  return names.some((name) => held.includes(name));
}
