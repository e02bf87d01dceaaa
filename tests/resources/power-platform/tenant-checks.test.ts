import { afterEach, beforeEach, expect, it } from "vitest";
import { adminApplication } from "../../../src/resources/power-platform/admin-application.ts";
import { region } from "../../../src/resources/power-platform/region.ts";
import { BARE_APP, PIPELINE_APP } from "../../../src/sandbox/seed.ts";
import {
  type ContactCentre,
  contactCentre,
  failuresOf,
  startContactCentre,
} from "../support/dataverse-context.ts";

let centre: ContactCentre;
beforeEach(async () => {
  centre = await startContactCentre();
});
afterEach(() => centre.close());

function inRegion(name: string) {
  const base = contactCentre();
  return { ...base, environment: { ...base.environment, region: name } };
}

it("accepts a region of the tenant", async () => {
  expect((await centre.plan(inRegion("unitedstates"), { only: [region.address()] })).problems).toEqual([]);
});

it("names the usable regions when the spec's is none", async () => {
  const { problems } = await centre.plan(inRegion("atlantis"), { only: [region.address()] });
  expect(problems[0]?.error).toMatchObject({
    code: "PSC-E302",
    message: expect.stringContaining('"atlantis"'),
    remedy: expect.stringContaining("unitedstates"),
  });
});

function administeredBy(clientId: string) {
  const base = contactCentre();
  return { ...base, identity: { ...base.identity, adminApplications: [clientId] } };
}

it("registers a pipeline once, when a person is signed in", async () => {
  const spec = administeredBy(BARE_APP.appId);
  const only = [adminApplication.address(BARE_APP.appId)];
  expect(failuresOf(await centre.deploy(spec, { only }))).toEqual([]);
  expect(await centre.writes()).toEqual([
    `PUT /providers/Microsoft.BusinessAppPlatform/adminApplications/${BARE_APP.appId}`,
  ]);
  await centre.deploy(spec, { only });
  expect(await centre.writes()).toEqual([]);
});

it("says who has to do it when an application is signed in", async () => {
  const spec = administeredBy(BARE_APP.appId);
  const only = [adminApplication.address(BARE_APP.appId)];
  const run = await centre.deploy(spec, { only, unattended: true });
  expect(run.result.failures[0]?.error).toMatchObject({
    code: "PSC-E233",
    persona: "a Power Platform Administrator",
  });
  expect(await centre.writes()).toEqual([]);
});

it("leaves a pipeline alone that is registered already", async () => {
  const spec = administeredBy(PIPELINE_APP.appId);
  const only = [adminApplication.address(PIPELINE_APP.appId)];
  expect((await centre.plan(spec, { only, unattended: true })).actions[0]?.action).toBe("none");
});
