import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applicationPackage } from "../../../src/resources/power-platform/application-package.ts";
import { packageOffer } from "../../../src/resources/power-platform/package-offer.ts";
import {
  type ContactCentre,
  contactCentre,
  failuresOf,
  startContactCentre,
} from "../support/dataverse-context.ts";
import { actionOf } from "../support/tenant.ts";

const OMNICHANNEL = applicationPackage.address("OmnichannelPrimeAnchor");
const HUB = applicationPackage.address("msdynce_CRMHub");
const FOUNDATION = "HealthcareFoundationAnchor";
const SPEC = contactCentre();
const justIt = { only: [OMNICHANNEL] };

let centre: ContactCentre;
beforeEach(async () => {
  centre = await startContactCentre();
});
afterEach(() => centre.close());

const installs = (requests: readonly string[], name: string): string[] =>
  requests.filter((request) => request.endsWith(`/${name}/install`));

async function seed(facts: object = {}): Promise<string> {
  const answer = await centre.sandbox.control("POST", "environments", {
    displayName: SPEC.environment.displayName,
    domainName: SPEC.environment.domain,
    ...facts,
  });
  return answer.body.environmentId as string;
}

describe("offer", () => {
  it("stops before anything is written when a package is withdrawn, and names the way out", async () => {
    await centre.sandbox.control("POST", "state", {
      path: "powerPlatform/catalogue",
      where: { uniqueName: FOUNDATION },
      delete: true,
    });
    const { problems } = await centre.plan(SPEC, { only: [packageOffer.address()] });
    expect(problems.map(({ error }) => error)).toEqual([
      expect.objectContaining({
        code: "PSC-E301",
        message: expect.stringMatching(/HealthcareFoundationAnchor.*this tenant.*retired it on 2025-01-30/),
        remedy: expect.stringContaining("solution: patient-contact-center"),
      }),
    ]);
  });

  it("judges an environment by its own catalogue: what has expired is not offered", async () => {
    await seed();
    await centre.sandbox.control("POST", "state", {
      path: "powerPlatform/catalogue",
      where: { uniqueName: FOUNDATION },
      set: { endDateUtc: "2025-01-30T00:00:00Z" },
    });
    const { problems } = await centre.plan(SPEC, { only: [packageOffer.address()] });
    expect(problems[0]?.error.message).toMatch(
      /HealthcareFoundationAnchor is not offered in this environment/,
    );
  });
});

describe("installation", () => {
  it("installs, proves it in Dataverse, and does not install again", async () => {
    await seed();
    expect(failuresOf(await centre.deploy(SPEC, justIt))).toEqual([]);
    expect(installs(await centre.writes(), "OmnichannelPrimeAnchor")).toHaveLength(1);
    const roles = await centre.dataverse("roles?$select=name&$filter=name eq 'Omnichannel agent'");
    expect(roles.value).toHaveLength(1);
    expect(actionOf(await centre.plan(SPEC, justIt), OMNICHANNEL).action).toBe("none");
  });

  it("picks up an installation that another run started, without starting a second one", async () => {
    await centre.close();
    centre = await startContactCentre(60);
    const environmentId = await seed();
    const services = await centre.services();
    await services.powerPlatform.install(environmentId, "OmnichannelPrimeAnchor");
    expect(actionOf(await centre.plan(SPEC, justIt), OMNICHANNEL)).toMatchObject({
      action: "wait",
      reason: "the installation",
    });
    await centre.sandbox.control("POST", "clock", { advanceMs: 5 * 3_600_000 });
    const run = await centre.deploy(SPEC, justIt);
    expect(failuresOf(run)).toEqual([]);
    expect(installs(await centre.writes(), "OmnichannelPrimeAnchor")).toHaveLength(1);
  });

  it("asks the catalogue when the operation has vanished", async () => {
    await seed();
    await centre.sandbox.control("POST", "faults", {
      service: "powerPlatform",
      match: "/operations/",
      times: 1,
      action: { kind: "respond", status: 404, body: { code: "NotFound", message: "gone" } },
    });
    const run = await centre.deploy(SPEC, justIt);
    expect(failuresOf(run)).toEqual([]);
    expect(await centre.observe(SPEC, OMNICHANNEL)).toMatchObject({ status: "present" });
  });

  it("reports a failed installation with the service's reason and starts it anew next time", async () => {
    await seed();
    await centre.sandbox.control("POST", "state", {
      path: "powerPlatform",
      where: { switch: "nextInstall" },
      set: { outcome: "Failed" },
    });
    const failed = await centre.deploy(SPEC, justIt);
    expect(failed.result.failures.map(({ error }) => error.code)).toEqual(["PSC-E428"]);
    const plan = await centre.plan(SPEC, justIt);
    expect(actionOf(plan, OMNICHANNEL)).toMatchObject({
      action: "create",
      reason: expect.stringContaining("the last installation failed"),
    });
    expect(failuresOf(await centre.deploy(SPEC, justIt))).toEqual([]);
    expect(installs(await centre.writes(), "OmnichannelPrimeAnchor")).toHaveLength(2);
  });

  it("waits for the proof when the catalogue is ahead of Dataverse", async () => {
    await seed();
    await centre.deploy(SPEC, justIt);
    await centre.sandbox.control("POST", "state", {
      path: "dataverse/organizations/contosohealth-dev/tables/solution",
      where: { uniquename: "OmnichannelPrimeAnchor" },
      delete: true,
    });
    expect(actionOf(await centre.plan(SPEC, justIt), OMNICHANNEL)).toMatchObject({
      action: "wait",
      reason: "solution OmnichannelPrimeAnchor to appear",
    });
    const run = await centre.deploy(SPEC, justIt);
    expect(run.result.failures.map(({ error }) => [error.code, error.message])).toEqual([
      ["PSC-E429", expect.stringContaining("solution OmnichannelPrimeAnchor")],
    ]);
    expect(installs(await centre.writes(), "OmnichannelPrimeAnchor")).toHaveLength(1);
  });
});

describe("the CRM Hub", () => {
  it("is not needed in an environment of today", async () => {
    await seed();
    expect(await centre.observe(SPEC, HUB)).toEqual({
      status: "not-needed",
      reason: "only environments created before 2021-10-01 need it",
    });
  });

  it("is installed in an environment from before October 2021", async () => {
    await seed({ createdTime: "2021-05-01T00:00:00Z" });
    expect(failuresOf(await centre.deploy(SPEC, { only: [HUB] }))).toEqual([]);
    expect(installs(await centre.writes(), "msdynce_CRMHub")).toHaveLength(1);
  });
});
