import { afterEach, beforeEach, expect, test } from "vitest";
import { type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeEach(async () => {
  tenant = await startGraphTenant();
});
afterEach(() => tenant.close());

const JSON_TYPE = { "Content-Type": "application/json" };

function batch(requests: object[]) {
  return tenant.ask("POST", "/$batch", { body: { requests } });
}

test("answers every part under its id, and 424 to what depends on a failure", async () => {
  const answer = await batch([
    { id: "1", method: "GET", url: "/me?$select=displayName" },
    { id: "2", method: "GET", url: "/groups/0f0f0f0f-0000-4000-8000-000000000000" },
    { id: "3", method: "GET", url: "/organization", dependsOn: ["2"] },
    {
      id: "4",
      method: "POST",
      url: "/applications",
      headers: JSON_TYPE,
      body: { displayName: "from a batch" },
      dependsOn: ["1"],
    },
  ]);
  expect(answer.status).toBe(200);
  const byId = new Map(
    answer.body.responses.map((entry: { id: string; status: number; body: unknown }) => [entry.id, entry]),
  );
  expect(byId.get("1")).toMatchObject({ status: 200, body: { displayName: "Alex Admin" } });
  expect(byId.get("2")).toMatchObject({ status: 404, body: { error: { code: "Request_ResourceNotFound" } } });
  expect(byId.get("3")).toMatchObject({ status: 424 });
  expect(byId.get("4")).toMatchObject({ status: 201, body: { displayName: "from a batch" } });
});

test("is a write exactly when one of its parts is", async () => {
  await tenant.control("DELETE", "requests");
  await batch([{ id: "1", method: "GET", url: "/me" }]);
  await batch([
    { id: "1", method: "POST", url: "/applications", headers: JSON_TYPE, body: { displayName: "x" } },
  ]);
  const log = await tenant.control("GET", "requests");
  const graph = log.body.value.filter((entry: { service: string }) => entry.service === "graph");
  expect(graph.map((entry: { write: boolean }) => entry.write)).toEqual([false, true]);
});

test.each([
  ["more than 20 parts", Array.from({ length: 21 }, (_, n) => ({ id: `${n}`, method: "GET", url: "/me" }))],
  [
    "two equal ids",
    [
      { id: "a", method: "GET", url: "/me" },
      { id: "A", method: "GET", url: "/me" },
    ],
  ],
  ["a body without Content-Type", [{ id: "1", method: "POST", url: "/groups", body: {} }]],
  ["an unknown dependency", [{ id: "1", method: "GET", url: "/me", dependsOn: ["9"] }]],
])("with %s is refused as a whole", async (_name, requests) => {
  expect((await batch(requests)).status).toBe(400);
});
