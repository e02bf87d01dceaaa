import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isServiceError, PscError } from "../../src/errors.ts";
import { createDataverse, type Dataverse, quoted } from "../../src/services/dataverse.ts";
import type { Http } from "../../src/services/http/types.ts";
import { textAt } from "../../src/services/json-reading.ts";
import {
  type ContactCentre,
  ORGANIZATION,
  startContactCentre,
} from "../resources/support/dataverse-context.ts";

let centre: ContactCentre;
let client: Dataverse;
let http: Http;

beforeAll(async () => {
  centre = await startContactCentre();
  await centre.sandbox.control("POST", "environments", {
    displayName: "Contoso Health (dev)",
    domainName: "contosohealth-dev",
  });
  http = (await centre.services()).http;
  client = createDataverse(http, ORGANIZATION);
});
afterAll(() => centre.close());

describe("reading", () => {
  it("answers undefined for a table that no installed package has brought", async () => {
    expect(await client.list("msdyn_liveworkstreams", { select: ["msdyn_name"] })).toBeUndefined();
  });

  it("answers undefined for a package's column on a platform table", async () => {
    expect(await client.list("queues", { select: ["msdyn_priority"] })).toBeUndefined();
  });

  it("refuses a misspelt column of the platform instead of taking it for absence", async () => {
    const refused = await client.list("queues", { select: ["nam"] }).catch((error: unknown) => error);
    expect(isServiceError(refused, 400) && refused.refusal.serviceCode).toBe("0x80060888");
  });

  it("answers undefined for a row that does not exist", async () => {
    expect(await client.get("queues(00000000-0000-4000-8000-000000000001)")).toBeUndefined();
  });

  it("finds names with quotes in them", async () => {
    const id = await client.create("queues", { name: "Ob/Gyn & O'Brien", queueviewtype: 1 });
    const rows = await client.list("queues", {
      select: ["queueid"],
      filter: `name eq ${quoted("Ob/Gyn & O'Brien")}`,
    });
    expect(rows?.map((row) => textAt(row, "queueid"))).toEqual([id]);
  });
});

describe("writing", () => {
  it("never creates a row by updating one that is missing", async () => {
    const missing = "00000000-0000-4000-8000-000000000002";
    const refused = await client
      .update("queues", missing, { name: "ghost" })
      .catch((error: unknown) => error);
    expect(isServiceError(refused, 404)).toBe(true);
    expect(await client.get(`queues(${missing})`)).toBeUndefined();
  });

  it("sets and clears a lookup under the navigation property that the organisation names", async () => {
    const { userId } = await client.whoAmI();
    const root = await client.list("businessunits", { select: ["businessunitid"] });
    const unit = textAt(root?.[0], "businessunitid");
    const bound = await client.lookup("queue", "businessunitid", "businessunit", unit);
    expect(bound).toEqual({ "businessunitid@odata.bind": `/businessunits(${unit})` });
    expect(await client.lookup("team", "administratorid", "systemuser", null)).toEqual({
      "administratorid@odata.bind": null,
    });
    expect(userId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("takes a link that exists already for success, whatever dress the refusal wears", async () => {
    const { userId } = await client.whoAmI();
    const queueId = await client.create("queues", { name: "Links", queueviewtype: 1 });
    const link = () =>
      client.associate(`queues(${queueId})`, "queuemembership_association", `systemusers(${userId})`);
    await link();
    await link();
    for (const [status, body] of [
      [409, { error: { code: "0x80040237", message: "" } }],
      [400, { error: { code: "0x80040265", message: "Cannot insert duplicate key." } }],
    ] as const) {
      await centre.sandbox.control("POST", "faults", {
        service: "dataverse",
        match: "queuemembership_association",
        times: 1,
        action: { kind: "respond", status, body },
      });
      await link();
    }
    const members = await client.list("queuememberships", { filter: `queueid eq ${queueId}` });
    expect(members).toHaveLength(1);
  });

  it("removes a link, and takes one that is gone for removed", async () => {
    const { userId } = await client.whoAmI();
    const queueId = await client.create("queues", { name: "Unlinked", queueviewtype: 1 });
    const [path, target] = [`queues(${queueId})`, `systemusers(${userId})`] as const;
    await client.associate(path, "queuemembership_association", target);
    await client.disassociate(path, "queuemembership_association", target);
    expect(await client.list("queuememberships", { filter: `queueid eq ${queueId}` })).toEqual([]);
    await client.disassociate(path, "queuemembership_association", target);
  });

  it("reports a link that is refused for another reason", async () => {
    const queueId = await client.create("queues", { name: "Refused links", queueviewtype: 1 });
    const refused = await client
      .associate(
        `queues(${queueId})`,
        "queuemembership_association",
        "systemusers(00000000-0000-4000-8000-000000000003)",
      )
      .catch((error: unknown) => error);
    expect(isServiceError(refused, 400, 404)).toBe(true);
  });
});

describe("metadata", () => {
  it("asks once for a table's relations, and again for one that was missing", async () => {
    const fresh = createDataverse(http, ORGANIZATION);
    await centre.requests();
    await fresh.navigationProperty("team", "businessunitid");
    await fresh.navigationProperty("team", "administratorid");
    expect(await centre.requests()).toHaveLength(1);
    await expect(fresh.entitySet("msdyn_livechatconfig")).rejects.toMatchObject({ code: "PSC-E423" });
    await expect(fresh.entitySet("msdyn_livechatconfig")).rejects.toBeInstanceOf(PscError);
    expect(await centre.requests()).toHaveLength(2);
  });

  it("says which lookup does not exist", async () => {
    await expect(client.navigationProperty("team", "nosuchid")).rejects.toMatchObject({
      message: "contosohealth-dev.crm.dynamics.com has no lookup team.nosuchid",
    });
  });
});
