import fc from "fast-check";
import { expect } from "vitest";
import type { Answer } from "../../harness/sandbox.ts";
import { DOMAIN, startOrganization, type TestOrganization } from "./organization.ts";
import {
  ACCOUNT_COLUMNS,
  type AccountRow,
  accountCondition,
  accountOrders,
  accountRow,
  CONTACT_COLUMNS,
  type ContactRow,
  contactCondition,
  contactOrders,
  contactRow,
  selection,
} from "./query-arbitraries.ts";
import { type Condition, filterText, holds, inOrder, type Model, type Order } from "./query-model.ts";

/** A failing run prints its seed; PSC_FC_SEED repeats it. PSC_FC_RUNS asks for more. */
export const RUNS = Number(process.env["PSC_FC_RUNS"] ?? 60);
export const SEED: { seed?: number } = {
  ...(process.env["PSC_FC_SEED"] === undefined ? {} : { seed: Number(process.env["PSC_FC_SEED"]) }),
};
/** No answer takes longer, whatever is asked. */
const PATIENCE_MS = 5_000;

let organization: TestOrganization;

/** An organization that no limit protects and that `ask` and all below speak to. */
export async function startUnlimited(): Promise<TestOrganization> {
  organization = await startOrganization();
  await organization.cloud.control("POST", "state", {
    path: "dataverse/organizations",
    where: { domainName: DOMAIN },
    set: { limits: { requests: 1e9, executionMs: 1e12 } },
  });
  return organization;
}

export async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
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
export async function fill(accounts: readonly AccountRow[], contacts: readonly ContactRow[]): Promise<Model> {
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

export const TABLES = {
  accounts: { set: "accounts", id: "accountid" },
  contacts: { set: "contacts", id: "contactid" },
} as const;
type TableName = keyof typeof TABLES;

export interface Question {
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
export const question = fc.oneof(accountQuestion, contactQuestion);

export function orderText(order: readonly Order[]): string {
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

export type Body = Record<string, string | number | boolean | null>;

/** Asks, follows every page and compares with what the naive model finds. */
export async function compare(model: Model, asked: Question): Promise<void> {
  const { table, condition, order, select, pageSize, top, count } = asked;
  const { id } = TABLES[table];
  const matching = inOrder(
    model,
    model[table].filter((row) => condition === undefined || holds(model, condition, row)),
    order,
  );
  const expected = pageSize === undefined && top !== undefined ? matching.slice(0, top) : matching;
  const headers: Record<string, string> =
    pageSize === undefined ? {} : { prefer: `odata.maxpagesize=${pageSize}` };
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

export const rows = {
  accounts: fc.uniqueArray(accountRow, { maxLength: 8, selector: ({ accountid }) => accountid }),
  contacts: fc.uniqueArray(contactRow, { maxLength: 16, selector: ({ contactid }) => contactid }),
};
