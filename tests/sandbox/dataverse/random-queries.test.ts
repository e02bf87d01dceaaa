import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import type { Answer } from "../../harness/sandbox.ts";
import { API, DOMAIN, startOrganization, type TestOrganization } from "./organization.ts";
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  accountCondition,
  accountOrders,
  accountRow,
  brokenOption,
  CONTACT_COLUMNS,
  type ContactRow,
  contactCondition,
  contactOrders,
  contactRow,
  ownContactCondition,
  selection,
} from "./query-arbitraries.ts";
import {
  accountOf,
  COLLECTION,
  type Condition,
  contactsOf,
  filterText,
  holds,
  inOrder,
  type Model,
  type Order,
} from "./query-model.ts";

/** A failing run prints its seed; PSC_FC_SEED repeats it. PSC_FC_RUNS asks for more. */
const RUNS = Number(process.env["PSC_FC_RUNS"] ?? 60);
const SEED: { seed?: number } = {
  ...(process.env["PSC_FC_SEED"] === undefined ? {} : { seed: Number(process.env["PSC_FC_SEED"]) }),
};
/** No answer takes longer, whatever is asked. */
const PATIENCE_MS = 5_000;

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startOrganization();
  await organization.cloud.control("POST", "state", {
    path: "dataverse/organizations",
    where: { domainName: DOMAIN },
    set: { limits: { requests: 1e9, executionMs: 1e12 } },
  });
});
afterAll(() => organization.close());

async function ask(method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const before = performance.now();
  const answer = await organization.ask(method, path, { ...(body === undefined ? {} : { body }), headers });
  const took = performance.now() - before;
  if (took > PATIENCE_MS) throw new Error(`${method} ${path} took ${Math.round(took)} ms`);
  if (answer.status >= 500 && answer.status !== 501)
    throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  return answer;
}

async function empty(): Promise<void> {
  for (const table of ["account", "contact"])
    await organization.cloud.control("POST", "state", {
      path: `dataverse/organizations/${DOMAIN}/tables/${table}`,
      where: {},
      delete: true,
    });
}

/** Stores the rows, by single requests, and returns what a naive Dataverse then knows. */
async function fill(accounts: readonly AccountRow[], contacts: readonly ContactRow[]): Promise<Model> {
  await empty();
  const model: Model = { accounts: [], contacts: [] };
  for (const row of accounts) {
    expect((await ask("POST", "accounts", row)).status).toBe(204);
    const { accountid, ...columns } = row;
    model.accounts.push({ ...columns, id: accountid });
  }
  for (const { account, ...row } of contacts) {
    const owner =
      account === null || accounts.length === 0 ? undefined : accounts[account % accounts.length]?.accountid;
    const bind = owner === undefined ? {} : { "parentcustomerid_account@odata.bind": `/accounts(${owner})` };
    expect((await ask("POST", "contacts", { ...row, ...bind })).status).toBe(204);
    const { contactid, ...columns } = row;
    model.contacts.push({ ...columns, id: contactid, account: owner ?? null });
  }
  return model;
}

const TABLES = {
  accounts: { set: "accounts", id: "accountid" },
  contacts: { set: "contacts", id: "contactid" },
} as const;
type TableName = keyof typeof TABLES;

interface Question {
  readonly table: TableName;
  readonly condition: Condition | undefined;
  readonly order: readonly Order[];
  readonly select: readonly string[] | undefined;
  readonly pageSize: number | undefined;
  readonly top: number | undefined;
  readonly count: boolean;
}

const rest = {
  pageSize: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
  top: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  count: fc.boolean(),
};
const accountQuestion: fc.Arbitrary<Question> = fc.record({
  table: fc.constant("accounts" as const),
  condition: fc.option(accountCondition, { nil: undefined }),
  order: accountOrders,
  select: selection(ACCOUNT_COLUMNS),
  ...rest,
});
const contactQuestion: fc.Arbitrary<Question> = fc.record({
  table: fc.constant("contacts" as const),
  condition: fc.option(contactCondition, { nil: undefined }),
  order: contactOrders,
  select: selection(CONTACT_COLUMNS),
  ...rest,
});
const question = fc.oneof(accountQuestion, contactQuestion);

function orderText(order: readonly Order[]): string {
  return order.map(({ path, descending }) => `${path}${descending ? " desc" : ""}`).join(",");
}

function pathOf({ table, condition, order, select, top, count }: Question): string {
  const options = new Map<string, string>();
  if (condition !== undefined) options.set("$filter", filterText(condition));
  if (order.length > 0) options.set("$orderby", orderText(order));
  if (select !== undefined) options.set("$select", select.join(","));
  if (top !== undefined) options.set("$top", String(top));
  if (count) options.set("$count", "true");
  const query = [...options].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${TABLES[table].set}?${query}`;
}

type Body = Record<string, string | number | boolean | null>;

/** Asks, follows every page and compares with what the naive model finds. */
async function compare(model: Model, asked: Question): Promise<void> {
  const { table, condition, order, select, pageSize, top, count } = asked;
  const { id } = TABLES[table];
  const matching = inOrder(
    model,
    model[table].filter((row) => condition === undefined || holds(model, condition, row)),
    order,
  );
  const expected = pageSize === undefined && top !== undefined ? matching.slice(0, top) : matching;
  const headers = pageSize === undefined ? {} : { prefer: `odata.maxpagesize=${pageSize}` };
  const found: Body[] = [];
  let url: string | undefined = pathOf(asked);
  for (let pages = 0; url !== undefined; pages += 1) {
    const answer: Answer = await ask("GET", url, undefined, headers);
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    const rows: Body[] = answer.body.value;
    if (pageSize !== undefined) expect(rows.length).toBeLessThanOrEqual(pageSize);
    if (pages === 0 && count) expect(answer.body["@odata.count"]).toBe(matching.length);
    found.push(...rows);
    url = answer.body["@odata.nextLink"];
    expect(pages).toBeLessThanOrEqual(matching.length);
  }
  expect(found.map((row) => row[id])).toEqual(expected.map((row) => row.id));
  if (select === undefined) return;
  for (const [index, row] of found.entries()) {
    expect(Object.keys(row).sort()).toEqual([...new Set(["@odata.etag", id, ...select])].sort());
    for (const column of select) expect(row[column]).toEqual(expected[index]?.[column] ?? null);
  }
}

const rows = {
  accounts: fc.uniqueArray(accountRow, { maxLength: 8, selector: ({ accountid }) => accountid }),
  contacts: fc.uniqueArray(contactRow, { maxLength: 16, selector: ({ contactid }) => contactid }),
};

describe("random requests", () => {
  it("are answered as a naive model answers them", async () => {
    await fc.assert(
      fc.asyncProperty(
        rows.accounts,
        rows.contacts,
        fc.array(question, { minLength: 8, maxLength: 12 }),
        async (accounts, contacts, questions) => {
          const model = await fill(accounts, contacts);
          for (const asked of questions) await compare(model, asked);
        },
      ),
      { ...SEED, numRuns: RUNS },
    );
    prove({ api: "Dataverse Web API", operation: "GET /{set} with random queries", proof: "documentation" });
  }, 300_000);

  it("expand rows as a naive model does", async () => {
    const nested = fc.record({
      condition: fc.option(ownContactCondition, { nil: undefined }),
      order: fc.constantFrom<readonly Order[]>(
        [],
        [{ path: "lastname", descending: false }],
        [{ path: "birthdate", descending: true }],
      ),
      top: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        rows.accounts,
        rows.contacts,
        nested,
        async (accounts, contacts, { condition, order, top }) => {
          const model = await fill(accounts, contacts);
          const inside = [
            "$select=lastname",
            ...(condition === undefined ? [] : [`$filter=${filterText(condition)}`]),
            ...(order.length === 0 ? [] : [`$orderby=${orderText(order)}`]),
            ...(top === undefined ? [] : [`$top=${top}`]),
          ].join(";");
          const down = await ask(
            "GET",
            `accounts?$select=name&$expand=${encodeURIComponent(`${COLLECTION}(${inside})`)}`,
          );
          expect(
            down.body.value.map((row: Record<string, Body[]>) =>
              row[COLLECTION]?.map((one) => one["contactid"]),
            ),
          ).toEqual(
            model.accounts.map((account) =>
              inOrder(
                model,
                contactsOf(model, account).filter(
                  (row) => condition === undefined || holds(model, condition, row),
                ),
                order,
              )
                .slice(0, top)
                .map((row) => row.id),
            ),
          );
          const up = await ask(
            "GET",
            "contacts?$select=lastname&$expand=parentcustomerid_account($select=name)",
          );
          expect(
            up.body.value.map(
              (row: Record<string, Body | null>) => row["parentcustomerid_account"]?.["accountid"] ?? null,
            ),
          ).toEqual(model.contacts.map((row) => accountOf(model, row)?.id ?? null));
        },
      ),
      { ...SEED, numRuns: Math.ceil(RUNS / 3) },
    );
  }, 300_000);

  it("without sense are refused in the service's own words, never with 500", async () => {
    await fill([], []);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          "accounts",
          "contacts",
          "accounts/$count",
          "systemusers",
          "EntityDefinitions",
          "nonsense",
          "WhoAmI()",
          "constructor",
          "__proto__",
        ),
        fc.array(brokenOption, { minLength: 1, maxLength: 3 }),
        async (resource, options) => {
          const query = options.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
          const answer = await ask("GET", `${API}${resource}?${query}`);
          if (answer.status === 431) return;
          expect([200, 400, 404, 405, 501]).toContain(answer.status);
          if (answer.status === 200) return;
          expect(Object.keys(answer.body)).toEqual(["error"]);
          expect(answer.body.error.code).toMatch(
            answer.status === 501 ? /^NotSimulated$/ : /^0x8[0-9A-Fa-f]{7}$/,
          );
          expect(answer.body.error.message).not.toBe("");
        },
      ),
      { ...SEED, numRuns: RUNS * 10 },
    );
  }, 300_000);
});
