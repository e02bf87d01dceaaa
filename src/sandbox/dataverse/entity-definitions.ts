import type { JsonObject, SandboxResponse } from "../exchange.ts";
import {
  badPayload,
  badQuery,
  dataverseError,
  methodNotAllowed,
  segmentNotFound,
  unknownProperty,
} from "./errors.ts";
import { compileFilter, type Scope } from "./filter-evaluation.ts";
import {
  describeColumn,
  describeKeys,
  describeRelationships,
  describeTable,
} from "./metadata/definitions.ts";
import type { Column, Table } from "./metadata/model.ts";
import { parseFilter } from "./odata-filter.ts";
import { readOptions, splitOutside } from "./odata-query.ts";
import { isSystemAdministrator, requireGeneralPrivilege } from "./privileges.ts";
import { guidOf, namedValues, type Segment } from "./resource-path.ts";
import { stableId } from "./rows.ts";
import { isSecret } from "./secret-columns.ts";
import type { Session } from "./session.ts";
import type { Json } from "./state.ts";

/** Table definitions ("Query table definitions using the Web API", "Create and update table definitions"). */

/** Properties of metadata as a filter sees them; `IsAuditEnabled/Value` reaches into a managed property. */
function definitionScope(sample: JsonObject, type: string): Scope {
  return {
    property(path) {
      if (!(String(path[0]) in sample)) throw unknownProperty(String(path[0]), type);
      return {
        type: "any",
        edm: "Edm.String",
        read: (item) =>
          path.reduce<unknown>(
            (value, step) =>
              typeof value === "object" && value !== null
                ? (value as Record<string, unknown>)[step]
                : undefined,
            item,
          ),
      };
    },
    collection: (path) => {
      throw unknownProperty(path.join("/"), type);
    },
  };
}

function pick(definition: JsonObject, select: readonly string[] | undefined, type: string): JsonObject {
  if (select === undefined) return definition;
  const names = new Set(select);
  for (const name of names) if (!(name in definition)) throw unknownProperty(name, type);
  const picked: JsonObject = {};
  if (definition["@odata.type"] !== undefined && type !== "EntityMetadata")
    picked["@odata.type"] = definition["@odata.type"];
  for (const name of names) picked[name] = definition[name] ?? null;
  picked["MetadataId"] = definition["MetadataId"] ?? null;
  return picked;
}

const COLLECTIONS = [
  "Attributes",
  "Keys",
  "ManyToOneRelationships",
  "OneToManyRelationships",
  "ManyToManyRelationships",
] as const;

type Collection = (typeof COLLECTIONS)[number];

function isCollection(name: string): name is Collection {
  return COLLECTIONS.some((known) => known === name);
}

const ITEM_TYPE: Readonly<Record<Collection, string>> = {
  Attributes: "AttributeMetadata",
  Keys: "EntityKeyMetadata",
  ManyToOneRelationships: "OneToManyRelationshipMetadata",
  OneToManyRelationships: "OneToManyRelationshipMetadata",
  ManyToManyRelationships: "ManyToManyRelationshipMetadata",
};

function columnAudited(session: Session, table: Table, column: Column): boolean {
  return session.organization.audit[table.logicalName]?.columns?.[column.name] ?? true;
}

function isColumnSecured(session: Session, table: Table, { name }: Column): boolean {
  return (
    session.organization.columnSecurity?.[table.logicalName]?.[name] ?? isSecret(table.logicalName, name)
  );
}

function described(session: Session, table: Table, column: Column): JsonObject {
  return {
    ...describeColumn(table, column, columnAudited(session, table, column)),
    IsSecured: isColumnSecured(session, table, column),
  };
}

function itemsOf(session: Session, table: Table, collection: Collection): JsonObject[] {
  if (collection === "Attributes")
    return [...table.columns.values()].map((column) => described(session, table, column));
  if (collection === "Keys") return describeKeys(table);
  return describeRelationships(session.model, table, collection);
}

function definitionOf(session: Session, table: Table): JsonObject {
  return describeTable(table, session.organization.audit[table.logicalName]?.table ?? false);
}

interface ListOptions {
  readonly select: readonly string[] | undefined;
  readonly filter: string | undefined;
  readonly expand: readonly string[];
}

function listOptions(parameters: URLSearchParams): ListOptions {
  const { options } = readOptions(parameters);
  for (const name of ["$orderby", "$top", "$count"])
    if (options.has(name)) throw badQuery(`The query parameter ${name} is not supported`);
  const select = options.get("$select");
  return {
    select: select === undefined ? undefined : splitOutside(select, ","),
    filter: options.get("$filter"),
    expand: splitOutside(options.get("$expand") ?? "", ","),
  };
}

function nestedSelect(part: string): {
  name: string;
  select: string[] | undefined;
  filter: string | undefined;
} {
  const open = part.indexOf("(");
  if (open < 0) return { name: part, select: undefined, filter: undefined };
  const options = new Map(
    splitOutside(part.slice(open + 1, part.lastIndexOf(")")), ";").map((option) => {
      const equals = option.indexOf("=");
      return [option.slice(0, equals).trim(), option.slice(equals + 1).trim()];
    }),
  );
  const select = options.get("$select");
  return {
    name: part.slice(0, open),
    select: select === undefined ? undefined : splitOutside(select, ","),
    filter: options.get("$filter"),
  };
}

function filtered(items: readonly JsonObject[], filter: string | undefined, type: string): JsonObject[] {
  const [sample] = items;
  if (filter === undefined || sample === undefined) return [...items];
  const everyName = Object.assign({}, ...items) as JsonObject;
  const predicate = compileFilter(parseFilter(filter), definitionScope(everyName, type));
  return items.filter((item) => predicate(item));
}

function present(session: Session, table: Table, options: ListOptions): JsonObject {
  const body = pick(definitionOf(session, table), options.select, "EntityMetadata");
  for (const part of options.expand) {
    const { name, select, filter } = nestedSelect(part);
    if (!isCollection(name)) throw unknownProperty(name, "EntityMetadata");
    const items = filtered(itemsOf(session, table, name), filter, ITEM_TYPE[name]);
    body[name] = items.map((item) => pick(item, select, ITEM_TYPE[name]));
  }
  return body;
}

function selectContext(select: readonly string[] | undefined): string {
  return select === undefined ? "" : `(${select.join(",")})`;
}

function findTable(session: Session, key: string): Table {
  const id = guidOf(key);
  const name = id === undefined ? namedValues(key).get("LogicalName") : undefined;
  const found =
    id === undefined
      ? session.model.tables.get(name ?? "")
      : [...session.model.tables.values()].find((table) => stableId("table", table.logicalName) === id);
  if (found === undefined)
    throw dataverseError(
      404,
      "0x80060888",
      `Could not find an entity with name ${name ?? key} and id ${id ?? "00000000-0000-0000-0000-000000000000"}.`,
    );
  return found;
}

function listTables(session: Session, url: URL): SandboxResponse {
  const options = listOptions(url.searchParams);
  const tables = [...session.model.tables.values()];
  const wanted = new Set(
    filtered(
      tables.map((table) => definitionOf(session, table)),
      options.filter,
      "EntityMetadata",
    ).map((definition) => definition["LogicalName"]),
  );
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata#EntityDefinitions${selectContext(options.select)}`,
      value: tables
        .filter((table) => wanted.has(table.logicalName))
        .map((table) => present(session, table, options)),
    },
  };
}

function listItems(
  session: Session,
  table: Table,
  collection: Collection,
  cast: string | undefined,
  url: URL,
): SandboxResponse {
  const { select, filter, expand } = listOptions(url.searchParams);
  const type = ITEM_TYPE[collection];
  let items = itemsOf(session, table, collection);
  if (cast !== undefined) items = items.filter((item) => item["@odata.type"] === `#${cast}`);
  for (const part of expand) {
    const { name } = nestedSelect(part);
    if (name !== "OptionSet" && name !== "GlobalOptionSet") throw unknownProperty(name, type);
  }
  const expanded = expand.map((part) => nestedSelect(part).name);
  const value = filtered(items, filter, type).map((item) => {
    const { OptionSet, GlobalOptionSet, ...plain } = item;
    const body = pick(plain, select, type);
    if (expanded.includes("OptionSet")) body["OptionSet"] = OptionSet ?? null;
    if (expanded.includes("GlobalOptionSet")) body["GlobalOptionSet"] = GlobalOptionSet ?? null;
    return body;
  });
  return {
    status: 200,
    body: {
      "@odata.context": `${session.baseUrl}/$metadata#EntityDefinitions('${table.logicalName}')/${collection}${cast === undefined ? "" : `/${cast}`}${selectContext(select)}`,
      value,
    },
  };
}

function requireCustomizer(session: Session): void {
  if (!isSystemAdministrator(session.organization, session.userId))
    throw dataverseError(
      403,
      "0x80048306",
      "Not enough privilege to access the Microsoft Dynamics 365 object or perform the requested operation.",
    );
}

function managedValue(definition: JsonObject, name: string): boolean | undefined {
  const property = definition[name];
  if (property === undefined) return undefined;
  const value: Json | undefined =
    typeof property === "object" && property !== null && !Array.isArray(property)
      ? property["Value"]
      : undefined;
  if (typeof value !== "boolean")
    throw badPayload("EntityMetadata", `The property '${name}' is not a managed property.`);
  return value;
}

/** `PUT`: the full definition replaces the stored one; of what it says only auditing changes here. */
function replaceTable(session: Session, table: Table, body: JsonObject): SandboxResponse {
  requireCustomizer(session);
  if (body["LogicalName"] !== table.logicalName)
    throw badPayload("EntityMetadata", "The full definition of the table is needed.");
  const audited = managedValue(body, "IsAuditEnabled");
  const entry = session.organization.audit[table.logicalName] ?? {};
  if (audited !== undefined) session.organization.audit[table.logicalName] = { ...entry, table: audited };
  return { status: 204 };
}

function replaceColumn(session: Session, table: Table, column: Column, body: JsonObject): SandboxResponse {
  requireCustomizer(session);
  if (typeof body["@odata.type"] !== "string" || body["LogicalName"] !== column.name)
    throw badPayload(
      "AttributeMetadata",
      "The full definition of the column and its @odata.type are needed.",
    );
  const audited = managedValue(body, "IsAuditEnabled");
  const entry = session.organization.audit[table.logicalName] ?? {};
  if (audited !== undefined)
    session.organization.audit[table.logicalName] = {
      ...entry,
      columns: { ...entry.columns, [column.name]: audited },
    };
  const secured = body["IsSecured"];
  if (typeof secured === "boolean") {
    const security = session.organization.columnSecurity ?? {};
    security[table.logicalName] = { ...security[table.logicalName], [column.name]: secured };
    session.organization.columnSecurity = security;
  }
  return { status: 204 };
}

function findColumn(table: Table, key: string): Column {
  const name = namedValues(key).get("LogicalName") ?? "";
  const column = table.columns.get(name);
  if (column === undefined)
    throw dataverseError(
      404,
      "0x80060888",
      `Could not find an attribute with name ${name} on entity ${table.logicalName}.`,
    );
  return column;
}

/** Definitions of tables are open to whoever holds these; every shipped role does. */
function requireDefinitions(session: Session, collection: string | undefined): void {
  requireGeneralPrivilege(session, "prvReadEntity");
  if (collection === "Attributes") requireGeneralPrivilege(session, "prvReadAttribute");
  else if (collection?.endsWith("Relationships")) requireGeneralPrivilege(session, "prvReadRelationship");
}

export function serveEntityDefinitions(
  session: Session,
  method: string,
  segments: readonly Segment[],
  url: URL,
  body: () => JsonObject,
): SandboxResponse {
  const [set, collection, cast, ...more] = segments;
  if (method === "GET") requireDefinitions(session, collection?.name);
  if (set?.key === undefined) {
    if (collection !== undefined) throw segmentNotFound(collection.name);
    if (method !== "GET") throw methodNotAllowed(method);
    return listTables(session, url);
  }
  const table = findTable(session, set.key);
  if (collection === undefined) {
    if (method === "PUT") return replaceTable(session, table, body());
    if (method !== "GET") throw methodNotAllowed(method);
    return {
      status: 200,
      body: {
        "@odata.context": `${session.baseUrl}/$metadata#EntityDefinitions${selectContext(listOptions(url.searchParams).select)}/$entity`,
        ...present(session, table, listOptions(url.searchParams)),
      },
    };
  }
  if (!isCollection(collection.name) || more.length > 0) throw segmentNotFound(collection.name);
  if (collection.key !== undefined) {
    if (collection.name !== "Attributes") throw segmentNotFound(collection.name);
    const column = findColumn(table, collection.key);
    if (method === "PUT") return replaceColumn(session, table, column, body());
    if (method !== "GET") throw methodNotAllowed(method);
    const { select, expand } = listOptions(url.searchParams);
    const { OptionSet, GlobalOptionSet, ...definition } = described(session, table, column);
    return {
      status: 200,
      body: {
        "@odata.context": `${session.baseUrl}/$metadata#EntityDefinitions('${table.logicalName}')/Attributes${selectContext(select)}/$entity`,
        ...pick(definition, select, "AttributeMetadata"),
        ...(expand.some((part) => part.startsWith("OptionSet")) ? { OptionSet: OptionSet ?? null } : {}),
        ...(expand.some((part) => part.startsWith("GlobalOptionSet"))
          ? { GlobalOptionSet: GlobalOptionSet ?? null }
          : {}),
      },
    };
  }
  if (method !== "GET") throw methodNotAllowed(method);
  return listItems(session, table, collection.name, cast?.name, url);
}
