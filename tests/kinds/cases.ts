import type { KindInfo } from "../../src/engine/resource.ts";
import type { Portal, Row } from "./portal.ts";

/** What is asked of every kind of resource. */
export const CASES = [
  "create",
  "no-op",
  "update",
  "drift repair",
  "delete",
  "adoption",
  "ambiguous match",
  "permission missing",
  "replication delay",
] as const;

export type Case = (typeof CASES)[number];

/** How many of a kind's objects the tenant holds, as its state shows them. */
export type Count = (portal: Portal) => Promise<number>;

/** Makes, beside the object, another one that answers to the same natural key; returns the ids of both. */
export type Twin = (portal: Portal) => Promise<readonly string[]>;

/** One kind's row of the table. A case that is not named in `not` is tested by the runner. */
export interface KindCases {
  /** Managed kinds only: what psc makes of it. */
  readonly objects?: Count;
  readonly twin?: Twin;
  /** Cases that cannot exist, each with the reason. */
  readonly not?: Partial<Readonly<Record<Case, string>>>;
  /** Permissions that nothing is refused for here, each with the reason. */
  readonly unrefused?: Readonly<Record<string, string>>;
  /** Permissions that are missed when a field (`kind.field` of a mutation) differs and nothing else does. */
  readonly missedAlone?: Readonly<Record<string, string>>;
}

/** Cases that a kind's nature leaves out. */
const BY_NATURE: Readonly<Record<KindInfo["nature"], Partial<Readonly<Record<Case, string>>>>> = {
  managed: {},
  gate: {
    create: "a person does it",
    update: "a person does it",
    "drift repair": "a person does it",
    delete: "psc undoes no decision of a person",
    adoption: "what is done is done, whoever did it",
    "ambiguous match": "psc changes nothing of it",
    "replication delay": "psc looks until it is done",
  },
  check: {
    create: "a check makes nothing",
    update: "a check changes nothing",
    "drift repair": "a check changes nothing",
    delete: "a check leaves nothing behind",
    adoption: "a check owns nothing",
    "ambiguous match": "it looks for nothing by a name",
    "replication delay": "psc makes nothing of what it looks at",
  },
};

/** Why a case cannot exist for a kind; undefined when it is tested. */
export function reasonAgainst(info: KindInfo, row: KindCases, name: Case): string | undefined {
  if (name === "no-op" && info.onlyForWriting) return "looked at only before something is written";
  return row.not?.[name] ?? BY_NATURE[info.nature][name];
}

type Match = Row | ((row: Row) => boolean);

export function matches(row: Row, match: Match): boolean {
  return typeof match === "function"
    ? match(row)
    : Object.entries(match).every(([name, value]) => row[name] === value);
}

/** Rows of a path of the state. */
export const at =
  (path: string, match: Match = {}): Count =>
  async (portal) =>
    (await portal.read(path)).filter((row) => matches(row, match)).length;

/** Rows of a table of the environment's Dataverse. */
export const rows =
  (table: string, match: Match = {}): Count =>
  async (portal) =>
    (await portal.list(table)).filter((row) => matches(row, match)).length;

interface Copied {
  readonly table: string;
  readonly entitySet: string;
  readonly columns: readonly string[];
  /** Entity sets by the lookups that point where those of the first row point. */
  readonly lookups?: Readonly<Record<string, string>>;
  readonly match?: Match;
}

/** A second row of a table, with the same values in these columns, made by the Web API. */
export const copy =
  ({ table, entitySet, columns, lookups = {}, match = {} }: Copied): Twin =>
  async (portal) => {
    const row = (await portal.list(table)).find((one) => matches(one, match));
    if (row === undefined) throw new Error(`${table} has no row to copy`);
    const body = {
      ...Object.fromEntries(columns.map((name) => [name, row[name]])),
      ...Object.fromEntries(
        Object.entries(lookups).map(([name, set]) => [
          `${name}@odata.bind`,
          `/${set}(${String(row[`_${name}_value`])})`,
        ]),
      ),
    };
    return [String(row[`${table}id`]), await portal.create(entitySet, body)];
  };
