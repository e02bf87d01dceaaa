import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { API, type TestOrganization } from "./organization.ts";
import { accountRow, contactRow } from "./query-arbitraries.ts";
import type { Model, ModelRow, Value } from "./query-model.ts";
import {
  ask,
  compare,
  fill,
  question,
  RUNS,
  rows,
  SEED,
  startUnlimited,
  TABLES,
} from "./random-organization.ts";

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startUnlimited();
});
afterAll(() => organization.close());

type TableName = keyof typeof TABLES;
type Columns = Record<string, Value>;

/** Which row is meant: one that exists, by its place, or one that does not. */
type Target = { readonly place: number } | { readonly id: string };

type Command =
  | { readonly does: "create"; readonly table: TableName; readonly columns: Columns; readonly id: Target }
  | {
      readonly does: "patch";
      readonly table: TableName;
      readonly columns: Columns;
      readonly id: Target;
      readonly condition: "none" | "must exist" | "must not exist" | "stale";
    }
  | { readonly does: "delete"; readonly table: TableName; readonly id: Target }
  | { readonly does: "link"; readonly contact: Target; readonly account: Target | undefined }
  | {
      readonly does: "spoil";
      readonly table: TableName;
      readonly id: Target;
      readonly body: Record<string, unknown>;
    };

const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ place: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ id: fc.uuid({ version: 4 }) }) },
);
const table = fc.constantFrom<TableName>("accounts", "contacts");

/** Some columns of a row of the table. */
function columnsOf(name: TableName): fc.Arbitrary<Columns> {
  const whole: fc.Arbitrary<Record<string, Value>> =
    name === "accounts"
      ? accountRow.map(({ accountid: _id, ...columns }) => columns)
      : contactRow.map(({ contactid: _id, account: _account, ...columns }) => columns);
  return fc
    .tuple(whole, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }))
    .map(([columns, kept]) =>
      Object.fromEntries(Object.entries(columns).filter((_, index) => kept[index] === true)),
    );
}

/** Bodies the metadata forbids. */
const spoiled = fc.constantFrom<Record<string, unknown>>(
  { nosuchcolumn: 1 },
  { description: 5 },
  { description: "x".repeat(2001) },
  { "ownerid@odata.bind": "/accounts(00000000-0000-4000-8000-000000000000)" },
  { "OwnerId@odata.bind": null },
  { _ownerid_value: "00000000-0000-4000-8000-000000000000" },
  { statecode: "Active" },
  { statecode: 7 },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  table.chain((name) =>
    fc.record({
      does: fc.constant("create" as const),
      table: fc.constant(name),
      columns: columnsOf(name),
      id: target,
    }),
  ),
  table.chain((name) =>
    fc.record({
      does: fc.constant("patch" as const),
      table: fc.constant(name),
      columns: columnsOf(name),
      id: target,
      condition: fc.constantFrom("none", "none", "must exist", "must not exist", "stale"),
    }),
  ),
  fc.record({ does: fc.constant("delete" as const), table, id: target }),
  fc.record({
    does: fc.constant("link" as const),
    contact: target,
    account: fc.option(target, { nil: undefined }),
  }),
  fc.record({ does: fc.constant("spoil" as const), table, id: target, body: spoiled }),
);

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

interface Outcome {
  readonly request: Request;
  readonly status: number;
  /** The model afterwards; the same when the request is refused. */
  readonly model: Model;
}

function idOf(rows_: readonly ModelRow[], wanted: Target): string {
  if ("id" in wanted) return wanted.id;
  return rows_[wanted.place % Math.max(1, rows_.length)]?.id ?? "99999999-0000-4000-8000-000000000000";
}

const DEFAULTS: Readonly<Record<TableName, Columns>> = {
  accounts: { name: null, accountnumber: null, numberofemployees: null, creditonhold: false },
  contacts: { lastname: null, firstname: null, gendercode: null, birthdate: null, account: null },
};

function withRow(model: Model, name: TableName, row: ModelRow): Model {
  const others = model[name];
  const known = others.some(({ id }) => id === row.id);
  return {
    ...model,
    [name]: known ? others.map((one) => (one.id === row.id ? row : one)) : [...others, row],
  };
}

/** What a naive Dataverse makes of the command. */
function expectedOf(model: Model, asked: Command): Outcome {
  const refused = (request: Request, status: number): Outcome => ({ request, status, model });
  if (asked.does === "link") {
    const contactId = idOf(model.contacts, asked.contact);
    const contact = model.contacts.find(({ id }) => id === contactId);
    const path = `contacts(${contactId})/parentcustomerid_account/$ref`;
    const accountId = asked.account === undefined ? null : idOf(model.accounts, asked.account);
    const request: Request =
      accountId === null
        ? { method: "DELETE", path }
        : { method: "PUT", path, body: { "@odata.id": `${API}accounts(${accountId})` } };
    const missing = accountId !== null && !model.accounts.some(({ id }) => id === accountId);
    if (contact === undefined || missing) return refused(request, 404);
    return { request, status: 204, model: withRow(model, "contacts", { ...contact, account: accountId }) };
  }
  const { set, id: key } = TABLES[asked.table];
  const id = idOf(model[asked.table], asked.id);
  const known = model[asked.table].find((row) => row.id === id);
  const path = `${set}(${id})`;
  switch (asked.does) {
    case "create": {
      const request: Request = { method: "POST", path: set, body: { ...asked.columns, [key]: id } };
      if (known !== undefined) return refused(request, 412);
      return {
        request,
        status: 204,
        model: withRow(model, asked.table, { ...DEFAULTS[asked.table], ...asked.columns, id }),
      };
    }
    case "patch": {
      const headers: Record<string, string> = {
        none: {},
        "must exist": { "if-match": "*" },
        "must not exist": { "if-none-match": "*" },
        stale: { "if-match": 'W/"1"' },
      }[asked.condition] as Record<string, string>;
      const request: Request = { method: "PATCH", path, body: asked.columns, headers };
      if (known === undefined) {
        if (asked.condition === "must exist" || asked.condition === "stale") return refused(request, 404);
        const row = { ...DEFAULTS[asked.table], ...asked.columns, id };
        return { request, status: 204, model: withRow(model, asked.table, row) };
      }
      if (asked.condition === "must not exist" || asked.condition === "stale") return refused(request, 412);
      return { request, status: 204, model: withRow(model, asked.table, { ...known, ...asked.columns, id }) };
    }
    case "delete": {
      const request: Request = { method: "DELETE", path };
      if (known === undefined) return refused(request, 404);
      const left: Model = { ...model, [asked.table]: model[asked.table].filter((row) => row !== known) };
      const contacts = left.contacts.map((row) => (row["account"] === id ? { ...row, account: null } : row));
      return { request, status: 204, model: { ...left, contacts } };
    }
    case "spoil":
      return refused({ method: "PATCH", path, body: asked.body }, -1);
  }
}

async function run({ request, status }: Outcome): Promise<void> {
  const answer = await ask(request.method, request.path, request.body, request.headers);
  // A spoiled body is refused in one of several ways; which one is the concern of other tests.
  if (status < 0) expect([400, 404]).toContain(answer.status);
  else
    expect([request.method, request.path, answer.status, answer.text]).toEqual([
      request.method,
      request.path,
      status,
      answer.text,
    ]);
}

/** All requests in one change set. */
async function runTogether(outcomes: readonly Outcome[]): Promise<number> {
  const parts = outcomes.map(({ request: { method, path, body, headers = {} } }, index) =>
    [
      "--c",
      "Content-Type: application/http",
      "Content-Transfer-Encoding: binary",
      `Content-ID: ${index + 1}`,
      "",
      `${method} ${API}${path} HTTP/1.1`,
      "Content-Type: application/json",
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "",
      body === undefined ? "" : JSON.stringify(body),
      "",
    ].join("\r\n"),
  );
  const text = [
    "--b",
    "Content-Type: multipart/mixed; boundary=c",
    "",
    ...parts,
    "--c--",
    "",
    "--b--",
    "",
  ].join("\r\n");
  const answer = await ask("POST", "$batch", text, { "content-type": "multipart/mixed; boundary=b" });
  return answer.status;
}

/** Both tables as a whole: nothing may differ, wherever it was not looked. */
async function compareEverything(model: Model): Promise<void> {
  for (const name of ["accounts", "contacts"] as const) {
    const { set, id } = TABLES[name];
    const columns = Object.keys(DEFAULTS[name]).map((column) =>
      column === "account" ? "_parentcustomerid_value" : column,
    );
    const answer = await ask("GET", `${set}?$select=${columns.join(",")}`);
    const found = answer.body.value.map(
      ({ "@odata.etag": _etag, [id]: key, _parentcustomerid_value: account, ...rest }: Columns) => ({
        ...rest,
        id: key,
        ...(name === "contacts" ? { account } : {}),
      }),
    );
    expect(found).toEqual(model[name]);
  }
}

const step = fc.record({
  commands: fc.array(command, { minLength: 1, maxLength: 5 }),
  together: fc.boolean(),
  question,
});

describe("random writes", () => {
  it("change what a naive model changes, one by one and as a change set", async () => {
    await fc.assert(
      fc.asyncProperty(
        rows.accounts,
        rows.contacts,
        fc.array(step, { minLength: 3, maxLength: 8 }),
        async (accounts, contacts, steps) => {
          let model = await fill(accounts, contacts);
          for (const { commands, together, question: asked } of steps) {
            // The indexes of both tables exist before the writes, so that writes must keep them right.
            await compare(model, asked);
            let next = model;
            const outcomes = commands.map((one) => {
              const outcome = expectedOf(next, one);
              next = outcome.model;
              return outcome;
            });
            if (together) {
              const failed = outcomes.find(({ status }) => status !== 204);
              const status = await runTogether(outcomes);
              if (failed === undefined) expect(status).toBe(200);
              else if (failed.status > 0) expect(status).toBe(failed.status);
              else expect([400, 404]).toContain(status);
              if (failed === undefined) model = next;
            } else {
              for (const outcome of outcomes) await run(outcome);
              model = next;
            }
            await compare(model, asked);
          }
          await compareEverything(model);
        },
      ),
      { ...SEED, numRuns: RUNS },
    );
    prove({
      api: "Dataverse Web API",
      operation: "writes and change sets at random",
      proof: "documentation",
    });
  }, 300_000);
});
