/** The members and JSON types that a set of recorded values shows at one place. */
export interface Shape {
  readonly types: Set<string>;
  /** By member: its shape, and in how many of the recorded objects it stands. */
  readonly members: Map<string, { readonly shape: Shape; seen: number }>;
  objects: number;
  items: Shape | undefined;
}

export const emptyShape = (): Shape => ({
  types: new Set(),
  members: new Map(),
  objects: 0,
  items: undefined,
});

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Adds one recorded value to the shape. Elements of an array are taken for examples of the same thing. */
export function learn(shape: Shape, value: unknown): Shape {
  shape.types.add(typeOf(value));
  if (Array.isArray(value)) {
    shape.items ??= emptyShape();
    for (const item of value) learn(shape.items, item);
  } else if (typeof value === "object" && value !== null) {
    shape.objects += 1;
    for (const [name, member] of Object.entries(value)) {
      const known = shape.members.get(name) ?? { shape: emptyShape(), seen: 0 };
      known.seen += 1;
      learn(known.shape, member);
      shape.members.set(name, known);
    }
  }
  return shape;
}

export interface Difference {
  /** Such as `properties.capacity[].updatedOn`. */
  readonly path: string;
  readonly what: "not recorded" | "missing" | string;
}

/**
 * `table rows`: the columns of a Dataverse table differ from tenant to tenant, empty ones are null, and fixtures leave
 * annotations out; only recorded members are compared, and null fits every type.
 */
export type Kind = "body" | "table rows";

/**
 * How an answer differs from the recorded shape. A member that only some recordings have may be absent; one that
 * all have must be there; one that none has must not.
 */
export function differences(shape: Shape, value: unknown, path = "", of: Kind = "body"): Difference[] {
  const type = typeOf(value);
  const onlyNull = shape.types.size === 1 && shape.types.has("null");
  if (of === "table rows" && (type === "null" || onlyNull)) return [];
  if (!shape.types.has(type))
    return [{ path, what: `is ${type}, recorded as ${[...shape.types].sort().join(" or ") || "nothing"}` }];
  if (Array.isArray(value)) {
    const { items } = shape;
    // Only empty lists are recorded: nothing is known about what they hold.
    if (items === undefined || items.types.size === 0) return [];
    return unique(value.flatMap((item) => differences(items, item, `${path}[]`, of)));
  }
  if (typeof value !== "object" || value === null) return [];
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const found: Difference[] = [];
  for (const [name, member] of Object.entries(value)) {
    const known = shape.members.get(name);
    if (known !== undefined) found.push(...differences(known.shape, member, at(name), of));
    else if (of === "body") found.push({ path: at(name), what: "not recorded" });
  }
  for (const [name, { seen }] of shape.members)
    if (seen === shape.objects && !(name in value)) found.push({ path: at(name), what: "missing" });
  return found;
}

function unique(list: readonly Difference[]): Difference[] {
  const seen = new Map(list.map((difference) => [`${difference.path} ${difference.what}`, difference]));
  return [...seen.values()];
}
