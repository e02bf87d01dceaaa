import { GRAPH_APPLICATION_PERMISSIONS } from "./graph-permission-ids.ts";

export const PERMISSION_SERVICES = [
  "graph",
  "azure",
  "key-vault",
  "power-platform",
  "dataverse",
  "directory-role",
] as const;
/** Where a permission is granted. */
export type PermissionService = (typeof PERMISSION_SERVICES)[number];

export const PERMISSION_SERVICE_TITLES: Readonly<Record<PermissionService, string>> = {
  graph: "Microsoft Graph",
  azure: "Azure",
  "key-vault": "Azure Key Vault",
  "power-platform": "Power Platform",
  dataverse: "Dataverse",
  "directory-role": "Microsoft Entra",
};

/** A permission as kinds and probes name it, with where and to whom it is granted. */
export interface Permission {
  /** As kinds and probes spell it. */
  readonly text: string;
  readonly service: PermissionService;
  /** As the service spells it: an application permission, an action, a privilege, a role. */
  readonly name: string;
  /** Who can hold it: some are for people only. */
  readonly holder: "anybody" | "person";
  /** Of an application permission of Microsoft Graph. */
  readonly id: string | null;
}

type Form = readonly [pattern: RegExp, service: PermissionService, holder?: Permission["holder"]];

/** The first that fits counts; what stands in parentheses is the name. */
const FORMS: readonly Form[] = [
  [/^(prv[A-Z]\w+)$/, "dataverse"],
  [/^(Microsoft\.KeyVault\/vaults\/(?:secrets|keys|certificates)\/\w+\/action)$/, "key-vault"],
  [/^(Microsoft\.[A-Za-z]+\/(?:[\w*]+\/)+(?:read|action))$/i, "azure"],
  [/^\S+ \(directory role (.+)\)$/, "directory-role", "person"],
  [/^(Power Platform Administrator)$/, "power-platform"],
  [/^((?:AppManagement|PowerPages)(?:\.\w+)+) \(delegated\)$/, "power-platform", "person"],
  [/^((?:AppManagement|PowerPages)(?:\.\w+)+)$/, "power-platform"],
];

/**
 * Where a permission belongs; undefined for words that fit no service. The words are those of kinds and probes: the
 * services' own, with `(delegated)` for what only a signed-in person can have and `(directory role NAME)` for actions that only a role
 * of the directory brings.
 */
export function classify(text: string): Permission | undefined {
  for (const [pattern, service, holder = "anybody"] of FORMS) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) return { text, service, name, holder, id: null };
  }
  const id = GRAPH_APPLICATION_PERMISSIONS[text];
  return id === undefined ? undefined : { text, service: "graph", name: text, holder: "anybody", id };
}

/**
 * Permissions that open everything that psc reads by another one: whoever has one of them does not miss the other
 * (microsoftgraph/microsoft-graph-devx-content:permissions/new/permissions.json; "Create a service principal application
 * via API", Power Platform). `Application.Read.All` is not among them: `Directory.Read.All` does not open federated
 * credentials.
 */
const COVERED_BY: Readonly<Record<string, readonly string[]>> = {
  "GroupMember.Read.All": ["Group.Read.All", "Directory.Read.All"],
  "Group.Read.All": ["Directory.Read.All"],
  "LicenseAssignment.Read.All": ["Organization.Read.All", "Directory.Read.All"],
  "Organization.Read.All": ["User.Read.All", "Directory.Read.All"],
  "User.ReadBasic.All": ["User.Read.All", "Directory.Read.All"],
  "User.Read.All": ["Directory.Read.All"],
  "AppManagement.ApplicationPackages.Read": ["Power Platform Administrator"],
};

export function coveredBy(name: string): readonly string[] {
  return COVERED_BY[name] ?? [];
}

/** The same permission, whatever the case: Azure and Dataverse name it in more than one. */
export function isSamePermission(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
