import type { Json, JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";

/** A row: Web API property names (lookups as `_name_value`) → values. Columns never set are absent. */
export type Row = { [property: string]: Json };

/** The links of an N:N relationship are an array, the rows of a table an object keyed by id. */
export type StoredTable = { [id: string]: Row } | Row[];

export interface OrganizationState {
  readonly organizationId: string;
  readonly environmentId: string;
  /** `https://contosohealth-dev.crm.dynamics.com/`. */
  readonly url: string;
  readonly domainName: string;
  readonly friendlyName: string;
  readonly baseLanguage: number;
  readonly createdAt: number;
  /** Object id of the principal that created the environment: it is let in a while after the rest exists. */
  readonly createdBy: string;
  /** Row version; every write takes the next number. */
  version: number;
  features: string[];
  packages: string[];
  /** Channels whose provisioning has been asked for or is done. */
  channels: { [channel: string]: "in progress" | "done" };
  audit: { [table: string]: { table?: boolean; columns?: { [column: string]: boolean } } };
  /** Column security that somebody switched, by table and column; where nothing stands, it is as shipped. */
  columnSecurity?: { [table: string]: { [column: string]: boolean } };
  tables: { [logicalName: string]: StoredTable };
  /** Solution files staged and not yet imported, by upload id: base64. */
  stagedSolutions?: { [uploadId: string]: string };
  /** Files of imported solutions by unique name: base64. */
  solutionFiles?: { [uniqueName: string]: string };
  /** What export jobs made, by export job id. */
  exports?: { [exportJobId: string]: { readonly asyncOperationId: string; readonly file: string } };
  /** Changed service protection limits, for trying out what a client does at them. */
  limits?: { requests?: number; executionMs?: number };
}

export interface DataverseState {
  organizations: { [domainName: string]: OrganizationState };
}

export const DATAVERSE = "dataverse";

export function dataverseState(world: World): DataverseState {
  return world.slice<DataverseState>(DATAVERSE);
}

export function organizationByHost(world: World, host: string): OrganizationState | undefined {
  const organizations = Object.values(dataverseState(world).organizations);
  const direct = host.replace(/\.api\.(crm\d*\.)/, ".$1");
  return organizations.find((organization) => new URL(organization.url).host === direct);
}

export function organizationById(world: World, organizationId: string): OrganizationState | undefined {
  return Object.values(dataverseState(world).organizations).find(
    (organization) => organization.organizationId === organizationId,
  );
}

export type { Json, JsonObject };
