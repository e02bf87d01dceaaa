import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = join(
  process.env["PSC_SPECS_DIR"] ?? resolve(import.meta.dirname, "../../../../shared/specs"),
  "graph",
);

export const graphDescriptionsAvailable = existsSync(join(folder, "v1.0-Prod.csdl"));

export interface Member {
  /** Such as `Edm.String`, `graph.appRole`. */
  readonly type: string;
  readonly collection: boolean;
  readonly navigation: boolean;
}

export interface StructuredType {
  readonly base: string | undefined;
  readonly members: ReadonlyMap<string, Member>;
  readonly alternateKeys: readonly string[];
}

/** The part of Graph's v1.0 schema that the tests compare with. */
export interface Csdl {
  /** Entity and complex types of `microsoft.graph`. */
  readonly types: ReadonlyMap<string, StructuredType>;
  readonly enumerations: ReadonlyMap<string, readonly string[]>;
  /** Bound actions and functions by the type they are bound to. */
  readonly operations: ReadonlyMap<string, ReadonlySet<string>>;
  readonly roots: ReadonlySet<string>;
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
}

const plain = (type: string): string => type.replace(/^Collection\((.*)\)$/, "$1");
const unqualified = (type: string): string => type.replace(/^(microsoft\.)?graph\./, "");

/** The schema is one element a line, so lines are enough to read it by. */
export function readCsdl(): Csdl {
  const types = new Map<string, StructuredType>();
  const enumerations = new Map<string, string[]>();
  const operations = new Map<string, Set<string>>();
  const roots = new Set<string>();
  let members = new Map<string, Member>();
  let alternateKeys: string[] = [];
  let enumeration: string[] = [];
  let operation: string | undefined;
  let inGraph = false;
  for (const line of readFileSync(join(folder, "v1.0-Prod.csdl"), "utf8").split("\n")) {
    const tag = /<(\w+)/.exec(line)?.[1];
    const name = attribute(line, "Name") ?? "";
    if (tag === "Schema") inGraph = attribute(line, "Namespace") === "microsoft.graph";
    if (!inGraph) continue;
    switch (tag) {
      case "EntityType":
      case "ComplexType": {
        members = new Map();
        alternateKeys = [];
        const base = attribute(line, "BaseType");
        types.set(name, {
          base: base === undefined ? undefined : unqualified(base),
          members,
          alternateKeys,
        });
        break;
      }
      case "Property":
      case "NavigationProperty": {
        const type = attribute(line, "Type") ?? "";
        members.set(name, {
          type: plain(type),
          collection: type.startsWith("Collection("),
          navigation: tag === "NavigationProperty",
        });
        break;
      }
      case "PropertyValue": {
        const key = attribute(line, "PropertyPath");
        if (attribute(line, "Property") === "Name" && key !== undefined) alternateKeys.push(key);
        break;
      }
      case "EnumType":
        enumeration = [];
        enumerations.set(name, enumeration);
        break;
      case "Member":
        enumeration.push(name);
        break;
      case "Action":
      case "Function":
        operation = attribute(line, "IsBound") === "true" ? name : undefined;
        break;
      case "Parameter": {
        if (operation === undefined) break;
        const bound = unqualified(plain(attribute(line, "Type") ?? ""));
        operations.set(bound, (operations.get(bound) ?? new Set()).add(operation));
        operation = undefined;
        break;
      }
      case "EntitySet":
      case "Singleton":
        roots.add(name);
        break;
    }
  }
  return { types, enumerations, operations, roots };
}

/** A type's own and inherited members. */
export function membersOf(csdl: Csdl, type: string): ReadonlyMap<string, Member> {
  const found = new Map<string, Member>();
  for (const name of lineage(csdl, type))
    for (const [member, described] of csdl.types.get(name)?.members ?? []) found.set(member, described);
  return found;
}

/** The type and its bases. */
export function lineage(csdl: Csdl, type: string): readonly string[] {
  const base = csdl.types.get(type)?.base;
  return base === undefined ? [type] : [type, ...lineage(csdl, base)];
}

/** True when `type` is, or derives from, `ancestor`. */
function isA(csdl: Csdl, type: string, ancestor: string): boolean {
  return lineage(csdl, type).includes(ancestor);
}

/** What a JSON value of `type` has that the schema does not: sentences, none when it conforms. */
export function deviations(csdl: Csdl, value: unknown, type: string, at: string): string[] {
  if (value === null) return [];
  if (type.startsWith("Edm."))
    return primitiveFits(type, value) ? [] : [`${at}: ${typeof value} for ${type}`];
  const name = unqualified(type);
  const enumeration = csdl.enumerations.get(name);
  if (enumeration !== undefined)
    return typeof value === "string" && value.split(",").every((part) => enumeration.includes(part.trim()))
      ? []
      : [`${at}: ${JSON.stringify(value)} is not one of ${name}`];
  if (typeof value !== "object" || Array.isArray(value)) return [`${at}: ${typeof value} for ${name}`];
  const declared = (value as Record<string, unknown>)["@odata.type"];
  const actual = typeof declared === "string" ? unqualified(declared.replace("#", "")) : name;
  if (!csdl.types.has(actual)) return [`${at}: unknown type ${actual}`];
  if (!isA(csdl, actual, name)) return [`${at}: ${actual} is no ${name}`];
  const members = membersOf(csdl, actual);
  return Object.entries(value).flatMap(([key, inner]): string[] => {
    if (key.startsWith("@")) return [];
    const [property = "", annotation] = key.split("@");
    const member = members.get(property);
    if (member === undefined) return [`${at}.${property}: ${actual} has no such member`];
    if (annotation !== undefined)
      return annotation === "odata.bind" && !member.navigation
        ? [`${at}.${key}: no navigation property`]
        : [];
    if (!member.collection) return deviations(csdl, inner, member.type, `${at}.${key}`);
    if (!Array.isArray(inner)) return inner === null ? [] : [`${at}.${key}: not a list`];
    return inner.flatMap((entry, index) => deviations(csdl, entry, member.type, `${at}.${key}[${index}]`));
  });
}

function primitiveFits(type: string, value: unknown): boolean {
  switch (type) {
    case "Edm.String":
    case "Edm.Binary":
    case "Edm.Stream":
    case "Edm.Duration":
      return typeof value === "string";
    case "Edm.Boolean":
      return typeof value === "boolean";
    case "Edm.Guid":
      return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
    case "Edm.DateTimeOffset":
      return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
    default:
      return typeof value === "number";
  }
}

interface PermissionTable {
  readonly permissions: Readonly<
    Record<
      string,
      {
        readonly pathSets: readonly {
          readonly schemeKeys: readonly string[];
          readonly methods: readonly string[];
          readonly paths: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

export type Scheme = "DelegatedWork" | "Application";

/** Permissions that Graph's table names for a call; `least` are the least privileged of them. */
export interface Allowed {
  readonly all: ReadonlySet<string>;
  readonly least: ReadonlySet<string>;
}

export function readPermissionTable(): (method: string, path: string, scheme: Scheme) => Allowed {
  const table = JSON.parse(readFileSync(join(folder, "permissions.json"), "utf8")) as PermissionTable;
  return (method, path, scheme) => {
    const all = new Set<string>();
    const least = new Set<string>();
    for (const [name, { pathSets }] of Object.entries(table.permissions))
      for (const set of pathSets) {
        if (!set.methods.includes(method) || !set.schemeKeys.includes(scheme)) continue;
        for (const [candidate, marks] of Object.entries(set.paths)) {
          if (candidate.toLowerCase() !== path.toLowerCase()) continue;
          all.add(name);
          if ((/least=([\w,]+)/.exec(marks)?.[1] ?? "").split(",").includes(scheme)) least.add(name);
        }
      }
    return { all, least };
  };
}
