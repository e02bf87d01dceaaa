import type { Json, JsonObject } from "../../exchange.ts";
import { stableId } from "../rows.ts";
import { type Column, isLookup, linkColumns, type Model, type Table } from "./model.ts";
import { objectTypeCodeOf } from "./object-type-codes.ts";

/** Metadata entities as JSON ("EntityMetadata", "AttributeMetadata" and relationship types of the Web API reference). */

function label(text: string | undefined): Json {
  if (text === undefined) return { LocalizedLabels: [], UserLocalizedLabel: null };
  const localized = {
    Label: text,
    LanguageCode: 1033,
    IsManaged: true,
    MetadataId: stableId("label", text),
    HasChanged: null,
  };
  return { LocalizedLabels: [localized], UserLocalizedLabel: localized };
}

function managed(value: boolean, logicalName: string): Json {
  return { Value: value, CanBeChanged: true, ManagedPropertyLogicalName: logicalName };
}

export function describeTable(table: Table, audited: boolean): JsonObject {
  return {
    LogicalName: table.logicalName,
    SchemaName: table.schemaName,
    EntitySetName: table.set,
    LogicalCollectionName: table.set,
    CollectionSchemaName: table.set,
    PrimaryIdAttribute: table.id,
    PrimaryNameAttribute: table.primaryName ?? null,
    ObjectTypeCode: objectTypeCodeOf(table.logicalName),
    OwnershipType: table.ownership ?? "None",
    IsActivity: table.id === "activityid",
    IsCustomEntity: table.logicalName.includes("_"),
    IsIntersect: table.intersect,
    IsManaged: true,
    IsPrivate: false,
    IsLogicalEntity: false,
    IsSolutionAware: table.solutionAware,
    IsOptimisticConcurrencyEnabled: true,
    ChangeTrackingEnabled: false,
    TableType: table.virtual ? "Virtual" : "Standard",
    MetadataId: stableId("table", table.logicalName),
    HasChanged: null,
    DisplayName: label(table.label),
    IsAuditEnabled: managed(audited, "canmodifyauditsettings"),
    IsCustomizable: managed(true, "iscustomizable"),
  };
}

const ATTRIBUTE_TYPES: Readonly<Record<Column["type"], string>> = {
  String: "StringAttributeMetadata",
  Memo: "MemoAttributeMetadata",
  Integer: "IntegerAttributeMetadata",
  BigInt: "BigIntAttributeMetadata",
  Decimal: "DecimalAttributeMetadata",
  Double: "DoubleAttributeMetadata",
  Money: "MoneyAttributeMetadata",
  Boolean: "BooleanAttributeMetadata",
  DateTime: "DateTimeAttributeMetadata",
  Picklist: "PicklistAttributeMetadata",
  MultiSelectPicklist: "MultiSelectPicklistAttributeMetadata",
  State: "StateAttributeMetadata",
  Status: "StatusAttributeMetadata",
  Uniqueidentifier: "UniqueIdentifierAttributeMetadata",
  EntityName: "EntityNameAttributeMetadata",
  ManagedProperty: "ManagedPropertyAttributeMetadata",
  Lookup: "LookupAttributeMetadata",
  Owner: "LookupAttributeMetadata",
};

function attributeType(column: Column): string {
  return column.type === "MultiSelectPicklist" ? "Virtual" : column.type;
}

function optionSetOf(table: Table, column: Column): Json {
  const name = `${table.logicalName}_${column.name}`;
  return {
    MetadataId: stableId("optionset", name),
    Name: name,
    IsGlobal: false,
    OptionSetType: column.type === "State" || column.type === "Status" ? column.type : "Picklist",
    Options: Object.entries(column.options ?? {}).map(([value, text]) => ({
      Value: Number(value),
      Label: label(text),
    })),
  };
}

export function describeColumn(table: Table, column: Column, audited: boolean): JsonObject {
  const key = column.name === table.id;
  return {
    "@odata.type": `#Microsoft.Dynamics.CRM.${ATTRIBUTE_TYPES[column.type]}`,
    LogicalName: column.name,
    SchemaName: column.schemaName,
    EntityLogicalName: table.logicalName,
    AttributeType: attributeType(column),
    AttributeTypeName: { Value: `${column.type}Type` },
    IsPrimaryId: key,
    IsPrimaryName: column.name === table.primaryName,
    IsValidForCreate: column.readOnly !== true,
    IsValidForRead: true,
    IsValidForUpdate: column.readOnly !== true && column.createOnly !== true && !key,
    IsLogical: false,
    IsManaged: true,
    IsCustomAttribute: column.name.includes("_"),
    MetadataId: stableId("column", table.logicalName, column.name),
    HasChanged: null,
    RequiredLevel: {
      Value: column.requiredLevel ?? "None",
      CanBeChanged: true,
      ManagedPropertyLogicalName: "canmodifyrequirementlevelsettings",
    },
    IsAuditEnabled: managed(audited, "canmodifyauditsettings"),
    MaxLength: column.maxLength ?? null,
    MinValue: column.min ?? null,
    MaxValue: column.max ?? null,
    Targets: column.targets === undefined ? [] : Object.keys(column.targets),
    ...(column.options === undefined ? {} : { OptionSet: optionSetOf(table, column), GlobalOptionSet: null }),
  };
}

export function describeKeys(table: Table): JsonObject[] {
  return table.keys.map((columns) => ({
    LogicalName: columns.join("_"),
    SchemaName: columns.join("_"),
    EntityLogicalName: table.logicalName,
    KeyAttributes: [...columns],
    EntityKeyIndexStatus: "Active",
    IsManaged: true,
    MetadataId: stableId("key", table.logicalName, ...columns),
    HasChanged: null,
  }));
}

/** A relationship's own schema name is null where no public source prints it. */
function manyToOne(model: Model, table: Table, column: Column): JsonObject[] {
  return Object.entries(column.targets ?? {}).map(([target, navigation]) => ({
    SchemaName: null,
    RelationshipType: "OneToManyRelationship",
    ReferencedEntity: target,
    ReferencedAttribute: model.tables.get(target)?.id ?? `${target}id`,
    ReferencingEntity: table.logicalName,
    ReferencingAttribute: column.name,
    ReferencingEntityNavigationPropertyName: navigation,
    ReferencedEntityNavigationPropertyName: null,
    IsCustomRelationship: column.name.includes("_"),
    IsManaged: true,
    MetadataId: stableId("relationship", table.logicalName, column.name, target),
    HasChanged: null,
  }));
}

function children(model: Model, table: Table): JsonObject[] {
  const known: JsonObject[] = [];
  for (const other of model.tables.values())
    for (const column of other.columns.values()) {
      if (!isLookup(column) || column.targets?.[table.logicalName] === undefined) continue;
      const collection = [...table.navigations.values()].find(
        (navigation) =>
          navigation.kind === "children" &&
          navigation.table === other.logicalName &&
          navigation.lookup === column.name,
      );
      for (const relationship of manyToOne(model, other, column))
        if (relationship["ReferencedEntity"] === table.logicalName)
          known.push({
            ...relationship,
            ReferencedEntityNavigationPropertyName: collection?.name ?? null,
          });
    }
  return known;
}

function manyToMany(model: Model, table: Table): JsonObject[] {
  return model.relationships
    .filter(({ left, right }) => left === table.logicalName || right === table.logicalName)
    .map((relationship) => {
      const columns = linkColumns(model, relationship);
      return {
        SchemaName: relationship.schemaName,
        RelationshipType: "ManyToManyRelationship",
        Entity1LogicalName: relationship.left,
        Entity2LogicalName: relationship.right,
        IntersectEntityName: relationship.intersect,
        Entity1IntersectAttribute: columns.left,
        Entity2IntersectAttribute: columns.right,
        Entity1NavigationPropertyName: relationship.navigation,
        Entity2NavigationPropertyName: relationship.navigation,
        IsManaged: true,
        MetadataId: stableId("relationship", relationship.schemaName),
        HasChanged: null,
      };
    });
}

export function describeRelationships(
  model: Model,
  table: Table,
  kind: "ManyToOneRelationships" | "OneToManyRelationships" | "ManyToManyRelationships",
): JsonObject[] {
  if (kind === "ManyToManyRelationships") return manyToMany(model, table);
  if (kind === "OneToManyRelationships") return children(model, table);
  return [...table.columns.values()].flatMap((column) => manyToOne(model, table, column));
}
