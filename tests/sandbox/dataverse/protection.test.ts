import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { DOMAIN, MINUTE, startOrganization, type TestOrganization } from "./organization.ts";

let organization: TestOrganization;
beforeAll(async () => {
  organization = await startOrganization();
});
afterAll(() => organization.close());

const limit = (limits: object) =>
  organization.cloud.control("POST", "state", {
    path: "dataverse/organizations",
    where: { domainName: DOMAIN },
    set: { limits },
  });

describe("service protection", () => {
  it("tells what is left on every answer", async () => {
    const answer = await organization.get("WhoAmI()");
    expect(Number(answer.headers["x-ms-ratelimit-burst-remaining-xrm-requests"])).toBeLessThan(6000);
    expect(answer.headers["x-ms-ratelimit-time-remaining-xrm-requests"]).toMatch(/^1,1\d\d\.\d\d$/);
    expect(answer.headers["x-ms-dop-hint"]).toMatch(/^\d+$/);
  });

  it.each([
    [
      { requests: 3 },
      "0x80072322",
      "Number of requests exceeded the limit of 3 over time window of 300 seconds.",
    ],
    [
      { executionMs: 30 },
      "0x80072321",
      "Combined execution time of incoming requests exceeded limit of 30 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
    ],
  ])("refuses at the limits %o until the window has passed", async (limits, code, message) => {
    await organization.pass(6 * MINUTE);
    await limit(limits);
    let answer = await organization.get("WhoAmI()");
    for (let sent = 0; answer.status === 200 && sent < 10; sent += 1)
      answer = await organization.get("WhoAmI()");
    expect(answer.status).toBe(429);
    expect(answer.body).toEqual({ error: { code, message } });
    const seconds = Number(answer.headers["retry-after"]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(300);
    await organization.pass(seconds * 1000 + 6000);
    expect((await organization.get("WhoAmI()")).status).toBe(200);
    await limit({});
    prove({ api: "Dataverse Web API", operation: `429 ${code}`, proof: "documentation" });
  });
});

describe("what is not simulated", () => {
  it.each([
    ["GET", "RetrieveMissingDependencies(SolutionUniqueName='x')", undefined],
    ["POST", "ExportTranslation", {}],
    ["GET", "GlobalOptionSetDefinitions", undefined],
    ["POST", "EntityDefinitions", { SchemaName: "new_thing" }],
    [
      "GET",
      "accounts(00000000-0000-4000-8000-000000000000)/Microsoft.Dynamics.CRM.RetrievePrincipalAccess",
      undefined,
    ],
    [
      "GET",
      "calendars(00000000-0000-4000-8000-000000000000)/Microsoft.Dynamics.CRM.ExpandCalendar(Start=@s,End=@e)",
      undefined,
    ],
    ["POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", { Targets: [] }],
    ["GET", "accounts?savedQuery=00000000-0000-4000-8000-000000000000", undefined],
    [
      "GET",
      "accounts?$filter=Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue='3')",
      undefined,
    ],
    ["GET", "accounts?$apply=filter(name eq 'a')", undefined],
    [
      "GET",
      `accounts?fetchXml=${encodeURIComponent("<fetch><entity name='account'><filter><condition attribute='createdon' operator='last-seven-days' /></filter></entity></fetch>")}`,
      undefined,
    ],
    [
      "GET",
      `accounts?fetchXml=${encodeURIComponent("<fetch><entity name='account'><link-entity name='contact' from='parentcustomerid' to='accountid' link-type='exists' /></entity></fetch>")}`,
      undefined,
    ],
  ])("answers 501: %s %s", async (method, path, body) => {
    const answer = await organization.ask(method, path, body === undefined ? {} : { body });
    expect([answer.status, answer.body.error.code]).toEqual([501, "NotSimulated"]);
    expect(answer.body.error.message).toMatch(/^The sandbox does not simulate .+\.$/);
    expect(answer.headers["odata-version"]).toBe("4.0");
  });
});
