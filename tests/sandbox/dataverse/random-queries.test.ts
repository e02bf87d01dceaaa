import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { API, type TestOrganization } from "./organization.ts";
import { brokenOption, ownContactCondition } from "./query-arbitraries.ts";
import { accountOf, COLLECTION, contactsOf, filterText, holds, inOrder, type Order } from "./query-model.ts";
import {
  ask,
  type Body,
  compare,
  fill,
  orderText,
  question,
  RUNS,
  rows,
  SEED,
  startUnlimited,
} from "./random-organization.ts";

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startUnlimited();
});
afterAll(() => organization.close());

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
