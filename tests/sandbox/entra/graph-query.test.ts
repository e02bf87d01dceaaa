import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AGENT_USERS } from "../../../src/sandbox/seed.ts";
import { filter, type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeAll(async () => {
  tenant = await startGraphTenant();
});
afterAll(() => tenant.close());

const EVENTUAL = { consistencylevel: "eventual" };

async function names(query: string, headers: Record<string, string> = {}): Promise<string[]> {
  const answer = await tenant.ask("GET", `/users?$select=displayName&${query}`, { headers });
  expect(answer.status).toBe(200);
  return answer.body.value.map((user: { displayName: string }) => user.displayName);
}

describe("$filter", () => {
  test.each([
    ["displayName eq 'amara agent'", ["Amara Agent"]],
    ["startswith(displayName,'A')", ["Alex Admin", "Amara Agent"]],
    ["startsWith(displayName,'A') and surname eq 'Agent'", ["Amara Agent"]],
    ["surname eq 'Agent' or surname eq 'Reader'", ["Robin Reader", "Amara Agent", "Ben Agent"]],
    [`id in ('${AGENT_USERS[1].id}','${AGENT_USERS[2].id}')`, ["Ben Agent", "Sofia Supervisor"]],
    [
      "assignedLicenses/any(l:l/skuId eq 749742bf-0d37-4158-a120-33567104deeb) and surname eq 'Admin'",
      ["Alex Admin"],
    ],
    ["(surname eq 'Agent') and (givenName eq 'Ben')", ["Ben Agent"]],
  ])("%s", async (expression, expected) => {
    expect(await names(filter(expression))).toEqual(expected);
  });

  test.each([["surname ne 'Agent'"], ["not startsWith(displayName,'A')"], ["endsWith(displayName,'Agent')"]])(
    "%s needs ConsistencyLevel and $count",
    async (expression) => {
      const query = `/users?$select=id&${filter(expression)}`;
      const plain = await tenant.ask("GET", query);
      expect([plain.status, plain.body.error.code, plain.body.error.message]).toEqual([
        400,
        "Request_UnsupportedQuery",
        "Unsupported Query.",
      ]);
      const headerOnly = await tenant.ask("GET", query, { headers: EVENTUAL });
      expect(headerOnly.status).toBe(400);
      const advanced = await tenant.ask("GET", `${query}&$count=true`, { headers: EVENTUAL });
      expect(advanced.status).toBe(200);
      expect(advanced.body["@odata.count"]).toBe(advanced.body.value.length);
    },
  );

  test.each([
    [
      "colour eq 'blue'",
      "BadRequest",
      /Could not find a property named 'colour' on type 'microsoft.graph.user'/,
    ],
    ["officeLocation eq 'x'", "Request_UnsupportedQuery", /not indexed/],
    ["displayName eq 'unfinished", "BadRequest", /Invalid filter clause/],
  ])("%s is refused", async (expression, code, message) => {
    const answer = await tenant.ask("GET", `/users?${filter(expression)}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
    expect(answer.body.error.message).toMatch(message);
  });
});

describe("other options", () => {
  test("$search needs the header and looks for beginnings of words", async () => {
    const query = `$search=${encodeURIComponent('"displayName:agen"')}`;
    const plain = await tenant.ask("GET", `/users?${query}`);
    expect(plain.body.error.code).toBe("Request_UnsupportedQuery");
    expect(await names(query, EVENTUAL)).toEqual(["Amara Agent", "Ben Agent"]);
  });

  test("$count is ignored as an option and refused as a segment without the header", async () => {
    const ignored = await tenant.ask("GET", "/users?$count=true");
    expect(ignored.status).toBe(200);
    expect(ignored.body).not.toHaveProperty("@odata.count");
    const segment = await tenant.ask("GET", "/users/$count");
    expect([segment.status, segment.body.error.message]).toEqual([400, "$count is not currently supported."]);
    const counted = await tenant.ask("GET", "/users/$count", { headers: EVENTUAL });
    expect(counted.text).toBe("6");
  });

  test("pages do not repeat the count and stop at 999", async () => {
    const first = await tenant.ask("GET", "/users?$top=2&$count=true&$select=id", { headers: EVENTUAL });
    expect(first.body["@odata.count"]).toBe(6);
    const second = await tenant.ask("GET", first.body["@odata.nextLink"], { headers: EVENTUAL });
    expect(second.body.value).toHaveLength(2);
    expect(second.body).not.toHaveProperty("@odata.count");
    const tooLarge = await tenant.ask("GET", "/users?$top=1000");
    expect(tooLarge.body.error.message).toBe(
      "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
    );
  });

  test("$select of an unknown property is refused", async () => {
    const answer = await tenant.ask("GET", "/groups?$select=id,colour");
    expect([answer.status, answer.body.error.code]).toEqual([400, "BadRequest"]);
  });

  test("users show only the default properties unless more are selected", async () => {
    const plain = await tenant.ask("GET", `/users/${AGENT_USERS[0].id}`);
    expect(plain.body).not.toHaveProperty("accountEnabled");
    const selected = await tenant.ask("GET", `/users/${AGENT_USERS[0].id}?$select=accountEnabled`);
    expect(selected.body).toEqual({
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users(accountEnabled)/$entity",
      accountEnabled: true,
    });
  });

  test("a cast with other options is an advanced query", async () => {
    const path = "/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=roleTemplateId";
    expect((await tenant.ask("GET", path)).body.error.code).toBe("Request_UnsupportedQuery");
    const advanced = await tenant.ask("GET", `${path}&$count=true`, { headers: EVENTUAL });
    expect(advanced.body.value).toHaveLength(2);
  });
});
