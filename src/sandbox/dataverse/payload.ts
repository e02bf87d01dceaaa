import { resolveReference } from "./addressing.ts";
import {
  badPayload,
  directLookupWrite,
  integerOutOfRange,
  optionOutOfRange,
  stringTooLong,
  undeclaredBind,
  unknownPayloadProperty,
} from "./errors.ts";
import { type Column, isLookup, type Navigation, type Table } from "./metadata/model.ts";
import { guidOf } from "./resource-path.ts";
import type { Session } from "./session.ts";
import type { Json, JsonObject, Row } from "./state.ts";
import { edmTypeOf } from "./table-scope.ts";

/** Reads a request body against the table's description; anything it does not describe is refused. */

export interface NestedRows {
  readonly navigation: Navigation;
  readonly bodies: readonly JsonObject[];
}

export interface Payload {
  /** Stored form of the columns given. */
  readonly values: Row;
  /** Related rows to create in the same transaction. */
  readonly nested: readonly NestedRows[];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(table: Table, column: Column, value: Json): never {
  const literal = typeof value === "object" ? JSON.stringify(value) : String(value);
  throw badPayload(
    table.logicalName,
    `Cannot convert the literal '${literal}' to the expected type '${edmTypeOf(column)}'.`,
  );
}

function checkOptions(table: Table, column: Column, values: readonly string[]): void {
  if (column.options === undefined || column.open) return;
  for (const value of values)
    if (column.options[value] === undefined)
      throw optionOutOfRange(table.logicalName, column.name, value, Object.keys(column.options));
}

function storedNumber(table: Table, column: Column, value: Json): Json {
  if (typeof value !== "number") return wrongType(table, column, value);
  const whole = !["Decimal", "Double", "Money"].includes(column.type);
  if (whole && !Number.isInteger(value)) return wrongType(table, column, value);
  if ((column.min !== undefined && value < column.min) || (column.max !== undefined && value > column.max))
    throw integerOutOfRange();
  return value;
}

function storedText(table: Table, column: Column, value: Json): Json {
  if (typeof value !== "string") return wrongType(table, column, value);
  if (column.maxLength !== undefined && value.length > column.maxLength)
    throw stringTooLong(table.logicalName, column.name, column.maxLength);
  return value;
}

/** The stored form of a column's value. */
export function storedValue(table: Table, column: Column, value: Json): Json {
  if (value === null) return null;
  switch (column.type) {
    case "Boolean":
      return typeof value === "boolean" ? value : wrongType(table, column, value);
    case "Integer":
    case "BigInt":
    case "Decimal":
    case "Double":
    case "Money":
      return storedNumber(table, column, value);
    case "Picklist":
    case "State":
    case "Status": {
      const number = storedNumber(table, column, value);
      checkOptions(table, column, [String(number)]);
      return number;
    }
    case "MultiSelectPicklist": {
      if (typeof value !== "string") return wrongType(table, column, value);
      checkOptions(
        table,
        column,
        value.split(",").map((part) => part.trim()),
      );
      return value;
    }
    case "Uniqueidentifier":
      return (typeof value === "string" && guidOf(value)) || wrongType(table, column, value);
    case "DateTime":
      return typeof value === "string" && !Number.isNaN(Date.parse(value))
        ? value.replace(/\.\d+Z$/, "Z")
        : wrongType(table, column, value);
    case "ManagedProperty":
      return isObject(value) ? value : wrongType(table, column, value);
    default:
      return storedText(table, column, value);
  }
}

function readBind(session: Session, table: Table, name: string, reference: Json, values: Row): void {
  const navigation = table.navigations.get(name);
  if (navigation === undefined) throw undeclaredBind(table.logicalName, name);
  if (navigation.kind !== "lookup")
    throw badPayload(
      table.logicalName,
      `A collection-valued navigation property '${name}' cannot be bound to a single value.`,
    );
  if (reference === null) {
    values[navigation.column.property] = null;
    return;
  }
  if (typeof reference !== "string") throw undeclaredBind(table.logicalName, name);
  const target = resolveReference(session, table, reference);
  if (!navigation.targets.includes(target.table.logicalName))
    throw badPayload(
      table.logicalName,
      `A resource with type 'Microsoft.Dynamics.CRM.${target.table.logicalName}' was found, but it is not assignable to the expected type 'Microsoft.Dynamics.CRM.${navigation.targets[0] ?? "crmbaseentity"}'.`,
    );
  values[navigation.column.property] = target.id;
}

export function readPayload(
  session: Session,
  table: Table,
  body: JsonObject,
  verb: "create" | "update",
): Payload {
  const values: Row = {};
  const nested: NestedRows[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith("@odata.")) continue;
    if (name.endsWith("@odata.bind")) {
      readBind(session, table, name.slice(0, -"@odata.bind".length), value, values);
      continue;
    }
    const annotated = name.indexOf("@");
    if (annotated > 0) {
      if (!table.properties.has(name.slice(0, annotated)))
        throw unknownPayloadProperty(table.logicalName, name.slice(0, annotated));
      continue;
    }
    const navigation = table.navigations.get(name);
    if (navigation !== undefined && (isObject(value) || Array.isArray(value))) {
      if (verb === "update")
        throw badPayload(table.logicalName, "Deep update of navigation properties is not allowed.");
      nested.push({ navigation, bodies: (Array.isArray(value) ? value : [value]).filter(isObject) });
      continue;
    }
    const column = table.properties.get(name);
    if (column === undefined) {
      if (navigation !== undefined || table.columns.has(name)) throw directLookupWrite();
      throw unknownPayloadProperty(table.logicalName, name);
    }
    if (isLookup(column)) throw directLookupWrite();
    const stored = storedValue(table, column, value);
    // Columns that are not valid for the operation are left out silently, as the platform does.
    if (column.readOnly || (verb === "update" && (column.createOnly || name === table.id))) {
      if (name === "azureactivedirectoryobjectid" && verb === "update") values[name] = stored;
      continue;
    }
    values[name] = stored;
  }
  return { values, nested };
}
