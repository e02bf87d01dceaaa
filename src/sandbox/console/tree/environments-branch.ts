import { modelOf } from "../../dataverse/metadata/model.ts";
import { type OrganizationState, organizationById, type StoredTable } from "../../dataverse/state.ts";
import {
  bapState,
  type EnvironmentRecord,
  powerPlatformState,
} from "../../power-platform/power-platform-state.ts";
import type { World } from "../../world.ts";
import { byLabel, firstText, gathering, type TreeItem } from "./item.ts";

function* rowItems(
  organization: OrganizationState,
  logicalName: string,
  stored: StoredTable,
): Generator<TreeItem> {
  const table = modelOf(organization.features).tables.get(logicalName);
  const name = table?.primaryName;
  for (const key in stored) {
    const row = (stored as Record<string, { [property: string]: unknown }>)[key];
    if (row === undefined) continue;
    const label = firstText(name === undefined ? undefined : row[name], key);
    yield {
      key,
      kind: Array.isArray(stored) ? "link" : logicalName,
      label: Array.isArray(stored) ? `Link ${Number(key) + 1}` : label,
      ...(label === key ? {} : { note: key }),
      value: () => row,
    };
  }
}

function tableItems(organization: OrganizationState): TreeItem[] {
  const { tables } = modelOf(organization.features);
  return Object.entries(organization.tables)
    .map(([logicalName, stored]) => {
      const described = tables.get(logicalName);
      const rows = Object.keys(stored).length;
      return {
        key: logicalName,
        kind: Array.isArray(stored) ? "N:N relationship" : "table",
        label: logicalName,
        note: String(rows),
        value: () => ({
          logicalName,
          ...(described === undefined ? {} : { entitySet: described.set, label: described.label }),
          rows,
        }),
        children: () => rowItems(organization, logicalName, stored),
      };
    })
    .sort(byLabel);
}

function organizationItem(organization: OrganizationState): TreeItem {
  return {
    key: "dataverse",
    kind: "Dataverse organization",
    label: organization.domainName,
    note: `${Object.keys(organization.tables).length} tables`,
    value: () => ({
      ...organization,
      tables: undefined,
      stagedSolutions: undefined,
      solutionFiles: undefined,
      exports: undefined,
    }),
    children: () => tableItems(organization),
  };
}

function environmentItem(world: World, environment: EnvironmentRecord): TreeItem {
  const { packages, websites } = powerPlatformState(world);
  const ofEnvironment = ({ environmentId }: { environmentId: string }): boolean =>
    environmentId === environment.id;
  const organization =
    environment.database === null ? undefined : organizationById(world, environment.database.organizationId);
  const applications = (): TreeItem[] =>
    Object.values(packages)
      .filter(ofEnvironment)
      .map((installed) => ({
        key: installed.uniqueName,
        kind: "application package",
        label: installed.uniqueName,
        note: installed.state,
        value: () => installed,
      }))
      .sort(byLabel);
  const sites = (): TreeItem[] =>
    Object.values(websites)
      .filter(ofEnvironment)
      .map((site) => ({
        key: site.id,
        kind: "Power Pages site",
        label: site.name,
        note: site.state,
        value: () => site,
      }));
  return {
    key: environment.id,
    kind: "environment",
    label: environment.displayName,
    note: environment.sku,
    value: () => environment,
    children: () => [
      ...(organization === undefined ? [] : [organizationItem(organization)]),
      gathering("applications", "Dynamics 365 apps", applications),
      gathering("websites", "Power Pages sites", sites),
    ],
  };
}

export function environmentsBranch(world: World): TreeItem {
  const environments = (): TreeItem[] =>
    Object.values(bapState(world).environments)
      .map((environment) => environmentItem(world, environment))
      .sort(byLabel);
  return gathering("environments", "Power Platform environments", environments);
}
