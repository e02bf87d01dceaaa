import description from "./tables.json" with { type: "json" };

/**
 * The tables the fake organization knows, described as Dataverse metadata describes them: logical names, entity
 * sets, columns, exact navigation property names. Sources: Microsoft's table reference
 * (MicrosoftDocs/powerapps-docs and dynamics-365-customer-engagement, developer reference pages) and classes
 * generated from live organizations (phuocle/Dynamics-Crm-DevKit). Columns every table has are added here.
 */

/** What must be installed before a table or column exists. */
export type Feature = "omnichannel" | "chat" | "sms" | "teams" | "healthcare" | "portal";

export type ColumnType =
  | "String"
  | "Memo"
  | "Integer"
  | "BigInt"
  | "Decimal"
  | "Double"
  | "Money"
  | "Boolean"
  | "DateTime"
  | "Picklist"
  | "MultiSelectPicklist"
  | "State"
  | "Status"
  | "Uniqueidentifier"
  | "EntityName"
  | "ManagedProperty"
  | "Lookup"
  | "Owner";

export interface Column {
  readonly name: string;
  /** How the Web API spells it: the logical name, or `_name_value` for lookups. */
  readonly property: string;
  readonly schemaName: string;
  readonly type: ColumnType;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly options?: Readonly<Record<string, string>>;
  /** True when the described options are not all there are. */
  readonly open?: boolean;
  readonly default?: string | number | boolean | null;
  readonly readOnly?: boolean;
  readonly createOnly?: boolean;
  readonly requiredLevel?: string;
  /** Referenced table → navigation property of this table. */
  readonly targets?: Readonly<Record<string, string>>;
  readonly needs?: Feature;
}

export interface ManyToMany {
  readonly schemaName: string;
  /** Intersect table; also the name under which the links lie in the state. */
  readonly intersect: string;
  readonly left: string;
  readonly right: string;
  /** The same on both sides. */
  readonly navigation: string;
}

export type Navigation =
  | { readonly kind: "lookup"; readonly name: string; readonly column: Column; readonly targets: string[] }
  | { readonly kind: "children"; readonly name: string; readonly table: string; readonly lookup: string }
  | {
      readonly kind: "links";
      readonly name: string;
      readonly relationship: ManyToMany;
      readonly target: string;
    };

export interface Table {
  readonly logicalName: string;
  readonly schemaName: string;
  readonly set: string;
  readonly id: string;
  readonly primaryName: string | undefined;
  readonly label: string | undefined;
  readonly ownership: string | undefined;
  readonly solutionAware: boolean;
  readonly virtual: boolean;
  readonly intersect: boolean;
  readonly needs: Feature | undefined;
  readonly keys: readonly (readonly string[])[];
  /** By logical name. */
  readonly columns: ReadonlyMap<string, Column>;
  /** By the name the Web API uses. */
  readonly properties: ReadonlyMap<string, Column>;
  readonly navigations: ReadonlyMap<string, Navigation>;
}

export interface Model {
  readonly tables: ReadonlyMap<string, Table>;
  readonly sets: ReadonlyMap<string, Table>;
  readonly relationships: readonly ManyToMany[];
}

type DescribedColumn = Omit<Column, "name" | "property" | "schemaName"> & { readonly schemaName?: string };

interface DescribedTable {
  readonly set: string;
  readonly id: string;
  readonly name?: string;
  readonly schemaName?: string;
  readonly label?: string;
  readonly ownership?: string;
  readonly solutionAware?: boolean;
  readonly virtual?: boolean;
  readonly needs?: Feature;
  readonly keys?: readonly (readonly string[])[];
  /** Collection navigation property → child table. */
  readonly collections?: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, DescribedColumn>>;
}

const DESCRIBED = description as unknown as {
  readonly tables: Readonly<Record<string, DescribedTable>>;
  readonly manyToMany: readonly ManyToMany[];
};

export function isLookup(column: Column): boolean {
  return column.targets !== undefined;
}

/** Activity tables give their common lookups a suffix (`createdby_msdyn_ocliveworkitem`). */
const ACTIVITY_TABLES = new Set(["msdyn_ocliveworkitem", "msdyn_ocsession"]);

function commonColumns(name: string, table: DescribedTable): Record<string, DescribedColumn> {
  const suffix = ACTIVITY_TABLES.has(name) ? `_${name}` : "";
  const reference = (column: string, target: string): DescribedColumn => ({
    type: "Lookup",
    readOnly: true,
    targets: { [target]: `${column}${suffix}` },
  });
  const columns: Record<string, DescribedColumn> = { versionnumber: { type: "BigInt", readOnly: true } };
  if (table.name === undefined) return columns;
  Object.assign(columns, {
    createdon: { type: "DateTime", readOnly: true },
    modifiedon: { type: "DateTime", readOnly: true },
    createdby: reference("createdby", "systemuser"),
    modifiedby: reference("modifiedby", "systemuser"),
    createdonbehalfby: reference("createdonbehalfby", "systemuser"),
    modifiedonbehalfby: reference("modifiedonbehalfby", "systemuser"),
    importsequencenumber: { type: "Integer" },
    overriddencreatedon: { type: "DateTime" },
    timezoneruleversionnumber: { type: "Integer" },
    utcconversiontimezonecode: { type: "Integer" },
  } satisfies Record<string, DescribedColumn>);
  if (table.ownership === "UserOwned")
    Object.assign(columns, {
      owningbusinessunit: reference("owningbusinessunit", "businessunit"),
      owningteam: reference("owningteam", "team"),
      owninguser: reference("owninguser", "systemuser"),
    });
  if (table.solutionAware)
    Object.assign(columns, {
      componentstate: { type: "Picklist", readOnly: true, default: 0 },
      ismanaged: { type: "Boolean", readOnly: true, default: false },
      solutionid: { type: "Uniqueidentifier", readOnly: true },
      overwritetime: { type: "DateTime", readOnly: true },
    } satisfies Record<string, DescribedColumn>);
  return columns;
}

function columnOf(name: string, described: DescribedColumn): Column {
  return {
    schemaName: name,
    ...described,
    name,
    property: described.targets === undefined ? name : `_${name}_value`,
  };
}

function navigationsOf(
  name: string,
  table: DescribedTable,
  columns: readonly Column[],
): Map<string, Navigation> {
  const navigations = new Map<string, Navigation>();
  for (const column of columns) {
    for (const [target, navigation] of Object.entries(column.targets ?? {})) {
      const known = navigations.get(navigation);
      if (known?.kind === "lookup") known.targets.push(target);
      else navigations.set(navigation, { kind: "lookup", name: navigation, column, targets: [target] });
    }
  }
  for (const [navigation, child] of Object.entries(table.collections ?? {})) {
    const described = Object.entries(DESCRIBED.tables[child]?.columns ?? {});
    const lookup = described.find(
      ([column, { targets }]) => targets?.[name] !== undefined && column === table.id,
    )
      ? table.id
      : described.find(([, { targets }]) => targets?.[name] !== undefined)?.[0];
    if (lookup !== undefined)
      navigations.set(navigation, { kind: "children", name: navigation, table: child, lookup });
  }
  for (const relationship of DESCRIBED.manyToMany) {
    if (relationship.left !== name && relationship.right !== name) continue;
    const target = relationship.left === name ? relationship.right : relationship.left;
    navigations.set(relationship.navigation, {
      kind: "links",
      name: relationship.navigation,
      relationship,
      target,
    });
  }
  return navigations;
}

function buildModel(features: ReadonlySet<string>): Model {
  const tables = new Map<string, Table>();
  const there = (needs: Feature | undefined): boolean => needs === undefined || features.has(needs);
  for (const [logicalName, described] of Object.entries(DESCRIBED.tables)) {
    if (!there(described.needs)) continue;
    const intersect = DESCRIBED.manyToMany.some((relationship) => relationship.intersect === logicalName);
    const columns = Object.entries({ ...commonColumns(logicalName, described), ...described.columns })
      .filter(([, column]) => there(column.needs))
      .map(([name, column]) => columnOf(name, column));
    tables.set(logicalName, {
      logicalName,
      schemaName: described.schemaName ?? logicalName,
      set: described.set,
      id: described.id,
      primaryName: described.name,
      label: described.label,
      ownership: described.ownership,
      solutionAware: described.solutionAware ?? false,
      virtual: described.virtual ?? false,
      intersect,
      needs: described.needs,
      keys: described.keys ?? [],
      columns: new Map(columns.map((column) => [column.name, column])),
      properties: new Map(columns.map((column) => [column.property, column])),
      navigations: navigationsOf(logicalName, described, columns),
    });
  }
  return {
    tables,
    sets: new Map([...tables.values()].map((table) => [table.set, table])),
    relationships: DESCRIBED.manyToMany.filter(({ left, right }) => tables.has(left) && tables.has(right)),
  };
}

const models = new Map<string, Model>();

/** The metadata of an organization in which these features are installed. */
export function modelOf(features: readonly string[]): Model {
  const key = [...features].sort().join(" ");
  const known = models.get(key);
  if (known !== undefined) return known;
  const model = buildModel(new Set(features));
  models.set(key, model);
  return model;
}

/** Columns of an intersect table that hold the two ids of a link. */
export function linkColumns(model: Model, relationship: ManyToMany): { left: string; right: string } {
  const idOf = (table: string): string => model.tables.get(table)?.id ?? `${table}id`;
  return { left: idOf(relationship.left), right: idOf(relationship.right) };
}
