import { dataverseError } from "./errors.ts";
import {
  columnOf,
  type FetchCondition,
  type FetchEntity,
  type FetchFilter,
  unknownTable,
} from "./fetch-query.ts";
import { comparableAs } from "./filter-evaluation.ts";
import { isLike } from "./like-pattern.ts";
import { notSimulated } from "./not-simulated.ts";
import type { Session } from "./session.ts";
import type { Row } from "./state.ts";
import type { SortValue } from "./table-index.ts";
import { tableScope } from "./table-scope.ts";

/** Conditions of FetchXML ("condition element" and "Condition operators", FetchXml reference). */

/** The rows of one result by the alias of their table; undefined for an outer link that found nothing. */
export type Joined = ReadonlyMap<string, Row | undefined>;
/** Key of the query's own table. */
export const MAIN = "";

export type JoinedPredicate = (joined: Joined) => boolean;

/** Reads a column of a joined row in comparable form. */
export interface JoinedReader {
  readonly type: ReturnType<ReturnType<typeof tableScope>["property"]>["type"];
  value(joined: Joined): SortValue;
}

/** All tables of the query by alias. */
export type Entities = ReadonlyMap<string, FetchEntity>;

export function entitiesOf(entity: FetchEntity): Entities {
  const entities = new Map<string, FetchEntity>();
  const add = (part: FetchEntity): void => {
    entities.set(part.alias ?? MAIN, part);
    for (const link of part.links) add(link);
  };
  add(entity);
  return entities;
}

export function joinedReader(
  session: Session,
  entities: Entities,
  alias: string,
  attribute: string,
): JoinedReader {
  const entity = entities.get(alias);
  if (entity === undefined) throw unknownTable(alias);
  const column = columnOf(entity.table, attribute);
  const reader = tableScope(session, entity.table).property([column.property]);
  return {
    type: reader.type,
    value: (joined) => {
      const row = joined.get(alias);
      return row === undefined ? null : comparableAs(reader.type, reader.read(row));
    },
  };
}

/** Operators that exist and are not evaluated here: dates relative to today, hierarchies, fiscal periods. */
const OTHER_OPERATORS =
  /^(today|tomorrow|yesterday|(last|next)-(seven-days|week|month|year|fiscal-(period|year)|x-[a-z-]+)|this-(week|month|year|fiscal-(period|year))|olderthan-x-[a-z]+|in(-or-(before|after))?-fiscal-[a-z-]+|(eq-or-)?(above|under)|not-under|eq-user(teams|language|oruserteams|oruserhierarchy|oruserhierarchyandteams))$/;

function invalidOperator(operator: string): never {
  throw dataverseError(400, "0x80040203", `Invalid Operator: ${operator}`);
}

function wrongValue(condition: FetchCondition, type: string): never {
  throw dataverseError(
    400,
    "0x80040203",
    `Condition for attribute '${condition.attribute}': the value does not fit its type ${type}.`,
  );
}

function literal(condition: FetchCondition, type: JoinedReader["type"], text: string): SortValue {
  if (type === "number") {
    const value = Number(text);
    return text.trim() === "" || Number.isNaN(value) ? wrongValue(condition, "number") : value;
  }
  if (type === "boolean") {
    if (/^(1|true)$/i.test(text)) return true;
    return /^(0|false)$/i.test(text) ? false : wrongValue(condition, "boolean");
  }
  if (type === "date") {
    const value = Date.parse(text);
    return Number.isNaN(value) ? wrongValue(condition, "date") : value;
  }
  if (type === "guid" || type === "lookup") return text.replace(/^\{|\}$/g, "").toLowerCase();
  return text.toLowerCase();
}

type Test = (value: SortValue) => boolean;

const DAY_MS = 86_400_000;

function ordered(left: SortValue, right: SortValue): number | undefined {
  if (left === null || right === null) return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

function likeTest(condition: FetchCondition, pattern: string): Test {
  const negated = condition.operator.startsWith("not-");
  const like = isLike(pattern);
  return (value) => (value !== null && like(String(value))) !== negated;
}

function testOf(session: Session, condition: FetchCondition, type: JoinedReader["type"]): Test {
  const { operator } = condition;
  const values = condition.values.map((text) => literal(condition, type, text));
  const one = (): SortValue => {
    const [value, ...more] = values;
    return value === undefined || more.length > 0 ? wrongValue(condition, `of operator ${operator}`) : value;
  };
  const text = (): string => condition.values[0] ?? wrongValue(condition, `of operator ${operator}`);
  switch (operator) {
    case "eq": {
      const wanted = one();
      return (value) => value === wanted;
    }
    case "ne":
    case "neq": {
      const wanted = one();
      return (value) => value !== wanted;
    }
    case "gt":
    case "ge":
    case "lt":
    case "le": {
      const wanted = one();
      const accepted = { gt: [1], ge: [0, 1], lt: [-1], le: [-1, 0] }[operator];
      return (value) => accepted.includes(ordered(value, wanted) ?? Number.NaN);
    }
    case "null":
      return (value) => value === null;
    case "not-null":
      return (value) => value !== null;
    case "in":
      return (value) => values.includes(value);
    case "not-in":
      return (value) => !values.includes(value);
    case "between":
    case "not-between": {
      const [low = null, high = null] = values;
      if (values.length !== 2) return wrongValue(condition, `of operator ${operator}`);
      const negated = operator === "not-between";
      return (value) => {
        const within = (ordered(value, low) ?? -1) >= 0 && (ordered(value, high) ?? 1) <= 0;
        return value !== null && within !== negated;
      };
    }
    case "like":
    case "not-like":
      return likeTest(condition, text());
    case "begins-with":
    case "not-begin-with":
      return likeTest(condition, `${text()}%`);
    case "ends-with":
    case "not-end-with":
      return likeTest(condition, `%${text()}`);
    case "on":
    case "on-or-after":
    case "on-or-before": {
      const day = Math.floor(Number(one()) / DAY_MS);
      return (value) => {
        if (typeof value !== "number" || type !== "date") return false;
        const other = Math.floor(value / DAY_MS);
        if (operator === "on") return other === day;
        return operator === "on-or-after" ? other >= day : other <= day;
      };
    }
    case "contain-values":
    case "not-contain-values": {
      const negated = operator === "not-contain-values";
      return (value) =>
        String(value ?? "")
          .split(",")
          .some((choice) => condition.values.includes(choice)) !== negated;
    }
    case "eq-userid":
      return (value) => value === session.userId;
    case "ne-userid":
      return (value) => value !== session.userId;
    case "eq-businessid":
    case "ne-businessid": {
      const unit = session.organization.tables["systemuser"];
      const own = unit === undefined || Array.isArray(unit) ? undefined : unit[session.userId];
      const wanted = own?.["_businessunitid_value"] ?? null;
      return (value) => (value === wanted) === (operator === "eq-businessid");
    }
    default:
      if (OTHER_OPERATORS.test(operator)) throw notSimulated(`the FetchXML operator "${operator}"`);
      return invalidOperator(operator);
  }
}

function compileCondition(
  session: Session,
  entities: Entities,
  own: string,
  condition: FetchCondition,
): JoinedPredicate {
  const reader = joinedReader(session, entities, condition.entity ?? own, condition.attribute);
  if (condition.valueOf === undefined) {
    const test = testOf(session, condition, reader.type);
    return (joined) => test(reader.value(joined));
  }
  const [first = "", second] = condition.valueOf.split(".");
  const other =
    second === undefined
      ? joinedReader(session, entities, condition.entity ?? own, first)
      : joinedReader(session, entities, first, second);
  const { operator } = condition;
  const accepted = { eq: [0], ne: [-1, 1], gt: [1], ge: [0, 1], lt: [-1], le: [-1, 0] }[operator];
  if (accepted === undefined) return invalidOperator(operator);
  return (joined) => accepted.includes(ordered(reader.value(joined), other.value(joined)) ?? Number.NaN);
}

/** The filters of one table of the query; all of them must hold. */
export function compileFilters(
  session: Session,
  entities: Entities,
  own: string,
  filters: readonly FetchFilter[],
): JoinedPredicate {
  const compile = (filter: FetchFilter): JoinedPredicate => {
    const parts = filter.parts.map((part) =>
      part.kind === "filter" ? compile(part) : compileCondition(session, entities, own, part),
    );
    if (parts.length === 0) return () => true;
    return filter.any
      ? (joined) => parts.some((part) => part(joined))
      : (joined) => parts.every((part) => part(joined));
  };
  const all = filters.map(compile);
  return (joined) => all.every((filter) => filter(joined));
}
