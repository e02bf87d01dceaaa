/**
 * Permissions of Microsoft Graph that the sandbox knows, with their published ids: delegated scope id, application
 * role id. Source: the permission reference's data, microsoftgraph/microsoft-graph-devx-content
 * `permissions/new/provisioningInfo.json`.
 */
export interface GraphPermission {
  readonly value: string;
  readonly scopeId?: string;
  readonly roleId?: string;
}

function permission(value: string, scopeId: string, roleId: string): GraphPermission {
  return {
    value,
    ...(scopeId === "" ? {} : { scopeId }),
    ...(roleId === "" ? {} : { roleId }),
  };
}

export const GRAPH_PERMISSIONS: readonly GraphPermission[] = [
  permission("openid", "37f7f235-527c-4136-accd-4a02d197296e", ""),
  permission("profile", "14dad69e-099b-42c9-810b-d002981feec1", ""),
  permission("email", "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", ""),
  permission("offline_access", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", ""),
  permission("User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d", ""),
  permission(
    "User.ReadBasic.All",
    "b340eb25-3456-403f-be2f-af7a0d370277",
    "97235f07-e226-4f63-ace3-39588e11d3a1",
  ),
  permission("User.Read.All", "a154be20-db9c-4678-8ab7-66f6cc099a59", "df021288-bdef-4463-88db-98f22de89214"),
  permission(
    "User.ReadWrite.All",
    "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
    "741f803b-c850-494e-b5df-cde7c675a1ca",
  ),
  permission(
    "Group.ReadBasic.All",
    "ba1917bc-a64b-4c71-b66d-229d4a520e66",
    "07d67222-3a10-4d3b-9ddc-b8aa43198a00",
  ),
  permission(
    "Group.Read.All",
    "5f8c59db-677d-491f-a6b8-5f174b11ec1d",
    "5b567255-7703-4780-807c-7be8301ae99b",
  ),
  permission(
    "Group.ReadWrite.All",
    "4e46008b-f24c-477d-8fff-7bb4ec7aafe0",
    "62a82d76-70ea-41e2-9197-370581804d09",
  ),
  permission("Group.Create", "", "bf7b1a76-6e77-406b-b258-bf5c7720e98f"),
  permission(
    "GroupMember.ReadBasic.All",
    "28539367-358c-4ed9-b7f0-793eccb8fd34",
    "8222c640-cae5-4860-8d11-b32cfad95e03",
  ),
  permission(
    "GroupMember.Read.All",
    "bc024368-1153-4739-b217-4326f2e966d0",
    "98830695-27a2-44f7-8c18-0c3ebc9698f6",
  ),
  permission(
    "GroupMember.ReadWrite.All",
    "f81125ac-d3b7-4573-a3b2-7099cc39df9e",
    "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
  ),
  permission(
    "Directory.Read.All",
    "06da0dbc-49e2-44d2-8312-53f166ab848a",
    "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
  ),
  permission(
    "Directory.ReadWrite.All",
    "c5366453-9fb0-48a5-a156-24f0c49a4b84",
    "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
  ),
  permission(
    "Organization.Read.All",
    "4908d5b9-3fb2-4b1e-9336-1888b7937185",
    "498476ce-e0fe-48b0-b801-37ba7e2685c6",
  ),
  permission(
    "LicenseAssignment.Read.All",
    "f395577a-0960-456b-979f-7228de0c5996",
    "e2f98668-2877-4f38-a2f4-8202e0717aa1",
  ),
  permission(
    "Application.Read.All",
    "c79f8feb-a9db-4090-85f9-90d820caa0eb",
    "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
  ),
  permission(
    "Application.ReadWrite.All",
    "bdfbf15f-ee85-4955-8675-146e8e5296b5",
    "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
  ),
  permission("Application.ReadWrite.OwnedBy", "", "18a4783c-866b-4cc7-a460-3d5e5662c884"),
  permission(
    "AppRoleAssignment.ReadWrite.All",
    "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
    "06b708a9-e830-4db3-a914-8e69da51d44f",
  ),
  permission(
    "DelegatedPermissionGrant.Read.All",
    "a197cdc4-a8e8-4d49-9d35-4ca7c83887b4",
    "81b4724a-58aa-41c1-8a55-84ef97466587",
  ),
  permission(
    "DelegatedPermissionGrant.ReadWrite.All",
    "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
    "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
  ),
  permission(
    "RoleManagement.Read.Directory",
    "741c54c3-0c1e-44a1-818b-3f97ab4e8c83",
    "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
  ),
  permission(
    "RoleManagement.ReadWrite.Directory",
    "d01b97e9-cbc0-49fe-810a-750afd5527a3",
    "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
  ),
  permission(
    "RoleEligibilitySchedule.Read.Directory",
    "eb0788c2-6d4e-4658-8c9e-c0fb8053f03d",
    "ff278e11-4a33-4d0c-83d2-d01dc58929a5",
  ),
  permission(
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "62ade113-f8e0-4bf9-a6ba-5acb31db32fd",
    "fee28b28-e1f3-4841-818e-2704dc62245f",
  ),
  permission(
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "ba974594-d163-484e-ba39-c330d5897667",
    "618b6020-bca8-4de6-99f6-ef445fa4d857",
  ),
  permission(
    "RoleManagementPolicy.ReadWrite.AzureADGroup",
    "0da165c7-3f15-4236-b733-c0b0f6abe41d",
    "b38dcc4d-a239-4ed6-aa84-6c65b284f97c",
  ),
  permission(
    "RoleManagementPolicy.ReadWrite.Directory",
    "1ff1be21-34eb-448c-9ac9-ce1f506b2a68",
    "31e08e0a-d3f7-4ca2-ac39-7343fb83e8ad",
  ),
  permission(
    "EventListener.ReadWrite.All",
    "d11625a6-fe21-4fc6-8d3d-063eba5525ad",
    "0edf5e9e-4ce8-468a-8432-d08631d18c43",
  ),
  permission(
    "RoleAssignmentSchedule.Read.Directory",
    "344a729c-0285-42c6-9014-f12b9b8d6129",
    "d5fe8ce8-684c-4c83-a52c-46e882ce4be1",
  ),
  permission(
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "8c026be3-8e26-4774-9372-8d5d6f21daff",
    "dd199f4a-f148-40a4-a2ec-f0069cc799ec",
  ),
  permission(
    "RoleManagement.Read.All",
    "48fec646-b2ba-4019-8681-8eb31435aded",
    "c7fbd983-d9aa-4fa7-84b8-17382c103bc4",
  ),
  permission(
    "RoleManagementPolicy.Read.Directory",
    "3de2cdbe-0ff5-47d5-bdee-7f45b4749ead",
    "fdc4c997-9942-4479-bfcb-75a36d1138df",
  ),
  permission(
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "8f44f93d-ecef-46ae-a9bf-338508d44d6b",
    "edb419d6-7edc-42a3-9345-509bfdf5d87c",
  ),
  permission(
    "PrivilegedAssignmentSchedule.Read.AzureADGroup",
    "02a32cc4-7ab5-4b58-879a-0586e0f7c495",
    "cd4161cb-f098-48f8-a884-1eda9a42434c",
  ),
  permission(
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "06dbc45d-6708-4ef0-a797-f797ee68bf4b",
    "41202f2c-f7ab-45be-b001-85c9728b9d69",
  ),
  permission(
    "RoleManagementPolicy.Read.AzureADGroup",
    "7e26fdff-9cb1-4e56-bede-211fe0e420e8",
    "69e67828-780e-47fd-b28c-7b27d14864e6",
  ),
  permission(
    "EventListener.Read.All",
    "f7dd3bed-5eec-48da-bc73-1c0ef50bc9a1",
    "b7f6385c-6ce6-4639-a480-e23c42ed9784",
  ),
  permission(
    "IdentityUserFlow.Read.All",
    "2903d63d-4611-4d43-99ce-a33f3f52e343",
    "1b0c317f-dd31-4305-9932-259a8b6e8099",
  ),
  permission(
    "IdentityUserFlow.ReadWrite.All",
    "281892cc-4dbf-4e3a-b6cc-b21029bb4e82",
    "65319a09-a2be-469d-8782-f6b07debf789",
  ),
  permission(
    "Policy.ReadWrite.TrustFramework",
    "cefba324-1a70-4a6e-9c1d-fd670b7ae392",
    "79a677f7-b79d-40d0-a36a-3e6f8688dd7a",
  ),
  permission(
    "Policy.Read.All",
    "572fea84-0151-49b2-9301-11cb16974376",
    "246dd0d5-5bd0-4def-940b-0421030a5b68",
  ),
  permission(
    "AuditLog.Read.All",
    "e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20",
    "b0afded3-3588-46d8-8b3d-9842eff778da",
  ),
  permission("OnlineMeetings.ReadWrite", "a65f2972-a4f8-4f5e-afd7-69ccb046d5dc", ""),
];

/** Scopes that every sign-in carries for OpenID Connect; they are no permissions on a resource. */
export const OPENID_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/** What the tenant's administrator consented to for the sandbox's public client, so that a person can run psc. */
export const INTERACTIVE_GRAPH_SCOPES: readonly string[] = [
  "openid",
  "profile",
  "email",
  "offline_access",
  "User.Read",
  "User.Read.All",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "AuditLog.Read.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Directory.Read.All",
  "Group.ReadWrite.All",
  "GroupMember.ReadWrite.All",
  "LicenseAssignment.Read.All",
  "Organization.Read.All",
  "Policy.Read.All",
  "RoleManagement.Read.Directory",
];

/** Application permissions the pipeline's identity holds. */
export const PIPELINE_GRAPH_ROLES: readonly string[] = [
  "User.Read.All",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "AuditLog.Read.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Directory.Read.All",
  "Group.ReadWrite.All",
  "Group.Create",
  "GroupMember.ReadWrite.All",
  "LicenseAssignment.Read.All",
  "Organization.Read.All",
  "Policy.Read.All",
  "RoleManagement.Read.Directory",
];
