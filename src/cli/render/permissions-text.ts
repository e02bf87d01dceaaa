import type { NeededPermission, PermissionList, ServicePermissions } from "../../permissions.ts";

/** A line of the list, and what it is, for its style. */
export interface PermissionLine {
  readonly role: "service" | "permission" | "detail";
  readonly text: string;
}

const HOW: Readonly<Record<ServicePermissions["service"], string>> = {
  graph: "application permissions, with admin consent",
  azure: "actions of a custom role, on the subscription",
  "key-vault": "data actions, in the role Key Vault Reader on the vault",
  "power-platform": "no role only reads: a registered management application, or the role",
  dataverse: "privileges of a security role, organization-wide",
  "directory-role": "roles of the directory, for people",
};

/** This many controls are named; `--verbose` names all. */
const FEW = 3;

function named(ids: readonly string[], all: boolean): string {
  const shown = all ? ids : ids.slice(0, FEW);
  const more = ids.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function detailsOf({ controls, behind, coveredBy, holder }: NeededPermission, all: boolean): string[] {
  return [
    ...(controls.length === 0 ? [] : [`without it: ${named(controls, all)}`]),
    ...(behind.length === 0
      ? []
      : [`may follow: ${all ? named(behind, true) : `${behind.length} more that stand on them`}`]),
    ...(coveredBy.length === 0 ? [] : [`not needed next to ${coveredBy.join(" or ")}`]),
    ...(holder === "person" ? ["for people only: an application's verdict is an error or manual"] : []),
  ];
}

/** The least privilege by service, for people. */
export function permissionsText({ services }: PermissionList, all: boolean): readonly PermissionLine[] {
  return services.flatMap(({ service, title, permissions }) => [
    { role: "service" as const, text: `${title} (${HOW[service]})` },
    ...permissions.flatMap((permission) => [
      { role: "permission" as const, text: `  ${permission.name}` },
      ...detailsOf(permission, all).map((text) => ({ role: "detail" as const, text: `      ${text}` })),
    ]),
  ]);
}
