import fc from "fast-check";
import type { Condition, Kind, Order, Property } from "./query-model.ts";

/** Random rows and questions over a small vocabulary, so that they have much to do with each other. */

const WORDS = ["", "a", "A", "ab", "aB c", "b", "O'Brien", "Ärzte", "50% off", "x_y", "zz"];
const DAYS = ["1970-01-01", "1980-05-01", "1999-12-31", "2024-02-29"];

const word = fc.constantFrom(...WORDS.filter((text) => text !== ""));
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const id = fc.uuid({ version: 4 });

export interface AccountRow {
  readonly accountid: string;
  readonly name: string | null;
  readonly accountnumber: string | null;
  readonly numberofemployees: number | null;
  readonly creditonhold: boolean;
}

export interface ContactRow {
  readonly contactid: string;
  readonly lastname: string | null;
  readonly firstname: string | null;
  readonly gendercode: number | null;
  readonly birthdate: string | null;
  /** Place of its account in the list of accounts, modulo their number. */
  readonly account: number | null;
}

export const accountRow: fc.Arbitrary<AccountRow> = fc.record({
  accountid: id,
  name: optional(word),
  accountnumber: optional(word),
  numberofemployees: optional(fc.integer({ min: 0, max: 5 })),
  creditonhold: fc.boolean(),
});

export const contactRow: fc.Arbitrary<ContactRow> = fc.record({
  contactid: id,
  lastname: optional(word),
  firstname: optional(word),
  gendercode: optional(fc.constantFrom(1, 2)),
  birthdate: optional(fc.constantFrom(...DAYS)),
  account: optional(fc.nat(50)),
});

const of = (kind: Kind, ...paths: string[]): Property[] => paths.map((path) => ({ path, kind }));

export const ACCOUNT_COLUMNS: readonly Property[] = [
  ...of("text", "name", "accountnumber"),
  ...of("number", "numberofemployees"),
  ...of("flag", "creditonhold"),
];
export const CONTACT_COLUMNS: readonly Property[] = [
  ...of("text", "lastname", "firstname"),
  ...of("number", "gendercode"),
  ...of("day", "birthdate"),
];
/** Columns of the account a contact belongs to; not inside a lambda over the account's contacts. */
const REACHED: readonly Property[] = [
  ...of("text", "parentcustomerid_account/name"),
  ...of("number", "parentcustomerid_account/numberofemployees"),
  ...of("flag", "parentcustomerid_account/creditonhold"),
];

function literalOf(kind: Kind): fc.Arbitrary<string | number | boolean | null> {
  const present: fc.Arbitrary<string | number | boolean> = {
    text: fc.constantFrom(...WORDS),
    number: fc.integer({ min: -1, max: 6 }),
    flag: fc.boolean(),
    day: fc.constantFrom(...DAYS),
  }[kind];
  return fc.option(present, { nil: null, freq: 4 });
}

function comparison(property: Property): fc.Arbitrary<Condition> {
  const operator =
    property.kind === "flag"
      ? fc.constantFrom("eq" as const, "ne" as const)
      : fc.constantFrom(
          "eq" as const,
          "eq" as const,
          "ne" as const,
          "gt" as const,
          "ge" as const,
          "lt" as const,
          "le" as const,
        );
  return fc.record({
    is: fc.constant("compare" as const),
    property: fc.constant(property),
    operator,
    value: literalOf(property.kind),
  });
}

function leaf(properties: readonly Property[], functions: boolean): fc.Arbitrary<Condition> {
  const among = (...kinds: Kind[]): fc.Arbitrary<Property> =>
    fc.constantFrom(...properties.filter(({ kind }) => kinds.includes(kind)));
  const leaves: fc.Arbitrary<Condition>[] = [
    fc.constantFrom(...properties).chain(comparison),
    fc.record({
      is: fc.constant("text" as const),
      property: among("text"),
      test: fc.constantFrom("contains" as const, "startswith" as const, "endswith" as const),
      part: fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom("%", "a%", "_", "%b%", "o'b")),
    }),
  ];
  // Functions of Microsoft.Dynamics.CRM name a column of the table itself.
  if (functions)
    leaves.push(
      fc.record({
        is: fc.constant("in" as const),
        property: among("text"),
        negated: fc.boolean(),
        values: fc.array(word, { minLength: 1, maxLength: 4 }),
      }),
      fc
        .tuple(among("number"), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
        .map(([property, low, more]): Condition => ({ is: "between", property, low, high: low + more })),
    );
  if (properties.some(({ kind }) => kind === "flag"))
    leaves.push(fc.record({ is: fc.constant("flag" as const), property: among("flag") }));
  return fc.oneof(...leaves);
}

function tree(leaves: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  return fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      leaves,
      fc.record({
        is: fc.constantFrom("and" as const, "or" as const),
        left: tie("node"),
        right: tie("node"),
      }),
      tie("node").map((inner): Condition => ({ is: "not", inner })),
    ),
  })).node;
}

export const contactCondition = tree(
  fc.oneof(leaf(CONTACT_COLUMNS, true), leaf([...CONTACT_COLUMNS, ...REACHED], false)),
);

/** Of contacts alone, for a nested $filter. */
export const ownContactCondition = tree(leaf(CONTACT_COLUMNS, true));

export const accountCondition = tree(
  fc.oneof(
    { weight: 3, arbitrary: leaf(ACCOUNT_COLUMNS, true) },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constantFrom("any" as const, "all" as const),
        inner: tree(leaf(CONTACT_COLUMNS, false)),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Condition>({ is: "some" }) },
  ),
);

export function orders(columns: readonly Property[]): fc.Arbitrary<readonly Order[]> {
  return fc.uniqueArray(
    fc.record({ path: fc.constantFrom(...columns.map(({ path }) => path)), descending: fc.boolean() }),
    { maxLength: 3, selector: ({ path }) => path },
  );
}
export const contactOrders = orders([...CONTACT_COLUMNS, ...REACHED]);
export const accountOrders = orders(ACCOUNT_COLUMNS);

export function selection(columns: readonly Property[]): fc.Arbitrary<readonly string[] | undefined> {
  return fc.option(
    fc.subarray(
      columns.map(({ path }) => path),
      { minLength: 1 },
    ),
    { nil: undefined },
  );
}

/** Pieces of valid queries put together without sense, and any text at all. */
export const brokenOption: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  fc.constantFrom(
    "$filter",
    "$orderby",
    "$select",
    "$expand",
    "$top",
    "$count",
    "$skiptoken",
    "$apply",
    "fetchXml",
    "$skip",
    "$search",
    "$levels",
    "x",
  ),
  fc.oneof(
    fc
      .array(
        fc.constantFrom(
          "name",
          "lastname",
          "eq",
          "and",
          "or",
          "not",
          "(",
          ")",
          "'",
          "''",
          "a'b",
          "null",
          "true",
          "1",
          "-1",
          "1e999",
          "2024-13-45",
          "2024-02-30T25:00:00Z",
          "[",
          "]",
          "%",
          "_",
          "/",
          ",",
          ";",
          "=",
          ":",
          "o",
          "any",
          "all",
          "contains(",
          "Microsoft.Dynamics.CRM.In(",
          "PropertyName='name'",
          "PropertyValues=['a']",
          "contact_customer_accounts",
          "primarycontactid",
          "$select=",
          "$filter=",
          "@p1",
          "asc",
          "desc",
          "__proto__",
          "constructor",
          "toString",
          "groupby((",
          "aggregate($count as n)",
          "<fetch>",
          "<entity name='account'>",
          "</entity></fetch>",
          '<cookie pagenumber="2" pagingcookie="%25" />',
        ),
        { maxLength: 12 },
      )
      .map((pieces) => pieces.join(" ")),
    fc.string({ maxLength: 40, unit: "binary" }),
    fc.constantFrom(
      "(".repeat(3000),
      "not ".repeat(2000),
      `contains(name,'${"%a".repeat(200)}b')`,
      "a/".repeat(500),
    ),
  ),
);
