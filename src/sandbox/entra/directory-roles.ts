/**
 * Built-in directory roles by template id. Source: "Microsoft Entra built-in roles"
 * (MicrosoftDocs/entra-docs, `docs/identity/role-based-access-control/permissions-reference.md`).
 */
export const DIRECTORY_ROLES = {
  globalAdministrator: {
    templateId: "62e90394-69f5-4237-9190-012177145e10",
    displayName: "Global Administrator",
  },
  privilegedRoleAdministrator: {
    templateId: "e8611ab8-c189-46e8-94e1-60213ab1f814",
    displayName: "Privileged Role Administrator",
  },
  applicationAdministrator: {
    templateId: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    displayName: "Application Administrator",
  },
  cloudApplicationAdministrator: {
    templateId: "158c047a-c907-4556-b7ef-446551a6b5f7",
    displayName: "Cloud Application Administrator",
  },
  applicationDeveloper: {
    templateId: "cf1c38e5-3621-4004-a7cb-879624dced7c",
    displayName: "Application Developer",
  },
  groupsAdministrator: {
    templateId: "fdd7a751-b60b-444a-984c-02652fe8fa1c",
    displayName: "Groups Administrator",
  },
  userAdministrator: {
    templateId: "fe930be7-5e62-47db-91af-98c3a49a38b1",
    displayName: "User Administrator",
  },
  dynamics365Administrator: {
    templateId: "44367163-eba1-44c3-98af-f5787879f96a",
    displayName: "Dynamics 365 Administrator",
  },
  powerPlatformAdministrator: {
    templateId: "11648597-926c-4cf3-9c36-bcebb0ba8dcc",
    displayName: "Power Platform Administrator",
  },
  licenseAdministrator: {
    templateId: "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
    displayName: "License Administrator",
  },
  securityAdministrator: {
    templateId: "194ae4cb-b126-40b2-bd5b-6091b380977d",
    displayName: "Security Administrator",
  },
  directoryReaders: {
    templateId: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    displayName: "Directory Readers",
  },
  externalIdUserFlowAdministrator: {
    templateId: "6e591065-9bad-43ed-90f3-e9424366d2f0",
    displayName: "External ID User Flow Administrator",
  },
  globalReader: { templateId: "f2ef992c-3afb-46b9-b7cf-a126ee74c451", displayName: "Global Reader" },
} as const;

/** The `wids` entry that every ordinary member carries ("Access token claims reference"). */
export const DEFAULT_MEMBER_ROLE = "b79fbf4d-3ef9-4689-8143-76b194e85509";

export function directoryRoleName(templateId: string): string {
  const role = Object.values(DIRECTORY_ROLES).find((candidate) => candidate.templateId === templateId);
  return role?.displayName ?? templateId;
}
