/** Id of the resource: Microsoft Graph. */
export const GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000";

/**
 * Ids of Microsoft Graph's application permissions that reading can need, by name; the same in every tenant
 * (microsoftgraph/microsoft-graph-devx-content:permissions/new/provisioningInfo.json). A permission that a kind or a probe
 * names belongs here, or it cannot be put into an application's manifest.
 */
export const GRAPH_APPLICATION_PERMISSIONS: Readonly<Record<string, string>> = {
  "AccessReview.Read.All": "d07a8cc0-3d51-4b77-b3b0-32704d1f69fa",
  "AdministrativeUnit.Read.All": "134fd756-38ce-4afd-ba33-e9623dbe66c2",
  "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
  "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
  "DelegatedPermissionGrant.Read.All": "81b4724a-58aa-41c1-8a55-84ef97466587",
  "Device.Read.All": "7438b122-aefc-4978-80ed-43db9fcc7715",
  "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
  "Domain.Read.All": "dbb9058a-0e50-45d7-ae91-66909b5d4664",
  "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
  "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
  "IdentityRiskyUser.Read.All": "dc5007c0-2d7d-4c42-879c-2dab87571379",
  "LicenseAssignment.Read.All": "e2f98668-2877-4f38-a2f4-8202e0717aa1",
  "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
  "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
  "Policy.Read.AuthenticationMethod": "8e3bc81b-d2f3-4b7b-838c-32c88218d2f0",
  "Policy.Read.ConditionalAccess": "37730810-e9ba-4e46-b07e-8ca78d182097",
  "Policy.Read.PermissionGrant": "9e640839-a198-48fb-8b9a-013fd6f6cbcd",
  "PrivilegedEligibilitySchedule.Read.AzureADGroup": "edb419d6-7edc-42a3-9345-509bfdf5d87c",
  "Reports.Read.All": "230c1aed-a721-4c5d-9cb4-a90514e508ef",
  "RoleAssignmentSchedule.Read.Directory": "d5fe8ce8-684c-4c83-a52c-46e882ce4be1",
  "RoleEligibilitySchedule.Read.Directory": "ff278e11-4a33-4d0c-83d2-d01dc58929a5",
  "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
  "RoleManagementPolicy.Read.Directory": "fdc4c997-9942-4479-bfcb-75a36d1138df",
  "SecurityEvents.Read.All": "bf394140-e372-4bf9-a898-299cfc7564e5",
  "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
  "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
  "UserAuthenticationMethod.Read.All": "38d9df27-64da-44fd-b7c5-a6fbac20248f",
};
