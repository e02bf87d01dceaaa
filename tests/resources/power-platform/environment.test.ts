import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environment } from "../../../src/resources/power-platform/environment.ts";
import { managedEnvironment } from "../../../src/resources/power-platform/managed-environment.ts";
import { securityGroup } from "../../../src/resources/power-platform/security-group.ts";
import {
  type ContactCentre,
  contactCentre,
  failuresOf,
  startContactCentre,
} from "../support/dataverse-context.ts";
import { actionOf, diffOf } from "../support/tenant.ts";

const ENVIRONMENT = environment.address();
const SPEC = contactCentre();
const only = [ENVIRONMENT, securityGroup.address(), managedEnvironment.address()];
const justIt = { only: [ENVIRONMENT] };

let centre: ContactCentre;
beforeEach(async () => {
  centre = await startContactCentre();
});
afterEach(() => centre.close());

const creates = (requests: readonly string[]): string[] =>
  requests.filter((request) => /^POST .*\/environments$/.test(request));

async function seed(facts: object): Promise<void> {
  const answer = await centre.sandbox.control("POST", "environments", {
    displayName: SPEC.environment.displayName,
    domainName: SPEC.environment.domain,
    ...facts,
  });
  expect(answer.status).toBeLessThan(300);
}

async function flip(name: string, set: object): Promise<void> {
  const answer = await centre.sandbox.control("POST", "state", {
    path: "bap",
    where: { switch: name },
    set,
  });
  expect(answer.body).toEqual({ touched: 1 });
}

describe("a new environment", () => {
  it("is created closed to everybody but its group, and needs nothing afterwards", async () => {
    const run = await centre.deploy(SPEC, { only });
    expect(failuresOf(run)).toEqual([]);
    expect(creates(await centre.writes())).toHaveLength(1);
    const log = (await centre.sandbox.control("GET", "requests")).body.value as {
      method: string;
      url: string;
      body?: { properties?: { linkedEnvironmentMetadata?: { securityGroupId?: string } } };
    }[];
    const create = log.find(({ method, url }) => method === "POST" && url.includes("/environments?"));
    expect(create?.body?.properties?.linkedEnvironmentMetadata?.securityGroupId).toMatch(/^[0-9a-f-]{36}$/);
    const again = await centre.deploy(SPEC, { only });
    expect(again.plan.actions.map(({ action }) => action)).toEqual(again.plan.actions.map(() => "none"));
    expect(await centre.writes()).toEqual([]);
  });

  it("is waited for until Dataverse lets its creator in", async () => {
    const run = await centre.deploy(SPEC, justIt);
    const found = await centre.observe(SPEC, ENVIRONMENT);
    expect(failuresOf(run)).toEqual([]);
    expect(found).toMatchObject({
      status: "present",
      data: { instanceUrl: "https://contosohealth-dev.crm.dynamics.com/" },
    });
    await expect(centre.dataverse("WhoAmI()")).resolves.toHaveProperty("UserId");
  });

  it("is created once although the answer was lost", async () => {
    await centre.sandbox.control("POST", "faults", {
      service: "bap",
      method: "POST",
      match: "BusinessAppPlatform/environments(\\?|$)",
      times: 1,
      action: { kind: "drop-after" },
    });
    const run = await centre.deploy(SPEC, justIt);
    expect(failuresOf(run)).toEqual([]);
    expect(creates(await centre.writes())).toHaveLength(1);
  });

  it("is left to the earlier run that creates it already", async () => {
    await centre.close();
    centre = await startContactCentre(60);
    const services = await centre.services();
    const { displayName, region, type, domain, language, currency } = SPEC.environment;
    await services.bap.createEnvironment({
      displayName,
      region,
      type,
      database: { domainName: domain, language, currency },
    });
    expect(actionOf(await centre.plan(SPEC, justIt), ENVIRONMENT).action).toBe("wait");
    await centre.sandbox.control("POST", "clock", { advanceMs: 3_600_000 });
    const run = await centre.deploy(SPEC, justIt);
    expect(failuresOf(run)).toEqual([]);
    expect(creates(await centre.writes())).toHaveLength(1);
  });

  it("reports an operation that failed, for which the service gives no reason", async () => {
    await flip("nextCreate", { outcome: "Failed" });
    const run = await centre.deploy(SPEC, justIt);
    expect(run.result.failures.map(({ error }) => error.code)).toEqual(["PSC-E424"]);
  });

  it("does not take a domain that another tenant holds", async () => {
    const spec = { ...SPEC, environment: { ...SPEC.environment, domain: "fabrikam" } };
    await centre.sandbox.control("POST", "environments", { displayName: "Other", domainName: "other" });
    await centre.sandbox.control("POST", "faults", {
      service: "bap",
      match: "validateEnvironmentDetails",
      times: 1,
      action: {
        kind: "respond",
        status: 400,
        body: {
          error: {
            code: "InvalidDomainName",
            message: "The specified domain name with a value of 'fabrikam' is invalid.",
          },
        },
      },
    });
    const run = await centre.deploy(spec, justIt);
    expect(run.result.failures[0]?.error).toMatchObject({
      code: "PSC-E426",
      message: expect.stringContaining("'fabrikam' is invalid"),
    });
    expect(creates(await centre.writes())).toEqual([]);
  });
});

describe("an environment that is there", () => {
  it("is recognised by its domain and only told its new name", async () => {
    await seed({ displayName: "Made by hand", type: "Sandbox" });
    const plan = await centre.plan(SPEC, justIt);
    expect(diffOf(plan, ENVIRONMENT)).toEqual({
      displayName: ["Made by hand", "Contoso Health (dev)"],
    });
    await centre.deploy(SPEC, justIt);
    const writes = (await centre.writes()).filter((request) => request.includes("BusinessAppPlatform"));
    expect(writes).toEqual([expect.stringMatching(/^PATCH .*scopes\/admin\/environments\//)]);
  });

  it("changes its type in place", async () => {
    await seed({ sku: "Production" });
    expect(diffOf(await centre.plan(SPEC, justIt), ENVIRONMENT)).toEqual({ type: ["Production", "Sandbox"] });
    expect(failuresOf(await centre.deploy(SPEC, justIt))).toEqual([]);
    expect(actionOf(await centre.plan(SPEC, justIt), ENVIRONMENT).action).toBe("none");
  });

  it("is not replaced for another region: the plan says what differs", async () => {
    await seed({ location: "europe" });
    const { problems } = await centre.plan(SPEC, justIt);
    expect(problems.map(({ error }) => [error.code, error.message])).toEqual([
      ["PSC-E413", expect.stringContaining('region is "europe", the spec says "unitedstates"')],
    ]);
  });

  it("gets a database when it has none, started once although the service hung up", async () => {
    await centre.sandbox.control("POST", "environments", {
      displayName: SPEC.environment.displayName,
      dataverse: false,
    });
    await flip("nextProvision", { answer: "ClientClosed" });
    const run = await centre.deploy(SPEC, justIt);
    expect(failuresOf(run)).toEqual([]);
    const writes = await centre.writes();
    expect(writes.filter((request) => request.endsWith("/provisionInstance"))).toHaveLength(1);
    expect(creates(writes)).toEqual([]);
  });

  it("gets a database when somebody has just made it without one", async () => {
    const { now } = (await centre.sandbox.control("GET", "clock")).body as { now: number };
    await centre.sandbox.control("POST", "environments", {
      displayName: SPEC.environment.displayName,
      dataverse: false,
      createdTime: new Date(now).toISOString(),
    });
    const run = await centre.deploy(SPEC, justIt);
    expect(failuresOf(run)).toEqual([]);
    const writes = await centre.writes();
    expect(writes.filter((request) => request.endsWith("/provisionInstance"))).toHaveLength(1);
    expect(creates(writes)).toEqual([]);
  });

  it("is not guessed when two environments without a database carry the name", async () => {
    for (const _ of [1, 2])
      await centre.sandbox.control("POST", "environments", {
        displayName: SPEC.environment.displayName,
        dataverse: false,
      });
    const { problems } = await centre.plan(SPEC, justIt);
    expect(problems[0]?.error).toMatchObject({
      code: "PSC-E401",
      message: expect.stringMatching(/[0-9a-f-]{36}, [0-9a-f-]{36}/),
    });
  });
});

describe("drift", () => {
  it("sees and mends a restriction that was lifted and a managed environment that was not", async () => {
    await centre.deploy(SPEC, { only });
    const touched = await centre.sandbox.control("POST", "state", {
      path: "bap/environments",
      where: { displayName: SPEC.environment.displayName },
      set: { securityGroupId: null, protectionLevel: "Basic" },
    });
    expect(touched.body).toEqual({ touched: 1 });
    const plan = await centre.plan(SPEC, { only });
    expect(diffOf(plan, securityGroup.address())).toEqual({ group: [null, "Contoso Health Users"] });
    expect(diffOf(plan, managedEnvironment.address())).toEqual({ managed: [false, true] });
    expect(failuresOf(await centre.deploy(SPEC, { only }))).toEqual([]);
    const after = await centre.plan(SPEC, { only });
    expect(after.actions.filter(({ action }) => action !== "none")).toEqual([]);
  });

  it("does not take a rejection (409) for a managed environment", async () => {
    await centre.deploy(SPEC, justIt);
    await centre.sandbox.control("POST", "faults", {
      service: "bap",
      match: "governanceConfiguration",
      times: 2,
      action: { kind: "respond", status: 409, body: { error: { code: "Conflict", message: "busy" } } },
    });
    const run = await centre.deploy(SPEC, { only: [managedEnvironment.address()] });
    expect(failuresOf(run)).toEqual([]);
    expect(await centre.observe(SPEC, managedEnvironment.address())).toMatchObject({
      fields: { managed: true },
    });
  });
});
