import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isServiceError, PscError } from "../../src/errors.ts";
import { AGENT_USERS, TENANT } from "../../src/sandbox/seed.ts";
import { type Graph, keySegment, literal } from "../../src/services/graph.ts";
import { startTenant, type TestTenant } from "../resources/support/tenant.ts";

let tenant: TestTenant;
let graph: Graph;

const securityGroup = (displayName: string): object => ({
  displayName,
  mailEnabled: false,
  mailNickname: "psc-test",
  securityEnabled: true,
  groupTypes: [],
});

beforeAll(async () => {
  tenant = await startTenant();
  graph = (await tenant.services()).graph;
});
afterAll(() => tenant.close());

describe("Graph client", () => {
  it("answers undefined for an object that is not there", async () => {
    expect(await graph.get(`/groups${keySegment("uniqueName", "nobody")}`)).toBeUndefined();
  });

  it("follows every page of a collection", async () => {
    for (const name of ["page one", "page two", "page three"])
      await graph.create("/groups", securityGroup(name));
    await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
    const names = (await graph.list<{ displayName: string }>("/groups", { $top: "1" })).map(
      ({ displayName }) => displayName,
    );
    expect(names).toEqual(expect.arrayContaining(["page one", "page two", "page three"]));
    const listed = (await tenant.sandbox.control("GET", "requests")).body.value as { url: string }[];
    expect(listed.filter(({ url }) => url.includes("skiptoken")).length).toBeGreaterThanOrEqual(2);
  });

  it("finds a name with quotes, ampersands and plus signs", async () => {
    const displayName = `O'Brien & Söhne +1 #2`;
    const made = await graph.create<{ id: string }>("/groups", securityGroup(displayName));
    await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
    const found = await graph.list<{ id: string }>("/groups", {
      $filter: `displayName eq ${literal(displayName)}`,
      $select: "id",
    });
    expect(found.map(({ id }) => id)).toEqual([made.id]);
  });

  it("tells a created object from one that was there", async () => {
    const path = `/groups${keySegment("uniqueName", "psc-upsert")}`;
    const created = await graph.upsert<{ id: string; uniqueName: string }>(path, securityGroup("upserted"));
    expect(created?.uniqueName).toBe("psc-upsert");
    expect(await graph.upsert(path, securityGroup("upserted"))).toBeUndefined();
  });

  it("creates once when the answer of an upsert is lost", async () => {
    await tenant.sandbox.control("POST", "faults", {
      service: "graph",
      method: "PATCH",
      times: 1,
      action: { kind: "drop-after" },
    });
    await graph.upsert(`/groups${keySegment("uniqueName", "psc-lost")}`, securityGroup("lost answer"));
    await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
    const found = await graph.list("/groups", { $filter: "displayName eq 'lost answer'" });
    expect(found).toHaveLength(1);
  });

  it("gives every request of a batch its own answer, in the order asked", async () => {
    const [user] = AGENT_USERS;
    const answers = await graph.batch([
      { method: "GET", url: `/users/${user.userPrincipalName}` },
      { method: "GET", url: "/groups/00000000-0000-4000-8000-000000000000" },
      ...Array.from({ length: 21 }, () => ({ method: "GET" as const, url: `/users/${user.id}` })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 404, ...Array(21).fill(200)]);
    expect(answers[0]?.body).toMatchObject({ id: user.id });
  });

  it("adds and removes members without touching the user", async () => {
    const [, user] = AGENT_USERS;
    const made = await graph.create<{ id: string }>("/groups", securityGroup("members"));
    await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
    const members = (): Promise<readonly { id: string }[]> => graph.list(`/groups/${made.id}/members`);
    await graph.addReference(`/groups/${made.id}/members`, user.id);
    expect((await members()).map(({ id }) => id)).toEqual([user.id]);
    await graph.removeReference(`/groups/${made.id}/members`, user.id);
    await graph.removeReference(`/groups/${made.id}/members`, user.id);
    expect(await members()).toEqual([]);
    expect(await graph.get(`/users/${user.id}`)).toBeDefined();
  });

  it("keeps Graph's own code and words of a refusal", async () => {
    const refused = await graph
      .create("/groups", { displayName: "no nickname", mailEnabled: false, securityEnabled: true })
      .catch((error: unknown) => error);
    expect(isServiceError(refused, 400)).toBe(true);
    if (isServiceError(refused)) {
      expect(refused.refusal.serviceCode).toBe("Request_BadRequest");
      expect(refused.refusal.serviceMessage).not.toBe("");
    }
  });

  it("sends no batch from a read-only command", async () => {
    const readOnly = (await tenant.services("admin", true)).graph;
    await expect(readOnly.batch([{ method: "DELETE", url: "/groups/x" }])).rejects.toMatchObject({
      code: "PSC-E290",
    });
    await expect(
      readOnly.upsert(`/groups${keySegment("uniqueName", "x")}`, securityGroup("x")),
    ).rejects.toBeInstanceOf(PscError);
    expect(await readOnly.list("/organization")).toMatchObject([{ id: TENANT.id }]);
  });
});
