import { organization } from "../../resources/dataverse/organization.ts";
import { environment } from "../../resources/power-platform/environment.ts";
import { quoted } from "../../services/dataverse.ts";
import { numberAt, rowsAt, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest } from "../../spec/model.ts";
import { defineProbe } from "../probe.ts";

/** For the platform's own services; no person may hold it. */
export const API_ACCESS_ROLE = "Omnichannel API access";

/** Roles that open patients' data. */
export function healthcareRoles({ roles }: Pick<Manifest, "roles">): readonly string[] {
  return roles.filter((role) => /^healthcare /i.test(role));
}

function namedRoles({ roles }: Pick<EnvironmentSpec, "roles">): readonly string[] {
  return [...new Set(roles.map(({ role }) => role))];
}

export type RoleHolder = {
  /** What the user signs in with; the name where there is none. */
  readonly name: string;
  /** Entra object id; null for applications. */
  readonly objectId: string | null;
  /** Client id of an application user; null for people. */
  readonly applicationId: string | null;
  readonly enabled: boolean;
  /** Of those looked for, held directly. */
  readonly roles: readonly string[];
};

/** Expanding a user's roles is dear: only holders of roles that a control asks about are fetched. */
export const roleHolders = defineProbe<{ readonly users: readonly RoleHolder[] }>({
  id: "role-holders",
  summary: "users who directly hold a healthcare role, a role of the spec, or Omnichannel API access",
  api: "Dataverse Web API: systemusers, systemuserroles_association",
  persona: "System Administrator",
  permissions: ["prvReadUser", "prvReadRole"],
  sources: [
    "Dataverse: Query data using the Web API (filter rows based on values of related tables)",
    "MicrosoftDocs/dynamics-365-customer-engagement:ce/customer-service/administer/add-users-assign-roles.md",
  ],
  dependsOn: () => [environment.address()],
  async read(context) {
    const client = organization(context);
    if (client === undefined) return undefined;
    const wanted = [
      ...new Set([...namedRoles(context.spec), ...healthcareRoles(context.manifest), API_ACCESS_ROLE]),
    ];
    const named = wanted.map((role) => `r/name eq ${quoted(role)}`).join(" or ");
    const rows = await client.list("systemusers", {
      select: [
        "systemuserid",
        "fullname",
        "domainname",
        "azureactivedirectoryobjectid",
        "applicationid",
        "isdisabled",
      ],
      filter: `systemuserroles_association/any(r:${named})`,
      expand: "systemuserroles_association($select=name)",
    });
    if (rows === undefined) return undefined;
    const lower = new Set(wanted.map((role) => role.toLowerCase()));
    const users = rows.map(
      (row): RoleHolder => ({
        name: textAt(row, "domainname") || textAt(row, "fullname") || textAt(row, "systemuserid"),
        objectId: textAt(row, "azureactivedirectoryobjectid").toLowerCase() || null,
        applicationId: textAt(row, "applicationid").toLowerCase() || null,
        enabled: row["isdisabled"] !== true,
        roles: rowsAt(row, "systemuserroles_association")
          .map((role) => textAt(role, "name"))
          .filter((role) => lower.has(role.toLowerCase())),
      }),
    );
    return { users };
  },
});

export type LayeredRole = {
  readonly name: string;
  readonly managed: boolean;
  /** Solutions of its layers, from the bottom up; empty when nothing says so. */
  readonly layers: readonly string[];
};

/**
 * The layers of the roles that the spec gives. Assumption: an edited role shows the layer `Active`, as every other
 * component does; "Solution layers" speaks of components in general.
 */
export const roleLayers = defineProbe<{ readonly roles: readonly LayeredRole[] }>({
  id: "role-layers",
  summary: "solution layers of the security roles that the spec gives",
  api: "Dataverse Web API: roles, msdyn_componentlayers",
  persona: "System Administrator",
  permissions: ["prvReadRole", "prvReadmsdyn_componentlayer"],
  sources: [
    "Power Apps: Solution layers; table reference msdyn_componentlayer",
    "TALXIS/tools-cli (filters of msdyn_componentlayers, names of layers)",
  ],
  dependsOn: () => [environment.address()],
  async read(context) {
    const client = organization(context);
    const names = namedRoles(context.spec);
    if (client === undefined || names.length === 0) return undefined;
    const rows = await client.list("roles", {
      select: ["roleid", "name", "ismanaged"],
      // Copies of other business units follow the role of the root one.
      filter: `(${names.map((name) => `name eq ${quoted(name)}`).join(" or ")}) and _parentroleid_value eq null`,
    });
    const roles = await Promise.all(
      (rows ?? []).map(async (row): Promise<LayeredRole> => {
        const managed = row["ismanaged"] === true;
        const layers = managed
          ? await client.list("msdyn_componentlayers", {
              select: ["msdyn_solutionname", "msdyn_order"],
              filter: `msdyn_componentid eq ${quoted(textAt(row, "roleid"))} and msdyn_solutioncomponentname eq 'Role'`,
            })
          : [];
        return {
          name: textAt(row, "name"),
          managed,
          layers: (layers ?? [])
            .toSorted((a, b) => (numberAt(a, "msdyn_order") ?? 0) - (numberAt(b, "msdyn_order") ?? 0))
            .map((layer) => textAt(layer, "msdyn_solutionname")),
        };
      }),
    );
    return { roles };
  },
});
