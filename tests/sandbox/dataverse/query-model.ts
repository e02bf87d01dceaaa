/**
 * A naive Dataverse of two tables, written for comparison: it reads every row for every question and knows nothing of
 * how the sandbox does it.
 */

export type Value = string | number | boolean | null;
export type ModelRow = { readonly id: string } & { [column: string]: Value };

export interface Model {
  readonly accounts: ModelRow[];
  readonly contacts: ModelRow[];
}

export type Kind = "text" | "number" | "flag" | "day";

export interface Property {
  /** As a query spells it, `parentcustomerid_account/name` for a column of the looked-up row. */
  readonly path: string;
  readonly kind: Kind;
}

export type Condition =
  | {
      readonly is: "compare";
      readonly property: Property;
      readonly operator: "eq" | "ne" | "gt" | "ge" | "lt" | "le";
      readonly value: Value;
    }
  | {
      readonly is: "text";
      readonly property: Property;
      readonly test: "contains" | "startswith" | "endswith";
      readonly part: string;
    }
  | {
      readonly is: "in";
      readonly property: Property;
      readonly negated: boolean;
      readonly values: readonly string[];
    }
  | { readonly is: "between"; readonly property: Property; readonly low: number; readonly high: number }
  | { readonly is: "flag"; readonly property: Property }
  | { readonly is: "not"; readonly inner: Condition }
  | { readonly is: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly is: "any" | "all"; readonly inner: Condition }
  | { readonly is: "some" };

export const COLLECTION = "contact_customer_accounts";

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function literal(kind: Kind, value: Value): string {
  return value !== null && kind === "text" ? quoted(String(value)) : String(value);
}

/** The condition as `$filter` text; `variable` is the lambda's. */
export function filterText(condition: Condition, variable = ""): string {
  const at = (property: Property): string => `${variable}${property.path}`;
  switch (condition.is) {
    case "compare":
      return `${at(condition.property)} ${condition.operator} ${literal(condition.property.kind, condition.value)}`;
    case "text":
      return `${condition.test}(${at(condition.property)},${quoted(condition.part)})`;
    case "in":
      return `Microsoft.Dynamics.CRM.${condition.negated ? "NotIn" : "In"}(PropertyName='${condition.property.path}',PropertyValues=[${condition.values.map(quoted).join(",")}])`;
    case "between":
      return `Microsoft.Dynamics.CRM.Between(PropertyName='${condition.property.path}',PropertyValues=['${condition.low}','${condition.high}'])`;
    case "flag":
      return at(condition.property);
    case "not":
      return `not (${filterText(condition.inner, variable)})`;
    case "and":
    case "or":
      return `(${filterText(condition.left, variable)} ${condition.is} ${filterText(condition.right, variable)})`;
    case "some":
      return `${COLLECTION}/any()`;
    default:
      return `${COLLECTION}/${condition.is}(o:${filterText(condition.inner, "o/")})`;
  }
}

export function accountOf(model: Model, row: ModelRow): ModelRow | undefined {
  return model.accounts.find(({ id }) => id === row["account"]);
}

export function contactsOf(model: Model, row: ModelRow): ModelRow[] {
  return model.contacts.filter((contact) => contact["account"] === row.id);
}

function read(model: Model, row: ModelRow, path: string): Value {
  if (path === "_parentcustomerid_value") return row["account"] ?? null;
  const [head = "", column] = path.split("/");
  if (column === undefined) return row[head] ?? null;
  return accountOf(model, row)?.[column] ?? null;
}

/** Text without case, days as they are written: both have an order of their own. */
function plain(value: Value): Value {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function like(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const [first = ""] = pattern;
  const rest = pattern.slice(1);
  if (first === "%") {
    for (let cut = 0; cut <= text.length; cut += 1) if (like(rest, text.slice(cut))) return true;
    return false;
  }
  if (text === "" || (first !== "_" && first !== text[0])) return false;
  return like(rest, text.slice(1));
}

export function holds(model: Model, condition: Condition, row: ModelRow): boolean {
  switch (condition.is) {
    case "compare": {
      const left = plain(read(model, row, condition.property.path));
      const right = plain(condition.value);
      if (condition.operator === "eq") return left === right;
      if (condition.operator === "ne") return left !== right;
      if (left === null || right === null) return false;
      const more = left > right;
      const less = left < right;
      return { gt: more, ge: !less, lt: less, le: !more }[condition.operator];
    }
    case "text": {
      const value = read(model, row, condition.property.path);
      const before = condition.test === "startswith" ? "" : "%";
      const behind = condition.test === "endswith" ? "" : "%";
      return (
        typeof value === "string" &&
        like(`${before}${condition.part}${behind}`.toLowerCase(), value.toLowerCase())
      );
    }
    case "in": {
      const value = read(model, row, condition.property.path);
      const among = value !== null && condition.values.some((one) => plain(one) === plain(String(value)));
      return among !== condition.negated;
    }
    case "between": {
      const value = read(model, row, condition.property.path);
      return typeof value === "number" && value >= condition.low && value <= condition.high;
    }
    case "flag":
      return read(model, row, condition.property.path) === true;
    case "not":
      return !holds(model, condition.inner, row);
    case "and":
      return holds(model, condition.left, row) && holds(model, condition.right, row);
    case "or":
      return holds(model, condition.left, row) || holds(model, condition.right, row);
    case "some":
      return contactsOf(model, row).length > 0;
    case "any":
      return contactsOf(model, row).some((contact) => holds(model, condition.inner, contact));
    case "all":
      return contactsOf(model, row).every((contact) => holds(model, condition.inner, contact));
  }
}

export interface Order {
  readonly path: string;
  readonly descending: boolean;
}

/** Rows that tie stay in the order in which they were made. */
export function inOrder(model: Model, rows: readonly ModelRow[], orders: readonly Order[]): ModelRow[] {
  return [...rows].sort((a, b) => {
    for (const { path, descending } of orders) {
      const left = plain(read(model, a, path));
      const right = plain(read(model, b, path));
      if (left === right) continue;
      const smaller = left === null || (right !== null && left < right);
      return smaller === descending ? 1 : -1;
    }
    return 0;
  });
}
