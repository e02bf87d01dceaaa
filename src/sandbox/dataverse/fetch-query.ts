import type { Refusal } from "../exchange.ts";
import { dataverseError } from "./errors.ts";
import type { Column, Model, Table } from "./metadata/model.ts";
import { notSimulated } from "./not-simulated.ts";
import { lastOf } from "./paging-cookie.ts";
import type { Element } from "./xml-elements.ts";
import { parseXml } from "./xml-elements.ts";

/**
 * Reads a FetchXML query against the metadata ("Query data using FetchXml" and its element reference, developer guide).
 * Codes: Microsoft "Web service error codes".
 */

export interface FetchAttribute {
  readonly column: Column;
  readonly alias: string | undefined;
  readonly aggregate: string | undefined;
  readonly distinct: boolean;
  readonly groupBy: boolean;
}

export interface FetchCondition {
  readonly kind: "condition";
  /** Alias of the link whose column is meant; undefined for the element's own table. */
  readonly entity: string | undefined;
  readonly attribute: string;
  readonly operator: string;
  readonly values: readonly string[];
  /** The other column of a column comparison. */
  readonly valueOf: string | undefined;
}

export interface FetchFilter {
  readonly kind: "filter";
  readonly any: boolean;
  readonly parts: readonly (FetchCondition | FetchFilter)[];
}

export interface FetchOrder {
  readonly entity: string | undefined;
  readonly attribute: string | undefined;
  readonly alias: string | undefined;
  readonly descending: boolean;
}

export interface FetchEntity {
  readonly table: Table;
  /** Undefined for the query's own table. */
  readonly alias: string | undefined;
  readonly allAttributes: boolean;
  readonly attributes: readonly FetchAttribute[];
  readonly filters: readonly FetchFilter[];
  readonly orders: readonly FetchOrder[];
  readonly links: readonly FetchLink[];
}

export interface FetchLink extends FetchEntity {
  readonly alias: string;
  readonly outer: boolean;
  /** Column of the linked table. */
  readonly from: Column;
  /** Column of the table the link hangs on. */
  readonly to: Column;
}

export interface FetchQuery {
  readonly entity: FetchEntity;
  readonly top: number | undefined;
  readonly count: number | undefined;
  readonly page: number;
  readonly after: string | undefined;
  readonly distinct: boolean;
  readonly aggregate: boolean;
  readonly countRows: boolean;
}

const INVALID_ARGUMENT = "0x80040203";

export const invalidXml = (): Refusal => dataverseError(400, "0x80040201", "Invalid XML.");

export const unknownTable = (name: string): Refusal =>
  dataverseError(
    400,
    "0x80041102",
    `The entity with a name = '${name}' with namemapping = 'Logical' was not found in the MetadataCache.`,
  );

export const unknownAttribute = (table: string, name: string): Refusal =>
  dataverseError(
    400,
    "0x80041103",
    `'${table}' entity doesn't contain attribute with Name = '${name}' and NameMapping = 'Logical'.`,
  );

const invalidArgument = (message: string): Refusal => dataverseError(400, INVALID_ARGUMENT, message);

function isTrue(text: string | undefined): boolean {
  return text === "true" || text === "1";
}

export function columnOf(table: Table, name: string): Column {
  const column = table.columns.get(name);
  if (column === undefined) throw unknownAttribute(table.logicalName, name);
  return column;
}

function tableNamed(model: Model, name: string): Table {
  const table = model.tables.get(name);
  if (table === undefined) throw unknownTable(name);
  return table;
}

function number(attributes: Element["attributes"], name: string): number | undefined {
  const text = attributes[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw invalidXml();
  return Number(text);
}

function readAttribute(table: Table, { attributes }: Element, aggregates: boolean): FetchAttribute {
  if (attributes["dategrouping"] !== undefined) throw notSimulated("date grouping in FetchXML");
  const groupBy = isTrue(attributes["groupby"]);
  const { aggregate } = attributes;
  if (aggregates && (attributes["alias"] === undefined || (aggregate === undefined && !groupBy)))
    throw invalidArgument("An attribute of an aggregate query needs an alias and an aggregate or groupby.");
  if (!aggregates && aggregate !== undefined)
    throw invalidArgument("The aggregate attribute is only allowed in a query with aggregate='true'.");
  return {
    column: columnOf(table, attributes["name"] ?? ""),
    alias: attributes["alias"],
    aggregate,
    distinct: isTrue(attributes["distinct"]),
    groupBy,
  };
}

function readCondition({ attributes, children }: Element): FetchCondition {
  const { attribute, operator, value } = attributes;
  if (attribute === undefined || operator === undefined) throw invalidXml();
  const listed = children.filter(({ name }) => name === "value").map(({ text }) => text);
  return {
    kind: "condition",
    entity: attributes["entityname"],
    attribute,
    operator,
    values: value === undefined ? listed : [value, ...listed],
    valueOf: attributes["valueof"],
  };
}

function readFilter({ attributes, children }: Element): FetchFilter {
  return {
    kind: "filter",
    any: attributes["type"] === "or",
    parts: children.map((child) => {
      if (child.name === "condition") return readCondition(child);
      if (child.name === "filter") return readFilter(child);
      if (child.name === "link-entity") throw notSimulated("link-entity inside a FetchXML filter");
      throw invalidXml();
    }),
  };
}

interface Reading {
  readonly model: Model;
  readonly aggregates: boolean;
  /** Counts the links without an alias, by table. */
  readonly unnamed: Map<string, number>;
}

function aliasOf(reading: Reading, table: Table, given: string | undefined): string {
  if (given !== undefined) return given;
  const count = (reading.unnamed.get(table.logicalName) ?? 0) + 1;
  reading.unnamed.set(table.logicalName, count);
  return `${table.logicalName}${count}`;
}

function readLink(reading: Reading, parent: Table, element: Element): FetchLink {
  const { attributes } = element;
  const type = attributes["link-type"] ?? "inner";
  if (type !== "inner" && type !== "outer" && type !== "natural")
    throw notSimulated(`the FetchXML link type "${type}"`);
  const table = tableNamed(reading.model, attributes["name"] ?? "");
  const alias = aliasOf(reading, table, attributes["alias"]);
  const { from, to } = attributes;
  if (from === undefined || to === undefined) throw invalidXml();
  return {
    ...readEntity(reading, table, element),
    alias,
    outer: type === "outer",
    from: columnOf(table, from),
    to: columnOf(parent, to),
  };
}

const ENTITY_PARTS = new Set(["attribute", "all-attributes", "no-attrs", "order", "filter", "link-entity"]);

function readEntity(reading: Reading, table: Table, { children }: Element): FetchEntity {
  if (!children.every(({ name }) => ENTITY_PARTS.has(name))) throw invalidXml();
  const named = (name: string): Element[] => children.filter((child) => child.name === name);
  return {
    table,
    alias: undefined,
    allAttributes: named("all-attributes").length > 0,
    attributes: named("attribute").map((child) => readAttribute(table, child, reading.aggregates)),
    filters: named("filter").map(readFilter),
    orders: named("order").map(({ attributes }) => ({
      entity: attributes["entityname"],
      attribute: attributes["attribute"],
      alias: attributes["alias"],
      descending: isTrue(attributes["descending"]),
    })),
    links: named("link-entity").map((child) => readLink(reading, table, child)),
  };
}

/** The query in a `fetchXml` option of `GET {set}`. */
export function readFetch(model: Model, table: Table, source: string): FetchQuery {
  const root = parseXml(source);
  if (root?.name !== "fetch") throw invalidXml();
  const { attributes } = root;
  const [entity, ...more] = root.children;
  if (entity?.name !== "entity" || more.length > 0) throw invalidXml();
  const named = tableNamed(model, entity.attributes["name"] ?? "");
  if (named !== table)
    throw invalidArgument(
      `The entity '${named.logicalName}' of the query differs from the entity set '${table.set}'.`,
    );
  const top = number(attributes, "top");
  const count = number(attributes, "count");
  const page = number(attributes, "page");
  const paging = Object.entries({ count, page, "paging-cookie": attributes["paging-cookie"] }).find(
    ([, value]) => value !== undefined,
  );
  if (top !== undefined && paging !== undefined)
    throw invalidArgument(`The top attribute can't be specified with paging attribute ${paging[0]}`);
  const cookie = attributes["paging-cookie"];
  const aggregates = isTrue(attributes["aggregate"]);
  return {
    entity: readEntity({ model, aggregates, unnamed: new Map() }, table, entity),
    top,
    count,
    page: Math.max(1, page ?? 1),
    after: cookie === undefined || cookie === "" ? undefined : lastOf(cookie),
    distinct: isTrue(attributes["distinct"]),
    aggregate: aggregates,
    countRows: isTrue(attributes["returntotalrecordcount"]),
  };
}
